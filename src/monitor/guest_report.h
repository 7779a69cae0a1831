// SPDX-License-Identifier: GPL-2.0-or-later
// When a guest last reported its memory, judged without trusting its host's clock to be ours. Pure.
#ifndef VMTUI_MONITOR_GUEST_REPORT_H
#define VMTUI_MONITOR_GUEST_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/model/model.h"

// Zeroed before a VM's first sample; guest_report_is_fresh keeps it up.
struct guest_report {
    uint64_t update_s;   // the newest last_update_s
    uint64_t first_ns;   // sampled_ns of the first sample that was seen
    uint64_t changed_ns; // sampled_ns when update_s was seen to change; 0: not yet
};

// For each new sample once: is what the guest reported true of now? wall_ms is our own clock. A
// driver that does not say when the guest reported is believed.
bool guest_report_is_fresh(struct guest_report *report, const struct vm_sample *vm,
                           uint64_t wall_ms);

#endif
