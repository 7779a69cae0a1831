// SPDX-License-Identifier: GPL-2.0-or-later
// From a call to the operations that carry it out on one VM.
#include <stdlib.h>
#include <time.h>

#include "core/clock.h"
#include "core/command/command_argument.h"
#include "core/command/resize_plan.h"
#include "core/memory.h"
#include "core/str.h"

// One VM's share of a call.
struct making {
    const struct command_call *call;
    const struct host_snapshot *host;
    const struct vm_sample *vm;
    struct operation **operations;
    size_t count;
    struct error *err;
};

static struct operation *add(struct making *m, enum operation_kind kind, unsigned flags)
{
    struct operation *operation = operation_create(kind, m->vm, m->host->name);
    struct str line;
    str_init(&line);
    command_format(m->call, m->vm->name, &line);
    operation->command_line = str_take(&line);
    operation->flags = flags;
    m->operations[m->count++] = operation;
    return operation;
}

static unsigned flag_if(const struct making *m, const char *argument, enum operation_flag flag)
{
    return command_flag_given(m->call, argument) ? flag : 0;
}

static unsigned flag_if_choice(const struct making *m, const char *argument, const char *choice,
                               enum operation_flag flag)
{
    return str_equal(command_text(m->call, argument), choice) ? flag : 0;
}

static bool agent_reachable(const struct making *m)
{
    if (!host_snapshot_can(m->host, HOST_CAN_AGENT))
        return error_set(m->err, ERROR_UNSUPPORTED, 0, "this hypervisor does not support %s",
                         host_capability_text(HOST_CAN_AGENT));
    if (m->vm->definition != NULL && !m->vm->definition->has_agent_channel)
        return error_set(m->err, ERROR_UNSUPPORTED, 0, "%s has no channel to a guest agent",
                         m->vm->name);
    return true;
}

static bool make_shutdown(struct making *m, enum operation_kind kind)
{
    unsigned flags = flag_if_choice(m, "mode", "acpi", OPERATION_FLAG_ACPI) |
                     flag_if_choice(m, "mode", "agent", OPERATION_FLAG_AGENT);
    if ((flags & OPERATION_FLAG_AGENT) != 0 && !agent_reachable(m))
        return false;
    add(m, kind, flags);
    return true;
}

static const struct vm_snapshot_info *find_snapshot(const struct vm_detail *detail,
                                                    const char *name)
{
    for (size_t i = 0; i < detail->snapshot_count; i++) {
        if (str_equal(detail->snapshots[i].name, name))
            return &detail->snapshots[i];
    }
    return NULL;
}

static bool snapshots_known(const struct vm_sample *vm)
{
    return vm->detail != NULL && vm->detail->snapshots_unknown_why == NULL;
}

static const char *disk_without_snapshots(const struct vm_definition *definition)
{
    for (size_t i = 0; definition != NULL && i < definition->disk_count; i++) {
        const struct disk_definition *disk = &definition->disks[i];
        bool counts = str_equal(disk->device, "disk") && !disk->read_only && disk->format != NULL;
        if (counts && !str_equal(disk->format, "qcow2"))
            return disk->target;
    }
    return NULL;
}

// A snapshot with memory lives inside the disks; QEMU has rules for that.
static bool full_snapshot_possible(const struct making *m)
{
    const struct vm_definition *definition = m->vm->definition;
    if (definition == NULL ||
        !(str_equal(definition->type, "kvm") || str_equal(definition->type, "qemu")))
        return true;
    const char *disk = disk_without_snapshots(definition);
    if (disk != NULL)
        return error_set(m->err, ERROR_UNSUPPORTED, 0,
                         "%s of %s is not a qcow2 disk and cannot hold a snapshot; --disk-only "
                         "needs none",
                         disk, m->vm->name);
    if (definition->has_nvram)
        return error_set(
            m->err, ERROR_UNSUPPORTED, 0,
            "%s has UEFI firmware, of which a snapshot cannot be kept; use --disk-only",
            m->vm->name);
    return true;
}

static char *snapshot_name_now(void)
{
    char name[64];
    time_t now = (time_t)(clock_wall_ms() / MS_PER_SECOND);
    struct tm parts;
    localtime_r(&now, &parts);
    strftime(name, sizeof(name), "%Y-%m-%d-%H%M%S", &parts);
    return memory_strdup(name);
}

static bool check_snapshot_create(struct making *m, bool disk_only, const char *name)
{
    if (disk_only && !host_snapshot_can(m->host, HOST_CAN_SNAPSHOT_DISK_ONLY))
        return error_set(m->err, ERROR_UNSUPPORTED, 0, "this hypervisor does not support %s",
                         host_capability_text(HOST_CAN_SNAPSHOT_DISK_ONLY));
    if (command_flag_given(m->call, "quiesce")) {
        if (!disk_only)
            return error_set(m->err, ERROR_INVALID, 0, "snapshot: --quiesce needs --disk-only");
        if (!vm_state_is_active(m->vm->state))
            return error_set(m->err, ERROR_INVALID, 0,
                             "%s is not running: there is nothing to quiesce", m->vm->name);
        if (!agent_reachable(m))
            return false;
    }
    if (!disk_only && !full_snapshot_possible(m))
        return false;
    if (str_equal(name, ""))
        return error_set(m->err, ERROR_INVALID, 0, "the name of a snapshot is not empty");
    if (name != NULL && snapshots_known(m->vm) && find_snapshot(m->vm->detail, name) != NULL)
        return error_set(m->err, ERROR_EXISTS, 0, "%s has a snapshot \"%s\" already", m->vm->name,
                         name);
    return true;
}

