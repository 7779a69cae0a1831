// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/screen/frame.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

void frame_init(struct frame *frame, enum glyph_set glyphs)
{
    *frame = (struct frame){.glyphs = glyphs};
}

void frame_finish(struct frame *frame)
{
    if (frame == NULL)
        return;
    free(frame->cells);
    *frame = (struct frame){.glyphs = frame->glyphs};
}

void frame_clear(struct frame *frame)
{
    size_t count = (size_t)frame->rows * (size_t)frame->columns;
    for (size_t i = 0; i < count; i++)
        frame->cells[i] = (struct cell){.width = 1};
    frame->cursor_visible = false;
    frame->cursor_row = frame->cursor_column = 0;
}

void frame_resize(struct frame *frame, int rows, int columns)
{
    rows = rows < 0 ? 0 : rows;
    columns = columns < 0 ? 0 : columns;
    if (rows != frame->rows || columns != frame->columns) {
        free(frame->cells);
        frame->cells = memory_array((size_t)rows * (size_t)columns, sizeof(*frame->cells));
        frame->rows = rows;
        frame->columns = columns;
    }
    frame_clear(frame);
}

struct rect frame_rect(const struct frame *frame)
{
    return (struct rect){.rows = frame->rows, .columns = frame->columns};
}

bool rect_contains(struct rect rect, int row, int column)
{
    return row >= rect.row && column >= rect.column && row - rect.row < rect.rows &&
           column - rect.column < rect.columns;
}

struct rect rect_intersect(struct rect a, struct rect b)
{
    int top = a.row > b.row ? a.row : b.row;
    int left = a.column > b.column ? a.column : b.column;
    int a_bottom = a.row + a.rows, b_bottom = b.row + b.rows;
    int a_right = a.column + a.columns, b_right = b.column + b.columns;
    int bottom = a_bottom < b_bottom ? a_bottom : b_bottom;
    int right = a_right < b_right ? a_right : b_right;
    return (struct rect){
        .row = top,
        .column = left,
        .rows = bottom > top ? bottom - top : 0,
        .columns = right > left ? right - left : 0,
    };
}

static struct rect clip_to_frame(const struct frame *frame, const struct rect *clip)
{
    struct rect whole = frame_rect(frame);
    return clip == NULL ? whole : rect_intersect(*clip, whole);
}

static struct cell *cell_at(struct frame *frame, int row, int column)
{
    return &frame->cells[(size_t)row * (size_t)frame->columns + (size_t)column];
}

static void make_blank(struct cell *cell)
{
    *cell = (struct cell){.width = 1, .style = cell->style};
}

// Half of a wide character cannot be shown, so whoever overwrites one half blanks the other.
static void release(struct frame *frame, int row, int column)
{
    struct cell *cell = cell_at(frame, row, column);
    if (cell->width == 0 && column > 0)
        make_blank(cell - 1);
    else if (cell->width == 2 && column + 1 < frame->columns)
        make_blank(cell + 1);
}

static void put(struct frame *frame, struct rect clip, int row, int column, const struct cell *cell)
{
    if (!rect_contains(clip, row, column))
        return;
    release(frame, row, column);
    *cell_at(frame, row, column) = *cell;
}

