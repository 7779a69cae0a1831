// SPDX-License-Identifier: GPL-2.0-or-later
// One tick from end to end, and what is remembered about VMs that come and go.
#include "allocator/allocator.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/allocator_state.h"
#include "allocator/guard.h"
#include "core/memory.h"
#include "core/str.h"

#define TICK_S             5.0
#define PRESSED_TICK_S     2.0 // as often as the guests report
#define EMERGENCY_TICK_S   1.0
#define FORGET_AFTER_TICKS 60
#define DECISIONS_A_VM     3

struct allocator *allocator_create(void)
{
    struct allocator *allocator = memory_alloc(sizeof(*allocator));
    allocator->emergency_calm_s = -1;
    return allocator;
}

static void state_free(struct vm_past *state)
{
    if (state == NULL)
        return;
    cpu_demand_finish(&state->cpu);
    free(state);
}

void allocator_destroy(struct allocator *allocator)
{
    if (allocator == NULL)
        return;
    for (size_t i = 0; i < allocator->state_room; i++)
        state_free(allocator->states[i]);
    free(allocator->states);
    free(allocator->turns);
    free(allocator->order);
    free(allocator->rows);
    free(allocator->fill);
    free(allocator->amounts);
    free(allocator->entitled);
    entitlement_space_finish(&allocator->space);
    free(allocator);
}

// FNV-1a
static size_t uuid_hash(const char *uuid)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *uuid != '\0'; uuid++)
        hash = (hash ^ (unsigned char)*uuid) * UINT64_C(1099511628211);
    return (size_t)(hash ^ (hash >> 32));
}

static struct vm_past **state_slot(const struct allocator *allocator, const char *uuid)
{
    size_t mask = allocator->state_room - 1, slot = uuid_hash(uuid) & mask;
    while (allocator->states[slot] != NULL && strcmp(allocator->states[slot]->uuid, uuid) != 0)
        slot = (slot + 1) & mask;
    return &allocator->states[slot];
}

// Makes room for `more` new ones, and forgets those that have been gone for long.
static void states_resize(struct allocator *allocator, size_t more)
{
    struct vm_past **old = allocator->states;
    size_t old_room = allocator->state_room, room = 64;
    while (room < 2 * (allocator->state_count + more))
        room *= 2;
    allocator->states = memory_array(room, sizeof(struct vm_past *));
    allocator->state_room = room;
    allocator->state_count = 0;
    for (size_t i = 0; i < old_room; i++) {
        if (old[i] == NULL)
            continue;
        if (old[i]->seen_tick + FORGET_AFTER_TICKS < allocator->tick) {
            state_free(old[i]);
            continue;
        }
        *state_slot(allocator, old[i]->uuid) = old[i];
        allocator->state_count++;
    }
    free(old);
}

static struct vm_past *state_of(struct allocator *allocator, const char *uuid)
{
    struct vm_past **slot = state_slot(allocator, uuid);
    if (*slot == NULL) {
        struct vm_past *state = memory_alloc(sizeof(*state));
        str_format(state->uuid, sizeof(state->uuid), "%s", uuid);
        state->asked_kib = state->watched_target_kib = -1;
        state->limit_milli_cpus = -1;
        state->shrunk_s = state->grown_s = state->surplus_s = state->weight_s = -1e9;
        *slot = state;
        allocator->state_count++;
    }
    (*slot)->seen_tick = allocator->tick;
    return *slot;
}

static void make_room(struct allocator *allocator, struct allocator_plan *plan, size_t count)
{
    if (2 * (allocator->state_count + count) > allocator->state_room ||
        allocator->tick % FORGET_AFTER_TICKS == 0)
        states_resize(allocator, count);
    if (count > allocator->room) {
        allocator->turns = memory_resize(allocator->turns, count, sizeof(*allocator->turns));
        allocator->order = memory_resize(allocator->order, count, sizeof(struct vm_turn *));
        allocator->rows = memory_resize(allocator->rows, count, sizeof(*allocator->rows));
        allocator->fill = memory_resize(allocator->fill, count, sizeof(*allocator->fill));
        allocator->amounts = memory_resize(allocator->amounts, count, sizeof(double));
        allocator->entitled = memory_resize(allocator->entitled, count, sizeof(int64_t));
        allocator->room = count;
    }
    if (count > plan->row_room) {
        plan->rows = memory_resize(plan->rows, count, sizeof(*plan->rows));
        plan->row_room = count;
    }
    if (DECISIONS_A_VM * count > plan->decision_room) {
        plan->decision_room = DECISIONS_A_VM * count;
        plan->decisions =
            memory_resize(plan->decisions, plan->decision_room, sizeof(*plan->decisions));
    }
}

static void turns_begin(struct tick *tick)
{
    for (size_t i = 0; i < tick->count; i++) {
        tick->plan->rows[i] = (struct allocator_row){0};
        tick->turns[i] = (struct vm_turn){
            .vm = &tick->input->vms[i],
            .state = state_of(tick->allocator, tick->input->vms[i].uuid),
            .row = &tick->plan->rows[i],
            .index = i,
        };
    }
}

// Somebody waits or is about to: look again as soon as there is news.
static bool is_pressed(const struct tick *tick)
{
    if (tick->plan->waiting_kib > 0)
        return true;
    for (size_t i = 0; i < tick->count; i++)
        if (tick->turns[i].adjustable && tick->turns[i].pressed)
            return true;
    return false;
}

static double next_tick(const struct tick *tick)
{
    if (tick->allocator->emergency)
        return EMERGENCY_TICK_S;
    return is_pressed(tick) ? PRESSED_TICK_S : TICK_S;
}

void allocator_step(struct allocator *allocator, const struct allocator_input *input,
                    struct allocator_plan *plan)
{
    allocator->tick++;
    make_room(allocator, plan, input->vm_count);
    plan->row_count = input->vm_count;
    plan->decision_count = 0;
    struct tick tick = {
        .allocator = allocator,
        .input = input,
        .plan = plan,
        .turns = allocator->turns,
        .count = input->vm_count,
        .now_s = input->now_s,
        .neediest = SIZE_MAX,
    };
    turns_begin(&tick);
    memory_budget(&tick);
    memory_entitle(&tick);
    memory_verify(&tick);
    memory_emergency(&tick);
    if (!allocator->emergency) {
        memory_shrink(&tick);
        memory_grow(&tick);
    }
    memory_explain(&tick);
    cpu_plan(&tick);
    guard_plan(input, plan);
    plan->emergency = allocator->emergency;
    plan->next_tick_s = next_tick(&tick);
}

void allocator_plan_finish(struct allocator_plan *plan)
{
    if (plan == NULL)
        return;
    free(plan->rows);
    free(plan->decisions);
    *plan = (struct allocator_plan){0};
}

void allocator_plan_text(const struct allocator_plan *plan, char *out, size_t size)
{
    double gib = (double)GIB_KIB;
    const char *trouble = "";
    if (plan->overcommitted)
        trouble = "; OVERCOMMITTED: the minima do not fit, move a VM to another host";
    else if (plan->emergency)
        trouble = "; EMERGENCY: the host is running out of memory";
    str_format(out, size,
               "budget %.1f GiB, given out %.1f, pool %.1f (keeps %.1f ready), waiting %.1f%s",
               (double)plan->budget_kib / gib, (double)plan->charged_kib / gib,
               (double)plan->pool_kib / gib, (double)plan->ready_kib / gib,
               (double)plan->waiting_kib / gib, trouble);
}
