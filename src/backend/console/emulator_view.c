// SPDX-License-Identifier: GPL-2.0-or-later
// What the emulator shows: the grid for the screen, and search.
#include <stdlib.h>
#include <string.h>

#include "backend/console/emulator_internal.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

void emulator_screen_row(struct emulator *emulator, unsigned row, struct console_cell *cells)
{
    for (unsigned column = 0; column < emulator->columns; column++) {
        VTermPos position = {.row = (int)row, .col = (int)column};
        vterm_screen_get_cell(emulator->screen, position, &emulator->vterm_row[column]);
    }
    cells_from_vterm(emulator->vterm_row, cells, emulator->columns);
}

static void reserve(struct console_view *view, size_t cells)
{
    if (cells <= view->cells_capacity)
        return;
    view->cells = memory_resize(view->cells, cells, sizeof(*view->cells));
    view->cells_capacity = cells;
}

void emulator_copy(struct emulator *emulator, size_t scrolled_lines, struct console_view *view)
{
    size_t kept = scrollback_lines(emulator->scrollback);
    size_t scrolled = scrolled_lines < kept ? scrolled_lines : kept;
    unsigned rows = emulator->rows, columns = emulator->columns;
    reserve(view, (size_t)rows * columns);
    view->rows = rows;
    view->columns = columns;
    view->scrollback_lines = kept;
    view->scrolled_lines = scrolled;
    view->lines_scrolled = emulator->lines_scrolled;
    view->bracketed_paste = emulator->filter.bracketed_paste;
    for (unsigned row = 0; row < rows; row++) {
        struct console_cell *cells = view->cells + (size_t)row * columns;
        if (row < scrolled)
            scrollback_read(emulator->scrollback, scrolled - 1 - row, cells, columns);
        else
            emulator_screen_row(emulator, row - (unsigned)scrolled, cells);
    }
    VTermPos cursor;
    vterm_state_get_cursorpos(emulator->state, &cursor);
    size_t cursor_row = (size_t)cursor.row + scrolled;
    view->cursor_visible = emulator->cursor_visible && cursor_row < rows;
    view->cursor_row = cursor_row < rows ? (unsigned)cursor_row : 0;
    view->cursor_column = (unsigned)cursor.col;
}

static void add_text(struct str *text, const struct console_cell *cells, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        if (cells[i].width == 0)
            continue;
        if (cells[i].characters[0] == 0)
            str_add_char(text, ' ');
        for (size_t k = 0; k < CONSOLE_CLUSTER_MAX && cells[i].characters[k] != 0; k++) {
            char bytes[4];
            str_add_bytes(text, bytes, utf8_encode(cells[i].characters[k], bytes));
        }
    }
}

struct search {
    struct emulator *emulator;
    const char *text;
    struct str line;
    struct console_cell *cells;
    size_t capacity;
};

// The scrollback's line that is at the top when scrolled by `scrolled` lines.
static bool scrollback_matches(struct search *search, size_t scrolled)
{
    const struct scrollback *scrollback = search->emulator->scrollback;
    size_t columns = scrollback_columns(scrollback, scrolled - 1);
    if (columns > search->capacity) {
        search->cells = memory_resize(search->cells, columns, sizeof(*search->cells));
        search->capacity = columns;
    }
    scrollback_read(scrollback, scrolled - 1, search->cells, columns);
    str_clear(&search->line);
    add_text(&search->line, search->cells, columns);
    return str_find_ignoring_case(search->line.text, search->text) != NULL;
}

static bool screen_matches(struct search *search)
{
    struct emulator *emulator = search->emulator;
    for (unsigned row = 0; row < emulator->rows; row++) {
        emulator_screen_row(emulator, row, emulator->row);
        str_clear(&search->line);
        add_text(&search->line, emulator->row, emulator->columns);
        if (str_find_ignoring_case(search->line.text, search->text) != NULL)
            return true;
    }
    return false;
}

static bool search_down(struct search *search, size_t scrolled, size_t *found)
{
    for (size_t at = scrolled; at > 1; at--)
        if (scrollback_matches(search, at - 1)) {
            *found = at - 1;
            return true;
        }
    if (scrolled == 0 || !screen_matches(search))
        return false;
    *found = 0;
    return true;
}

static bool search_up(struct search *search, size_t scrolled, size_t *found)
{
    size_t kept = scrollback_lines(search->emulator->scrollback);
    for (size_t at = scrolled + 1; at <= kept; at++)
        if (scrollback_matches(search, at)) {
            *found = at;
            return true;
        }
    return false;
}

bool emulator_search(struct emulator *emulator, const char *text, size_t scrolled_lines,
                     bool upward, size_t *found_scrolled_lines)
{
    size_t kept = scrollback_lines(emulator->scrollback);
    size_t scrolled = scrolled_lines < kept ? scrolled_lines : kept;
    struct search search = {.emulator = emulator, .text = text};
    str_init(&search.line);
    bool found = text[0] != '\0' && (upward ? search_up(&search, scrolled, found_scrolled_lines)
                                            : search_down(&search, scrolled, found_scrolled_lines));
    str_finish(&search.line);
    free(search.cells);
    return found;
}
