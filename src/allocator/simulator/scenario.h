// SPDX-License-Identifier: GPL-2.0-or-later
// Which guests a simulated host has.
#ifndef VMTUI_ALLOCATOR_SIMULATOR_SCENARIO_H
#define VMTUI_ALLOCATOR_SIMULATOR_SCENARIO_H

#include "allocator/simulate.h"
#include "allocator/simulator/guest.h"

struct scenario {
    struct simulation_scenario about;
    unsigned vm_count;
    double vm_max_kib;
    unsigned char loads[LOAD_COUNT];       // how many of each
    unsigned char kinds[GUEST_KIND_COUNT]; // the first ones; the rest is GUEST_LINUX
    double spread_shares;                  // shares from 1000 to 1000 * this
    double mem_min_kib;                    // 0: the default
};

const struct scenario *scenario_find(const char *name); // NULL: there is none
// Fills guests (vm_count of them), shuffled by the seed.
void scenario_populate(const struct scenario *scenario, uint64_t seed, struct guest *guests);

#endif
