// SPDX-License-Identifier: GPL-2.0-or-later
// Guests outlive the program: processes follow each other on one engine, the first of them killed.
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "guest/embed_fixture.h"

// Runs body in a child with an engine of its own; its exit status (128 + signal when it was
// killed).
static int in_child(void (*body)(void))
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        body();
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void start_and_die(void)
{
    struct driver *driver = embed_open();
    AUTO_FREE char *disk = embed_boot_disk("outlive.qcow2", "qcow2");
    struct embed_guest guest = {.name = "outlive", .disk = disk, .format = "qcow2"};
    embed_define(&guest);
    if (!embed_sample(driver, "outlive"))
        _exit(3);
    kill(getpid(), SIGKILL);
}

// The very first command after opening must find the guest adopted, not half so.
static void find_and_end(void)
{
    struct driver *driver = embed_open();
    const struct vm_sample *vm = embed_sample(driver, "outlive");
    if (!vm || vm->state != VM_STATE_RUNNING || !(vm->valid & VM_HAS_RSS))
        _exit(4);
    if (embed_execute(driver, OPERATION_FORCE_OFF, "outlive", NULL, 0, 0).kind != ERROR_NONE)
        _exit(5);
    if (embed_sample(driver, "outlive")->state != VM_STATE_SHUT_OFF)
        _exit(6);
    driver->ops->close(driver);
}

static void find_stopped(void)
{
    struct driver *driver = embed_open();
    const struct vm_sample *vm = embed_sample(driver, "outlive");
    for (int i = 0; i < 20 && !vm->hung; i++) {
        clock_sleep_ms(200);
        vm = embed_sample(driver, "outlive");
    }
    _exit(vm->hung && vm->state == VM_STATE_RUNNING ? 0 : 7);
}

START_TEST(guests_outlive_a_killed_program)
{
    ck_assert_int_eq(in_child(start_and_die), 128 + SIGKILL);
    pid_t pid = embed_pid("outlive");
    ck_assert_int_gt(pid, 1);
    ck_assert_int_eq(kill(pid, 0), 0);

    kill(pid, SIGSTOP);
    ck_assert_int_eq(in_child(find_stopped), 0);
    kill(pid, SIGCONT);

    ck_assert_int_eq(in_child(find_and_end), 0);
    ck_assert_int_eq(embed_pid("outlive"), 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("embed_adopt");
    TCase *tests = tcase_create("adopt");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, guests_outlive_a_killed_program);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 150);
}
