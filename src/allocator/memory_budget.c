// SPDX-License-Identifier: GPL-2.0-or-later
// What there is to give out, who takes part, and who is entitled to what.
#include <math.h>

#include "allocator/allocator_state.h"

#define SETTLED_S        120.0
#define AVAILABLE_SPARE  0.02 // of the host's memory, beyond what the guests may still touch
#define PRESSED_FRACTION 0.94
#define SWAP_NOTICED_KIB MIB_KIB

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void step_demand(struct vm_turn *turn, double now_s)
{
    const struct allocator_vm *vm = turn->vm;
    struct memory_demand *demand = &turn->state->demand;
    struct memory_report report = {
        .current_kib = turn->current_kib,
        .max_kib = turn->limits.max_kib,
        .headroom_kib = turn->limits.headroom_kib,
        .usable_kib = vm->usable_kib,
        .unused_kib = vm->unused_kib,
        .cache_kib = vm->cache_kib,
        .swap_in_kib = vm->swap_in_kib,
        .swap_out_kib = vm->swap_out_kib,
        .last_update_s = vm->last_update_s,
        .period_s = vm->period_s,
        .windows = vm->windows,
    };
    memory_demand_step(demand, &report, now_s);
    struct allocator_row *row = turn->row;
    row->quality = demand->quality;
    row->working_kib = demand->working_kib;
    row->smoothed_kib = demand->smoothed_kib;
    row->headroom_kib = demand->headroom_kib;
    row->slope_kib_s = demand->slope_kib_s;
    row->debt_kib = demand->debt_kib;
    row->demand_kib = demand->demand_kib;
    turn->need_kib = demand->need_kib;
    turn->pressed = demand->quality == DEMAND_FRESH &&
                    (demand->swapped_in_kib > SWAP_NOTICED_KIB ||
                     demand->working_kib > PRESSED_FRACTION * (double)turn->current_kib);
}

static void size_up(struct vm_turn *turn)
{
    const struct allocator_vm *vm = turn->vm;
    struct vm_past *state = turn->state;
    vm_limits_make(&turn->limits, &vm->policy, vm->max_kib);
    turn->current_kib = vm->current_kib >= 0 ? vm->current_kib : vm->max_kib;
    turn->target_kib = vm->target_kib >= 0 ? vm->target_kib : turn->current_kib;
    turn->charge_kib = larger(turn->current_kib, turn->target_kib);
    if (vm->in_flight)
        turn->charge_kib = larger(turn->charge_kib, state->asked_kib);
    // While the balloon moves, the host's figure lags behind the guest's.
    bool moving = turn->target_kib != turn->current_kib || state->effect_unproven;
    if (!moving && vm->block == BALLOON_USABLE && vm->rss_kib >= 0)
        state->overhead_kib = larger(state->overhead_kib, vm->rss_kib - turn->current_kib);
    turn->overhead_kib = larger(turn->limits.overhead_kib, state->overhead_kib);
}

static void admit(struct vm_turn *turn, double now_s)
{
    const struct allocator_vm *vm = turn->vm;
    struct vm_past *state = turn->state;
    bool off = vm->policy.mem == ALLOCATOR_OFF;
    if (vm->other_writer)
        state->hands_off_until_s = now_s + 600;
    bool ineffective = now_s < state->ineffective_until_s;
    bool unsettled = vm->paused || vm->migrating || vm->settled_s < SETTLED_S;
    turn->row->fixed = off || ineffective || unsettled || vm->block != BALLOON_USABLE;
    // Whoever cannot be ballooned may touch all it has at any time.
    if (turn->row->fixed && !off)
        turn->charge_kib = larger(turn->charge_kib, vm->max_kib);
    turn->row->charge_kib = turn->charge_kib;
    turn->adjustable = !turn->row->fixed && !vm->in_flight && now_s >= state->hands_off_until_s &&
                       now_s >= state->unresponsive_until_s;
    turn->donor = turn->adjustable && state->demand.quality == DEMAND_FRESH;
    double demand = (double)turn->row->demand_kib, size = (double)turn->charge_kib;
    turn->idle = size > 0 ? (size - demand) / size : 0;
    state->calm_ticks = turn->row->demand_kib < turn->target_kib ? state->calm_ticks + 1 : 0;
}

