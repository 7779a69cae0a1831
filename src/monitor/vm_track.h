// SPDX-License-Identifier: GPL-2.0-or-later
// What is remembered of one VM between two snapshots of its host. It holds on to the snapshot in
// which the VM's next interval begins. Engine's thread only.
#ifndef VMTUI_MONITOR_VM_TRACK_H
#define VMTUI_MONITOR_VM_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/clock.h"
#include "monitor/alerts.h"
#include "monitor/history.h"
#include "monitor/rates.h"

// Rates of a longer interval are drawn for its end only: what came before is a gap in our sight.
#define FILED_INTERVAL_MAX_NS (60 * NS_PER_SECOND)

struct vm_track {
    char uuid[VM_UUID_SIZE];
    bool present;                     // in the latest snapshot
    size_t index;                     // there
    uint64_t seen_ns;                 // when it was last present
    const struct vm_sample *was;      // where its next interval begins; NULL: nowhere
    struct host_snapshot *was_holder; // the snapshot that `was` is in
    struct guest_report report;
    struct vm_rates rates;
    struct alert_levels alerts;
    struct history *history; // NULL until it ran
};

// Takes in its sample, snapshot->vms[vm->index].
void vm_track_step(struct vm_track *vm, struct host_snapshot *snapshot);
// It is not in the latest snapshot. It keeps its history for an hour, in case it comes back; false
// (and finished) when there is nothing left to keep.
bool vm_track_keep_absent(struct vm_track *vm, uint64_t now_ns);
void vm_track_finish(struct vm_track *vm); // takes a zeroed one

#endif
