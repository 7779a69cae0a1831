// SPDX-License-Identifier: GPL-2.0-or-later
// The VM list by its keys: order, filter, search, marks, and what it tells the sampler.
#include <string.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "ui/ui_fixture.h"

static struct ui_fixture fixture;

static void open_with(struct board *board, int rows, int columns)
{
    const struct ui_fixture_settings settings = {rows, columns, GLYPHS_ASCII, false, false};
    ui_fixture_open(&fixture, &settings, board);
}

static void open_small(void)
{
    open_with(fixture_board_small(), 24, 80);
}

static void close_fixture(void)
{
    ui_fixture_close(&fixture);
}

// The names in the rows of the list, in their order, with the selected one in brackets.
static const char *names(void)
{
    static char out[512];
    out[0] = '\0';
    AUTO_FREE char *text = memory_strdup(ui_fixture_draw(&fixture));
    char *rest = NULL;
    int row = 0;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char name[64] = "";
        if (row++ < 3 || strlen(line) < 20 || line[0] != '|')
            continue;
        if (sscanf(line + 4, "%63s", name) != 1 || line[4] == ' ')
            break;
        size_t used = strlen(out);
        snprintf(out + used, sizeof(out) - used, line[1] == '>' ? "[%s] " : "%s ", name);
    }
    return out;
}

START_TEST(test_names_are_sorted_naturally)
{
    open_with(fixture_board_many(12), 24, 80);
    ck_assert_str_eq(names(), "[vm1] vm2 vm3 vm4 vm5 vm6 vm7 vm8 vm9 vm10 vm11 vm12 ");
    close_fixture();
}
END_TEST

START_TEST(test_sorting_by_columns)
{
    open_small();
    ui_fixture_keys(&fixture, "P");
    ck_assert_str_eq(names(), "[db1] web1 db2 old "); // unknown last
    ui_fixture_keys(&fixture, "I");
    ck_assert_str_eq(names(), "db2 web1 [db1] old "); // unknown last still
    ui_fixture_keys(&fixture, "M");
    ck_assert_str_eq(names(), "[db1] web1 db2 old ");
    ui_fixture_keys(&fixture, "T");
    ck_assert_str_eq(names(), "db2 [db1] web1 old "); // CPU time used so far
    ui_fixture_keys(&fixture, "N");
    ck_assert_str_eq(names(), "[db1] db2 old web1 ");
    ui_fixture_keys(&fixture, "I");
    ck_assert_str_eq(names(), "web1 old db2 [db1] ");
    close_fixture();
}
END_TEST

START_TEST(test_next_column_follows_what_is_seen)
{
    open_small();
    ui_fixture_keys(&fixture, ">"); // state
    ck_assert_str_eq(names(), "[db1] web1 db2 old ");
    ui_fixture_keys(&fixture, "< <"); // name, then round to the last column: net
    ck_assert(ui_fixture_shows(&fixture, "vNET"));
    close_fixture();
}
END_TEST

START_TEST(test_selection_stays_with_its_vm)
{
    open_small();
    ui_fixture_keys(&fixture, "G");
    ck_assert_str_eq(names(), "db1 db2 old [web1] ");
    struct board *board = fixture_board_small();
    fixture_vm(board, 1)->name[0] = 'a'; // sorted first from now on
    ui_set_board(fixture.ui, board);
    ck_assert_str_eq(names(), "[aeb1] db1 db2 old ");
    ui_set_board(fixture.ui, fixture_board_many(3)); // other VMs with the first three UUIDs
    ck_assert_str_eq(names(), "[vm1] vm2 vm3 ");
    close_fixture();
}
END_TEST

START_TEST(test_vanished_selection_moves_on)
{
    open_with(fixture_board_many(5), 24, 80);
    ui_fixture_keys(&fixture, "G");
    ck_assert_str_eq(names(), "vm1 vm2 vm3 vm4 [vm5] ");
    ui_set_board(fixture.ui, fixture_board_many(3));
    ck_assert_str_eq(names(), "vm1 vm2 [vm3] ");
    ui_set_board(fixture.ui, fixture_board_empty());
    ck_assert_str_eq(names(), "");
    ui_fixture_keys(&fixture, "j k G g PgDn Space * U Enter Esc s"); // nothing to do, no harm
    close_fixture();
}
END_TEST

START_TEST(test_filter_while_typing)
{
    open_small();
    ui_fixture_keys(&fixture, "/ =DB");
    ck_assert_str_eq(names(), "[db1] db2 ");
    ui_fixture_keys(&fixture, "Backspace Backspace =state:off");
    ck_assert_str_eq(names(), "[old] ");
    ui_fixture_keys(&fixture, "Enter");
    ck_assert_str_eq(names(), "[old] ");
    ui_fixture_keys(&fixture, "Esc");
    ck_assert_str_eq(names(), "db1 db2 [old] web1 ");
    ui_fixture_keys(&fixture, "/ =web Esc"); // taken back
    ck_assert_str_eq(names(), "db1 db2 [old] web1 ");
    close_fixture();
}
END_TEST

