// SPDX-License-Identifier: GPL-2.0-or-later
// Jobs, on a driver of this file whose operations end when the test says so.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/session.h"
#include "backend/session_inner.h"
#include "backend/session_watch.h"
#include "check_main.h"
#include "core/clock.h"
#include "core/journal.h"
#include "core/memory.h"
#include "core/str.h"

enum { VMS = 12 };

// An operation waits until its VM's gate is open; its number says in which order it began.
struct fake {
    struct driver base;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct driver_listener listener;
    bool gate[VMS], hung[VMS];
    unsigned began, inside, most_inside, finished;
    char order[64];    // VM's letter and kind's letter, as they began
    struct error fail; // of every operation, when it has a kind
    unsigned bytes;    // progress is shown when not 0
};

static struct fake fake;
static struct session_watch *watch;
static struct session *session;
static char folder[] = "/tmp/vmtui-jobs-XXXXXX";
static char journal_path[64];

static void uuid_of(unsigned vm, char *out)
{
    snprintf(out, VM_UUID_SIZE, "00000000-0000-4000-a000-%012u", vm);
}

static unsigned vm_of(const char *uuid)
{
    return (unsigned)strtoul(uuid + 24, NULL, 10);
}

static bool fake_accepts(const char *uri)
{
    return str_starts_with(uri, "fake:");
}

static struct driver *fake_open(const char *uri, const struct driver_settings *settings,
                                struct error *err)
{
    (void)uri, (void)err;
    pthread_mutex_lock(&fake.lock);
    fake.listener = settings->listener;
    pthread_mutex_unlock(&fake.lock);
    return &fake.base;
}

static struct host_snapshot *fake_sample(struct driver *driver, const struct interest *interest,
                                         struct error *err)
{
    (void)driver, (void)interest, (void)err;
    struct host_snapshot *snapshot = host_snapshot_create();
    snapshot->name = memory_strdup("fake");
    snapshot->uri = memory_strdup("fake:///");
    host_snapshot_set_vm_count(snapshot, VMS);
    for (unsigned i = 0; i < VMS; i++) {
        uuid_of(i, snapshot->vms[i].uuid);
        snapshot->vms[i].name = memory_printf("vm%u", i);
        pthread_mutex_lock(&fake.lock);
        snapshot->vms[i].hung = fake.hung[i];
        pthread_mutex_unlock(&fake.lock);
    }
    return snapshot;
}

static bool may_end(unsigned vm, const struct operation *operation,
                    struct operation_control *control)
{
    return fake.gate[vm] || operation->kind == OPERATION_FORCE_OFF ||
           (atomic_load(&control->cancellable) && atomic_load(&control->cancel_asked));
}

static bool fake_execute(struct driver *driver, const struct operation *operation,
                         struct operation_control *control, struct error *err)
{
    (void)driver;
    unsigned vm = vm_of(operation->uuid);
    bool ok = true;
    atomic_store(&control->cancellable, operation->kind == OPERATION_SAVE);
    pthread_mutex_lock(&fake.lock);
    if (fake.began * 2 + 2 < sizeof(fake.order)) {
        fake.order[fake.began * 2] = (char)('a' + vm);
        fake.order[fake.began * 2 + 1] = operation_kind_name(operation->kind)[0];
    }
    fake.began++;
    if (++fake.inside > fake.most_inside)
        fake.most_inside = fake.inside;
    while (!may_end(vm, operation, control)) {
        if (fake.bytes > 0) {
            atomic_store(&control->total_bytes, 1000000);
            atomic_fetch_add(&control->done_bytes, fake.bytes);
            atomic_store(&control->progress_known, true);
        }
        struct timespec deadline = clock_deadline(clock_monotonic_ns() + 10 * NS_PER_MS);
        pthread_cond_clockwait(&fake.changed, &fake.lock, CLOCK_MONOTONIC, &deadline);
    }
    if (atomic_load(&control->cancel_asked) && !fake.gate[vm])
        ok = error_set(err, ERROR_CANCELLED, 0, "stopped");
    else if (fake.fail.kind != ERROR_NONE)
        ok = error_set(err, fake.fail.kind, 0, "%s", fake.fail.text);
    fake.inside--;
    fake.finished++;
    pthread_mutex_unlock(&fake.lock);
    return ok;
}

