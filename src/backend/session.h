// SPDX-License-Identifier: GPL-2.0-or-later
// One host, kept: opens the driver, reopens it with backoff, samples it every tick and runs its
// jobs, all on threads of its own. Every call here returns at once; what it finds goes to the sink,
// from the session's threads.
#ifndef VMTUI_BACKEND_SESSION_H
#define VMTUI_BACKEND_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/model/console_port.h"
#include "core/model/event.h"
#include "core/model/interest.h"
#include "core/model/model.h"
#include "core/model/operation.h"

struct session;
struct driver_ops;

struct session_sink {
    void *context;
    void (*snapshot)(void *context, struct host_snapshot *snapshot); // frozen; takes ownership
    void (*event)(void *context, struct event *event);               // takes ownership
};

struct session_settings {
    const char *uri;
    const char *host_name; // NULL: taken from the URI
    bool read_only;
    double tick_s;              // 0.5 .. 60
    unsigned executors;         // jobs at once, 1 .. 32; jobs of one VM run one after the other
    unsigned command_timeout_s; // for operations that should be quick
    const char *embed_root, *embed_qemu_user;
    const char *journal_path;        // NULL: no journal
    const struct driver_ops *driver; // NULL: driver_for_uri
    unsigned scrollback_lines;
    struct session_sink sink;
};

// Copies the settings. Nothing happens before session_start.
struct session *session_create(const struct session_settings *settings);
void session_start(struct session *session);
// Stops sampling and takes no more jobs; returns within about two seconds whatever hangs. Threads
// stuck in the hypervisor are left behind and release what they hold when they come back.
void session_destroy(struct session *session); // takes NULL
const char *session_host_name(const struct session *session);

void session_set_interest(struct session *session, const struct interest *interest);
void session_set_tick(struct session *session, double tick_s);
void session_sample_soon(struct session *session);
void session_reconnect_now(struct session *session);
// Queues it (takes ownership) and returns the job's id, never 0. Jobs report by EVENT_JOB.
uint64_t session_submit(struct session *session, struct operation *operation);
// Asks a queued job to vanish or a running one to stop; true when such a job exists.
bool session_cancel(struct session *session, uint64_t job_id);
unsigned session_running_jobs(struct session *session);
// A port in state CONNECTING; it opens in the background. wake is called (any thread) when the
// port's content changed; the port may outlive the session (it is then CLOSED). Never NULL.
struct console_port *session_open_console(struct session *session, const char *uuid,
                                          void (*wake)(void *context), void *context);

#endif
