// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/sim/sim_connection.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static void count_change(void *context, const char *uuid, const char *name, const char *what)
{
    struct sim_connection *connection = context;
    ck_assert_ptr_nonnull(uuid);
    ck_assert_ptr_nonnull(name);
    ck_assert_ptr_nonnull(what);
    atomic_fetch_add(&connection->changes, 1);
}

static void count_loss(void *context, const struct error *why)
{
    struct sim_connection *connection = context;
    ck_assert_int_eq(why->kind, ERROR_OFFLINE);
    atomic_fetch_add(&connection->losses, 1);
}

void sim_connect(struct sim_connection *connection, const char *uri)
{
    struct error err = {.kind = ERROR_NONE};
    atomic_init(&connection->changes, 0);
    atomic_init(&connection->losses, 0);
    connection->world = sim_world_create(uri, &err);
    ck_assert_msg(connection->world != NULL, "%s", err.text);
    struct driver_settings settings = {
        .tick_s = 1,
        .listener = {connection, count_change, count_loss},
    };
    connection->driver = sim_driver_ops.open(uri, &settings, &err);
    ck_assert_msg(connection->driver != NULL, "%s", err.text);
}

void sim_disconnect(struct sim_connection *connection)
{
    connection->driver->ops->close(connection->driver);
    sim_world_release(connection->world);
    sim_worlds_forget();
}

struct host_snapshot *sim_take_sample(struct sim_connection *connection, const char *focus_name)
{
    struct interest interest = {.all = true};
    if (focus_name != NULL)
        ck_assert(sim_world_find(connection->world, focus_name, interest.focus));
    struct error err = {.kind = ERROR_NONE};
    struct host_snapshot *snapshot =
        connection->driver->ops->sample(connection->driver, &interest, &err);
    ck_assert_msg(snapshot != NULL, "%s", err.text);
    host_snapshot_freeze(snapshot);
    return snapshot;
}

const struct vm_sample *sim_named(const struct host_snapshot *snapshot, const char *name)
{
    for (size_t i = 0; i < snapshot->vm_count; i++) {
        if (strcmp(snapshot->vms[i].name, name) == 0)
            return &snapshot->vms[i];
    }
    ck_abort_msg("there is no VM %s", name);
    return NULL;
}

struct operation *sim_operation(struct sim_connection *connection, enum operation_kind kind,
                                const char *vm_name)
{
    struct operation *operation = operation_create(kind, NULL, "sim1");
    operation->vm_name = memory_strdup(vm_name);
    ck_assert(sim_world_find(connection->world, vm_name, operation->uuid));
    return operation;
}

struct error sim_run(struct sim_connection *connection, struct operation *operation)
{
    struct operation_control control = {0};
    struct error err = {.kind = ERROR_NONE};
    bool ok = connection->driver->ops->execute(connection->driver, operation, &control, &err);
    ck_assert(ok == (err.kind == ERROR_NONE));
    operation_destroy(operation);
    return err;
}
