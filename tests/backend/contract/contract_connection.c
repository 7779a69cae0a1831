// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/contract/contract_connection.h"

#include <stdatomic.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"

const struct contract_fixture *contract;

static struct driver *driver;
static atomic_uint changes;
static char vm_uuid[VM_UUID_SIZE];
static uint64_t capabilities;

static void hear_change(void *context, const char *uuid, const char *name, const char *what)
{
    (void)context, (void)uuid, (void)name, (void)what;
    atomic_fetch_add(&changes, 1);
}

static void hear_loss(void *context, const struct error *why)
{
    (void)context, (void)why;
}

static void learn_vm(void)
{
    struct host_snapshot *snapshot = contract_sample(false);
    capabilities = snapshot->capabilities;
    vm_uuid[0] = '\0';
    for (size_t i = 0; i < snapshot->vm_count; i++) {
        if (strcmp(snapshot->vms[i].name, contract->running_vm) == 0)
            memcpy(vm_uuid, snapshot->vms[i].uuid, sizeof(vm_uuid));
    }
    host_snapshot_unref(snapshot);
    ck_assert_str_ne(vm_uuid, "");
}

void contract_open(void)
{
    atomic_store(&changes, 0);
    struct driver_settings settings = {
        .embed_root = contract->embed_root,
        .embed_qemu_user = contract->embed_qemu_user,
        .tick_s = 1,
        .listener = {.vm_changed = hear_change, .connection_lost = hear_loss},
    };
    struct error err = {.kind = ERROR_NONE};
    driver = contract->driver->open(contract->uri, &settings, &err);
    ck_assert_msg(driver != NULL, "%s", err.text);
    if (contract->prepare != NULL)
        contract->prepare();
    learn_vm();
}

void contract_close(void)
{
    if (contract->clean != NULL)
        contract->clean();
    driver->ops->close(driver);
}

struct driver *contract_driver(void)
{
    return driver;
}

unsigned contract_changes(void)
{
    return atomic_load(&changes);
}

bool contract_can(enum host_capability capability)
{
    return (capabilities >> capability & 1) != 0;
}

enum host_capability contract_needs(enum operation_kind kind)
{
    switch (kind) {
    case OPERATION_RESET:
        return HOST_CAN_RESET;
    case OPERATION_PAUSE:
    case OPERATION_RESUME:
        return HOST_CAN_PAUSE;
    case OPERATION_SAVE:
    case OPERATION_RESTORE:
        return HOST_CAN_SAVE;
    case OPERATION_AUTOSTART:
        return HOST_CAN_AUTOSTART;
    case OPERATION_RENAME:
        return HOST_CAN_RENAME;
    case OPERATION_DELETE:
        return HOST_CAN_UNDEFINE;
    case OPERATION_SNAPSHOT_CREATE:
    case OPERATION_SNAPSHOT_REVERT:
    case OPERATION_SNAPSHOT_DELETE:
        return HOST_CAN_SNAPSHOT;
    case OPERATION_SET_BALLOON:
        return HOST_CAN_BALLOON;
    case OPERATION_DISK_GROW:
        return HOST_CAN_DISK_GROW;
    default:
        return HOST_CAN_CHANGE;
    }
}

struct host_snapshot *contract_sample(bool with_focus)
{
    struct interest *interest = memory_alloc(sizeof(*interest));
    interest->all = true;
    if (with_focus)
        memcpy(interest->focus, vm_uuid, sizeof(vm_uuid));
    struct error err = {.kind = ERROR_NONE};
    struct host_snapshot *snapshot = driver->ops->sample(driver, interest, &err);
    memory_auto_free(&interest);
    ck_assert_msg(snapshot != NULL, "%s", err.text);
    host_snapshot_freeze(snapshot);
    return snapshot;
}

const struct vm_sample *contract_vm(const struct host_snapshot *snapshot)
{
    return host_snapshot_find(snapshot, vm_uuid);
}

struct operation *contract_operation(enum operation_kind kind)
{
    struct operation *operation = operation_create(kind, NULL, "contract");
    memcpy(operation->uuid, vm_uuid, sizeof(vm_uuid));
    operation->vm_name = memory_strdup(contract->running_vm);
    return operation;
}

struct error contract_run(struct operation *operation)
{
    struct operation_control control = {0};
    struct error err = {.kind = ERROR_NONE};
    bool ok = driver->ops->execute(driver, operation, &control, &err);
    if (ok)
        ck_assert_msg(err.kind == ERROR_NONE, "%s succeeded, and complained: %s",
                      operation_kind_name(operation->kind), err.text);
    else
        ck_assert_msg(err.kind != ERROR_NONE && err.text[0] != '\0', "%s failed without a word",
                      operation_kind_name(operation->kind));
    operation_destroy(operation);
    return err;
}

struct error contract_do(enum operation_kind kind, unsigned flags)
{
    struct operation *operation = contract_operation(kind);
    operation->flags = flags;
    return contract_run(operation);
}

void contract_must(struct operation *operation)
{
    const char *what = operation_kind_name(operation->kind);
    struct error err = contract_run(operation);
    ck_assert_msg(err.kind == ERROR_NONE, "%s: %s: %s", what, error_kind_name(err.kind), err.text);
}

void contract_must_do(enum operation_kind kind, unsigned flags)
{
    struct operation *operation = contract_operation(kind);
    operation->flags = flags;
    contract_must(operation);
}

void contract_wait(const char *what, bool (*matches)(const struct vm_sample *vm))
{
    uint64_t end_ns = clock_monotonic_ns() + contract->deadline_ms * NS_PER_MS;
    for (;;) {
        struct host_snapshot *snapshot = contract_sample(true);
        bool seen = matches(contract_vm(snapshot));
        host_snapshot_unref(snapshot);
        if (seen)
            return;
        ck_assert_msg(clock_monotonic_ns() < end_ns, "not seen in any sample: %s", what);
        clock_sleep_ms(50);
    }
}

static enum vm_state wanted_state;

static bool has_wanted_state(const struct vm_sample *vm)
{
    return vm != NULL && vm->state == wanted_state;
}

void contract_wait_state(enum vm_state state)
{
    wanted_state = state;
    contract_wait(vm_state_name(state), has_wanted_state);
}

void contract_refused_or_done(struct error err, const char *what)
{
    ck_assert_msg(err.kind == ERROR_NONE || err.kind == ERROR_INVALID ||
                      err.kind == ERROR_NOT_FOUND || err.kind == ERROR_EXISTS ||
                      err.kind == ERROR_UNSUPPORTED ||
                      (contract->refuses_vaguely && err.kind == ERROR_FAILED),
                  "%s: %s: %s", what, error_kind_name(err.kind), err.text);
}