static bool make_snapshot(struct making *m)
{
    const char *name = command_text(m->call, "name");
    bool disk_only = command_flag_given(m->call, "disk-only");
    if (!check_snapshot_create(m, disk_only, name))
        return false;
    struct operation *operation = add(m, OPERATION_SNAPSHOT_CREATE,
                                      (disk_only ? OPERATION_FLAG_DISK_ONLY : 0) |
                                          flag_if(m, "quiesce", OPERATION_FLAG_QUIESCE));
    operation->name = name != NULL ? memory_strdup(name) : snapshot_name_now();
    operation->description = memory_strdup(command_text(m->call, "description"));
    return true;
}

static bool make_on_snapshot(struct making *m, enum operation_kind kind)
{
    const char *name = command_text(m->call, "name");
    if (snapshots_known(m->vm) && find_snapshot(m->vm->detail, name) == NULL)
        return error_set(m->err, ERROR_NOT_FOUND, 0, "%s has no snapshot \"%s\"", m->vm->name,
                         name);
    if (command_flag_given(m->call, "children") && command_flag_given(m->call, "children-only"))
        return error_set(m->err, ERROR_INVALID, 0,
                         "--children and --children-only exclude each other");
    struct operation *operation =
        add(m, kind,
            flag_if(m, "children", OPERATION_FLAG_CHILDREN) |
                flag_if(m, "children-only", OPERATION_FLAG_CHILDREN_ONLY) |
                flag_if_choice(m, "then", "running", OPERATION_FLAG_THEN_RUNNING) |
                flag_if_choice(m, "then", "paused", OPERATION_FLAG_THEN_PAUSED));
    operation->name = memory_strdup(name);
    return true;
}

static bool make_rename(struct making *m)
{
    const char *name = command_text(m->call, "new-name");
    for (size_t i = 0; i < m->host->vm_count; i++) {
        if (str_equal(m->host->vms[i].name, name))
            return error_set(m->err, ERROR_EXISTS, 0, "there is a VM called %s already", name);
    }
    add(m, OPERATION_RENAME, 0)->name = memory_strdup(name);
    return true;
}

static unsigned when_flags(const struct resize_part *part)
{
    return (part->now ? OPERATION_FLAG_LIVE : 0) | (part->next_boot ? OPERATION_FLAG_NEXT_BOOT : 0);
}

static bool make_resize(struct making *m)
{
    static const enum operation_kind kinds[RESIZE_PART_COUNT] = {
        [RESIZE_VCPUS_MAX] = OPERATION_SET_VCPUS_MAX,
        [RESIZE_MEMORY_MAX] = OPERATION_SET_MEMORY_MAX,
        [RESIZE_DISK] = OPERATION_DISK_GROW,
        [RESIZE_VCPUS] = OPERATION_SET_VCPUS,
        [RESIZE_MEMORY] = OPERATION_SET_BALLOON,
    };
    struct resize_plan plan;
    if (!resize_plan_make(&plan, m->call, m->host, m->vm, m->err) ||
        !resize_plan_check(&plan, m->err))
        return false;
    for (size_t i = 0; i < RESIZE_PART_COUNT; i++) {
        const struct resize_part *part = &plan.parts[i];
        if (!part->asked)
            continue;
        bool disk = i == RESIZE_DISK;
        bool memory = i == RESIZE_MEMORY || i == RESIZE_MEMORY_MAX;
        struct operation *operation = add(m, kinds[i], disk ? 0 : when_flags(part));
        operation->disk = disk ? memory_strdup(plan.disk) : NULL;
        operation->size_bytes = disk ? part->value : 0;
        operation->memory_kib = memory ? part->value : 0;
        operation->number = disk || memory ? 0 : (unsigned)part->value;
    }
    return true;
}

static bool make(struct making *m)
{
    enum operation_kind kind = (enum operation_kind)m->call->spec->operation;
    switch (kind) {
    case OPERATION_START:
        add(m, kind, flag_if(m, "paused", OPERATION_FLAG_PAUSED));
        return true;
    case OPERATION_SHUTDOWN:
    case OPERATION_REBOOT:
        return make_shutdown(m, kind);
    case OPERATION_PAUSE: // also pause-toggle, the only one that a paused VM lets through
        add(m, m->vm->state == VM_STATE_PAUSED ? OPERATION_RESUME : kind, 0);
        return true;
    case OPERATION_AUTOSTART:
        add(m, kind, 0)->number = command_flag_given(m->call, "off") ? 0 : 1;
        return true;
    case OPERATION_RENAME:
        return make_rename(m);
    case OPERATION_DELETE:
        add(m, kind, flag_if_choice(m, "disks", "delete", OPERATION_FLAG_DELETE_DISKS));
        return true;
    case OPERATION_SNAPSHOT_CREATE:
        return make_snapshot(m);
    case OPERATION_SNAPSHOT_REVERT:
    case OPERATION_SNAPSHOT_DELETE:
        return make_on_snapshot(m, kind);
    case OPERATION_SET_VCPUS:
        return make_resize(m);
    default:
        add(m, kind, 0);
        return true;
    }
}

size_t command_to_operations(const struct command_call *call, const struct host_snapshot *host,
                             const struct vm_sample *vm,
                             struct operation *operations[COMMAND_OPERATION_MAX], struct error *err)
{
    const struct command_spec *spec = call->spec;
    if (spec->operation < 0) {
        error_set(err, ERROR_INVALID, 0, "%s does nothing to a VM", spec->name);
        return 0;
    }
    if (!command_allowed(spec, host, vm, err))
        return 0;
    const struct argument_spec *missing = command_missing(call);
    if (missing != NULL) {
        command_argument_missing(spec, missing, err);
        return 0;
    }
    struct making m = {.call = call, .host = host, .vm = vm, .operations = operations, .err = err};
    return make(&m) ? m.count : 0;
}
