// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "backend/sim/sim_operation.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

#define OPERATION_ARGUMENTS                                                                        \
    __attribute__((unused)) struct sim_world *world, __attribute__((unused)) struct sim_vm *vm,    \
        __attribute__((unused)) const struct operation *operation

#define CHECK(name) static bool check_##name(OPERATION_ARGUMENTS, struct error *err)
#define APPLY(name) static void apply_##name(OPERATION_ARGUMENTS)

static bool wrong_state(const struct sim_vm *vm, const char *wanted, struct error *err)
{
    return error_set(err, ERROR_INVALID, 0, "%s is %s, not %s", vm->name, vm_state_name(vm->state),
                     wanted);
}

CHECK(off)
{
    return vm_state_is_active(vm->state) ? wrong_state(vm, "shut off", err) : true;
}

CHECK(running)
{
    return vm->state == VM_STATE_RUNNING ? true : wrong_state(vm, "running", err);
}

CHECK(paused)
{
    return vm->state == VM_STATE_PAUSED ? true : wrong_state(vm, "paused", err);
}

CHECK(active)
{
    return vm_state_is_active(vm->state) ? true : wrong_state(vm, "running", err);
}

CHECK(nothing)
{
    (void)err;
    return true;
}

CHECK(asks_guest) // shutdown and reboot
{
    if (!check_running(world, vm, operation, err))
        return false;
    if ((operation->flags & OPERATION_FLAG_AGENT) && !vm->has_agent)
        return error_set(err, ERROR_INVALID, 0, "no guest agent answers in %s", vm->name);
    return true;
}

APPLY(start)
{
    sim_vm_power_on(world, vm, vm->has_managed_save ? "restored" : "booted");
    vm->has_managed_save = false;
    if (operation->flags & OPERATION_FLAG_PAUSED) {
        vm->state = VM_STATE_PAUSED;
        vm->reason = "starting up";
    }
    sim_world_post(world, vm, "started");
}

APPLY(shutdown)
{
    vm->state = VM_STATE_SHUTTING_DOWN;
    vm->pending_state = VM_STATE_SHUT_OFF;
    vm->pending_ns = world->now_ns + NS_PER_SECOND + sim_random(world, 2000) * NS_PER_MS;
    sim_world_post(world, vm, "shutting down");
}

APPLY(reboot)
{
    vm->pending_state = VM_STATE_RUNNING;
    vm->pending_ns = world->now_ns + NS_PER_SECOND + sim_random(world, 1000) * NS_PER_MS;
}

APPLY(reset)
{
    vm->used_kib = 40 * 1024;
    vm->cache_kib = 0;
    vm->boot_until_ns = world->now_ns + 5 * NS_PER_SECOND;
    vm->demand_quantum = 0;
    sim_world_post(world, vm, "reset");
}

APPLY(force_off)
{
    sim_vm_power_off(world, vm, VM_STATE_SHUT_OFF, "destroyed");
    sim_world_post(world, vm, "shut off (destroyed)");
}

APPLY(pause)
{
    vm->state = VM_STATE_PAUSED;
    vm->reason = "user";
    sim_world_post(world, vm, "paused");
}

APPLY(resume)
{
    vm->state = VM_STATE_RUNNING;
    vm->reason = "unpaused";
    sim_world_post(world, vm, "resumed");
}

APPLY(save)
{
    sim_vm_power_off(world, vm, VM_STATE_SHUT_OFF, "saved");
    vm->has_managed_save = true;
    sim_world_post(world, vm, "suspended to disk");
}

CHECK(restore)
{
    if (!check_off(world, vm, operation, err))
        return false;
    if (!vm->has_managed_save)
        return error_set(err, ERROR_INVALID, 0, "%s was not suspended to disk", vm->name);
    return true;
}

APPLY(autostart)
{
    vm->autostart = operation->number != 0;
}

CHECK(rename)
{
    const char *name = operation->name;
    if (!check_off(world, vm, operation, err))
        return false;
    if (name == NULL || name[0] == '\0' || strlen(name) > 255 || strchr(name, '/') != NULL)
        return error_set(err, ERROR_INVALID, 0, "a VM cannot have that name");
    if (sim_world_vm_named(world, name) != NULL)
        return error_set(err, ERROR_EXISTS, 0, "there is a VM called %s already", name);
    return true;
}

APPLY(rename)
{
    char *name = memory_strdup(operation->name);
    free(vm->name);
    vm->name = name;
    sim_vm_forget_definition(vm);
    sim_world_post(world, vm, "renamed");
}

APPLY(delete)
{
    sim_world_post(world, vm, "undefined");
    sim_world_remove(world, vm);
}

