// SPDX-License-Identifier: GPL-2.0-or-later
// A Linux guest gets more vCPUs, memory and disk, live and at its next boot, and sees them itself.
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/memory.h"
#include "core/str.h"
#include "guest/linux_guest.h"

#define MIB     (UINT64_C(1024) * 1024)
#define MIB_KIB UINT64_C(1024)
#define SECTORS (MIB / 512) // in a MiB

static struct driver *driver;
static struct guest_shell *shell;
static char *disk;

static void start_guest(void)
{
    driver = embed_open();
    disk = linux_guest_disk("grow.qcow2", 64);
    linux_guest_define(&(struct linux_guest){
        .name = "grow", .words = "cpuup", .disk = disk, .memory_mib = 112, .most_vcpus = 3});
    shell = guest_shell_open(driver, "grow");
}

static void close_all(void)
{
    guest_shell_close(shell);
    driver->ops->close(driver);
    free(disk);
}

static void power_off(void)
{
    guest_shell_close(shell);
    shell = NULL;
    guest_do(driver, OPERATION_FORCE_OFF, "grow", NULL, 0, 0);
}

static void power_on(void)
{
    guest_do(driver, OPERATION_START, "grow", NULL, 0, 0);
    shell = guest_shell_open(driver, "grow");
}

// The guest brings a new vCPU online within a second or so of its own.
static uint64_t count_after(const char *command, uint64_t wanted)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < 20 && number != wanted; i++)
        number = guest_shell_number(shell, command);
    return number;
}

static void assert_refused(enum operation_kind kind, const char *text, uint64_t number,
                           unsigned flags)
{
    struct error err = embed_execute(driver, kind, "grow", text, number, flags);
    ck_assert_str_eq(error_kind_name(err.kind), "INVALID");
}

static void assert_vcpus(unsigned now, unsigned most)
{
    const struct vm_sample *vm = embed_sample(driver, "grow");
    ck_assert(vm->valid & VM_HAS_VCPU_COUNT);
    ck_assert_uint_eq(vm->vcpus_current, now);
    ck_assert_uint_eq(vm->vcpus_max, most);
    unsigned online = 0;
    for (size_t i = 0; i < vm->vcpu_count; i++)
        online += vm->vcpus[i].state != VCPU_OFFLINE;
    ck_assert_uint_eq(online, now);
    embed_release();
}

START_TEST(a_vcpu_is_added_live)
{
    ck_assert_uint_eq(guest_shell_number(shell, "nproc"), 1);
    assert_vcpus(1, 3);
    assert_refused(OPERATION_SET_VCPUS, NULL, 4, OPERATION_FLAG_LIVE);
    guest_do(driver, OPERATION_SET_VCPUS, "grow", NULL, 2, OPERATION_FLAG_LIVE);
    ck_assert_uint_eq(count_after("sleep 0.5; nproc", 2), 2);
    assert_vcpus(2, 3);
}
END_TEST

static uint64_t disk_capacity(void)
{
    const struct vm_sample *vm = embed_sample(driver, "grow");
    ck_assert_uint_eq(vm->disk_count, 1);
    uint64_t capacity = vm->disks[0].capacity_bytes;
    embed_release();
    return capacity;
}

START_TEST(a_disk_grows_live)
{
    ck_assert_uint_eq(guest_shell_number(shell, "cat /sys/block/vda/size"), 64 * SECTORS);
    ck_assert_uint_eq(disk_capacity(), 64 * MIB);
    assert_refused(OPERATION_DISK_GROW, "vda", 32 * MIB, 0);
    guest_do(driver, OPERATION_DISK_GROW, "grow", "vda", 96 * MIB, 0);
    ck_assert_uint_eq(count_after("sleep 0.5; cat /sys/block/vda/size", 96 * SECTORS),
                      96 * SECTORS);
    ck_assert_uint_eq(disk_capacity(), 96 * MIB);
    // The new end of the disk can be used.
    ck_assert_uint_eq(guest_shell_number(shell, "dd if=/dev/zero of=/dev/vda bs=1M seek=95 count=1 "
                                                "conv=notrunc,fsync 2>/dev/null; echo $?"),
                      0);
}
END_TEST

