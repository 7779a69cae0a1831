// SPDX-License-Identifier: GPL-2.0-or-later
// All connected hosts and the engine that watches them, wired: sessions push snapshots and events
// into the engine, the engine publishes boards into a mailbox, operations go the other way.
// Main thread, but for what its sessions and engine do on theirs.
#ifndef VMTUI_APP_FLEET_H
#define VMTUI_APP_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/session.h"
#include "core/config/config.h"
#include "core/mailbox.h"
#include "core/queue.h"

struct fleet;

struct fleet_settings {
    const struct config *config; // outlives the fleet
    const char *const *uris;     // none: the configuration's, else what the machine offers
    size_t uri_count;
    bool read_only;
    double tick_s;
    const char *journal_path, *event_log_path; // NULL: not kept
    struct mailbox *boards;                    // outlives the fleet
    struct queue *events;                      // filed events; NULL: not wanted
};

struct fleet *fleet_create(const struct fleet_settings *settings);
void fleet_start(struct fleet *fleet);
// Takes NULL; returns within about two seconds whatever hangs. No board comes any more.
void fleet_destroy(struct fleet *fleet);
// The same on a thread of its own, for callers that must not wait.
void fleet_retire(struct fleet *fleet);

struct session *fleet_session(struct fleet *fleet, const char *host);    // NULL: no such host
uint64_t fleet_submit(struct fleet *fleet, struct operation *operation); // takes it; job id or 0
bool fleet_cancel_job(struct fleet *fleet, uint64_t job_id);
void fleet_set_interest(struct fleet *fleet, const struct interest *interest);
void fleet_set_tick(struct fleet *fleet, double tick_s);
void fleet_sample_soon(struct fleet *fleet);

#endif
