// SPDX-License-Identifier: GPL-2.0-or-later
// What a host claims, tried: it succeeds, and the samples show it.
#include <string.h>

#include "backend/contract/contract_connection.h"
#include "backend/contract/contract_samples.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

static struct operation *named(enum operation_kind kind, const char *name, unsigned flags)
{
    struct operation *operation = contract_operation(kind);
    operation->name = memory_strdup(name);
    operation->flags = flags;
    return operation;
}

START_TEST(pausing_and_resuming)
{
    if (!contract_can(HOST_CAN_PAUSE))
        return;
    contract_must_do(OPERATION_PAUSE, 0);
    contract_wait_state(VM_STATE_PAUSED);
    contract_refused_or_done(contract_do(OPERATION_PAUSE, 0), "pausing twice");
    contract_wait_state(VM_STATE_PAUSED);
    contract_must_do(OPERATION_RESUME, 0);
    contract_wait_state(VM_STATE_RUNNING);
    contract_refused_or_done(contract_do(OPERATION_RESUME, 0), "resuming twice");
    contract_wait_state(VM_STATE_RUNNING);
}
END_TEST

START_TEST(forcing_off_and_starting)
{
    contract_must_do(OPERATION_FORCE_OFF, 0);
    contract_wait_state(VM_STATE_SHUT_OFF);
    contract_refused_or_done(contract_do(OPERATION_FORCE_OFF, 0), "forcing off twice");
    contract_must_do(OPERATION_START, 0);
    contract_wait_state(VM_STATE_RUNNING);
    contract_refused_or_done(contract_do(OPERATION_START, 0), "starting twice");
    if (!contract->starts_paused)
        return;
    contract_must_do(OPERATION_FORCE_OFF, 0);
    contract_wait_state(VM_STATE_SHUT_OFF);
    contract_must_do(OPERATION_START, OPERATION_FLAG_PAUSED);
    contract_wait_state(VM_STATE_PAUSED);
    contract_must_do(OPERATION_RESUME, 0);
    contract_wait_state(VM_STATE_RUNNING);
}
END_TEST

START_TEST(shutting_down)
{
    contract_must_do(OPERATION_SHUTDOWN, 0);
    if (!contract->obeys_shutdown)
        return;
    contract_wait_state(VM_STATE_SHUT_OFF);
    contract_refused_or_done(contract_do(OPERATION_SHUTDOWN, 0), "shutting down what is off");
    contract_must_do(OPERATION_START, 0);
    contract_wait_state(VM_STATE_RUNNING);
}
END_TEST

START_TEST(rebooting_and_resetting)
{
    struct error err = contract_do(OPERATION_REBOOT, 0);
    contract_refused_or_done(err, "rebooting");
    if (contract_can(HOST_CAN_RESET))
        contract_must_do(OPERATION_RESET, 0);
    contract_wait_state(VM_STATE_RUNNING);
}
END_TEST

static bool is_saved(const struct vm_sample *vm)
{
    return vm->state == VM_STATE_SHUT_OFF && (vm->valid & VM_HAS_MANAGED_SAVE) &&
           vm->has_managed_save;
}

static bool is_restored(const struct vm_sample *vm)
{
    return vm->state == VM_STATE_RUNNING && !vm->has_managed_save;
}

START_TEST(suspending_to_disk_and_restoring)
{
    if (!contract_can(HOST_CAN_SAVE))
        return;
    contract_must_do(OPERATION_SAVE, 0);
    contract_wait("a managed save", is_saved);
    contract_must_do(OPERATION_RESTORE, 0);
    contract_wait("running again, the save used up", is_restored);
    contract_refused_or_done(contract_do(OPERATION_RESTORE, 0), "restoring what runs");
}
END_TEST

static bool has_autostart(const struct vm_sample *vm)
{
    return (vm->valid & VM_HAS_AUTOSTART) && vm->autostart;
}

static bool has_no_autostart(const struct vm_sample *vm)
{
    return (vm->valid & VM_HAS_AUTOSTART) && !vm->autostart;
}

START_TEST(autostart)
{
    if (!contract_can(HOST_CAN_AUTOSTART))
        return;
    for (unsigned on = 0; on < 3; on++) {
        struct operation *operation = contract_operation(OPERATION_AUTOSTART);
        operation->number = on % 2;
        contract_must(operation);
        contract_wait("autostart", on % 2 ? has_autostart : has_no_autostart);
    }
}
END_TEST

