// SPDX-License-Identifier: GPL-2.0-or-later
// Borders and lines, in light line drawing or ASCII.
#include "core/utf8.h"
#include "ui/screen/frame.h"

struct line_glyphs {
    uint32_t horizontal, vertical, top_left, top_right, bottom_left, bottom_right;
};

static const struct line_glyphs *line_glyphs(const struct frame *frame)
{
    static const struct line_glyphs ascii = {'-', '|', '+', '+', '+', '+'};
    static const struct line_glyphs unicode = {0x2500, 0x2502, 0x250C, 0x2510, 0x2514, 0x2518};
    return frame->glyphs == GLYPHS_UNICODE ? &unicode : &ascii;
}

// What of a line can be seen; a rect from outside may be of any length.
static struct rect visible_part(const struct frame *frame, struct rect rect)
{
    return rect_intersect(rect, frame_rect(frame));
}

void frame_horizontal_line(struct frame *frame, struct rect rect, struct style style)
{
    if (rect.rows <= 0)
        return;
    struct rect line = visible_part(frame, (struct rect){rect.row, rect.column, 1, rect.columns});
    if (line.rows == 0)
        return;
    for (int column = line.column; column < line.column + line.columns; column++)
        frame_character(frame, &line, line.row, column, style, line_glyphs(frame)->horizontal);
}

static void vertical_line(struct frame *frame, struct rect rect, struct style style)
{
    struct rect line = visible_part(frame, rect);
    if (line.columns == 0)
        return;
    for (int row = line.row; row < line.row + line.rows; row++)
        frame_character(frame, &line, row, line.column, style, line_glyphs(frame)->vertical);
}

// "+- Title ---": two columns in from either side, a blank around it.
static void draw_title(struct frame *frame, struct rect rect, const char *title,
                       struct style title_style)
{
    int space = rect.columns - 6;
    if (title == NULL || title[0] == '\0' || space < 1)
        return;
    size_t width = utf8_width(title);
    int columns = width < (size_t)space ? (int)width : space;
    struct rect place = {rect.row, rect.column + 2, 1, columns + 2};
    frame_fill(frame, place, title_style);
    frame_field(frame, &rect, rect.row, rect.column + 3, columns, ALIGN_LEFT, title_style, title);
}

struct rect frame_box(struct frame *frame, struct rect rect, struct style style, const char *title,
                      struct style title_style)
{
    struct rect inside = {rect.row + 1, rect.column + 1, rect.rows > 2 ? rect.rows - 2 : 0,
                          rect.columns > 2 ? rect.columns - 2 : 0};
    if (rect.rows <= 0 || rect.columns <= 0)
        return inside;
    const struct line_glyphs *glyphs = line_glyphs(frame);
    int bottom = rect.row + rect.rows - 1, right = rect.column + rect.columns - 1;
    frame_horizontal_line(frame, rect, style);
    frame_horizontal_line(frame, (struct rect){bottom, rect.column, 1, rect.columns}, style);
    vertical_line(frame, (struct rect){rect.row, rect.column, rect.rows, 1}, style);
    vertical_line(frame, (struct rect){rect.row, right, rect.rows, 1}, style);
    frame_character(frame, NULL, rect.row, rect.column, style, glyphs->top_left);
    frame_character(frame, NULL, rect.row, right, style, glyphs->top_right);
    frame_character(frame, NULL, bottom, rect.column, style, glyphs->bottom_left);
    frame_character(frame, NULL, bottom, right, style, glyphs->bottom_right);
    draw_title(frame, rect, title, title_style);
    return inside;
}
