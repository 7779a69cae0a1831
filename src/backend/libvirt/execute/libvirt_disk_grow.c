// SPDX-License-Identifier: GPL-2.0-or-later
// A disk grows; it never shrinks. A running VM's by libvirt, one that is off by qemu-img.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/libvirt/domain_xml.h"
#include "backend/libvirt/execute/disk_users.h"
#include "backend/libvirt/execute/qemu_img.h"
#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"

#define SECTOR_BYTES 512u

static const struct domain_xml_disk *find_disk(const struct domain_xml_disks *disks,
                                               const char *target)
{
    for (size_t i = 0; i < disks->count; i++)
        if (str_equal(disks->items[i].target, target))
            return &disks->items[i];
    return NULL;
}

static bool check_size(struct libvirt_task *task, const char *target, uint64_t size_bytes,
                       struct error *err)
{
    virDomainBlockInfo info;
    if (virDomainGetBlockInfo(task->vm, target, &info, 0) < 0)
        return task_fail(task, err);
    if (size_bytes > info.capacity)
        return true;
    char now[QUANTITY_SIZE];
    quantity_bytes(now, (double)info.capacity);
    return error_set(err, ERROR_INVALID, 0, "%s of %s has %s already; a disk can only grow", target,
                     task->name, now);
}

static bool grow_volume(struct libvirt_task *task, const char *path, uint64_t size_bytes,
                        struct error *err)
{
    virStorageVolPtr volume = virStorageVolLookupByPath(task->connection, path);
    if (!volume)
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "%s is on another machine and in no storage pool; start %s to grow it",
                         path, task->name);
    bool done = virStorageVolResize(volume, size_bytes, 0) == 0 || task_fail(task, err);
    virStorageVolFree(volume);
    return done;
}

static bool grow_file(struct libvirt_task *task, const struct domain_xml_disk *disk,
                      uint64_t size_bytes, struct error *err)
{
    struct disk_users users = {0};
    if (!qemu_img_installed())
        return error_set(
            err, ERROR_UNSUPPORTED, 0,
            "qemu-img is not installed (package qemu-utils); start %s to grow its disk",
            task->name);
    if (!disk_users_gather(task, &users, err))
        return false;
    const char *user = disk_users_find(&users, disk->path, true);
    if (user)
        error_set(err, ERROR_BUSY, 0, "%s is also used by %s", disk->path, user);
    bool is_free = !user;
    disk_users_finish(&users);
    if (!is_free)
        return false;
    AUTO_FREE char *size = memory_printf("%" PRIu64, size_bytes);
    const char *const arguments[] = {
        "qemu-img", "resize", "-q", "-f", disk->format ? disk->format : "raw",
        disk->path, size,     NULL};
    return qemu_img_run(arguments, NULL, err);
}

static bool grow(struct libvirt_task *task, const struct domain_xml_disk *disk, uint64_t size_bytes,
                 struct error *err)
{
    bool active = task_is_active(task);
    if (!disk)
        return error_set(err, ERROR_NOT_FOUND, 0, "%s has no disk %s", task->name,
                         task->operation->disk);
    if (strcmp(disk->device, "disk") != 0 || disk->read_only)
        return error_set(err, ERROR_INVALID, 0, "%s of %s is read-only", disk->target, task->name);
    if (!check_size(task, disk->target, size_bytes, err))
        return false;
    if (active)
        return virDomainBlockResize(task->vm, disk->target, size_bytes,
                                    VIR_DOMAIN_BLOCK_RESIZE_BYTES) == 0 ||
               task_fail(task, err);
    if (!disk->path)
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "%s of %s is not a file; start the VM to grow it", disk->target,
                         task->name);
    return task->driver->facts.local ? grow_file(task, disk, size_bytes, err)
                                     : grow_volume(task, disk->path, size_bytes, err);
}

bool task_disk_grow(struct libvirt_task *task, struct error *err)
{
    struct domain_xml_disks disks = {0};
    uint64_t size_bytes = task->operation->size_bytes;
    if (!task->operation->disk || size_bytes == 0 || size_bytes > INT64_MAX - SECTOR_BYTES)
        return error_set(err, ERROR_INVALID, 0, "which disk, and how large, must be said");
    // QEMU counts in sectors; a little more is still no less than was asked for.
    size_bytes = (size_bytes + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    AUTO_FREE char *xml = task_xml(task, !task_is_active(task), err);
    if (!xml || !domain_xml_disks(xml, &disks, err))
        return false;
    bool done = grow(task, find_disk(&disks, task->operation->disk), size_bytes, err);
    domain_xml_disks_finish(&disks);
    return done;
}
