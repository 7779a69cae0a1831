// SPDX-License-Identifier: GPL-2.0-or-later
// What the engine remembers of one host between two snapshots: each VM's rates, alerts and history,
// the connection's state, the measured tick. Owns a reference to the latest snapshot and to those
// older ones that a VM's next interval begins in. Engine's thread only.
#ifndef VMTUI_MONITOR_HOST_TRACK_H
#define VMTUI_MONITOR_HOST_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/event.h"
#include "monitor/board.h"

struct host_track;

struct host_track *host_track_create(const char *name, double tick_s);
void host_track_destroy(struct host_track *host); // takes NULL
const char *host_track_name(const struct host_track *host);
// Takes the snapshot in; takes over one reference.
void host_track_step(struct host_track *host, struct host_snapshot *snapshot);
void host_track_set_connection(struct host_track *host, const struct event *event);
// Fills a zeroed *out; everything in it is the board's from then on.
void host_track_show(const struct host_track *host, struct board_host *out);
// Notes in a shown host that a job is about one of its VMs; a running job beats a queued one, and
// an earlier call a later one.
void board_host_mark_job(struct board_host *host, const struct job_info *job);
// NULL when that VM (uuid empty: the host) was never seen here, or is forgotten.
struct charts *host_track_charts(const struct host_track *host, const char *uuid, unsigned window_s,
                                 uint64_t now_ns);
bool host_track_has(const struct host_track *host, const char *uuid); // in the latest snapshot

#endif
