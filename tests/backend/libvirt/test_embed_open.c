// SPDX-License-Identifier: GPL-2.0-or-later
// Opening the embedded engine: many times, while another process has it, and after a reboot.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "core/memory.h"
#include "core/str.h"
#include "guest/embed_fixture.h"

// Runs body in a child with an engine of its own; its exit status.
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

static void open_often(void)
{
    for (int i = 0; i < 50; i++) {
        struct driver_settings settings = {.read_only = i % 2 == 1, .tick_s = 1};
        struct error err = {0};
        struct driver *driver = libvirt_driver_ops.open(embed_uri(), &settings, &err);
        if (!driver) {
            fprintf(stderr, "opening %d: %s\n", i, err.text);
            _exit(3);
        }
        driver->ops->close(driver);
    }
}

// libvirt has room for some ten openings of its QEMU driver in a process.
START_TEST(engine_opens_fifty_times)
{
    ck_assert_int_eq(in_child(open_often), 0);
}
END_TEST

static int go_on[2], is_open[2];

static void hold_until_told(void)
{
    char byte = 0;
    struct driver *driver = embed_open();
    if (write(is_open[1], &byte, 1) != 1 || read(go_on[0], &byte, 1) != 1)
        _exit(3);
    driver->ops->close(driver);
}

static void find_held_then_free(pid_t holder)
{
    char byte = 0, name[32];
    struct driver_settings settings = {.tick_s = 1};
    str_format(name, sizeof(name), "(pid %d)", (int)holder);
    for (int i = 0; i < 30; i++) {
        struct error err = {0};
        if (libvirt_driver_ops.open(embed_uri(), &settings, &err))
            _exit(3);
        if (err.kind != ERROR_BUSY || !strstr(err.text, name))
            _exit(4);
    }
    if (write(go_on[1], &byte, 1) != 1)
        _exit(5);
}

// What was held by another process opens as soon as that has ended, without a new start of ours.
START_TEST(engine_opens_when_its_holder_has_ended)
{
    int status;
    char byte;
    ck_assert_int_eq(pipe(go_on), 0);
    ck_assert_int_eq(pipe(is_open), 0);
    fflush(NULL);
    pid_t holder = fork();
    if (holder == 0) {
        hold_until_told();
        _exit(0);
    }
    ck_assert_int_eq(read(is_open[0], &byte, 1), 1);
    pid_t other = fork();
    if (other == 0) {
        find_held_then_free(holder);
        struct driver *driver = NULL;
        for (int i = 0; i < 100 && !driver; i++) {
            struct driver_settings settings = {.tick_s = 1};
            struct error err = {0};
            driver = libvirt_driver_ops.open(embed_uri(), &settings, &err);
            usleep(50000);
        }
        _exit(driver ? 0 : 6);
    }
    ck_assert_int_eq(waitpid(holder, &status, 0), holder);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_int_eq(waitpid(other, &status, 0), other);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

static void start_and_leave(void)
{
    embed_open();
    embed_define(&(struct embed_guest){.name = "reborn"});
}

static void find_off(void)
{
    struct driver *driver = embed_open();
    const struct vm_sample *vm = embed_sample(driver, "reborn");
    _exit(vm && vm->state == VM_STATE_SHUT_OFF ? 0 : 4);
}

// A reboot leaves the process numbers of guests on the disk; they are somebody else's by then, and
// libvirt would end those.
START_TEST(a_stranger_with_a_guests_number_lives)
{
    ck_assert_int_eq(in_child(start_and_leave), 0);
    pid_t qemu = embed_pid("reborn");
    ck_assert_int_gt(qemu, 1);
    kill(qemu, SIGKILL);
    for (int i = 0; i < 100 && embed_pid("reborn") != 0; i++)
        usleep(50000);

    pid_t stranger = fork();
    if (stranger == 0) {
        execlp("sleep", "sleep", "300", (char *)NULL);
        _exit(127);
    }
    AUTO_FREE char *status_path = embed_path("run/qemu/reborn.xml");
    AUTO_FREE char *change = memory_printf("s/ pid='%d'/ pid='%d'/", (int)qemu, (int)stranger);
    const char *const edit[] = {"sed", "-i", change, status_path, NULL};
    ck_assert_int_eq(embed_run_program(edit), 0);
    AUTO_FREE char *wanted = memory_printf(" pid='%d'", (int)stranger);
    const char *const check[] = {"grep", "-q", wanted, status_path, NULL};
    ck_assert_int_eq(embed_run_program(check), 0);

    int found = in_child(find_off), status;
    pid_t ended = waitpid(stranger, &status, WNOHANG);
    kill(stranger, SIGKILL);
    ck_assert_int_eq(found, 0);
    ck_assert_int_eq(ended, 0);
    waitpid(stranger, &status, 0);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("embed_open");
    TCase *tests = tcase_create("open");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, engine_opens_fifty_times);
    tcase_add_test(tests, engine_opens_when_its_holder_has_ended);
    tcase_add_test(tests, a_stranger_with_a_guests_number_lives);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 150);
}