START_TEST(test_filter_by_host_and_words)
{
    open_with(fixture_board_two_hosts(), 24, 80);
    ui_fixture_keys(&fixture, "/ =host:lab2");
    ck_assert_str_eq(names(), "[mail] web1 ");
    ui_fixture_keys(&fixture, "Space =we");
    ck_assert_str_eq(names(), "[web1] ");
    close_fixture();
}
END_TEST

START_TEST(test_filter_by_hung)
{
    open_with(fixture_board_odd(), 24, 80);
    ui_fixture_keys(&fixture, "/ =state:hung");
    ck_assert_str_eq(names(), "[stopped] ");
    close_fixture();
}
END_TEST

START_TEST(test_search_goes_round)
{
    open_small();
    ui_fixture_keys(&fixture, "F3 =b Enter");
    ck_assert_str_eq(names(), "[db1] db2 old web1 ");
    ui_fixture_keys(&fixture, "n");
    ck_assert_str_eq(names(), "db1 [db2] old web1 ");
    ui_fixture_keys(&fixture, "n n");
    ck_assert_str_eq(names(), "[db1] db2 old web1 ");
    ui_fixture_keys(&fixture, "N"); // backward, because something was searched for
    ck_assert_str_eq(names(), "db1 db2 old [web1] ");
    close_fixture();
}
END_TEST

START_TEST(test_marks_stay_with_their_vms)
{
    open_small();
    ui_fixture_keys(&fixture, "Space Space");
    ck_assert(ui_fixture_shows(&fixture, "VMs 4, 2 marked"));
    ck_assert(ui_fixture_shows(&fixture, "| *.db1"));
    ui_fixture_keys(&fixture, "I");
    ck_assert(ui_fixture_shows(&fixture, "| *=db2"));
    ui_set_board(fixture.ui, fixture_board_small());
    ck_assert(ui_fixture_shows(&fixture, "VMs 4, 2 marked"));
    ui_fixture_keys(&fixture, "* U");
    ck_assert(ui_fixture_shows(&fixture, "VMs 4 -"));
    close_fixture();
}
END_TEST

START_TEST(test_marks_of_vanished_vms_go)
{
    open_with(fixture_board_many(5), 24, 80);
    ui_fixture_keys(&fixture, "*");
    ck_assert(ui_fixture_shows(&fixture, "VMs 5, 5 marked"));
    ui_set_board(fixture.ui, fixture_board_connecting()); // may come back
    ui_set_board(fixture.ui, fixture_board_many(3));
    ck_assert(ui_fixture_shows(&fixture, "VMs 3, 3 marked"));
    close_fixture();
}
END_TEST

START_TEST(test_resizing_keeps_selection_and_typed_text)
{
    open_with(fixture_board_many(1000), 24, 80);
    ui_fixture_keys(&fixture, "PgDn PgDn PgDn / =vm5");
    ui_fixture_keys(&fixture, "Enter j j j :");
    ui_fixture_type(&fixture, "pause vm1");
    static const int sizes[][2] = {{1, 1}, {0, 0}, {3, 200}, {60, 200}, {5, 20}, {24, 80}};
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++)
        ui_fixture_resize(&fixture, sizes[i][0], sizes[i][1]);
    ck_assert(ui_fixture_shows(&fixture, ":pause vm1"));
    ui_fixture_keys(&fixture, "Esc");
    ck_assert_msg(strstr(names(), "[vm") != NULL, "%s", names());
    ck_assert(ui_fixture_shows(&fixture, "/vm5"));
    close_fixture();
}
END_TEST

START_TEST(test_no_size_does_harm)
{
    open_with(fixture_board_odd(), 24, 80);
    for (int rows = 0; rows < 64; rows += rows < 14 ? 1 : 9)
        for (int columns = 0; columns < 210; columns += columns < 24 ? 1 : 19) {
            ui_fixture_resize(&fixture, rows, columns);
            ui_fixture_keys(&fixture, "s Esc ? Esc Ctrl-P Esc : Esc z Esc Tab Tab e Esc");
        }
    close_fixture();
}
END_TEST

static void check_uuid(const char *found, const char *expected)
{
    ck_assert_str_eq(found, expected);
}

