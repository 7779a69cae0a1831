// SPDX-License-Identifier: GPL-2.0-or-later
// Snapshots and suspending to disk, of a running Linux: what its disk and its memory held then is
// what they hold afterwards, as the guest reads it and as QEMU's own tools do.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/memory.h"
#include "core/str.h"
#include "guest/linux_guest.h"

static struct driver *driver;
static struct guest_shell *shell; // in the guest of the test that runs

static void open_engine(void)
{
    driver = embed_open();
}

static void close_engine(void)
{
    driver->ops->close(driver);
}

static void end_guests(void)
{
    guest_shell_close(shell);
    shell = NULL;
    embed_clear();
}

static char *start_guest(const char *name)
{
    AUTO_FREE char *file = memory_printf("%s.qcow2", name);
    char *disk = linux_guest_disk(file, 32);
    linux_guest_define(&(struct linux_guest){.name = name, .disk = disk});
    shell = guest_shell_open(driver, name);
    return disk;
}

// Fills the first 64 KiB of the disk with one letter.
static void write_letter(char letter)
{
    AUTO_FREE char *command = memory_printf("dd if=/dev/zero bs=64k count=1 2>/dev/null | "
                                            "tr '\\0' %c | dd of=/dev/vda bs=64k conv=notrunc,fsync"
                                            " 2>/dev/null; echo $?",
                                            letter);
    ck_assert_uint_eq(guest_shell_number(shell, command), 0);
}

// From the disk itself, not from the guest's cache of it.
static void assert_guest_reads(char letter)
{
    AUTO_FREE char *command = memory_printf("echo 3 > /proc/sys/vm/drop_caches; dd if=/dev/vda "
                                            "bs=64k count=1 2>/dev/null | tr -cd %c | wc -c",
                                            letter);
    ck_assert_uint_eq(guest_shell_number(shell, command), 65536);
}

static bool holds_letter(const char *disk, char letter)
{
    AUTO_FREE char *command = memory_printf(
        "qemu-io -r -f qcow2 -c 'read -P %d 0 65536' '%s' > /dev/null 2>&1", letter, disk);
    const char *const arguments[] = {"sh", "-c", command, NULL};
    return embed_run_program(arguments) == 0;
}

// After everything was restarted by a revert: the old stream is over.
static void open_shell_again(const char *name)
{
    guest_shell_close(shell);
    shell = guest_shell_open(driver, name);
}

// --- what is listed ---

static struct host_snapshot *look_at(const char *name, const struct vm_sample **vm)
{
    struct error err = {0};
    struct interest interest = {.all = true};
    const struct vm_sample *listed = embed_sample(driver, name);
    ck_assert_ptr_nonnull(listed);
    memcpy(interest.focus, listed->uuid, sizeof(interest.focus));
    embed_release();
    struct host_snapshot *snapshot = driver->ops->sample(driver, &interest, &err);
    ck_assert_msg(snapshot != NULL, "%s", err.text);
    host_snapshot_freeze(snapshot);
    *vm = host_snapshot_find(snapshot, interest.focus);
    ck_assert_ptr_nonnull(*vm);
    ck_assert_ptr_nonnull((*vm)->detail);
    return snapshot;
}

// "name<parent " for each snapshot, parents first; the current one has a "*".
static void assert_tree(const char *name, const char *tree)
{
    const struct vm_sample *vm;
    struct host_snapshot *snapshot = look_at(name, &vm);
    struct str is;
    str_init(&is);
    ck_assert_ptr_null(vm->detail->snapshots_unknown_why);
    for (size_t i = 0; i < vm->detail->snapshot_count; i++) {
        const struct vm_snapshot_info *info = &vm->detail->snapshots[i];
        str_printf(&is, "%s%s<%s ", info->name, info->current ? "*" : "",
                   info->parent ? info->parent : "");
    }
    ck_assert_str_eq(is.text, tree);
    ck_assert_uint_eq(vm->snapshot_count, vm->detail->snapshot_count);
    str_finish(&is);
    host_snapshot_unref(snapshot);
}

