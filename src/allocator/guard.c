// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/guard.h"

#include <stdlib.h>

#include "core/memory.h"

static int64_t charge_of(const struct allocator_vm *vm)
{
    int64_t current = vm->current_kib >= 0 ? vm->current_kib : vm->max_kib;
    return vm->target_kib > current ? vm->target_kib : current;
}

static bool may_touch(const struct allocator_vm *vm)
{
    return vm->policy.mem != ALLOCATOR_OFF && vm->block == BALLOON_USABLE && !vm->paused &&
           !vm->migrating && !vm->in_flight;
}

// Back to the size it has is always allowed; everything else stays within the VM's limits. Where
// the minima do not fit, half of one's minimum is the limit.
static bool is_within(const struct allocator_vm *vm, const struct allocator_plan *plan,
                      const struct decision *decision)
{
    struct vm_limits limits;
    vm_limits_make(&limits, &vm->policy, vm->max_kib);
    int64_t wanted = decision->new_value;
    if (wanted <= 0 || wanted > vm->max_kib)
        return false;
    if (wanted == vm->current_kib)
        return true;
    if (wanted < decision->old_value)
        return wanted >= (plan->overcommitted ? limits.min_kib / 2 : limits.min_kib);
    return wanted <= limits.max_kib;
}

static void strike(struct decision *decision, struct allocator_plan *plan)
{
    decision->code = DECISION_GUARDED;
    decision->changes = false;
    decision->new_value = decision->old_value;
    plan->rows[decision->vm].memory_code = DECISION_GUARDED;
}

size_t guard_plan(const struct allocator_input *input, struct allocator_plan *plan)
{
    size_t struck = 0;
    int64_t sum = 0;
    bool *touched = memory_array(input->vm_count + 1, sizeof(bool));
    for (size_t i = 0; i < input->vm_count; i++)
        sum += plan->rows[i].fixed ? 0 : plan->rows[i].charge_kib;
    for (size_t i = 0; i < plan->decision_count; i++) {
        struct decision *decision = &plan->decisions[i];
        if (!decision->changes || decision->resource != DECISION_MEMORY)
            continue;
        const struct allocator_vm *vm = &input->vms[decision->vm];
        bool fixed = plan->rows[decision->vm].fixed;
        int64_t more = decision->new_value - charge_of(vm);
        bool fits = more <= 0 || fixed || sum + more <= plan->budget_kib;
        bool allowed = !fixed || decision->code == DECISION_INEFFECTIVE;
        if (touched[decision->vm] || !may_touch(vm) || !is_within(vm, plan, decision) || !fits ||
            !allowed) {
            strike(decision, plan);
            struck++;
            continue;
        }
        touched[decision->vm] = true;
        if (more > 0 && !fixed)
            sum += more;
    }
    free(touched);
    return struck;
}
