// SPDX-License-Identifier: GPL-2.0-or-later
// How much CPU a VM would use if nobody else wanted any: what it used, stretched by the time it was
// ready and did not run, and the emulator's own time. Pure; one per VM.
#ifndef VMTUI_ALLOCATOR_CPU_DEMAND_H
#define VMTUI_ALLOCATOR_CPU_DEMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct allocator_vcpu;

struct cpu_demand {
    bool known;  // there were two samples to compare
    double cpus; // smoothed: half-way up at once, 30 s half-life down
    double now_s;
    uint64_t total_ns;
    struct allocator_vcpu *vcpus; // of the last step
    size_t vcpu_count;
};

void cpu_demand_finish(struct cpu_demand *demand);
// total_ns: of the VM with its emulator, 0: not known. limit in CPUs. Counters that went back, and
// vCPUs that came or went, cost one step. Zeroed at first.
void cpu_demand_step(struct cpu_demand *demand, const struct allocator_vcpu *vcpus, size_t count,
                     uint64_t total_ns, double limit, double now_s);

#endif
