// SPDX-License-Identifier: GPL-2.0-or-later
// The last look at a plan before anything is written: checks each decision by itself against the
// safety rules, from the raw input alone, so that a mistake of the planner cannot reach a guest.
#ifndef VMTUI_ALLOCATOR_GUARD_H
#define VMTUI_ALLOCATOR_GUARD_H

#include "allocator/allocator.h"

// Strikes out (DECISION_GUARDED, no change) whatever breaks a rule; returns how many. Rules:
// nothing outside minimum and maximum but back to the current size, nothing that is blocked, off,
// paused or in flight, one decision per VM and resource, and no grow beyond plan->budget_kib, where
// every VM counts with the larger of its size and its target.
size_t guard_plan(const struct allocator_input *input, struct allocator_plan *plan);

#endif
