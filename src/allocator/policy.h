// SPDX-License-Identifier: GPL-2.0-or-later
// What people decide for the allocator: per VM and per host, with defaults that scale down to small
// hosts and small guests, and the rules that a policy must keep. Pure; KiB, CPUs, fractions.
#ifndef VMTUI_ALLOCATOR_POLICY_H
#define VMTUI_ALLOCATOR_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define POLICY_DEFAULT (-1) // made from the size of the VM or the host
#define MIB_KIB        INT64_C(1024)
#define GIB_KIB        (1024 * MIB_KIB)

enum allocator_mode { ALLOCATOR_OFF, ALLOCATOR_ADVISE, ALLOCATOR_AUTO };

struct vm_policy {
    int64_t mem_min_kib, mem_max_kib; // POLICY_DEFAULT: a part of what the VM may have; all of it
    double shares;                    // weight against the other VMs
    int priority;                     // who grows first; larger is earlier
    double cpu_reservation;           // CPUs; 0: none
    double cpu_limit;                 // CPUs; 0: none
    enum allocator_mode cpu, mem;
};

struct host_policy {
    int64_t mem_reserve_kib; // kept for the host itself; POLICY_DEFAULT
    double overcommit;       // of the memory that may be given out
    double ready_pool;       // fraction of the budget that is kept ready to be given
    double cpu_reserve;      // fraction of the CPUs
    double idle_tax;         // 0: off; below 1: how dear idle memory is, instead of the upper tiers
};

// What follows from a policy and the size of the VM; the small amounts shrink below 2 GiB.
struct vm_limits {
    int64_t min_kib, max_kib;
    int64_t headroom_kib; // at least so much above the working set
    int64_t margin_kib;   // a shrink stays so far above the working set
    int64_t step_kib, deadband_kib, progress_kib, overhead_kib;
};

void vm_policy_init(struct vm_policy *policy);
void host_policy_init(struct host_policy *policy);
// False with the rule that is broken: "mem_min (4.0 GiB) is above mem_max (2.0 GiB)".
bool vm_policy_check(const struct vm_policy *policy, int64_t memory_max_kib, unsigned vcpus,
                     struct error *err);
bool host_policy_check(const struct host_policy *policy, int64_t total_kib, struct error *err);
// The reservations of all VMs together against what the host has.
bool policies_fit(const struct host_policy *host, int64_t total_kib, unsigned cpus,
                  int64_t sum_mem_min_kib, double sum_cpu_reservation, struct error *err);
void vm_limits_make(struct vm_limits *limits, const struct vm_policy *policy,
                    int64_t memory_max_kib);
int64_t host_reserve_kib(const struct host_policy *policy, int64_t total_kib);

#endif
