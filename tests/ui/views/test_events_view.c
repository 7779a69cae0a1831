// SPDX-License-Identifier: GPL-2.0-or-later
// The event log: newest last, marked by severity, with all of the chosen entry below.
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/memory.h"
#include "core/str.h"
#include "ui/views/view_boards.h"
#include "ui/views/view_fixture.h"

static struct board *nothing(void)
{
    return fixture_board_empty();
}

static struct board *three(void)
{
    struct board *board = fixture_board_empty();
    view_board_add_entry(board, SEVERITY_INFO, "web1", "start web1 done in 0.4 s",
                         "vmtui start web1")
        ->wall_ms -= 86400000;
    view_board_add_entry(board, SEVERITY_WARN, "仮想マシン一号機のテスト",
                         "snapshot before-upgrade failed: Requested operation is not valid: "
                         "cannot snapshot a VM with a passed-through device that has state which "
                         "nobody can save",
                         "vmtui snapshot web1 --name before-upgrade --description 'before it'");
    view_board_add_entry(board, SEVERITY_ALARM, "", "connection lost: end of file from the daemon",
                         "");
    return board;
}

static struct board *entries(unsigned count)
{
    struct board *board = fixture_board_empty();
    for (unsigned i = 1; i <= count; i++) {
        char text[64];
        str_format(text, sizeof(text), "event number %u", i);
        view_board_add_entry(board, i % 50 == 0 ? SEVERITY_WARN : SEVERITY_INFO, "web1", text, "");
    }
    return board;
}

static struct board *five_hundred(void)
{
    return entries(500);
}

static struct board *two_hosts(void)
{
    struct board *board = fixture_board_two_hosts();
    view_board_add_entry(board, SEVERITY_INFO, "web1", "started", "vmtui start web1");
    struct log_entry *entry =
        view_board_add_entry(board, SEVERITY_INFO, "web1", "started", "vmtui start lab2/web1");
    str_format(entry->host, sizeof(entry->host), "lab2");
    return board;
}

static const struct view_shot shots[] = {
    {"events-58x18", three, 18, 58, GLYPHS_UNICODE, NULL, "Up"},
    {"events-78x20", three, 20, 78, GLYPHS_UNICODE, NULL, ""},
    {"events-110x44", three, 44, 110, GLYPHS_UNICODE, NULL, "Up"},
    {"events-198x56", three, 56, 198, GLYPHS_UNICODE, NULL, "Home"},
    {"events-78x20-ascii", three, 20, 78, GLYPHS_ASCII, NULL, "Up"},
    {"events-none-58x18", nothing, 18, 58, GLYPHS_UNICODE, NULL, ""},
    {"events-500-58x18", five_hundred, 18, 58, GLYPHS_UNICODE, NULL, "PgUp"},
    {"events-two-hosts-110x18", two_hosts, 18, 110, GLYPHS_UNICODE, NULL, ""},
};

START_TEST(test_log_is_as_it_was_found_good)
{
    view_shot_check(&shots[_i], &events_view_ops);
}
END_TEST

// 18 rows of 58: 11 entries, a heading, five rows of text and the command.
START_TEST(test_keys_move_through_five_hundred)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &events_view_ops, 18, 58, GLYPHS_ASCII, five_hundred(), NULL);
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 500");
    view_fixture_keys(&fixture, "k");
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 499");
    view_fixture_keys(&fixture, "PgUp");
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 489");
    view_fixture_keys(&fixture, "g");
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 1");
    view_fixture_keys(&fixture, "Up PgUp");
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 1");
    view_fixture_keys(&fixture, "PgDn Down");
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 12");
    view_fixture_keys(&fixture, "G j");
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 500");
    ck_assert_uint_eq(view_fixture_keys(&fixture, "e q ? H"), 0);
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_newest_is_followed_until_another_is_chosen)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &events_view_ops, 18, 58, GLYPHS_ASCII, entries(20), NULL);
    ui_set_board(fixture.screen.ui, entries(21));
    view_fixture_draw(&fixture);
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 21");
    view_fixture_keys(&fixture, "Up Up");
    ui_set_board(fixture.screen.ui, entries(30));
    view_fixture_draw(&fixture);
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 19");
    // Not drawn between a new board and a key.
    ui_set_board(fixture.screen.ui, entries(40));
    view_fixture_keys(&fixture, "Down");
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 20");
    view_fixture_keys(&fixture, "End");
    ui_set_board(fixture.screen.ui, entries(41));
    view_fixture_draw(&fixture);
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 41");
    view_fixture_close(&fixture);
}
END_TEST

