// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/event_log.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "monitor/event_file.h"

struct event_log {
    struct event_file *file; // NULL: memory only
    bool failing;            // said already
    struct log_tail *tail;   // made when asked for; dropped by the next entry
    size_t first, count;     // of the ring
    struct log_entry ring[EVENT_LOG_ENTRIES_MAX];
};

void log_tail_unref(struct log_tail *tail)
{
    if (tail != NULL && refcount_unref(&tail->refs))
        free(tail);
}

static void keep(void *context, const struct log_entry *entry)
{
    struct event_log *log = context;
    log->ring[(log->first + log->count) % EVENT_LOG_ENTRIES_MAX] = *entry;
    if (log->count < EVENT_LOG_ENTRIES_MAX)
        log->count++;
    else
        log->first = (log->first + 1) % EVENT_LOG_ENTRIES_MAX;
    log_tail_unref(log->tail);
    log->tail = NULL;
}

// Not written to the file, which is what fails.
static void say_failure(struct event_log *log, const struct error *why)
{
    if (log->failing)
        return;
    log->failing = true;
    struct log_entry entry = {.wall_ms = clock_wall_ms(), .severity = SEVERITY_WARN};
    str_format(entry.text, sizeof(entry.text), "the event log is kept in memory only: %s",
               why->text);
    keep(log, &entry);
}

struct event_log *event_log_create(const char *path)
{
    struct event_log *log = memory_alloc(sizeof(*log));
    if (path == NULL)
        return log;
    log->file = event_file_create(path);
    struct error err;
    if (!event_file_read(log->file, EVENT_LOG_ENTRIES_MAX, keep, log, &err))
        say_failure(log, &err);
    return log;
}

void event_log_destroy(struct event_log *log)
{
    if (log == NULL)
        return;
    event_file_destroy(log->file);
    log_tail_unref(log->tail);
    free(log);
}

void event_log_add(struct event_log *log, const struct log_entry *entry)
{
    keep(log, entry);
    if (log->file == NULL)
        return;
    struct error err;
    if (!event_file_append(log->file, entry, &err))
        say_failure(log, &err);
    else
        log->failing = false;
}

struct log_tail *event_log_tail(struct event_log *log)
{
    if (log->tail == NULL) {
        struct log_tail *tail = memory_alloc(sizeof(*tail) + log->count * sizeof(tail->entries[0]));
        refcount_init(&tail->refs);
        tail->count = log->count;
        for (size_t i = 0; i < log->count; i++)
            tail->entries[i] = log->ring[(log->first + i) % EVENT_LOG_ENTRIES_MAX];
        log->tail = tail;
    }
    refcount_ref(&log->tail->refs);
    return log->tail;
}
