// SPDX-License-Identifier: GPL-2.0-or-later
// The Metrics tab: what it says of figures that are there, old, or not known, and what it leaves
// out when there is little room.
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "ui/golden.h"
#include "ui/views/view_boards.h"
#include "ui/views/view_fixture.h"

static struct board *full_plain(void)
{
    return view_board_full();
}

static struct board *unknown(void)
{
    struct board *board = view_board_full();
    view_board_forget(board, 1);
    return board;
}

static struct board *no_charts_yet(void)
{
    struct board *board = view_board_full();
    free(board->focus);
    board->focus = NULL;
    return board;
}

static struct board *hung(void)
{
    struct board *board = view_board_full();
    fixture_vm(board, 1)->hung = true;
    fixture_vm(board, 1)->sampled_ns = FIXTURE_NOW_NS - 34 * NS_PER_SECOND;
    return board;
}

static struct board *stale(void)
{
    struct board *board = view_board_full();
    fixture_vm(board, 1)->sampled_ns = FIXTURE_NOW_NS - 75 * NS_PER_SECOND;
    return board;
}

static struct board *many_parts(void)
{
    struct board *board = view_board_full();
    view_board_set_vcpus(board, 1, 64);
    view_board_set_disks(board, 1, 12);
    view_board_set_nics(board, 1, 5);
    return board;
}

static struct board *no_devices(void)
{
    struct board *board = view_board_full();
    view_board_set_disks(board, 1, 0);
    view_board_set_nics(board, 1, 0);
    view_board_set_vcpus(board, 1, 1);
    return board;
}

static const struct view_shot shots[] = {
    {"metrics-58x18", full_plain, 18, 58, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-78x20", full_plain, 20, 78, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-110x44", full_plain, 44, 110, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-78x20-ascii", full_plain, 20, 78, GLYPHS_ASCII, "web1", NULL},
    {"metrics-38x6", full_plain, 6, 38, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-unknown-58x18", unknown, 18, 58, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-no-charts-58x18", no_charts_yet, 18, 58, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-hung-78x20", hung, 20, 78, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-stale-58x18", stale, 18, 58, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-many-58x18", many_parts, 18, 58, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-many-78x20-ascii", many_parts, 20, 78, GLYPHS_ASCII, "web1", NULL},
    {"metrics-many-110x44", many_parts, 44, 110, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-no-devices-58x18", no_devices, 18, 58, GLYPHS_UNICODE, "web1", NULL},
    {"metrics-hurting-78x20", full_plain, 20, 78, GLYPHS_UNICODE, "db1", NULL},
    {"metrics-paused-58x18", full_plain, 18, 58, GLYPHS_UNICODE, "db2", NULL},
    {"metrics-off-58x18", full_plain, 18, 58, GLYPHS_UNICODE, "old", NULL},
};

START_TEST(test_tab_is_as_it_was_found_good)
{
    view_shot_check(&shots[_i], &metrics_view_ops);
}
END_TEST

// The screen's own way there: the list, Enter, and t for another window.
START_TEST(test_through_the_screen)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_UNICODE, false, false};
    struct ui_fixture fixture;
    ui_fixture_open(&fixture, &settings, view_board_full());
    ui_fixture_keys(&fixture, "G 1");
    ck_assert(ui_fixture_shows(&fixture, "37 of 400 %, 4 vCPUs  ready 1.2 %"));
    ck_assert(ui_fixture_shows(&fixture, "last 5 min"));
    ui_fixture_keys(&fixture, "t");
    ck_assert_uint_eq(fixture.interest.chart_window_s, 900);
    // What is drawn still is of five minutes; the next board brings the others.
    ck_assert(ui_fixture_shows(&fixture, "last 5 min"));
    struct board *board = view_board_full();
    board->focus->window_s = 900;
    ui_set_board(fixture.ui, board);
    ck_assert(ui_fixture_shows(&fixture, "last 15 min"));
    board = view_board_full();
    board->focus->window_s = 3600;
    ui_set_board(fixture.ui, board);
    ck_assert(ui_fixture_shows(&fixture, "last hour"));
    ui_fixture_close(&fixture);
}
END_TEST

