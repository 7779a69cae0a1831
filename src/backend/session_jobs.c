// SPDX-License-Identifier: GPL-2.0-or-later
// Jobs: first in, first out, those of one VM one after the other, each on a worker of its own that
// is left behind when its call does not come back. Only force off may pass: it is what helps then.
#include <stdlib.h>
#include <string.h>

#include "backend/session_inner.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

enum {
    STUCK_MOST = 32,
    FORCE_OFF_EXTRA = 4, // workers beyond the executors, for force off past a stuck job
};

static atomic_uint_fast64_t last_job_id;

void job_post(struct session *session, const struct job *job)
{
    struct event *event = event_create(EVENT_JOB, session->host_name);
    bool went_wrong = job->info.state == JOB_FAILED || job->info.state == JOB_UNKNOWN;
    event->severity = went_wrong ? SEVERITY_WARN : SEVERITY_INFO;
    memcpy(event->uuid, job->info.uuid, sizeof(event->uuid));
    str_format(event->vm_name, sizeof(event->vm_name), "%s", job->info.vm_name);
    event->job = job->info;
    event->error = job->info.error;
    job_outcome_text(&job->info, event->text, sizeof(event->text));
    session_post(session, event);
}

static void unlink_job(struct job **list, const struct job *job)
{
    while (*list != NULL && *list != job)
        list = &(*list)->next;
    if (*list != NULL)
        *list = job->next;
}

static void job_free(struct job *job)
{
    operation_destroy(job->operation);
    free(job);
}

void jobs_free_queued(struct session *session)
{
    while (session->jobs != NULL) {
        struct job *job = session->jobs;
        session->jobs = job->next;
        job_free(job);
    }
}

static void set_end(struct job *job, enum job_state state, const struct error *why)
{
    job->info.state = state;
    job->info.ended_wall_ms = clock_wall_ms();
    job->info.cancellable = false;
    job->info.eta_s = -1;
    job->info.rate_bytes_per_s = 0;
    if (why != NULL)
        job->info.error = *why;
}

// Ends a job that never began.
static void drop(struct session *session, struct job *job, enum job_state state,
                 const struct error *why)
{
    unlink_job(&session->jobs, job);
    set_end(job, state, why);
    job_post(session, job);
    job_free(job);
}

void jobs_drop_queued(struct session *session, enum job_state state, const struct error *why)
{
    for (struct job *job = session->jobs, *next; job != NULL; job = next) {
        next = job->next;
        if (job->info.state == JOB_QUEUED)
            drop(session, job, state, why);
    }
}

uint64_t session_submit(struct session *session, struct operation *operation)
{
    struct job *job = memory_alloc(sizeof(*job));
    job->session = session;
    job->operation = operation;
    job->info = job_info_of(operation, session->host_name);
    job->info.id = atomic_fetch_add(&last_job_id, 1) + 1;
    uint64_t id = job->info.id;
    pthread_mutex_lock(&session->lock);
    struct job **end = &session->jobs;
    while (*end != NULL)
        end = &(*end)->next;
    *end = job;
    job_post(session, job);
    struct error why = {.kind = ERROR_NONE};
    error_set(&why, ERROR_OFFLINE, 0, "%s is not connected", session->host_name);
    if (session->stopping || (session->state == CONNECTION_OFFLINE && session->next_try_ns > 0))
        drop(session, job, JOB_FAILED, &why);
    session_wake(session);
    pthread_mutex_unlock(&session->lock);
    return id;
}

static enum job_state state_of(bool ok, const struct error *why)
{
    if (ok)
        return JOB_DONE;
    switch (why->kind) {
    case ERROR_CANCELLED:
        return JOB_CANCELLED;
    case ERROR_TIMEOUT:
    case ERROR_OFFLINE: // it had been sent, and the answer did not come
        return JOB_UNKNOWN;
    default:
        return JOB_FAILED;
    }
}

// The answer to a job that had been given up.
static void tell_late_end(struct session *session, const struct job *job, bool ok,
                          const struct error *why)
{
    unsigned long long seconds = (clock_monotonic_ns() - job->started_ns) / NS_PER_SECOND;
    if (ok)
        session_notice(session, SEVERITY_WARN, job->info.uuid, job->info.vm_name,
                       "\"%s\", given up without an answer, did happen after %llu s",
                       job->info.title, seconds);
    else
        session_notice(session, SEVERITY_WARN, job->info.uuid, job->info.vm_name,
                       "\"%s\", given up without an answer, failed after %llu s: %s",
                       job->info.title, seconds, why->text);
}

