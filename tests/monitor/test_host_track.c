// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <math.h>
#include <stdlib.h>

#include "fabricated.h"
#include "monitor/host_track.h"

#define ck_near(value, expected) ck_assert_double_eq_tol((value), (expected), 0.05)

static struct host_track *host;
static struct board *board;

static void set_up(void)
{
    host = host_track_create("lab1", 2);
    board = NULL;
}

static void tear_down(void)
{
    host_track_destroy(host);
    board_unref(board);
}

static const struct board_host *show(void)
{
    board_unref(board);
    board = board_create();
    board->hosts = memory_array(1, sizeof(*board->hosts));
    board->host_count = 1;
    host_track_show(host, &board->hosts[0]);
    return &board->hosts[0];
}

static const struct board_vm *show_vm(const char *uuid)
{
    const struct board_vm *vm = NULL;
    show();
    board_find(board, uuid, NULL, &vm);
    return vm;
}

static void put(struct host_snapshot *snapshot)
{
    host_snapshot_freeze(snapshot);
    host_track_step(host, snapshot);
}

// VMs in this order, each with that CPU time.
static void put_vms(uint64_t at_ms, unsigned count, const char *const uuids[],
                    const uint64_t cpu_ms[])
{
    struct host_snapshot *snapshot = make_snapshot("lab1", count, at_ms * MS);
    for (unsigned i = 0; i < count; i++) {
        vm_running(&snapshot->vms[i], uuids[i], 5, at_ms * MS);
        vm_cpu(&snapshot->vms[i], 4, cpu_ms[i]);
        vm_add_vcpu(&snapshot->vms[i], 0, cpu_ms[i], 0);
        disk_reads(vm_add_disk(&snapshot->vms[i], "vda"), cpu_ms[i] * 1000, cpu_ms[i], 0);
    }
    put(snapshot);
}

START_TEST(before_the_first_snapshot)
{
    const struct board_host *shown = show();
    ck_assert_str_eq(shown->name, "lab1");
    ck_assert_int_eq(shown->connection, CONNECTION_CONNECTING);
    ck_assert_ptr_null(shown->snapshot);
    ck_assert_ptr_null(shown->vms);
    ck_near(shown->tick_s, 2);
    ck_near(shown->rates.cpu_percent, -1);
    ck_near(shown->rates.vm_cpu_percent, -1);
    ck_assert(!board_find(board, UUID_A, NULL, NULL));
    struct charts *charts = host_track_charts(host, "", 60, 5 * SECOND);
    ck_assert(isnan(charts->metrics[CHART_CPU].mean[59]));
    free(charts);
    ck_assert_ptr_null(host_track_charts(host, UUID_A, 60, 5 * SECOND));
}
END_TEST

START_TEST(vms_come_go_and_change_places)
{
    put_vms(10000, 2, (const char *const[]){UUID_B, UUID_A}, (const uint64_t[]){1000, 500});
    ck_near(show_vm(UUID_A)->rates.cpu_percent, -1);
    put_vms(12000, 2, (const char *const[]){UUID_A, UUID_B}, (const uint64_t[]){1500, 5000});
    ck_near(show_vm(UUID_A)->rates.cpu_percent, 50);
    ck_near(show_vm(UUID_B)->rates.cpu_percent, 200);
    ck_near(show()->rates.vm_cpu_percent, 250);
    ck_near(show_vm(UUID_B)->rates.disks[0].read_bytes, 2000000);
    // A goes, C comes.
    put_vms(14000, 2, (const char *const[]){UUID_C, UUID_B}, (const uint64_t[]){9000, 6000});
    ck_assert_ptr_null(show_vm(UUID_A));
    ck_near(show_vm(UUID_B)->rates.cpu_percent, 50);
    ck_near(show_vm(UUID_C)->rates.cpu_percent, -1);
    ck_assert(!host_track_has(host, UUID_A));
    ck_assert(host_track_has(host, UUID_C));
    // A comes back, after an interval nobody saw: unknown, not 4 s worth of a spike.
    put_vms(16000, 3, (const char *const[]){UUID_C, UUID_B, UUID_A},
            (const uint64_t[]){9200, 6000, 9500});
    ck_near(show_vm(UUID_A)->rates.cpu_percent, -1);
    ck_near(show_vm(UUID_C)->rates.cpu_percent, 10);
    put_vms(18000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){9900});
    ck_near(show_vm(UUID_A)->rates.cpu_percent, 20);
    put_vms(20000, 0, NULL, NULL);
    ck_assert_uint_eq(show()->snapshot->vm_count, 0);
    ck_near(show()->rates.vm_cpu_percent, 0);
}
END_TEST