static void assert_kind(const char *name, const char *taken, bool memory_included, bool external)
{
    const struct vm_sample *vm;
    struct host_snapshot *snapshot = look_at(name, &vm);
    const struct vm_snapshot_info *found = NULL;
    for (size_t i = 0; i < vm->detail->snapshot_count; i++)
        if (strcmp(vm->detail->snapshots[i].name, taken) == 0)
            found = &vm->detail->snapshots[i];
    ck_assert_ptr_nonnull(found);
    ck_assert_int_eq(found->memory_included, memory_included);
    ck_assert_int_eq(found->external, external);
    host_snapshot_unref(snapshot);
}

// --- internal snapshots, with memory ---

START_TEST(a_revert_brings_disk_and_memory_back)
{
    AUTO_FREE char *disk = start_guest("back");
    write_letter('A');
    guest_shell_type(shell, "kept=41");
    guest_do(driver, OPERATION_SNAPSHOT_CREATE, "back", "before", 0, 0);
    assert_kind("back", "before", true, false);
    write_letter('B');
    assert_guest_reads('B');
    guest_shell_type(shell, "kept=99");
    ck_assert_uint_eq(guest_shell_number(shell, "echo $kept"), 99);

    guest_do(driver, OPERATION_SNAPSHOT_REVERT, "back", "before", 0, 0);
    const struct vm_sample *vm = embed_sample(driver, "back");
    ck_assert_int_eq(vm->state, VM_STATE_RUNNING);
    ck_assert_str_eq(vm->reason, "from snapshot");
    open_shell_again("back");
    ck_assert_uint_eq(guest_shell_number(shell, "echo $kept"), 41);
    assert_guest_reads('A');

    guest_do(driver, OPERATION_FORCE_OFF, "back", NULL, 0, 0);
    ck_assert(holds_letter(disk, 'A'));
    ck_assert(!holds_letter(disk, 'B'));
}
END_TEST

START_TEST(a_revert_can_end_paused)
{
    AUTO_FREE char *disk = start_guest("still");
    write_letter('A');
    guest_do(driver, OPERATION_SNAPSHOT_CREATE, "still", "before", 0, 0);
    write_letter('B');
    guest_do(driver, OPERATION_FORCE_OFF, "still", NULL, 0, 0);
    ck_assert(holds_letter(disk, 'B'));
    guest_do(driver, OPERATION_SNAPSHOT_REVERT, "still", "before", 0, OPERATION_FLAG_THEN_PAUSED);
    const struct vm_sample *vm = embed_sample(driver, "still");
    ck_assert_int_eq(vm->state, VM_STATE_PAUSED);
    guest_do(driver, OPERATION_RESUME, "still", NULL, 0, 0);
    open_shell_again("still");
    assert_guest_reads('A');
}
END_TEST

static void assert_image_lists(const char *disk, const char *taken, bool listed)
{
    AUTO_FREE char *command =
        memory_printf("qemu-img snapshot -l '%s' | grep -qw '%s'", disk, taken);
    const char *const arguments[] = {"sh", "-c", command, NULL};
    ck_assert_int_eq(embed_run_program(arguments), listed ? 0 : 1);
}

START_TEST(a_tree_is_listed_and_cut)
{
    AUTO_FREE char *disk = start_guest("tree");
    write_letter('A');
    guest_do(driver, OPERATION_SNAPSHOT_CREATE, "tree", "root", 0, 0);
    guest_do(driver, OPERATION_SNAPSHOT_CREATE, "tree", "middle", 0, 0);
    guest_do(driver, OPERATION_SNAPSHOT_CREATE, "tree", "leaf", 0, 0);
    guest_do(driver, OPERATION_SNAPSHOT_REVERT, "tree", "root", 0, 0);
    guest_do(driver, OPERATION_SNAPSHOT_CREATE, "tree", "twig", 0, 0);
    struct error err = embed_execute(driver, OPERATION_SNAPSHOT_CREATE, "tree", "leaf", 0, 0);
    ck_assert_str_eq(error_kind_name(err.kind), "EXISTS");
    const struct vm_sample *vm;
    struct host_snapshot *snapshot = look_at("tree", &vm);
    ck_assert_uint_eq(vm->detail->snapshot_count, 4);
    ck_assert_str_eq(vm->detail->snapshots[0].name, "root");
    host_snapshot_unref(snapshot);

    // What hung below it hangs below its parent now.
    guest_do(driver, OPERATION_SNAPSHOT_DELETE, "tree", "middle", 0, 0);
    guest_do(driver, OPERATION_SNAPSHOT_DELETE, "tree", "twig", 0, 0);
    assert_tree("tree", "root*< leaf<root ");
    guest_do(driver, OPERATION_FORCE_OFF, "tree", NULL, 0, 0);
    assert_image_lists(disk, "leaf", true);
    assert_image_lists(disk, "middle", false);
    guest_do(driver, OPERATION_SNAPSHOT_DELETE, "tree", "root", 0, OPERATION_FLAG_CHILDREN);
    assert_tree("tree", "");
    assert_image_lists(disk, "leaf", false);
    ck_assert(holds_letter(disk, 'A'));
}
END_TEST

