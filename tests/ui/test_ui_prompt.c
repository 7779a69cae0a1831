// SPDX-License-Identifier: GPL-2.0-or-later
// Typing commands: history, completion, errors in place; palette, help, and going from pane to
// pane.
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/clock.h"
#include "ui/ui_fixture.h"

static struct ui_fixture fixture;

static void open_at(int rows, int columns)
{
    const struct ui_fixture_settings settings = {rows, columns, GLYPHS_ASCII, false, false};
    ui_fixture_open(&fixture, &settings, fixture_board_small());
}

static void close_fixture(void)
{
    ui_fixture_close(&fixture);
}

// What stands in the last line.
static const char *foot(void)
{
    const char *text = ui_fixture_draw(&fixture);
    const char *last = strrchr(text, '\n');
    return last ? last + 1 : text;
}

START_TEST(test_errors_stay_in_place)
{
    open_at(24, 80);
    ui_fixture_keys(&fixture, ": =frobnicate Enter");
    ck_assert(ui_fixture_shows(&fixture, "there is no command \"frobnicate\""));
    ck_assert_str_eq(foot(), ":frobnicate");
    ui_fixture_keys(&fixture, "Ctrl-U =version Enter");
    ck_assert(ui_fixture_shows(&fixture, "vmtui 0.1.0"));
    close_fixture();
}
END_TEST

START_TEST(test_history)
{
    open_at(24, 80);
    ui_fixture_keys(&fixture, ": =version Enter : =sort Space =cpu Enter : =dra");
    ui_fixture_keys(&fixture, "Up");
    ck_assert_str_eq(foot(), ":sort cpu");
    ui_fixture_keys(&fixture, "Up Up");
    ck_assert_str_eq(foot(), ":version");
    ui_fixture_keys(&fixture, "Down Down");
    ck_assert_str_eq(foot(), ":dra");
    ui_fixture_keys(&fixture, "Ctrl-U Backspace"); // backspace in an empty prompt leaves it
    ck_assert_ptr_nonnull(strstr(foot(), "? Help"));
    close_fixture();
}
END_TEST

START_TEST(test_completion_of_commands)
{
    open_at(24, 80);
    ui_fixture_keys(&fixture, ": =snap Tab");
    ck_assert_str_eq(foot(), ":snapshot");
    ck_assert(ui_fixture_shows(&fixture, "snapshot  snapshots  snapshot-revert  snapshot-delete"));
    ui_fixture_keys(&fixture, "Tab Tab");
    ck_assert_str_eq(foot(), ":snapshots");
    ui_fixture_keys(&fixture, "Shift-Tab Shift-Tab");
    ck_assert_str_eq(foot(), ":snapshot-delete");
    ui_fixture_keys(&fixture, "Ctrl-U =ful Tab");
    ck_assert_str_eq(foot(), ":full-screen");
    close_fixture();
}
END_TEST

START_TEST(test_completion_of_arguments)
{
    open_at(24, 80);
    ui_fixture_keys(&fixture, ": =pause Space =w Tab");
    ck_assert_str_eq(foot(), ":pause web1");
    ui_fixture_keys(&fixture, "Ctrl-U =tab Space =sn Tab");
    ck_assert_str_eq(foot(), ":tab snapshots");
    ui_fixture_keys(&fixture, "Ctrl-U =shutdown Space =web1 Space =--m Tab =ag Tab");
    ck_assert_str_eq(foot(), ":shutdown web1 --mode agent");
    ui_fixture_keys(&fixture, "Ctrl-U =resize Space =web1 Space =--disk Space Tab");
    ck_assert_str_eq(foot(), ":resize web1 --disk vda");
    close_fixture();
}
END_TEST

START_TEST(test_completion_quotes)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_ASCII, false, false};
    ui_fixture_open(&fixture, &settings, fixture_board_odd());
    ui_fixture_keys(&fixture, ": =info Space =a Tab");
    ck_assert_str_eq(foot(), ":info 'a*[b] '\\''c'\\'''");
    ui_fixture_keys(&fixture, "Enter");
    ck_assert(ui_fixture_shows(&fixture, "- a*[b] 'c' -"));
    close_fixture();
}
END_TEST

