// SPDX-License-Identifier: GPL-2.0-or-later
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

#include "backend/libvirt/execute/libvirt_task.h"
#include "backend/libvirt/libvirt_error.h"
#include "core/memory.h"
#include "core/utf8.h"

static const struct {
    bool (*run)(struct libvirt_task *task, struct error *err);
    enum host_capability needs;
} actions[] = {
    [OPERATION_START] = {task_start, HOST_CAN_CHANGE},
    [OPERATION_SHUTDOWN] = {task_shutdown, HOST_CAN_CHANGE},
    [OPERATION_REBOOT] = {task_reboot, HOST_CAN_CHANGE},
    [OPERATION_RESET] = {task_reset, HOST_CAN_RESET},
    [OPERATION_FORCE_OFF] = {task_force_off, HOST_CAN_CHANGE},
    [OPERATION_PAUSE] = {task_pause, HOST_CAN_PAUSE},
    [OPERATION_RESUME] = {task_resume, HOST_CAN_PAUSE},
    [OPERATION_SAVE] = {task_save, HOST_CAN_SAVE},
    [OPERATION_RESTORE] = {task_restore, HOST_CAN_SAVE},
    [OPERATION_AUTOSTART] = {task_autostart, HOST_CAN_AUTOSTART},
    [OPERATION_RENAME] = {task_rename, HOST_CAN_RENAME},
    [OPERATION_DELETE] = {task_delete, HOST_CAN_UNDEFINE},
    [OPERATION_SNAPSHOT_CREATE] = {task_snapshot_create, HOST_CAN_SNAPSHOT},
    [OPERATION_SNAPSHOT_REVERT] = {task_snapshot_revert, HOST_CAN_SNAPSHOT},
    [OPERATION_SNAPSHOT_DELETE] = {task_snapshot_delete, HOST_CAN_SNAPSHOT},
    [OPERATION_SET_VCPUS] = {task_set_vcpus, HOST_CAN_CHANGE},
    [OPERATION_SET_VCPUS_MAX] = {task_set_vcpus_max, HOST_CAN_CHANGE},
    [OPERATION_SET_BALLOON] = {task_set_balloon, HOST_CAN_BALLOON},
    [OPERATION_SET_MEMORY_MAX] = {task_set_memory_max, HOST_CAN_CHANGE},
    [OPERATION_DISK_GROW] = {task_disk_grow, HOST_CAN_DISK_GROW},
};
_Static_assert(ARRAY_COUNT(actions) == OPERATION_KIND_COUNT, "every operation has an action");

bool task_fail(struct libvirt_task *task, struct error *err)
{
    enum host_capability needs = actions[task->operation->kind].needs;
    if (virGetLastErrorCode() == VIR_ERR_NO_SUPPORT && needs != HOST_CAN_CHANGE)
        libvirt_driver_lacks(task->driver, needs);
    return libvirt_error_take(err, task->name);
}

bool task_is_active(const struct libvirt_task *task)
{
    return virDomainIsActive(task->vm) == 1;
}

char *task_xml(struct libvirt_task *task, bool inactive, struct error *err)
{
    bool persistent = virDomainIsPersistent(task->vm) == 1;
    char *xml = virDomainGetXMLDesc(task->vm, inactive && persistent ? VIR_DOMAIN_XML_INACTIVE : 0);
    if (!xml)
        task_fail(task, err);
    return xml;
}

static bool check(struct libvirt_driver *driver, const struct operation *operation,
                  struct error *err)
{
    if ((size_t)operation->kind >= ARRAY_COUNT(actions))
        return error_set(err, ERROR_UNSUPPORTED, 0, "this version does not know that operation");
    if (driver->read_only)
        return error_set(err, ERROR_DENIED, 0, "this connection is read-only");
    enum host_capability needs = actions[operation->kind].needs;
    if (!(atomic_load(&driver->capabilities) >> needs & 1))
        return error_set(err, ERROR_UNSUPPORTED, 0, "this hypervisor cannot do %s",
                         host_capability_text(needs));
    return true;
}

static bool run(struct libvirt_task *task, struct error *err)
{
    const struct operation *operation = task->operation;
    task->vm = virDomainLookupByUUIDString(task->connection, operation->uuid);
    if (!task->vm)
        return task_fail(task, err);
    bool done = actions[operation->kind].run(task, err);
    virDomainFree(task->vm);
    libvirt_driver_mark_changed(task->driver, operation->uuid);
    return done;
}

bool libvirt_execute(struct driver *base, const struct operation *operation,
                     struct operation_control *control, struct error *err)
{
    struct libvirt_driver *driver = libvirt_driver_ref(libvirt_driver_of(base));
    struct libvirt_task task = {.driver = driver, .operation = operation, .control = control};
    bool done = false;
    if (check(driver, operation, err))
        task.connection = libvirt_driver_borrow(driver, err);
    if (task.connection) {
        task.name = utf8_scrub_dup(operation->vm_name ? operation->vm_name : "the VM", 200);
        done = run(&task, err);
        free(task.name);
        libvirt_driver_return(driver, task.connection);
    }
    libvirt_driver_unref(driver);
    return done;
}
