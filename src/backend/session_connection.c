// SPDX-License-Identifier: GPL-2.0-or-later
// Opening, losing and opening again. The connection's worker is also the one that samples: it opens
// the driver, then takes a sample whenever one is wanted, until the connection is retired.
#include <stdlib.h>

#include "backend/session_inner.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

// Each one is a thread and a connection that the hypervisor does not answer.
enum { LEFT_BEHIND_MOST = 8 };

void connection_set_state(struct session *session, enum connection_state state,
                          const struct error *why)
{
    session->state = state;
    struct event *event = event_create(EVENT_CONNECTION, session->host_name);
    event->connection = state;
    event->severity =
        state == CONNECTION_OFFLINE || state == CONNECTION_STALLED ? SEVERITY_WARN : SEVERITY_INFO;
    if (why != NULL) {
        event->error = *why;
        str_format(event->text, sizeof(event->text), "%s", why->text);
    }
    uint64_t now_ns = clock_monotonic_ns();
    if (state == CONNECTION_OFFLINE && session->next_try_ns > now_ns)
        event->next_try_wall_ms = clock_wall_ms() + (session->next_try_ns - now_ns) / NS_PER_MS;
    session_post(session, event);
}

static void heard_of_vm(void *context, const char *uuid, const char *name, const char *what)
{
    struct connection *connection = context;
    struct session *session = connection->session;
    struct event *event = event_create(EVENT_VM, session->host_name);
    if (uuid != NULL)
        str_format(event->uuid, sizeof(event->uuid), "%s", uuid);
    if (name != NULL)
        str_format(event->vm_name, sizeof(event->vm_name), "%s", name);
    str_format(event->text, sizeof(event->text), "%s", what != NULL ? what : "changed");
    pthread_mutex_lock(&session->lock);
    if (connection->retired) {
        event_unref(event);
    } else {
        session->soon = true;
        session_post(session, event);
        session_wake(session);
    }
    pthread_mutex_unlock(&session->lock);
}

static void heard_of_loss(void *context, const struct error *why)
{
    struct connection *connection = context;
    struct session *session = connection->session;
    pthread_mutex_lock(&session->lock);
    if (!connection->lost) {
        connection->lost = true;
        connection->error = *why;
        session_wake(session);
    }
    pthread_mutex_unlock(&session->lock);
}

static struct driver *open_driver(struct connection *connection, struct error *err)
{
    struct session *session = connection->session;
    struct driver_settings settings = {
        .host_name = session->host_name,
        .read_only = session->read_only,
        .embed_root = session->embed_root,
        .embed_qemu_user = session->embed_qemu_user,
        .tick_s = session->tick_s,
        .listener = {.context = connection,
                     .vm_changed = heard_of_vm,
                     .connection_lost = heard_of_loss},
    };
    pthread_mutex_unlock(&session->lock);
    struct driver *driver = session->driver->open(session->uri, &settings, err);
    pthread_mutex_lock(&session->lock);
    return driver;
}

static void take_sample(struct connection *connection)
{
    struct session *session = connection->session;
    // Nobody writes it while a sample is under way.
    const struct interest *interest = &connection->interest;
    struct error err = {.kind = ERROR_NONE};
    pthread_mutex_unlock(&session->lock);
    struct host_snapshot *snapshot =
        connection->driver->ops->sample(connection->driver, interest, &err);
    if (snapshot != NULL)
        host_snapshot_freeze(snapshot);
    pthread_mutex_lock(&session->lock);
    connection->work = CONNECTION_IDLES;
    if (connection->retired) {
        host_snapshot_unref(snapshot);
        return;
    }
    connection->snapshot = snapshot;
    connection->sample_ended = true;
    if (snapshot == NULL && !connection->lost)
        connection->error = err;
    session_wake(session);
}

static void work(struct connection *connection)
{
    struct session *session = connection->session;
    struct error err = {.kind = ERROR_NONE};
    connection->driver = open_driver(connection, &err);
    connection->work = CONNECTION_IDLES;
    connection->open_failed = connection->driver == NULL;
    if (connection->open_failed)
        connection->error = err;
    session_wake(session);
    while (!connection->retired) {
        if (connection->work == CONNECTION_SAMPLES)
            take_sample(connection);
        else
            pthread_cond_wait(&connection->wanted, &session->lock);
    }
}

static void *connection_main(void *arg)
{
    struct connection *connection = arg;
    struct session *session = connection->session;
    pthread_mutex_lock(&session->lock);
    work(connection);
    if (connection->left_behind)
        session->left_behind--;
    session_wake(session);
    pthread_mutex_unlock(&session->lock);
    connection_release(connection);
    session_worker_done(session);
    return NULL;
}