START_TEST(test_paste_is_one_line)
{
    open_at(24, 80);
    const char *text = "sort cpu\nquit\x1b[2J\r\n";
    struct key key = {.code = KEY_CODE_PASTE, .paste = text, .paste_length = strlen(text)};
    ui_fixture_keys(&fixture, ":");
    ui_handle_key(fixture.ui, &key);
    ck_assert_ptr_nonnull(strstr(foot(), ":sort cpu quit"));
    ck_assert(!ui_wants_quit(fixture.ui));
    ui_fixture_keys(&fixture, "Esc");
    ui_handle_key(fixture.ui, &key); // nowhere to paste into
    ck_assert(!ui_wants_quit(fixture.ui));
    close_fixture();
}
END_TEST

START_TEST(test_palette_narrows_and_runs)
{
    open_at(24, 80);
    ui_fixture_keys(&fixture, "Ctrl-P =mark-a");
    ck_assert(ui_fixture_shows(&fixture, ">mark-all"));
    ui_fixture_keys(&fixture, "Enter");
    ck_assert(ui_fixture_shows(&fixture, "4 marked"));
    ui_fixture_keys(&fixture, "Ctrl-P =sort Enter"); // wants an argument: goes on at the prompt
    ck_assert_str_eq(foot(), ":sort");
    ui_fixture_keys(&fixture, "Esc U Ctrl-P =restore");
    ck_assert(ui_fixture_shows(&fixture, "db1 is running already")); // says why not
    close_fixture();
}
END_TEST

START_TEST(test_help_of_this_place)
{
    open_at(40, 120);
    ui_fixture_keys(&fixture, "?");
    ck_assert(ui_fixture_shows(&fixture, "VM list"));
    ck_assert(ui_fixture_shows(&fixture, "s, F5         snapshot"));
    ui_fixture_keys(&fixture, "G");
    ck_assert(!ui_fixture_shows(&fixture, "s, F5         snapshot"));
    ui_fixture_keys(&fixture, "q");
    ck_assert(!ui_wants_quit(fixture.ui));
    ck_assert(!ui_fixture_shows(&fixture, "Help: Esc"));
    close_fixture();
}
END_TEST

START_TEST(test_panes_in_turn_at_80x24)
{
    open_at(24, 80);
    ck_assert(ui_fixture_shows(&fixture, "+- VMs 4"));
    ui_fixture_keys(&fixture, "Enter");
    ck_assert(ui_fixture_shows(&fixture, "+- db1 -"));
    ck_assert(!ui_fixture_shows(&fixture, "VMs 4"));
    ui_fixture_keys(&fixture, "3 Esc");
    ck_assert(ui_fixture_shows(&fixture, "+- VMs 4"));
    ui_fixture_keys(&fixture, "5"); // a tab that is asked for comes forward
    ck_assert(ui_fixture_shows(&fixture, "+- db1 -"));
    ui_fixture_keys(&fixture, "Tab"); // jobs, below what was there
    ck_assert(ui_fixture_shows(&fixture, "|>. save db1"));
    ui_fixture_keys(&fixture, "Tab");
    ck_assert(ui_fixture_shows(&fixture, "+- VMs 4"));
    close_fixture();
}
END_TEST

START_TEST(test_full_screen_and_back)
{
    open_at(40, 120);
    ui_fixture_keys(&fixture, "f");
    ck_assert(!ui_fixture_shows(&fixture, "1 Metrics"));
    ui_fixture_keys(&fixture, "f");
    ck_assert(ui_fixture_shows(&fixture, "1 Metrics"));
    ui_fixture_keys(&fixture, "f Esc");
    ck_assert(ui_fixture_shows(&fixture, "1 Metrics"));
    close_fixture();
}
END_TEST