static void fake_close(struct driver *driver)
{
    (void)driver;
}

static const struct driver_ops fake_ops = {
    .accepts = fake_accepts,
    .open = fake_open,
    .sample = fake_sample,
    .execute = fake_execute,
    .close = fake_close,
};

static void set_gate(unsigned vm, bool open)
{
    pthread_mutex_lock(&fake.lock);
    fake.gate[vm] = open;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

static void set_gates(bool open)
{
    for (unsigned i = 0; i < VMS; i++)
        set_gate(i, open);
}

static void start(unsigned executors, unsigned timeout_s, const struct session_timing *timing)
{
    struct session_settings settings = {
        .uri = "fake:///",
        .host_name = "fake",
        .tick_s = 0.5,
        .executors = executors,
        .command_timeout_s = timeout_s,
        .journal_path = journal_path,
        .driver = &fake_ops,
        .sink = session_watch_sink(watch),
    };
    session = session_create(&settings);
    if (timing != NULL)
        session_set_timing(session, timing);
    session_start(session);
    ck_assert(session_watch_wait_snapshots(watch, 1, 3000));
}

static void setup(void)
{
    memset(&fake, 0, sizeof(fake));
    fake.base.ops = &fake_ops;
    pthread_mutex_init(&fake.lock, NULL);
    pthread_cond_init(&fake.changed, NULL);
    strcpy(folder, "/tmp/vmtui-jobs-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(journal_path, sizeof(journal_path), "%s/journal", folder);
    watch = session_watch_create();
    session = NULL;
}

static void teardown(void)
{
    set_gates(true);
    session_destroy(session);
    session_watch_destroy(watch);
    unlink(journal_path);
    rmdir(folder);
}

static uint64_t submit(enum operation_kind kind, unsigned vm)
{
    struct operation *operation = operation_create(kind, NULL, "fake");
    uuid_of(vm, operation->uuid);
    operation->vm_name = memory_printf("vm%u", vm);
    return session_submit(session, operation);
}

static bool wait_began(unsigned count)
{
    bool reached = false;
    for (int i = 0; i < 300 && !reached; i++) {
        pthread_mutex_lock(&fake.lock);
        reached = fake.began >= count;
        pthread_mutex_unlock(&fake.lock);
        if (!reached)
            clock_sleep_ms(10);
    }
    return reached;
}

static unsigned began(void)
{
    pthread_mutex_lock(&fake.lock);
    unsigned count = fake.began;
    pthread_mutex_unlock(&fake.lock);
    return count;
}

START_TEST(jobs_of_one_vm_run_in_order)
{
    start(8, 10, NULL);
    submit(OPERATION_PAUSE, 0);
    submit(OPERATION_RESUME, 0);
    uint64_t last = submit(OPERATION_AUTOSTART, 0);
    ck_assert(wait_began(1));
    clock_sleep_ms(150);
    ck_assert_uint_eq(began(), 1);
    ck_assert_uint_eq(session_running_jobs(session), 3);
    set_gate(0, true);
    ck_assert(session_watch_wait_job(watch, last, JOB_DONE, 3000));
    ck_assert_str_eq(fake.order, "aparaa");
    ck_assert_uint_eq(fake.most_inside, 1);
    ck_assert_uint_eq(session_running_jobs(session), 0);
}
END_TEST

START_TEST(jobs_of_several_vms_run_side_by_side)
{
    start(3, 10, NULL);
    uint64_t ids[6];
    for (unsigned i = 0; i < 6; i++)
        ids[i] = submit(OPERATION_PAUSE, i);
    ck_assert(wait_began(3));
    clock_sleep_ms(150);
    ck_assert_uint_eq(began(), 3);
    set_gates(true);
    for (unsigned i = 0; i < 6; i++) {
        ck_assert(session_watch_wait_job(watch, ids[i], JOB_DONE, 3000));
        ck_assert(i == 0 || ids[i] > ids[i - 1]);
    }
    ck_assert_uint_eq(fake.most_inside, 3);
}
END_TEST

START_TEST(a_job_tells_its_story)
{
    start(2, 10, NULL);
    uint64_t id = submit(OPERATION_PAUSE, 4);
    set_gates(true);
    ck_assert(session_watch_wait_job(watch, id, JOB_QUEUED, 3000));
    ck_assert(session_watch_wait_job(watch, id, JOB_RUNNING, 3000));
    ck_assert(session_watch_wait_job(watch, id, JOB_DONE, 3000));
    struct job_info job;
    ck_assert(session_watch_job(watch, id, &job));
    ck_assert_str_eq(job.title, "pause vm4");
    ck_assert_str_eq(job.vm_name, "vm4");
    ck_assert_str_eq(job.host, "fake");
    ck_assert_uint_ge(job.ended_wall_ms, job.started_wall_ms);
    ck_assert_uint_gt(job.started_wall_ms, 0);
}
END_TEST

START_TEST(a_queued_job_can_be_cancelled)
{
    start(1, 10, NULL);
    submit(OPERATION_PAUSE, 0);
    uint64_t second = submit(OPERATION_RESUME, 0);
    ck_assert(wait_began(1));
    ck_assert(session_cancel(session, second));
    ck_assert(session_watch_wait_job(watch, second, JOB_CANCELLED, 1000));
    ck_assert(!session_cancel(session, second));
    set_gates(true);
    clock_sleep_ms(200);
    ck_assert_uint_eq(began(), 1);
}
END_TEST

START_TEST(a_running_job_can_be_cancelled)
{
    start(1, 10, NULL);
    uint64_t id = submit(OPERATION_SAVE, 0);
    ck_assert(wait_began(1));
    ck_assert(session_cancel(session, id));
    ck_assert(session_watch_wait_job(watch, id, JOB_CANCELLED, 2000));
}
END_TEST

START_TEST(progress_has_a_rate_and_an_end)
{
    fake.bytes = 1000; // every 10 ms
    start(1, 10, NULL);
    uint64_t id = submit(OPERATION_SAVE, 0);
    ck_assert(wait_began(1));
    clock_sleep_ms(1800);
    struct job_info job;
    ck_assert(session_watch_job(watch, id, &job));
    ck_assert_int_eq(job.state, JOB_RUNNING);
    ck_assert(job.progress.known && job.cancellable);
    ck_assert_uint_eq(job.progress.total_bytes, 1000000);
    // 100,000 a second, less what the waits take longer than they should.
    ck_assert_double_gt(job.rate_bytes_per_s, 30000);
    ck_assert_double_lt(job.rate_bytes_per_s, 110000);
    ck_assert_double_gt(job.eta_s, 7);
    ck_assert_double_lt(job.eta_s, 34);
    // Queued, running, and two updates a second.
    unsigned events = session_watch_job_events(watch, id);
    ck_assert_uint_ge(events, 4);
    ck_assert_uint_le(events, 6);
}
END_TEST

START_TEST(no_answer_ends_in_not_known_and_the_truth_comes_later)
{
    start(2, 1, NULL);
    uint64_t id = submit(OPERATION_PAUSE, 0);
    ck_assert(session_watch_wait_job(watch, id, JOB_UNKNOWN, 2500));
    struct job_info job;
    ck_assert(session_watch_job(watch, id, &job));
    ck_assert_int_eq(job.error.kind, ERROR_TIMEOUT);
    ck_assert(str_starts_with(job.error.text, "no answer within 1 s"));
    // Nothing more for this VM, but others go on.
    uint64_t refused = submit(OPERATION_RESUME, 0);
    ck_assert(session_watch_wait_job(watch, refused, JOB_FAILED, 1000));
    ck_assert(session_watch_job(watch, refused, &job));
    ck_assert_int_eq(job.error.kind, ERROR_BUSY);
    set_gate(1, true);
    uint64_t other = submit(OPERATION_PAUSE, 1);
    ck_assert(session_watch_wait_job(watch, other, JOB_DONE, 1000));

    set_gate(0, true);
    ck_assert(
        session_watch_wait_notice(watch, "\"pause vm0\", given up without an answer, did", 2000));
    uint64_t again = submit(OPERATION_RESUME, 0);
    ck_assert(session_watch_wait_job(watch, again, JOB_DONE, 1000));
}
END_TEST

START_TEST(force_off_passes_a_stuck_job)
{
    struct session_timing timing = session_default_timing;
    timing.force_off_patience = 300;
    start(1, 30, &timing);
    uint64_t stuck = submit(OPERATION_PAUSE, 0);
    ck_assert(wait_began(1));
    uint64_t queued = submit(OPERATION_RESUME, 0);
    uint64_t off = submit(OPERATION_FORCE_OFF, 0);
    ck_assert(session_watch_wait_job(watch, off, JOB_DONE, 2000));
    struct job_info job;
    ck_assert(session_watch_job(watch, stuck, &job));
    ck_assert_int_eq(job.state, JOB_RUNNING);
    ck_assert(session_watch_job(watch, queued, &job));
    ck_assert_int_eq(job.state, JOB_QUEUED);
}
END_TEST

START_TEST(force_off_passes_a_job_that_was_given_up)
{
    start(1, 1, NULL);
    uint64_t stuck = submit(OPERATION_PAUSE, 0);
    ck_assert(session_watch_wait_job(watch, stuck, JOB_UNKNOWN, 2500));
    submit(OPERATION_SAVE, 1); // takes the only place
    ck_assert(wait_began(2));
    uint64_t off = submit(OPERATION_FORCE_OFF, 0);
    ck_assert(session_watch_wait_job(watch, off, JOB_DONE, 1000));
}
END_TEST

START_TEST(force_off_waits_for_its_turn_otherwise)
{
    start(4, 30, NULL);
    uint64_t first = submit(OPERATION_START, 0);
    uint64_t off = submit(OPERATION_FORCE_OFF, 0);
    ck_assert(wait_began(1));
    clock_sleep_ms(100);
    ck_assert_uint_eq(began(), 1);
    set_gate(0, true);
    ck_assert(session_watch_wait_job(watch, off, JOB_DONE, 2000));
    ck_assert(session_watch_wait_job(watch, first, JOB_DONE, 100));
    ck_assert_str_eq(fake.order, "asaf");
}
END_TEST

START_TEST(a_vm_known_to_hang_gets_less_time)
{
    struct session_timing timing = session_default_timing;
    timing.hung_timeout = 400;
    fake.hung[3] = true;
    start(4, 30, &timing);
    uint64_t id = submit(OPERATION_PAUSE, 3);
    ck_assert(session_watch_wait_job(watch, id, JOB_UNKNOWN, 1500));
}
END_TEST

START_TEST(a_long_job_has_no_time_limit_but_is_talked_about)
{
    struct session_timing timing = session_default_timing;
    timing.silence = 1000;
    timing.progress = 200;
    start(1, 1, &timing);
    uint64_t id = submit(OPERATION_SNAPSHOT_CREATE, 0);
    ck_assert(session_watch_wait_notice(watch, "without a sign of how far it is", 3000));
    struct job_info job;
    ck_assert(session_watch_job(watch, id, &job));
    ck_assert_int_eq(job.state, JOB_RUNNING);
    set_gates(true);
    ck_assert(session_watch_wait_job(watch, id, JOB_DONE, 1000));
}
END_TEST

START_TEST(what_a_driver_says_decides_how_a_job_ends)
{
    static const struct {
        enum error_kind kind;
        enum job_state state;
    } expected[] = {
        {ERROR_DENIED, JOB_FAILED},    {ERROR_CANCELLED, JOB_CANCELLED},
        {ERROR_TIMEOUT, JOB_UNKNOWN},  {ERROR_OFFLINE, JOB_UNKNOWN},
        {ERROR_NOT_FOUND, JOB_FAILED},
    };
    start(1, 5, NULL);
    set_gates(true);
    for (unsigned i = 0; i < ARRAY_COUNT(expected); i++) {
        pthread_mutex_lock(&fake.lock);
        error_set(&fake.fail, expected[i].kind, 0, "because");
        pthread_mutex_unlock(&fake.lock);
        uint64_t id = submit(OPERATION_PAUSE, 0);
        ck_assert(session_watch_wait_job(watch, id, expected[i].state, 2000));
        struct job_info job;
        ck_assert(session_watch_job(watch, id, &job));
        ck_assert_str_eq(job.error.text, "because");
    }
}
END_TEST

START_TEST(a_lost_connection_ends_what_is_queued_and_what_does_not_come_back)
{
    struct session_timing timing = session_default_timing;
    timing.cut_off = 300;
    start(1, 60, &timing);
    uint64_t running = submit(OPERATION_SAVE, 0);
    uint64_t queued = submit(OPERATION_PAUSE, 1);
    ck_assert(wait_began(1));
    struct error why = {.kind = ERROR_NONE};
    error_set(&why, ERROR_OFFLINE, 0, "gone");
    fake.listener.connection_lost(fake.listener.context, &why);
    ck_assert(session_watch_wait_job(watch, queued, JOB_FAILED, 1000));
    ck_assert(session_watch_wait_job(watch, running, JOB_UNKNOWN, 2000));
    struct job_info job;
    ck_assert(session_watch_job(watch, queued, &job));
    ck_assert_int_eq(job.error.kind, ERROR_OFFLINE);
    ck_assert(session_watch_wait_connection(watch, CONNECTION_ONLINE, 2, 3000));
}
END_TEST

START_TEST(stuck_jobs_are_bounded)
{
    struct session_timing timing = session_default_timing;
    timing.hung_timeout = 100;
    timing.force_off_timeout = 100;
    for (unsigned i = 0; i < VMS; i++)
        fake.hung[i] = true;
    start(32, 30, &timing);
    uint64_t ids[VMS];
    for (unsigned i = 0; i < VMS; i++)
        ids[i] = submit(OPERATION_PAUSE, i);
    for (unsigned i = 0; i < VMS; i++)
        ck_assert(session_watch_wait_job(watch, ids[i], JOB_UNKNOWN, 3000));
    // One stuck worker for each VM, and not one more.
    for (unsigned i = 0; i < VMS; i++) {
        uint64_t id = submit(OPERATION_PAUSE, i);
        ck_assert(session_watch_wait_job(watch, id, JOB_FAILED, 1000));
    }
    ck_assert_uint_eq(began(), VMS);
}
END_TEST

START_TEST(destroying_with_a_stuck_job_is_bounded)
{
    start(2, 30, NULL);
    uint64_t stuck = submit(OPERATION_PAUSE, 0);
    uint64_t queued = submit(OPERATION_RESUME, 0);
    ck_assert(wait_began(1));
    uint64_t began_ns = clock_monotonic_ns();
    session_destroy(session);
    session = NULL;
    double seconds = (double)(clock_monotonic_ns() - began_ns) / 1e9;
    ck_assert_double_gt(seconds, 1.5);
    ck_assert_double_lt(seconds, 3.0);
    struct job_info job;
    ck_assert(session_watch_job(watch, queued, &job));
    ck_assert_int_eq(job.state, JOB_CANCELLED);
    ck_assert(session_watch_job(watch, stuck, &job));
    ck_assert_int_eq(job.state, JOB_RUNNING);
    set_gates(true);
    for (int i = 0; i < 200; i++) {
        pthread_mutex_lock(&fake.lock);
        bool back = fake.finished == 1;
        pthread_mutex_unlock(&fake.lock);
        if (back)
            break;
        clock_sleep_ms(10);
    }
    clock_sleep_ms(100); // for the worker to write its journal entry and go
}
END_TEST

START_TEST(a_job_that_ends_while_parting_is_still_reported)
{
    start(2, 30, NULL);
    uint64_t id = submit(OPERATION_FORCE_OFF, 0);
    ck_assert(session_watch_wait_job(watch, id, JOB_RUNNING, 1000));
    session_destroy(session);
    session = NULL;
    struct job_info job;
    ck_assert(session_watch_job(watch, id, &job));
    ck_assert_int_eq(job.state, JOB_DONE);
}
END_TEST

// What a vmtui that was killed leaves behind: its record carries a process that lives no more.
static void write_unfinished_journal(void)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct journal *journal = journal_open(journal_path, NULL);
        struct job_info job = {.id = 7, .kind = OPERATION_SNAPSHOT_CREATE, .state = JOB_RUNNING};
        uuid_of(2, job.uuid);
        strcpy(job.vm_name, "vm2");
        strcpy(job.host, "fake");
        strcpy(job.title, "snapshot vm2 before");
        bool ok = journal != NULL && journal_append_started(journal, &job, NULL);
        job.id = 8;
        strcpy(job.host, "elsewhere");
        strcpy(job.title, "snapshot of another host's");
        ok = ok && journal_append_started(journal, &job, NULL);
        _exit(ok ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

START_TEST(what_was_cut_off_is_explained_once)
{
    write_unfinished_journal();
    start(1, 5, NULL);
    ck_assert(session_watch_wait_notice(watch, "\"snapshot vm2 before\" was cut off", 2000));
    ck_assert(session_watch_has_notice(watch, "vmtui snapshots vm2"));
    ck_assert(!session_watch_has_notice(watch, "another host"));
    session_destroy(session);
    session_watch_destroy(watch);
    watch = session_watch_create();
    start(1, 5, NULL);
    ck_assert(!session_watch_has_notice(watch, "cut off"));
}
END_TEST

START_TEST(a_journal_that_cannot_be_written_stops_no_job)
{
    snprintf(journal_path, sizeof(journal_path), "%s/none/journal", folder);
    start(1, 5, NULL);
    set_gates(true);
    uint64_t id = submit(OPERATION_PAUSE, 0);
    ck_assert(session_watch_wait_job(watch, id, JOB_DONE, 2000));
    ck_assert(session_watch_has_notice(watch, "jobs are not recorded on disk"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_jobs");
    TCase *tests = tcase_create("jobs");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, jobs_of_one_vm_run_in_order);
    tcase_add_test(tests, jobs_of_several_vms_run_side_by_side);
    tcase_add_test(tests, a_job_tells_its_story);
    tcase_add_test(tests, a_queued_job_can_be_cancelled);
    tcase_add_test(tests, a_running_job_can_be_cancelled);
    tcase_add_test(tests, progress_has_a_rate_and_an_end);
    tcase_add_test(tests, no_answer_ends_in_not_known_and_the_truth_comes_later);
    tcase_add_test(tests, force_off_passes_a_stuck_job);
    tcase_add_test(tests, force_off_passes_a_job_that_was_given_up);
    tcase_add_test(tests, force_off_waits_for_its_turn_otherwise);
    tcase_add_test(tests, a_vm_known_to_hang_gets_less_time);
    tcase_add_test(tests, a_long_job_has_no_time_limit_but_is_talked_about);
    tcase_add_test(tests, what_a_driver_says_decides_how_a_job_ends);
    tcase_add_test(tests, a_lost_connection_ends_what_is_queued_and_what_does_not_come_back);
    tcase_add_test(tests, stuck_jobs_are_bounded);
    tcase_add_test(tests, destroying_with_a_stuck_job_is_bounded);
    tcase_add_test(tests, a_job_that_ends_while_parting_is_still_reported);
    tcase_add_test(tests, what_was_cut_off_is_explained_once);
    tcase_add_test(tests, a_journal_that_cannot_be_written_stops_no_job);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