CHECK(snapshot_create)
{
    if (operation->name != NULL && sim_snapshot_find(vm, operation->name) != NULL)
        return error_set(err, ERROR_EXISTS, 0, "%s has a snapshot called %s already", vm->name,
                         operation->name);
    if (vm->snapshot_count >= SIM_SNAPSHOTS_MAX)
        return error_set(err, ERROR_NO_SPACE, 0, "%s has %d snapshots, and no room for more",
                         vm->name, SIM_SNAPSHOTS_MAX);
    return true;
}

APPLY(snapshot_create)
{
    sim_snapshot_add(world, vm, operation->name, operation->description,
                     operation->flags & OPERATION_FLAG_DISK_ONLY);
    sim_world_post(world, vm, "snapshot taken");
}

CHECK(snapshot_named)
{
    if (operation->name == NULL || sim_snapshot_find(vm, operation->name) == NULL)
        return error_set(err, ERROR_NOT_FOUND, 0, "%s has no snapshot called %s", vm->name,
                         operation->name != NULL ? operation->name : "that");
    return true;
}

APPLY(snapshot_revert)
{
    const struct sim_snapshot *snapshot = sim_snapshot_find(vm, operation->name);
    enum vm_state state = snapshot->memory_included ? snapshot->state : VM_STATE_SHUT_OFF;
    if (operation->flags & OPERATION_FLAG_THEN_RUNNING)
        state = VM_STATE_RUNNING;
    if (operation->flags & OPERATION_FLAG_THEN_PAUSED)
        state = VM_STATE_PAUSED;
    if (vm_state_is_active(state)) {
        sim_vm_power_on(world, vm, "from snapshot");
        vm->state = state == VM_STATE_PAUSED ? VM_STATE_PAUSED : VM_STATE_RUNNING;
    } else {
        sim_vm_power_off(world, vm, VM_STATE_SHUT_OFF, "from snapshot");
    }
    vm->has_managed_save = false;
    char *current = memory_strdup(snapshot->name);
    free(vm->current_snapshot);
    vm->current_snapshot = current;
    sim_world_post(world, vm, "reverted to a snapshot");
}

APPLY(snapshot_delete)
{
    sim_snapshot_delete(vm, operation->name, operation->flags);
    sim_world_post(world, vm, "snapshot deleted");
}

// Where a change goes when nobody said: to the running VM if it runs, and to the next boot.
static bool applies_live(const struct sim_vm *vm, const struct operation *operation)
{
    unsigned where = operation->flags & (OPERATION_FLAG_LIVE | OPERATION_FLAG_NEXT_BOOT);
    return where == 0 ? vm_state_is_active(vm->state) : (where & OPERATION_FLAG_LIVE) != 0;
}

static bool applies_next_boot(const struct operation *operation)
{
    unsigned where = operation->flags & (OPERATION_FLAG_LIVE | OPERATION_FLAG_NEXT_BOOT);
    return where == 0 || (where & OPERATION_FLAG_NEXT_BOOT) != 0;
}

// A VM that is off has only its next boot.
static void settle_next_boot(struct sim_vm *vm)
{
    sim_vm_forget_definition(vm);
    if (vm_state_is_active(vm->state))
        return;
    vm->vcpus_current = vm->next_vcpus_current;
    vm->vcpus_max = vm->next_vcpus_max;
    vm->memory_max_kib = vm->next_memory_max_kib;
    vm->balloon_target_kib = vm->next_balloon_kib;
    vm->balloon_kib = (double)vm->next_balloon_kib;
}

CHECK(set_vcpus)
{
    bool live = applies_live(vm, operation);
    if (live && !check_active(world, vm, operation, err))
        return false;
    unsigned most = live ? vm->vcpus_max : vm->next_vcpus_max;
    if (applies_next_boot(operation) && vm->next_vcpus_max < most)
        most = vm->next_vcpus_max;
    if (operation->number < 1 || operation->number > most)
        return error_set(err, ERROR_INVALID, 0, "%s can have 1 to %u vCPUs, not %u", vm->name, most,
                         operation->number);
    return true;
}

APPLY(set_vcpus)
{
    if (applies_live(vm, operation)) {
        for (unsigned i = vm->vcpus_current; i < operation->number; i++)
            vm->vcpus[i] = (struct sim_vcpu){0, 0};
        vm->vcpus_current = operation->number;
    }
    if (applies_next_boot(operation)) {
        vm->next_vcpus_current = operation->number;
        settle_next_boot(vm);
    }
}

CHECK(set_vcpus_max)
{
    if (operation->number < 1 || operation->number > SIM_VCPUS_MAX)
        return error_set(err, ERROR_INVALID, 0, "%s can have 1 to %d vCPUs at the most, not %u",
                         vm->name, SIM_VCPUS_MAX, operation->number);
    return true;
}

APPLY(set_vcpus_max)
{
    vm->next_vcpus_max = operation->number;
    if (vm->next_vcpus_current > operation->number)
        vm->next_vcpus_current = operation->number;
    settle_next_boot(vm);
}

