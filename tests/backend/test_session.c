// SPDX-License-Identifier: GPL-2.0-or-later
// Connecting, losing, stalling and parting, with the simulated host behind the session.
#include <string.h>

#include "backend/session.h"
#include "backend/session_inner.h"
#include "backend/session_watch.h"
#include "backend/sim/sim.h"
#include "check_main.h"
#include "core/clock.h"

#define URI "sim:///?vms=8&seed=3&scenario=mixed"

static struct session_watch *watch;
static struct session *session;
static struct sim_world *world;

static struct session *make(const char *uri, double tick_s, const struct session_timing *timing)
{
    struct session_settings settings = {
        .uri = uri,
        .tick_s = tick_s,
        .executors = 4,
        .command_timeout_s = 5,
        .sink = session_watch_sink(watch),
    };
    struct session *made = session_create(&settings);
    if (timing != NULL)
        session_set_timing(made, timing);
    return made;
}

static void setup(void)
{
    sim_worlds_forget();
    watch = session_watch_create();
    world = sim_world_create(URI, NULL);
    session = NULL;
}

static void teardown(void)
{
    session_destroy(session);
    session_watch_destroy(watch);
    sim_world_release(world);
    sim_worlds_forget();
}

static void start(double tick_s, const struct session_timing *timing)
{
    session = make(URI, tick_s, timing);
    session_start(session);
}

START_TEST(it_connects_and_samples)
{
    start(0.5, NULL);
    ck_assert(session_watch_wait_snapshots(watch, 3, 5000));
    ck_assert_uint_eq(session_watch_connections(watch, CONNECTION_CONNECTING), 1);
    ck_assert_uint_eq(session_watch_connections(watch, CONNECTION_ONLINE), 1);
    struct host_snapshot *snapshot = session_watch_latest(watch);
    ck_assert_uint_eq(snapshot->vm_count, 8);
    ck_assert_str_eq(snapshot->name, "sim1");
    ck_assert_double_eq(snapshot->tick_s, 0.5);
    for (size_t i = 1; i < snapshot->vm_count; i++)
        ck_assert_int_lt(strcmp(snapshot->vms[i - 1].uuid, snapshot->vms[i].uuid), 0);
    host_snapshot_unref(snapshot);
}
END_TEST

START_TEST(the_tick_is_kept)
{
    start(0.5, NULL);
    ck_assert(session_watch_wait_snapshots(watch, 1, 5000));
    uint64_t began_ns = clock_monotonic_ns();
    ck_assert(session_watch_wait_snapshots(watch, 5, 5000));
    double seconds = (double)(clock_monotonic_ns() - began_ns) / 1e9;
    ck_assert_double_gt(seconds, 1.7);
    ck_assert_double_lt(seconds, 2.9);
}
END_TEST

START_TEST(asking_often_samples_at_most_five_times_a_second)
{
    start(60, NULL);
    ck_assert(session_watch_wait_snapshots(watch, 1, 5000));
    for (int i = 0; i < 100; i++) {
        session_sample_soon(session);
        clock_sleep_ms(10);
    }
    unsigned count = session_watch_snapshots(watch);
    ck_assert_uint_ge(count, 3);
    ck_assert_uint_le(count, 8);
}
END_TEST

START_TEST(an_expensive_sample_stretches_the_tick)
{
    session = make("sim:///?vms=4&stall_ms=300", 0.5, NULL);
    session_start(session);
    ck_assert(session_watch_wait_snapshots(watch, 2, 5000));
    struct host_snapshot *snapshot = session_watch_latest(watch);
    // Four times what a sample costs.
    ck_assert_double_ge(snapshot->tick_s, 1.2);
    ck_assert_double_le(snapshot->tick_s, 3.0);
    host_snapshot_unref(snapshot);
}
END_TEST

START_TEST(a_refusing_host_is_tried_again_with_growing_pauses)
{
    sim_script_refuse_open(world, true);
    start(0.5, NULL);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_OFFLINE, 3, 6000));
    struct event last;
    ck_assert(session_watch_last_connection(watch, &last));
    ck_assert_int_eq(last.error.kind, ERROR_OFFLINE);
    ck_assert_str_eq(last.error.text, "the simulated host refuses connections");
    // After the third refusal it waits for 2 s, give or take a fifth.
    uint64_t now_ms = clock_wall_ms();
    ck_assert_uint_gt(last.next_try_wall_ms, now_ms + 1000);
    ck_assert_uint_le(last.next_try_wall_ms, now_ms + 2400);
    ck_assert_uint_eq(sim_world_open_attempts(world), 3);

    sim_script_refuse_open(world, false);
    session_reconnect_now(session);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_ONLINE, 1, 900));
}
END_TEST

