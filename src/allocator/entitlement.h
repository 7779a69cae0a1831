// SPDX-License-Identifier: GPL-2.0-or-later
// Who may have how much of the budget. Four tiers are filled one after the other, each by shares:
// minimum, working set with swap debt, demand, maximum; so nobody's headroom comes before another
// one's working set. Pure.
#ifndef VMTUI_ALLOCATOR_ENTITLEMENT_H
#define VMTUI_ALLOCATOR_ENTITLEMENT_H

#include "allocator/waterfill.h"

struct entitlement_row {
    const char *uuid;
    double shares;
    int64_t min_kib, need_kib, demand_kib, max_kib;
};

enum entitlement_tier { TIER_MIN, TIER_NEED, TIER_DEMAND, TIER_MAX, TIER_COUNT };

struct entitlement_space {
    struct fill_space fill;
    struct fill_row *rows;
    double *exact;
    size_t room;
};

void entitlement_space_finish(struct entitlement_space *space);
// Fills out_kib (count amounts). `ready_kib` is kept out of the last tier. idle_tax above 0
// replaces the two upper tiers by one curve. Returns the first tier that did not fit (TIER_COUNT:
// all did); TIER_MIN: overcommitted, and the minima are scaled down.
enum entitlement_tier entitlement_fill(const struct entitlement_row *vms, size_t count,
                                       int64_t budget_kib, int64_t ready_kib, double idle_tax,
                                       int64_t *out_kib, struct entitlement_space *space);

#endif
