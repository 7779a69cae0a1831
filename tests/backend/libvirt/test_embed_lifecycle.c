// SPDX-License-Identifier: GPL-2.0-or-later
// Real QEMU guests on the embedded engine: what is listed, told and done. The guests are boot
// sectors under software emulation.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/bounded_call.h"
#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "guest/embed_fixture.h"

static struct driver *driver;

static void setup(void)
{
    driver = embed_open();
    embed_forget_heard();
}

static void teardown(void)
{
    embed_release();
    embed_clear();
    driver->ops->close(driver);
}

static void make_guest(const char *name)
{
    AUTO_FREE char *file = memory_printf("%s.qcow2", name);
    AUTO_FREE char *disk = embed_boot_disk(file, "qcow2");
    struct embed_guest guest = {.name = name, .disk = disk, .format = "qcow2"};
    embed_define(&guest);
}

static void must(enum operation_kind kind, const char *name, const char *text, uint64_t number,
                 unsigned flags)
{
    struct error err = embed_execute(driver, kind, name, text, number, flags);
    ck_assert_msg(err.kind == ERROR_NONE, "%s %s: %s", operation_kind_name(kind), name, err.text);
}

static void must_fail(enum error_kind expected, const char *sentence, enum operation_kind kind,
                      const char *name, const char *text, uint64_t number, unsigned flags)
{
    struct error err = embed_execute(driver, kind, name, text, number, flags);
    ck_assert_str_eq(error_kind_name(err.kind), error_kind_name(expected));
    ck_assert_str_eq(err.text, sentence);
}

START_TEST(a_running_guest_has_figures)
{
    make_guest("fig");
    const struct vm_sample *vm = embed_sample(driver, "fig");
    ck_assert_ptr_nonnull(vm);
    ck_assert_int_eq(vm->state, VM_STATE_RUNNING);
    ck_assert_str_eq(vm->reason, "booted");
    ck_assert(vm->persistent && !vm->autostart && !vm->has_managed_save && !vm->hung);
    ck_assert_uint_eq(vm->vcpus_max, 2);
    ck_assert_uint_eq(vm->vcpus_current, 1);
    ck_assert_uint_eq(vm->vcpu_count, 1);
    ck_assert(vm->vcpus[0].has_time);
    ck_assert_uint_eq(vm->memory_max_kib, 16384);
    ck_assert_uint_eq(vm->balloon_kib, 16384);
    ck_assert(vm->valid & VM_HAS_RSS);
    ck_assert_uint_gt(vm->rss_kib, 1024);
    ck_assert(vm->valid & VM_HAS_CPU_TIME);
    ck_assert_uint_gt(vm->cpu_time_ns, 0);
    ck_assert_uint_eq(vm->disk_count, 1);
    ck_assert_str_eq(vm->disks[0].target, "vda");
    ck_assert_uint_eq(vm->disks[0].capacity_bytes, 1024 * 1024);
    ck_assert_ptr_nonnull(vm->definition);
    ck_assert_str_eq(vm->definition->type, "qemu");
    ck_assert(vm->definition->has_serial_console);
    ck_assert(vm->id > 0);
    ck_assert_uint_gt(vm->sampled_ns, 0);
}
END_TEST