START_TEST(a_lost_connection_comes_back)
{
    start(0.5, NULL);
    ck_assert(session_watch_wait_snapshots(watch, 1, 5000));
    sim_script_drop_connections(world, "the daemon was killed");
    ck_assert(session_watch_wait_connection(watch, CONNECTION_OFFLINE, 1, 1000));
    ck_assert(session_watch_wait_connection(watch, CONNECTION_ONLINE, 2, 3000));
    unsigned before = session_watch_snapshots(watch);
    ck_assert(session_watch_wait_snapshots(watch, before + 1, 3000));
    for (int i = 0; i < 200 && sim_world_connections(world) > 1; i++)
        clock_sleep_ms(10);
    ck_assert_uint_eq(sim_world_connections(world), 1);
}
END_TEST

START_TEST(a_bad_uri_is_explained)
{
    session = make("sim:///?vms=many", 0.5, NULL);
    session_start(session);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_OFFLINE, 1, 3000));
    struct event last;
    ck_assert(session_watch_last_connection(watch, &last));
    ck_assert_int_eq(last.error.kind, ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(last.error.text, "\"vms\""));
}
END_TEST

static struct session_timing short_timing(void)
{
    struct session_timing timing = session_default_timing;
    timing.stall_slack = 100; // beside three ticks of 0.5 s
    timing.stall_give_up = 800;
    timing.open_deadline = 700;
    timing.first_backoff = 100;
    return timing;
}

START_TEST(a_stall_is_shown_and_heals)
{
    struct session_timing timing = short_timing();
    timing.stall_give_up = 20000;
    start(0.5, &timing);
    ck_assert(session_watch_wait_snapshots(watch, 1, 5000));
    sim_script_stall_sampling(world, UINT64_MAX);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_STALLED, 1, 4000));
    sim_script_stall_sampling(world, 0);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_ONLINE, 2, 2000));
    ck_assert_uint_eq(session_watch_connections(watch, CONNECTION_OFFLINE), 0);
    ck_assert_uint_eq(sim_world_open_attempts(world), 1);
}
END_TEST

START_TEST(a_long_stall_opens_a_new_connection)
{
    struct session_timing timing = short_timing();
    start(0.5, &timing);
    ck_assert(session_watch_wait_snapshots(watch, 1, 5000));
    sim_script_stall_sampling(world, 4500);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_STALLED, 1, 4000));
    ck_assert(session_watch_wait_connection(watch, CONNECTION_OFFLINE, 1, 3000));
    ck_assert(session_watch_wait_connection(watch, CONNECTION_ONLINE, 2, 3000));
    unsigned before = session_watch_snapshots(watch);
    ck_assert(session_watch_wait_snapshots(watch, before + 2, 6000));
    // The worker that was left behind comes back at the same time, and closes its own.
    for (int i = 0; i < 200 && sim_world_connections(world) > 1; i++)
        clock_sleep_ms(10);
    ck_assert_uint_eq(sim_world_connections(world), 1);
}
END_TEST

START_TEST(an_open_without_an_answer_is_given_up)
{
    struct session_timing timing = short_timing();
    sim_script_stall_open(world, 2500);
    start(0.5, &timing);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_OFFLINE, 1, 3000));
    struct event last;
    ck_assert(session_watch_last_connection(watch, &last));
    ck_assert_int_eq(last.error.kind, ERROR_TIMEOUT);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_ONLINE, 1, 6000));
    for (int i = 0; i < 200 && sim_world_connections(world) > 1; i++)
        clock_sleep_ms(10);
    ck_assert_uint_eq(sim_world_connections(world), 1);
}
END_TEST

static double seconds_to_destroy(void)
{
    uint64_t began_ns = clock_monotonic_ns();
    session_destroy(session);
    session = NULL;
    return (double)(clock_monotonic_ns() - began_ns) / 1e9;
}

START_TEST(destroying_while_idle_is_quick)
{
    start(60, NULL);
    ck_assert(session_watch_wait_snapshots(watch, 1, 5000));
    ck_assert_double_lt(seconds_to_destroy(), 0.5);
    ck_assert_uint_eq(sim_world_connections(world), 0);
}
END_TEST

