// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/console/scrollback.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

// A line's cells as bytes: UTF-8, with a mark before whatever is not a plain character in the same
// style as the one before. Marks are control characters, which no cell can hold.
enum mark {
    MARK_STYLE = 1,     // attributes, foreground and background (2 bytes each) follow
    MARK_WIDE = 2,      // the next character takes two cells
    MARK_COMBINING = 3, // the next character belongs to the cell before
};

#define BYTES_PER_LINE   400u
#define BYTES_MIN        (64u * 1024)
#define CELL_ENCODED_MAX (6 + 1 + 4 + (CONSOLE_CLUSTER_MAX - 1) * 5)
#define FIRST_CAPACITY   64u

struct line {
    uint32_t columns; // used ones
    uint32_t size;    // of bytes
    char bytes[];
};

struct scrollback {
    struct line **lines; // a ring
    size_t capacity, first, count, max_lines;
    size_t bytes, max_bytes;
    char *encoded; // of the line being pushed
    size_t encoded_capacity;
};

static const struct console_cell blank = {.width = 1, .foreground = -1, .background = -1};

struct scrollback *scrollback_create(size_t max_lines)
{
    struct scrollback *scrollback = memory_alloc(sizeof(*scrollback));
    scrollback->max_lines = max_lines;
    scrollback->max_bytes = BYTES_MIN + max_lines * BYTES_PER_LINE;
    return scrollback;
}

static size_t line_cost(const struct line *line)
{
    return sizeof(*line) + line->size + 2 * sizeof(void *); // the pointer and malloc's own
}

static struct line **line_slot(const struct scrollback *scrollback, size_t from_oldest)
{
    return &scrollback->lines[(scrollback->first + from_oldest) % scrollback->capacity];
}

static void drop_oldest(struct scrollback *scrollback)
{
    struct line *line = *line_slot(scrollback, 0);
    scrollback->bytes -= line_cost(line);
    scrollback->first = (scrollback->first + 1) % scrollback->capacity;
    scrollback->count--;
    free(line);
}

void scrollback_destroy(struct scrollback *scrollback)
{
    if (scrollback == NULL)
        return;
    while (scrollback->count > 0)
        drop_oldest(scrollback);
    free(scrollback->lines);
    free(scrollback->encoded);
    free(scrollback);
}

size_t scrollback_lines(const struct scrollback *scrollback)
{
    return scrollback->count;
}

size_t scrollback_bytes(const struct scrollback *scrollback)
{
    return scrollback->bytes + scrollback->capacity * sizeof(void *);
}

static bool same_style(const struct console_cell *a, const struct console_cell *b)
{
    return a->attributes == b->attributes && a->foreground == b->foreground &&
           a->background == b->background;
}

static bool is_blank(const struct console_cell *cell)
{
    return cell->characters[0] == 0 && cell->width == 1 && same_style(cell, &blank);
}

static char *encode_number(char *to, int16_t number)
{
    memcpy(to, &number, sizeof(number));
    return to + sizeof(number);
}

static char *encode_cell(char *to, const struct console_cell *cell,
                         const struct console_cell *before)
{
    if (!same_style(cell, before)) {
        *to++ = MARK_STYLE;
        *to++ = (char)cell->attributes;
        to = encode_number(to, cell->foreground);
        to = encode_number(to, cell->background);
    }
    if (cell->width == 2)
        *to++ = MARK_WIDE;
    to += utf8_encode(cell->characters[0] == 0 ? ' ' : cell->characters[0], to);
    for (size_t i = 1; i < CONSOLE_CLUSTER_MAX && cell->characters[i] != 0; i++) {
        *to++ = MARK_COMBINING;
        to += utf8_encode(cell->characters[i], to);
    }
    return to;
}

static struct line *encode_line(struct scrollback *scrollback, const struct console_cell *cells,
                                size_t columns)
{
    while (columns > 0 && is_blank(&cells[columns - 1]))
        columns--;
    if (columns > scrollback->encoded_capacity) {
        scrollback->encoded = memory_resize(scrollback->encoded, columns, CELL_ENCODED_MAX);
        scrollback->encoded_capacity = columns;
    }
    char *end = scrollback->encoded;
    const struct console_cell *before = &blank;
    for (size_t i = 0; i < columns; i++) {
        if (cells[i].width == 0)
            continue; // comes back with its left half
        end = encode_cell(end, &cells[i], before);
        before = &cells[i];
    }
    size_t size = columns == 0 ? 0 : (size_t)(end - scrollback->encoded);
    struct line *line = memory_alloc(sizeof(*line) + size);
    line->columns = (uint32_t)columns;
    line->size = (uint32_t)size;
    if (size > 0)
        memcpy(line->bytes, scrollback->encoded, size);
    return line;
}

