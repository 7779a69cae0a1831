// SPDX-License-Identifier: GPL-2.0-or-later
// A simulated host for judging planners: seeded guests whose wishes do not depend on the planner, a
// balloon with its real awkwardness, and figures about what came of it. Steps of 1 s. The planner
// is the object that runs in production. Pure: same options, same result.
#ifndef VMTUI_ALLOCATOR_SIMULATE_H
#define VMTUI_ALLOCATOR_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/str.h"

struct simulation {
    const char *policy;   // "vmtui", "static", ...; see contestant_at in baselines/baseline.h
    const char *scenario; // "mixed", ...
    int64_t host_kib;     // 0: as the scenario says
    uint64_t seed;
    unsigned seconds; // 0: an hour
    // Called for every decision that is carried out; may be NULL.
    void (*on_decision)(void *context, double now_s, const char *text);
    void *context;
};

struct simulation_metrics { // means over the seeds, but for the worst and the peaks
    unsigned seeds;
    double unmet_gib_s;       // memory that guests wanted and did not have
    double unavoidable_gib_s; // of it, what even an all-knowing planner could not help
    double swapped_in_gib;
    double overcommit_s;    // the host itself had too little
    double peak_commit;     // fraction of the host, worst
    double unsafe_grows;    // grows after which sizes and targets were above the budget
    double jain;            // of the VMs' satisfaction: 1 is fair
    double least_satisfied; // worst VM's mean satisfaction, worst
    double settle_s;        // how long a VM went short, mean
    double actuations, moved_gib, reversals;
};

struct simulation_scenario {
    const char *name, *what;
    int64_t host_kib;
};

const struct simulation_scenario *simulation_scenario_at(size_t index); // NULL at the end
// False: no such policy or scenario, or a host that is too small for it. metrics: of one seed.
bool simulation_run(const struct simulation *simulation, struct simulation_metrics *metrics,
                    struct error *err);
// Seeds from simulation->seed on.
bool simulation_run_seeds(const struct simulation *simulation, unsigned seeds,
                          struct simulation_metrics *metrics, struct error *err);
// Adds a row of a Markdown table; metrics NULL: the two lines of its head.
void simulation_table_row(struct str *out, const char *policy,
                          const struct simulation_metrics *metrics);

#endif
