// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/contract/contract_samples.h"

#include <stdlib.h>
#include <string.h>

#include "backend/contract/contract_connection.h"
#include "core/clock.h"
#include "core/memory.h"

static bool is_uuid(const char *text)
{
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : strchr("0123456789abcdef", text[i]) == NULL || text[i] == '\0')
            return false;
    }
    return text[36] == '\0';
}

static void check_text(const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        ck_assert_msg((unsigned char)*text >= 0x20 && *text != 0x7f, "not scrubbed");
}

static void check_memory(const struct vm_sample *vm)
{
    if ((vm->valid & VM_HAS_BALLOON) && (vm->valid & VM_HAS_MEMORY_MAX))
        ck_assert_uint_le(vm->balloon_kib, vm->memory_max_kib);
    if ((vm->valid & VM_HAS_UNUSED) && (vm->valid & VM_HAS_AVAILABLE))
        ck_assert_uint_le(vm->unused_kib, vm->available_kib);
    if (vm->valid & VM_HAS_MEMORY_MAX)
        ck_assert_uint_gt(vm->memory_max_kib, 0);
    if (vm->valid & VM_HAS_LAST_UPDATE)
        ck_assert_uint_gt(vm->last_update_s, 0);
}

static void check_devices(const struct vm_sample *vm)
{
    ck_assert(vm->vcpu_count == 0 || vm->vcpus != NULL);
    for (size_t i = 1; i < vm->vcpu_count; i++)
        ck_assert_uint_lt(vm->vcpus[i - 1].number, vm->vcpus[i].number);
    for (size_t i = 0; i < vm->disk_count; i++) {
        ck_assert_ptr_nonnull(vm->disks[i].target);
        check_text(vm->disks[i].target);
        check_text(vm->disks[i].source);
    }
    for (size_t i = 0; i < vm->nic_count; i++) {
        ck_assert_ptr_nonnull(vm->nics[i].name);
        check_text(vm->nics[i].name);
    }
}

// What the definition says is known all the same; what only a running one has is not.
static void check_off(const struct vm_sample *vm)
{
    uint64_t known = VM_HAS_VCPU_COUNT | VM_HAS_MEMORY_MAX;
    uint64_t unknown = VM_HAS_BALLOON | VM_HAS_CPU_TIME | VM_HAS_UNUSED | VM_HAS_RSS | VM_HAS_SWAP;
    ck_assert_uint_eq(vm->valid & (known | unknown), known);
}

static void check_vm(const struct vm_sample *vm, uint64_t now_ns)
{
    ck_assert_msg(is_uuid(vm->uuid), "\"%s\" is no UUID", vm->uuid);
    ck_assert_ptr_nonnull(vm->name);
    ck_assert_str_ne(vm->name, "");
    check_text(vm->name);
    ck_assert_int_gt(vm->state, VM_STATE_UNKNOWN);
    ck_assert_int_lt(vm->state, VM_STATE_COUNT);
    ck_assert(vm_state_is_active(vm->state) == (vm->id >= 0));
    ck_assert_uint_le(vm->sampled_ns, now_ns);
    if (vm->valid & VM_HAS_REASON)
        ck_assert_ptr_nonnull(vm->reason);
    if (vm->valid & VM_HAS_VCPU_COUNT) {
        ck_assert_uint_ge(vm->vcpus_current, 1);
        ck_assert_uint_le(vm->vcpus_current, vm->vcpus_max);
    }
    if (!vm_state_is_active(vm->state))
        check_off(vm);
    check_memory(vm);
    check_devices(vm);
}

START_TEST(a_sample_is_well_formed)
{
    struct host_snapshot *snapshot = contract_sample(false);
    uint64_t now_ns = clock_monotonic_ns();
    ck_assert_ptr_nonnull(snapshot->name);
    ck_assert_str_ne(snapshot->name, "");
    ck_assert_ptr_nonnull(snapshot->uri);
    ck_assert_uint_gt(snapshot->sampled_ns, 0);
    ck_assert_uint_le(snapshot->sampled_ns, now_ns);
    ck_assert_uint_lt(clock_wall_ms() - snapshot->sampled_wall_ms, 60000);
    ck_assert(host_snapshot_can(snapshot, HOST_CAN_CHANGE));
    if (snapshot->valid & HOST_HAS_MEMORY)
        ck_assert_uint_le(snapshot->memory_free_kib, snapshot->memory_total_kib);
    ck_assert_uint_ge(snapshot->vm_count, 1);
    for (size_t i = 0; i < snapshot->vm_count; i++) {
        check_vm(&snapshot->vms[i], now_ns);
        ck_assert_ptr_null(snapshot->vms[i].detail);
        if (i > 0)
            ck_assert_int_lt(strcmp(snapshot->vms[i - 1].uuid, snapshot->vms[i].uuid), 0);
    }
    host_snapshot_unref(snapshot);
}
END_TEST

static void check_disk_grew(const struct disk_sample *old, const struct disk_sample *new)
{
    if (old->valid & new->valid & DISK_HAS_READ) {
        ck_assert_uint_ge(new->read_bytes, old->read_bytes);
        ck_assert_uint_ge(new->read_requests, old->read_requests);
    }
    if (old->valid & new->valid & DISK_HAS_WRITE) {
        ck_assert_uint_ge(new->write_bytes, old->write_bytes);
        ck_assert_uint_ge(new->write_requests, old->write_requests);
    }
}