static bool start(struct session *session)
{
    struct connection *connection = memory_alloc(sizeof(*connection));
    connection->session = session;
    connection->users = 1; // its worker
    connection->work = CONNECTION_OPENS;
    connection->work_since_ns = clock_monotonic_ns();
    pthread_cond_init(&connection->wanted, NULL);
    if (!session_start_worker(session, connection_main, connection)) {
        pthread_cond_destroy(&connection->wanted);
        free(connection);
        return false;
    }
    session_hold(session);
    session->connection = connection;
    return true;
}

struct connection *connection_use(struct session *session)
{
    struct connection *connection = session->connection;
    if (connection == NULL || connection->driver == NULL || connection->lost)
        return NULL;
    connection->users++;
    return connection;
}

void connection_release(struct connection *connection)
{
    struct session *session = connection->session;
    pthread_mutex_lock(&session->lock);
    bool last = --connection->users == 0;
    pthread_mutex_unlock(&session->lock);
    if (!last)
        return;
    if (connection->driver != NULL)
        connection->driver->ops->close(connection->driver);
    host_snapshot_unref(connection->snapshot);
    pthread_cond_destroy(&connection->wanted);
    free(connection);
    session_release(session);
}

void connection_retire(struct session *session)
{
    struct connection *connection = session->connection;
    if (connection == NULL)
        return;
    session->connection = NULL;
    connection->retired = true;
    connection->retired_ns = clock_monotonic_ns();
    connection->left_behind = connection->work != CONNECTION_IDLES;
    if (connection->left_behind)
        session->left_behind++;
    pthread_cond_signal(&connection->wanted);
}

static uint64_t next_backoff_ms(struct session *session)
{
    const struct session_timing *timing = &session->timing;
    uint64_t ms = session->backoff_ms * 2;
    if (session->backoff_ms == 0)
        ms = timing->first_backoff;
    session->backoff_ms = ms < timing->longest_backoff ? ms : timing->longest_backoff;
    // Up to a fifth less or more, so that many vmtui do not come back in step. Clock noise will do.
    uint64_t spread = session->backoff_ms * 2 / 5 + 1;
    return session->backoff_ms - spread / 2 + clock_monotonic_ns() / 1000 % spread;
}

void connection_go_offline(struct session *session, const struct error *why)
{
    connection_retire(session);
    session->next_try_ns = clock_monotonic_ns() + next_backoff_ms(session) * NS_PER_MS;
    connection_set_state(session, CONNECTION_OFFLINE, why);
    struct error error = {.kind = ERROR_NONE};
    error_set(&error, ERROR_OFFLINE, 0, "%s is not connected: %s", session->host_name, why->text);
    jobs_drop_queued(session, JOB_FAILED, &error);
    session_wake(session);
}

static void try_to_open(struct session *session, uint64_t now_ns, uint64_t *wake_ns)
{
    if (now_ns < session->next_try_ns) {
        session_earlier(wake_ns, session->next_try_ns);
        return;
    }
    struct error why = {.kind = ERROR_NONE};
    if (session->left_behind >= LEFT_BEHIND_MOST) {
        error_set(&why, ERROR_TIMEOUT, 0, "%u calls have got no answer yet; waiting for them first",
                  session->left_behind);
        connection_go_offline(session, &why);
    } else if (start(session)) {
        connection_set_state(session, CONNECTION_CONNECTING, NULL);
        session_wake(session);
    } else {
        error_set(&why, ERROR_FAILED, 0, "there are too many threads already");
        connection_go_offline(session, &why);
    }
}

static void wait_for_open(struct session *session, uint64_t now_ns, uint64_t *wake_ns)
{
    const struct connection *connection = session->connection;
    uint64_t deadline_ns = connection->work_since_ns + session->timing.open_deadline * NS_PER_MS;
    if (now_ns < deadline_ns) {
        session_earlier(wake_ns, deadline_ns);
        return;
    }
    struct error why = {.kind = ERROR_NONE};
    error_set(&why, ERROR_TIMEOUT, 0, "connecting got no answer within %llu s",
              (unsigned long long)(session->timing.open_deadline / MS_PER_SECOND));
    connection_go_offline(session, &why);
}

void connection_step(struct session *session, uint64_t now_ns, uint64_t *wake_ns)
{
    struct connection *connection = session->connection;
    if (connection == NULL) {
        try_to_open(session, now_ns, wake_ns);
    } else if (connection->open_failed || connection->lost) {
        struct error why = connection->error;
        connection_go_offline(session, &why);
    } else if (connection->work == CONNECTION_OPENS) {
        wait_for_open(session, now_ns, wake_ns);
    } else if (session->state == CONNECTION_CONNECTING) {
        connection_set_state(session, CONNECTION_ONLINE, NULL);
        sampler_begin(session);
    }
}

void session_reconnect_now(struct session *session)
{
    pthread_mutex_lock(&session->lock);
    if (session->state == CONNECTION_STALLED)
        connection_retire(session);
    if (session->connection == NULL) {
        session->next_try_ns = 0;
        session->backoff_ms = 0;
    }
    session_wake(session);
    pthread_mutex_unlock(&session->lock);
}
