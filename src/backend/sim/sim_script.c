// SPDX-License-Identifier: GPL-2.0-or-later
// The bad days that a test can order.
#include <string.h>

#include "backend/sim/sim_world.h"
#include "core/clock.h"
#include "core/str.h"

static void stall(struct sim_world *world, uint64_t *until_ns, uint64_t ms)
{
    sim_world_lock(world);
    uint64_t now_ns = clock_monotonic_ns();
    bool for_ever = ms > (UINT64_MAX - now_ns) / NS_PER_MS;
    *until_ns = for_ever ? UINT64_MAX : now_ns + ms * NS_PER_MS;
    pthread_cond_broadcast(&world->changed);
    sim_world_unlock(world);
}

void sim_script_stall_open(struct sim_world *world, uint64_t ms)
{
    stall(world, &world->open_stall_until_ns, ms);
}

void sim_script_stall_sampling(struct sim_world *world, uint64_t ms)
{
    stall(world, &world->sample_stall_until_ns, ms);
}

void sim_script_stall_commands(struct sim_world *world, uint64_t ms)
{
    stall(world, &world->command_stall_until_ns, ms);
}

void sim_script_fail_next(struct sim_world *world, enum error_kind kind, const char *text)
{
    sim_world_lock(world);
    error_set(&world->fail_next, kind, 0, "%s", text);
    sim_world_unlock(world);
}

void sim_script_refuse_open(struct sim_world *world, bool refuse)
{
    sim_world_lock(world);
    world->refuse_open = refuse;
    sim_world_unlock(world);
}

void sim_script_drop_connections(struct sim_world *world, const char *why)
{
    sim_world_lock(world);
    str_format(world->drop_why, sizeof(world->drop_why), "%s", why);
    world->drops++;
    pthread_cond_broadcast(&world->changed);
    sim_world_unlock(world);
}

bool sim_script_hang(struct sim_world *world, const char *name, bool hung)
{
    sim_world_lock(world);
    sim_advance(world);
    struct sim_vm *vm = sim_world_vm_named(world, name);
    bool found = vm != NULL && vm_state_is_active(vm->state);
    if (found) {
        vm->hung = hung;
        pthread_cond_broadcast(&world->changed);
    }
    sim_world_unlock(world);
    return found;
}

bool sim_script_crash(struct sim_world *world, const char *name)
{
    sim_world_lock(world);
    sim_advance(world);
    struct sim_vm *vm = sim_world_vm_named(world, name);
    bool found = vm != NULL && vm_state_is_active(vm->state);
    if (found) {
        sim_vm_power_off(world, vm, VM_STATE_SHUT_OFF, "crashed");
        sim_world_post(world, vm, "shut off (crashed)");
    }
    sim_world_unlock(world);
    return found;
}

bool sim_script_vanish(struct sim_world *world, const char *name)
{
    sim_world_lock(world);
    struct sim_vm *vm = sim_world_vm_named(world, name);
    if (vm != NULL) {
        sim_world_post(world, vm, "undefined");
        sim_world_remove(world, vm);
    }
    sim_world_unlock(world);
    return vm != NULL;
}
