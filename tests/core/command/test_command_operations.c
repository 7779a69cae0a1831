// SPDX-License-Identifier: GPL-2.0-or-later
// What a command line becomes for one VM: operations, previews, or a refusal.
#include "check_main.h"

#include <string.h>
#include <time.h>

#include "core/command/command.h"
#include "core/str.h"
#include "sample_host.h"

static struct host_snapshot *host;
static struct vm_sample *web1, *db1;
static struct operation *operations[COMMAND_OPERATION_MAX];
static size_t operation_count;

static void forget_operations(void)
{
    for (size_t i = 0; i < operation_count; i++)
        operation_destroy(operations[i]);
    operation_count = 0;
}

static void set_up(void)
{
    host = sample_host();
    web1 = &host->vms[0];
    db1 = &host->vms[1];
}

static void tear_down(void)
{
    forget_operations();
    host_snapshot_unref(host);
}

static bool try(const char *line, const struct vm_sample *vm, struct error *err)
{
    struct command_call call = {0};
    struct error parse_err = {0};
    forget_operations();
    ck_assert_msg(command_parse_line(&call, line, &parse_err), "%s", parse_err.text);
    operation_count = command_to_operations(&call, host, vm, operations, err);
    command_call_finish(&call);
    return operation_count > 0;
}

// Makes the operations, which must be `count`, and returns the first.
static struct operation *make(const char *line, const struct vm_sample *vm, size_t count)
{
    struct error err = {0};
    ck_assert_msg(try(line, vm, &err), "%s: %s", line, err.text);
    ck_assert_int_eq(err.kind, ERROR_NONE);
    ck_assert_msg(operation_count == count, "%s: %zu operations", line, operation_count);
    return operations[0];
}

static void refused(const char *line, const struct vm_sample *vm, const char *sentence)
{
    struct error err = {0};
    ck_assert_msg(!try(line, vm, &err), "%s was accepted", line);
    ck_assert_str_eq(err.text, sentence);
}

static void previews(const char *line, const struct vm_sample *vm, const char *text)
{
    struct command_call call = {0};
    struct error err = {0};
    struct str out;
    str_init(&out);
    ck_assert_msg(command_parse_line(&call, line, &err), "%s", err.text);
    command_preview(&call, host, vm, &out);
    ck_assert_str_eq(out.text, text);
    str_finish(&out);
    command_call_finish(&call);
}

START_TEST(an_operation_says_whom_and_by_which_command)
{
    struct operation *operation = make("snapshot --name x --description 'a b'", web1, 1);
    ck_assert_int_eq(operation->kind, OPERATION_SNAPSHOT_CREATE);
    ck_assert_str_eq(operation->uuid, "00000000-0000-4000-8000-000000000001");
    ck_assert_str_eq(operation->vm_name, "web1");
    ck_assert_str_eq(operation->host, "lab1");
    ck_assert_str_eq(operation->name, "x");
    ck_assert_str_eq(operation->description, "a b");
    ck_assert_str_eq(operation->command_line, "vmtui snapshot web1 --name x --description 'a b'");
    ck_assert_uint_eq(operation->flags, 0);
}
END_TEST

START_TEST(power_commands)
{
    ck_assert_uint_eq(make("start --paused", db1, 1)->flags, OPERATION_FLAG_PAUSED);
    ck_assert_uint_eq(make("start", db1, 1)->flags, 0);
    ck_assert_uint_eq(make("shutdown", web1, 1)->flags, 0);
    ck_assert_uint_eq(make("shutdown --mode acpi", web1, 1)->flags, OPERATION_FLAG_ACPI);
    refused("reboot --mode agent", web1, "web1 has no channel to a guest agent");
    web1->definition->has_agent_channel = true;
    struct operation *operation = make("reboot --mode agent", web1, 1);
    ck_assert_int_eq(operation->kind, OPERATION_REBOOT);
    ck_assert_uint_eq(operation->flags, OPERATION_FLAG_AGENT);
    ck_assert_int_eq(make("pause-toggle", web1, 1)->kind, OPERATION_PAUSE);
    web1->state = VM_STATE_PAUSED;
    ck_assert_int_eq(make("pause-toggle", web1, 1)->kind, OPERATION_RESUME);
    refused("list", web1, "list does nothing to a VM");
}
END_TEST

START_TEST(a_snapshot_without_a_name_is_named_by_the_time)
{
    struct operation *operation = make("snapshot", web1, 1);
    struct tm parts = {0};
    const char *end = strptime(operation->name, "%Y-%m-%d-%H%M%S", &parts);
    ck_assert_ptr_nonnull(end);
    ck_assert_str_eq(end, "");
    parts.tm_isdst = -1;
    ck_assert_int_lt(llabs((long long)(time(NULL) - mktime(&parts))), 120);
}
END_TEST

