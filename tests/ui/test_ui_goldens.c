// SPDX-License-Identifier: GPL-2.0-or-later
// The screen at several sizes, compared as text with tests/ui/goldens (see golden.h).
#include "check_main.h"
#include "ui/golden.h"
#include "ui/ui_fixture.h"

struct shot {
    const char *name;
    struct board *(*board)(void);
    struct ui_fixture_settings settings;
    const char *keys;
};

static struct board *thousand(void)
{
    return fixture_board_many(1000);
}

static const struct shot shots[] = {
    {"main-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, false, false}, "G"},
    {"main-80x24-ascii", fixture_board_small, {24, 80, GLYPHS_ASCII, false, false}, "G"},
    {"main-120x40", fixture_board_small, {40, 120, GLYPHS_UNICODE, false, false}, "G"},
    {"main-200x60", fixture_board_small, {60, 200, GLYPHS_UNICODE, false, false}, "G"},
    {"main-80x50", fixture_board_small, {50, 80, GLYPHS_UNICODE, false, false}, "G"},
    {"main-59x11", fixture_board_small, {11, 59, GLYPHS_UNICODE, false, false}, ""},
    {"main-40x8", fixture_board_small, {8, 40, GLYPHS_UNICODE, false, false}, ""},
    {"main-20x5", fixture_board_small, {5, 20, GLYPHS_UNICODE, false, false}, ""},
    {"main-19x4", fixture_board_small, {4, 19, GLYPHS_UNICODE, false, false}, ""},
    {"tab-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, false, false}, "G Enter"},
    {"full-screen-120x40", fixture_board_small, {40, 120, GLYPHS_UNICODE, false, false}, "f"},
    {"read-only-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, true, false}, ""},
    {"dry-run-120x40", fixture_board_small, {40, 120, GLYPHS_UNICODE, false, true}, "X Tab Enter"},
    {"odd-80x24", fixture_board_odd, {24, 80, GLYPHS_UNICODE, false, false}, ""},
    {"odd-80x24-ascii", fixture_board_odd, {24, 80, GLYPHS_ASCII, false, false}, ""},
    {"odd-120x40", fixture_board_odd, {40, 120, GLYPHS_UNICODE, false, false}, ""},
    {"empty-80x24", fixture_board_empty, {24, 80, GLYPHS_UNICODE, false, false}, ""},
    {"connecting-80x24", fixture_board_connecting, {24, 80, GLYPHS_UNICODE, false, false}, ""},
    {"offline-80x24", fixture_board_offline, {24, 80, GLYPHS_UNICODE, false, false}, ""},
    {"nobody-80x24", fixture_board_nobody, {24, 80, GLYPHS_UNICODE, false, false}, ""},
    {"many-80x24", thousand, {24, 80, GLYPHS_UNICODE, false, false}, "PgDn PgDn"},
    {"two-hosts-120x40", fixture_board_two_hosts, {40, 120, GLYPHS_UNICODE, false, false}, ""},
    {"filter-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, false, false}, "/ =db"},
    {"filter-none-80x24",
     fixture_board_small,
     {24, 80, GLYPHS_UNICODE, false, false},
     "/ =nosuch Enter"},
    {"force-off-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, false, false}, "X"},
    {"bulk-pause-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, false, false}, "* p"},
    {"snapshot-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, false, false}, "s"},
    {"resize-80x24",
     fixture_board_small,
     {24, 80, GLYPHS_UNICODE, false, false},
     "z Tab Tab Ctrl-U =6G"},
    {"resize-80x24-ascii", fixture_board_small, {24, 80, GLYPHS_ASCII, false, false}, "z"},
    {"resize-120x40",
     fixture_board_small,
     {40, 120, GLYPHS_UNICODE, false, false},
     "z Tab Ctrl-U =x"},
    {"resize-30x10", fixture_board_small, {10, 30, GLYPHS_UNICODE, false, false}, "z"},
    {"delete-80x24",
     fixture_board_small,
     {24, 80, GLYPHS_UNICODE, false, false},
     "j j D Right Tab =ole Enter"},
    {"palette-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, false, false}, "Ctrl-P =snap"},
    {"palette-120x40", fixture_board_small, {40, 120, GLYPHS_UNICODE, false, false}, "Ctrl-P"},
    {"help-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, false, false}, "?"},
    {"help-120x40", fixture_board_small, {40, 120, GLYPHS_UNICODE, false, false}, "? PgDn"},
    {"prompt-error-80x24",
     fixture_board_small,
     {24, 80, GLYPHS_UNICODE, false, false},
     ": =resize Space =--vcpus Space =many Enter"},
    {"prompt-candidates-80x24",
     fixture_board_small,
     {24, 80, GLYPHS_UNICODE, false, false},
     ": =re Tab Tab"},
    {"quit-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, false, false}, "q"},
    {"toast-80x24", fixture_board_small, {24, 80, GLYPHS_UNICODE, false, false}, "j j X"},
};

START_TEST(test_screen_is_as_it_was_found_good)
{
    const struct shot *shot = &shots[_i];
    struct ui_fixture fixture;
    ui_fixture_open(&fixture, &shot->settings, shot->board());
    ui_fixture_keys(&fixture, shot->keys);
    ui_fixture_draw(&fixture);
    golden_check_frame(shot->name, &fixture.frame);
    ui_fixture_close(&fixture);
}
END_TEST

START_TEST(test_roles_of_the_main_screen)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_ASCII, false, false};
    struct ui_fixture fixture;
    ui_fixture_open(&fixture, &settings, fixture_board_odd());
    ui_fixture_keys(&fixture, "j Space j");
    golden_check_roles("roles-80x24-ascii", &fixture.frame);
    ui_fixture_close(&fixture);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui goldens");
    TCase *screens = tcase_create("screens");
    tcase_add_loop_test(screens, test_screen_is_as_it_was_found_good, 0,
                        sizeof(shots) / sizeof(shots[0]));
    tcase_add_test(screens, test_roles_of_the_main_screen);
    suite_add_tcase(suite, screens);
    return check_main(suite);
}
