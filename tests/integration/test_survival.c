// SPDX-License-Identifier: GPL-2.0-or-later
// Guests outlive the process that holds the engine, however it ends, and the next one finds them
// and can command them. Each holder here is a process of its own.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/session.h"
#include "backend/session_watch.h"
#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "guest/embed_fixture.h"

#define GUESTS 3

static const char *const names[GUESTS] = {"alpha", "beta", "gamma"};
static pid_t guest_pids[GUESTS]; // from their first start on

struct holder {
    pid_t pid;
    int report; // it writes a line when it is ready
};

// Forked before this process opens anything of libvirt, which a fork would not survive.
static struct holder start_holder(void (*hold)(int report))
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[0]);
        hold(ends[1]);
        _exit(0);
    }
    close(ends[1]);
    return (struct holder){pid, ends[0]};
}

static void say(int report, const char *line)
{
    if (write(report, line, strlen(line)) != (ssize_t)strlen(line))
        _exit(1);
}

// What the holder says next; the caller frees. Empty when it ended without a word.
static char *hear(const struct holder *holder, int limit_s)
{
    char line[512] = "";
    struct pollfd wait = {.fd = holder->report, .events = POLLIN};
    int ready = poll(&wait, 1, limit_s * 1000);
    ck_assert_int_eq(ready, 1);
    ssize_t length = read(holder->report, line, sizeof(line) - 1);
    ck_assert_int_ge(length, 0);
    line[length] = '\0';
    return memory_strdup(line);
}

static int end_of(struct holder *holder)
{
    int status = 0;
    while (waitpid(holder->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    close(holder->report);
    return status;
}

static void assert_guests_untouched(void)
{
    for (size_t i = 0; i < GUESTS; i++) {
        ck_assert_int_gt(guest_pids[i], 0);
        ck_assert_int_eq(embed_pid(names[i]), guest_pids[i]);
        ck_assert_int_eq(kill(guest_pids[i], 0), 0);
    }
}

static struct session *start_session(struct session_watch *watch)
{
    struct session_settings settings = {
        .uri = embed_uri(),
        .host_name = "here",
        .tick_s = 0.5,
        .executors = 2,
        .command_timeout_s = 20,
        .driver = &libvirt_driver_ops,
        .sink = session_watch_sink(watch),
    };
    struct session *session = session_create(&settings);
    session_start(session);
    return session;
}

// --- holders ---

static void hold_and_start_guests(int report)
{
    embed_open();
    for (size_t i = 0; i < GUESTS; i++) {
        AUTO_FREE char *disk = embed_boot_disk(names[i], "raw");
        embed_define(&(struct embed_guest){.name = names[i], .disk = disk, .format = "raw"});
    }
    struct session_watch *watch = session_watch_create();
    start_session(watch);
    session_watch_wait_snapshots(watch, 3, 30000);
    say(report, "sampling\n");
    for (;;)
        pause();
}

static void hold_and_leave(int report)
{
    struct session_watch *watch = session_watch_create();
    struct session *session = start_session(watch);
    bool sampled = session_watch_wait_snapshots(watch, 2, 60000);
    session_destroy(session);
    session_watch_destroy(watch);
    say(report, sampled ? "left\n" : "no snapshot came\n");
}

static void want_to_hold_too(int report)
{
    struct error err = {0};
    struct driver_settings settings = {.tick_s = 1};
    struct driver *driver = libvirt_driver_ops.open(embed_uri(), &settings, &err);
    say(report, driver ? "opened" : err.text);
}

// --- tests, one after the other on the same guests ---

START_TEST(a_killed_holder_leaves_its_guests_running)
{
    struct holder holder = start_holder(hold_and_start_guests);
    AUTO_FREE char *said = hear(&holder, 120);
    ck_assert_str_eq(said, "sampling\n");
    for (size_t i = 0; i < GUESTS; i++)
        guest_pids[i] = embed_pid(names[i]);
    assert_guests_untouched();

    struct holder second = start_holder(want_to_hold_too);
    AUTO_FREE char *refused = hear(&second, 60);
    AUTO_FREE char *holder_named = memory_printf("pid %d", (int)holder.pid);
    ck_assert_msg(strstr(refused, holder_named) != NULL, "it says \"%s\", not %s", refused,
                  holder_named);
    end_of(&second);
    assert_guests_untouched();

    ck_assert_int_eq(kill(holder.pid, SIGKILL), 0);
    int status = end_of(&holder);
    ck_assert(WIFSIGNALED(status));
    clock_sleep_ms(1000);
    assert_guests_untouched();
}
END_TEST

START_TEST(a_holder_that_leaves_touches_no_guest)
{
    struct holder holder = start_holder(hold_and_leave);
    AUTO_FREE char *said = hear(&holder, 90);
    ck_assert_str_eq(said, "left\n");
    int status = end_of(&holder);
    ck_assert(WIFEXITED(status));
    clock_sleep_ms(500);
    assert_guests_untouched();
}
END_TEST

static uint64_t submit(struct session *session, struct session_watch *watch,
                       enum operation_kind kind, const char *name)
{
    struct host_snapshot *snapshot = session_watch_latest(watch);
    const struct vm_sample *vm = NULL;
    for (size_t i = 0; i < snapshot->vm_count; i++)
        if (strcmp(snapshot->vms[i].name, name) == 0)
            vm = &snapshot->vms[i];
    ck_assert_ptr_nonnull(vm);
    uint64_t id = session_submit(session, operation_create(kind, vm, snapshot->name));
    host_snapshot_unref(snapshot);
    return id;
}

static unsigned count_state(struct session_watch *watch, enum vm_state state)
{
    unsigned count = 0;
    struct host_snapshot *snapshot = session_watch_latest(watch);
    for (size_t i = 0; i < snapshot->vm_count; i++)
        count += snapshot->vms[i].state == state && snapshot->vms[i].sampled_ns > 0;
    host_snapshot_unref(snapshot);
    return count;
}

static bool wait_for_count(struct session_watch *watch, enum vm_state state, unsigned count)
{
    for (unsigned i = 0; i < 200; i++) {
        if (count_state(watch, state) == count)
            return true;
        clock_sleep_ms(50);
    }
    return false;
}

START_TEST(the_next_one_finds_and_commands_them)
{
    struct session_watch *watch = session_watch_create();
    struct session *session = start_session(watch);
    ck_assert(session_watch_wait_snapshots(watch, 1, 60000));
    ck_assert(wait_for_count(watch, VM_STATE_RUNNING, GUESTS));
    for (size_t i = 0; i < GUESTS; i++) {
        uint64_t id = submit(session, watch, OPERATION_PAUSE, names[i]);
        ck_assert(session_watch_wait_job(watch, id, JOB_DONE, 10000));
    }
    ck_assert(wait_for_count(watch, VM_STATE_PAUSED, GUESTS));
    for (size_t i = 0; i < GUESTS; i++) {
        uint64_t id = submit(session, watch, OPERATION_RESUME, names[i]);
        ck_assert(session_watch_wait_job(watch, id, JOB_DONE, 10000));
    }
    ck_assert(wait_for_count(watch, VM_STATE_RUNNING, GUESTS));
    assert_guests_untouched();
    session_destroy(session);
    assert_guests_untouched();
    session_watch_destroy(watch);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("survival");
    TCase *tcase = tcase_create("survival");
    tcase_add_test(tcase, a_killed_holder_leaves_its_guests_running);
    tcase_add_test(tcase, a_holder_that_leaves_touches_no_guest);
    tcase_add_test(tcase, the_next_one_finds_and_commands_them);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 200);
}
