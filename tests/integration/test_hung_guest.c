// SPDX-License-Identifier: GPL-2.0-or-later
// One of five QEMUs stands still. The session goes on with the other four, says which one hangs,
// gives up on a command to it, can force it off, and sees it heal.
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "backend/session.h"
#include "backend/session_watch.h"
#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "guest/embed_fixture.h"

#define TICK_S          2.0
#define TIMEOUT_S       8
#define SECONDS(number) ((number)*MS_PER_SECOND)
#define FRESH_WITHIN_NS (2 * 2 * NS_PER_SECOND) // two ticks
#define SCHEDULING_NS   (NS_PER_SECOND)         // a machine with other work to do
#define WATCHED_FOR_MS  SECONDS(14)

static const char *const names[] = {"one", "two", "three", "four", "five"};
static struct session_watch *watch;
static struct session *session;

// The sample of one VM in the latest snapshot, which the caller releases.
static const struct vm_sample *latest_of(const char *name, struct host_snapshot **snapshot)
{
    *snapshot = session_watch_latest(watch);
    for (size_t i = 0; *snapshot && i < (*snapshot)->vm_count; i++)
        if (strcmp((*snapshot)->vms[i].name, name) == 0)
            return &(*snapshot)->vms[i];
    return NULL;
}

static bool is_listed(const struct vm_sample *vm)
{
    return vm->sampled_ns > 0;
}

static bool is_hung(const struct vm_sample *vm)
{
    return vm->hung;
}

static bool is_well(const struct vm_sample *vm)
{
    return !vm->hung;
}

static bool is_running(const struct vm_sample *vm)
{
    return vm->state == VM_STATE_RUNNING;
}

static bool is_paused(const struct vm_sample *vm)
{
    return vm->state == VM_STATE_PAUSED;
}

static bool is_off(const struct vm_sample *vm)
{
    return vm->state == VM_STATE_SHUT_OFF;
}

static bool wait_until(const char *name, bool (*holds)(const struct vm_sample *), unsigned limit_s)
{
    for (uint64_t end_ns = clock_monotonic_ns() + limit_s * NS_PER_SECOND;
         clock_monotonic_ns() < end_ns; clock_sleep_ms(50)) {
        struct host_snapshot *snapshot;
        const struct vm_sample *vm = latest_of(name, &snapshot);
        bool held = vm && holds(vm);
        host_snapshot_unref(snapshot);
        if (held)
            return true;
    }
    return false;
}

static uint64_t submit(enum operation_kind kind, const char *name)
{
    struct host_snapshot *snapshot;
    const struct vm_sample *vm = latest_of(name, &snapshot);
    ck_assert_ptr_nonnull(vm);
    uint64_t id = session_submit(session, operation_create(kind, vm, snapshot->name));
    host_snapshot_unref(snapshot);
    return id;
}

static void assert_works(enum operation_kind kind, const char *name,
                         bool (*holds)(const struct vm_sample *))
{
    uint64_t id = submit(kind, name);
    ck_assert_msg(session_watch_wait_job(watch, id, JOB_DONE, SECONDS(5)), "%s %s",
                  operation_kind_name(kind), name);
    ck_assert(wait_until(name, holds, 5));
}

static void start_guests(void)
{
    struct driver *driver = embed_open();
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        AUTO_FREE char *disk = embed_boot_disk(names[i], "raw");
        embed_define(&(struct embed_guest){.name = names[i], .disk = disk, .format = "raw"});
    }
    watch = session_watch_create();
    struct session_settings settings = {
        .uri = embed_uri(),
        .host_name = "here",
        .tick_s = TICK_S,
        .executors = 4,
        .command_timeout_s = TIMEOUT_S,
        .driver = &libvirt_driver_ops,
        .sink = session_watch_sink(watch),
    };
    session = session_create(&settings);
    session_start(session);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        ck_assert(wait_until(names[i], is_listed, 20));
    // Only now, so that the engine was never left alone.
    driver->ops->close(driver);
}

static void end_all(void)
{
    session_destroy(session);
    session_watch_destroy(watch);
}

// For a while, how old the figures of each of the others ever get.
static void assert_others_stay_fresh(const char *stopped, uint64_t for_ms)
{
    uint64_t oldest_ns = 0;
    const char *worst = "";
    for (uint64_t end_ns = clock_monotonic_ns() + for_ms * NS_PER_MS; clock_monotonic_ns() < end_ns;
         clock_sleep_ms(50)) {
        struct host_snapshot *snapshot = session_watch_latest(watch);
        uint64_t now_ns = clock_monotonic_ns();
        ck_assert_uint_eq(snapshot->vm_count, ARRAY_COUNT(names));
        for (size_t i = 0; i < snapshot->vm_count; i++) {
            const struct vm_sample *vm = &snapshot->vms[i];
            if (strcmp(vm->name, stopped) == 0)
                continue;
            ck_assert_msg(!vm->hung, "%s is called hung", vm->name);
            uint64_t age_ns = now_ns - vm->sampled_ns;
            if (age_ns <= oldest_ns)
                continue;
            oldest_ns = age_ns;
            for (size_t j = 0; j < ARRAY_COUNT(names); j++)
                if (strcmp(names[j], vm->name) == 0)
                    worst = names[j];
        }
        host_snapshot_unref(snapshot);
    }
    ck_assert_msg(oldest_ns < FRESH_WITHIN_NS + SCHEDULING_NS, "figures of %s were %.1f s old",
                  worst, (double)oldest_ns / 1e9);
}

