// SPDX-License-Identifier: GPL-2.0-or-later
// Snapshots, deletion and growth on the embedded engine, checked by looking into the disks.
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static char *make_guest(const char *name, const char *format, bool off)
{
    AUTO_FREE char *file = memory_printf("%s.%s", name, format);
    char *disk = embed_boot_disk(file, format);
    struct embed_guest guest = {.name = name, .disk = disk, .format = format, .off = off};
    embed_define(&guest);
    return disk;
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
    ck_assert_str_eq(err.text, sentence);
    ck_assert_str_eq(error_kind_name(err.kind), error_kind_name(expected));
}

// Writes 512 bytes of `byte` at half a MiB into the guest's disk, by qemu-io.
static void write_pattern(const char *disk, unsigned byte)
{
    AUTO_FREE char *command = memory_printf("write -q -P %u 524288 512", byte);
    const char *const arguments[] = {"qemu-io", "-f", "qcow2", "-c", command, disk, NULL};
    ck_assert_int_eq(embed_run_program(arguments), 0);
}

// Converts the disk to raw and reads the byte at half a MiB.
static unsigned read_pattern(const char *disk)
{
    unsigned char byte = 0;
    AUTO_FREE char *raw = memory_printf("%s.check", disk);
    const char *const arguments[] = {"qemu-img", "convert", "-f", "qcow2", "-O",
                                     "raw",      disk,      raw,  NULL};
    ck_assert_int_eq(embed_run_program(arguments), 0);
    int fd = open(raw, O_RDONLY);
    ck_assert_int_eq(pread(fd, &byte, 1, 524288), 1);
    close(fd);
    unlink(raw);
    return byte;
}

START_TEST(revert_brings_the_old_content_back)
{
    AUTO_FREE char *disk = make_guest("rev", "qcow2", true);
    write_pattern(disk, 17);
    must(OPERATION_SNAPSHOT_CREATE, "rev", "before", 0, 0);
    write_pattern(disk, 34);
    ck_assert_uint_eq(read_pattern(disk), 34);
    must(OPERATION_SNAPSHOT_REVERT, "rev", "before", 0, 0);
    ck_assert_uint_eq(read_pattern(disk), 17);
    must(OPERATION_SNAPSHOT_DELETE, "rev", "before", 0, 0);
    ck_assert_uint_eq(read_pattern(disk), 17);
    ck_assert_uint_eq(embed_sample(driver, "rev")->snapshot_count, 0);
}
END_TEST

static const struct vm_detail *detail_of(const char *name, struct host_snapshot **host)
{
    struct error err = {0};
    struct interest interest = {.all = true};
    memcpy(interest.focus, embed_sample(driver, name)->uuid, VM_UUID_SIZE);
    *host = driver->ops->sample(driver, &interest, &err);
    ck_assert_msg(*host != NULL, "%s", err.text);
    host_snapshot_freeze(*host);
    const struct vm_sample *vm = host_snapshot_find(*host, interest.focus);
    ck_assert(vm && vm->detail);
    return vm->detail;
}

START_TEST(a_running_vm_is_snapshot_with_its_memory)
{
    struct host_snapshot *host;
    free(make_guest("mem", "qcow2", false));
    must(OPERATION_SNAPSHOT_CREATE, "mem", "one", 0, 0);
    must(OPERATION_SNAPSHOT_CREATE, "mem", "two <&'\">", 0, 0);
    must_fail(ERROR_EXISTS, "mem has a snapshot one already", OPERATION_SNAPSHOT_CREATE, "mem",
              "one", 0, 0);
    const struct vm_detail *detail = detail_of("mem", &host);
    ck_assert_uint_eq(detail->snapshot_count, 2);
    ck_assert_str_eq(detail->snapshots[0].name, "one");
    ck_assert_str_eq(detail->snapshots[1].name, "two <&'\">");
    ck_assert_str_eq(detail->snapshots[1].parent, "one");
    ck_assert(detail->snapshots[1].current && !detail->snapshots[0].current);
    ck_assert(detail->snapshots[0].memory_included && !detail->snapshots[0].external);
    ck_assert_int_eq(detail->snapshots[0].state, VM_STATE_RUNNING);
    ck_assert(strstr(detail->xml, "<name>mem</name>") != NULL);
    host_snapshot_unref(host);
    must(OPERATION_FORCE_OFF, "mem", NULL, 0, 0);
    must(OPERATION_SNAPSHOT_REVERT, "mem", "one", 0, 0);
    ck_assert_int_eq(embed_sample(driver, "mem")->state, VM_STATE_RUNNING);
    must(OPERATION_SNAPSHOT_REVERT, "mem", "one", 0, OPERATION_FLAG_THEN_PAUSED);
    ck_assert_int_eq(embed_sample(driver, "mem")->state, VM_STATE_PAUSED);
    must(OPERATION_SNAPSHOT_DELETE, "mem", "one", 0, OPERATION_FLAG_CHILDREN);
    ck_assert_uint_eq(embed_sample(driver, "mem")->snapshot_count, 0);
    must_fail(ERROR_NOT_FOUND, "mem has no snapshot one", OPERATION_SNAPSHOT_REVERT, "mem", "one",
              0, 0);
}
END_TEST

