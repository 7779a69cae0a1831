// SPDX-License-Identifier: GPL-2.0-or-later
// One simulated guest: what it wants, what it has, its balloon, swap, page cache and statistics.
#ifndef VMTUI_ALLOCATOR_SIMULATOR_GUEST_H
#define VMTUI_ALLOCATOR_SIMULATOR_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum guest_load {
    LOAD_IDLE,
    LOAD_STEADY,
    LOAD_DIURNAL,
    LOAD_BURST,
    LOAD_SYNC_BURST, // all at the same moment
    LOAD_LEAK,
    LOAD_CACHER,
    LOAD_COUNT
};

enum guest_kind {
    GUEST_LINUX,
    GUEST_STUCK,       // its balloon never moves
    GUEST_SLOW,        // inflates at 6 MiB/s
    GUEST_STALE,       // stops reporting after 10 min
    GUEST_VFIO,        // pinned; the planner is told
    GUEST_INEFFECTIVE, // inflates, and the host gets nothing
    GUEST_WINDOWS,
    GUEST_AUTODEFLATE,
    GUEST_KIND_COUNT
};

struct guest { // KiB
    enum guest_load load;
    enum guest_kind kind;
    uint64_t random;
    double max, current, target;
    double base, peak, rate_s; // of its load
    double period_s, phase_s, next_burst_s, burst_ends_s;
    double want, cache, cache_rate, swapped, touched, overhead;
    double swap_in, swap_out; // cumulative
    // As reported last:
    double usable, unused, reported_cache, reported_swap_in, reported_swap_out;
    uint64_t reported_s;
};

double random_fraction(uint64_t *state); // 0..1
void guest_init(struct guest *guest, enum guest_load load, enum guest_kind kind, double max_kib,
                uint64_t seed);
void guest_step(struct guest *guest, unsigned second); // one second
double guest_size_wanted(const struct guest *guest);   // that would meet its wish
double guest_rss(const struct guest *guest);

#endif