START_TEST(two_vms_with_one_uuid_do_no_harm)
{
    for (int i = 0; i < 3; i++)
        put_vms(10000 + (uint64_t)i * 2000, 3, (const char *const[]){UUID_A, UUID_A, UUID_B},
                (const uint64_t[]){100, 100, 100});
    ck_assert_uint_eq(show()->snapshot->vm_count, 3);
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_eq(board->hosts[0].vms[i].sample, &board->hosts[0].snapshot->vms[i]);
    ck_near(show_vm(UUID_B)->rates.cpu_percent, 0);
}
END_TEST

// B is sampled in every second snapshot only; in between its old figures are handed on.
START_TEST(intervals_are_those_of_the_vm)
{
    for (unsigned i = 0; i <= 4; i++) {
        struct host_snapshot *snapshot = make_snapshot("lab1", 2, (10 + 2 * i) * SECOND);
        unsigned turn = i / 2 * 2;
        vm_running(&snapshot->vms[0], UUID_A, 1, (10 + 2 * i) * SECOND);
        vm_cpu(&snapshot->vms[0], 2, 1000 * i);
        vm_running(&snapshot->vms[1], UUID_B, 2, (10 + 2 * turn) * SECOND);
        vm_cpu(&snapshot->vms[1], 2, 1000 * turn);
        put(snapshot);
        ck_near(show_vm(UUID_A)->rates.cpu_percent, i >= 1 ? 50 : -1);
        ck_near(show_vm(UUID_B)->rates.cpu_percent, i >= 2 ? 50 : -1);
    }
    struct charts *charts = host_track_charts(host, UUID_B, 60, 19 * SECOND);
    for (int back = 1; back <= 8; back++) // 10 s .. 18 s without a gap
        ck_near(charts->metrics[CHART_CPU].mean[60 - back], 50);
    ck_assert(isnan(charts->metrics[CHART_CPU].mean[51]));
    free(charts);
}
END_TEST

// The state alone is known in between: the figures must not be lost with it.
START_TEST(samples_without_figures_do_not_lose_the_interval)
{
    for (unsigned t = 10; t <= 14; t += 2) {
        struct host_snapshot *snapshot = make_snapshot("lab1", 1, t * SECOND);
        vm_running(&snapshot->vms[0], UUID_A, 5, t == 12 ? 10 * SECOND : t * SECOND);
        if (t != 12)
            vm_cpu(&snapshot->vms[0], 4, t * 500);
        put(snapshot);
    }
    ck_near(show_vm(UUID_A)->rates.cpu_percent, 50);
}
END_TEST

// A VM that hangs for hours must not keep a snapshot of then alive.
START_TEST(old_snapshots_are_let_go)
{
    struct host_snapshot *held = NULL;
    for (uint64_t t = 10; t <= 14; t += 2) {
        struct host_snapshot *snapshot = make_snapshot("lab1", 1, t * SECOND);
        vm_running(&snapshot->vms[0], UUID_A, 5, 10 * SECOND); // no new figures
        vm_cpu(&snapshot->vms[0], 2, 1000);
        snapshot->vms[0].hung = t > 10;
        if (t == 10)
            held = host_snapshot_ref(snapshot);
        put(snapshot);
    }
    ck_assert_uint_eq(atomic_load(&held->refs.holders), 1);
    host_snapshot_unref(held);
}
END_TEST

START_TEST(early_samples_do_not_shorten_the_interval)
{
    put_vms(10000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){1000});
    put_vms(12000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){2000});
    put_vms(12100, 1, (const char *const[]){UUID_A}, (const uint64_t[]){2110});
    ck_near(show_vm(UUID_A)->rates.cpu_percent, 50);
    put_vms(14000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){3600});
    ck_near(show_vm(UUID_A)->rates.cpu_percent, 80); // from 12.0 to 14.0
}
END_TEST

START_TEST(the_tick_is_a_median)
{
    static const uint64_t at_ms[] = {10000, 12000, 12100, 14000, 16000, 18000};
    for (int i = 0; i < 6; i++)
        put_vms(at_ms[i], 0, NULL, NULL);
    ck_near(show()->tick_s, 2);
    put_vms(28000, 0, NULL, NULL); // once late
    ck_near(show()->tick_s, 2);
    put_vms(38000, 0, NULL, NULL);
    put_vms(48000, 0, NULL, NULL);
    ck_near(show()->tick_s, 10);
}
END_TEST

