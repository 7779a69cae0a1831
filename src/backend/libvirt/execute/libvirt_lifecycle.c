// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "backend/libvirt/execute/libvirt_task.h"
#include "core/memory.h"
#include "core/utf8.h"

bool task_start(struct libvirt_task *task, struct error *err)
{
    if (task_is_active(task))
        return error_set(err, ERROR_INVALID, 0, "%s is already running", task->name);
    unsigned flags = task_has(task, OPERATION_FLAG_PAUSED) ? VIR_DOMAIN_START_PAUSED : 0;
    int result = flags ? virDomainCreateWithFlags(task->vm, flags) : virDomainCreate(task->vm);
    return result == 0 || task_fail(task, err);
}

static bool check_running(struct libvirt_task *task, struct error *err)
{
    if (task_is_active(task))
        return true;
    return error_set(err, ERROR_INVALID, 0, "%s is not running", task->name);
}

bool task_shutdown(struct libvirt_task *task, struct error *err)
{
    unsigned flags = task_has(task, OPERATION_FLAG_AGENT)  ? VIR_DOMAIN_SHUTDOWN_GUEST_AGENT
                     : task_has(task, OPERATION_FLAG_ACPI) ? VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN
                                                           : 0;
    if (!check_running(task, err))
        return false;
    // Without a mode the oldest call will do, which more drivers have.
    int result = flags ? virDomainShutdownFlags(task->vm, flags) : virDomainShutdown(task->vm);
    return result == 0 || task_fail(task, err);
}

bool task_reboot(struct libvirt_task *task, struct error *err)
{
    unsigned flags = task_has(task, OPERATION_FLAG_AGENT)  ? VIR_DOMAIN_REBOOT_GUEST_AGENT
                     : task_has(task, OPERATION_FLAG_ACPI) ? VIR_DOMAIN_REBOOT_ACPI_POWER_BTN
                                                           : 0;
    return check_running(task, err) &&
           (virDomainReboot(task->vm, flags) == 0 || task_fail(task, err));
}

bool task_reset(struct libvirt_task *task, struct error *err)
{
    return check_running(task, err) && (virDomainReset(task->vm, 0) == 0 || task_fail(task, err));
}

bool task_force_off(struct libvirt_task *task, struct error *err)
{
    // Not graceful on purpose: it must also end a QEMU that does not answer.
    return check_running(task, err) && (virDomainDestroy(task->vm) == 0 || task_fail(task, err));
}

bool task_pause(struct libvirt_task *task, struct error *err)
{
    return check_running(task, err) && (virDomainSuspend(task->vm) == 0 || task_fail(task, err));
}

bool task_resume(struct libvirt_task *task, struct error *err)
{
    int state = VIR_DOMAIN_NOSTATE, reason;
    if (!check_running(task, err))
        return false;
    virDomainGetState(task->vm, &state, &reason, 0);
    if (state == VIR_DOMAIN_RUNNING || state == VIR_DOMAIN_BLOCKED)
        return error_set(err, ERROR_INVALID, 0, "%s is running, not paused", task->name);
    int result = state == VIR_DOMAIN_PMSUSPENDED ? virDomainPMWakeup(task->vm, 0)
                                                 : virDomainResume(task->vm);
    return result == 0 || task_fail(task, err);
}

bool task_restore(struct libvirt_task *task, struct error *err)
{
    if (task_is_active(task))
        return error_set(err, ERROR_INVALID, 0, "%s is already running", task->name);
    int saved = virDomainHasManagedSaveImage(task->vm, 0);
    if (saved < 0)
        return task_fail(task, err);
    if (saved == 0)
        return error_set(err, ERROR_NOT_FOUND, 0, "%s has not been suspended to disk", task->name);
    return virDomainCreate(task->vm) == 0 || task_fail(task, err);
}

bool task_autostart(struct libvirt_task *task, struct error *err)
{
    if (virDomainIsPersistent(task->vm) == 0)
        return error_set(err, ERROR_INVALID, 0,
                         "%s is transient (it vanishes when it is shut off), so it cannot start by "
                         "itself",
                         task->name);
    return virDomainSetAutostart(task->vm, task->operation->number != 0) == 0 ||
           task_fail(task, err);
}

static bool check_new_name(const char *name, struct error *err)
{
    if (!name || !name[0] || name[strspn(name, " \t")] == '\0')
        return error_set(err, ERROR_INVALID, 0, "the new name is empty");
    AUTO_FREE char *scrubbed = utf8_scrub_dup(name, 1024);
    if (strcmp(scrubbed, name) != 0)
        return error_set(err, ERROR_INVALID, 0, "the new name contains control characters");
    if (strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return error_set(err, ERROR_INVALID, 0, "a VM's name cannot be \"%s\": it names files",
                         name);
    if (strlen(name) > 240)
        return error_set(err, ERROR_INVALID, 0, "the new name is longer than 240 bytes");
    return true;
}

bool task_rename(struct libvirt_task *task, struct error *err)
{
    const char *name = task->operation->name;
    if (!check_new_name(name, err))
        return false;
    if (task_is_active(task))
        return error_set(err, ERROR_INVALID, 0, "%s is running: shut it down to rename it",
                         task->name);
    virDomainPtr other = virDomainLookupByName(task->connection, name);
    if (other) {
        virDomainFree(other);
        return error_set(err, ERROR_EXISTS, 0, "there is a VM named %s already", name);
    }
    return virDomainRename(task->vm, name, 0) == 0 || task_fail(task, err);
}