static void check_grew(const struct vm_sample *old, const struct vm_sample *new)
{
    ck_assert_uint_ge(new->sampled_ns, old->sampled_ns);
    if (old->valid & new->valid & VM_HAS_CPU_TIME)
        ck_assert_uint_ge(new->cpu_time_ns, old->cpu_time_ns);
    for (size_t i = 0; i < old->vcpu_count && i < new->vcpu_count; i++) {
        ck_assert_uint_ge(new->vcpus[i].time_ns, old->vcpus[i].time_ns);
        ck_assert_uint_ge(new->vcpus[i].delay_ns, old->vcpus[i].delay_ns);
    }
    for (size_t i = 0; i < old->disk_count && i < new->disk_count; i++)
        check_disk_grew(&old->disks[i], &new->disks[i]);
    for (size_t i = 0; i < old->nic_count && i < new->nic_count; i++) {
        ck_assert_uint_ge(new->nics[i].rx_bytes, old->nics[i].rx_bytes);
        ck_assert_uint_ge(new->nics[i].tx_bytes, old->nics[i].tx_bytes);
    }
}

START_TEST(counters_only_grow)
{
    struct host_snapshot *old = contract_sample(false);
    for (int round = 0; round < 4; round++) {
        clock_sleep_ms(400);
        struct host_snapshot *new = contract_sample(false);
        ck_assert_uint_ge(new->sampled_ns, old->sampled_ns);
        for (size_t i = 0; i < new->vm_count; i++) {
            const struct vm_sample *before = host_snapshot_find(old, new->vms[i].uuid);
            if (before != NULL && before->id == new->vms[i].id)
                check_grew(before, &new->vms[i]);
        }
        host_snapshot_unref(old);
        old = new;
    }
    const struct vm_sample *vm = contract_vm(old);
    if (contract->has_figures)
        ck_assert(vm->valid & VM_HAS_CPU_TIME);
    host_snapshot_unref(old);
}
END_TEST

START_TEST(the_one_in_focus_has_details_and_a_definition)
{
    struct host_snapshot *snapshot = contract_sample(true);
    const struct vm_sample *vm = contract_vm(snapshot);
    ck_assert_ptr_nonnull(vm->detail);
    ck_assert_ptr_nonnull(vm->detail->xml);
    ck_assert_ptr_nonnull(strstr(vm->detail->xml, contract->running_vm));
    ck_assert_ptr_nonnull(vm->definition);
    ck_assert_ptr_nonnull(vm->definition->type);
    host_snapshot_unref(snapshot);
}
END_TEST

static bool is_off_with_one_vcpu_of_three(const struct vm_sample *vm)
{
    return vm->state == VM_STATE_SHUT_OFF && (vm->valid & VM_HAS_VCPU_COUNT) &&
           vm->vcpus_current == 1 && vm->vcpus_max == 3;
}

START_TEST(one_that_is_off_says_what_it_will_have)
{
    struct host_snapshot *running = contract_sample(true);
    ck_assert(contract_vm(running)->valid & VM_HAS_MEMORY_MAX);
    contract_must_do(OPERATION_FORCE_OFF, 0);
    contract_wait_state(VM_STATE_SHUT_OFF);
    struct host_snapshot *off = contract_sample(true);
    check_vm(contract_vm(off), clock_monotonic_ns());
    ck_assert_uint_eq(contract_vm(off)->memory_max_kib, contract_vm(running)->memory_max_kib);
    host_snapshot_unref(off);
    host_snapshot_unref(running);

    struct operation *operation = contract_operation(OPERATION_SET_VCPUS_MAX);
    operation->number = 3;
    operation->flags = OPERATION_FLAG_NEXT_BOOT;
    contract_must(operation);
    operation = contract_operation(OPERATION_SET_VCPUS);
    operation->number = 1;
    operation->flags = OPERATION_FLAG_NEXT_BOOT;
    contract_must(operation);
    contract_wait("one vCPU of three", is_off_with_one_vcpu_of_three);
}
END_TEST

static void hear_nothing(void *context, const char *uuid, const char *name, const char *what)
{
    (void)context, (void)uuid, (void)name, (void)what;
}

static void lose_nothing(void *context, const struct error *why)
{
    (void)context, (void)why;
}

START_TEST(a_read_only_connection_changes_nothing)
{
    struct driver_settings settings = {
        .read_only = true,
        .embed_root = contract->embed_root,
        .embed_qemu_user = contract->embed_qemu_user,
        .tick_s = 1,
        .listener = {.vm_changed = hear_nothing, .connection_lost = lose_nothing},
    };
    struct error err = {.kind = ERROR_NONE};
    struct driver *driver = contract->driver->open(contract->uri, &settings, &err);
    ck_assert_msg(driver != NULL, "%s", err.text);
    struct interest *interest = memory_alloc(sizeof(*interest));
    struct host_snapshot *snapshot = driver->ops->sample(driver, interest, &err);
    free(interest);
    ck_assert_msg(snapshot != NULL, "%s", err.text);
    ck_assert(!host_snapshot_can(snapshot, HOST_CAN_CHANGE));
    host_snapshot_unref(snapshot);

    struct operation *operation = contract_operation(OPERATION_FORCE_OFF);
    struct operation_control control = {0};
    ck_assert(!driver->ops->execute(driver, operation, &control, &err));
    ck_assert_msg(err.kind == ERROR_DENIED || err.kind == ERROR_UNSUPPORTED, "%s: %s",
                  error_kind_name(err.kind), err.text);
    operation_destroy(operation);
    driver->ops->close(driver);
    contract_wait_state(VM_STATE_RUNNING);
}
END_TEST

void contract_add_sample_tests(TCase *tests)
{
    tcase_add_test(tests, a_sample_is_well_formed);
    tcase_add_test(tests, counters_only_grow);
    tcase_add_test(tests, the_one_in_focus_has_details_and_a_definition);
    tcase_add_test(tests, one_that_is_off_says_what_it_will_have);
    tcase_add_test(tests, a_read_only_connection_changes_nothing);
}
