// SPDX-License-Identifier: GPL-2.0-or-later
// The planner: what a host and its VMs look like goes in, decisions come out. It reads no clock,
// does no I/O and knows no hypervisor, so the same object runs in production, as advice and in the
// simulator. What it must remember between ticks is inside struct allocator. One thread at a time.
#ifndef VMTUI_ALLOCATOR_ALLOCATOR_H
#define VMTUI_ALLOCATOR_ALLOCATOR_H

#include "allocator/decision.h"
#include "allocator/memory_demand.h"
#include "allocator/policy.h"
#include "core/model/model.h"

enum balloon_block { // why the balloon cannot be used at all
    BALLOON_USABLE,
    BALLOON_MISSING,
    BALLOON_HOSTDEV, // a device of the host reaches into the guest's memory
    BALLOON_LOCKED,
    BALLOON_HUGEPAGES,
    BALLOON_ENCRYPTED,
    BALLOON_NUMA_STRICT,
};

struct allocator_vcpu {
    uint64_t time_ns, delay_ns; // cumulative
    bool has_delay;
};

struct allocator_vm { // below 0: not known
    const char *uuid, *name;
    struct vm_policy policy;
    bool paused, migrating, windows;
    bool in_flight;    // our last decision has not been carried out yet
    bool other_writer; // the balloon has a value that is neither ours nor in flight
    enum balloon_block block;
    double settled_s; // since boot or resume
    int64_t max_kib, current_kib, rss_kib;
    int64_t target_kib; // what the balloon was last set to; -1: the current size
    int64_t usable_kib, unused_kib, cache_kib, swap_in_kib, swap_out_kib;
    uint64_t last_update_s;
    double period_s;
    const struct allocator_vcpu *vcpus;
    size_t vcpu_count;
    uint64_t cpu_time_ns;            // with the emulator's; 0: not known
    int64_t original_weight, weight; // -1: not managed
};

struct allocator_input {
    double now_s; // monotonic
    struct host_policy policy;
    int64_t total_kib, available_kib;
    double pressure_some, pressure_full; // memory PSI avg10, percent; below 0: not known
    unsigned cpus;
    bool cgroup_v1; // weights run from 2 to 262144, else from 1 to 10000
    const struct allocator_vm *vms;
    size_t vm_count;
};

// What the planner makes of one VM, in the input's order.
struct allocator_row {
    enum demand_quality quality;
    bool fixed; // charged as a whole, never changed
    double working_kib, smoothed_kib, headroom_kib, slope_kib_s, debt_kib;
    int64_t demand_kib, charge_kib, entitled_kib;
    double cpu_demand, cpu_entitled; // CPUs
    int64_t cpu_weight;              // ideal
    enum decision_code memory_code;
};

struct allocator_plan {
    int64_t budget_kib; // what the ballooned VMs may have together
    int64_t charged_kib, pool_kib, ready_kib, waiting_kib;
    bool overcommitted; // the minima do not fit: migrate something away
    bool emergency;
    double next_tick_s;
    struct allocator_row *rows;
    size_t row_count, row_room;
    struct decision *decisions; // shrinks before grows
    size_t decision_count, decision_room;
};

struct allocator;

struct allocator *allocator_create(void);
void allocator_destroy(struct allocator *allocator); // takes NULL
// Fills *plan (zeroed at first, used again from tick to tick). What is to be written stands in the
// decisions with `changes` and without `advised`; it has passed the guard.
void allocator_step(struct allocator *allocator, const struct allocator_input *input,
                    struct allocator_plan *plan);
void allocator_plan_finish(struct allocator_plan *plan);
// One line about the host: budget, pool, who waits; says when it is overcommitted or in trouble.
void allocator_plan_text(const struct allocator_plan *plan, char *out, size_t size);

#endif