static bool is_renamed(const struct vm_sample *vm)
{
    return strcmp(vm->name, "contract-renamed") == 0;
}

static bool has_its_name(const struct vm_sample *vm)
{
    return strcmp(vm->name, contract->running_vm) == 0;
}

START_TEST(renaming)
{
    if (!contract_can(HOST_CAN_RENAME))
        return;
    contract_must_do(OPERATION_FORCE_OFF, 0);
    contract_wait_state(VM_STATE_SHUT_OFF);
    contract_must(named(OPERATION_RENAME, "contract-renamed", 0));
    contract_wait("the new name", is_renamed);
    struct error err = contract_run(named(OPERATION_RENAME, "contract-renamed", 0));
    contract_refused_or_done(err, "renaming to its own name");
    contract_must(named(OPERATION_RENAME, contract->running_vm, 0));
    contract_wait("the old name", has_its_name);
    contract_must_do(OPERATION_START, 0);
    contract_wait_state(VM_STATE_RUNNING);
}
END_TEST

static const struct vm_snapshot_info *find_info(const struct vm_sample *vm, const char *name)
{
    for (size_t i = 0; vm->detail != NULL && i < vm->detail->snapshot_count; i++) {
        if (strcmp(vm->detail->snapshots[i].name, name) == 0)
            return &vm->detail->snapshots[i];
    }
    return NULL;
}

static bool has_two_snapshots(const struct vm_sample *vm)
{
    const struct vm_snapshot_info *first = find_info(vm, "contract-1");
    const struct vm_snapshot_info *second = find_info(vm, "contract-2");
    return first != NULL && second != NULL && second->current && !first->current &&
           str_equal(second->parent, "contract-1") &&
           str_equal(first->description, "made by a test") &&
           (!(vm->valid & VM_HAS_SNAPSHOT_COUNT) || vm->snapshot_count == 2);
}

static bool is_at_first_snapshot(const struct vm_sample *vm)
{
    const struct vm_snapshot_info *first = find_info(vm, "contract-1");
    return first != NULL && first->current && vm->state == VM_STATE_RUNNING;
}

static bool has_no_snapshots(const struct vm_sample *vm)
{
    return vm->detail != NULL && vm->detail->snapshots_unknown_why == NULL &&
           vm->detail->snapshot_count == 0;
}

START_TEST(snapshots)
{
    if (!contract_can(HOST_CAN_SNAPSHOT))
        return;
    struct operation *first = named(OPERATION_SNAPSHOT_CREATE, "contract-1", 0);
    first->description = memory_strdup("made by a test");
    contract_must(first);
    struct error err = contract_run(named(OPERATION_SNAPSHOT_CREATE, "contract-1", 0));
    ck_assert_msg(err.kind == ERROR_EXISTS, "%s: %s", error_kind_name(err.kind), err.text);
    contract_must(named(OPERATION_SNAPSHOT_CREATE, "contract-2", 0));
    contract_wait("two snapshots", has_two_snapshots);
    contract_must(named(OPERATION_SNAPSHOT_REVERT, "contract-1", 0));
    contract_wait("the first one", is_at_first_snapshot);
    err = contract_run(named(OPERATION_SNAPSHOT_REVERT, "contract-none", 0));
    ck_assert_msg(err.kind == ERROR_NOT_FOUND, "%s: %s", error_kind_name(err.kind), err.text);
    err = contract_run(named(OPERATION_SNAPSHOT_DELETE, "contract-none", 0));
    ck_assert_msg(err.kind == ERROR_NOT_FOUND, "%s: %s", error_kind_name(err.kind), err.text);
    contract_must(named(OPERATION_SNAPSHOT_DELETE, "contract-1", OPERATION_FLAG_CHILDREN));
    contract_wait("no snapshot", has_no_snapshots);
}
END_TEST

static uint64_t wanted_kib;

static bool has_wanted_balloon(const struct vm_sample *vm)
{
    return (vm->valid & VM_HAS_BALLOON) && vm->balloon_kib == wanted_kib;
}

static bool has_wanted_maximum(const struct vm_sample *vm)
{
    return (vm->valid & VM_HAS_MEMORY_MAX) && vm->memory_max_kib == wanted_kib;
}

