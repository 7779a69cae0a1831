// SPDX-License-Identifier: GPL-2.0-or-later
// The cell grid that every view draws into. It knows columns, clusters and styles, and nothing of a
// terminal; terminal.c flushes it, tests read it as text. Drawing outside of it is clipped, never
// an error. UI thread only.
#ifndef VMTUI_UI_SCREEN_FRAME_H
#define VMTUI_UI_SCREEN_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/str.h"

// What a colour is for; a theme says how each looks (themes/*.conf).
enum role {
    ROLE_TEXT,
    ROLE_DIM,
    ROLE_ACCENT,
    ROLE_OK,
    ROLE_WARN,
    ROLE_ALARM,
    ROLE_CPU,
    ROLE_MEMORY,
    ROLE_DISK,
    ROLE_NET,
    ROLE_SELECTION,
    ROLE_MARK,
    ROLE_BORDER,
    ROLE_BORDER_FOCUS,
    ROLE_TITLE,
    ROLE_HEADER,
    ROLE_KEY,
    ROLE_BAR_EMPTY,
    ROLE_INPUT,
    ROLE_DIALOG,
    ROLE_DANGER,
    ROLE_MATCH,
    ROLE_COUNT
};

enum style_flag {
    STYLE_BOLD = 1u << 0,
    STYLE_UNDERLINE = 1u << 1,
    STYLE_REVERSE = 1u << 2,
    STYLE_ITALIC = 1u << 3,
    STYLE_DIM = 1u << 4,
    STYLE_SELECTED = 1u << 5, // background of ROLE_SELECTION, foreground of the role
    STYLE_PALETTE = 1u << 6,  // foreground and background below count, the role does not (console)
    STYLE_DIALOG = 1u << 7,   // background of ROLE_DIALOG, foreground of the role
};

struct style {
    uint8_t role;                   // enum role
    uint8_t flags;                  // enum style_flag
    int16_t foreground, background; // 0..255 or -1 (default); only with STYLE_PALETTE
};

#define STYLE(r)         ((struct style){.role = (r)})
#define STYLE_WITH(r, f) ((struct style){.role = (r), .flags = (uint8_t)(f)})

#define FRAME_CLUSTER_MAX 3

struct cell {
    uint32_t characters[FRAME_CLUSTER_MAX]; // printable; [0] == 0: blank
    uint8_t width;                          // 1, 2; 0: right half of the wide one before
    struct style style;
};

struct rect {
    int row, column, rows, columns;
};

// What lines, blocks and charts are drawn with.
enum glyph_set { GLYPHS_ASCII, GLYPHS_UNICODE };

struct frame {
    int rows, columns;
    struct cell *cells; // rows * columns
    enum glyph_set glyphs;
    bool cursor_visible;
    int cursor_row, cursor_column;
};

void frame_init(struct frame *frame, enum glyph_set glyphs); // 0 x 0
void frame_finish(struct frame *frame);
void frame_resize(struct frame *frame, int rows, int columns); // clears
void frame_clear(struct frame *frame);
struct rect frame_rect(const struct frame *frame);

// Writes UTF-8 at (row, column), clipped to clip (NULL: the frame); control characters become '?'.
// Returns the columns that the text takes, clipped or not. Half a wide character becomes a blank.
int frame_text(struct frame *frame, const struct rect *clip, int row, int column,
               struct style style, const char *text);
int frame_printf(struct frame *frame, const struct rect *clip, int row, int column,
                 struct style style, const char *format, ...) __attribute__((format(printf, 6, 7)));
// Text into exactly `columns` columns; too long is cut and ends with an ellipsis ('~' in ASCII).
enum alignment { ALIGN_LEFT, ALIGN_RIGHT };
void frame_field(struct frame *frame, const struct rect *clip, int row, int column, int columns,
                 enum alignment alignment, struct style style, const char *text);
void frame_character(struct frame *frame, const struct rect *clip, int row, int column,
                     struct style style, uint32_t character);
void frame_cell(struct frame *frame, const struct rect *clip, int row, int column,
                const struct cell *cell);
void frame_fill(struct frame *frame, struct rect rect, struct style style); // blanks
// Adds flags to the style of every cell in rect (selection bar, dimming).
void frame_mark(struct frame *frame, struct rect rect, unsigned flags);
// A border with a title in its top line (NULL: none); returns the inside.
struct rect frame_box(struct frame *frame, struct rect rect, struct style style, const char *title,
                      struct style title_style);
void frame_horizontal_line(struct frame *frame, struct rect rect, struct style style);
// The whole frame as text, rows joined by newlines, trailing blanks removed; for tests and goldens.
void frame_to_text(const struct frame *frame, struct str *out);
// The roles of each cell, one letter a cell ('a' + role, 'z': of the palette; upper case when
// selected), rows joined by newlines; for goldens.
void frame_to_roles(const struct frame *frame, struct str *out);

bool rect_contains(struct rect rect, int row, int column);
struct rect rect_intersect(struct rect a, struct rect b); // rows and columns are 0 when apart

#endif