START_TEST(the_others_live_on)
{
    pid_t pid = embed_pid("three");
    ck_assert_int_gt(pid, 0);
    ck_assert_int_eq(kill(pid, SIGSTOP), 0);
    assert_others_stay_fresh("three", WATCHED_FOR_MS);
    ck_assert(wait_until("three", is_hung, 1));
    ck_assert_uint_eq(session_watch_connections(watch, CONNECTION_ONLINE), 1);
    ck_assert_uint_eq(session_watch_connections(watch, CONNECTION_STALLED), 0);
}
END_TEST

START_TEST(commands_on_the_others_work)
{
    ck_assert(wait_until("three", is_hung, 1));
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (strcmp(names[i], "three") == 0)
            continue;
        assert_works(OPERATION_PAUSE, names[i], is_paused);
        assert_works(OPERATION_RESUME, names[i], is_running);
    }
}
END_TEST

START_TEST(a_command_on_the_hung_one_ends_with_a_time_out)
{
    struct job_info job;
    uint64_t begun_ns = clock_monotonic_ns();
    uint64_t id = submit(OPERATION_PAUSE, "three");
    ck_assert(session_watch_wait_job(watch, id, JOB_UNKNOWN, SECONDS(TIMEOUT_S + 3)));
    double took_s = (double)(clock_monotonic_ns() - begun_ns) / 1e9;
    ck_assert(session_watch_job(watch, id, &job));
    ck_assert_str_eq(error_kind_name(job.error.kind), "TIMEOUT");
    ck_assert_double_gt(took_s, 1);
    assert_works(OPERATION_PAUSE, "four", is_paused);
    assert_works(OPERATION_RESUME, "four", is_running);
    // While its command is still out there, another one is not sent after it.
    id = submit(OPERATION_RESUME, "three");
    ck_assert(session_watch_wait_job(watch, id, JOB_FAILED, SECONDS(2)));
    ck_assert(session_watch_job(watch, id, &job));
    ck_assert_str_eq(error_kind_name(job.error.kind), "BUSY");
}
END_TEST

START_TEST(force_off_works_on_another_hung_one)
{
    pid_t pid = embed_pid("five");
    ck_assert_int_eq(kill(pid, SIGSTOP), 0);
    ck_assert(wait_until("five", is_hung, 10));
    ck_assert(wait_until("three", is_hung, 1));
    uint64_t id = submit(OPERATION_FORCE_OFF, "five");
    ck_assert(session_watch_wait_job(watch, id, JOB_DONE, SECONDS(25)));
    ck_assert(wait_until("five", is_off, 10));
    ck_assert_int_eq(embed_pid("five"), 0);
    ck_assert(wait_until("five", is_well, 1));
}
END_TEST

START_TEST(continued_it_heals)
{
    ck_assert(wait_until("three", is_hung, 1));
    uint64_t continued_ns = clock_monotonic_ns();
    ck_assert_int_eq(kill(embed_pid("three"), SIGCONT), 0);
    ck_assert(wait_until("three", is_well, 15));
    bool fresh = false;
    for (unsigned i = 0; i < 100 && !fresh; i++) {
        struct host_snapshot *snapshot;
        fresh = latest_of("three", &snapshot)->sampled_ns > continued_ns;
        host_snapshot_unref(snapshot);
        clock_sleep_ms(100);
    }
    ck_assert(fresh);
    // The pause that was given up reached it after all, and that is told.
    ck_assert(session_watch_wait_notice(watch, "\"pause three\", given up without an answer",
                                        SECONDS(10)));
    ck_assert(wait_until("three", is_paused, 10));
    assert_works(OPERATION_RESUME, "three", is_running);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("hung guest");
    TCase *tcase = tcase_create("hung");
    tcase_add_unchecked_fixture(tcase, start_guests, end_all);
    tcase_add_test(tcase, the_others_live_on);
    tcase_add_test(tcase, commands_on_the_others_work);
    tcase_add_test(tcase, a_command_on_the_hung_one_ends_with_a_time_out);
    tcase_add_test(tcase, force_off_works_on_another_hung_one);
    tcase_add_test(tcase, continued_it_heals);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 200);
}
