// SPDX-License-Identifier: GPL-2.0-or-later
// The thread between the hosts and the screen: takes snapshots and events, makes rates, history,
// alerts and the event log, and publishes frozen boards. It never waits for a hypervisor nor for
// the terminal. (The allocator's step belongs here, between alerts and board.)
#ifndef VMTUI_MONITOR_ENGINE_H
#define VMTUI_MONITOR_ENGINE_H

#include "core/model/event.h"
#include "core/model/interest.h"
#include "core/model/model.h"
#include "monitor/board.h"

struct engine;

struct engine_settings {
    const char *event_log_path; // kept across restarts; NULL: not kept
    double tick_s;
    // Called on the engine's thread with each new board; takes over one reference.
    void *context;
    void (*publish)(void *context, struct board *board);
    // Called on the engine's thread for each event after it was filed; borrows it. May be NULL.
    void (*filed)(void *context, const struct event *event);
};

struct engine *engine_create(const struct engine_settings *settings);
// Makes a host known (drawn as connecting) before its first sample. Before engine_start.
void engine_add_host(struct engine *engine, const char *name);
void engine_start(struct engine *engine);
void engine_destroy(struct engine *engine); // takes NULL; stops the thread

// Any thread; ownership is taken, nothing blocks. A newer snapshot of a host replaces an unread
// one.
void engine_put_snapshot(struct engine *engine, struct host_snapshot *snapshot);
void engine_put_event(struct engine *engine, struct event *event);
// Whose charts are wanted; publishes a board at once.
void engine_set_interest(struct engine *engine, const struct interest *interest);

#endif