static void job_returned(struct session *session, struct job *job, bool ok, const struct error *why)
{
    pthread_mutex_lock(&session->lock);
    job->returned = true;
    bool late = job->abandoned;
    set_end(job, state_of(ok, why), ok ? NULL : why);
    struct job_info ended = job->info;
    pthread_mutex_unlock(&session->lock);
    session_journal_ended(session, &ended);

    pthread_mutex_lock(&session->lock);
    if (late) {
        unlink_job(&session->stuck, job);
        session->stuck_jobs--;
        tell_late_end(session, job, ok, why);
    } else {
        unlink_job(&session->jobs, job);
        session->running_jobs--;
        job_post(session, job);
    }
    session->soon = true;
    session_wake(session);
    pthread_mutex_unlock(&session->lock);
}

static void *job_main(void *arg)
{
    struct job *job = arg;
    struct session *session = job->session;
    struct connection *connection = job->connection;
    pthread_mutex_lock(&session->lock);
    struct job_info began = job->info;
    pthread_mutex_unlock(&session->lock);
    session_journal_started(session, &began);

    struct error why = {.kind = ERROR_NONE};
    struct driver *driver = connection->driver;
    bool ok = driver->ops->execute(driver, job->operation, &job->control, &why);
    job_returned(session, job, ok, &why);
    job_free(job);
    connection_release(connection);
    session_worker_done(session);
    return NULL;
}

// What moves a guest's memory or a disk's bytes takes as long as it takes.
static bool is_quick(enum operation_kind kind)
{
    switch (kind) {
    case OPERATION_SAVE:
    case OPERATION_RESTORE:
    case OPERATION_SNAPSHOT_CREATE:
    case OPERATION_SNAPSHOT_REVERT:
    case OPERATION_SNAPSHOT_DELETE:
    case OPERATION_DISK_GROW:
    case OPERATION_DELETE:
        return false;
    default:
        return true;
    }
}

static uint64_t timeout_ns(const struct session *session, const struct job *job)
{
    if (!is_quick(job->info.kind))
        return 0;
    uint64_t ms = session->command_timeout_s * MS_PER_SECOND;
    if (job->info.kind == OPERATION_FORCE_OFF)
        ms = ms > session->timing.force_off_timeout ? ms : session->timing.force_off_timeout;
    else if (sampler_knows_hung(session, job->info.uuid) && ms > session->timing.hung_timeout)
        ms = session->timing.hung_timeout;
    return ms * NS_PER_MS;
}

static void start(struct session *session, struct job *job, uint64_t now_ns)
{
    struct error why = {.kind = ERROR_NONE};
    job->connection = connection_use(session);
    uint64_t limit_ns = timeout_ns(session, job);
    job->started_ns = job->looked_ns = now_ns;
    job->deadline_ns = limit_ns > 0 ? now_ns + limit_ns : UINT64_MAX;
    job->info.started_wall_ms = clock_wall_ms();
    job->info.state = JOB_RUNNING;
    if (!session_start_worker(session, job_main, job)) {
        job->connection->users--; // never the last: its own worker is there
        error_set(&why, ERROR_FAILED, 0, "there are too many threads already");
        drop(session, job, JOB_FAILED, &why);
        return;
    }
    session->running_jobs++;
    job_post(session, job);
}

static bool vm_has_stuck_job(const struct session *session, const char *uuid)
{
    for (const struct job *job = session->stuck; job != NULL; job = job->next) {
        if (strcmp(job->info.uuid, uuid) == 0)
            return true;
    }
    return false;
}

static bool may_be_passed(const struct session *session, const struct job *job, uint64_t now_ns,
                          uint64_t *wake_ns)
{
    uint64_t patience_ns = session->timing.force_off_patience * NS_PER_MS;
    if (job->info.kind == OPERATION_FORCE_OFF)
        return false;
    if (now_ns >= job->started_ns + patience_ns || sampler_knows_hung(session, job->info.uuid))
        return true;
    session_earlier(wake_ns, job->started_ns + patience_ns);
    return false;
}

enum turn { TURN_NOW, TURN_LATER, TURN_PAST_ANOTHER };

// Queued jobs are looked at in order, so that only a running one can be in the way.
static enum turn turn_of(const struct session *session, const struct job *job, uint64_t now_ns,
                         uint64_t *wake_ns)
{
    bool force_off = job->info.kind == OPERATION_FORCE_OFF;
    bool passes = force_off && vm_has_stuck_job(session, job->info.uuid);
    for (const struct job *earlier = session->jobs; earlier != job; earlier = earlier->next) {
        if (earlier->info.state == JOB_QUEUED || strcmp(earlier->info.uuid, job->info.uuid) != 0)
            continue;
        if (!force_off || !may_be_passed(session, earlier, now_ns, wake_ns))
            return TURN_LATER;
        passes = true;
    }
    return passes ? TURN_PAST_ANOTHER : TURN_NOW;
}

