// SPDX-License-Identifier: GPL-2.0-or-later
// When to sample, and what to think of a sample that does not come back.
#include <string.h>

#include "backend/session_inner.h"
#include "core/clock.h"

enum { FAILED_SAMPLES_MOST = 5 };

#define COST_PART      4 // a sample may cost a quarter of the tick
#define TICK_LONGEST_S 60.0

double sampler_tick_s(const struct session *session)
{
    double needed_s = (double)session->cost_ns / 1e9 * COST_PART;
    if (needed_s <= session->tick_s)
        return session->tick_s;
    return needed_s < TICK_LONGEST_S ? needed_s : TICK_LONGEST_S;
}

static uint64_t tick_ns(const struct session *session)
{
    return (uint64_t)(sampler_tick_s(session) * 1e9);
}

static uint64_t stall_deadline_ns(const struct session *session)
{
    return (uint64_t)(session->tick_s * 3e9) + session->timing.stall_slack * NS_PER_MS;
}

void sampler_begin(struct session *session)
{
    session->next_sample_ns = 0;
    session->failed_samples = 0;
    session->cost_ns = session->last_cost_ns = 0;
    session->soon = true;
    session_wake(session);
}

bool sampler_knows_hung(const struct session *session, const char *uuid)
{
    if (session->latest == NULL)
        return false;
    const struct vm_sample *vm = host_snapshot_find(session->latest, uuid);
    return vm != NULL && vm->hung;
}

static void became_well(struct session *session)
{
    session->failed_samples = 0;
    session->backoff_ms = 0;
    if (session->state == CONNECTION_STALLED)
        connection_set_state(session, CONNECTION_ONLINE, NULL);
}

// One slow sample says little about the next, a stalled one nothing: the cost is what two samples
// in a row have taken.
static void learn_cost(struct session *session, uint64_t cost_ns)
{
    if (cost_ns > stall_deadline_ns(session))
        return;
    session->cost_ns = cost_ns < session->last_cost_ns ? cost_ns : session->last_cost_ns;
    session->last_cost_ns = cost_ns;
}

static void take_snapshot(struct session *session, struct connection *connection)
{
    struct host_snapshot *snapshot = connection->snapshot;
    connection->snapshot = NULL;
    snapshot->tick_s = sampler_tick_s(session);
    host_snapshot_unref(session->latest);
    session->latest = host_snapshot_ref(snapshot);
    host_snapshot_unref(session->unsent);
    session->unsent = snapshot;
    became_well(session);
}

// Connected, but without figures: shown as stalled until one comes, opened anew when none does.
static void take_failure(struct session *session, const struct connection *connection)
{
    struct error why = connection->error;
    if (why.kind == ERROR_OFFLINE || ++session->failed_samples >= FAILED_SAMPLES_MOST)
        connection_go_offline(session, &why);
    else if (session->state != CONNECTION_STALLED)
        connection_set_state(session, CONNECTION_STALLED, &why);
}

static void take_result(struct session *session, struct connection *connection, uint64_t now_ns)
{
    connection->sample_ended = false;
    learn_cost(session, now_ns - connection->work_since_ns);
    if (connection->snapshot != NULL)
        take_snapshot(session, connection);
    else
        take_failure(session, connection);
}

static void watch(struct session *session, const struct connection *connection, uint64_t now_ns,
                  uint64_t *wake_ns)
{
    uint64_t stalled_ns = connection->work_since_ns + stall_deadline_ns(session);
    uint64_t give_up_ns = stalled_ns + session->timing.stall_give_up * NS_PER_MS;
    struct error why = {.kind = ERROR_NONE};
    error_set(&why, ERROR_TIMEOUT, 0, "no figures for %llu s",
              (unsigned long long)((now_ns - connection->work_since_ns) / NS_PER_SECOND));
    if (now_ns >= give_up_ns) {
        connection_go_offline(session, &why);
        return;
    }
    if (now_ns >= stalled_ns && session->state == CONNECTION_ONLINE)
        connection_set_state(session, CONNECTION_STALLED, &why);
    session_earlier(wake_ns, now_ns >= stalled_ns ? give_up_ns : stalled_ns);
}

static uint64_t due_ns(const struct session *session)
{
    uint64_t due = session->next_sample_ns;
    if (session->soon) {
        // Asking for samples again and again must not cost more than half of the time.
        uint64_t spacing_ns = session->timing.soon_spacing * NS_PER_MS;
        if (spacing_ns < 2 * session->cost_ns)
            spacing_ns = 2 * session->cost_ns;
        session_earlier(&due, session->last_sample_ns + spacing_ns);
    }
    return due;
}

static void begin_sample(struct session *session, struct connection *connection, uint64_t now_ns)
{
    // The grid is kept, so that the tick does not drift, but for samples that somebody asked for
    // and for ticks that were missed.
    bool on_grid = !session->soon && now_ns >= session->next_sample_ns &&
                   now_ns - session->next_sample_ns < tick_ns(session) / 2;
    uint64_t base_ns = on_grid ? session->next_sample_ns : now_ns;
    session->next_sample_ns = base_ns + tick_ns(session);
    session->last_sample_ns = now_ns;
    session->soon = false;
    connection->interest = session->interest;
    connection->work = CONNECTION_SAMPLES;
    connection->work_since_ns = now_ns;
    pthread_cond_signal(&connection->wanted);
}

void sampler_step(struct session *session, uint64_t now_ns, uint64_t *wake_ns)
{
    struct connection *connection = session->connection;
    if (connection == NULL || connection->driver == NULL)
        return;
    if (connection->work == CONNECTION_SAMPLES) {
        watch(session, connection, now_ns, wake_ns);
        return;
    }
    if (connection->sample_ended) {
        take_result(session, connection, now_ns);
        if (session->connection != connection)
            return;
        uint64_t stretched_ns = session->last_sample_ns + tick_ns(session);
        if (session->next_sample_ns < stretched_ns)
            session->next_sample_ns = stretched_ns;
    }
    uint64_t due = due_ns(session);
    if (now_ns < due) {
        session_earlier(wake_ns, due);
        return;
    }
    begin_sample(session, connection, now_ns);
    watch(session, connection, now_ns, wake_ns);
}