START_TEST(what_cannot_be_snapshot_is_said_before)
{
    free(make_guest("raw", "raw", false));
    must_fail(ERROR_UNSUPPORTED,
              "a snapshot with everything inside needs qcow2 disks, and vda is raw; take a "
              "disk-only snapshot instead",
              OPERATION_SNAPSHOT_CREATE, "raw", "s", 0, 0);
    must_fail(ERROR_INVALID, "a snapshot's name can neither contain \"/\" nor begin with \".\"",
              OPERATION_SNAPSHOT_CREATE, "raw", "../etc", 0, OPERATION_FLAG_DISK_ONLY);
    must_fail(ERROR_INVALID, "the snapshot's name contains control characters",
              OPERATION_SNAPSHOT_CREATE, "raw", "a\nb", 0, 0);
    must_fail(ERROR_UNSUPPORTED, "raw has no guest agent that could quiesce its file systems",
              OPERATION_SNAPSHOT_CREATE, "raw", "s", 0,
              OPERATION_FLAG_DISK_ONLY | OPERATION_FLAG_QUIESCE);
    must_fail(ERROR_INVALID, "only a disk-only snapshot can be quiesced", OPERATION_SNAPSHOT_CREATE,
              "raw", "s", 0, OPERATION_FLAG_QUIESCE);
    ck_assert_uint_eq(embed_sample(driver, "raw")->snapshot_count, 0);
}
END_TEST

START_TEST(a_disk_only_snapshot_makes_a_file)
{
    struct host_snapshot *host;
    struct stat status;
    AUTO_FREE char *disk = make_guest("ext", "raw", false);
    AUTO_FREE char *overlay = memory_printf("%s.s1", disk);
    must(OPERATION_SNAPSHOT_CREATE, "ext", "s1", 0, OPERATION_FLAG_DISK_ONLY);
    ck_assert_int_eq(stat(overlay, &status), 0);
    const struct vm_detail *detail = detail_of("ext", &host);
    ck_assert_uint_eq(detail->snapshot_count, 1);
    ck_assert(detail->snapshots[0].external && !detail->snapshots[0].memory_included);
    host_snapshot_unref(host);
    const struct vm_sample *vm = embed_sample(driver, "ext");
    ck_assert_str_eq(vm_definition_disk(vm->definition, "vda")->source, overlay);
    must_fail(ERROR_UNSUPPORTED,
              "s1 is a disk-only (external) snapshot, and this libvirt cannot revert to one yet",
              OPERATION_SNAPSHOT_REVERT, "ext", "s1", 0, 0);
    must(OPERATION_SNAPSHOT_DELETE, "ext", "s1", 0, 0);
    vm = embed_sample(driver, "ext");
    ck_assert_str_eq(vm_definition_disk(vm->definition, "vda")->source, disk);

    AUTO_FREE char *blocked = memory_printf("%s.s2", disk);
    close(open(blocked, O_WRONLY | O_CREAT, 0600));
    AUTO_FREE char *sentence = memory_printf("%s exists already; choose another name", blocked);
    must_fail(ERROR_EXISTS, sentence, OPERATION_SNAPSHOT_CREATE, "ext", "s2", 0,
              OPERATION_FLAG_DISK_ONLY);
}
END_TEST