START_TEST(test_interest_is_what_is_seen)
{
    open_with(fixture_board_many(1000), 24, 80);
    ck_assert_uint_eq(fixture.interest.visible_count, 19);
    check_uuid(fixture.interest.focus, "00000000-0000-4000-8000-000000000001");
    check_uuid(fixture.interest.visible[18], "00000000-0000-4000-8000-000000000019");
    ck_assert_uint_eq(fixture.interest.chart_window_s, 300);
    unsigned before = fixture.interest_count;
    ui_fixture_draw(&fixture);
    ck_assert_uint_eq(fixture.interest_count, before); // nothing changed, nothing said
    ui_fixture_keys(&fixture, "j t");
    ck_assert_uint_eq(fixture.interest_count, before + 2);
    check_uuid(fixture.interest.focus, "00000000-0000-4000-8000-000000000002");
    ck_assert_uint_eq(fixture.interest.chart_window_s, 900);
    ui_fixture_keys(&fixture, "G");
    check_uuid(fixture.interest.visible[0], "00000000-0000-4000-8000-000000000982");
    close_fixture();
}
END_TEST

START_TEST(test_cpu_percent_of_what)
{
    open_small();
    ck_assert(ui_fixture_shows(&fixture, " 212   9.8!"));
    ui_fixture_keys(&fixture, "%"); // of 8 vCPUs: 26.5
    ck_assert(ui_fixture_shows(&fixture, "  26   9.8!") ||
              ui_fixture_shows(&fixture, "  27   9.8!"));
    ui_fixture_keys(&fixture, "%"); // of 16 processors: 13.25
    ck_assert(ui_fixture_shows(&fixture, "  13   9.8!"));
    close_fixture();
}
END_TEST

START_TEST(test_hung_vm_says_how_long)
{
    open_with(fixture_board_odd(), 24, 80);
    ck_assert(ui_fixture_shows(&fixture, "!stopped             hung 0:34"));
    fixture.now_ns += 60 * NS_PER_SECOND;
    ck_assert(ui_fixture_shows(&fixture, "!stopped             hung 1:34"));
    close_fixture();
}
END_TEST

START_TEST(test_mouse_selects_opens_and_scrolls)
{
    open_small();
    ui_fixture_click(&fixture, 5, 10, false);
    ck_assert_str_eq(names(), "db1 db2 [old] web1 ");
    ui_fixture_click(&fixture, 6, 10, true);
    ck_assert(ui_fixture_shows(&fixture, "+- web1 -"));
    ui_fixture_keys(&fixture, "Esc");
    struct key wheel = {.code = KEY_CODE_MOUSE_WHEEL_UP, .row = 5, .column = 10};
    ui_handle_key(fixture.ui, &wheel);
    ck_assert_str_eq(names(), "[db1] db2 old web1 ");
    close_fixture();
}
END_TEST

START_TEST(test_mouse_on_tabs_and_key_bar)
{
    open_with(fixture_board_small(), 40, 120);
    const char *text = ui_fixture_draw(&fixture);
    const char *line = strchr(text, '\n') + 1;
    int column = (int)(strstr(line, "3 Disks") - line);
    ui_fixture_click(&fixture, 1, column, false);
    ck_assert_str_eq(fixture.interest.focus, "00000000-0000-4000-8000-000000000002");
    const char *last = strrchr(ui_fixture_draw(&fixture), '\n') + 1;
    ui_fixture_click(&fixture, 39, (int)(strstr(last, "? Help") - last), false);
    ck_assert(ui_fixture_shows(&fixture, "Help: Esc closes"));
    close_fixture();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui list");
    TCase *keys = tcase_create("keys");
    tcase_set_timeout(keys, 60);
    tcase_add_test(keys, test_names_are_sorted_naturally);
    tcase_add_test(keys, test_sorting_by_columns);
    tcase_add_test(keys, test_next_column_follows_what_is_seen);
    tcase_add_test(keys, test_selection_stays_with_its_vm);
    tcase_add_test(keys, test_vanished_selection_moves_on);
    tcase_add_test(keys, test_filter_while_typing);
    tcase_add_test(keys, test_filter_by_host_and_words);
    tcase_add_test(keys, test_filter_by_hung);
    tcase_add_test(keys, test_search_goes_round);
    tcase_add_test(keys, test_marks_stay_with_their_vms);
    tcase_add_test(keys, test_marks_of_vanished_vms_go);
    tcase_add_test(keys, test_resizing_keeps_selection_and_typed_text);
    tcase_add_test(keys, test_no_size_does_harm);
    tcase_add_test(keys, test_interest_is_what_is_seen);
    tcase_add_test(keys, test_cpu_percent_of_what);
    tcase_add_test(keys, test_hung_vm_says_how_long);
    tcase_add_test(keys, test_mouse_selects_opens_and_scrolls);
    tcase_add_test(keys, test_mouse_on_tabs_and_key_bar);
    suite_add_tcase(suite, keys);
    return check_main(suite);
}
