// SPDX-License-Identifier: GPL-2.0-or-later
// Several seeds in one, and the table.
#include <math.h>

#include "allocator/simulate.h"

static void add(struct simulation_metrics *sum, const struct simulation_metrics *one)
{
    sum->unmet_gib_s += one->unmet_gib_s;
    sum->unavoidable_gib_s += one->unavoidable_gib_s;
    sum->swapped_in_gib += one->swapped_in_gib;
    sum->overcommit_s += one->overcommit_s;
    sum->peak_commit = fmax(sum->peak_commit, one->peak_commit);
    sum->unsafe_grows += one->unsafe_grows;
    sum->jain += one->jain;
    sum->least_satisfied = fmin(sum->least_satisfied, one->least_satisfied);
    sum->settle_s += one->settle_s;
    sum->actuations += one->actuations;
    sum->moved_gib += one->moved_gib;
    sum->reversals += one->reversals;
}

bool simulation_run_seeds(const struct simulation *simulation, unsigned seeds,
                          struct simulation_metrics *metrics, struct error *err)
{
    struct simulation_metrics sum = {.least_satisfied = 1}, one;
    struct simulation run = *simulation;
    if (seeds == 0)
        return error_set(err, ERROR_INVALID, 0, "at least one seed is needed");
    for (unsigned i = 0; i < seeds; i++) {
        run.seed = simulation->seed + i;
        if (!simulation_run(&run, &one, err))
            return false;
        add(&sum, &one);
    }
    double count = seeds;
    sum.seeds = seeds;
    sum.unmet_gib_s /= count;
    sum.unavoidable_gib_s /= count;
    sum.swapped_in_gib /= count;
    sum.overcommit_s /= count;
    sum.unsafe_grows /= count;
    sum.jain /= count;
    sum.settle_s /= count;
    sum.actuations /= count;
    sum.moved_gib /= count;
    sum.reversals /= count;
    *metrics = sum;
    return true;
}

void simulation_table_row(struct str *out, const char *policy,
                          const struct simulation_metrics *metrics)
{
    if (metrics == NULL) {
        str_add(out, "| policy | unmet GiB\302\267s | swap-in GiB | host overcommit s | "
                     "unsafe grows | peak commit % | Jain | least satisfied % | settle s | "
                     "actuations | GiB moved | reversals |\n");
        str_add(out, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        return;
    }
    str_printf(out,
               "| %s | %.0f | %.1f | %.1f | %.1f | %.1f | %.3f | %.1f | %.1f | %.0f | %.1f | "
               "%.0f |\n",
               policy, metrics->unmet_gib_s, metrics->swapped_in_gib, metrics->overcommit_s,
               metrics->unsafe_grows, 100 * metrics->peak_commit, metrics->jain,
               100 * metrics->least_satisfied, metrics->settle_s, metrics->actuations,
               metrics->moved_gib, metrics->reversals);
}
