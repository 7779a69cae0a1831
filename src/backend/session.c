// SPDX-License-Identifier: GPL-2.0-or-later
// The session's life, its keeper thread and its way to the sink.
#include "backend/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/session_inner.h"
#include "backend/worker_thread.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

enum { POSTED_MAX = 10000 };

const struct session_timing session_default_timing = {
    .open_deadline = 90000,
    .first_backoff = 500,
    .longest_backoff = 30000,
    .stall_slack = 5000,
    .stall_give_up = 30000,
    .soon_spacing = 200,
    .progress = 500,
    .silence = 120000,
    .hung_timeout = 5000,
    .force_off_timeout = 20000,
    .force_off_patience = 3000,
    .cut_off = 10000,
    .farewell = 1800,
};

// "qemu+ssh://root@lab1/system" is lab1; what has no host in it runs on this machine.
static char *host_name_of(const char *uri)
{
    const char *start = strstr(uri, "://");
    if (start == NULL)
        return memory_strdup(uri);
    start += strlen("://");
    size_t length = strcspn(start, "/?");
    const char *at = memchr(start, '@', length);
    if (at != NULL) {
        length -= (size_t)(at + 1 - start);
        start = at + 1;
    }
    if (length > 0 && start[0] != '[') // which an IPv6 address begins with
        length = strcspn(start, ":/?");
    if (length > 0)
        return memory_strndup(start, length);
    if (str_starts_with(uri, "test:"))
        return memory_strdup("test");
    if (str_starts_with(uri, "sim:")) {
        const char *host = strstr(uri, "host=");
        unsigned long number = host != NULL ? strtoul(host + strlen("host="), NULL, 10) : 1;
        return memory_printf("sim%lu", number > 0 ? number : 1);
    }
    char name[256] = "";
    if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0')
        return memory_strdup("localhost");
    return memory_strdup(name);
}

static double limited(double value, double least, double most)
{
    return value > least ? (value < most ? value : most) : least;
}

struct session *session_create(const struct session_settings *settings)
{
    struct session *session = memory_alloc(sizeof(*session));
    session->uri = memory_strdup(settings->uri);
    session->host_name = settings->host_name != NULL ? memory_strdup(settings->host_name)
                                                     : host_name_of(settings->uri);
    session->embed_root = memory_strdup(settings->embed_root);
    session->embed_qemu_user = memory_strdup(settings->embed_qemu_user);
    session->journal_path = memory_strdup(settings->journal_path);
    session->read_only = settings->read_only;
    session->driver = settings->driver != NULL ? settings->driver : driver_for_uri(settings->uri);
    session->executors = (unsigned)limited(settings->executors, 1, 32);
    session->command_timeout_s = settings->command_timeout_s > 0 ? settings->command_timeout_s : 1;
    session->scrollback_lines = settings->scrollback_lines;
    session->sink = settings->sink;
    session->timing = session_default_timing;
    session->tick_s = limited(settings->tick_s, 0.5, 60);
    session->state = CONNECTION_OFFLINE;
    session->holders = 1;
    session->posted_end = &session->first_posted;
    pthread_mutex_init(&session->lock, NULL);
    pthread_cond_init(&session->changed, NULL);
    return session;
}

void session_set_timing(struct session *session, const struct session_timing *timing)
{
    session->timing = *timing;
}

const char *session_host_name(const struct session *session)
{
    return session->host_name;
}

static void session_free(struct session *session)
{
    for (struct posted *posted = session->first_posted; posted != NULL;) {
        struct posted *next = posted->next;
        event_unref(posted->event);
        free(posted);
        posted = next;
    }
    jobs_free_queued(session);
    host_snapshot_unref(session->unsent);
    host_snapshot_unref(session->latest);
    journal_close(session->journal);
    pthread_cond_destroy(&session->changed);
    pthread_mutex_destroy(&session->lock);
    free(session->uri);
    free(session->host_name);
    free(session->embed_root);
    free(session->embed_qemu_user);
    free(session->journal_path);
    free(session);
}

void session_hold(struct session *session)
{
    session->holders++;
}

void session_release(struct session *session)
{
    pthread_mutex_lock(&session->lock);
    bool last = --session->holders == 0;
    pthread_mutex_unlock(&session->lock);
    if (last)
        session_free(session);
}

bool session_start_worker(struct session *session, void *(*run)(void *), void *arg)
{
    if (!worker_thread_start(NULL, run, arg))
        return false;
    session->workers++;
    session_hold(session);
    return true;
}

void session_worker_done(struct session *session)
{
    pthread_mutex_lock(&session->lock);
    session->workers--;
    bool last = --session->holders == 0;
    session_wake(session);
    pthread_mutex_unlock(&session->lock);
    if (last)
        session_free(session);
}

void session_wake(struct session *session)
{
    pthread_cond_broadcast(&session->changed);
}

// Only a flood of changes of VMs is ever cut; the next sample shows what they came to.
void session_post(struct session *session, struct event *event)
{
    if (session->posted_count >= POSTED_MAX && event->kind == EVENT_VM) {
        event_unref(event);
        return;
    }
    struct posted *posted = memory_alloc(sizeof(*posted));
    posted->event = event;
    *session->posted_end = posted;
    session->posted_end = &posted->next;
    session->posted_count++;
    session_wake(session);
}