START_TEST(snapshots_know_their_limits)
{
    refused("snapshot --name clean", web1, "web1 has a snapshot \"clean\" already");
    refused("snapshot --quiesce", web1, "snapshot: --quiesce needs --disk-only");
    refused("snapshot --name ''", web1, "the name of a snapshot is not empty");
    refused("snapshot --disk-only --quiesce", web1, "web1 has no channel to a guest agent");
    refused("snapshot-revert --name nope", web1, "web1 has no snapshot \"nope\"");
    refused("snapshot-revert", web1, "snapshot-revert needs --name");
    refused("snapshot-delete --name clean --children --children-only", web1,
            "--children and --children-only exclude each other");
    ck_assert_uint_eq(make("snapshot-revert --name clean --then paused", web1, 1)->flags,
                      OPERATION_FLAG_THEN_PAUSED);
    ck_assert_uint_eq(make("snapshot-revert --name clean --then running", web1, 1)->flags,
                      OPERATION_FLAG_THEN_RUNNING);
    ck_assert_uint_eq(make("snapshot-delete --name clean --children", web1, 1)->flags,
                      OPERATION_FLAG_CHILDREN);
    ck_assert_str_eq(make("snapshot-delete --name clean", web1, 1)->name, "clean");
    ck_assert_uint_eq(make("snapshot --disk-only", web1, 1)->flags, OPERATION_FLAG_DISK_ONLY);
    free(web1->definition->disks[0].format);
    web1->definition->disks[0].format = memory_strdup("raw");
    refused("snapshot", web1,
            "vda of web1 is not a qcow2 disk and cannot hold a snapshot; --disk-only needs none");
    make("snapshot --disk-only", web1, 1);
    host->capabilities &= ~(UINT64_C(1) << HOST_CAN_SNAPSHOT_DISK_ONLY);
    refused("snapshot --disk-only", web1,
            "this hypervisor does not support snapshots of the disks only");
}
END_TEST

START_TEST(managing)
{
    ck_assert_uint_eq(make("autostart", web1, 1)->number, 1);
    ck_assert_uint_eq(make("autostart --off", web1, 1)->number, 0);
    ck_assert_str_eq(make("rename db2", db1, 1)->name, "db2");
    refused("rename web1", db1, "there is a VM called web1 already");
    refused("rename", db1, "rename needs NEW-NAME");
    ck_assert_uint_eq(make("delete", db1, 1)->flags, 0);
    ck_assert_uint_eq(make("delete --disks delete", db1, 1)->flags, OPERATION_FLAG_DELETE_DISKS);
}
END_TEST

static void check(size_t index, enum operation_kind kind, unsigned flags, unsigned long long value)
{
    const struct operation *operation = operations[index];
    ck_assert_int_eq(operation->kind, kind);
    ck_assert_uint_eq(operation->flags, flags);
    unsigned long long found = operation->number;
    if (operation->memory_kib != 0)
        found = operation->memory_kib;
    if (operation->size_bytes != 0)
        found = operation->size_bytes;
    ck_assert_uint_eq(found, value);
}

START_TEST(a_resize_makes_room_before_it_uses_it)
{
    make("resize --memory 6G --vcpus 8 --disk vda --size 20G --memory-max 8G --vcpus-max 16", web1,
         5);
    check(0, OPERATION_SET_VCPUS_MAX, OPERATION_FLAG_NEXT_BOOT, 16);
    check(1, OPERATION_SET_MEMORY_MAX, OPERATION_FLAG_NEXT_BOOT, 8388608);
    check(2, OPERATION_DISK_GROW, 0, 21474836480ULL);
    check(3, OPERATION_SET_VCPUS, OPERATION_FLAG_NEXT_BOOT, 8);
    check(4, OPERATION_SET_BALLOON, OPERATION_FLAG_NEXT_BOOT, 6291456);
    ck_assert_str_eq(operations[2]->disk, "vda");
}
END_TEST

START_TEST(a_resize_happens_now_and_at_the_next_boot)
{
    const unsigned both = OPERATION_FLAG_LIVE | OPERATION_FLAG_NEXT_BOOT;
    make("resize --vcpus 4", web1, 1);
    check(0, OPERATION_SET_VCPUS, both, 4);
    make("resize --memory 2G --when now", web1, 1);
    check(0, OPERATION_SET_BALLOON, OPERATION_FLAG_LIVE, 2097152);
    make("resize --memory 2G --when next-boot", web1, 1);
    check(0, OPERATION_SET_BALLOON, OPERATION_FLAG_NEXT_BOOT, 2097152);
    make("resize --vcpus 2 --when both", db1, 1); // off: whatever is asked, it waits for the start
    check(0, OPERATION_SET_VCPUS, OPERATION_FLAG_NEXT_BOOT, 2);
    make("resize --vcpus 1 --when now", db1, 1);
    check(0, OPERATION_SET_VCPUS, OPERATION_FLAG_NEXT_BOOT, 1);
    make("resize --disk vda --size 10737418241B", web1, 1);
    check(0, OPERATION_DISK_GROW, 0, 10737418752ULL); // whole sectors
}
END_TEST

