// SPDX-License-Identifier: GPL-2.0-or-later
// After a shrink: did the guest follow, did the host gain by it, and did it hurt.
#include <math.h>

#include "allocator/allocator_state.h"

#define PROGRESS_S      10.0 // two ticks
#define BACK_OFF_S      30.0
#define BACK_OFF_MAX_S  900.0
#define INEFFECTIVE_S   900.0
#define EFFECT_FRACTION 0.25
#define REGRET_WITHIN_S 60.0
#define REGRET_HOLD_S   600.0
#define REGRET_SWAP_KIB MIB_KIB

// True when the shrink under way was given up.
static bool check_progress(struct tick *tick, struct vm_turn *turn)
{
    struct vm_past *state = turn->state;
    if (turn->target_kib > turn->current_kib - turn->limits.progress_kib) {
        if (state->watched_target_kib >= 0) {
            state->failures = 0;
            state->effect_s = tick->now_s;
        }
        state->watched_target_kib = -1;
        return false;
    }
    if (state->watched_target_kib < 0 ||
        turn->current_kib <= state->progress_kib - turn->limits.progress_kib) {
        state->watched_target_kib = turn->target_kib;
        state->progress_kib = turn->current_kib;
        state->progress_s = tick->now_s;
        return false;
    }
    if (tick->now_s - state->progress_s < PROGRESS_S || turn->vm->in_flight)
        return false;
    double back_off = fmin(BACK_OFF_MAX_S, BACK_OFF_S * exp2(fmin(state->failures, 10)));
    state->failures++;
    state->unresponsive_until_s = tick->now_s + back_off;
    state->watched_target_kib = -1;
    state->effect_unproven = false;
    tick_decide(tick, turn, DECISION_GIVE_BACK, turn->current_kib)->seconds = back_off;
    turn->adjustable = turn->donor = false;
    return true;
}

static void check_effect(struct tick *tick, struct vm_turn *turn)
{
    struct vm_past *state = turn->state;
    if (!state->effect_unproven || state->watched_target_kib >= 0 || turn->vm->rss_kib < 0 ||
        tick->now_s - state->effect_s < PROGRESS_S)
        return;
    state->effect_unproven = false;
    int64_t expected = state->before_rss_kib - turn->current_kib - turn->overhead_kib;
    int64_t gained = state->before_rss_kib - turn->vm->rss_kib;
    if (expected < turn->limits.step_kib || (double)gained >= EFFECT_FRACTION * (double)expected)
        return;
    state->ineffective_until_s = tick->now_s + INEFFECTIVE_S;
    turn->adjustable = turn->donor = false;
}

static void check_regret(struct tick *tick, struct vm_turn *turn)
{
    struct vm_past *state = turn->state;
    if (!turn->adjustable || tick->now_s - state->shrunk_s > REGRET_WITHIN_S ||
        state->swapped_kib <= turn->target_kib)
        return;
    if (state->demand.swapped_in_kib <= REGRET_SWAP_KIB)
        return;
    // What others are entitled to stays taken, even when it hurts.
    int64_t wanted = state->swapped_kib;
    if (wanted > turn->row->entitled_kib)
        wanted = turn->row->entitled_kib;
    if (wanted <= turn->target_kib)
        return;
    state->regret_floor_kib = wanted;
    state->regret_until_s = tick->now_s + REGRET_HOLD_S;
    int64_t possible = turn->charge_kib + (tick->pool_kib > 0 ? tick->pool_kib : 0);
    if (wanted > possible)
        wanted = possible;
    if (wanted > turn->limits.max_kib)
        wanted = turn->limits.max_kib;
    if (wanted - turn->target_kib < turn->limits.progress_kib)
        return;
    tick_decide(tick, turn, DECISION_REGRET, wanted);
}

// It is charged as a whole now, and so may have back what it gave in vain.
static void give_back_in_vain(struct tick *tick, struct vm_turn *turn)
{
    struct vm_past *state = turn->state;
    const struct allocator_vm *vm = turn->vm;
    if (tick->now_s >= state->ineffective_until_s || vm->block != BALLOON_USABLE || vm->in_flight ||
        vm->paused || vm->migrating || vm->policy.mem == ALLOCATOR_OFF)
        return;
    if (state->before_kib > turn->target_kib && state->before_kib <= turn->limits.max_kib)
        tick_decide(tick, turn, DECISION_INEFFECTIVE, state->before_kib)->seconds =
            state->ineffective_until_s - tick->now_s;
}

void memory_verify(struct tick *tick)
{
    for (size_t i = 0; i < tick->count; i++) {
        struct vm_turn *turn = &tick->turns[i];
        if (turn->row->fixed) {
            turn->state->watched_target_kib = -1;
            give_back_in_vain(tick, turn);
            continue;
        }
        if (check_progress(tick, turn))
            continue;
        check_effect(tick, turn);
        if (!tick->allocator->emergency)
            check_regret(tick, turn);
    }
}