START_TEST(test_screens_toggle)
{
    open_at(24, 80);
    ui_fixture_keys(&fixture, "e");
    ck_assert(!ui_fixture_shows(&fixture, "VMs 4"));
    ui_fixture_keys(&fixture, "e");
    ck_assert(ui_fixture_shows(&fixture, "VMs 4"));
    ui_fixture_keys(&fixture, "H Esc");
    ck_assert(ui_fixture_shows(&fixture, "VMs 4"));
    close_fixture();
}
END_TEST

START_TEST(test_settings_commands_reach_the_program)
{
    open_at(24, 80);
    ui_fixture_keys(&fixture, ": =tick Space =5 Enter");
    ck_assert_double_eq(fixture.tick_s, 5);
    ui_fixture_keys(&fixture, ": =connect Space =test:///default Enter");
    ck_assert_str_eq(fixture.connected, "test:///default");
    ui_fixture_keys(&fixture, ": =theme Space =nosuch Enter");
    ck_assert(ui_fixture_shows(&fixture, "there is no theme called \"nosuch\""));
    ui_fixture_keys(&fixture, "Ctrl-L");
    ck_assert(ui_wants_redraw(fixture.ui));
    ck_assert(!ui_wants_redraw(fixture.ui));
    close_fixture();
}
END_TEST

START_TEST(test_toasts_go_by_themselves)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_ASCII, false, false};
    ui_fixture_open(&fixture, &settings, NULL);
    ui_toast(fixture.ui, SEVERITY_INFO, "hello \x1b[31m there");
    ck_assert(ui_fixture_shows(&fixture, "[31m there"));
    ck_assert_ptr_null(strchr(fixture.text.text, '\x1b'));
    ck_assert(!ui_needs_draw(fixture.ui));
    ck_assert_uint_eq(ui_next_wake_ms(fixture.ui), 6000);
    fixture.now_ns += 6 * NS_PER_SECOND;
    ck_assert(ui_needs_draw(fixture.ui));
    ck_assert(!ui_fixture_shows(&fixture, "there"));
    ck_assert_uint_eq(ui_next_wake_ms(fixture.ui), UINT64_MAX);
    close_fixture();
}
END_TEST

START_TEST(test_figures_grow_old_by_themselves)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_ASCII, false, false};
    ui_fixture_open(&fixture, &settings, fixture_board_empty());
    ck_assert(!ui_fixture_shows(&fixture, "old"));
    // Taken a second ago at a tick of 2 s: old after three ticks, in 5 s.
    ck_assert_uint_eq(ui_next_wake_ms(fixture.ui), 5001);
    fixture.now_ns += 5 * NS_PER_SECOND + NS_PER_MS;
    ck_assert(ui_needs_draw(fixture.ui));
    ck_assert(ui_fixture_shows(&fixture, "figures 0:06 old"));
    ck_assert_uint_eq(ui_next_wake_ms(fixture.ui), 1000); // the age moves on
    close_fixture();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui prompt");
    TCase *typing = tcase_create("typing");
    tcase_add_test(typing, test_errors_stay_in_place);
    tcase_add_test(typing, test_history);
    tcase_add_test(typing, test_completion_of_commands);
    tcase_add_test(typing, test_completion_of_arguments);
    tcase_add_test(typing, test_completion_quotes);
    tcase_add_test(typing, test_paste_is_one_line);
    suite_add_tcase(suite, typing);
    TCase *places = tcase_create("places");
    tcase_add_test(places, test_palette_narrows_and_runs);
    tcase_add_test(places, test_help_of_this_place);
    tcase_add_test(places, test_panes_in_turn_at_80x24);
    tcase_add_test(places, test_full_screen_and_back);
    tcase_add_test(places, test_screens_toggle);
    tcase_add_test(places, test_settings_commands_reach_the_program);
    tcase_add_test(places, test_toasts_go_by_themselves);
    tcase_add_test(places, test_figures_grow_old_by_themselves);
    suite_add_tcase(suite, places);
    return check_main(suite);
}
