// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "backend/sim/sim_world.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/model/operation.h"
#include "core/str.h"

const struct sim_snapshot *sim_snapshot_find(const struct sim_vm *vm, const char *name)
{
    for (size_t i = 0; i < vm->snapshot_count; i++) {
        if (str_equal(vm->snapshots[i].name, name))
            return &vm->snapshots[i];
    }
    return NULL;
}

// A snapshot without a name is called after the moment, as virsh does.
static char *name_for(const struct sim_vm *vm, const char *name, int64_t created_s)
{
    if (name != NULL && name[0] != '\0')
        return memory_strdup(name);
    char *made = memory_printf("%lld", (long long)created_s);
    while (sim_snapshot_find(vm, made) != NULL) {
        free(made);
        made = memory_printf("%lld", (long long)++created_s);
    }
    return made;
}

void sim_snapshot_add(struct sim_world *world, struct sim_vm *vm, const char *name,
                      const char *description, bool disk_only)
{
    int64_t created_s = (int64_t)((world->origin_wall_ms + world->now_ns / NS_PER_MS) / 1000);
    struct sim_snapshot snapshot = {
        .name = name_for(vm, name, created_s),
        .parent = memory_strdup(vm->current_snapshot),
        .description = memory_strdup(description),
        .created_s = created_s,
        .state = vm->state,
        .memory_included = vm_state_is_active(vm->state) && !disk_only,
    };
    vm->snapshots = memory_resize(vm->snapshots, vm->snapshot_count + 1, sizeof(snapshot));
    vm->snapshots[vm->snapshot_count++] = snapshot;
    free(vm->current_snapshot);
    vm->current_snapshot = memory_strdup(snapshot.name);
}

static void snapshot_finish(struct sim_snapshot *snapshot)
{
    free(snapshot->name);
    free(snapshot->parent);
    free(snapshot->description);
}

static void set_current(struct sim_vm *vm, const char *name)
{
    char *copy = memory_strdup(name);
    free(vm->current_snapshot);
    vm->current_snapshot = copy;
}

static void remove_at(struct sim_vm *vm, size_t index)
{
    snapshot_finish(&vm->snapshots[index]);
    memmove(&vm->snapshots[index], &vm->snapshots[index + 1],
            (vm->snapshot_count - index - 1) * sizeof(*vm->snapshots));
    vm->snapshot_count--;
}

static size_t index_of(const struct sim_vm *vm, const char *name)
{
    const struct sim_snapshot *snapshot = sim_snapshot_find(vm, name);
    return snapshot == NULL ? SIZE_MAX : (size_t)(snapshot - vm->snapshots);
}

static void delete_one(struct sim_vm *vm, const char *name)
{
    size_t index = index_of(vm, name);
    if (index == SIZE_MAX)
        return;
    AUTO_FREE char *own_name = memory_strdup(vm->snapshots[index].name);
    AUTO_FREE char *parent = memory_strdup(vm->snapshots[index].parent);
    for (size_t i = 0; i < vm->snapshot_count; i++) {
        if (!str_equal(vm->snapshots[i].parent, own_name))
            continue;
        free(vm->snapshots[i].parent);
        vm->snapshots[i].parent = memory_strdup(parent);
    }
    if (str_equal(vm->current_snapshot, own_name))
        set_current(vm, parent);
    remove_at(vm, index);
}

// Parents stand before children, so that one pass finds the whole branch.
static void delete_descendants(struct sim_vm *vm, const char *name)
{
    bool *doomed = memory_array(vm->snapshot_count + 1, sizeof(*doomed));
    for (size_t i = 0; i < vm->snapshot_count; i++) {
        size_t parent = index_of(vm, vm->snapshots[i].parent);
        doomed[i] = str_equal(vm->snapshots[i].parent, name) ||
                    (parent != SIZE_MAX && parent < i && doomed[parent]);
    }
    for (size_t i = vm->snapshot_count; i-- > 0;) {
        if (!doomed[i])
            continue;
        if (str_equal(vm->current_snapshot, vm->snapshots[i].name))
            set_current(vm, name);
        remove_at(vm, i);
    }
    free(doomed);
}

void sim_snapshot_delete(struct sim_vm *vm, const char *name, unsigned flags)
{
    if (flags & (OPERATION_FLAG_CHILDREN | OPERATION_FLAG_CHILDREN_ONLY))
        delete_descendants(vm, name);
    if (!(flags & OPERATION_FLAG_CHILDREN_ONLY))
        delete_one(vm, name);
}

void sim_snapshots_finish(struct sim_vm *vm)
{
    for (size_t i = 0; i < vm->snapshot_count; i++)
        snapshot_finish(&vm->snapshots[i]);
    free(vm->snapshots);
    free(vm->current_snapshot);
    vm->snapshots = NULL;
    vm->snapshot_count = 0;
    vm->current_snapshot = NULL;
}
