// SPDX-License-Identifier: GPL-2.0-or-later
// What hurts: judged from samples and rates, pure. A measured figure has to be bad in two samples
// in a row to raise an alert, and good in two to end it; a plain fact (hung, crashed) counts at
// once.
#ifndef VMTUI_MONITOR_ALERTS_H
#define VMTUI_MONITOR_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/model.h"
#include "monitor/board.h"

enum alert_kind { // of one VM, or of a host
    ALERT_STATE,  // hung, paused by an error, crashed
    ALERT_READY,
    ALERT_DISK_READ_LATENCY,
    ALERT_DISK_WRITE_LATENCY,
    ALERT_MEMORY,
    ALERT_SWAP_IN,
    ALERT_MAJOR_FAULTS,
    ALERT_NIC_LOSS,
    ALERT_HOST_MEMORY,
    ALERT_HOST_PRESSURE,
    ALERT_HOST_IOWAIT,
    ALERT_KIND_COUNT
};

// What is raised for one VM or host. Zeroed at first.
struct alert_levels {
    uint8_t shown[ALERT_KIND_COUNT]; // enum severity
    uint8_t last[ALERT_KIND_COUNT];  // what the last sample alone would have given
    char *texts[ALERT_KIND_COUNT];   // of the last bad sample; NULL: never raised
};

void alert_levels_finish(struct alert_levels *levels); // takes a zeroed one
// After each snapshot, taken at now_ns; measured: the rates are of a new interval.
void alerts_step_vm(struct alert_levels *levels, const struct vm_sample *vm,
                    const struct vm_rates *rates, uint64_t now_ns, bool measured);
void alerts_step_host(struct alert_levels *levels, const struct host_snapshot *snapshot,
                      const struct host_rates *rates);
// Worst of what is raised; SEVERITY_INFO when nothing is.
enum severity alert_levels_worst(const struct alert_levels *levels);
// Writes what is raised to out, which has room for ALERT_KIND_COUNT; returns how many.
size_t alert_levels_collect(const struct alert_levels *levels, size_t vm_index, struct alert *out);
// Worst first, then the host's, then in the order of the VMs.
void alerts_sort(struct alert *alerts, size_t count);

#endif