START_TEST(the_host_says_what_it_is)
{
    struct error err = {0};
    struct host_snapshot *host = driver->ops->sample(driver, NULL, &err);
    ck_assert_msg(host != NULL, "%s", err.text);
    ck_assert(host->local);
    ck_assert(strncmp(host->hypervisor, "QEMU ", 5) == 0);
    ck_assert(strncmp(host->library_version, "libvirt ", 8) == 0);
    ck_assert(str_starts_with(host->acceleration, "software emulation: ") ||
              strcmp(host->acceleration, "KVM") == 0);
    ck_assert_uint_eq(host->cpus, (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
    ck_assert(host->valid & HOST_HAS_CPU);
    ck_assert(host->valid & HOST_HAS_MEMORY);
    ck_assert_uint_gt(host->memory_total_kib, host->memory_free_kib);
    ck_assert(host_snapshot_can(host, HOST_CAN_CONSOLE));
    ck_assert_str_eq(host->uri, embed_uri());
    ck_assert_uint_eq(host->notice_count, geteuid() == 0 ? 1 : 0);
    host_snapshot_unref(host);
}
END_TEST

START_TEST(lifecycle_is_done_and_told)
{
    make_guest("life");
    ck_assert(embed_heard("life", "started"));
    must(OPERATION_PAUSE, "life", NULL, 0, 0);
    ck_assert(embed_heard("life", "paused"));
    ck_assert_int_eq(embed_sample(driver, "life")->state, VM_STATE_PAUSED);
    must(OPERATION_RESUME, "life", NULL, 0, 0);
    ck_assert(embed_heard("life", "resumed"));
    must_fail(ERROR_INVALID, "life is running, not paused", OPERATION_RESUME, "life", NULL, 0, 0);
    must(OPERATION_RESET, "life", NULL, 0, 0);
    ck_assert(embed_heard("life", "rebooted"));
    must(OPERATION_FORCE_OFF, "life", NULL, 0, 0);
    ck_assert(embed_heard("life", "shut off (forced)"));
    const struct vm_sample *vm = embed_sample(driver, "life");
    ck_assert_int_eq(vm->state, VM_STATE_SHUT_OFF);
    ck_assert_str_eq(vm->reason, "forced off");
    ck_assert_int_eq(vm->id, -1);
    ck_assert_uint_eq(vm->valid & (VM_HAS_CPU_TIME | VM_HAS_BALLOON | VM_HAS_RSS), 0);
    must(OPERATION_START, "life", NULL, 0, OPERATION_FLAG_PAUSED);
    ck_assert_int_eq(embed_sample(driver, "life")->state, VM_STATE_PAUSED);
    must_fail(ERROR_INVALID, "life is already running", OPERATION_START, "life", NULL, 0, 0);
}
END_TEST

START_TEST(a_killed_qemu_is_a_crash)
{
    make_guest("crash");
    pid_t pid = embed_pid("crash");
    ck_assert_int_gt(pid, 1);
    kill(pid, SIGKILL);
    ck_assert(embed_heard("crash", "shut off (crashed)"));
    ck_assert_str_eq(embed_sample(driver, "crash")->reason, "crashed");
}
END_TEST

START_TEST(a_vm_that_vanished_is_gone)
{
    struct error err = {0};
    struct operation_control control = {0};
    struct embed_guest guest = {.name = "brief", .transient = true};
    embed_define(&guest);
    const struct vm_sample *vm = embed_sample(driver, "brief");
    ck_assert(vm && !vm->persistent);
    struct operation *pause = operation_create(OPERATION_PAUSE, vm, "embed");
    must_fail(ERROR_INVALID,
              "brief is transient (it vanishes when it is shut off), so it cannot be suspended to "
              "disk",
              OPERATION_SAVE, "brief", NULL, 0, 0);
    must(OPERATION_FORCE_OFF, "brief", NULL, 0, 0);
    ck_assert(!driver->ops->execute(driver, pause, &control, &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
    ck_assert_str_eq(err.text, "brief is gone");
    ck_assert_ptr_null(embed_sample(driver, "brief"));
    operation_destroy(pause);
}
END_TEST

START_TEST(suspended_to_disk_and_restored)
{
    make_guest("save");
    must_fail(ERROR_INVALID, "save is already running", OPERATION_RESTORE, "save", NULL, 0, 0);
    must(OPERATION_SAVE, "save", NULL, 0, 0);
    const struct vm_sample *vm = embed_sample(driver, "save");
    ck_assert_int_eq(vm->state, VM_STATE_SHUT_OFF);
    ck_assert(vm->has_managed_save);
    must(OPERATION_RESTORE, "save", NULL, 0, 0);
    vm = embed_sample(driver, "save");
    ck_assert_int_eq(vm->state, VM_STATE_RUNNING);
    ck_assert_str_eq(vm->reason, "restored");
    ck_assert(!vm->has_managed_save);
    must(OPERATION_FORCE_OFF, "save", NULL, 0, 0);
    must_fail(ERROR_NOT_FOUND, "save has not been suspended to disk", OPERATION_RESTORE, "save",
              NULL, 0, 0);
}
END_TEST

START_TEST(renamed_and_started_by_itself)
{
    make_guest("old");
    must_fail(ERROR_INVALID, "old is running: shut it down to rename it", OPERATION_RENAME, "old",
              "new", 0, 0);
    must(OPERATION_FORCE_OFF, "old", NULL, 0, 0);
    must_fail(ERROR_INVALID, "the new name is empty", OPERATION_RENAME, "old", " ", 0, 0);
    must_fail(ERROR_INVALID, "the new name contains control characters", OPERATION_RENAME, "old",
              "a\033[2J", 0, 0);
    must_fail(ERROR_EXISTS, "there is a VM named old already", OPERATION_RENAME, "old", "old", 0,
              0);
    must(OPERATION_RENAME, "old", "neu \xc3\xa4 \xe7\x8c\xab", 0, 0);
    ck_assert_ptr_null(embed_sample(driver, "old"));
    ck_assert_ptr_nonnull(embed_sample(driver, "neu \xc3\xa4 \xe7\x8c\xab"));
    must(OPERATION_AUTOSTART, "neu \xc3\xa4 \xe7\x8c\xab", NULL, 1, 0);
    ck_assert(embed_sample(driver, "neu \xc3\xa4 \xe7\x8c\xab")->autostart);
    must(OPERATION_AUTOSTART, "neu \xc3\xa4 \xe7\x8c\xab", NULL, 0, 0);
    ck_assert(!embed_sample(driver, "neu \xc3\xa4 \xe7\x8c\xab")->autostart);
}
END_TEST

START_TEST(resized)
{
    make_guest("size");
    must(OPERATION_SET_BALLOON, "size", NULL, 8192, OPERATION_FLAG_NEXT_BOOT);
    must_fail(ERROR_INVALID, "size can have 16 MiB at most; raise the maximum and restart it first",
              OPERATION_SET_BALLOON, "size", NULL, 65536, OPERATION_FLAG_LIVE);
    must(OPERATION_SET_BALLOON, "size", NULL, 8192, OPERATION_FLAG_LIVE);
    must(OPERATION_SET_VCPUS, "size", NULL, 2, OPERATION_FLAG_LIVE);
    ck_assert_uint_eq(embed_sample(driver, "size")->vcpus_current, 2);
    must_fail(ERROR_UNSUPPORTED,
              "a vCPU cannot be taken from size while it runs under software emulation; change it "
              "for the next boot",
              OPERATION_SET_VCPUS, "size", NULL, 1, OPERATION_FLAG_LIVE);
    must_fail(ERROR_INVALID,
              "size can have 2 vCPUs at most while it runs; raise the maximum and restart it",
              OPERATION_SET_VCPUS, "size", NULL, 3, OPERATION_FLAG_LIVE);
    must(OPERATION_SET_VCPUS_MAX, "size", NULL, 4, 0);
    must(OPERATION_SET_VCPUS, "size", NULL, 3, OPERATION_FLAG_NEXT_BOOT);
    must(OPERATION_SET_MEMORY_MAX, "size", NULL, 32768, 0);
    must(OPERATION_FORCE_OFF, "size", NULL, 0, 0);
    must(OPERATION_START, "size", NULL, 0, 0);
    const struct vm_sample *vm = embed_sample(driver, "size");
    ck_assert_uint_eq(vm->vcpus_max, 4);
    ck_assert_uint_eq(vm->vcpus_current, 3);
    ck_assert_uint_eq(vm->memory_max_kib, 32768);
}
END_TEST

START_TEST(no_agent_is_said)
{
    make_guest("mute");
    must_fail(ERROR_UNSUPPORTED,
              "mute has no guest agent: its definition lacks the channel org.qemu.guest_agent.0",
              OPERATION_SHUTDOWN, "mute", NULL, 0, OPERATION_FLAG_AGENT);
    must(OPERATION_SHUTDOWN, "mute", NULL, 0, OPERATION_FLAG_ACPI);
}
END_TEST

static struct str printed;
static pthread_mutex_t printed_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int closed_calls;

static void on_output(void *context, const char *bytes, size_t length)
{
    (void)context;
    pthread_mutex_lock(&printed_lock);
    str_add_bytes(&printed, bytes, length);
    pthread_mutex_unlock(&printed_lock);
}

static void on_closed(void *context, const struct error *why)
{
    (void)context;
    ck_assert_ptr_null(why);
    atomic_fetch_add(&closed_calls, 1);
}

static bool was_printed(const char *text)
{
    for (int i = 0; i < 250; i++) {
        pthread_mutex_lock(&printed_lock);
        bool found = strstr(printed.text, text) != NULL;
        pthread_mutex_unlock(&printed_lock);
        if (found)
            return true;
        clock_sleep_ms(20);
    }
    return false;
}

START_TEST(the_console_shows_what_the_guest_prints)
{
    const struct console_sink sink = {NULL, on_output, on_closed};
    struct error err = {0};
    char uuid[VM_UUID_SIZE];
    str_init(&printed);
    atomic_store(&closed_calls, 0);
    make_guest("tty");
    memcpy(uuid, embed_sample(driver, "tty")->uuid, sizeof(uuid));
    struct console_stream *console = driver->ops->console_open(driver, uuid, false, &sink, &err);
    ck_assert_msg(console != NULL, "%s", err.text);
    must(OPERATION_RESET, "tty", NULL, 0, 0);
    ck_assert(was_printed("HELLO BOOT\r\n"));
    ck_assert_uint_eq(console->ops->write(console, "hello", 5), 5);

    ck_assert_ptr_null(driver->ops->console_open(driver, uuid, false, &sink, &err));
    ck_assert_int_eq(err.kind, ERROR_BUSY);
    ck_assert_str_eq(err.text, "somebody else has the console of tty open");
    struct console_stream *forced = driver->ops->console_open(driver, uuid, true, &sink, &err);
    ck_assert_msg(forced != NULL, "%s", err.text);
    console->ops->close(console);
    atomic_store(&closed_calls, 0);
    must(OPERATION_FORCE_OFF, "tty", NULL, 0, 0);
    for (int i = 0; i < 100 && atomic_load(&closed_calls) == 0; i++)
        clock_sleep_ms(20);
    ck_assert_int_eq(atomic_load(&closed_calls), 1);
    ck_assert_uint_eq(forced->ops->write(forced, "x", 1), 0);
    forced->ops->close(forced);
    ck_assert_ptr_null(driver->ops->console_open(driver, uuid, false, &sink, &err));
    ck_assert_str_eq(err.text, "tty is not running");
    str_finish(&printed);
}
END_TEST

START_TEST(a_driver_reopens_the_same_engine_only)
{
    struct error err = {0};
    struct driver_settings settings = {.tick_s = 1};
    make_guest("stay");
    pid_t before = embed_pid("stay");
    driver->ops->close(driver);
    driver = embed_open();
    ck_assert_int_eq(embed_sample(driver, "stay")->state, VM_STATE_RUNNING);
    ck_assert_int_eq(embed_pid("stay"), before);
    ck_assert_ptr_null(libvirt_driver_ops.open("qemu:///embed?root=/tmp", &settings, &err));
    ck_assert_int_eq(err.kind, ERROR_UNSUPPORTED);
    AUTO_FREE char *expected = memory_printf(
        "one process can open one embedded engine, and this one uses %s already", embed_root());
    ck_assert_str_eq(err.text, expected);
    ck_assert_int_eq(access("/tmp/etc", F_OK), -1);
}
END_TEST

START_TEST(a_reader_changes_nothing)
{
    struct error err = {0};
    struct operation_control control = {0};
    struct driver_settings settings = {.tick_s = 1, .read_only = true};
    make_guest("look");
    struct operation *pause =
        operation_create(OPERATION_PAUSE, embed_sample(driver, "look"), "embed");
    struct driver *reader = libvirt_driver_ops.open(embed_uri(), &settings, &err);
    ck_assert_msg(reader != NULL, "%s", err.text);
    struct host_snapshot *host = reader->ops->sample(reader, NULL, &err);
    ck_assert_msg(host != NULL, "%s", err.text);
    ck_assert_uint_eq(host->capabilities, 0);
    ck_assert_uint_eq(host->vm_count, 1);
    host_snapshot_unref(host);
    ck_assert(!reader->ops->execute(reader, pause, &control, &err));
    ck_assert_int_eq(err.kind, ERROR_DENIED);
    ck_assert_str_eq(err.text, "this connection is read-only");
    reader->ops->close(reader);
    operation_destroy(pause);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("embed_lifecycle");
    TCase *tests = tcase_create("guests");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_running_guest_has_figures);
    tcase_add_test(tests, the_host_says_what_it_is);
    tcase_add_test(tests, lifecycle_is_done_and_told);
    tcase_add_test(tests, a_killed_qemu_is_a_crash);
    tcase_add_test(tests, a_vm_that_vanished_is_gone);
    tcase_add_test(tests, suspended_to_disk_and_restored);
    tcase_add_test(tests, renamed_and_started_by_itself);
    tcase_add_test(tests, resized);
    tcase_add_test(tests, no_agent_is_said);
    tcase_add_test(tests, the_console_shows_what_the_guest_prints);
    tcase_add_test(tests, a_driver_reopens_the_same_engine_only);
    tcase_add_test(tests, a_reader_changes_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 240);
}
