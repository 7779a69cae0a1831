// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "ui/views/tabs/console_internal.h"

// A row as text, with the column that each byte came from.
struct row_text {
    struct str text;
    unsigned *columns;
    size_t capacity;
};

static void add_bytes(struct row_text *row, const char *bytes, size_t length, unsigned column)
{
    if (row->text.length + length > row->capacity) {
        row->capacity = (row->text.length + length) * 2;
        row->columns = memory_resize(row->columns, row->capacity, sizeof(*row->columns));
    }
    for (size_t i = 0; i < length; i++)
        row->columns[row->text.length + i] = column;
    str_add_bytes(&row->text, bytes, length);
}

static void read_row(struct row_text *row, const struct console_cell *cells, unsigned columns)
{
    str_clear(&row->text);
    for (unsigned column = 0; column < columns; column++) {
        const struct console_cell *cell = &cells[column];
        if (cell->width == 0)
            continue;
        if (cell->characters[0] == 0)
            add_bytes(row, " ", 1, column);
        for (size_t i = 0; i < CONSOLE_CLUSTER_MAX && cell->characters[i] != 0; i++) {
            char bytes[4];
            add_bytes(row, bytes, utf8_encode(cell->characters[i], bytes), column);
        }
    }
}

static void finish_row(struct row_text *row)
{
    str_finish(&row->text);
    free(row->columns);
}

// Sets matched[column] for every cell that is part of a match; true when there is one.
static bool match_row(struct row_text *row, const char *pattern, bool *matched)
{
    bool any = false;
    size_t length = strlen(pattern);
    const char *at = row->text.text;
    while (length > 0 && (at = str_find_ignoring_case(at, pattern)) != NULL) {
        any = true;
        size_t start = (size_t)(at - row->text.text);
        for (size_t i = start; matched != NULL && i < start + length; i++)
            matched[row->columns[i]] = true;
        at += length;
    }
    return any;
}

bool console_grid_matches(const struct console_view *shown, const char *pattern)
{
    struct row_text row = {0};
    str_init(&row.text);
    bool any = false;
    for (unsigned i = 0; i < shown->rows && !any; i++) {
        read_row(&row, shown->cells + (size_t)i * shown->columns, shown->columns);
        any = match_row(&row, pattern, NULL);
    }
    finish_row(&row);
    return any;
}

bool console_grid_is_blank(const struct console_view *shown)
{
    for (size_t i = 0; i < (size_t)shown->rows * shown->columns; i++)
        if (shown->cells[i].characters[0] != 0)
            return false;
    return true;
}

static struct style cell_style(const struct console_cell *cell)
{
    unsigned flags = STYLE_PALETTE;
    flags |= (cell->attributes & (CONSOLE_BOLD | CONSOLE_BLINK)) != 0 ? STYLE_BOLD : 0u;
    flags |= (cell->attributes & CONSOLE_UNDERLINE) != 0 ? STYLE_UNDERLINE : 0u;
    flags |= (cell->attributes & CONSOLE_REVERSE) != 0 ? STYLE_REVERSE : 0u;
    flags |= (cell->attributes & CONSOLE_ITALIC) != 0 ? STYLE_ITALIC : 0u;
    flags |= (cell->attributes & CONSOLE_DIM) != 0 ? STYLE_DIM : 0u;
    return (struct style){.role = ROLE_TEXT,
                          .flags = (uint8_t)flags,
                          .foreground = cell->foreground,
                          .background = cell->background};
}

static void draw_cell(struct frame *frame, const struct rect *rect, int row, int column,
                      const struct console_cell *from, bool matched)
{
    struct cell cell = {.width = from->width};
    cell.style = matched ? STYLE(ROLE_MATCH) : cell_style(from);
    for (int i = 0; i < FRAME_CLUSTER_MAX && i < CONSOLE_CLUSTER_MAX; i++)
        cell.characters[i] = from->characters[i];
    frame_cell(frame, rect, rect->row + row, rect->column + column, &cell);
}

// The first row or column to show, so that the cursor is among the `room` ones that fit.
static unsigned first_shown(unsigned cursor, unsigned size, unsigned room)
{
    if (size <= room || cursor < room)
        return 0;
    return cursor - room + 1;
}

void console_draw_grid(struct frame *frame, struct rect rect, const struct console_view *shown,
                       const char *pattern, bool cursor)
{
    if (rect.rows <= 0 || rect.columns <= 0 || shown->columns == 0)
        return;
    unsigned rows = (unsigned)rect.rows, columns = (unsigned)rect.columns;
    bool live = shown->scrolled_lines == 0;
    unsigned top = live ? first_shown(shown->cursor_row, shown->rows, rows) : 0;
    unsigned left = live ? first_shown(shown->cursor_column, shown->columns, columns) : 0;
    bool *matched = memory_array(shown->columns, sizeof(bool));
    struct row_text text = {0};
    str_init(&text.text);
    for (unsigned row = top; row < shown->rows && row - top < rows; row++) {
        const struct console_cell *cells = shown->cells + (size_t)row * shown->columns;
        memset(matched, 0, shown->columns * sizeof(bool));
        if (pattern != NULL) {
            read_row(&text, cells, shown->columns);
            match_row(&text, pattern, matched);
        }
        for (unsigned column = left; column < shown->columns && column - left < columns; column++)
            draw_cell(frame, &rect, (int)(row - top), (int)(column - left), &cells[column],
                      matched[column]);
    }
    finish_row(&text);
    free(matched);
    if (cursor && shown->cursor_visible && shown->cursor_row - top < rows &&
        shown->cursor_column - left < columns) {
        frame->cursor_visible = true;
        frame->cursor_row = rect.row + (int)(shown->cursor_row - top);
        frame->cursor_column = rect.column + (int)(shown->cursor_column - left);
    }
}
