// SPDX-License-Identifier: GPL-2.0-or-later
// The last hour of one VM or host, in three resolutions: buckets of 1 s for 2 minutes, of 4 s for
// 10 minutes and of 20 s for the hour, each with mean and peak. Buckets are of time, so samples may
// come at any pace. 16 KiB each; values are kept to about 0.05 %. Not thread-safe.
#ifndef VMTUI_MONITOR_HISTORY_H
#define VMTUI_MONITOR_HISTORY_H

#include <stdint.h>

#include "monitor/board.h"

#define HISTORY_WINDOW_MIN_S 60
#define HISTORY_WINDOW_MAX_S 3600

struct history;

struct history *history_create(void);
void history_destroy(struct history *history); // takes NULL
// What was true from from_ns to to_ns (monotonic): each value is the mean of that time; a negative
// one or NAN: not known. Time that is already filed is not filed again.
void history_add(struct history *history, uint64_t from_ns, uint64_t to_ns,
                 const double values[CHART_METRIC_COUNT]);
uint64_t history_end_ns(const struct history *history); // newest to_ns; 0: nothing yet
// Charts of the last window_s seconds (bounded as above) before end_ns. history may be NULL: all
// unknown. Leaves charts->uuid alone.
void history_chart(const struct history *history, uint64_t end_ns, unsigned window_s,
                   struct charts *charts);

#endif