START_TEST(test_no_vm)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &metrics_view_ops, 10, 40, GLYPHS_ASCII, fixture_board_empty(),
                      NULL);
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "no VM is selected");
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_age_is_judged_by_the_tick)
{
    struct board *board = view_board_full();
    struct view_fixture fixture;
    board->hosts[0].tick_s = 60;
    fixture_vm(board, 1)->sampled_ns = FIXTURE_NOW_NS - 170 * NS_PER_SECOND;
    view_fixture_open(&fixture, &metrics_view_ops, 18, 58, GLYPHS_ASCII, board, "web1");
    ck_assert(!view_fixture_shows(&fixture, "these figures are"));
    fixture.screen.now_ns += 11 * NS_PER_SECOND;
    ck_assert(view_fixture_shows(&fixture, "! these figures are 3:01 old"));
    // Dimmed, all but the line that says so.
    ck_assert_uint_eq(fixture.frame.cells[2].style.flags & STYLE_DIM, 0);
    ck_assert_uint_ne(fixture.frame.cells[58].style.flags & STYLE_DIM, 0);
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_figures_that_never_came)
{
    struct board *board = view_board_full();
    struct view_fixture fixture;
    view_board_forget(board, 1);
    fixture_vm(board, 1)->sampled_ns = 0;
    view_fixture_open(&fixture, &metrics_view_ops, 18, 58, GLYPHS_ASCII, board, "web1");
    ck_assert(view_fixture_shows(&fixture, "! the first figures are on their way"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_states_without_figures)
{
    static const struct {
        enum vm_state state;
        bool saved;
        const char *text;
    } cases[] = {
        {VM_STATE_SHUT_OFF, false, "This VM is shut off."},
        {VM_STATE_SHUT_OFF, true, "This VM is off, its memory saved on disk."},
        {VM_STATE_CRASHED, false, "This VM has crashed."},
        {VM_STATE_UNKNOWN, false, "This VM is in an unknown state."},
    };
    struct board *board = view_board_full();
    fixture_vm(board, 1)->state = cases[_i].state;
    fixture_vm(board, 1)->has_managed_save = cases[_i].saved;
    struct view_fixture fixture;
    view_fixture_open(&fixture, &metrics_view_ops, 18, 58, GLYPHS_ASCII, board, "web1");
    ck_assert_str_eq(view_fixture_row(&fixture, 0), cases[_i].text);
    ck_assert(!view_fixture_shows(&fixture, "CPU"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_states_that_need_a_word)
{
    static const struct {
        enum vm_state state;
        const char *text;
    } cases[] = {
        {VM_STATE_PAUSED, "! paused (I/O error): its vCPUs stand still"},
        {VM_STATE_SHUTTING_DOWN, "! shutting down (I/O error)"},
        {VM_STATE_SUSPENDED, "! asleep: its guest suspended it"},
    };
    struct board *board = view_board_full();
    fixture_vm(board, 1)->state = cases[_i].state;
    fixture_vm(board, 1)->reason = "I/O error";
    struct view_fixture fixture;
    view_fixture_open(&fixture, &metrics_view_ops, 18, 58, GLYPHS_ASCII, board, "web1");
    ck_assert_str_eq(view_fixture_row(&fixture, 0), cases[_i].text);
    ck_assert(view_fixture_shows(&fixture, "CPU"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_waiting_vcpus_are_marked_and_counted)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &metrics_view_ops, 18, 58, GLYPHS_ASCII, view_board_full(), "web1");
    ck_assert(!view_fixture_shows(&fixture, "!"));
    struct board *board = view_board_full();
    view_board_set_vcpus(board, 1, 4); // the fourth waits
    ui_set_board(fixture.screen.ui, board);
    ck_assert(view_fixture_shows(&fixture, "  3!"));
    board = view_board_full();
    view_board_set_vcpus(board, 1, 64); // 3, 14, 25, 36, 47 and 58 do
    ui_set_board(fixture.screen.ui, board);
    ck_assert(view_fixture_shows(&fixture, "ready 1.2 %, 6 above 10 %"));
    board = view_board_full();
    view_board_set_vcpus(board, 1, 512);
    ui_set_board(fixture.screen.ui, board);
    // Four lines of forty, the last eight places of which say so.
    ck_assert(view_fixture_shows(&fixture, "+360 more"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_losses_are_told)
{
    struct board *board = view_board_full();
    struct nic_rates *nic = &fixture_board_vm(board, 1)->rates.nics[0];
    nic->rx_errors = 3;
    nic->tx_drops = 1200;
    struct view_fixture fixture;
    view_fixture_open(&fixture, &metrics_view_ops, 18, 58, GLYPHS_ASCII, board, "web1");
    ck_assert(view_fixture_shows(&fixture, "lost 1.2k/s"));
    frame_resize(&fixture.frame, 18, 78);
    ck_assert(view_fixture_shows(&fixture, "err 3/s drop 1.2k/s"));
    view_fixture_close(&fixture);
}
END_TEST

// One vCPU's worth is the least; above that the busiest moment decides, up to all of them.
START_TEST(test_scale_of_the_cpu_chart)
{
    static const struct {
        float peak;
        const char *label;
    } cases[] = {{1, " 100%"}, {120, " 200%"}, {201, " 400%"}, {400, " 400%"}, {430, " 500%"}};
    struct board *board = view_board_full();
    struct chart *chart = &board->focus->metrics[CHART_CPU];
    for (size_t i = 0; i < chart->count; i++)
        chart->peak[i] = cases[_i].peak;
    struct view_fixture fixture;
    view_fixture_open(&fixture, &metrics_view_ops, 18, 58, GLYPHS_ASCII, board, "web1");
    ck_assert_str_eq(view_fixture_row(&fixture, 2),
                     strstr(view_fixture_row(&fixture, 2), cases[_i].label));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_any_size_is_drawn)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &metrics_view_ops, 1, 1, GLYPHS_UNICODE, many_parts(), "web1");
    for (int rows = 0; rows < 70; rows++)
        for (int columns = 0; columns < 130; columns += rows < 6 ? 1 : 11) {
            frame_resize(&fixture.frame, rows, columns);
            view_fixture_draw(&fixture);
        }
    view_fixture_close(&fixture);
}
END_TEST

// Every row that there is: nothing may be left below what a small pane shows.
START_TEST(test_four_resources_down_to_four_rows)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &metrics_view_ops, 4, 58, GLYPHS_ASCII, many_parts(), "web1");
    for (int rows = 4; rows <= 30; rows++) {
        frame_resize(&fixture.frame, rows, 58);
        ck_assert(view_fixture_shows(&fixture, "CPU   "));
        ck_assert(view_fixture_shows(&fixture, "MEM   "));
        ck_assert(view_fixture_shows(&fixture, "DISK  "));
        ck_assert(view_fixture_shows(&fixture, "NET   "));
    }
    view_fixture_close(&fixture);
}
END_TEST

// Says how long a draw takes; a machine's noise is no reason to fail.
START_TEST(test_draw_is_quick)
{
    enum { ROUNDS = 200 };
    struct view_fixture fixture;
    view_fixture_open(&fixture, &metrics_view_ops, 44, 110, GLYPHS_UNICODE, many_parts(), "web1");
    uint64_t began_ns = clock_monotonic_ns();
    for (int i = 0; i < ROUNDS; i++) {
        frame_clear(&fixture.frame);
        fixture.view->ops->draw(fixture.view, &fixture.frame, frame_rect(&fixture.frame), true);
    }
    printf("metrics at 110x44: %.3f ms a draw\n",
           (double)(clock_monotonic_ns() - began_ns) / ROUNDS / (double)NS_PER_MS);
    fflush(stdout);
    view_fixture_close(&fixture);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics view");
    TCase *screens = tcase_create("screens");
    tcase_add_loop_test(screens, test_tab_is_as_it_was_found_good, 0, ARRAY_COUNT(shots));
    suite_add_tcase(suite, screens);
    TCase *behaviour = tcase_create("behaviour");
    tcase_add_test(behaviour, test_through_the_screen);
    tcase_add_test(behaviour, test_no_vm);
    tcase_add_test(behaviour, test_age_is_judged_by_the_tick);
    tcase_add_test(behaviour, test_figures_that_never_came);
    tcase_add_loop_test(behaviour, test_states_without_figures, 0, 4);
    tcase_add_loop_test(behaviour, test_states_that_need_a_word, 0, 3);
    tcase_add_test(behaviour, test_waiting_vcpus_are_marked_and_counted);
    tcase_add_test(behaviour, test_losses_are_told);
    tcase_add_loop_test(behaviour, test_scale_of_the_cpu_chart, 0, 5);
    tcase_add_test(behaviour, test_any_size_is_drawn);
    tcase_add_test(behaviour, test_four_resources_down_to_four_rows);
    tcase_add_test(behaviour, test_draw_is_quick);
    suite_add_tcase(suite, behaviour);
    return check_main(suite);
}
