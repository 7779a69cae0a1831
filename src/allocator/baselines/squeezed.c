// SPDX-License-Identifier: GPL-2.0-or-later
// squeezed (XAPI): every 10 s one ratio for all, target = min + g * (max - min); frees first and
// allocates then. Without progress for 5 s a VM is inactive, for 20 s uncooperative: it keeps what
// it has.
#include <stdlib.h>

#include "allocator/baselines/baseline.h"
#include "core/memory.h"

#define TICK_S          10.0
#define INACTIVE_S      5.0
#define CHANGE_AT_LEAST (4 * MIB_KIB)

static void *squeezed_create(void)
{
    return memory_alloc(sizeof(struct progress));
}

static void squeezed_destroy(void *self)
{
    if (self != NULL)
        progress_finish(self);
    free(self);
}

static void squeezed_step(void *self, const struct allocator_input *input,
                          struct allocator_plan *plan)
{
    baseline_begin(input, plan, TICK_S);
    int64_t least = 0, range = 0, free_kib = plan->budget_kib - plan->charged_kib;
    bool *active = memory_array(input->vm_count + 1, sizeof(bool));
    int64_t budget = plan->budget_kib;
    for (size_t i = 0; i < input->vm_count; i++) {
        const struct allocator_vm *vm = &input->vms[i];
        struct vm_limits limits;
        vm_limits_make(&limits, &vm->policy, vm->max_kib);
        active[i] = !plan->rows[i].fixed && progress_stuck_s(self, input, i) < INACTIVE_S;
        if (active[i]) {
            least += limits.min_kib;
            range += limits.max_kib - limits.min_kib;
        } else if (!plan->rows[i].fixed) {
            budget -= vm->current_kib;
        }
    }
    double g = range > 0 ? (double)(budget - least) / (double)range : 0;
    g = g < 0 ? 0 : g > 1 ? 1 : g;
    for (int grow = 0; grow < 2; grow++) {
        for (size_t i = 0; i < input->vm_count; i++) {
            struct vm_limits limits;
            vm_limits_make(&limits, &input->vms[i].policy, input->vms[i].max_kib);
            int64_t old = baseline_target(&input->vms[i]);
            int64_t target =
                limits.min_kib + (int64_t)(g * (double)(limits.max_kib - limits.min_kib));
            if (!active[i] || (target > old) != grow || llabs(target - old) < CHANGE_AT_LEAST)
                continue;
            if (grow && target - old > free_kib)
                target = old + (free_kib > 0 ? free_kib : 0);
            free_kib -= grow ? target - old : 0;
            baseline_set(input, plan, i, target);
        }
    }
    free(active);
}

const struct contestant SQUEEZED = {"squeezed", "squeezed (XAPI)", squeezed_create,
                                    squeezed_destroy, squeezed_step};
