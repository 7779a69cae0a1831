// SPDX-License-Identifier: GPL-2.0-or-later
// The hosts: how each is reached, what it is, how loaded, and that what is old or not known is
// said to be so.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "ui/views/view_boards.h"
#include "ui/views/view_fixture.h"

#define GIB_KIB (1024.0 * 1024.0)

static void add_host_charts(struct board *board)
{
    struct charts *charts = memory_alloc(sizeof(*charts));
    charts->window_s = 300;
    for (int metric = 0; metric < CHART_METRIC_COUNT; metric++) {
        struct chart *chart = &charts->metrics[metric];
        double top = metric == CHART_CPU ? 90 : metric == CHART_MEMORY ? 50 * GIB_KIB : 40e6;
        chart->count = 75;
        chart->step_s = 4;
        for (size_t i = 0; i < chart->count; i++)
            chart->mean[i] = chart->peak[i] =
                i < 6 ? NAN : (float)(top * (0.5 + 0.5 * sin((double)i / 7 + metric)));
    }
    board->host_charts = charts;
}

static struct board *one(void)
{
    struct board *board = view_board_full();
    struct board_host *host = &board->hosts[0];
    struct host_snapshot *snapshot = host->snapshot;
    host->rates = (struct host_rates){61, 40.2, 18.1, 2.2, 0.5, 249};
    snapshot->load_5 = 7.25;
    snapshot->load_15 = 6;
    snapshot->memory_cache_kib = (uint64_t)(9 * GIB_KIB);
    snapshot->psi_io_some_10 = 4.5;
    snapshot->psi_io_full_10 = 2.1;
    snapshot->sample_cost_ns = 12300000;
    add_host_charts(board);
    return board;
}

static struct board *two(void)
{
    struct board *board = fixture_board_two_hosts();
    host_snapshot_add_notice(
        board->hosts[0].snapshot,
        "QEMU runs as root: its own user cannot open /root/vms, which is where "
        "the images of web1 and db1 are");
    board->hosts[1].connection = CONNECTION_STALLED;
    board->hosts[1].snapshot->sampled_ns = FIXTURE_NOW_NS - 44 * NS_PER_SECOND;
    free(board->hosts[1].snapshot->acceleration);
    board->hosts[1].snapshot->acceleration =
        memory_strdup("software emulation: /dev/kvm is there but cannot be opened");
    return board;
}

// A host of which nothing is known but its VMs.
static struct board *unknown(void)
{
    struct board *board = view_board_full();
    struct host_snapshot *host = board->hosts[0].snapshot;
    host->valid = 0;
    host->cpus = 0;
    free(host->hypervisor);
    free(host->library_version);
    free(host->arch);
    free(host->cpu_model);
    free(host->acceleration);
    host->hypervisor = host->library_version = host->arch = host->cpu_model = host->acceleration =
        NULL;
    board->hosts[0].rates = (struct host_rates){-1, -1, -1, -1, -1, -1};
    return board;
}

static struct board *hurting(void)
{
    struct board *board = one();
    struct board_host *host = &board->hosts[0];
    host->alerts = memory_resize(host->alerts, host->alert_count + 1, sizeof(*host->alerts));
    struct alert *alert = &host->alerts[host->alert_count++];
    *alert = (struct alert){.severity = SEVERITY_WARN, .vm_index = SIZE_MAX};
    str_format(alert->text, sizeof(alert->text), "host CPUs wait for storage 31 %% of the time");
    return board;
}

static const struct view_shot shots[] = {
    {"hosts-58x18", one, 18, 58, GLYPHS_UNICODE, NULL, ""},
    {"hosts-58x18-end", one, 18, 58, GLYPHS_UNICODE, NULL, "End"},
    {"hosts-78x20", hurting, 20, 78, GLYPHS_UNICODE, NULL, ""},
    {"hosts-110x44", one, 44, 110, GLYPHS_UNICODE, NULL, ""},
    {"hosts-78x20-ascii", one, 20, 78, GLYPHS_ASCII, NULL, ""},
    {"hosts-two-78x40", two, 40, 78, GLYPHS_UNICODE, NULL, ""},
    {"hosts-two-78x20-scrolled", two, 20, 78, GLYPHS_UNICODE, NULL, "PgDn"},
    {"hosts-offline-78x20", fixture_board_offline, 20, 78, GLYPHS_UNICODE, NULL, ""},
    {"hosts-nobody-58x18", fixture_board_nobody, 18, 58, GLYPHS_UNICODE, NULL, ""},
    {"hosts-connecting-58x18", fixture_board_connecting, 18, 58, GLYPHS_UNICODE, NULL, ""},
    {"hosts-unknown-78x20", unknown, 20, 78, GLYPHS_UNICODE, NULL, ""},
};

