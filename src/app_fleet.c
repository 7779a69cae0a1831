// SPDX-License-Identifier: GPL-2.0-or-later
#include "app_fleet.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "backend/driver.h"
#include "backend/libvirt/libvirt_choose.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/str.h"
#include "monitor/engine.h"

enum { HOSTS_MAX = 64 };

struct fleet {
    const struct config *config;
    bool read_only;
    double tick_s;
    char *journal_path;
    struct mailbox *boards;
    struct queue *events;
    atomic_bool retired; // nothing it still finds may reach the main thread
    struct engine *engine;
    struct session **sessions;
    size_t session_count;
};

static void put_snapshot(void *context, struct host_snapshot *snapshot)
{
    struct fleet *fleet = context;
    engine_put_snapshot(fleet->engine, snapshot);
}

static void put_event(void *context, struct event *event)
{
    struct fleet *fleet = context;
    engine_put_event(fleet->engine, event);
}

static void publish(void *context, struct board *board)
{
    struct fleet *fleet = context;
    if (atomic_load(&fleet->retired))
        board_unref(board);
    else
        mailbox_put(fleet->boards, board);
}

static void filed(void *context, const struct event *event)
{
    struct fleet *fleet = context;
    if (fleet->events != NULL && !atomic_load(&fleet->retired))
        queue_put(fleet->events, event_ref((struct event *)event));
}

// Hosts are told apart by their names, so that a command reaches the one that was meant: the
// system's and the user's hypervisor of one machine must not share one. Caller frees.
static char *free_name(struct fleet *fleet, const char *wanted)
{
    char *name = memory_strdup(wanted);
    for (unsigned number = 2; fleet_session(fleet, name) != NULL; number++) {
        free(name);
        name = memory_printf("%s-%u", wanted, number);
    }
    return name;
}

// Which hypervisor to open when nobody named one. To ask a daemon may take seconds, so the
// session's worker does it; once only, because a daemon that goes away must not become another
// host.
static struct driver *open_chosen(const char *uri, const struct driver_settings *settings,
                                  struct error *err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char *chosen; // under lock; for the life of the process
    (void)uri;
    pthread_mutex_lock(&lock);
    if (chosen == NULL) {
        struct str why;
        str_init(&why);
        chosen = libvirt_choose_uri(settings->embed_root, &why);
        log_info("chose %s: %s", chosen, why.text);
        str_finish(&why);
    }
    pthread_mutex_unlock(&lock);
    return driver_for_uri(chosen)->open(chosen, settings, err);
}

static const struct driver_ops chosen_driver_ops = {.open = open_chosen};

static void add_session(struct fleet *fleet, const char *uri, const char *name,
                        const struct driver_ops *driver)
{
    struct session_settings settings = {
        .uri = uri,
        .driver = driver,
        .host_name = name,
        .read_only = fleet->read_only,
        .tick_s = fleet->tick_s,
        .executors = fleet->config->executors,
        .command_timeout_s = fleet->config->command_timeout_s,
        .embed_root = fleet->config->embed_root,
        .embed_qemu_user = fleet->config->embed_qemu_user,
        .journal_path = fleet->journal_path,
        .scrollback_lines = fleet->config->scrollback_lines,
        .sink = {.context = fleet, .snapshot = put_snapshot, .event = put_event},
    };
    if (fleet->session_count >= HOSTS_MAX)
        return;
    struct session *session = session_create(&settings);
    AUTO_FREE char *own_name = free_name(fleet, session_host_name(session));
    if (strcmp(own_name, session_host_name(session)) != 0) {
        session_destroy(session);
        settings.host_name = own_name;
        session = session_create(&settings);
    }
    fleet->sessions =
        memory_resize(fleet->sessions, fleet->session_count + 1, sizeof(*fleet->sessions));
    fleet->sessions[fleet->session_count++] = session;
    engine_add_host(fleet->engine, session_host_name(session));
}

// One simulated URI can stand for several hosts ("sim:///?hosts=3"); each becomes a session.
static void add_simulated(struct fleet *fleet, const char *uri)
{
    const char *hosts = strstr(uri, "hosts=");
    unsigned long count = hosts != NULL ? strtoul(hosts + strlen("hosts="), NULL, 10) : 1;
    if (count <= 1 || count > HOSTS_MAX) {
        add_session(fleet, uri, NULL, NULL); // the driver refuses a bad number with a sentence
        return;
    }
    for (unsigned long i = 0; i < count; i++) {
        AUTO_FREE char *one = memory_printf("%s&host=%lu", uri, i + 1);
        AUTO_FREE char *name = memory_printf("sim%lu", i + 1);
        add_session(fleet, one, name, NULL);
    }
}

