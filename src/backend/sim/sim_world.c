// SPDX-License-Identifier: GPL-2.0-or-later
// The world's life, its clock and its scripts. The table of worlds holds each of them once, so that
// what a person did is still there after a reconnect.
#include "backend/sim/sim_world.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sim_world *table; // under table_lock

static struct sim_world *world_make(const char *uri, const struct sim_settings *settings)
{
    struct sim_world *world = memory_alloc(sizeof(*world));
    refcount_init(&world->refs);
    world->uri = memory_strdup(uri);
    world->settings = *settings;
    world->origin_ns = clock_monotonic_ns();
    world->origin_wall_ms = clock_wall_ms();
    world->refuse_open = settings->refuse;
    pthread_mutex_init(&world->lock, NULL);
    pthread_cond_init(&world->changed, NULL);
    sim_populate(world);
    return world;
}

static void world_free(struct sim_world *world)
{
    for (size_t i = 0; i < world->vm_count; i++)
        sim_vm_destroy(world->vms[i]);
    free(world->vms);
    pthread_cond_destroy(&world->changed);
    pthread_mutex_destroy(&world->lock);
    free(world->uri);
    free(world);
}

struct sim_world *sim_world_ref(struct sim_world *world)
{
    refcount_ref(&world->refs);
    return world;
}

void sim_world_release(struct sim_world *world)
{
    if (world != NULL && refcount_unref(&world->refs))
        world_free(world);
}

struct sim_world *sim_world_create(const char *uri, struct error *err)
{
    struct sim_settings settings;
    if (!sim_settings_parse(uri, &settings, err))
        return NULL;
    pthread_mutex_lock(&table_lock);
    struct sim_world *world = table;
    while (world != NULL && strcmp(world->uri, uri) != 0)
        world = world->next;
    if (world == NULL) {
        world = world_make(uri, &settings);
        world->next = table;
        table = world;
    }
    sim_world_ref(world);
    pthread_mutex_unlock(&table_lock);
    return world;
}

void sim_worlds_forget(void)
{
    pthread_mutex_lock(&table_lock);
    struct sim_world *world = table;
    table = NULL;
    pthread_mutex_unlock(&table_lock);
    while (world != NULL) {
        struct sim_world *next = world->next;
        sim_world_release(world);
        world = next;
    }
}

void sim_world_lock(struct sim_world *world)
{
    pthread_mutex_lock(&world->lock);
}

void sim_world_unlock(struct sim_world *world)
{
    pthread_mutex_unlock(&world->lock);
}

uint64_t sim_world_time(const struct sim_world *world)
{
    return world->manual_clock ? world->manual_ns : clock_monotonic_ns() - world->origin_ns;
}

void sim_world_wait(struct sim_world *world, uint64_t ms)
{
    struct timespec deadline = clock_deadline(clock_monotonic_ns() + ms * NS_PER_MS);
    pthread_cond_clockwait(&world->changed, &world->lock, CLOCK_MONOTONIC, &deadline);
}

void sim_world_advance(struct sim_world *world, uint64_t ns)
{
    sim_world_lock(world);
    if (!world->manual_clock) {
        world->manual_ns = world->now_ns;
        world->manual_clock = true;
    }
    world->manual_ns += ns;
    sim_advance(world);
    pthread_cond_broadcast(&world->changed);
    sim_world_unlock(world);
}

struct sim_vm *sim_world_vm(struct sim_world *world, const char *uuid)
{
    for (size_t i = 0; i < world->vm_count; i++) {
        if (strcmp(world->vms[i]->uuid, uuid) == 0)
            return world->vms[i];
    }
    return NULL;
}

struct sim_vm *sim_world_vm_named(struct sim_world *world, const char *name)
{
    for (size_t i = 0; i < world->vm_count; i++) {
        if (strcmp(world->vms[i]->name, name) == 0)
            return world->vms[i];
    }
    return NULL;
}

void sim_world_post(struct sim_world *world, const struct sim_vm *vm, const char *what)
{
    struct sim_event *event = &world->events[world->event_count % SIM_EVENTS_KEPT];
    memcpy(event->uuid, vm->uuid, sizeof(event->uuid));
    str_format(event->name, sizeof(event->name), "%s", vm->name);
    str_format(event->what, sizeof(event->what), "%s", what);
    world->event_count++;
    pthread_cond_broadcast(&world->changed);
}

void sim_world_remove(struct sim_world *world, struct sim_vm *vm)
{
    for (size_t i = 0; i < world->vm_count; i++) {
        if (world->vms[i] != vm)
            continue;
        memmove(&world->vms[i], &world->vms[i + 1],
                (world->vm_count - i - 1) * sizeof(struct sim_vm *));
        world->vm_count--;
        break;
    }
    sim_vm_destroy(vm);
}

uint64_t sim_random(struct sim_world *world, uint64_t limit)
{
    return limit == 0 ? 0 : sim_hash(world->settings.seed, ~UINT64_C(0), world->draws++) % limit;
}

bool sim_world_in_stall(const struct sim_world *world)
{
    uint64_t age_ns = clock_monotonic_ns() - world->origin_ns;
    uint64_t from_ns = world->settings.stall_at_s * NS_PER_SECOND;
    return age_ns >= from_ns && age_ns < from_ns + world->settings.stall_for_s * NS_PER_SECOND;
}

size_t sim_world_vm_count(struct sim_world *world)
{
    sim_world_lock(world);
    size_t count = world->vm_count;
    sim_world_unlock(world);
    return count;
}

bool sim_world_find(struct sim_world *world, const char *name, char *uuid)
{
    sim_world_lock(world);
    const struct sim_vm *vm = sim_world_vm_named(world, name);
    if (vm != NULL)
        memcpy(uuid, vm->uuid, VM_UUID_SIZE);
    sim_world_unlock(world);
    return vm != NULL;
}

static unsigned read_counter(struct sim_world *world, const unsigned *counter)
{
    sim_world_lock(world);
    unsigned value = *counter;
    sim_world_unlock(world);
    return value;
}

unsigned sim_world_open_attempts(struct sim_world *world)
{
    return read_counter(world, &world->open_attempts);
}

unsigned sim_world_samples(struct sim_world *world)
{
    return read_counter(world, &world->samples);
}

unsigned sim_world_connections(struct sim_world *world)
{
    return read_counter(world, &world->connections);
}
