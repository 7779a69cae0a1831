// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/entitlement.h"

#include <stdlib.h>

#include "core/memory.h"

void entitlement_space_finish(struct entitlement_space *space)
{
    fill_space_finish(&space->fill);
    free(space->rows);
    free(space->exact);
    *space = (struct entitlement_space){0};
}

static void reserve(struct entitlement_space *space, size_t count)
{
    if (count <= space->room)
        return;
    space->rows = memory_resize(space->rows, count, sizeof(*space->rows));
    space->exact = memory_resize(space->exact, count, sizeof(*space->exact));
    space->room = count;
}

static int64_t tier_amount(const struct entitlement_row *vm, enum entitlement_tier tier)
{
    switch (tier) {
    case TIER_MIN:
        return vm->min_kib;
    case TIER_NEED:
        return vm->need_kib;
    case TIER_DEMAND:
        return vm->demand_kib;
    default:
        return vm->max_kib;
    }
}

// Idle memory costs its owner 1 / (1 - tax) of what used memory costs.
static double taxed_shares(const struct entitlement_row *vm, double tax)
{
    double used = vm->max_kib > 0 ? (double)vm->demand_kib / (double)vm->max_kib : 1;
    return vm->shares / (used + (1 - used) / (1 - tax));
}

enum entitlement_tier entitlement_fill(const struct entitlement_row *vms, size_t count,
                                       int64_t budget_kib, int64_t ready_kib, double idle_tax,
                                       int64_t *out_kib, struct entitlement_space *space)
{
    reserve(space, count);
    if (budget_kib < 0)
        budget_kib = 0;
    for (size_t i = 0; i < count; i++)
        out_kib[i] = 0;
    int64_t placed = 0;
    for (enum entitlement_tier tier = TIER_MIN; tier < TIER_COUNT; tier++) {
        if (idle_tax > 0 && tier == TIER_DEMAND)
            continue;
        int64_t sum = 0, total = tier == TIER_MAX ? budget_kib - ready_kib : budget_kib;
        for (size_t i = 0; i < count; i++) {
            int64_t hi = tier_amount(&vms[i], tier);
            if (hi > vms[i].max_kib)
                hi = vms[i].max_kib;
            if (hi < out_kib[i])
                hi = out_kib[i];
            bool taxed = idle_tax > 0 && tier == TIER_MAX;
            space->rows[i] = (struct fill_row){
                .key = vms[i].uuid,
                .lo = (double)(tier == TIER_MIN ? hi : out_kib[i]),
                .hi = (double)hi,
                .share = taxed ? taxed_shares(&vms[i], idle_tax) : vms[i].shares,
            };
            sum += hi;
        }
        if (sum > total) {
            if (tier == TIER_MIN || placed < total)
                waterfill_kib(space->rows, count, total, out_kib, space->exact, &space->fill);
            return tier;
        }
        for (size_t i = 0; i < count; i++)
            out_kib[i] = (int64_t)space->rows[i].hi;
        placed = sum;
    }
    return TIER_COUNT;
}
