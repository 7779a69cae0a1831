// SPDX-License-Identifier: GPL-2.0-or-later
// What others do with balloons, written from their published formulas, behind the same interface as
// our planner, so that the simulator can run them side by side. For comparison only. Pure.
#ifndef VMTUI_ALLOCATOR_BASELINES_BASELINE_H
#define VMTUI_ALLOCATOR_BASELINES_BASELINE_H

#include "allocator/allocator.h"

struct contestant {
    const char *name;
    const char *what; // one line
    void *(*create)(void);
    void (*destroy)(void *self);
    // As allocator_step.
    void (*step)(void *self, const struct allocator_input *input, struct allocator_plan *plan);
};

// All of them in turn, our planner first; NULL at the end.
const struct contestant *contestant_at(size_t index);
const struct contestant *contestant_find(const char *name); // NULL: there is none

extern const struct contestant PROXMOX_80, PROXMOX_BUDGET, MOM, SQUEEZED, QUBES;

// What the baselines share: an empty plan with room, the budget of all that can be ballooned, and
// one entry of the plan where the target would change.
void baseline_begin(const struct allocator_input *input, struct allocator_plan *plan,
                    double next_tick_s);
void baseline_set(const struct allocator_input *input, struct allocator_plan *plan, size_t vm,
                  int64_t target_kib);
int64_t baseline_target(const struct allocator_vm *vm); // what it was last set to
int64_t baseline_used(const struct allocator_vm *vm);   // current - usable or current - unused

// Remembers per VM (by its place in the input, which a simulation keeps) whether it follows.
struct progress {
    struct progress_of {
        int64_t target_kib, best_kib;
        double since_s;
    } * vms;
    size_t count;
};

void progress_finish(struct progress *progress);
// Seconds without progress towards its target; 0: it moves, or is there.
double progress_stuck_s(struct progress *progress, const struct allocator_input *input, size_t vm);

#endif