START_TEST(charts_go_on_through_an_outage)
{
    for (uint64_t t = 10; t <= 30; t += 2)
        put_vms(t * 1000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){t * 500});
    // Two minutes of silence, then the mean of all that time is known, but drawn for a minute only.
    put_vms(150000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){15000 + 120 * 250});
    ck_near(show_vm(UUID_A)->rates.cpu_percent, 25);
    struct charts *charts = host_track_charts(host, UUID_A, 120, 151 * SECOND);
    const struct chart *chart = &charts->metrics[CHART_CPU];
    ck_assert_uint_eq(chart->count, 120);
    ck_near(chart->mean[119], 25); // 149
    ck_near(chart->mean[60], 25);  // 90
    ck_assert(isnan(chart->mean[59]));
    free(charts);
    // Offline since: after three ticks, but not before, the chart moves on without figures.
    charts = host_track_charts(host, UUID_A, 120, 200 * SECOND);
    ck_assert(isnan(charts->metrics[CHART_CPU].mean[119]));
    ck_near(charts->metrics[CHART_CPU].mean[69], 25);
    ck_assert_str_eq(charts->uuid, UUID_A);
    free(charts);
    charts = host_track_charts(host, UUID_A, 120, 160 * SECOND);
    ck_near(charts->metrics[CHART_CPU].mean[119], 25);
    free(charts);
}
END_TEST

START_TEST(vms_that_are_gone_for_an_hour_are_forgotten)
{
    for (uint64_t t = 10; t <= 14; t += 2)
        put_vms(t * 1000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){t * 500});
    put_vms(16000, 1, (const char *const[]){UUID_B}, (const uint64_t[]){0});
    put_vms(3614000, 1, (const char *const[]){UUID_B}, (const uint64_t[]){0});
    struct charts *charts = host_track_charts(host, UUID_A, 3600, 3614 * SECOND);
    ck_assert_ptr_nonnull(charts);
    free(charts);
    put_vms(3615000, 1, (const char *const[]){UUID_B}, (const uint64_t[]){0});
    ck_assert_ptr_null(host_track_charts(host, UUID_A, 3600, 3615 * SECOND));
}
END_TEST

START_TEST(the_host_has_charts)
{
    for (uint64_t t = 10; t <= 14; t += 2) {
        struct host_snapshot *snapshot = make_snapshot("lab1", 2, t * SECOND);
        snapshot->valid = HOST_HAS_CPU | HOST_HAS_MEMORY;
        snapshot->cpu_user_ns = t * SECOND;
        snapshot->cpu_idle_ns = t * 3 * SECOND;
        snapshot->memory_total_kib = 1000;
        snapshot->memory_free_kib = 200;
        snapshot->memory_cache_kib = 300;
        for (unsigned i = 0; i < 2; i++) {
            vm_running(&snapshot->vms[i], i == 0 ? UUID_A : UUID_B, 5, t * SECOND);
            vm_memory(&snapshot->vms[i], 1024, 512, 1);
            disk_writes(vm_add_disk(&snapshot->vms[i], "vda"), t * 500, t, t * (i + 1));
        }
        put(snapshot);
    }
    ck_near(show()->rates.cpu_percent, 25);
    struct charts *charts = host_track_charts(host, "", 60, 14 * SECOND);
    ck_assert_str_eq(charts->uuid, "");
    ck_near(charts->metrics[CHART_CPU].mean[59], 25);
    ck_near(charts->metrics[CHART_MEMORY].mean[59], 500);
    ck_near(charts->metrics[CHART_BALLOON].mean[59], 2048);
    ck_near(charts->metrics[CHART_DISK_WRITE].mean[59], 1000);
    ck_near(charts->metrics[CHART_DISK_LATENCY].mean[59], 2);
    ck_assert(isnan(charts->metrics[CHART_NET_RX].mean[59]));
    free(charts);
}
END_TEST