// What the guests may still touch has to be there, whatever the books say.
static int64_t spare_memory(const struct tick *tick)
{
    const struct allocator_input *input = tick->input;
    int64_t untouched = 0;
    if (input->available_kib < 0)
        return INT64_MAX;
    for (size_t i = 0; i < tick->count; i++) {
        const struct vm_turn *turn = &tick->turns[i];
        if (turn->vm->rss_kib >= 0)
            untouched += larger(0, turn->charge_kib + turn->overhead_kib - turn->vm->rss_kib);
    }
    return input->available_kib - untouched - (int64_t)(AVAILABLE_SPARE * (double)input->total_kib);
}

void memory_budget(struct tick *tick)
{
    const struct allocator_input *input = tick->input;
    struct allocator_plan *plan = tick->plan;
    int64_t fixed = 0, overhead = 0, charged = 0;
    for (size_t i = 0; i < tick->count; i++) {
        struct vm_turn *turn = &tick->turns[i];
        size_up(turn);
        step_demand(turn, tick->now_s);
        admit(turn, tick->now_s);
        overhead += turn->overhead_kib;
        *(turn->row->fixed ? &fixed : &charged) += turn->charge_kib;
    }
    int64_t reserve = host_reserve_kib(&input->policy, input->total_kib);
    double given = (double)(input->total_kib - reserve - fixed - overhead);
    int64_t budget = larger(0, (int64_t)(input->policy.overcommit * given));
    int64_t spare = spare_memory(tick);
    if (spare < budget - charged)
        budget = larger(0, charged + spare);
    plan->budget_kib = budget;
    plan->charged_kib = charged;
    plan->ready_kib = (int64_t)(input->policy.ready_pool * (double)budget);
    tick->pool_kib = plan->pool_kib = budget - charged;
}

static struct entitlement_row entitlement_row(const struct vm_turn *turn, double now_s)
{
    struct entitlement_row row = {
        .uuid = turn->vm->uuid,
        .shares = turn->vm->policy.shares,
        .min_kib = turn->limits.min_kib,
        .need_kib = turn->need_kib,
        .demand_kib = turn->row->demand_kib,
        .max_kib = turn->limits.max_kib,
    };
    // Whom nobody can move, nobody can plan with.
    if (now_s < turn->state->unresponsive_until_s || now_s < turn->state->hands_off_until_s)
        row.min_kib = row.need_kib = row.demand_kib = row.max_kib = turn->charge_kib;
    return row;
}

static void sum_up_waiting(struct tick *tick)
{
    for (size_t i = 0; i < tick->count; i++) {
        const struct vm_turn *turn = &tick->turns[i];
        if (!turn->adjustable || turn->state->demand.quality != DEMAND_FRESH)
            continue;
        int64_t wants = smaller(turn->row->entitled_kib, turn->row->demand_kib) - turn->charge_kib;
        if (wants <= turn->limits.deadband_kib)
            continue;
        tick->plan->waiting_kib += wants;
        if (wants > tick->neediest_kib) {
            tick->neediest_kib = wants;
            tick->neediest = i;
        }
    }
}

void memory_entitle(struct tick *tick)
{
    struct allocator *allocator = tick->allocator;
    struct allocator_plan *plan = tick->plan;
    size_t used = 0;
    for (size_t i = 0; i < tick->count; i++)
        if (!tick->turns[i].row->fixed)
            allocator->rows[used++] = entitlement_row(&tick->turns[i], tick->now_s);
    enum entitlement_tier tier =
        entitlement_fill(allocator->rows, used, plan->budget_kib, plan->ready_kib,
                         tick->input->policy.idle_tax, allocator->entitled, &allocator->space);
    plan->overcommitted = used > 0 && tier == TIER_MIN;
    used = 0;
    for (size_t i = 0; i < tick->count; i++) {
        struct vm_turn *turn = &tick->turns[i];
        turn->row->entitled_kib = turn->row->fixed ? turn->charge_kib : allocator->entitled[used++];
    }
    plan->waiting_kib = 0;
    sum_up_waiting(tick);
}