static bool refused(struct session *session, struct job *job)
{
    struct error why = {.kind = ERROR_NONE};
    if (job->info.kind == OPERATION_FORCE_OFF)
        return false;
    if (vm_has_stuck_job(session, job->info.uuid))
        error_set(&why, ERROR_BUSY, 0,
                  "%s has not answered an earlier command yet; force off still works",
                  job->info.vm_name);
    else if (session->stuck_jobs >= STUCK_MOST)
        error_set(&why, ERROR_BUSY, 0, "%u earlier commands got no answer yet",
                  session->stuck_jobs);
    if (why.kind == ERROR_NONE)
        return false;
    drop(session, job, JOB_FAILED, &why);
    return true;
}

static void start_queued(struct session *session, uint64_t now_ns, uint64_t *wake_ns)
{
    const struct connection *connection = session->connection;
    if (connection == NULL || connection->driver == NULL || connection->lost)
        return;
    for (struct job *job = session->jobs, *next; job != NULL; job = next) {
        next = job->next;
        bool room = session->running_jobs < session->executors;
        if (job->info.state != JOB_QUEUED || (!room && job->info.kind != OPERATION_FORCE_OFF))
            continue;
        enum turn turn = turn_of(session, job, now_ns, wake_ns);
        bool more_room = session->running_jobs < session->executors + FORCE_OFF_EXTRA;
        if (turn == TURN_LATER || (turn == TURN_NOW && !room) || !more_room)
            continue;
        if (!refused(session, job))
            start(session, job, now_ns);
    }
}

static void abandon(struct session *session, struct job *job, const struct error *why)
{
    job->abandoned = true;
    unlink_job(&session->jobs, job);
    session->running_jobs--;
    job->next = session->stuck;
    session->stuck = job;
    session->stuck_jobs++;
    set_end(job, JOB_UNKNOWN, why);
    job_post(session, job);
    session->soon = true;
    session_wake(session);
}

static bool abandon_when_overdue(struct session *session, struct job *job, uint64_t now_ns,
                                 uint64_t *wake_ns)
{
    struct error why = {.kind = ERROR_NONE};
    if (now_ns >= job->deadline_ns) {
        error_set(&why, ERROR_TIMEOUT, 0,
                  "no answer within %llu s; it may still happen, and you will be told",
                  (unsigned long long)((job->deadline_ns - job->started_ns) / NS_PER_SECOND));
        abandon(session, job, &why);
        return true;
    }
    session_earlier(wake_ns, job->deadline_ns);
    if (!job->connection->retired)
        return false;
    uint64_t cut_off_ns = job->connection->retired_ns + session->timing.cut_off * NS_PER_MS;
    if (now_ns >= cut_off_ns) {
        error_set(&why, ERROR_OFFLINE, 0,
                  "the connection went away while it ran; it may or may not have happened");
        abandon(session, job, &why);
        return true;
    }
    session_earlier(wake_ns, cut_off_ns);
    return false;
}

void jobs_step(struct session *session, uint64_t now_ns, uint64_t *wake_ns)
{
    unsigned running = session->running_jobs;
    for (struct job *job = session->jobs, *next; job != NULL && running > 0; job = next) {
        next = job->next;
        if (job->info.state != JOB_RUNNING && !job->returned)
            continue;
        running--;
        if (!job->returned && !abandon_when_overdue(session, job, now_ns, wake_ns))
            job_look(session, job, now_ns, wake_ns);
    }
    start_queued(session, now_ns, wake_ns);
}

bool session_cancel(struct session *session, uint64_t job_id)
{
    struct error why = {.kind = ERROR_NONE};
    error_set(&why, ERROR_CANCELLED, 0, "cancelled before it began");
    pthread_mutex_lock(&session->lock);
    struct job *job = session->jobs;
    while (job != NULL && job->info.id != job_id)
        job = job->next;
    if (job != NULL && job->info.state == JOB_QUEUED) {
        drop(session, job, JOB_CANCELLED, &why);
    } else if (job != NULL && !job->returned) {
        atomic_store(&job->control.cancel_asked, true);
        job->info.cancel_asked = true;
        job_post(session, job);
    }
    pthread_mutex_unlock(&session->lock);
    return job != NULL;
}

unsigned session_running_jobs(struct session *session)
{
    unsigned count = 0;
    pthread_mutex_lock(&session->lock);
    for (const struct job *job = session->jobs; job != NULL; job = job->next)
        count++;
    pthread_mutex_unlock(&session->lock);
    return count;
}
