// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/session_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"

struct session_watch {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct event **events;
    size_t count;
    struct host_snapshot *latest;
    unsigned snapshots;
};

struct session_watch *session_watch_create(void)
{
    struct session_watch *watch = memory_alloc(sizeof(*watch));
    pthread_mutex_init(&watch->lock, NULL);
    pthread_cond_init(&watch->changed, NULL);
    return watch;
}

void session_watch_destroy(struct session_watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        event_unref(watch->events[i]);
    free(watch->events);
    host_snapshot_unref(watch->latest);
    pthread_cond_destroy(&watch->changed);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

static void take_snapshot(void *context, struct host_snapshot *snapshot)
{
    struct session_watch *watch = context;
    pthread_mutex_lock(&watch->lock);
    host_snapshot_unref(watch->latest);
    watch->latest = snapshot;
    watch->snapshots++;
    pthread_cond_broadcast(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
}

static void take_event(void *context, struct event *event)
{
    struct session_watch *watch = context;
    pthread_mutex_lock(&watch->lock);
    watch->events = memory_resize(watch->events, watch->count + 1, sizeof(*watch->events));
    watch->events[watch->count++] = event;
    pthread_cond_broadcast(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
}

struct session_sink session_watch_sink(struct session_watch *watch)
{
    return (struct session_sink){.context = watch, .snapshot = take_snapshot, .event = take_event};
}

struct wanted {
    enum event_kind kind;
    enum connection_state connection;
    uint64_t job_id;
    enum job_state job_state;
    bool any_job_state;
    const char *vm_name, *text;
    unsigned snapshots;
};

static bool matches(const struct event *event, const struct wanted *wanted)
{
    if (event->kind != wanted->kind)
        return false;
    switch (wanted->kind) {
    case EVENT_CONNECTION:
        return event->connection == wanted->connection;
    case EVENT_JOB:
        return event->job.id == wanted->job_id &&
               (wanted->any_job_state || event->job.state == wanted->job_state);
    case EVENT_VM:
        return strcmp(event->vm_name, wanted->vm_name) == 0 &&
               strcmp(event->text, wanted->text) == 0;
    case EVENT_NOTICE:
    default:
        return strstr(event->text, wanted->text) != NULL;
    }
}

// The lock is held.
static unsigned count_matches(const struct session_watch *watch, const struct wanted *wanted)
{
    unsigned count = 0;
    for (size_t i = 0; i < watch->count; i++)
        count += matches(watch->events[i], wanted);
    return count;
}

static unsigned count(struct session_watch *watch, const struct wanted *wanted)
{
    pthread_mutex_lock(&watch->lock);
    unsigned result = count_matches(watch, wanted);
    pthread_mutex_unlock(&watch->lock);
    return result;
}

static bool wait_for(struct session_watch *watch, const struct wanted *wanted, unsigned times,
                     uint64_t timeout_ms)
{
    struct timespec deadline = clock_deadline(clock_monotonic_ns() + timeout_ms * NS_PER_MS);
    bool found = false;
    int result = 0;
    pthread_mutex_lock(&watch->lock);
    for (;;) {
        found = wanted->snapshots > 0 ? watch->snapshots >= wanted->snapshots
                                      : count_matches(watch, wanted) >= times;
        if (found || result == ETIMEDOUT)
            break;
        result = pthread_cond_clockwait(&watch->changed, &watch->lock, CLOCK_MONOTONIC, &deadline);
    }
    pthread_mutex_unlock(&watch->lock);
    return found;
}

unsigned session_watch_connections(struct session_watch *watch, enum connection_state state)
{
    return count(watch, &(struct wanted){.kind = EVENT_CONNECTION, .connection = state});
}

unsigned session_watch_snapshots(struct session_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    unsigned snapshots = watch->snapshots;
    pthread_mutex_unlock(&watch->lock);
    return snapshots;
}

struct host_snapshot *session_watch_latest(struct session_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    struct host_snapshot *latest = host_snapshot_ref(watch->latest);
    pthread_mutex_unlock(&watch->lock);
    return latest;
}

bool session_watch_job(struct session_watch *watch, uint64_t job_id, struct job_info *last)
{
    bool found = false;
    pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < watch->count; i++) {
        const struct event *event = watch->events[i];
        if (event->kind != EVENT_JOB || event->job.id != job_id)
            continue;
        *last = event->job;
        found = true;
    }
    pthread_mutex_unlock(&watch->lock);
    return found;
}

unsigned session_watch_job_events(struct session_watch *watch, uint64_t job_id)
{
    return count(watch,
                 &(struct wanted){.kind = EVENT_JOB, .job_id = job_id, .any_job_state = true});
}

bool session_watch_has_notice(struct session_watch *watch, const char *part)
{
    return count(watch, &(struct wanted){.kind = EVENT_NOTICE, .text = part}) > 0;
}

bool session_watch_last_connection(struct session_watch *watch, struct event *copy)
{
    bool found = false;
    pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->events[i]->kind != EVENT_CONNECTION)
            continue;
        memcpy(copy, watch->events[i], sizeof(*copy));
        found = true;
    }
    pthread_mutex_unlock(&watch->lock);
    return found;
}

bool session_watch_wait_connection(struct session_watch *watch, enum connection_state state,
                                   unsigned times, uint64_t timeout_ms)
{
    struct wanted wanted = {.kind = EVENT_CONNECTION, .connection = state};
    return wait_for(watch, &wanted, times, timeout_ms);
}

bool session_watch_wait_snapshots(struct session_watch *watch, unsigned snapshots,
                                  uint64_t timeout_ms)
{
    return wait_for(watch, &(struct wanted){.snapshots = snapshots}, 1, timeout_ms);
}

bool session_watch_wait_job(struct session_watch *watch, uint64_t job_id, enum job_state state,
                            uint64_t timeout_ms)
{
    struct wanted wanted = {.kind = EVENT_JOB, .job_id = job_id, .job_state = state};
    return wait_for(watch, &wanted, 1, timeout_ms);
}

bool session_watch_wait_notice(struct session_watch *watch, const char *part, uint64_t timeout_ms)
{
    return wait_for(watch, &(struct wanted){.kind = EVENT_NOTICE, .text = part}, 1, timeout_ms);
}

bool session_watch_wait_vm_event(struct session_watch *watch, const char *vm_name, const char *text,
                                 uint64_t timeout_ms)
{
    struct wanted wanted = {.kind = EVENT_VM, .vm_name = vm_name, .text = text};
    return wait_for(watch, &wanted, 1, timeout_ms);
}
