// SPDX-License-Identifier: GPL-2.0-or-later
// qmemman (Qubes): everybody prefers 1.3 * used; what is there is divided in proportion to that;
// donors before acceptors; what has been promised and not yet taken is not free. It acts on every
// report of a guest, so every 2 s here, and leaves out whoever makes no progress.
#include <math.h>
#include <stdlib.h>

#include "allocator/baselines/baseline.h"
#include "core/memory.h"

#define TICK_S              2.0
#define PREFERENCE          1.3
#define TRANSFER_AT_LEAST   (150 * MIB_KIB)
#define UNDER_PREF_AT_LEAST (15 * MIB_KIB)
#define NO_PROGRESS_S       10.0
#define ROUNDS_MAX          64

struct wish {
    double preferred, target, min, max;
    bool active, settled;
};

static void *qubes_create(void)
{
    return memory_alloc(sizeof(struct progress));
}

static void qubes_destroy(void *self)
{
    if (self != NULL)
        progress_finish(self);
    free(self);
}

// In proportion to what is preferred, among those who are not at a limit.
static void divide(struct wish *wishes, size_t count, double total)
{
    for (int round = 0; round < ROUNDS_MAX; round++) {
        double left = total, preferred = 0;
        bool clamped = false;
        for (size_t i = 0; i < count; i++) {
            if (!wishes[i].active)
                continue;
            if (wishes[i].settled)
                left -= wishes[i].target;
            else
                preferred += wishes[i].preferred;
        }
        for (size_t i = 0; i < count; i++) {
            struct wish *wish = &wishes[i];
            if (!wish->active || wish->settled)
                continue;
            wish->target = fmax(left, 0) * wish->preferred / preferred;
            if (wish->target < wish->min || wish->target > wish->max) {
                wish->target = fmin(fmax(wish->target, wish->min), wish->max);
                wish->settled = clamped = true;
            }
        }
        if (!clamped)
            return;
    }
}

static bool is_worth_it(const struct allocator_input *input, const struct wish *wishes)
{
    double moved = 0;
    for (size_t i = 0; i < input->vm_count; i++) {
        if (!wishes[i].active)
            continue;
        double change = wishes[i].target - (double)baseline_target(&input->vms[i]);
        moved += fabs(change);
        if (change > UNDER_PREF_AT_LEAST && (double)input->vms[i].current_kib < wishes[i].preferred)
            return true;
    }
    return moved > TRANSFER_AT_LEAST;
}

static void apply(const struct allocator_input *input, struct allocator_plan *plan,
                  const struct wish *wishes)
{
    double free_kib = (double)(plan->budget_kib - plan->charged_kib);
    for (int grow = 0; grow < 2; grow++) {
        for (size_t i = 0; i < input->vm_count; i++) {
            double old = (double)baseline_target(&input->vms[i]), target = wishes[i].target;
            if (!wishes[i].active || (target > old) != grow || fabs(target - old) < MIB_KIB)
                continue;
            if (grow) {
                target = fmin(target, old + fmax(free_kib, 0));
                free_kib -= target - old;
            }
            baseline_set(input, plan, i, (int64_t)target);
        }
    }
}

static void qubes_step(void *self, const struct allocator_input *input, struct allocator_plan *plan)
{
    baseline_begin(input, plan, TICK_S);
    double total = (double)plan->budget_kib;
    struct wish *wishes = memory_array(input->vm_count + 1, sizeof(*wishes));
    for (size_t i = 0; i < input->vm_count; i++) {
        const struct allocator_vm *vm = &input->vms[i];
        struct vm_limits limits;
        vm_limits_make(&limits, &vm->policy, vm->max_kib);
        bool stuck = progress_stuck_s(self, input, i) >= NO_PROGRESS_S;
        wishes[i] = (struct wish){
            .preferred = fmax(PREFERENCE * (double)baseline_used(vm), (double)limits.min_kib),
            .min = (double)limits.min_kib,
            .max = (double)limits.max_kib,
            .active = !plan->rows[i].fixed && !stuck,
        };
        if (!wishes[i].active && !plan->rows[i].fixed)
            total -= (double)plan->rows[i].charge_kib;
    }
    divide(wishes, input->vm_count, total);
    if (is_worth_it(input, wishes))
        apply(input, plan, wishes);
    free(wishes);
}

const struct contestant QUBES = {"qubes", "qmemman (Qubes OS)", qubes_create, qubes_destroy,
                                 qubes_step};
