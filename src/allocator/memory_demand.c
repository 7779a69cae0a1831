// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/memory_demand.h"

#include <math.h>

#define WORKING_HALF_LIFE_S 120.0
#define DEBT_HALF_LIFE_S    600.0
#define SLOPE_AHEAD_S       15.0
#define HEADROOM_FRACTION   0.20
#define STALE_S             15.0

// -1: the guest does not say.
static double working_set(const struct memory_report *report)
{
    int64_t unneeded = -1;
    if (report->usable_kib >= 0)
        unneeded = report->usable_kib;
    else if (report->unused_kib >= 0 && report->cache_kib >= 0)
        unneeded = report->unused_kib + report->cache_kib;
    if (unneeded < 0)
        return -1;
    return fmax(0, (double)(report->current_kib - unneeded));
}

// Grows with what is swapped out, falls with what comes back, and is forgotten in the end. A
// counter that went back or vanished (a reboot) says nothing for one step.
static void step_debt(struct memory_demand *demand, const struct memory_report *report, double dt)
{
    demand->swapped_in_kib = 0;
    if (report->windows || report->swap_in_kib < 0 || report->swap_out_kib < 0) {
        demand->debt_kib = 0;
        demand->swap_in_kib = demand->swap_out_kib = -1;
        return;
    }
    double moved = 0;
    if (demand->started && demand->swap_in_kib >= 0 && report->swap_in_kib >= demand->swap_in_kib &&
        report->swap_out_kib >= demand->swap_out_kib) {
        demand->swapped_in_kib = report->swap_in_kib - demand->swap_in_kib;
        moved = (double)(report->swap_out_kib - demand->swap_out_kib - demand->swapped_in_kib);
    }
    demand->debt_kib = demand->debt_kib * exp2(-dt / DEBT_HALF_LIFE_S) + moved;
    demand->debt_kib = fmin(fmax(demand->debt_kib, 0), (double)report->max_kib);
    demand->swap_in_kib = report->swap_in_kib;
    demand->swap_out_kib = report->swap_out_kib;
}

static void step_working_set(struct memory_demand *demand, double working, double since)
{
    if (!demand->started || demand->quality == DEMAND_BLIND) {
        demand->working_kib = demand->smoothed_kib = working;
        demand->slope_kib_s = 0;
        return;
    }
    double slope = since > 0 ? (working - demand->working_kib) / since : 0;
    demand->slope_kib_s = fmax(0, 0.5 * demand->slope_kib_s + 0.5 * slope);
    demand->smoothed_kib = fmax(working, working + (demand->smoothed_kib - working) *
                                                       exp2(-since / WORKING_HALF_LIFE_S));
    demand->working_kib = working;
}

static void conclude(struct memory_demand *demand, const struct memory_report *report)
{
    double most = (double)report->max_kib;
    if (demand->quality != DEMAND_FRESH) {
        demand->headroom_kib = 0;
        demand->need_kib = demand->demand_kib =
            report->current_kib < report->max_kib ? report->current_kib : report->max_kib;
        return;
    }
    demand->headroom_kib =
        fmax((double)report->headroom_kib, HEADROOM_FRACTION * demand->smoothed_kib);
    demand->need_kib = (int64_t)fmin(most, demand->working_kib + demand->debt_kib);
    demand->demand_kib =
        (int64_t)fmin(most, demand->smoothed_kib + demand->headroom_kib +
                                SLOPE_AHEAD_S * demand->slope_kib_s + demand->debt_kib);
}

void memory_demand_step(struct memory_demand *demand, const struct memory_report *report,
                        double now_s)
{
    double dt = demand->started ? fmax(0, now_s - demand->now_s) : 0;
    double working = working_set(report);
    bool news = !demand->started || report->last_update_s != demand->last_update_s;
    double since = news && demand->started ? now_s - demand->report_s : dt;
    if (news)
        demand->report_s = now_s;
    if (working < 0) {
        demand->quality = DEMAND_BLIND;
        demand->debt_kib = demand->slope_kib_s = 0;
        demand->working_kib = demand->smoothed_kib = (double)report->current_kib;
    } else {
        step_debt(demand, report, dt);
        // Figures older than the balloon's last move would be taken for a working set that moved.
        if (news)
            step_working_set(demand, working, since);
        double limit = fmax(3 * report->period_s, STALE_S);
        demand->quality = now_s - demand->report_s >= limit ? DEMAND_STALE : DEMAND_FRESH;
    }
    demand->now_s = fmax(now_s, demand->now_s);
    demand->last_update_s = report->last_update_s;
    demand->started = true;
    conclude(demand, report);
}
