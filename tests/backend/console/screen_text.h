// SPDX-License-Identifier: GPL-2.0-or-later
// A console's grid as text, and what every cell must be whatever the guest printed.
#ifndef VMTUI_TESTS_BACKEND_CONSOLE_SCREEN_TEXT_H
#define VMTUI_TESTS_BACKEND_CONSOLE_SCREEN_TEXT_H

#include <check.h>
#include <stdlib.h>
#include <wchar.h>
#include <wctype.h>

#include "core/model/console_port.h"
#include "core/str.h"

static inline void screen_row_text(const struct console_view *view, unsigned row, struct str *out)
{
    size_t used = out->length;
    for (unsigned column = 0; column < view->columns; column++) {
        const struct console_cell *cell = &view->cells[row * view->columns + column];
        if (cell->width == 0)
            continue;
        if (cell->characters[0] == 0)
            str_add_char(out, ' ');
        for (int i = 0; i < CONSOLE_CLUSTER_MAX && cell->characters[i] != 0; i++)
            str_printf(out, "%lc", (wint_t)cell->characters[i]);
        if (cell->characters[0] != 0)
            used = out->length;
    }
    out->length = used; // without the blanks at the end
    if (out->capacity > 0)
        out->text[used] = '\0';
}

// Rows joined by '|', empty ones at the end left out.
static inline char *screen_text(const struct console_view *view)
{
    struct str all, row;
    str_init(&all);
    str_init(&row);
    unsigned skipped = 0;
    for (unsigned i = 0; i < view->rows; i++) {
        str_clear(&row);
        screen_row_text(view, i, &row);
        if (row.length == 0) {
            skipped++;
            continue;
        }
        for (; skipped > 0; skipped--)
            str_add_char(&all, '|');
        str_add(&all, row.text);
        skipped = 1;
    }
    str_finish(&row);
    return str_take(&all);
}

static inline void assert_screen(const struct console_view *view, const char *expected)
{
    char *text = screen_text(view);
    ck_assert_str_eq(text, expected);
    free(text);
}

// Only printable characters, of the width that the C library gives them, wide ones with both
// halves, colours of the palette.
static inline void assert_cells_harmless(const struct console_view *view)
{
    for (size_t i = 0; i < (size_t)view->rows * view->columns; i++) {
        const struct console_cell *cell = &view->cells[i];
        ck_assert_int_ge(cell->foreground, -1);
        ck_assert_int_le(cell->foreground, 255);
        ck_assert_int_ge(cell->background, -1);
        ck_assert_int_le(cell->background, 255);
        if (cell->width == 0) {
            ck_assert_uint_gt(i % view->columns, 0);
            ck_assert_int_eq(view->cells[i - 1].width, 2);
            ck_assert_uint_eq(cell->characters[0], 0);
            continue;
        }
        bool last = i % view->columns == view->columns - 1;
        ck_assert(cell->width == 1 || (cell->width == 2 && !last && (cell + 1)->width == 0));
        if (cell->characters[0] == 0) {
            ck_assert_uint_eq(cell->characters[1], 0);
            continue;
        }
        ck_assert_int_eq(wcwidth((wchar_t)cell->characters[0]), cell->width);
        for (int k = 0; k < CONSOLE_CLUSTER_MAX && cell->characters[k] != 0; k++) {
            wint_t c = cell->characters[k];
            ck_assert_msg(c >= 0x20 && (c < 0x7F || c >= 0xA0), "control U+%04X", c);
            ck_assert_msg(iswprint(c), "unprintable U+%04X", c);
            bool bidi = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
                        c == 0x200E || c == 0x200F || c == 0x061C || c == 0x2028 || c == 0x2029;
            ck_assert_msg(!bidi, "bidi U+%04X", c);
            if (k > 0)
                ck_assert_int_eq(wcwidth((wchar_t)c), 0);
        }
    }
}

#endif