static void grow(struct scrollback *scrollback)
{
    size_t capacity = scrollback->capacity == 0 ? FIRST_CAPACITY : scrollback->capacity * 2;
    if (capacity > scrollback->max_lines)
        capacity = scrollback->max_lines;
    struct line **lines = memory_array(capacity, sizeof(struct line *));
    for (size_t i = 0; i < scrollback->count; i++)
        lines[i] = *line_slot(scrollback, i);
    free(scrollback->lines);
    scrollback->lines = lines;
    scrollback->capacity = capacity;
    scrollback->first = 0;
}

void scrollback_push(struct scrollback *scrollback, const struct console_cell *cells,
                     size_t columns)
{
    if (scrollback->max_lines == 0)
        return;
    struct line *line = encode_line(scrollback, cells, columns);
    size_t cost = line_cost(line);
    while (scrollback->count > 0 && (scrollback->count == scrollback->max_lines ||
                                     scrollback->bytes + cost > scrollback->max_bytes))
        drop_oldest(scrollback);
    if (scrollback->count == scrollback->capacity)
        grow(scrollback);
    scrollback->count++;
    *line_slot(scrollback, scrollback->count - 1) = line;
    scrollback->bytes += cost;
}

static const char *decode_style(const char *from, struct console_cell *style)
{
    style->attributes = (uint8_t)from[0];
    memcpy(&style->foreground, from + 1, sizeof(style->foreground));
    memcpy(&style->background, from + 1 + sizeof(int16_t), sizeof(style->background));
    return from + 1 + 2 * sizeof(int16_t);
}

static void add_combining(struct console_cell *cell, uint32_t character)
{
    if (cell->characters[0] == 0)
        cell->characters[0] = ' ';
    for (size_t i = 1; i < CONSOLE_CLUSTER_MAX; i++)
        if (cell->characters[i] == 0) {
            cell->characters[i] = character;
            return;
        }
}

static void decode_line(const struct line *line, struct console_cell *cells, size_t columns)
{
    const char *from = line->bytes, *end = line->bytes + line->size;
    struct console_cell style = blank;
    size_t column = 0, cell = 0;
    bool wide = false, combining = false;
    while (from < end) {
        if (*from == MARK_STYLE) {
            from = decode_style(from + 1, &style);
        } else if (*from == MARK_WIDE || *from == MARK_COMBINING) {
            wide = *from == MARK_WIDE;
            combining = *from == MARK_COMBINING;
            from++;
        } else {
            uint32_t character;
            from += utf8_decode(from, (size_t)(end - from), &character);
            if (combining) {
                combining = false;
                add_combining(&cells[cell], character);
                continue;
            }
            if (column + (wide ? 2 : 1) > columns)
                break;
            cell = column;
            cells[column] = style;
            cells[column].characters[0] = character == ' ' ? 0 : character;
            cells[column++].width = wide ? 2 : 1;
            if (wide) {
                cells[column] = style;
                cells[column++].width = 0;
                wide = false;
            }
        }
    }
    while (column < columns)
        cells[column++] = blank;
}

void scrollback_read(const struct scrollback *scrollback, size_t back, struct console_cell *cells,
                     size_t columns)
{
    decode_line(*line_slot(scrollback, scrollback->count - 1 - back), cells, columns);
}

size_t scrollback_columns(const struct scrollback *scrollback, size_t back)
{
    return (*line_slot(scrollback, scrollback->count - 1 - back))->columns;
}

bool scrollback_pop(struct scrollback *scrollback, struct console_cell *cells, size_t columns)
{
    if (scrollback->count == 0 || scrollback_columns(scrollback, 0) > columns)
        return false;
    scrollback_read(scrollback, 0, cells, columns);
    struct line **slot = line_slot(scrollback, scrollback->count - 1);
    scrollback->bytes -= line_cost(*slot);
    free(*slot);
    *slot = NULL;
    scrollback->count--;
    return true;
}