START_TEST(destroying_while_stuck_is_bounded)
{
    start(0.5, NULL);
    ck_assert(session_watch_wait_snapshots(watch, 1, 5000));
    unsigned samples = sim_world_samples(world);
    sim_script_stall_sampling(world, UINT64_MAX);
    while (sim_world_samples(world) == samples)
        clock_sleep_ms(10);
    ck_assert_double_lt(seconds_to_destroy(), 3.0);
    // Nothing is said any more, and what was left behind ends by itself.
    unsigned snapshots = session_watch_snapshots(watch);
    sim_script_stall_sampling(world, 0);
    for (int i = 0; i < 200 && sim_world_connections(world) > 0; i++)
        clock_sleep_ms(10);
    ck_assert_uint_eq(sim_world_connections(world), 0);
    ck_assert_uint_eq(session_watch_snapshots(watch), snapshots);
}
END_TEST

START_TEST(destroying_while_opening_is_bounded)
{
    sim_script_stall_open(world, 4000);
    start(0.5, NULL);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_CONNECTING, 1, 1000));
    ck_assert_double_lt(seconds_to_destroy(), 3.0);
}
END_TEST

START_TEST(one_that_never_started_can_be_destroyed)
{
    session = make(URI, 1, NULL);
    ck_assert_double_lt(seconds_to_destroy(), 0.2);
    session_destroy(NULL);
}
END_TEST

START_TEST(changes_by_others_are_heard_and_sampled)
{
    start(60, NULL);
    ck_assert(session_watch_wait_snapshots(watch, 1, 5000));
    ck_assert(sim_script_crash(world, "db1"));
    ck_assert(session_watch_wait_vm_event(watch, "db1", "shut off (crashed)", 1000));
    ck_assert(session_watch_wait_snapshots(watch, 2, 2000));
    char uuid[VM_UUID_SIZE];
    ck_assert(sim_world_find(world, "db1", uuid));
    struct host_snapshot *snapshot = session_watch_latest(watch);
    const struct vm_sample *vm = host_snapshot_find(snapshot, uuid);
    ck_assert_int_eq(vm->state, VM_STATE_SHUT_OFF);
    ck_assert_str_eq(vm->reason, "crashed");
    host_snapshot_unref(snapshot);
}
END_TEST

START_TEST(a_new_focus_brings_its_details_soon)
{
    start(60, NULL);
    ck_assert(session_watch_wait_snapshots(watch, 1, 5000));
    struct interest interest = {.chart_window_s = 300};
    ck_assert(sim_world_find(world, "web1", interest.focus));
    session_set_interest(session, &interest);
    ck_assert(session_watch_wait_snapshots(watch, 2, 2000));
    struct host_snapshot *snapshot = session_watch_latest(watch);
    ck_assert_ptr_nonnull(host_snapshot_find(snapshot, interest.focus)->detail);
    host_snapshot_unref(snapshot);
}
END_TEST

START_TEST(host_names_come_from_the_uri)
{
    static const char *const expected[][2] = {
        {"qemu+ssh://root@lab1.example:2222/system", "lab1.example"},
        {"qemu+tls://[fe80::1]:16514/system", "[fe80::1]:16514"},
        {"qemu+ssh://lab2/system?keyfile=/k", "lab2"},
        {"test:///default", "test"},
        {"sim:///?hosts=3&host=2", "sim2"},
        {"sim:///", "sim1"},
    };
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        struct session *named = make(expected[i][0], 1, NULL);
        ck_assert_str_eq(session_host_name(named), expected[i][1]);
        session_destroy(named);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session");
    TCase *tests = tcase_create("connection");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, it_connects_and_samples);
    tcase_add_test(tests, the_tick_is_kept);
    tcase_add_test(tests, asking_often_samples_at_most_five_times_a_second);
    tcase_add_test(tests, an_expensive_sample_stretches_the_tick);
    tcase_add_test(tests, a_refusing_host_is_tried_again_with_growing_pauses);
    tcase_add_test(tests, a_lost_connection_comes_back);
    tcase_add_test(tests, a_bad_uri_is_explained);
    tcase_add_test(tests, a_stall_is_shown_and_heals);
    tcase_add_test(tests, a_long_stall_opens_a_new_connection);
    tcase_add_test(tests, an_open_without_an_answer_is_given_up);
    tcase_add_test(tests, destroying_while_idle_is_quick);
    tcase_add_test(tests, destroying_while_stuck_is_bounded);
    tcase_add_test(tests, destroying_while_opening_is_bounded);
    tcase_add_test(tests, one_that_never_started_can_be_destroyed);
    tcase_add_test(tests, changes_by_others_are_heard_and_sampled);
    tcase_add_test(tests, a_new_focus_brings_its_details_soon);
    tcase_add_test(tests, host_names_come_from_the_uri);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
