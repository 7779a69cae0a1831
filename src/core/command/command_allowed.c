// SPDX-License-Identifier: GPL-2.0-or-later
// Why a command makes no sense for a VM in its present state, in words that name the next step.
#include "core/command/command.h"

static bool wants_off(const struct command_spec *spec)
{
    return (spec->states & 1u << VM_STATE_SHUT_OFF) != 0;
}

static const char *hint_when_awake(const struct command_spec *spec)
{
    switch (spec->operation) {
    case OPERATION_START:
    case OPERATION_RESTORE:
        return "is running already";
    case OPERATION_RESUME:
        return "is running: there is nothing to resume";
    default:
        return "is running: shut it down first";
    }
}

static const char *hint_when_paused(const struct command_spec *spec)
{
    switch (spec->operation) {
    case OPERATION_START:
    case OPERATION_RESTORE:
        return "is paused: resume it instead";
    case OPERATION_PAUSE:
        return "is paused already";
    default:
        return wants_off(spec) ? "is paused: resume it and shut it down first"
                               : "is paused: resume it first";
    }
}

static const char *state_hint(const struct command_spec *spec, enum vm_state state)
{
    switch (state) {
    case VM_STATE_RUNNING:
    case VM_STATE_IDLE:
        return hint_when_awake(spec);
    case VM_STATE_PAUSED:
        return hint_when_paused(spec);
    case VM_STATE_SHUTTING_DOWN:
        return "is shutting down: wait until it is off";
    case VM_STATE_SUSPENDED:
        return "sleeps, suspended by its guest: wake it up first";
    case VM_STATE_CRASHED:
        return "has crashed: force it off and start it first";
    default:
        if (spec->operation == OPERATION_FORCE_OFF)
            return "is shut off already";
        if (spec->operation == OPERATION_SHUTDOWN)
            return "is shut off already";
        return "is shut off: start it first";
    }
}

static bool state_fits(const struct command_spec *spec, const struct vm_sample *vm,
                       struct error *err)
{
    if (spec->states == 0 || vm->state == VM_STATE_UNKNOWN || (spec->states >> vm->state & 1) != 0)
        return true;
    // What is known of a hung VM is old, and its power can be cut in any state.
    if (vm->hung && spec->operation == OPERATION_FORCE_OFF)
        return true;
    return error_set(err, ERROR_INVALID, 0, "%s %s", vm->name, state_hint(spec, vm->state));
}

static bool is_transient(const struct vm_sample *vm)
{
    return (vm->valid & VM_HAS_PERSISTENT) != 0 && !vm->persistent;
}

static bool rest_fits(const struct command_spec *spec, const struct vm_sample *vm,
                      struct error *err)
{
    bool console = spec->operation < 0 && spec->needs == HOST_CAN_CONSOLE;
    if (console && vm->definition != NULL && !vm->definition->has_serial_console)
        return error_set(err, ERROR_UNSUPPORTED, 0, "%s has no serial console", vm->name);
    switch (spec->operation) {
    case OPERATION_RESTORE:
        if ((vm->valid & VM_HAS_MANAGED_SAVE) != 0 && !vm->has_managed_save)
            return error_set(err, ERROR_INVALID, 0,
                             "%s was not suspended to disk: there is nothing to restore", vm->name);
        return true;
    case OPERATION_SAVE:
    case OPERATION_AUTOSTART:
        if (is_transient(vm))
            return error_set(err, ERROR_UNSUPPORTED, 0,
                             "%s is transient: its definition is gone once it is off", vm->name);
        return true;
    case OPERATION_SNAPSHOT_REVERT:
    case OPERATION_SNAPSHOT_DELETE:
        if ((vm->valid & VM_HAS_SNAPSHOT_COUNT) != 0 && vm->snapshot_count == 0)
            return error_set(err, ERROR_NOT_FOUND, 0, "%s has no snapshots", vm->name);
        return true;
    default:
        return true;
    }
}

bool command_allowed(const struct command_spec *spec, const struct host_snapshot *host,
                     const struct vm_sample *vm, struct error *err)
{
    bool changes = (spec->flags & COMMAND_CHANGES) != 0;
    if (changes && host == NULL)
        return error_set(err, ERROR_OFFLINE, 0, "the host is not connected");
    if (changes && !host_snapshot_can(host, HOST_CAN_CHANGE))
        return error_set(err, ERROR_DENIED, 0, "read-only connection: nothing can be changed");
    if (host != NULL && spec->needs >= 0 &&
        !host_snapshot_can(host, (enum host_capability)spec->needs))
        return error_set(err, ERROR_UNSUPPORTED, 0, "this hypervisor does not support %s",
                         host_capability_text((enum host_capability)spec->needs));
    if (spec->target == COMMAND_TARGET_NONE)
        return true;
    if (vm == NULL && spec->target == COMMAND_TARGET_ANY_VMS)
        return true;
    if (vm == NULL)
        return error_set(err, ERROR_INVALID, 0, "no VM is selected");
    return state_fits(spec, vm, err) && rest_fits(spec, vm, err);
}
