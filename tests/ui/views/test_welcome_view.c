// SPDX-License-Identifier: GPL-2.0-or-later
// What is shown when no hypervisor answers: what was found, and keys that lead on.
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/memory.h"
#include "ui/views/view_boards.h"
#include "ui/views/view_fixture.h"

static struct board *two_offline(void)
{
    struct board *board = fixture_board_nobody();
    board->hosts = memory_resize(board->hosts, 2, sizeof(*board->hosts));
    board->hosts[1] = board->hosts[0];
    board->host_count = 2;
    strcpy(board->hosts[1].name, "far");
    board->hosts[1].next_try_wall_ms = 0;
    error_set(&board->hosts[1].error, ERROR_DENIED, 0,
              "authentication failed: you may not manage VMs on this host with this account");
    return board;
}

static const struct view_shot shots[] = {
    {"welcome-58x18", fixture_board_nobody, 18, 58, GLYPHS_UNICODE, NULL, NULL},
    {"welcome-78x20", fixture_board_nobody, 20, 78, GLYPHS_UNICODE, NULL, NULL},
    {"welcome-110x44", two_offline, 44, 110, GLYPHS_UNICODE, NULL, NULL},
    {"welcome-78x20-ascii", two_offline, 20, 78, GLYPHS_ASCII, NULL, NULL},
    {"welcome-38x10", fixture_board_nobody, 10, 38, GLYPHS_UNICODE, NULL, NULL},
};

START_TEST(test_welcome_is_as_it_was_found_good)
{
    view_shot_check(&shots[_i], &welcome_view_ops);
}
END_TEST

START_TEST(test_keys_connect)
{
    static const struct {
        const char *key, *uri;
    } keys[] = {{"e", "qemu:///embed"}, {"d", "sim:///?hosts=1&vms=12&seed=7"}};
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_UNICODE, false, false};
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        struct ui_fixture fixture;
        ui_fixture_open(&fixture, &settings, fixture_board_nobody());
        ck_assert(ui_fixture_shows(&fixture, "No hypervisor answers yet."));
        ck_assert_str_eq(fixture.connected, "");
        ui_fixture_keys(&fixture, keys[i].key);
        ck_assert_str_eq(fixture.connected, keys[i].uri);
        ck_assert(ui_fixture_shows(&fixture, "connecting to "));
        ck_assert_str_eq(fixture.reconnected, "");
        ui_fixture_close(&fixture);
    }
}
END_TEST

START_TEST(test_another_try_for_every_host)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_UNICODE, false, false};
    struct ui_fixture fixture;
    ui_fixture_open(&fixture, &settings, two_offline());
    ui_fixture_keys(&fixture, "r");
    ck_assert_str_eq(fixture.reconnected, "lab1 far ");
    ck_assert_str_eq(fixture.connected, "");
    ui_fixture_close(&fixture);
}
END_TEST

START_TEST(test_other_keys_and_the_prompt_work)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_UNICODE, false, false};
    struct ui_fixture fixture;
    ui_fixture_open(&fixture, &settings, fixture_board_nobody());
    ui_fixture_keys(&fixture, ": =connect Space =qemu+ssh://far/system Enter");
    ck_assert_str_eq(fixture.connected, "qemu+ssh://far/system");
    ui_fixture_keys(&fixture, "q");
    ck_assert(ui_wants_quit(fixture.ui));
    ui_fixture_close(&fixture);
}
END_TEST

START_TEST(test_welcome_goes_when_somebody_answers)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_UNICODE, false, false};
    struct ui_fixture fixture;
    ui_fixture_open(&fixture, &settings, fixture_board_nobody());
    ui_set_board(fixture.ui, fixture_board_small());
    ck_assert(!ui_fixture_shows(&fixture, "No hypervisor answers yet."));
    ck_assert(ui_fixture_shows(&fixture, "web1"));
    ui_fixture_close(&fixture);
}
END_TEST

START_TEST(test_any_size_is_drawn)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &welcome_view_ops, 1, 1, GLYPHS_UNICODE, two_offline(), NULL);
    for (int rows = 0; rows < 50; rows++)
        for (int columns = 0; columns < 120; columns += rows < 6 ? 1 : 11) {
            frame_resize(&fixture.frame, rows, columns);
            view_fixture_draw(&fixture);
        }
    view_fixture_close(&fixture);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("welcome view");
    TCase *screens = tcase_create("screens");
    tcase_add_loop_test(screens, test_welcome_is_as_it_was_found_good, 0, ARRAY_COUNT(shots));
    suite_add_tcase(suite, screens);
    TCase *behaviour = tcase_create("behaviour");
    tcase_add_test(behaviour, test_keys_connect);
    tcase_add_test(behaviour, test_another_try_for_every_host);
    tcase_add_test(behaviour, test_other_keys_and_the_prompt_work);
    tcase_add_test(behaviour, test_welcome_goes_when_somebody_answers);
    tcase_add_test(behaviour, test_any_size_is_drawn);
    suite_add_tcase(suite, behaviour);
    return check_main(suite);
}
