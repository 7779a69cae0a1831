// SPDX-License-Identifier: GPL-2.0-or-later
// What was done and what happened, newest last: the latest 500 entries in memory and, when a path
// is given, in a file of JSON lines that survives restarts. A file that cannot be written is said
// once, as an entry; the log goes on in memory. Not thread-safe, except for tails.
#ifndef VMTUI_MONITOR_EVENT_LOG_H
#define VMTUI_MONITOR_EVENT_LOG_H

#include <stddef.h>

#include "core/refcount.h"
#include "monitor/board.h"

#define EVENT_LOG_ENTRIES_MAX 500

// A frozen copy of the log, shared by boards; any thread.
struct log_tail {
    struct refcount refs;
    size_t count;
    struct log_entry entries[]; // newest last
};

void log_tail_unref(struct log_tail *tail); // takes NULL

struct event_log;

// Reads what path (may be NULL) holds. Never NULL: a file that cannot be read is said as an entry.
struct event_log *event_log_create(const char *path);
void event_log_destroy(struct event_log *log); // takes NULL
void event_log_add(struct event_log *log, const struct log_entry *entry);
// The log as it is now; the caller gets one reference. The same tail until something is added.
struct log_tail *event_log_tail(struct event_log *log);

#endif