// The log keeps 500: what was chosen moves up, and goes in the end.
START_TEST(test_log_that_loses_its_beginning)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &events_view_ops, 18, 58, GLYPHS_ASCII, entries(20), NULL);
    view_fixture_keys(&fixture, "Home Down Down");
    struct board *board = entries(20);
    memmove(&board->log[0], &board->log[2], 18 * sizeof(board->log[0]));
    board->log_count = 18;
    ui_set_board(fixture.screen.ui, board);
    view_fixture_draw(&fixture);
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 3");
    board = entries(20);
    memmove(&board->log[0], &board->log[10], 10 * sizeof(board->log[0]));
    board->log_count = 10;
    ui_set_board(fixture.screen.ui, board);
    view_fixture_draw(&fixture);
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "event number 11");
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_keys_pass_entries_that_are_alike)
{
    struct board *board = fixture_board_empty();
    for (int i = 0; i < 4; i++)
        view_board_add_entry(board, SEVERITY_INFO, "web1", i == 0 ? "first" : "alike", "")
            ->wall_ms = FIXTURE_WALL_MS;
    struct view_fixture fixture;
    view_fixture_open(&fixture, &events_view_ops, 18, 58, GLYPHS_ASCII, board, NULL);
    view_fixture_keys(&fixture, "Up Up");
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "alike");
    view_fixture_keys(&fixture, "Up");
    ck_assert_str_eq(view_fixture_row(&fixture, 12), "first");
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_any_size_is_drawn)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &events_view_ops, 1, 1, GLYPHS_UNICODE, three(), NULL);
    for (int rows = 0; rows < 50; rows++)
        for (int columns = 0; columns < 120; columns += rows < 6 ? 1 : 11) {
            frame_resize(&fixture.frame, rows, columns);
            view_fixture_draw(&fixture);
        }
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_empty_log_takes_keys_calmly)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &events_view_ops, 18, 58, GLYPHS_ASCII, nothing(), NULL);
    view_fixture_keys(&fixture, "Up Down PgUp PgDn g G");
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "nothing has happened yet");
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_through_the_screen)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_UNICODE, false, false};
    struct ui_fixture fixture;
    ui_fixture_open(&fixture, &settings, fixture_board_small());
    ui_fixture_keys(&fixture, "e");
    ck_assert(ui_fixture_shows(&fixture, "Event log"));
    ck_assert(ui_fixture_shows(&fixture, "snapshot before-upgrade"));
    ck_assert(ui_fixture_shows(&fixture, "vmtui snapshot web1 --name before-upgrade"));
    ui_fixture_keys(&fixture, "k");
    ck_assert(ui_fixture_shows(&fixture, "vmtui start web1"));
    ui_fixture_keys(&fixture, "Esc");
    ck_assert(!ui_fixture_shows(&fixture, "Event log"));
    ui_fixture_close(&fixture);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("events view");
    TCase *screens = tcase_create("screens");
    tcase_add_loop_test(screens, test_log_is_as_it_was_found_good, 0, ARRAY_COUNT(shots));
    suite_add_tcase(suite, screens);
    TCase *behaviour = tcase_create("behaviour");
    tcase_add_test(behaviour, test_keys_move_through_five_hundred);
    tcase_add_test(behaviour, test_newest_is_followed_until_another_is_chosen);
    tcase_add_test(behaviour, test_log_that_loses_its_beginning);
    tcase_add_test(behaviour, test_keys_pass_entries_that_are_alike);
    tcase_add_test(behaviour, test_any_size_is_drawn);
    tcase_add_test(behaviour, test_empty_log_takes_keys_calmly);
    tcase_add_test(behaviour, test_through_the_screen);
    suite_add_tcase(suite, behaviour);
    return check_main(suite);
}