// The kept memory knows the disks as they were; on others it would ruin the guest's file systems.
START_TEST(memory_kept_on_disk_guards_the_disks)
{
    static const char sentence[] = "saved is suspended to disk, and its kept memory would not fit "
                                   "the changed disks; start it first";
    AUTO_FREE char *disk = make_guest("saved", "qcow2", false);
    AUTO_FREE char *overlay = memory_printf("%s.s2", disk);
    must(OPERATION_SNAPSHOT_CREATE, "saved", "s1", 0, 0);
    must(OPERATION_SAVE, "saved", NULL, 0, 0);
    must_fail(ERROR_INVALID, sentence, OPERATION_SNAPSHOT_REVERT, "saved", "s1", 0, 0);
    must_fail(ERROR_INVALID, sentence, OPERATION_SNAPSHOT_CREATE, "saved", "s2", 0,
              OPERATION_FLAG_DISK_ONLY);
    ck_assert_int_eq(access(overlay, F_OK), -1);
    ck_assert(embed_sample(driver, "saved")->has_managed_save);
    must(OPERATION_START, "saved", NULL, 0, 0);
    must(OPERATION_SNAPSHOT_REVERT, "saved", "s1", 0, 0);
}
END_TEST

START_TEST(disks_grow_live_and_off)
{
    AUTO_FREE char *disk = make_guest("grow", "qcow2", false);
    must(OPERATION_DISK_GROW, "grow", "vda", 3 * 1024 * 1024, 0);
    ck_assert_uint_eq(embed_sample(driver, "grow")->disks[0].capacity_bytes, 3 * 1024 * 1024);
    must_fail(ERROR_INVALID, "vda of grow has 3.0 MiB already; a disk can only grow",
              OPERATION_DISK_GROW, "grow", "vda", 2 * 1024 * 1024, 0);
    must_fail(ERROR_NOT_FOUND, "grow has no disk vdz", OPERATION_DISK_GROW, "grow", "vdz",
              8 * 1024 * 1024, 0);
    must(OPERATION_FORCE_OFF, "grow", NULL, 0, 0);
    must(OPERATION_DISK_GROW, "grow", "vda", 5 * 1024 * 1024 - 100, 0);
    must_fail(ERROR_INVALID, "vda of grow has 5.0 MiB already; a disk can only grow",
              OPERATION_DISK_GROW, "grow", "vda", 5 * 1024 * 1024, 0);
    must(OPERATION_START, "grow", NULL, 0, 0);
    ck_assert_uint_eq(embed_sample(driver, "grow")->disks[0].capacity_bytes, 5 * 1024 * 1024);
}
END_TEST

START_TEST(deleting_keeps_the_disks)
{
    AUTO_FREE char *disk = make_guest("keep", "qcow2", false);
    must(OPERATION_SNAPSHOT_CREATE, "keep", "s", 0, 0);
    must_fail(ERROR_INVALID, "keep is running: shut it down to delete it", OPERATION_DELETE, "keep",
              NULL, 0, 0);
    must(OPERATION_SAVE, "keep", NULL, 0, 0);
    must(OPERATION_DELETE, "keep", NULL, 0, 0);
    ck_assert_ptr_null(embed_sample(driver, "keep"));
    ck_assert_int_eq(access(disk, F_OK), 0);
    ck_assert(embed_heard("keep", "deleted"));
}
END_TEST

