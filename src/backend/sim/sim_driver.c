// SPDX-License-Identifier: GPL-2.0-or-later
// One connection to a simulated host, with the thread that tells its listener what happens there.
#include <stdlib.h>
#include <string.h>

#include "backend/driver.h"
#include "backend/sim/sim_world.h"
#include "backend/worker_thread.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

struct sim_driver {
    struct driver base;
    struct refcount refs; // the connection's, and one of each call under way
    struct sim_world *world;
    char *host_name;
    bool read_only;
    struct driver_listener listener;
    uint64_t drops_at_open;
    pthread_t teller;
    // Under the world's lock:
    bool closed;
    uint64_t told_events;
};

static struct sim_driver *driver_ref(struct driver *driver)
{
    struct sim_driver *sim = (struct sim_driver *)driver;
    refcount_ref(&sim->refs);
    return sim;
}

static void driver_unref(struct sim_driver *sim)
{
    if (!refcount_unref(&sim->refs))
        return;
    sim_world_release(sim->world);
    free(sim->host_name);
    free(sim);
}

static void tell_event(struct sim_driver *sim)
{
    struct sim_world *world = sim->world;
    if (world->event_count - sim->told_events > SIM_EVENTS_KEPT)
        sim->told_events = world->event_count - SIM_EVENTS_KEPT;
    struct sim_event event = world->events[sim->told_events++ % SIM_EVENTS_KEPT];
    sim_world_unlock(world);
    sim->listener.vm_changed(sim->listener.context, event.uuid, event.name, event.what);
    sim_world_lock(world);
}

static void tell_drop(struct sim_driver *sim)
{
    struct error why = {.kind = ERROR_NONE};
    error_set(&why, ERROR_OFFLINE, 0, "%s", sim->world->drop_why);
    sim_world_unlock(sim->world);
    sim->listener.connection_lost(sim->listener.context, &why);
    sim_world_lock(sim->world);
}

static void wait_for_something(struct sim_world *world)
{
    uint64_t pending_ns = sim_next_pending_ns(world), now_ns = sim_world_time(world);
    if (pending_ns <= now_ns)
        sim_advance(world);
    uint64_t wait_ms = 10 * MS_PER_SECOND;
    if (pending_ns > now_ns && (pending_ns - now_ns) / NS_PER_MS < wait_ms)
        wait_ms = (pending_ns - now_ns) / NS_PER_MS + 1;
    else if (pending_ns <= now_ns)
        wait_ms = 20; // a hung VM, whose shutdown waits for it
    sim_world_wait(world, wait_ms);
}

static void *tell(void *arg)
{
    struct sim_driver *sim = arg;
    struct sim_world *world = sim->world;
    bool told_drop = false;
    sim_world_lock(world);
    while (!sim->closed) {
        if (world->drops != sim->drops_at_open && !told_drop) {
            told_drop = true;
            tell_drop(sim);
        } else if (sim->told_events < world->event_count && !told_drop) {
            tell_event(sim);
        } else {
            wait_for_something(world);
        }
    }
    sim_world_unlock(world);
    return NULL;
}

static bool sim_accepts(const char *uri)
{
    return str_starts_with(uri, "sim:");
}

// Answers like a host: late, not at all, or no.
static bool knock(struct sim_world *world, struct error *err)
{
    world->open_attempts++;
    uint64_t until_ns = clock_monotonic_ns() + (uint64_t)world->settings.open_delay_ms * NS_PER_MS;
    while (clock_monotonic_ns() < until_ns || clock_monotonic_ns() < world->open_stall_until_ns ||
           sim_world_in_stall(world))
        sim_world_wait(world, 20);
    if (world->refuse_open)
        return error_set(err, ERROR_OFFLINE, 0, "the simulated host refuses connections");
    return true;
}

static struct sim_driver *connect_world(struct sim_world *world,
                                        const struct driver_settings *settings)
{
    struct sim_driver *sim = memory_alloc(sizeof(*sim));
    sim->base.ops = &sim_driver_ops;
    refcount_init(&sim->refs);
    sim->world = sim_world_ref(world);
    sim->host_name = memory_strdup(settings->host_name);
    sim->read_only = settings->read_only;
    sim->listener = settings->listener;
    sim->drops_at_open = world->drops;
    sim->told_events = world->event_count;
    return sim;
}

static struct driver *sim_open(const char *uri, const struct driver_settings *settings,
                               struct error *err)
{
    struct sim_world *world = sim_world_create(uri, err);
    if (world == NULL)
        return NULL;
    struct sim_driver *sim = NULL;
    sim_world_lock(world);
    if (knock(world, err)) {
        sim = connect_world(world, settings);
        if (worker_thread_start(&sim->teller, tell, sim)) {
            world->connections++;
        } else {
            driver_unref(sim); // not the last holder of the world
            sim = NULL;
            error_set(err, ERROR_FAILED, 0, "there are too many threads already");
        }
    }
    sim_world_unlock(world);
    sim_world_release(world);
    return sim != NULL ? &sim->base : NULL;
}

static bool wait_for_sample(struct sim_driver *sim, struct error *err)
{
    struct sim_world *world = sim->world;
    uint64_t until_ns = clock_monotonic_ns() + (uint64_t)world->settings.stall_ms * NS_PER_MS;
    for (;;) {
        if (world->drops != sim->drops_at_open)
            return error_set(err, ERROR_OFFLINE, 0, "%s", world->drop_why);
        uint64_t now_ns = clock_monotonic_ns();
        if (now_ns >= until_ns && now_ns >= world->sample_stall_until_ns &&
            !sim_world_in_stall(world))
            return true;
        sim_world_wait(world, 20);
    }
}

static struct host_snapshot *driver_sample(struct driver *driver, const struct interest *interest,
                                           struct error *err)
{
    struct sim_driver *sim = driver_ref(driver);
    uint64_t began_ns = clock_monotonic_ns();
    struct host_snapshot *snapshot = NULL;
    sim_world_lock(sim->world);
    sim->world->samples++;
    if (wait_for_sample(sim, err)) {
        snapshot = sim_sample(sim->world, interest, sim->host_name, sim->read_only);
        snapshot->sample_cost_ns = clock_monotonic_ns() - began_ns;
    }
    sim_world_unlock(sim->world);
    driver_unref(sim);
    return snapshot;
}

static bool driver_execute(struct driver *driver, const struct operation *operation,
                           struct operation_control *control, struct error *err)
{
    struct sim_driver *sim = driver_ref(driver);
    bool ok = sim_execute(sim->world, sim->drops_at_open, sim->read_only, operation, control, err);
    driver_unref(sim);
    return ok;
}

static struct console_stream *driver_console_open(struct driver *driver, const char *uuid,
                                                  bool force, const struct console_sink *sink,
                                                  struct error *err)
{
    struct sim_driver *sim = driver_ref(driver);
    struct console_stream *stream = sim_console_open(sim->world, uuid, force, sink, err);
    driver_unref(sim);
    return stream;
}

static void driver_close(struct driver *driver)
{
    struct sim_driver *sim = (struct sim_driver *)driver;
    sim_world_lock(sim->world);
    sim->closed = true;
    sim->world->connections--;
    pthread_cond_broadcast(&sim->world->changed);
    sim_world_unlock(sim->world);
    pthread_join(sim->teller, NULL);
    driver_unref(sim);
}

const struct driver_ops sim_driver_ops = {
    .accepts = sim_accepts,
    .open = sim_open,
    .sample = driver_sample,
    .execute = driver_execute,
    .console_open = driver_console_open,
    .close = driver_close,
};