// Writes a cell of one or two columns. Of a wide one that is cut by the clip's edge only a blank is
// left.
static void put_wide_or_narrow(struct frame *frame, struct rect clip, int row, int column,
                               const struct cell *cell)
{
    struct cell blank = {.width = 1, .style = cell->style};
    if (cell->width != 2) {
        put(frame, clip, row, column, cell);
    } else if (rect_contains(clip, row, column) && rect_contains(clip, row, column + 1)) {
        struct cell right = {.width = 0, .style = cell->style};
        put(frame, clip, row, column, &blank);
        put(frame, clip, row, column + 1, &blank);
        *cell_at(frame, row, column) = *cell;
        *cell_at(frame, row, column + 1) = right;
    } else {
        put(frame, clip, row, column, &blank);
        put(frame, clip, row, column + 1, &blank);
    }
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

// Code points of no width that join, reorder or restyle their neighbours: terminals disagree on
// what they do, and the columns would run away.
static bool is_format(uint32_t c)
{
    return c == 0x061C || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF ||
           c >= 0xE0000;
}

static void append_combining(struct cell *cell, uint32_t c)
{
    if (is_format(c))
        return;
    if (cell->characters[0] == 0)
        cell->characters[0] = ' ';
    for (int i = 1; i < FRAME_CLUSTER_MAX; i++) {
        if (cell->characters[i] == 0) {
            cell->characters[i] = c;
            return;
        }
    }
}

static struct cell cell_of(uint32_t c, struct style style)
{
    struct cell cell = {.width = 1, .style = style};
    if (is_control(c))
        c = '?';
    if (c == ' ')
        return cell;
    cell.characters[0] = c;
    cell.width = (uint8_t)utf8_code_point_width(c);
    return cell;
}

// Reads one cluster: a base and what combines with it. False when only code points without a base
// are left.
static bool next_cluster(const char **text, size_t *left, struct style style, struct cell *cell)
{
    bool found = false;
    while (*left > 0) {
        uint32_t c;
        size_t used = utf8_decode(*text, *left, &c);
        bool combining = utf8_code_point_width(c) == 0;
        if (found && !combining)
            break;
        if (found)
            append_combining(cell, c);
        else if (!combining) {
            *cell = cell_of(c, style);
            found = true;
        }
        *text += used;
        *left -= used;
    }
    return found;
}

static int write_bytes(struct frame *frame, struct rect clip, int row, int column,
                       struct style style, const char *text, size_t length)
{
    int start = column;
    struct cell cell;
    while (next_cluster(&text, &length, style, &cell)) {
        put_wide_or_narrow(frame, clip, row, column, &cell);
        column += cell.width;
    }
    return column - start;
}

int frame_text(struct frame *frame, const struct rect *clip, int row, int column,
               struct style style, const char *text)
{
    if (text == NULL)
        return 0;
    return write_bytes(frame, clip_to_frame(frame, clip), row, column, style, text, strlen(text));
}

int frame_printf(struct frame *frame, const struct rect *clip, int row, int column,
                 struct style style, const char *format, ...)
{
    struct str text;
    str_init(&text);
    va_list args;
    va_start(args, format);
    str_vprintf(&text, format, args);
    va_end(args);
    int columns = frame_text(frame, clip, row, column, style, text.text);
    str_finish(&text);
    return columns;
}

void frame_field(struct frame *frame, const struct rect *clip, int row, int column, int columns,
                 enum alignment alignment, struct style style, const char *text)
{
    if (columns <= 0)
        return;
    text = text == NULL ? "" : text;
    struct rect field = {.row = row, .column = column, .rows = 1, .columns = columns};
    struct rect inside = rect_intersect(clip_to_frame(frame, clip), field);
    frame_fill(frame, inside, style);
    size_t width = utf8_width(text);
    if (width <= (size_t)columns) {
        int pad = alignment == ALIGN_RIGHT ? columns - (int)width : 0;
        write_bytes(frame, inside, row, column + pad, style, text, strlen(text));
        return;
    }
    size_t kept = utf8_prefix(text, (size_t)columns - 1);
    column += write_bytes(frame, inside, row, column, style, text, kept);
    uint32_t ellipsis = frame->glyphs == GLYPHS_UNICODE ? 0x2026 : '~';
    frame_character(frame, &inside, row, column, style, ellipsis);
}

void frame_character(struct frame *frame, const struct rect *clip, int row, int column,
                     struct style style, uint32_t character)
{
    struct cell cell = cell_of(character, style);
    if (cell.width == 0)
        cell = cell_of(UTF8_REPLACEMENT, style);
    put_wide_or_narrow(frame, clip_to_frame(frame, clip), row, column, &cell);
}

// The giver's idea of widths need not be ours, and the terminal goes by ours.
void frame_cell(struct frame *frame, const struct rect *clip, int row, int column,
                const struct cell *cell)
{
    if (cell->width == 0)
        return;
    struct rect area = clip_to_frame(frame, clip);
    struct cell copy = {.width = 1, .style = cell->style};
    if (cell->characters[0] != 0)
        copy = cell_of(cell->characters[0], cell->style);
    if (copy.width == 0 || copy.width > cell->width)
        copy = cell_of(UTF8_REPLACEMENT, cell->style);
    for (int i = 1; i < FRAME_CLUSTER_MAX && cell->characters[i] != 0; i++) {
        if (utf8_code_point_width(cell->characters[i]) == 0)
            append_combining(&copy, cell->characters[i]);
    }
    put_wide_or_narrow(frame, area, row, column, &copy);
    if (copy.width < cell->width) {
        struct cell blank = {.width = 1, .style = cell->style};
        put(frame, area, row, column + 1, &blank);
    }
}

void frame_fill(struct frame *frame, struct rect rect, struct style style)
{
    struct rect area = clip_to_frame(frame, &rect);
    struct cell blank = {.width = 1, .style = style};
    for (int row = area.row; row < area.row + area.rows; row++) {
        for (int column = area.column; column < area.column + area.columns; column++)
            put(frame, area, row, column, &blank);
    }
}

void frame_mark(struct frame *frame, struct rect rect, unsigned flags)
{
    struct rect area = clip_to_frame(frame, &rect);
    for (int row = area.row; row < area.row + area.rows; row++) {
        for (int column = area.column; column < area.column + area.columns; column++) {
            struct style *style = &cell_at(frame, row, column)->style;
            style->flags = (uint8_t)(style->flags | flags);
        }
    }
}
