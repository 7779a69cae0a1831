// SPDX-License-Identifier: GPL-2.0-or-later
// One QEMU of five stopped: the others keep live figures, nothing piles up, and it heals. And what
// a second process sees: it is told who holds the engine, and finds the guests when it may have it.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/bounded_call.h"
#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "guest/embed_fixture.h"

#define GUESTS  5
#define TICK_MS 1000 // what embed_open tells the driver

static struct driver *driver;
static char *program; // this one

static void setup(void)
{
    driver = embed_open();
}

static void teardown(void)
{
    embed_release();
    embed_clear();
    driver->ops->close(driver);
}

static void make_guests(void)
{
    for (int i = 0; i < GUESTS; i++) {
        AUTO_FREE char *name = memory_printf("g%d", i);
        AUTO_FREE char *file = memory_printf("g%d.qcow2", i);
        AUTO_FREE char *disk = embed_boot_disk(file, "qcow2");
        struct embed_guest guest = {.name = name, .disk = disk, .format = "qcow2"};
        embed_define(&guest);
    }
}

static uint64_t age_ms(const char *name)
{
    const struct vm_sample *vm = embed_sample(driver, name);
    ck_assert_ptr_nonnull(vm);
    return (clock_monotonic_ns() - vm->sampled_ns) / NS_PER_MS;
}

static const struct vm_sample *wait_healed(const char *name, uint64_t limit_ms)
{
    uint64_t end_ns = clock_monotonic_ns() + limit_ms * NS_PER_MS;
    for (;;) {
        const struct vm_sample *vm = embed_sample(driver, name);
        uint64_t old_ms = (clock_monotonic_ns() - vm->sampled_ns) / NS_PER_MS;
        if ((!vm->hung && old_ms < TICK_MS) || clock_monotonic_ns() > end_ns)
            return vm;
        clock_sleep_ms(200);
    }
}

START_TEST(one_stopped_qemu_is_found_and_left_out)
{
    make_guests();
    for (int i = 0; i < 2; i++)
        embed_sample(driver, "g0");
    pid_t pid = embed_pid("g2");
    ck_assert_int_gt(pid, 1);
    kill(pid, SIGSTOP);
    clock_sleep_ms(50);

    uint64_t begun_ns = clock_monotonic_ns();
    const struct vm_sample *vm = embed_sample(driver, "g2");
    uint64_t took_ms = (clock_monotonic_ns() - begun_ns) / NS_PER_MS;
    ck_assert(vm->hung);
    ck_assert_int_eq(vm->state, VM_STATE_RUNNING);
    ck_assert_msg(took_ms < 2 * TICK_MS, "%u ms", (unsigned)took_ms);
    ck_assert_uint_le(bounded_call_abandoned(), 1);
    ck_assert_uint_lt(vm->sampled_ns, begun_ns);

    static const char *const others[] = {"g0", "g1", "g3", "g4"};
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        ck_assert_uint_lt(age_ms(others[i]), TICK_MS);
        ck_assert(!embed_sample(driver, others[i])->hung);
    }
    // Later rounds are as quick as ever, and nobody is left behind with each of them.
    for (int i = 0; i < 5; i++) {
        begun_ns = clock_monotonic_ns();
        ck_assert(embed_sample(driver, "g2")->hung);
        ck_assert_uint_lt((clock_monotonic_ns() - begun_ns) / NS_PER_MS, TICK_MS / 2);
        ck_assert_uint_le(bounded_call_abandoned(), 1);
    }
    // The other guests can be worked with.
    ck_assert_int_eq(embed_execute(driver, OPERATION_PAUSE, "g1", NULL, 0, 0).kind, ERROR_NONE);
    ck_assert_int_eq(embed_execute(driver, OPERATION_RESUME, "g1", NULL, 0, 0).kind, ERROR_NONE);

    kill(pid, SIGCONT);
    vm = wait_healed("g2", 5000);
    ck_assert(!vm->hung);
    ck_assert_uint_lt(age_ms("g2"), TICK_MS);
    for (int i = 0; i < 100 && bounded_call_abandoned() > 0; i++)
        clock_sleep_ms(20);
    ck_assert_uint_eq(bounded_call_abandoned(), 0);
}
END_TEST

START_TEST(two_stopped_qemus_are_both_found)
{
    make_guests();
    embed_sample(driver, "g0");
    pid_t first = embed_pid("g0"), second = embed_pid("g4");
    kill(first, SIGSTOP);
    kill(second, SIGSTOP);
    embed_sample(driver, "g1");
    ck_assert(embed_sample(driver, "g0")->hung);
    ck_assert(embed_sample(driver, "g4")->hung);
    ck_assert(!embed_sample(driver, "g3")->hung);
    ck_assert_uint_lt(age_ms("g3"), TICK_MS);
    ck_assert_uint_le(bounded_call_abandoned(), 2);
    kill(first, SIGCONT);
    kill(second, SIGCONT);
    ck_assert(!wait_healed("g0", 5000)->hung);
    ck_assert(!wait_healed("g4", 5000)->hung);
}
END_TEST

START_TEST(a_stopped_qemu_can_be_forced_off)
{
    make_guests();
    embed_sample(driver, "g0");
    kill(embed_pid("g3"), SIGSTOP);
    ck_assert(embed_sample(driver, "g3")->hung);
    struct error err = embed_execute(driver, OPERATION_FORCE_OFF, "g3", NULL, 0, 0);
    ck_assert_msg(err.kind == ERROR_NONE, "%s", err.text);
    const struct vm_sample *vm = embed_sample(driver, "g3");
    ck_assert_int_eq(vm->state, VM_STATE_SHUT_OFF);
    ck_assert(!vm->hung);
}
END_TEST

// Runs this program again as another process that opens the engine; what it printed.
static char *ask_other_process(const char *what, int *status)
{
    AUTO_FREE char *output = embed_path("other.out");
    AUTO_FREE char *command = memory_printf("exec \"$0\" %s \"$1\" >\"$2\"", what);
    const char *const arguments[] = {"sh", "-c", command, program, embed_uri(), output, NULL};
    char text[1024] = "";
    *status = embed_run_program(arguments);
    FILE *file = fopen(output, "re");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    return memory_strndup(text, length);
}

START_TEST(a_second_process_is_told_who_holds_the_engine)
{
    int status;
    AUTO_FREE char *said = ask_other_process("--open", &status);
    AUTO_FREE char *expected =
        memory_printf("BUSY the embedded engine in %s is held by test_embed_hung (pid %d); one "
                      "process can hold it at a time\n",
                      embed_root(), (int)getpid());
    ck_assert_str_eq(said, expected);
    ck_assert_int_eq(status, 1);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("embed_hung");
    TCase *tests = tcase_create("hung");
    tcase_set_timeout(tests, 90);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, one_stopped_qemu_is_found_and_left_out);
    tcase_add_test(tests, two_stopped_qemus_are_both_found);
    tcase_add_test(tests, a_stopped_qemu_can_be_forced_off);
    tcase_add_test(tests, a_second_process_is_told_who_holds_the_engine);
    suite_add_tcase(suite, tests);
    return suite;
}

// As that other process.
static int open_only(const char *uri)
{
    struct error err = {0};
    struct driver_settings settings = {.tick_s = 1};
    struct driver *opened = libvirt_driver_ops.open(uri, &settings, &err);
    if (!opened) {
        printf("%s %s\n", error_kind_name(err.kind), err.text);
        return 1;
    }
    opened->ops->close(opened);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--open") == 0)
        return open_only(argv[2]);
    program = realpath(argv[0], NULL);
    return embed_fixture_main(make_suite, 280);
}
