// SPDX-License-Identifier: GPL-2.0-or-later
// How much memory a guest needs, from what its balloon driver reports: its working set with a slow
// decay, headroom, growth for the next 15 s, and what it had to swap out. Pure; one per VM.
#ifndef VMTUI_ALLOCATOR_MEMORY_DEMAND_H
#define VMTUI_ALLOCATOR_MEMORY_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

enum demand_quality {
    DEMAND_FRESH,
    DEMAND_STALE, // the guest stopped reporting
    DEMAND_BLIND, // it never reported what is needed
};

struct memory_report { // below 0: not reported
    int64_t current_kib, max_kib, headroom_kib;
    int64_t usable_kib, unused_kib, cache_kib, swap_in_kib, swap_out_kib;
    uint64_t last_update_s; // changes whenever the guest reports
    double period_s;        // how often it is asked to
    bool windows;           // its swap figures include file reads
};

struct memory_demand {
    enum demand_quality quality;
    double working_kib;  // as reported last
    double smoothed_kib; // falls with a half-life of 120 s
    double slope_kib_s;  // how fast it grows
    double debt_kib;     // swapped out and not yet back
    double headroom_kib;
    int64_t demand_kib, need_kib; // need: working set and debt
    int64_t swapped_in_kib;       // in the last step
    // Of the last step:
    bool started;
    double now_s, report_s; // report_s: when the last new report was seen
    uint64_t last_update_s;
    int64_t swap_in_kib, swap_out_kib;
};

// Takes the next report; now_s never goes back (a step that does is taken as no time). Zeroed at
// first.
void memory_demand_step(struct memory_demand *demand, const struct memory_report *report,
                        double now_s);

#endif