START_TEST(what_a_resize_cannot_do_is_said)
{
    refused("resize", web1,
            "resize needs something to change: --vcpus, --vcpus-max, --memory, --memory-max, or "
            "--disk with --size");
    refused("resize --disk vda", web1, "resize: --disk needs --size, the new size");
    refused("resize --size 20G", web1, "resize: --size needs --disk, the disk to grow");
    refused(
        "resize --vcpus 8", web1,
        "web1 can have at most 4 vCPUs: add --vcpus-max 8, which takes effect at its next boot");
    refused("resize --vcpus 3", db1,
            "db1 can have at most 2 vCPUs: add --vcpus-max 3, which takes effect at its next boot");
    refused("resize --vcpus 8 --vcpus-max 4", web1, "8 vCPUs are more than --vcpus-max 4");
    refused("resize --vcpus 8 --vcpus-max 8 --when now", web1,
            "the most vCPUs that web1 may have can change only at its next boot");
    refused("resize --vcpus 8 --vcpus-max 8 --when both", web1,
            "the vCPUs of web1 cannot change now: it was started with room for 4");
    refused("resize --memory 8G", web1,
            "web1 can have at most 4 GiB of memory: add --memory-max 8G, which takes effect at its "
            "next boot");
    refused("resize --memory 8G --memory-max 4G", web1, "--memory is more than --memory-max");
    refused("resize --disk vda --size 10G", web1,
            "vda of web1 has 10 GiB already: a disk can only grow");
    refused("resize --disk vda --size 1G", web1,
            "vda of web1 has 10 GiB already: a disk can only grow");
    refused("resize --disk vdz --size 20G", web1, "web1 has no disk \"vdz\"");
    refused("resize --disk sda --size 20G", web1, "sda of web1 cannot grow: it is read-only");
    refused("resize --disk vda --size 20G --when next-boot", web1,
            "a disk grows at once, not at the next boot");
    // One impossible part stops all of them.
    refused("resize --vcpus 1 --disk vda --size 1G", web1,
            "vda of web1 has 10 GiB already: a disk can only grow");
}
END_TEST

START_TEST(emulated_vms_lose_no_vcpus)
{
    free(web1->definition->type);
    web1->definition->type = memory_strdup("qemu");
    make("resize --vcpus 1", web1, 1);
    check(0, OPERATION_SET_VCPUS, OPERATION_FLAG_NEXT_BOOT, 1);
    make("resize --vcpus 3", web1, 1);
    check(0, OPERATION_SET_VCPUS, OPERATION_FLAG_LIVE | OPERATION_FLAG_NEXT_BOOT, 3);
    refused("resize --vcpus 1 --when now", web1,
            "the vCPUs of web1 cannot change now: under software emulation QEMU does not survive "
            "losing a vCPU");
}
END_TEST

START_TEST(transient_vms_have_no_next_boot)
{
    web1->persistent = false;
    make("resize --vcpus 3", web1, 1);
    check(0, OPERATION_SET_VCPUS, OPERATION_FLAG_LIVE, 3);
    refused("resize --vcpus 3 --when next-boot", web1, "web1 is transient: it has no next boot");
    refused("resize --vcpus-max 8", web1, "web1 is transient: the most vCPUs it may have is fixed");
    host->capabilities &= ~(UINT64_C(1) << HOST_CAN_VCPU_HOTPLUG);
    refused("resize --vcpus 3", web1,
            "the vCPUs of web1 cannot change now (this hypervisor does not support changing the "
            "vCPUs of a running VM), and it is transient: it has no next boot");
}
END_TEST

START_TEST(a_balloon_needs_a_balloon)
{
    web1->definition->has_balloon = false;
    make("resize --memory 512M", web1, 1);
    check(0, OPERATION_SET_BALLOON, OPERATION_FLAG_NEXT_BOOT, 524288);
    refused("resize --memory 512M --when now", web1,
            "the memory of web1 cannot change now: it has no balloon");
}
END_TEST

