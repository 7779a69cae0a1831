// SPDX-License-Identifier: GPL-2.0-or-later
// Sessions put snapshots and events in from their threads; the engine's own thread takes them out,
// steps the hosts and publishes. What comes in faster than it can be shown is folded together:
// snapshots by their latest-wins slots, boards by a pause between two of them.
#include "monitor/engine.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/mailbox.h"
#include "core/memory.h"
#include "core/queue.h"
#include "core/wake_fd.h"
#include "monitor/event_entry.h"
#include "monitor/event_log.h"
#include "monitor/history.h"
#include "monitor/host_track.h"
#include "monitor/job_table.h"

#define BOARD_PAUSE_NS   (50 * NS_PER_MS) // at most 20 boards a second
#define EVENTS_AT_ONCE   256              // then snapshots get their turn
#define HOSTS_MAX        1024
#define WINDOW_DEFAULT_S 600

struct engine_host {
    struct mailbox *snapshots; // any thread
    struct host_track *track;  // engine's thread, like the rest
    struct connection_story story;
    char name[128]; // constant
};

struct engine {
    struct engine_settings settings;
    int wake_fd;
    atomic_bool stopping;
    bool running;
    pthread_t thread;
    struct queue *events;
    struct mailbox *interests;
    pthread_mutex_t lock;
    struct engine_host *hosts[HOSTS_MAX]; // entries below host_count never change
    size_t host_count;                    // under lock
    // All below: engine's thread.
    struct event_log *log;
    struct job_table jobs;
    char focus[VM_UUID_SIZE];
    unsigned window_s;
    uint64_t generation;
    bool dirty, urgent; // a board is due; without a pause
    uint64_t published_ns;
};

static void release_snapshot(void *value)
{
    host_snapshot_unref(value);
}

static void release_event(void *value)
{
    event_unref(value);
}

struct engine *engine_create(const struct engine_settings *settings)
{
    struct engine *engine = memory_alloc(sizeof(*engine));
    engine->settings = *settings;
    engine->settings.event_log_path = NULL; // the log has its own copy
    engine->wake_fd = wake_fd_open();
    engine->events = queue_create(0, release_event);
    engine->interests = mailbox_create(free);
    pthread_mutex_init(&engine->lock, NULL);
    engine->log = event_log_create(settings->event_log_path);
    engine->window_s = WINDOW_DEFAULT_S;
    return engine;
}

// --- hosts ---

static size_t count_hosts(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    size_t count = engine->host_count;
    pthread_mutex_unlock(&engine->lock);
    return count;
}

static struct engine_host *create_host(const char *name, double tick_s)
{
    struct engine_host *host = memory_alloc(sizeof(*host));
    host->snapshots = mailbox_create(release_snapshot);
    host->track = host_track_create(name, tick_s);
    memcpy(host->name, host_track_name(host->track), sizeof(host->name));
    return host;
}

static void destroy_host(struct engine_host *host)
{
    mailbox_destroy(host->snapshots);
    host_track_destroy(host->track);
    free(host);
}

// A host that nobody announced is taken in all the same; NULL only when there are far too many.
static struct engine_host *find_or_add_host(struct engine *engine, const char *name)
{
    struct engine_host *host = NULL;
    pthread_mutex_lock(&engine->lock);
    for (size_t i = 0; i < engine->host_count && host == NULL; i++)
        if (strncmp(engine->hosts[i]->name, name, sizeof(host->name) - 1) == 0)
            host = engine->hosts[i];
    if (host == NULL && engine->host_count < HOSTS_MAX)
        host = engine->hosts[engine->host_count++] = create_host(name, engine->settings.tick_s);
    pthread_mutex_unlock(&engine->lock);
    return host;
}

void engine_add_host(struct engine *engine, const char *name)
{
    find_or_add_host(engine, name);
}

// --- in, from any thread ---

void engine_put_snapshot(struct engine *engine, struct host_snapshot *snapshot)
{
    struct engine_host *host =
        find_or_add_host(engine, snapshot->name != NULL ? snapshot->name : "");
    if (host == NULL) {
        host_snapshot_unref(snapshot);
        return;
    }
    mailbox_put(host->snapshots, snapshot);
    wake_fd_raise(engine->wake_fd);
}

void engine_put_event(struct engine *engine, struct event *event)
{
    queue_put(engine->events, event);
    wake_fd_raise(engine->wake_fd);
}

void engine_set_interest(struct engine *engine, const struct interest *interest)
{
    struct interest *copy = memory_alloc(sizeof(*copy));
    *copy = *interest;
    mailbox_put(engine->interests, copy);
    wake_fd_raise(engine->wake_fd);
}

// --- taking in, engine's thread ---

// The window comes from a person's hand and the focus from the list: who scrolls waits for it.
static void take_interest(struct engine *engine)
{
    struct interest *interest = mailbox_take(engine->interests);
    if (interest == NULL)
        return;
    unsigned window_s = interest->chart_window_s != 0 ? interest->chart_window_s : WINDOW_DEFAULT_S;
    engine->dirty = true;
    if (window_s != engine->window_s || strcmp(engine->focus, interest->focus) != 0)
        engine->urgent = true;
    engine->window_s = window_s;
    memcpy(engine->focus, interest->focus, sizeof(engine->focus));
    engine->focus[sizeof(engine->focus) - 1] = '\0';
    free(interest);
}