// What its own tool says of the image of a guest that is off.
static uint64_t image_size(void)
{
    AUTO_FREE char *log = embed_path("info");
    AUTO_FREE char *command = memory_printf("qemu-img info --output=json '%s' > '%s'", disk, log);
    const char *const arguments[] = {"sh", "-c", command, NULL};
    char text[4096] = "";
    ck_assert_int_eq(embed_run_program(arguments), 0);
    FILE *file = fopen(log, "re");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[length] = '\0';
    const char *size = strstr(text, "\"virtual-size\": ");
    ck_assert_msg(size != NULL, "%s", text);
    return strtoull(size + strlen("\"virtual-size\": "), NULL, 10);
}

START_TEST(what_is_for_the_next_boot_waits_for_it)
{
    uint64_t total_kib = guest_shell_number(shell, "awk '/^MemTotal:/ {print $2}' /proc/meminfo");
    guest_do(driver, OPERATION_SET_VCPUS, "grow", NULL, 3, OPERATION_FLAG_NEXT_BOOT);
    assert_refused(OPERATION_SET_BALLOON, NULL, 160 * MIB_KIB, OPERATION_FLAG_NEXT_BOOT);
    guest_do(driver, OPERATION_SET_MEMORY_MAX, "grow", NULL, 160 * MIB_KIB, 0);
    guest_do(driver, OPERATION_SET_BALLOON, "grow", NULL, 160 * MIB_KIB, OPERATION_FLAG_NEXT_BOOT);
    const struct vm_sample *vm = embed_sample(driver, "grow");
    ck_assert_uint_eq(vm->memory_max_kib, 112 * MIB_KIB);
    ck_assert_uint_eq(vm->vcpus_current, 2);
    ck_assert_uint_eq(guest_shell_number(shell, "nproc"), 2);

    power_off();
    guest_do(driver, OPERATION_DISK_GROW, "grow", "vda", 128 * MIB, 0);
    ck_assert_uint_eq(image_size(), 128 * MIB);
    assert_refused(OPERATION_DISK_GROW, "vda", 100 * MIB, 0);
    ck_assert_uint_eq(image_size(), 128 * MIB);
    power_on();

    ck_assert_uint_eq(count_after("sleep 0.5; nproc", 3), 3);
    assert_vcpus(3, 3);
    uint64_t now_kib = guest_shell_number(shell, "awk '/^MemTotal:/ {print $2}' /proc/meminfo");
    // 48 MiB more, but for what the kernel needs to account for them.
    ck_assert_uint_gt(now_kib, total_kib + 45 * MIB_KIB);
    ck_assert_uint_le(now_kib, total_kib + 48 * MIB_KIB);
    vm = embed_sample(driver, "grow");
    ck_assert_uint_eq(vm->memory_max_kib, 160 * MIB_KIB);
    ck_assert_uint_eq(vm->balloon_kib, 160 * MIB_KIB);
    embed_release();
    ck_assert_uint_eq(guest_shell_number(shell, "cat /sys/block/vda/size"), 128 * SECTORS);
    ck_assert_uint_eq(disk_capacity(), 128 * MIB);
}
END_TEST

START_TEST(the_most_vcpus_change_at_the_next_boot)
{
    guest_do(driver, OPERATION_SET_VCPUS_MAX, "grow", NULL, 4, 0);
    assert_refused(OPERATION_SET_VCPUS, NULL, 4, OPERATION_FLAG_LIVE);
    power_off();
    power_on();
    assert_vcpus(3, 4);
    guest_do(driver, OPERATION_SET_VCPUS, "grow", NULL, 4, OPERATION_FLAG_LIVE);
    ck_assert_uint_eq(count_after("sleep 0.5; nproc", 4), 4);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("guest resize");
    if (linux_guest_is_missing(suite))
        return suite;
    TCase *tcase = tcase_create("resize");
    tcase_add_unchecked_fixture(tcase, start_guest, close_all);
    tcase_add_test(tcase, a_vcpu_is_added_live);
    tcase_add_test(tcase, a_disk_grows_live);
    tcase_add_test(tcase, what_is_for_the_next_boot_waits_for_it);
    tcase_add_test(tcase, the_most_vcpus_change_at_the_next_boot);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 280);
}
