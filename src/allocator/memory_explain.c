// SPDX-License-Identifier: GPL-2.0-or-later
// Every VM gets one decision about its memory a tick, those that are left alone too.
#include "allocator/allocator_state.h"

static bool is_shrink(enum decision_code code)
{
    return code == DECISION_SHRINK_STEP || code == DECISION_SHRINK_URGENT ||
           code == DECISION_SHRINK_EMERGENCY;
}

// Only what is really carried out is remembered: advice leaves no trace.
static void remember(struct vm_turn *turn, enum decision_code code, int64_t new_kib, double now_s)
{
    struct vm_past *state = turn->state;
    state->asked_kib = new_kib;
    if (is_shrink(code)) {
        state->shrunk_s = now_s;
        state->swapped_kib = turn->charge_kib;
        if (!state->effect_unproven && turn->vm->rss_kib >= 0) {
            state->effect_unproven = true;
            state->effect_s = now_s;
            state->before_kib = turn->current_kib;
            state->before_rss_kib = turn->vm->rss_kib;
        }
        return;
    }
    state->effect_unproven = false;
    state->watched_target_kib = -1;
    if (code == DECISION_GROW_SURPLUS)
        state->surplus_s = now_s;
    else if (code != DECISION_GIVE_BACK)
        state->grown_s = now_s;
}

static struct decision *add(struct tick *tick, struct vm_turn *turn, enum decision_code code)
{
    struct decision *decision = &tick->plan->decisions[tick->plan->decision_count++];
    const struct allocator_row *row = turn->row;
    *decision = (struct decision){
        .vm = turn->index,
        .resource = DECISION_MEMORY,
        .code = code,
        .advised = turn->vm->policy.mem != ALLOCATOR_AUTO,
        .old_value = turn->target_kib,
        .ideal_value = row->entitled_kib,
        .new_value = turn->target_kib,
        .demand = (double)row->demand_kib,
        .need = row->working_kib + row->debt_kib,
        .headroom = row->headroom_kib,
        .slope = row->slope_kib_s,
        .debt = row->debt_kib,
        .waits_vm = SIZE_MAX,
    };
    turn->decided = true;
    turn->row->memory_code = code;
    return decision;
}

struct decision *tick_decide(struct tick *tick, struct vm_turn *turn, enum decision_code code,
                             int64_t new_kib)
{
    struct decision *decision = add(tick, turn, code);
    decision->changes = true;
    decision->new_value = new_kib;
    // What a shrink frees is not in the pool before the guest has let go of it.
    if (new_kib > turn->charge_kib)
        tick->pool_kib -= new_kib - turn->charge_kib;
    if (!decision->advised)
        remember(turn, code, new_kib, tick->now_s);
    return decision;
}

void tick_wait(struct tick *tick, struct vm_turn *turn, enum decision_code code, double seconds)
{
    add(tick, turn, code)->seconds = seconds;
}

static void explain(struct tick *tick, struct vm_turn *turn)
{
    const struct allocator_vm *vm = turn->vm;
    const struct vm_past *state = turn->state;
    double now_s = tick->now_s, back_off = state->unresponsive_until_s - now_s;
    double in_vain = state->ineffective_until_s - now_s,
           hands_off = state->hands_off_until_s - now_s;
    int64_t wanted = turn->row->demand_kib - turn->target_kib;
    if (vm->policy.mem == ALLOCATOR_OFF)
        tick_wait(tick, turn, DECISION_OFF, 0);
    else if (vm->block != BALLOON_USABLE)
        tick_wait(tick, turn, DECISION_FIXED, 0);
    else if (in_vain > 0)
        tick_wait(tick, turn, DECISION_INEFFECTIVE_HOLD, in_vain);
    else if (turn->row->fixed)
        tick_wait(tick, turn, DECISION_SETTLING, 0);
    else if (vm->in_flight)
        tick_wait(tick, turn, DECISION_IN_FLIGHT, 0);
    else if (hands_off > 0)
        tick_wait(tick, turn, DECISION_OTHER_WRITER, hands_off);
    else if (back_off > 0)
        tick_wait(tick, turn, DECISION_UNRESPONSIVE, back_off);
    else if (turn->row->quality != DEMAND_FRESH)
        tick_wait(tick, turn, turn->row->quality == DEMAND_STALE ? DECISION_STALE : DECISION_BLIND,
                  0);
    else if (tick->allocator->emergency && wanted > turn->limits.deadband_kib)
        tick_wait(tick, turn, DECISION_EMERGENCY_HOLD, 0);
    else if (wanted > turn->limits.deadband_kib)
        tick_wait(tick, turn, DECISION_POOL_EMPTY, 0);
    else
        tick_wait(tick, turn, DECISION_HOLD, 0);
}

void memory_explain(struct tick *tick)
{
    for (size_t i = 0; i < tick->count; i++)
        if (!tick->turns[i].decided)
            explain(tick, &tick->turns[i]);
}
