// SPDX-License-Identifier: GPL-2.0-or-later
// Who else uses a file: the sources and backing chains of every other VM of the host, gathered once
// and asked for each file that is to be deleted or grown.
#ifndef VMTUI_BACKEND_LIBVIRT_DISK_USERS_H
#define VMTUI_BACKEND_LIBVIRT_DISK_USERS_H

#include "backend/libvirt/execute/libvirt_task.h"

struct disk_user {
    char *path;
    char *vm_name; // scrubbed
};

struct disk_users {
    struct disk_user *items;
    size_t count;
};

// Gathers what all VMs but the task's use. False when that cannot be known for certain.
bool disk_users_gather(struct libvirt_task *task, struct disk_users *users, struct error *err);
// Name of a VM that uses path, or NULL. local: also the same file by another name counts.
const char *disk_users_find(const struct disk_users *users, const char *path, bool local);
void disk_users_finish(struct disk_users *users); // takes a zeroed one

#endif