START_TEST(deleting_removes_what_nobody_else_uses)
{
    AUTO_FREE char *base = make_guest("base", "qcow2", true);
    AUTO_FREE char *overlay = embed_path("over.qcow2");
    AUTO_FREE char *link = embed_path("link.qcow2");
    const char *const create[] = {"qemu-img", "create", "-q",    "-f",    "qcow2", "-b",
                                  base,       "-F",     "qcow2", overlay, NULL};
    ck_assert_int_eq(embed_run_program(create), 0);
    struct embed_guest user = {.name = "user", .disk = overlay, .format = "qcow2", .off = true};
    embed_define(&user);
    // The overlay's VM is off: only the image itself says what it builds on.
    must(OPERATION_DELETE, "base", NULL, 0, OPERATION_FLAG_DELETE_DISKS);
    AUTO_FREE char *kept = memory_printf("deleted; kept: %s (used by user)", base);
    ck_assert(embed_heard("base", kept));
    ck_assert_int_eq(access(base, F_OK), 0);

    ck_assert_int_eq(symlink(overlay, link), 0);
    struct embed_guest linked = {.name = "linked", .disk = link, .format = "qcow2", .off = true};
    embed_define(&linked);
    must(OPERATION_DELETE, "linked", NULL, 0, OPERATION_FLAG_DELETE_DISKS);
    ck_assert_int_eq(access(overlay, F_OK), 0);
    ck_assert_int_eq(access(link, F_OK), 0);

    must(OPERATION_DELETE, "user", NULL, 0, OPERATION_FLAG_DELETE_DISKS);
    ck_assert(embed_heard("user", "deleted with 1 of its disks"));
    ck_assert_int_eq(access(overlay, F_OK), -1);
    ck_assert_int_eq(access(base, F_OK), 0);
}
END_TEST

START_TEST(without_qemu_img_nobody_knows_who_uses_a_disk)
{
    AUTO_FREE char *base = make_guest("mother", "qcow2", true);
    AUTO_FREE char *other = make_guest("other", "qcow2", true);
    AUTO_FREE char *path = memory_strdup(getenv("PATH"));
    setenv("PATH", "/nowhere", 1);
    struct error err =
        embed_execute(driver, OPERATION_DELETE, "mother", NULL, 0, OPERATION_FLAG_DELETE_DISKS);
    setenv("PATH", path, 1);
    ck_assert_str_eq(err.text, "qemu-img is not installed (package qemu-utils), so nobody can tell "
                               "which files other builds on");
    ck_assert_int_eq(access(base, F_OK), 0);
    ck_assert_ptr_nonnull(embed_sample(driver, "mother"));
}
END_TEST

START_TEST(shared_and_read_only_disks_stay)
{
    AUTO_FREE char *own = embed_boot_disk("own.qcow2", "qcow2");
    AUTO_FREE char *shared = embed_boot_disk("shared.raw", "raw");
    AUTO_FREE char *reader = embed_boot_disk("reader.raw", "raw");
    AUTO_FREE char *more = memory_printf(
        "<disk type='file' device='disk'><driver type='raw'/><source file='%s'/><target dev='vdb' "
        "bus='virtio'/><shareable/></disk><disk type='file' device='disk'><driver type='raw'/>"
        "<source file='%s'/><target dev='vdc' bus='virtio'/><readonly/></disk>"
        "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/><readonly/></disk>",
        shared, reader);
    struct embed_guest guest = {
        .name = "mixed", .disk = own, .format = "qcow2", .more_devices = more, .off = true};
    embed_define(&guest);
    must(OPERATION_DELETE, "mixed", NULL, 0, OPERATION_FLAG_DELETE_DISKS);
    ck_assert_int_eq(access(own, F_OK), -1);
    ck_assert_int_eq(access(shared, F_OK), 0);
    ck_assert_int_eq(access(reader, F_OK), 0);
    AUTO_FREE char *told =
        memory_printf("deleted with 1 of its disks; kept: %s (shared between VMs), %s (read-only)",
                      shared, reader);
    ck_assert(embed_heard("mixed", told));
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("embed_disks");
    TCase *tests = tcase_create("disks");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, revert_brings_the_old_content_back);
    tcase_add_test(tests, a_running_vm_is_snapshot_with_its_memory);
    tcase_add_test(tests, what_cannot_be_snapshot_is_said_before);
    tcase_add_test(tests, a_disk_only_snapshot_makes_a_file);
    tcase_add_test(tests, memory_kept_on_disk_guards_the_disks);
    tcase_add_test(tests, disks_grow_live_and_off);
    tcase_add_test(tests, deleting_keeps_the_disks);
    tcase_add_test(tests, deleting_removes_what_nobody_else_uses);
    tcase_add_test(tests, without_qemu_img_nobody_knows_who_uses_a_disk);
    tcase_add_test(tests, shared_and_read_only_disks_stay);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 240);
}