START_TEST(alerts_and_marks_are_shown)
{
    for (uint64_t t = 10; t <= 16; t += 2) {
        struct host_snapshot *snapshot = make_snapshot("lab1", 3, t * SECOND);
        vm_running(&snapshot->vms[0], UUID_B, 5, t * SECOND);
        vm_add_vcpu(&snapshot->vms[0], 0, 0, t * 200);
        vm_running(&snapshot->vms[1], UUID_C, 6, t * SECOND);
        vm_running(&snapshot->vms[2], UUID_A, 7, t * SECOND);
        snapshot->vms[2].state = VM_STATE_CRASHED;
        put(snapshot);
    }
    ck_assert_int_eq(show_vm(UUID_B)->hurting, SEVERITY_ALARM);
    ck_assert_int_eq(show_vm(UUID_C)->hurting, SEVERITY_INFO);
    const struct board_host *shown = show();
    ck_assert_uint_eq(shown->alert_count, 2);
    ck_assert_uint_eq(shown->alerts[0].vm_index, 0);
    ck_assert_str_eq(shown->alerts[0].text, "crashed");
    ck_assert_uint_eq(shown->alerts[1].vm_index, 1);
    ck_assert_str_eq(shown->alerts[1].text, "ready 20.0 % (host CPU contended)");

    struct job_info job = {.id = 4, .state = JOB_RUNNING, .host = "lab1", .uuid = UUID_B};
    board_host_mark_job(&board->hosts[0], &job);
    job.id = 5;
    job.state = JOB_QUEUED;
    board_host_mark_job(&board->hosts[0], &job);
    strcpy(job.uuid, UUID_C);
    board_host_mark_job(&board->hosts[0], &job);
    job.id = 6;
    job.state = JOB_DONE;
    strcpy(job.uuid, UUID_A);
    board_host_mark_job(&board->hosts[0], &job);
    job.state = JOB_RUNNING;
    strcpy(job.host, "lab2");
    board_host_mark_job(&board->hosts[0], &job);
    ck_assert_uint_eq(shown->vms[0].job_id, 0);
    ck_assert_uint_eq(shown->vms[1].job_id, 4);
    ck_assert_uint_eq(shown->vms[2].job_id, 5);
}
END_TEST

START_TEST(an_offline_host_keeps_its_snapshot)
{
    put_vms(10000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){0});
    put_vms(12000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){1000});
    struct event *event = event_create(EVENT_CONNECTION, "lab1");
    event->connection = CONNECTION_OFFLINE;
    event->next_try_wall_ms = 4711;
    error_set(&event->error, ERROR_OFFLINE, 38, "the daemon went away");
    host_track_set_connection(host, event);
    const struct board_host *shown = show();
    ck_assert_int_eq(shown->connection, CONNECTION_OFFLINE);
    ck_assert_str_eq(shown->error.text, "the daemon went away");
    ck_assert_uint_eq(shown->next_try_wall_ms, 4711);
    ck_near(shown->vms[0].rates.cpu_percent, 50);
    event->connection = CONNECTION_ONLINE;
    host_track_set_connection(host, event);
    ck_assert_str_eq(show()->error.text, "");
    event_unref(event);
}
END_TEST

// A board outlives the host that it was made from.
START_TEST(boards_are_frozen)
{
    put_vms(10000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){0});
    put_vms(12000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){1000});
    const struct board_vm *vm = show_vm(UUID_A);
    struct board *held = board_ref(board);
    put_vms(14000, 1, (const char *const[]){UUID_A}, (const uint64_t[]){1000});
    host_track_destroy(host);
    host = NULL;
    ck_near(vm->rates.cpu_percent, 50);
    ck_near(vm->rates.vcpus[0].use_percent, 50);
    ck_assert_str_eq(vm->sample->name, "web1");
    board_unref(held);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("host_track");
    TCase *tests = tcase_create("host_track");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, before_the_first_snapshot);
    tcase_add_test(tests, vms_come_go_and_change_places);
    tcase_add_test(tests, two_vms_with_one_uuid_do_no_harm);
    tcase_add_test(tests, intervals_are_those_of_the_vm);
    tcase_add_test(tests, samples_without_figures_do_not_lose_the_interval);
    tcase_add_test(tests, old_snapshots_are_let_go);
    tcase_add_test(tests, early_samples_do_not_shorten_the_interval);
    tcase_add_test(tests, the_tick_is_a_median);
    tcase_add_test(tests, charts_go_on_through_an_outage);
    tcase_add_test(tests, vms_that_are_gone_for_an_hour_are_forgotten);
    tcase_add_test(tests, the_host_has_charts);
    tcase_add_test(tests, alerts_and_marks_are_shown);
    tcase_add_test(tests, an_offline_host_keeps_its_snapshot);
    tcase_add_test(tests, boards_are_frozen);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
