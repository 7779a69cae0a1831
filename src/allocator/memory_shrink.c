// SPDX-License-Identifier: GPL-2.0-or-later
// Taking memory back: lazily while all is well, fast when somebody waits, and by force when the
// host itself is about to run out.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/allocator_state.h"

#define STEP_FRACTION      0.05
#define URGENT_FACTOR      4
#define DEADBAND_FRACTION  0.02
#define CALM_TICKS         3
#define SHRINK_COOLDOWN_S  20.0
#define GROW_COOLDOWN_S    60.0
#define EMERGENCY_FRACTION 0.04
#define RECOVERED_FRACTION 0.08
#define EMERGENCY_STEP     0.20
#define EMERGENCY_LEAVE_S  30.0

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int by_idleness(const void *left, const void *right)
{
    const struct vm_turn *a = *(struct vm_turn *const *)left, *b = *(struct vm_turn *const *)right;
    if (a->idle != b->idle)
        return a->idle < b->idle ? 1 : -1;
    return strcmp(a->vm->uuid, b->vm->uuid);
}

// Those who may be made smaller, most idle first; the rest of the order is not touched.
static size_t collect(struct tick *tick, bool blind)
{
    size_t count = 0;
    for (size_t i = 0; i < tick->count; i++) {
        struct vm_turn *turn = &tick->turns[i];
        if (!turn->decided && (blind ? turn->adjustable && !turn->donor : turn->donor))
            tick->allocator->order[count++] = turn;
    }
    qsort(tick->allocator->order, count, sizeof(struct vm_turn *), by_idleness);
    return count;
}

static int64_t deadband(const struct vm_turn *turn)
{
    return larger(turn->limits.deadband_kib,
                  (int64_t)(DEADBAND_FRACTION * (double)turn->charge_kib));
}

struct shrinking {
    int64_t needed_kib;
    bool urgent; // somebody waits for more than there is
};

// Seconds that this VM is still to be left alone; 0: it may be shrunk.
static double cooldown(const struct tick *tick, const struct vm_turn *turn)
{
    const struct vm_past *state = turn->state;
    double wait = fmax(state->shrunk_s + SHRINK_COOLDOWN_S, state->grown_s + GROW_COOLDOWN_S);
    if (wait > tick->now_s)
        return wait - tick->now_s;
    return state->calm_ticks < CALM_TICKS ? 5.0 * (CALM_TICKS - state->calm_ticks) : 0;
}

static void shrink_one(struct tick *tick, struct vm_turn *turn, struct shrinking *shrinking)
{
    // Even where the minima do not fit, half of one's minimum is the end: no guest is starved.
    int64_t size = turn->current_kib;
    int64_t floor = larger(turn->row->entitled_kib, turn->limits.min_kib / 2);
    // A floor of ten minutes does not come before somebody else's working set.
    bool held = tick->now_s < turn->state->regret_until_s && !shrinking->urgent;
    if (held && turn->state->regret_floor_kib > floor) {
        tick_wait(tick, turn, DECISION_REGRET_HOLD, turn->state->regret_until_s - tick->now_s);
        return;
    }
    if (smaller(size, turn->target_kib) - floor < deadband(turn)) {
        if (size > floor)
            tick_wait(tick, turn, DECISION_AT_FLOOR, 0);
        return;
    }
    double wait = shrinking->urgent ? 0 : cooldown(tick, turn);
    if (wait > 0) {
        tick_wait(tick, turn, DECISION_COOLDOWN, wait);
        return;
    }
    int64_t step = larger(turn->limits.step_kib, (int64_t)(STEP_FRACTION * (double)size));
    if (shrinking->urgent)
        step *= URGENT_FACTOR;
    int64_t give = smaller(larger(shrinking->needed_kib, deadband(turn)), step);
    int64_t target = larger(size - give, floor);
    if (target > turn->target_kib - turn->limits.progress_kib)
        return; // it is on its way further down already
    shrinking->needed_kib -= smaller(turn->target_kib, size) - target;
    struct decision *decision = tick_decide(
        tick, turn, shrinking->urgent ? DECISION_SHRINK_URGENT : DECISION_SHRINK_STEP, target);
    decision->waits_vm = tick->neediest;
    decision->waits_for_kib = (double)tick->neediest_kib;
}

