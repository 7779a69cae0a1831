// SPDX-License-Identifier: GPL-2.0-or-later
// A sink that writes down what a session says, for tests that wait for it. Every wait has a
// deadline and fails the test with what was heard instead.
#ifndef VMTUI_TESTS_BACKEND_SESSION_WATCH_H
#define VMTUI_TESTS_BACKEND_SESSION_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/session.h"

struct session_watch;

struct session_watch *session_watch_create(void);
void session_watch_destroy(struct session_watch *watch); // after the session
struct session_sink session_watch_sink(struct session_watch *watch);

// How many events match: a connection state, a job's state (job_id 0: any), a notice with text.
unsigned session_watch_connections(struct session_watch *watch, enum connection_state state);
unsigned session_watch_snapshots(struct session_watch *watch);
// The latest snapshot, which the caller releases; NULL before the first.
struct host_snapshot *session_watch_latest(struct session_watch *watch);
bool session_watch_job(struct session_watch *watch, uint64_t job_id, struct job_info *last);
unsigned session_watch_job_events(struct session_watch *watch, uint64_t job_id);
bool session_watch_has_notice(struct session_watch *watch, const char *part);
bool session_watch_last_connection(struct session_watch *watch, struct event *copy);

// Waits; false after timeout_ms.
bool session_watch_wait_connection(struct session_watch *watch, enum connection_state state,
                                   unsigned times, uint64_t timeout_ms);
bool session_watch_wait_snapshots(struct session_watch *watch, unsigned count, uint64_t timeout_ms);
bool session_watch_wait_job(struct session_watch *watch, uint64_t job_id, enum job_state state,
                            uint64_t timeout_ms);
bool session_watch_wait_notice(struct session_watch *watch, const char *part, uint64_t timeout_ms);
bool session_watch_wait_vm_event(struct session_watch *watch, const char *vm_name, const char *text,
                                 uint64_t timeout_ms);

#endif