static uint64_t memory_max_kib(void)
{
    struct host_snapshot *snapshot = contract_sample(true);
    const struct vm_sample *vm = contract_vm(snapshot);
    ck_assert(vm->valid & VM_HAS_MEMORY_MAX);
    uint64_t kib = vm->memory_max_kib;
    host_snapshot_unref(snapshot);
    return kib;
}

START_TEST(memory)
{
    if (!contract_can(HOST_CAN_BALLOON))
        return;
    uint64_t max_kib = memory_max_kib();
    wanted_kib = max_kib / 8 * 7 / 1024 * 1024;
    struct operation *operation = contract_operation(OPERATION_SET_BALLOON);
    operation->memory_kib = wanted_kib;
    operation->flags = OPERATION_FLAG_LIVE;
    contract_must(operation);
    if (contract->balloon_follows)
        contract_wait("the smaller balloon", has_wanted_balloon);
    operation = contract_operation(OPERATION_SET_BALLOON);
    operation->memory_kib = max_kib * 2;
    operation->flags = OPERATION_FLAG_LIVE;
    struct error err = contract_run(operation);
    ck_assert_msg(err.kind == ERROR_INVALID, "%s: %s", error_kind_name(err.kind), err.text);
}
END_TEST

START_TEST(the_most_memory_changes_at_the_next_boot)
{
    uint64_t max_kib = memory_max_kib();
    struct operation *operation = contract_operation(OPERATION_SET_MEMORY_MAX);
    operation->memory_kib = max_kib + 64 * 1024;
    operation->flags = OPERATION_FLAG_NEXT_BOOT;
    contract_must(operation);
    ck_assert_uint_eq(memory_max_kib(), max_kib);
    contract_must_do(OPERATION_FORCE_OFF, 0);
    contract_wait_state(VM_STATE_SHUT_OFF);
    contract_must_do(OPERATION_START, 0);
    contract_wait_state(VM_STATE_RUNNING);
    wanted_kib = max_kib + 64 * 1024;
    contract_wait("the larger maximum", has_wanted_maximum);
}
END_TEST

static unsigned wanted_vcpus;

static bool has_wanted_vcpus(const struct vm_sample *vm)
{
    return (vm->valid & VM_HAS_VCPU_COUNT) && vm->vcpus_current == wanted_vcpus;
}

static void set_vcpus(enum operation_kind kind, unsigned number, unsigned flags)
{
    struct operation *operation = contract_operation(kind);
    operation->number = number;
    operation->flags = flags;
    contract_must(operation);
}

START_TEST(vcpus_change_at_the_next_boot)
{
    set_vcpus(OPERATION_SET_VCPUS_MAX, 3, OPERATION_FLAG_NEXT_BOOT);
    set_vcpus(OPERATION_SET_VCPUS, 1, OPERATION_FLAG_NEXT_BOOT);
    contract_must_do(OPERATION_FORCE_OFF, 0);
    contract_wait_state(VM_STATE_SHUT_OFF);
    contract_must_do(OPERATION_START, 0);
    contract_wait_state(VM_STATE_RUNNING);
    wanted_vcpus = 1;
    contract_wait("one vCPU", has_wanted_vcpus);
    struct host_snapshot *snapshot = contract_sample(true);
    ck_assert_uint_eq(contract_vm(snapshot)->vcpus_max, 3);
    host_snapshot_unref(snapshot);
    if (!contract_can(HOST_CAN_VCPU_HOTPLUG) || !contract->can_add_vcpus)
        return;
    wanted_vcpus = 2;
    set_vcpus(OPERATION_SET_VCPUS, 2, OPERATION_FLAG_LIVE);
    contract_wait("two vCPUs", has_wanted_vcpus);
    if (contract->can_lose_vcpus) {
        wanted_vcpus = 1;
        set_vcpus(OPERATION_SET_VCPUS, 1, OPERATION_FLAG_LIVE);
        contract_wait("one vCPU again", has_wanted_vcpus);
    }
    struct operation *operation = contract_operation(OPERATION_SET_VCPUS);
    operation->number = 4;
    operation->flags = OPERATION_FLAG_LIVE;
    struct error err = contract_run(operation);
    ck_assert_msg(err.kind == ERROR_INVALID, "%s: %s", error_kind_name(err.kind), err.text);
}
END_TEST

