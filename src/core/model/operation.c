// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/model/operation.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static const char *const kind_names[] = {
    [OPERATION_START] = "start",
    [OPERATION_SHUTDOWN] = "shut down",
    [OPERATION_REBOOT] = "reboot",
    [OPERATION_RESET] = "reset",
    [OPERATION_FORCE_OFF] = "force off",
    [OPERATION_PAUSE] = "pause",
    [OPERATION_RESUME] = "resume",
    [OPERATION_SAVE] = "suspend to disk",
    [OPERATION_RESTORE] = "restore",
    [OPERATION_AUTOSTART] = "autostart",
    [OPERATION_RENAME] = "rename",
    [OPERATION_DELETE] = "delete",
    [OPERATION_SNAPSHOT_CREATE] = "snapshot",
    [OPERATION_SNAPSHOT_REVERT] = "revert",
    [OPERATION_SNAPSHOT_DELETE] = "delete snapshot",
    [OPERATION_SET_VCPUS] = "set vCPUs",
    [OPERATION_SET_VCPUS_MAX] = "set most vCPUs",
    [OPERATION_SET_BALLOON] = "set memory",
    [OPERATION_SET_MEMORY_MAX] = "set most memory",
    [OPERATION_DISK_GROW] = "grow disk",
};
_Static_assert(ARRAY_COUNT(kind_names) == OPERATION_KIND_COUNT, "every operation has a name");

const char *operation_kind_name(enum operation_kind kind)
{
    if ((size_t)kind >= ARRAY_COUNT(kind_names))
        return "unknown operation";
    return kind_names[kind];
}

struct operation *operation_create(enum operation_kind kind, const struct vm_sample *vm,
                                   const char *host)
{
    struct operation *operation = memory_alloc(sizeof(*operation));
    operation->kind = kind;
    operation->host = memory_strdup(host);
    if (vm != NULL) {
        memcpy(operation->uuid, vm->uuid, sizeof(operation->uuid));
        operation->vm_name = memory_strdup(vm->name);
    }
    return operation;
}

struct operation *operation_copy(const struct operation *operation)
{
    struct operation *copy = memory_alloc(sizeof(*copy));
    *copy = *operation;
    copy->vm_name = memory_strdup(operation->vm_name);
    copy->host = memory_strdup(operation->host);
    copy->name = memory_strdup(operation->name);
    copy->description = memory_strdup(operation->description);
    copy->disk = memory_strdup(operation->disk);
    copy->command_line = memory_strdup(operation->command_line);
    return copy;
}

void operation_destroy(struct operation *operation)
{
    if (operation == NULL)
        return;
    free(operation->vm_name);
    free(operation->host);
    free(operation->name);
    free(operation->description);
    free(operation->disk);
    free(operation->command_line);
    free(operation);
}