static void add_uri(struct fleet *fleet, const char *uri)
{
    if (str_starts_with(uri, "sim:"))
        add_simulated(fleet, uri);
    else
        add_session(fleet, uri, NULL, NULL);
}

static void add_hosts(struct fleet *fleet, const struct fleet_settings *settings)
{
    for (size_t i = 0; i < settings->uri_count; i++)
        add_uri(fleet, settings->uris[i]);
    if (fleet->session_count > 0)
        return;
    if (fleet->config->connect[0] != '\0') {
        add_uri(fleet, fleet->config->connect);
        return;
    }
    const char *wish = getenv("LIBVIRT_DEFAULT_URI");
    if (wish != NULL && wish[0] != '\0')
        add_uri(fleet, wish);
    else
        add_session(fleet, "qemu:///", NULL, &chosen_driver_ops); // all choices are on this machine
}

struct fleet *fleet_create(const struct fleet_settings *settings)
{
    struct fleet *fleet = memory_alloc(sizeof(*fleet));
    fleet->config = settings->config;
    fleet->read_only = settings->read_only;
    fleet->tick_s = settings->tick_s;
    fleet->journal_path = memory_strdup(settings->journal_path);
    fleet->boards = settings->boards;
    fleet->events = settings->events;
    struct engine_settings engine = {
        .event_log_path = settings->event_log_path,
        .tick_s = settings->tick_s,
        .context = fleet,
        .publish = publish,
        .filed = filed,
    };
    fleet->engine = engine_create(&engine);
    add_hosts(fleet, settings);
    return fleet;
}

void fleet_start(struct fleet *fleet)
{
    engine_start(fleet->engine);
    for (size_t i = 0; i < fleet->session_count; i++)
        session_start(fleet->sessions[i]);
}

// Sessions go first: they push into the engine until they are gone.
void fleet_destroy(struct fleet *fleet)
{
    if (fleet == NULL)
        return;
    atomic_store(&fleet->retired, true);
    for (size_t i = 0; i < fleet->session_count; i++)
        session_destroy(fleet->sessions[i]);
    engine_destroy(fleet->engine);
    free(fleet->sessions);
    free(fleet->journal_path);
    free(fleet);
}

static void *destroy_on_thread(void *fleet)
{
    fleet_destroy(fleet);
    return NULL;
}

void fleet_retire(struct fleet *fleet)
{
    pthread_t thread;
    if (fleet == NULL)
        return;
    atomic_store(&fleet->retired, true);
    if (pthread_create(&thread, NULL, destroy_on_thread, fleet) == 0)
        pthread_detach(thread);
    else
        fleet_destroy(fleet);
}

struct session *fleet_session(struct fleet *fleet, const char *host)
{
    for (size_t i = 0; i < fleet->session_count; i++)
        if (strcmp(session_host_name(fleet->sessions[i]), host) == 0)
            return fleet->sessions[i];
    return NULL;
}

uint64_t fleet_submit(struct fleet *fleet, struct operation *operation)
{
    struct session *session = fleet_session(fleet, operation->host);
    if (session == NULL) {
        operation_destroy(operation);
        return 0;
    }
    return session_submit(session, operation);
}

bool fleet_cancel_job(struct fleet *fleet, uint64_t job_id)
{
    for (size_t i = 0; i < fleet->session_count; i++)
        if (session_cancel(fleet->sessions[i], job_id))
            return true;
    return false;
}

void fleet_set_interest(struct fleet *fleet, const struct interest *interest)
{
    for (size_t i = 0; i < fleet->session_count; i++)
        session_set_interest(fleet->sessions[i], interest);
    engine_set_interest(fleet->engine, interest);
}

void fleet_set_tick(struct fleet *fleet, double tick_s)
{
    for (size_t i = 0; i < fleet->session_count; i++)
        session_set_tick(fleet->sessions[i], tick_s);
}

void fleet_sample_soon(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->session_count; i++)
        session_sample_soon(fleet->sessions[i]);
}
