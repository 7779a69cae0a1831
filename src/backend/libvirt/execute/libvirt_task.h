// SPDX-License-Identifier: GPL-2.0-or-later
// One operation on one VM while it is carried out. Each operation_* below does its kind and leaves
// the reason in err; the files are named after what they do.
#ifndef VMTUI_BACKEND_LIBVIRT_TASK_H
#define VMTUI_BACKEND_LIBVIRT_TASK_H

#include "backend/libvirt/libvirt_driver.h"

struct libvirt_task {
    struct libvirt_driver *driver;
    virConnectPtr connection;
    virDomainPtr vm;
    const struct operation *operation;
    struct operation_control *control;
    char *name; // for sentences; never NULL
};

static inline bool task_has(const struct libvirt_task *task, enum operation_flag flag)
{
    return (task->operation->flags & flag) != 0;
}

// Takes libvirt's last error; remembers a capability that turned out to be missing.
bool task_fail(struct libvirt_task *task, struct error *err);
bool task_is_active(const struct libvirt_task *task);
// The definition: of the running VM, or (inactive) as it will be at the next boot. Caller frees;
// NULL and err.
char *task_xml(struct libvirt_task *task, bool inactive, struct error *err);

// libvirt_lifecycle.c
bool task_start(struct libvirt_task *task, struct error *err);
bool task_shutdown(struct libvirt_task *task, struct error *err);
bool task_reboot(struct libvirt_task *task, struct error *err);
bool task_reset(struct libvirt_task *task, struct error *err);
bool task_force_off(struct libvirt_task *task, struct error *err);
bool task_pause(struct libvirt_task *task, struct error *err);
bool task_resume(struct libvirt_task *task, struct error *err);
bool task_restore(struct libvirt_task *task, struct error *err);
bool task_autostart(struct libvirt_task *task, struct error *err);
bool task_rename(struct libvirt_task *task, struct error *err);

// libvirt_save.c
bool task_save(struct libvirt_task *task, struct error *err);

// libvirt_snapshot.c
bool task_snapshot_create(struct libvirt_task *task, struct error *err);
bool task_snapshot_revert(struct libvirt_task *task, struct error *err);
bool task_snapshot_delete(struct libvirt_task *task, struct error *err);

// libvirt_resize.c
bool task_set_vcpus(struct libvirt_task *task, struct error *err);
bool task_set_vcpus_max(struct libvirt_task *task, struct error *err);
bool task_set_balloon(struct libvirt_task *task, struct error *err);
bool task_set_memory_max(struct libvirt_task *task, struct error *err);

// libvirt_disk_grow.c
bool task_disk_grow(struct libvirt_task *task, struct error *err);

// libvirt_delete.c
bool task_delete(struct libvirt_task *task, struct error *err);

#endif
