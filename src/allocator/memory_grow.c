// SPDX-License-Identifier: GPL-2.0-or-later
// Giving memory out, and only what is there: the pool holds nothing that a guest has not yet let
// go.
#include <stdlib.h>
#include <string.h>

#include "allocator/allocator_state.h"

#define DEADBAND_FRACTION  0.02
#define SURPLUS_FRACTION   0.10
#define SURPLUS_INTERVAL_S 30.0

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t deadband(const struct vm_turn *turn)
{
    int64_t fraction = (int64_t)(DEADBAND_FRACTION * (double)turn->charge_kib);
    return fraction > turn->limits.deadband_kib ? fraction : turn->limits.deadband_kib;
}

// Whoever really gets it comes before advice.
static int by_urgency(const void *left, const void *right)
{
    const struct vm_turn *a = *(struct vm_turn *const *)left, *b = *(struct vm_turn *const *)right;
    bool auto_a = a->vm->policy.mem == ALLOCATOR_AUTO, auto_b = b->vm->policy.mem == ALLOCATOR_AUTO;
    if (auto_a != auto_b)
        return auto_a ? -1 : 1;
    if (a->pressed != b->pressed)
        return a->pressed ? -1 : 1;
    if (a->vm->policy.priority != b->vm->policy.priority)
        return a->vm->policy.priority > b->vm->policy.priority ? -1 : 1;
    if (a->idle != b->idle)
        return a->idle < b->idle ? -1 : 1;
    return strcmp(a->vm->uuid, b->vm->uuid);
}

// Raises the target towards wanted; what exceeds the VM's charge comes out of the pool.
static bool grow_to(struct tick *tick, struct vm_turn *turn, int64_t wanted, int64_t pool,
                    enum decision_code code)
{
    int64_t possible = turn->charge_kib + (pool > 0 ? pool : 0);
    int64_t target = smaller(wanted, possible);
    if (target - turn->target_kib < smaller(deadband(turn), wanted - turn->target_kib))
        return false;
    tick_decide(tick, turn, code, target);
    return true;
}

static void grow_to_demand(struct tick *tick, struct vm_turn *turn)
{
    int64_t wanted = smaller(turn->row->entitled_kib, turn->row->demand_kib);
    int64_t gap = wanted - turn->target_kib;
    if (gap <= 0)
        return;
    if (gap <= deadband(turn) && !(turn->pressed && gap > turn->limits.progress_kib))
        tick_wait(tick, turn, DECISION_DEADBAND, 0);
    else if (!grow_to(tick, turn, wanted, tick->pool_kib, DECISION_GROW))
        tick_wait(tick, turn, DECISION_POOL_EMPTY, 0);
}

static void grow_above_demand(struct tick *tick, struct vm_turn *turn)
{
    double now_s = tick->now_s;
    int64_t size = turn->target_kib, surplus = tick->pool_kib - 2 * tick->plan->ready_kib;
    if (surplus <= 0 || turn->row->entitled_kib - size <= deadband(turn) ||
        size < turn->row->demand_kib)
        return;
    double wait = turn->state->surplus_s + SURPLUS_INTERVAL_S - now_s;
    if (wait > 0) {
        tick_wait(tick, turn, DECISION_COOLDOWN, wait);
        return;
    }
    int64_t wanted = size + (int64_t)(SURPLUS_FRACTION * (double)size);
    wanted = smaller(wanted, turn->row->entitled_kib);
    grow_to(tick, turn, wanted, surplus, DECISION_GROW_SURPLUS);
}

void memory_grow(struct tick *tick)
{
    size_t count = 0;
    struct vm_turn **order = tick->allocator->order;
    for (size_t i = 0; i < tick->count; i++) {
        struct vm_turn *turn = &tick->turns[i];
        if (turn->adjustable && !turn->decided)
            order[count++] = turn;
    }
    qsort(order, count, sizeof(struct vm_turn *), by_urgency);
    for (size_t i = 0; i < count; i++)
        grow_to_demand(tick, order[i]);
    for (size_t i = 0; i < count && tick->plan->waiting_kib <= tick->plan->pool_kib; i++)
        if (!order[i]->decided)
            grow_above_demand(tick, order[i]);
}
