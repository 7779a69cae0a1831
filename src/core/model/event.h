// SPDX-License-Identifier: GPL-2.0-or-later
// Small facts that sessions post and the engine files: a VM changed, a job moved on, the connection
// came or went. Refcounted and frozen after event_create's caller has filled them; any thread.
#ifndef VMTUI_CORE_MODEL_EVENT_H
#define VMTUI_CORE_MODEL_EVENT_H

#include <stdint.h>

#include "core/model/job.h"
#include "core/model/model.h"
#include "core/refcount.h"

enum event_kind {
    EVENT_VM,         // lifecycle, by anybody: text says what ("started", "shut off (crashed)")
    EVENT_JOB,        // job
    EVENT_CONNECTION, // connection
    EVENT_NOTICE      // something the person should know: text
};

enum severity { SEVERITY_INFO, SEVERITY_WARN, SEVERITY_ALARM };

enum connection_state {
    CONNECTION_CONNECTING,
    CONNECTION_ONLINE,
    CONNECTION_STALLED, // connected, but calls do not come back
    CONNECTION_OFFLINE, // error says why; next_try_wall_ms when it is tried again
    CONNECTION_STATE_COUNT
};

const char *connection_state_name(enum connection_state state);

struct event {
    struct refcount refs;
    enum event_kind kind;
    enum severity severity;
    uint64_t wall_ms;
    char host[128];
    char uuid[VM_UUID_SIZE]; // empty when it is about the host
    char vm_name[128];
    char text[384];
    struct job_info job;
    enum connection_state connection;
    struct error error;
    uint64_t next_try_wall_ms;
};

struct event *event_create(enum event_kind kind, const char *host); // zeroed, stamped, one holder
struct event *event_ref(struct event *event);
void event_unref(struct event *event); // takes NULL

#endif