START_TEST(previews_of_a_resize)
{
    previews("resize --vcpus 3 --memory 2G", web1,
             "Now and at the next boot: 3 vCPUs.\n"
             "  The guest may have to bring new vCPUs online itself.\n"
             "Now and at the next boot: 2 GiB of memory.");
    previews("resize --vcpus 8 --vcpus-max 8 --memory 256M", web1,
             "At the next boot: at most 8 vCPUs.\n"
             "At the next boot: 8 vCPUs.\n"
             "  Not now: it was started with room for 4.\n"
             "Now and at the next boot: 256 MiB of memory.\n"
             "  Its guest uses 512 MiB: it may swap, or end programs.");
    previews("resize --vcpus 9 --disk vda --size 1G", web1,
             "Impossible: vda of web1 has 10 GiB already: a disk can only grow.\n"
             "Impossible: web1 can have at most 4 vCPUs: add --vcpus-max 9, which takes effect at "
             "its next boot.");
    previews("resize --disk vda --size 15G", web1,
             "Now: vda grows to 15 GiB.\n"
             "  Partitions and file systems inside are not changed.");
    previews("resize --vcpus 1", db1, "When it starts: 1 vCPU.");
    previews("resize", db1,
             "resize needs something to change: --vcpus, --vcpus-max, --memory, --memory-max, or "
             "--disk with --size.");
}
END_TEST

START_TEST(previews_of_a_delete_name_each_disk)
{
    web1->state = VM_STATE_SHUT_OFF;
    previews("delete", web1,
             "web1 is deleted: its definition is gone and cannot be brought back.\n"
             "So is its 1 snapshot.\n"
             "Its disks:\n"
             "  vda /images/web1.qcow2: kept.\n"
             "  sda /iso/debian.iso: kept.\n"
             "  vdc /images/common.qcow2: kept.");
    previews("delete --disks delete", web1,
             "web1 is deleted: its definition is gone and cannot be brought back.\n"
             "So is its 1 snapshot.\n"
             "Its disks:\n"
             "  vda /images/web1.qcow2: DELETED.\n"
             "  sda /iso/debian.iso: kept, it is a cdrom.\n"
             "  vdc /images/common.qcow2: kept, db1 uses it too.");
    web1->state = VM_STATE_RUNNING;
    previews("delete", web1, "Impossible: web1 is running: shut it down first.");
}
END_TEST

START_TEST(previews_of_the_rest)
{
    previews("force-off", web1,
             "The power of web1 is cut; what its guest has not written to disk is lost.");
    previews("snapshot-revert --name clean", web1,
             "web1 goes back to its snapshot \"clean\".\n"
             "Everything that its disks and memory hold now and the snapshot does not is lost.\n"
             "It is then in the state that it had when the snapshot was taken.");
    previews("snapshot-revert --name nope", web1, "Impossible: web1 has no snapshot \"nope\".");
    previews("snapshot-delete --name clean --children", web1,
             "The snapshot \"clean\" of web1 and those made after it are deleted.\n"
             "What web1 holds now stays as it is.");
    previews("snapshot --name x", web1,
             "A snapshot of web1 is taken, \"x\", of its disks and its memory.\n"
             "web1 stands still while its memory is written.");
    previews("rename", db1, "");
    previews("rename db2", db1, "db1 is called db2 from now on.");
    previews("pause-toggle", web1, "web1 stands still.");
    previews("help", web1, "");
    db1->has_managed_save = true;
    previews("start", db1, "db1 is started.\nIt goes on where suspending to disk stopped it.");
}
END_TEST

START_TEST(a_hung_vm_is_warned_of)
{
    web1->hung = true;
    previews("pause", web1,
             "web1 does not answer: its QEMU hangs, and this will probably fail; force-off works.\n"
             "web1 stands still.");
    previews("force-off", web1,
             "The power of web1 is cut; what its guest has not written to disk is lost.");
    ck_assert_int_eq(make("force-off", web1, 1)->kind, OPERATION_FORCE_OFF);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("command_operations");
    TCase *tests = tcase_create("command_operations");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_operation_says_whom_and_by_which_command);
    tcase_add_test(tests, power_commands);
    tcase_add_test(tests, a_snapshot_without_a_name_is_named_by_the_time);
    tcase_add_test(tests, snapshots_know_their_limits);
    tcase_add_test(tests, managing);
    tcase_add_test(tests, a_resize_makes_room_before_it_uses_it);
    tcase_add_test(tests, a_resize_happens_now_and_at_the_next_boot);
    tcase_add_test(tests, what_a_resize_cannot_do_is_said);
    tcase_add_test(tests, emulated_vms_lose_no_vcpus);
    tcase_add_test(tests, transient_vms_have_no_next_boot);
    tcase_add_test(tests, a_balloon_needs_a_balloon);
    tcase_add_test(tests, previews_of_a_resize);
    tcase_add_test(tests, previews_of_a_delete_name_each_disk);
    tcase_add_test(tests, previews_of_the_rest);
    tcase_add_test(tests, a_hung_vm_is_warned_of);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