static void take_snapshots(struct engine *engine)
{
    size_t count = count_hosts(engine);
    for (size_t i = 0; i < count; i++) {
        struct host_snapshot *snapshot = mailbox_take(engine->hosts[i]->snapshots);
        if (snapshot == NULL)
            continue;
        host_track_step(engine->hosts[i]->track, snapshot);
        engine->dirty = true;
    }
}

static void file_event(struct engine *engine, const struct event *event)
{
    struct connection_story nowhere = {0};
    struct connection_story *story = &nowhere;
    bool news = true;
    if (event->kind == EVENT_CONNECTION) {
        struct engine_host *host = find_or_add_host(engine, event->host);
        if (host != NULL) {
            host_track_set_connection(host->track, event);
            story = &host->story;
        }
    } else if (event->kind == EVENT_JOB) {
        news = job_table_put(&engine->jobs, &event->job);
    }
    struct log_entry entry;
    if (news && event_entry_make(event, story, &entry))
        event_log_add(engine->log, &entry);
    engine->dirty = true;
}

static void take_events(struct engine *engine)
{
    struct event *event;
    for (int i = 0; i < EVENTS_AT_ONCE && (event = queue_take(engine->events)) != NULL; i++) {
        file_event(engine, event);
        if (engine->settings.filed != NULL)
            engine->settings.filed(engine->settings.context, event);
        event_unref(event);
    }
    if (queue_length(engine->events) > 0)
        wake_fd_raise(engine->wake_fd);
}

// --- boards ---

static void show_jobs(struct engine *engine, struct board *board)
{
    board->jobs = job_table_list(&engine->jobs, &board->job_count);
    for (size_t i = 0; i < board->job_count && !job_state_is_final(board->jobs[i].state); i++)
        for (size_t host = 0; host < board->host_count; host++)
            board_host_mark_job(&board->hosts[host], &board->jobs[i]);
}

// Of the one in focus, and of its host; without a focus, of the first host.
static void show_charts(struct engine *engine, struct board *board)
{
    size_t home = 0;
    for (size_t i = 0; i < board->host_count && engine->focus[0] != '\0'; i++) {
        const struct host_track *track = engine->hosts[i]->track;
        if (host_track_has(track, engine->focus))
            home = i;
    }
    if (board->host_count == 0)
        return;
    const struct host_track *track = engine->hosts[home]->track;
    board->host_charts = host_track_charts(track, "", engine->window_s, board->built_ns);
    if (engine->focus[0] != '\0')
        board->focus = host_track_charts(track, engine->focus, engine->window_s, board->built_ns);
}

static struct board *build_board(struct engine *engine)
{
    struct board *board = board_create();
    board->generation = ++engine->generation;
    board->built_ns = clock_monotonic_ns();
    board->host_count = count_hosts(engine);
    board->hosts = memory_array(board->host_count, sizeof(*board->hosts));
    for (size_t i = 0; i < board->host_count; i++)
        host_track_show(engine->hosts[i]->track, &board->hosts[i]);
    show_jobs(engine, board);
    board->log_holder = event_log_tail(engine->log);
    board->log = board->log_holder->entries;
    board->log_count = board->log_holder->count;
    show_charts(engine, board);
    return board;
}

// Milliseconds until a board is due: 0 now, -1 when nothing changed.
static int pause_ms(const struct engine *engine)
{
    if (!engine->dirty)
        return -1;
    uint64_t since_ns = clock_monotonic_ns() - engine->published_ns;
    if (engine->urgent || engine->published_ns == 0 || since_ns >= BOARD_PAUSE_NS)
        return 0;
    return (int)((BOARD_PAUSE_NS - since_ns + NS_PER_MS - 1) / NS_PER_MS);
}

static void publish_when_due(struct engine *engine)
{
    if (pause_ms(engine) != 0)
        return;
    engine->dirty = engine->urgent = false;
    struct board *board = build_board(engine);
    engine->published_ns = board->built_ns;
    engine->settings.publish(engine->settings.context, board);
}

static void *run(void *argument)
{
    struct engine *engine = argument;
    engine->dirty = true; // hosts that are still connecting are shown at once
    while (!atomic_load(&engine->stopping)) {
        take_interest(engine);
        take_events(engine);
        take_snapshots(engine);
        publish_when_due(engine);
        struct pollfd wake = {.fd = engine->wake_fd, .events = POLLIN};
        if (poll(&wake, 1, pause_ms(engine)) > 0)
            wake_fd_lower(engine->wake_fd);
    }
    while (queue_length(engine->events) > 0) // jobs that ended last belong into the log
        take_events(engine);
    return NULL;
}

void engine_start(struct engine *engine)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); // the thread inherits it: signals are the UI's
    int failed = pthread_create(&engine->thread, NULL, run, engine);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0)
        memory_exhausted("threads");
    pthread_setname_np(engine->thread, "engine");
    engine->running = true;
}

void engine_destroy(struct engine *engine)
{
    if (engine == NULL)
        return;
    if (engine->running) {
        atomic_store(&engine->stopping, true);
        wake_fd_raise(engine->wake_fd);
        pthread_join(engine->thread, NULL);
    }
    for (size_t i = 0; i < engine->host_count; i++)
        destroy_host(engine->hosts[i]);
    job_table_finish(&engine->jobs);
    event_log_destroy(engine->log);
    mailbox_destroy(engine->interests);
    queue_destroy(engine->events);
    pthread_mutex_destroy(&engine->lock);
    close(engine->wake_fd);
    free(engine);
}