CHECK(set_balloon)
{
    bool live = applies_live(vm, operation);
    if (live && !check_active(world, vm, operation, err))
        return false;
    uint64_t most = live ? vm->memory_max_kib : vm->next_memory_max_kib;
    if (applies_next_boot(operation) && vm->next_memory_max_kib < most)
        most = vm->next_memory_max_kib;
    if (operation->memory_kib == 0 || operation->memory_kib > most)
        return error_set(err, ERROR_INVALID, 0, "%s can have up to %llu MiB of memory", vm->name,
                         (unsigned long long)most / 1024);
    return true;
}

APPLY(set_balloon)
{
    if (applies_live(vm, operation))
        vm->balloon_target_kib = operation->memory_kib;
    if (applies_next_boot(operation)) {
        vm->next_balloon_kib = operation->memory_kib;
        settle_next_boot(vm);
    }
}

CHECK(set_memory_max)
{
    // 64 MiB boots nothing that is simulated here; 16 TiB is more than anybody's host.
    if (operation->memory_kib < 64 * 1024 || operation->memory_kib > UINT64_C(16) << 30)
        return error_set(err, ERROR_INVALID, 0,
                         "the most memory of %s must lie between 64 MiB and 16 TiB", vm->name);
    return true;
}

APPLY(set_memory_max)
{
    vm->next_memory_max_kib = operation->memory_kib;
    if (vm->next_balloon_kib > operation->memory_kib)
        vm->next_balloon_kib = operation->memory_kib;
    settle_next_boot(vm);
}

static struct sim_disk *find_disk(struct sim_vm *vm, const char *target)
{
    for (size_t i = 0; i < vm->disk_count; i++) {
        if (str_equal(vm->disks[i].target, target))
            return &vm->disks[i];
    }
    return NULL;
}

CHECK(disk_grow)
{
    const struct sim_disk *disk = find_disk(vm, operation->disk);
    if (disk == NULL)
        return error_set(err, ERROR_NOT_FOUND, 0, "%s has no disk %s", vm->name,
                         operation->disk != NULL ? operation->disk : "of that name");
    if (operation->size_bytes <= disk->capacity_bytes)
        return error_set(err, ERROR_INVALID, 0, "disk %s of %s can only grow", disk->target,
                         vm->name);
    if (operation->size_bytes > UINT64_C(64) << 40)
        return error_set(err, ERROR_NO_SPACE, 0, "the host has no room for a disk of that size");
    return true;
}

APPLY(disk_grow)
{
    find_disk(vm, operation->disk)->capacity_bytes = operation->size_bytes;
}

static const struct sim_operation_kind kinds[] = {
    [OPERATION_START] = {300, false, check_off, apply_start},
    [OPERATION_SHUTDOWN] = {60, false, check_asks_guest, apply_shutdown},
    [OPERATION_REBOOT] = {60, false, check_asks_guest, apply_reboot},
    [OPERATION_RESET] = {60, false, check_running, apply_reset},
    [OPERATION_FORCE_OFF] = {150, false, check_active, apply_force_off},
    [OPERATION_PAUSE] = {40, false, check_running, apply_pause},
    [OPERATION_RESUME] = {40, false, check_paused, apply_resume},
    [OPERATION_SAVE] = {3500, true, check_active, apply_save},
    [OPERATION_RESTORE] = {800, true, check_restore, apply_start},
    [OPERATION_AUTOSTART] = {20, false, check_nothing, apply_autostart},
    [OPERATION_RENAME] = {40, false, check_rename, apply_rename},
    [OPERATION_DELETE] = {100, false, check_off, apply_delete},
    [OPERATION_SNAPSHOT_CREATE] = {600, false, check_snapshot_create, apply_snapshot_create},
    [OPERATION_SNAPSHOT_REVERT] = {500, false, check_snapshot_named, apply_snapshot_revert},
    [OPERATION_SNAPSHOT_DELETE] = {150, false, check_snapshot_named, apply_snapshot_delete},
    [OPERATION_SET_VCPUS] = {60, false, check_set_vcpus, apply_set_vcpus},
    [OPERATION_SET_VCPUS_MAX] = {40, false, check_set_vcpus_max, apply_set_vcpus_max},
    [OPERATION_SET_BALLOON] = {40, false, check_set_balloon, apply_set_balloon},
    [OPERATION_SET_MEMORY_MAX] = {40, false, check_set_memory_max, apply_set_memory_max},
    [OPERATION_DISK_GROW] = {120, false, check_disk_grow, apply_disk_grow},
};
_Static_assert(ARRAY_COUNT(kinds) == OPERATION_KIND_COUNT, "every operation can be simulated");

const struct sim_operation_kind *sim_operation_kind(enum operation_kind kind)
{
    return (size_t)kind < ARRAY_COUNT(kinds) ? &kinds[kind] : NULL;
}