void memory_shrink(struct tick *tick)
{
    int64_t incoming = 0, waiting = tick->plan->waiting_kib, pool = tick->plan->pool_kib;
    for (size_t i = 0; i < tick->count; i++)
        if (tick->turns[i].adjustable)
            incoming += larger(0, tick->turns[i].current_kib - tick->turns[i].target_kib);
    struct shrinking shrinking = {
        .needed_kib = waiting + tick->plan->ready_kib - pool - incoming,
        .urgent = pool < 0 || waiting > pool,
    };
    if (shrinking.needed_kib <= 0)
        return;
    size_t count = collect(tick, false);
    for (size_t i = 0; i < count && shrinking.needed_kib > 0; i++)
        shrink_one(tick, tick->allocator->order[i], &shrinking);
}

static bool is_emergency(const struct tick *tick)
{
    struct allocator *allocator = tick->allocator;
    const struct allocator_input *input = tick->input;
    double total = (double)input->total_kib, available = (double)input->available_kib;
    double least = fmax(EMERGENCY_FRACTION * total, fmin(512.0 * MIB_KIB, 0.08 * total));
    bool known = input->available_kib >= 0;
    if ((known && available < least) || input->pressure_some > 10 || input->pressure_full > 2) {
        allocator->emergency_calm_s = -1;
        return true;
    }
    if (!allocator->emergency)
        return false;
    if ((known && available <= RECOVERED_FRACTION * total) || input->pressure_some >= 2) {
        allocator->emergency_calm_s = -1;
        return true;
    }
    if (allocator->emergency_calm_s < 0)
        allocator->emergency_calm_s = tick->now_s;
    return tick->now_s - allocator->emergency_calm_s < EMERGENCY_LEAVE_S;
}

static int64_t emergency_shrink(struct tick *tick, struct vm_turn *turn)
{
    int64_t working = turn->need_kib + turn->limits.margin_kib;
    int64_t floor = turn->donor ? smaller(turn->row->entitled_kib, working) : turn->limits.min_kib;
    floor = larger(floor, smaller(turn->limits.min_kib, turn->row->entitled_kib));
    floor = larger(floor, turn->limits.min_kib / 2);
    int64_t target = (int64_t)((1 - EMERGENCY_STEP) * (double)turn->current_kib);
    target = larger(target, floor);
    if (target > turn->target_kib - turn->limits.progress_kib)
        return 0;
    int64_t gain = smaller(turn->target_kib, turn->current_kib) - target;
    tick_decide(tick, turn, DECISION_SHRINK_EMERGENCY, target);
    return gain;
}

void memory_emergency(struct tick *tick)
{
    const struct allocator_input *input = tick->input;
    struct allocator *allocator = tick->allocator;
    allocator->emergency = is_emergency(tick);
    if (!allocator->emergency || allocator->emergency_calm_s >= 0)
        return;
    double total = (double)input->total_kib;
    int64_t needed = (int64_t)(0.02 * total);
    if (input->available_kib >= 0)
        needed = larger(needed, (int64_t)(RECOVERED_FRACTION * total) - input->available_kib);
    for (size_t i = 0; i < tick->count; i++)
        if (tick->turns[i].adjustable)
            needed -= larger(0, tick->turns[i].current_kib - tick->turns[i].target_kib);
    for (int blind = 0; blind < 2; blind++) {
        size_t count = collect(tick, blind != 0);
        for (size_t i = 0; i < count && needed > 0; i++)
            needed -= emergency_shrink(tick, allocator->order[i]);
    }
}
