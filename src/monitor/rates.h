// SPDX-License-Identifier: GPL-2.0-or-later
// Two samples of a VM or host become rates. Pure: everything needed is passed in, nothing is read
// from a clock. A counter that went backwards, a restart or a missing figure gives RATE_UNKNOWN
// for that interval, never a spike and never a negative rate.
#ifndef VMTUI_MONITOR_RATES_H
#define VMTUI_MONITOR_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/model/model.h"
#include "monitor/board.h"
#include "monitor/guest_report.h"

// Counters of CPU time move in steps of 10 ms: a shorter interval would show mostly the steps.
#define RATES_INTERVAL_MIN_NS UINT64_C(400000000)

enum rates_step {
    RATES_BEGUN,    // nothing to compare with: all rates unknown, levels as far as known
    RATES_KEPT,     // no new figures, or too soon after the last: the rates stay as they were
    RATES_MEASURED, // a full interval
};

// *rates is zeroed or holds the last result. `was` may be NULL; `is` is the newer sample, taken on
// a host whose clock read about wall_ms. After RATES_BEGUN and RATES_MEASURED `is` is the next
// `was`.
enum rates_step vm_rates_step(struct vm_rates *rates, struct guest_report *report,
                              const struct vm_sample *was, const struct vm_sample *is,
                              uint64_t wall_ms);
void vm_rates_finish(struct vm_rates *rates); // takes a zeroed one

// Fills everything but vm_cpu_percent. RATES_KEPT and the like as above; busy includes steal.
enum rates_step host_rates_step(struct host_rates *rates, const struct host_snapshot *was,
                                const struct host_snapshot *is);

#endif