static uint64_t wanted_bytes;

static uint64_t capacity_of(const struct vm_sample *vm)
{
    for (size_t i = 0; i < vm->disk_count; i++) {
        if (strcmp(vm->disks[i].target, contract->grow_disk) == 0 &&
            (vm->disks[i].valid & DISK_HAS_CAPACITY))
            return vm->disks[i].capacity_bytes;
    }
    return 0;
}

static bool has_wanted_capacity(const struct vm_sample *vm)
{
    return capacity_of(vm) == wanted_bytes;
}

static struct operation *grow(const char *disk, uint64_t size_bytes)
{
    struct operation *operation = contract_operation(OPERATION_DISK_GROW);
    operation->disk = memory_strdup(disk);
    operation->size_bytes = size_bytes;
    return operation;
}

START_TEST(growing_a_disk)
{
    if (!contract_can(HOST_CAN_DISK_GROW) || contract->grow_disk == NULL)
        return;
    struct host_snapshot *snapshot = contract_sample(true);
    uint64_t old_bytes = capacity_of(contract_vm(snapshot));
    host_snapshot_unref(snapshot);
    ck_assert_uint_gt(old_bytes, 0);
    wanted_bytes = old_bytes + (UINT64_C(64) << 20);
    contract_must(grow(contract->grow_disk, wanted_bytes));
    contract_wait("the larger disk", has_wanted_capacity);
    struct error err = contract_run(grow(contract->grow_disk, old_bytes));
    ck_assert_msg(err.kind == ERROR_INVALID, "%s: %s", error_kind_name(err.kind), err.text);
    err = contract_run(grow("vdz", wanted_bytes * 2));
    ck_assert_msg(err.kind == ERROR_NOT_FOUND, "%s: %s", error_kind_name(err.kind), err.text);
    contract_must_do(OPERATION_FORCE_OFF, 0);
    contract_wait_state(VM_STATE_SHUT_OFF);
    wanted_bytes += UINT64_C(64) << 20;
    contract_must(grow(contract->grow_disk, wanted_bytes));
    contract_must_do(OPERATION_START, 0); // not every host knows the disks of a VM that is off
    contract_wait("the disk that grew while the VM was off", has_wanted_capacity);
}
END_TEST

START_TEST(the_listener_hears_of_changes)
{
    unsigned before = contract_changes();
    contract_must_do(OPERATION_FORCE_OFF, 0);
    for (int i = 0; i < 300 && contract_changes() == before; i++)
        clock_sleep_ms(10);
    ck_assert_uint_gt(contract_changes(), before);
}
END_TEST

static bool is_gone(const struct vm_sample *vm)
{
    return vm == NULL;
}

START_TEST(deleting)
{
    if (!contract_can(HOST_CAN_UNDEFINE))
        return;
    contract_must_do(OPERATION_FORCE_OFF, 0);
    contract_wait_state(VM_STATE_SHUT_OFF);
    if (contract_can(HOST_CAN_SNAPSHOT))
        contract_must(named(OPERATION_SNAPSHOT_CREATE, "contract-left", 0));
    contract_must_do(OPERATION_DELETE, 0);
    contract_wait("that it is gone", is_gone);
    struct error err = contract_do(OPERATION_START, 0);
    ck_assert_msg(err.kind == ERROR_NOT_FOUND, "%s: %s", error_kind_name(err.kind), err.text);
}
END_TEST

void contract_add_operation_tests(TCase *tests)
{
    tcase_add_test(tests, pausing_and_resuming);
    tcase_add_test(tests, forcing_off_and_starting);
    tcase_add_test(tests, shutting_down);
    tcase_add_test(tests, rebooting_and_resetting);
    tcase_add_test(tests, suspending_to_disk_and_restoring);
    tcase_add_test(tests, autostart);
    tcase_add_test(tests, renaming);
    tcase_add_test(tests, snapshots);
    tcase_add_test(tests, memory);
    tcase_add_test(tests, the_most_memory_changes_at_the_next_boot);
    tcase_add_test(tests, vcpus_change_at_the_next_boot);
    tcase_add_test(tests, growing_a_disk);
    tcase_add_test(tests, the_listener_hears_of_changes);
    tcase_add_test(tests, deleting);
}