START_TEST(test_hosts_are_as_they_were_found_good)
{
    view_shot_check(&shots[_i], &hosts_view_ops);
}
END_TEST

START_TEST(test_scrolling_ends_at_both_ends)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &hosts_view_ops, 10, 78, GLYPHS_ASCII, two(), NULL);
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "lab1");
    view_fixture_keys(&fixture, "k PgUp");
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "lab1");
    view_fixture_keys(&fixture, "j");
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "  connection  online");
    view_fixture_keys(&fixture, "End");
    ck_assert(view_fixture_shows(&fixture, "every 2 s, a call takes"));
    AUTO_FREE char *end = memory_strdup(view_fixture_draw(&fixture));
    view_fixture_keys(&fixture, "PgDn j");
    ck_assert_str_eq(view_fixture_draw(&fixture), end);
    view_fixture_keys(&fixture, "Home");
    ck_assert_str_eq(view_fixture_row(&fixture, 0), "lab1");
    ck_assert_uint_eq(view_fixture_keys(&fixture, "H e q"), 0);
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_charts_are_those_of_the_selected_vms_host)
{
    struct board *board = fixture_board_two_hosts();
    add_host_charts(board);
    struct view_fixture fixture;
    view_fixture_open(&fixture, &hosts_view_ops, 60, 110, GLYPHS_ASCII, board, "mail");
    ck_assert(view_fixture_shows(&fixture, "CPU of lab2, last 5 min"));
    view_fixture_select(&fixture, "db1");
    ck_assert(view_fixture_shows(&fixture, "CPU of lab1, last 5 min"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_figures_of_the_machine)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &hosts_view_ops, 40, 78, GLYPHS_ASCII, one(), NULL);
    ck_assert(view_fixture_shows(&fixture, "61 % of 16 CPUs"));
    ck_assert(view_fixture_shows(&fixture, "user 40, system 18, iowait 2.2, steal 0.5 %"));
    ck_assert(view_fixture_shows(&fixture, "used 48.2G of 62.5G"));
    ck_assert(view_fixture_shows(&fixture, "available 14.2G  free 2.0G  cache 9.0G"));
    ck_assert(view_fixture_shows(&fixture, "3 of 4 up, with 14 vCPUs and 14.0G of memory"));
    ck_assert(view_fixture_shows(&fixture, "every 2 s, a call takes 12 ms"));
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_any_size_is_drawn)
{
    struct view_fixture fixture;
    view_fixture_open(&fixture, &hosts_view_ops, 1, 1, GLYPHS_UNICODE, two(), NULL);
    for (int rows = 0; rows < 60; rows++)
        for (int columns = 0; columns < 130; columns += rows < 6 ? 1 : 11) {
            frame_resize(&fixture.frame, rows, columns);
            view_fixture_draw(&fixture);
            view_fixture_keys(&fixture, "j");
        }
    view_fixture_close(&fixture);
}
END_TEST

START_TEST(test_no_board_yet)
{
    const struct ui_fixture_settings settings = {24, 80, GLYPHS_ASCII, false, false};
    struct ui_fixture fixture;
    ui_fixture_open(&fixture, &settings, NULL);
    ui_fixture_keys(&fixture, "H");
    ck_assert(ui_fixture_shows(&fixture, "no hosts yet"));
    ui_fixture_keys(&fixture, "j Esc e");
    ck_assert(ui_fixture_shows(&fixture, "nothing has happened yet"));
    ui_fixture_close(&fixture);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hosts view");
    TCase *screens = tcase_create("screens");
    tcase_add_loop_test(screens, test_hosts_are_as_they_were_found_good, 0, ARRAY_COUNT(shots));
    suite_add_tcase(suite, screens);
    TCase *behaviour = tcase_create("behaviour");
    tcase_add_test(behaviour, test_scrolling_ends_at_both_ends);
    tcase_add_test(behaviour, test_charts_are_those_of_the_selected_vms_host);
    tcase_add_test(behaviour, test_figures_of_the_machine);
    tcase_add_test(behaviour, test_any_size_is_drawn);
    tcase_add_test(behaviour, test_no_board_yet);
    suite_add_tcase(suite, behaviour);
    return check_main(suite);
}
