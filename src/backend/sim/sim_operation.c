// SPDX-License-Identifier: GPL-2.0-or-later
// How an operation goes: it meets whatever a script has prepared, is checked, takes its time (the
// lock let go meanwhile), is checked again because the VM may have changed, and happens.
#include "backend/sim/sim_operation.h"

#include <string.h>

#include "backend/sim/sim_world.h"
#include "core/clock.h"

struct execution {
    struct sim_world *world;
    uint64_t drops_at_open;
    const struct operation *operation;
    struct operation_control *control;
};

static bool still_connected(const struct execution *execution, struct error *err)
{
    if (execution->world->drops == execution->drops_at_open)
        return true;
    return error_set(err, ERROR_OFFLINE, 0, "%s", execution->world->drop_why);
}

static struct sim_vm *find_vm(const struct execution *execution, struct error *err)
{
    struct sim_vm *vm = sim_world_vm(execution->world, execution->operation->uuid);
    if (vm == NULL) {
        const char *name = execution->operation->vm_name;
        error_set(err, ERROR_NOT_FOUND, 0, "there is no VM %s (any more)",
                  name != NULL ? name : execution->operation->uuid);
    }
    return vm;
}

static bool wait_while_stalled(const struct execution *execution, struct error *err)
{
    struct sim_world *world = execution->world;
    while (sim_world_in_stall(world) || clock_monotonic_ns() < world->command_stall_until_ns) {
        sim_world_wait(world, 50);
        if (!still_connected(execution, err))
            return false;
    }
    return still_connected(execution, err);
}

static bool meet_scripted_failure(const struct execution *execution, struct error *err)
{
    struct sim_world *world = execution->world;
    if (world->fail_next.kind != ERROR_NONE) {
        struct error failure = world->fail_next;
        world->fail_next.kind = ERROR_NONE;
        return error_set(err, failure.kind, 0, "%s", failure.text);
    }
    if (sim_random(world, 100) < world->settings.fail)
        return error_set(err, ERROR_FAILED, 0, "the simulation lets this %s fail",
                         operation_kind_name(execution->operation->kind));
    return true;
}

// What goes through the VM's own QEMU waits for it; killing it does not.
static bool wait_while_hung(const struct execution *execution, struct error *err)
{
    for (;;) {
        struct sim_vm *vm = find_vm(execution, err);
        if (vm == NULL)
            return false;
        if (!vm->hung || execution->operation->kind == OPERATION_FORCE_OFF)
            return true;
        sim_world_wait(execution->world, 50);
        if (!still_connected(execution, err))
            return false;
    }
}

static bool cancelled(const struct execution *execution)
{
    return atomic_load(&execution->control->cancellable) &&
           atomic_load(&execution->control->cancel_asked);
}

// Lets the world's time go on by duration; a transfer shows its bytes and can be cancelled.
static bool spend(const struct execution *execution, uint64_t duration_ns, uint64_t bytes,
                  struct error *err)
{
    struct sim_world *world = execution->world;
    struct operation_control *control = execution->control;
    uint64_t began_ns = sim_world_time(world);
    atomic_store(&control->total_bytes, bytes);
    if (bytes > 0) {
        atomic_store(&control->cancellable, true);
        atomic_store(&control->progress_known, true);
    }
    for (;;) {
        uint64_t spent_ns = sim_world_time(world) - began_ns;
        if (spent_ns > duration_ns)
            spent_ns = duration_ns;
        double part = duration_ns > 0 ? (double)spent_ns / (double)duration_ns : 1;
        atomic_store(&control->done_bytes, (uint64_t)((double)bytes * part));
        if (!still_connected(execution, err))
            return false;
        if (cancelled(execution))
            return error_set(err, ERROR_CANCELLED, 0, "cancelled");
        if (spent_ns == duration_ns)
            break;
        uint64_t left_ms = (duration_ns - spent_ns) / NS_PER_MS + 1;
        sim_world_wait(world, left_ms < 20 ? left_ms : 20);
    }
    atomic_store(&control->cancellable, false);
    return true;
}

static bool run(const struct execution *execution, const struct sim_operation_kind *kind,
                struct error *err)
{
    struct sim_world *world = execution->world;
    if (!still_connected(execution, err) || !wait_while_stalled(execution, err) ||
        !meet_scripted_failure(execution, err) || !wait_while_hung(execution, err))
        return false;
    sim_advance(world);
    struct sim_vm *vm = find_vm(execution, err);
    if (vm == NULL || !kind->check(world, vm, execution->operation, err))
        return false;

    uint64_t ms = kind->takes_ms + sim_random(world, kind->takes_ms / 2 + 1);
    if (vm->hung)
        ms += 1500;
    uint64_t bytes = kind->transfers ? (uint64_t)(vm->used_kib + vm->cache_kib) * 1024 : 0;
    if (!spend(execution, ms * NS_PER_MS, bytes, err) || !wait_while_hung(execution, err))
        return false;

    sim_advance(world);
    vm = find_vm(execution, err);
    if (vm == NULL || !kind->check(world, vm, execution->operation, err))
        return false;
    kind->apply(world, vm, execution->operation);
    pthread_cond_broadcast(&world->changed); // something may be pending now
    return true;
}

bool sim_execute(struct sim_world *world, uint64_t drops_at_open, bool read_only,
                 const struct operation *operation, struct operation_control *control,
                 struct error *err)
{
    const struct sim_operation_kind *kind = sim_operation_kind(operation->kind);
    if (kind == NULL)
        return error_set(err, ERROR_UNSUPPORTED, 0, "a simulated host cannot do that");
    if (read_only)
        return error_set(err, ERROR_DENIED, 0, "this connection is read-only");
    struct execution execution = {world, drops_at_open, operation, control};
    sim_world_lock(world);
    bool ok = run(&execution, kind, err);
    sim_world_unlock(world);
    return ok;
}
