// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <string.h>

#include "backend/console/scrollback.h"

#define COLUMNS 80

static struct console_cell cells[1000], back[1000];

static void blank_cells(struct console_cell *row, size_t columns)
{
    memset(row, 0, columns * sizeof(*row));
    for (size_t i = 0; i < columns; i++) {
        row[i].width = 1;
        row[i].foreground = row[i].background = -1;
    }
}

static void push_text(struct scrollback *scrollback, const char *text)
{
    blank_cells(cells, COLUMNS);
    for (size_t i = 0; text[i] != '\0'; i++)
        cells[i].characters[0] = (unsigned char)text[i];
    scrollback_push(scrollback, cells, COLUMNS);
}

static char first_character(const struct scrollback *scrollback, size_t line)
{
    scrollback_read(scrollback, line, back, COLUMNS);
    return (char)back[0].characters[0];
}

START_TEST(oldest_go_first)
{
    struct scrollback *scrollback = scrollback_create(3);
    const char *lines[] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < 5; i++)
        push_text(scrollback, lines[i]);
    ck_assert_uint_eq(scrollback_lines(scrollback), 3);
    ck_assert_int_eq(first_character(scrollback, 0), 'e');
    ck_assert_int_eq(first_character(scrollback, 1), 'd');
    ck_assert_int_eq(first_character(scrollback, 2), 'c');
    ck_assert(scrollback_pop(scrollback, back, COLUMNS));
    ck_assert_int_eq((int)back[0].characters[0], 'e');
    push_text(scrollback, "f");
    ck_assert_int_eq(first_character(scrollback, 0), 'f');
    ck_assert_int_eq(first_character(scrollback, 1), 'd');
    scrollback_destroy(scrollback);
}
END_TEST

START_TEST(none_kept)
{
    struct scrollback *scrollback = scrollback_create(0);
    push_text(scrollback, "a");
    ck_assert_uint_eq(scrollback_lines(scrollback), 0);
    ck_assert(!scrollback_pop(scrollback, back, COLUMNS));
    scrollback_destroy(scrollback);
    scrollback_destroy(NULL);
}
END_TEST

// Fills row with everything that a cell can hold.
static void colourful(struct console_cell *row)
{
    blank_cells(row, COLUMNS);
    row[0].characters[0] = 0x6F22;
    row[0].width = 2;
    row[0].foreground = 255;
    row[1] = row[0];
    row[1].characters[0] = 0;
    row[1].width = 0;
    row[2].characters[0] = 'e';
    row[2].characters[1] = 0x0301;
    row[2].characters[2] = 0x0323;
    row[3].attributes = CONSOLE_BOLD | CONSOLE_REVERSE | CONSOLE_DIM;
    row[4].background = 0;
    row[5].characters[0] = 0x10FFFD;
    row[79].characters[0] = 0x20AC;
    row[79].foreground = 1;
    row[79].background = 10;
}

START_TEST(cells_come_back_as_they_were)
{
    struct scrollback *scrollback = scrollback_create(10);
    colourful(cells);
    scrollback_push(scrollback, cells, COLUMNS);
    blank_cells(cells, COLUMNS);
    colourful(cells);
    memset(back, 0xAA, sizeof(back));
    scrollback_read(scrollback, 0, back, COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++) {
        ck_assert_mem_eq(back[i].characters, cells[i].characters, sizeof(cells[i].characters));
        ck_assert_int_eq(back[i].width, cells[i].width);
        ck_assert_int_eq(back[i].attributes, cells[i].attributes);
        ck_assert_int_eq(back[i].foreground, cells[i].foreground);
        ck_assert_int_eq(back[i].background, cells[i].background);
    }
    scrollback_destroy(scrollback);
}
END_TEST

START_TEST(read_narrower_and_wider)
{
    struct scrollback *scrollback = scrollback_create(10);
    colourful(cells);
    scrollback_push(scrollback, cells, COLUMNS);
    scrollback_read(scrollback, 0, back, 1); // half of a wide character is none
    ck_assert_uint_eq(back[0].characters[0], 0);
    ck_assert_int_eq(back[0].width, 1);
    scrollback_read(scrollback, 0, back, 100);
    ck_assert_uint_eq(back[79].characters[0], 0x20AC);
    ck_assert_uint_eq(back[99].characters[0], 0);
    ck_assert_int_eq(back[99].foreground, -1);
    ck_assert(!scrollback_pop(scrollback, back, 79));
    ck_assert_uint_eq(scrollback_lines(scrollback), 1);
    ck_assert(scrollback_pop(scrollback, back, 80));
    scrollback_destroy(scrollback);
}
END_TEST

START_TEST(an_ordinary_log_is_small)
{
    struct scrollback *scrollback = scrollback_create(5000);
    for (int i = 0; i < 20000; i++)
        push_text(scrollback, "[   12.345678] systemd[1]: Started Journal Service.");
    ck_assert_uint_eq(scrollback_lines(scrollback), 5000);
    ck_assert_uint_lt(scrollback_bytes(scrollback), 5000 * 100);
    scrollback_destroy(scrollback);
}
END_TEST

START_TEST(the_worst_lines_are_bounded)
{
    struct scrollback *scrollback = scrollback_create(5000);
    blank_cells(cells, 1000);
    for (int i = 0; i < 1000; i++) {
        cells[i].characters[0] = 0x10FFFD;
        cells[i].characters[1] = cells[i].characters[2] = 0x1D165;
        cells[i].foreground = (int16_t)(i % 256);
    }
    for (int i = 0; i < 6000; i++)
        scrollback_push(scrollback, cells, 1000);
    ck_assert_uint_lt(scrollback_bytes(scrollback), 2300 * 1000);
    ck_assert_uint_gt(scrollback_lines(scrollback), 20);
    scrollback_destroy(scrollback);
}
END_TEST

static Suite *scrollback_suite(void)
{
    Suite *suite = suite_create("scrollback");
    TCase *tests = tcase_create("scrollback");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, oldest_go_first);
    tcase_add_test(tests, none_kept);
    tcase_add_test(tests, cells_come_back_as_they_were);
    tcase_add_test(tests, read_narrower_and_wider);
    tcase_add_test(tests, an_ordinary_log_is_small);
    tcase_add_test(tests, the_worst_lines_are_bounded);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(scrollback_suite());
}
