// SPDX-License-Identifier: GPL-2.0-or-later
// Inside the planner: what is remembered about each VM, and what one tick works with. Only for the
// files of the planner.
#ifndef VMTUI_ALLOCATOR_ALLOCATOR_STATE_H
#define VMTUI_ALLOCATOR_ALLOCATOR_STATE_H

#include "allocator/allocator.h"
#include "allocator/cpu_demand.h"
#include "allocator/entitlement.h"

struct vm_past { // times are the input's now_s; below 0: never
    char uuid[VM_UUID_SIZE];
    uint64_t seen_tick;
    struct memory_demand demand;
    struct cpu_demand cpu;
    int64_t asked_kib;    // what we last decided; -1: nothing
    int64_t overhead_kib; // largest rss - current
    unsigned calm_ticks;  // how long the demand has been below the size
    double shrunk_s, grown_s, surplus_s;
    // the shrink that is watched:
    int64_t watched_target_kib; // -1: none
    int64_t progress_kib;       // size when it last got on
    double progress_s;
    int64_t before_kib, before_rss_kib; // when it began
    bool effect_unproven;
    double effect_s; // when it should have had its effect
    int64_t swapped_kib;
    unsigned failures;
    double unresponsive_until_s, ineffective_until_s, hands_off_until_s;
    int64_t regret_floor_kib;
    double regret_until_s;
    double weight_s;
    int64_t limit_milli_cpus; // last decided; -1: never
};

// One VM during one tick.
struct vm_turn {
    const struct allocator_vm *vm;
    struct vm_past *state;
    struct allocator_row *row;
    struct vm_limits limits;
    size_t index;
    int64_t current_kib, target_kib, charge_kib;
    int64_t overhead_kib;
    int64_t need_kib; // working set and debt
    bool adjustable;  // its balloon may be changed now
    bool donor;       // ... and made smaller without an emergency
    bool pressed;     // is swapping, or nearly out of memory
    bool decided;
    double idle; // fraction of its size that nobody needs
};

struct tick {
    struct allocator *allocator;
    const struct allocator_input *input;
    struct allocator_plan *plan;
    struct vm_turn *turns;
    size_t count;
    double now_s;
    int64_t pool_kib; // may still be given out in this tick
    size_t neediest;  // who waits for most; SIZE_MAX: nobody
    int64_t neediest_kib;
};

struct allocator {
    struct vm_past **states; // open addressing over a power of two; NULL: empty
    size_t state_room, state_count;
    uint64_t tick;
    bool emergency;
    double emergency_calm_s; // since when it looks over; below 0: it does not
    struct vm_turn *turns;
    struct vm_turn **order;
    struct entitlement_row *rows;
    struct fill_row *fill;
    double *amounts;
    int64_t *entitled;
    size_t room;
    struct entitlement_space space;
};

// Adds a decision; a VM gets one a tick about its memory.
struct decision *tick_decide(struct tick *tick, struct vm_turn *turn, enum decision_code code,
                             int64_t new_kib);
void tick_wait(struct tick *tick, struct vm_turn *turn, enum decision_code code, double seconds);

// In the order of one tick. memory_budget: who can take part, what there is to give out.
void memory_budget(struct tick *tick);
void memory_entitle(struct tick *tick);
void memory_verify(struct tick *tick);    // did they follow, did it help, did it hurt
void memory_emergency(struct tick *tick); // sets allocator->emergency
void memory_shrink(struct tick *tick);
void memory_grow(struct tick *tick);
void memory_explain(struct tick *tick); // those about whom nothing was decided
void cpu_plan(struct tick *tick);

#endif
