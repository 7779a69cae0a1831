// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/baselines/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

#define NEVER_S      1e9
#define THERE_KIB    (4 * MIB_KIB)
#define PROGRESS_KIB (4 * MIB_KIB)

void baseline_begin(const struct allocator_input *input, struct allocator_plan *plan,
                    double next_tick_s)
{
    if (input->vm_count > plan->row_room) {
        plan->rows = memory_resize(plan->rows, input->vm_count, sizeof(*plan->rows));
        plan->row_room = input->vm_count;
    }
    if (input->vm_count > plan->decision_room) {
        plan->decisions = memory_resize(plan->decisions, input->vm_count, sizeof(*plan->decisions));
        plan->decision_room = input->vm_count;
    }
    plan->row_count = input->vm_count;
    plan->decision_count = 0;
    plan->next_tick_s = next_tick_s;
    int64_t given = input->total_kib - host_reserve_kib(&input->policy, input->total_kib);
    plan->charged_kib = 0;
    for (size_t i = 0; i < input->vm_count; i++) {
        const struct allocator_vm *vm = &input->vms[i];
        struct vm_limits limits;
        vm_limits_make(&limits, &vm->policy, vm->max_kib);
        bool fixed = vm->block != BALLOON_USABLE;
        int64_t target = baseline_target(vm);
        int64_t charge = target > vm->current_kib ? target : vm->current_kib;
        plan->rows[i] = (struct allocator_row){.fixed = fixed, .charge_kib = charge};
        given -= limits.overhead_kib + (fixed ? vm->max_kib : 0);
        plan->charged_kib += fixed ? 0 : charge;
    }
    plan->budget_kib = given > 0 ? given : 0;
}

void baseline_set(const struct allocator_input *input, struct allocator_plan *plan, size_t vm,
                  int64_t target_kib)
{
    int64_t old = baseline_target(&input->vms[vm]);
    if (old == target_kib || plan->rows[vm].fixed)
        return;
    plan->decisions[plan->decision_count++] = (struct decision){
        .vm = vm,
        .resource = DECISION_MEMORY,
        .code = target_kib > old ? DECISION_GROW : DECISION_SHRINK_STEP,
        .changes = true,
        .old_value = old,
        .ideal_value = target_kib,
        .new_value = target_kib,
        .waits_vm = SIZE_MAX,
    };
}

int64_t baseline_target(const struct allocator_vm *vm)
{
    return vm->target_kib >= 0 ? vm->target_kib : vm->current_kib;
}

int64_t baseline_used(const struct allocator_vm *vm)
{
    int64_t unneeded = vm->usable_kib >= 0 ? vm->usable_kib : vm->unused_kib;
    int64_t used = vm->current_kib - (unneeded > 0 ? unneeded : 0);
    return used > 0 ? used : 0;
}

void progress_finish(struct progress *progress)
{
    free(progress->vms);
    *progress = (struct progress){0};
}

double progress_stuck_s(struct progress *progress, const struct allocator_input *input, size_t vm)
{
    if (progress->count < input->vm_count) {
        progress->vms = memory_resize(progress->vms, input->vm_count, sizeof(*progress->vms));
        for (size_t i = progress->count; i < input->vm_count; i++)
            progress->vms[i] = (struct progress_of){-1, 0, 0};
        progress->count = input->vm_count;
    }
    struct progress_of *of = &progress->vms[vm];
    const struct allocator_vm *sample = &input->vms[vm];
    int64_t target = baseline_target(sample), gap = llabs(sample->current_kib - target);
    if (of->target_kib < 0 || gap <= THERE_KIB || gap <= of->best_kib - PROGRESS_KIB ||
        of->best_kib <= THERE_KIB) {
        of->best_kib = gap;
        of->since_s = input->now_s;
    }
    of->target_kib = target;
    return input->now_s - of->since_s;
}

static void *planner_create(void)
{
    return allocator_create();
}

static void planner_destroy(void *self)
{
    allocator_destroy(self);
}

static void planner_step(void *self, const struct allocator_input *input,
                         struct allocator_plan *plan)
{
    allocator_step(self, input, plan);
}

static void *static_create(void)
{
    return NULL;
}

static void static_destroy(void *self)
{
    (void)self;
}

static void static_step(void *self, const struct allocator_input *input,
                        struct allocator_plan *plan)
{
    (void)self;
    baseline_begin(input, plan, NEVER_S);
}

static const struct contestant PLANNER = {"vmtui", "this planner", planner_create, planner_destroy,
                                          planner_step};
static const struct contestant STATIC = {"static", "parts by shares, never changed", static_create,
                                         static_destroy, static_step};

const struct contestant *contestant_at(size_t index)
{
    const struct contestant *all[] = {&PLANNER, &STATIC,   &PROXMOX_80, &PROXMOX_BUDGET,
                                      &MOM,     &SQUEEZED, &QUBES};
    return index < ARRAY_COUNT(all) ? all[index] : NULL;
}

const struct contestant *contestant_find(const char *name)
{
    const struct contestant *one;
    for (size_t i = 0; (one = contestant_at(i)) != NULL; i++)
        if (strcmp(one->name, name) == 0)
            return one;
    return NULL;
}