// --- disk only ---

START_TEST(a_disk_only_snapshot_keeps_the_old_file)
{
    AUTO_FREE char *disk = start_guest("thin");
    write_letter('A');
    guest_do(driver, OPERATION_SNAPSHOT_CREATE, "thin", "files", 0, OPERATION_FLAG_DISK_ONLY);
    assert_tree("thin", "files*< ");
    assert_kind("thin", "files", false, true);
    const struct vm_sample *vm = embed_sample(driver, "thin");
    ck_assert_int_eq(vm->state, VM_STATE_RUNNING);
    ck_assert_uint_eq(vm->disk_count, 1);
    AUTO_FREE char *overlay = memory_strdup(vm->disks[0].source);
    ck_assert_str_ne(overlay, disk);
    write_letter('B');
    assert_guest_reads('B');
    struct error err = embed_execute(driver, OPERATION_SNAPSHOT_REVERT, "thin", "files", 0, 0);
    ck_assert_str_eq(error_kind_name(err.kind), "UNSUPPORTED");
    assert_guest_reads('B'); // and nothing has happened
    guest_do(driver, OPERATION_FORCE_OFF, "thin", NULL, 0, 0);
    ck_assert(holds_letter(disk, 'A'));
    ck_assert(holds_letter(overlay, 'B'));
    guest_do(driver, OPERATION_START, "thin", NULL, 0, 0);
    open_shell_again("thin");
    assert_guest_reads('B');
}
END_TEST

// --- suspending to disk ---

START_TEST(suspended_to_disk_and_restored_the_guest_goes_on)
{
    AUTO_FREE char *disk = start_guest("later");
    write_letter('A');
    guest_shell_type(shell, "count=77");
    AUTO_FREE char *boot_before = guest_shell_ask(shell, "cat /proc/sys/kernel/random/boot_id");
    guest_do(driver, OPERATION_SAVE, "later", NULL, 0, 0);
    const struct vm_sample *vm = embed_sample(driver, "later");
    ck_assert_int_eq(vm->state, VM_STATE_SHUT_OFF);
    ck_assert_str_eq(vm->reason, "saved");
    ck_assert(vm->has_managed_save);
    ck_assert_int_eq(embed_pid("later"), 0);

    guest_do(driver, OPERATION_RESTORE, "later", NULL, 0, 0);
    vm = embed_sample(driver, "later");
    ck_assert_int_eq(vm->state, VM_STATE_RUNNING);
    ck_assert_str_eq(vm->reason, "restored");
    ck_assert(!vm->has_managed_save);
    open_shell_again("later");
    ck_assert_uint_eq(guest_shell_number(shell, "echo $((count + 1))"), 78);
    AUTO_FREE char *boot_after = guest_shell_ask(shell, "cat /proc/sys/kernel/random/boot_id");
    ck_assert_str_eq(boot_after, boot_before);
    assert_guest_reads('A');
    struct error err = embed_execute(driver, OPERATION_RESTORE, "later", NULL, 0, 0);
    ck_assert_str_eq(error_kind_name(err.kind), "INVALID");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("guest snapshot");
    if (linux_guest_is_missing(suite))
        return suite;
    TCase *tcase = tcase_create("snapshot");
    tcase_add_unchecked_fixture(tcase, open_engine, close_engine);
    tcase_add_checked_fixture(tcase, NULL, end_guests);
    tcase_add_test(tcase, a_revert_brings_disk_and_memory_back);
    tcase_add_test(tcase, a_revert_can_end_paused);
    tcase_add_test(tcase, a_tree_is_listed_and_cut);
    tcase_add_test(tcase, a_disk_only_snapshot_keeps_the_old_file);
    tcase_add_test(tcase, suspended_to_disk_and_restored_the_guest_goes_on);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 280);
}