void session_notice(struct session *session, enum severity severity, const char *uuid,
                    const char *vm_name, const char *format, ...)
{
    struct event *event = event_create(EVENT_NOTICE, session->host_name);
    event->severity = severity;
    str_format(event->uuid, sizeof(event->uuid), "%s", uuid);
    str_format(event->vm_name, sizeof(event->vm_name), "%s", vm_name);
    va_list args;
    va_start(args, format);
    struct str text;
    str_init(&text);
    str_vprintf(&text, format, args);
    va_end(args);
    str_format(event->text, sizeof(event->text), "%s", text.text);
    str_finish(&text);
    session_post(session, event);
}

void session_earlier(uint64_t *wake_ns, uint64_t at_ns)
{
    if (at_ns < *wake_ns)
        *wake_ns = at_ns;
}

// Hands over everything that was posted; false when there was nothing. The lock is let go for the
// calls, so that a sink may call the session.
static bool deliver(struct session *session)
{
    struct posted *posted = session->first_posted;
    struct host_snapshot *snapshot = session->unsent;
    if (posted == NULL && snapshot == NULL)
        return false;
    session->first_posted = NULL;
    session->posted_end = &session->first_posted;
    session->posted_count = 0;
    session->unsent = NULL;
    pthread_mutex_unlock(&session->lock);
    while (posted != NULL) {
        struct posted *next = posted->next;
        session->sink.event(session->sink.context, posted->event);
        free(posted);
        posted = next;
    }
    if (snapshot != NULL)
        session->sink.snapshot(session->sink.context, snapshot);
    pthread_mutex_lock(&session->lock);
    return true;
}

static void wait_until(struct session *session, uint64_t wake_ns)
{
    if (wake_ns == UINT64_MAX) {
        pthread_cond_wait(&session->changed, &session->lock);
        return;
    }
    struct timespec deadline = clock_deadline(wake_ns);
    pthread_cond_clockwait(&session->changed, &session->lock, CLOCK_MONOTONIC, &deadline);
}

static void keep(struct session *session)
{
    while (!session->stopping) {
        consoles_end_orphans(session); // lets the lock go, so it comes before any decision
        uint64_t now_ns = clock_monotonic_ns(), wake_ns = UINT64_MAX;
        connection_step(session, now_ns, &wake_ns);
        sampler_step(session, now_ns, &wake_ns);
        jobs_step(session, now_ns, &wake_ns);
        if (!deliver(session))
            wait_until(session, wake_ns);
    }
}

// Whatever comes back soon is waited for and reported; the rest is left behind.
static void part(struct session *session)
{
    uint64_t end_ns = clock_monotonic_ns() + session->timing.farewell * NS_PER_MS;
    struct error why = {.kind = ERROR_NONE};
    error_set(&why, ERROR_CANCELLED, 0, "vmtui ended before it began");
    jobs_drop_queued(session, JOB_CANCELLED, &why);
    connection_retire(session);
    consoles_end_orphans(session);
    while (deliver(session) || (session->workers > 0 && clock_monotonic_ns() < end_ns))
        wait_until(session, session->workers > 0 ? end_ns : 0);
}

static void *keeper_main(void *arg)
{
    struct session *session = arg;
    session_report_unfinished(session);
    pthread_mutex_lock(&session->lock);
    keep(session);
    part(session);
    pthread_mutex_unlock(&session->lock);
    return NULL;
}

void session_start(struct session *session)
{
    if (!worker_thread_start(&session->keeper, keeper_main, session))
        memory_exhausted("threads");
    session->started = true;
}

void session_destroy(struct session *session)
{
    if (session == NULL)
        return;
    pthread_mutex_lock(&session->lock);
    session->stopping = true;
    session_wake(session);
    pthread_mutex_unlock(&session->lock);
    if (session->started)
        pthread_join(session->keeper, NULL);
    session_release(session);
}

void session_set_interest(struct session *session, const struct interest *interest)
{
    pthread_mutex_lock(&session->lock);
    const struct interest *old = &session->interest;
    bool more = strcmp(old->focus, interest->focus) != 0 || (interest->all && !old->all) ||
                interest->chart_window_s > old->chart_window_s;
    session->interest = *interest;
    if (more) {
        session->soon = true;
        session_wake(session);
    }
    pthread_mutex_unlock(&session->lock);
}

void session_set_tick(struct session *session, double tick_s)
{
    pthread_mutex_lock(&session->lock);
    session->tick_s = limited(tick_s, 0.5, 60);
    session_earlier(&session->next_sample_ns,
                    session->last_sample_ns + (uint64_t)(session->tick_s * 1e9));
    session_wake(session);
    pthread_mutex_unlock(&session->lock);
}

void session_sample_soon(struct session *session)
{
    pthread_mutex_lock(&session->lock);
    session->soon = true;
    session_wake(session);
    pthread_mutex_unlock(&session->lock);
}
