// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/execute/disk_users.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/libvirt/domain_xml.h"
#include "backend/libvirt/execute/qemu_img.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

#define REMOTE_CHAIN_MAX 64

static void add(struct disk_users *users, const char *path, const char *vm_name)
{
    users->items = memory_resize(users->items, users->count + 1, sizeof(*users->items));
    users->items[users->count++] = (struct disk_user){memory_strdup(path), memory_strdup(vm_name)};
}

static bool add_xml(struct disk_users *users, const char *xml, const char *vm_name,
                    struct error *err)
{
    struct domain_xml_files files;
    if (!domain_xml_files(xml, &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++)
        add(users, files.paths[i], vm_name);
    domain_xml_files_finish(&files);
    return true;
}

// On another machine the storage pools say what an image builds on.
static bool add_remote_chain(struct libvirt_task *task, struct disk_users *users, const char *image,
                             const char *vm_name, struct error *err)
{
    AUTO_FREE char *path = memory_strdup(image);
    for (unsigned depth = 0; path && depth < REMOTE_CHAIN_MAX; depth++) {
        virStorageVolPtr volume = virStorageVolLookupByPath(task->connection, path);
        AUTO_FREE char *xml = volume ? virStorageVolGetXMLDesc(volume, 0) : NULL;
        if (volume)
            virStorageVolFree(volume);
        if (!xml)
            return error_set(err, ERROR_UNSUPPORTED, 0,
                             "cannot tell which files %s builds on: %s is on another machine and "
                             "in no storage pool",
                             vm_name, path);
        free(path);
        path = NULL;
        if (!domain_xml_volume_backing(xml, &path, err))
            return false;
        if (path)
            add(users, path, vm_name);
    }
    return true;
}

static bool add_local_chain(struct disk_users *users, const struct domain_xml_disk *disk,
                            const char *vm_name, struct error *err)
{
    struct qemu_img_chain chain = {0};
    if (access(disk->path, F_OK) != 0)
        return true;
    if (!qemu_img_installed())
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "qemu-img is not installed (package qemu-utils), so nobody can tell which "
                         "files %s builds on",
                         vm_name);
    bool known = qemu_img_backing_chain(disk->path, disk->format, &chain, err);
    if (!known)
        error_prefix(err, "cannot tell which files %s builds on", vm_name);
    for (size_t i = 0; i < chain.count; i++)
        add(users, chain.paths[i], vm_name);
    qemu_img_chain_finish(&chain);
    return known;
}

// A VM that is off does not say what its overlays build on; the images do.
static bool add_chains(struct libvirt_task *task, struct disk_users *users, const char *xml,
                       const char *vm_name, struct error *err)
{
    struct domain_xml_disks disks;
    bool known = true;
    if (!domain_xml_disks(xml, &disks, err))
        return false;
    for (size_t i = 0; i < disks.count && known; i++) {
        const struct domain_xml_disk *disk = &disks.items[i];
        if (!disk->path || str_equal(disk->format, "raw"))
            continue;
        known = task->driver->facts.local ? add_local_chain(users, disk, vm_name, err)
                                          : add_remote_chain(task, users, disk->path, vm_name, err);
    }
    domain_xml_disks_finish(&disks);
    return known;
}

static bool gather_one(struct libvirt_task *task, virDomainPtr vm, struct disk_users *users,
                       struct error *err)
{
    bool active = virDomainIsActive(vm) == 1;
    AUTO_FREE char *name = utf8_scrub_dup(virDomainGetName(vm), 200);
    AUTO_FREE char *live = virDomainGetXMLDesc(vm, 0);
    AUTO_FREE char *next = virDomainGetXMLDesc(vm, VIR_DOMAIN_XML_INACTIVE);
    // One that vanished meanwhile uses nothing any more.
    if (!live && !next)
        return true;
    if (live && !add_xml(users, live, name, err))
        return false;
    if (next && !add_xml(users, next, name, err))
        return false;
    // A running one has said it all in its live definition.
    return active || !next || add_chains(task, users, next, name, err);
}

bool disk_users_gather(struct libvirt_task *task, struct disk_users *users, struct error *err)
{
    virDomainPtr *vms = NULL;
    bool known = true;
    int count = virConnectListAllDomains(task->connection, &vms, 0);
    if (count < 0)
        return task_fail(task, err);
    *users = (struct disk_users){0};
    for (int i = 0; i < count; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN] = "";
        virDomainGetUUIDString(vms[i], uuid);
        if (known && strcmp(uuid, task->operation->uuid) != 0)
            known = gather_one(task, vms[i], users, err);
        virDomainFree(vms[i]);
    }
    free(vms);
    if (!known)
        disk_users_finish(users);
    return known;
}

static bool same_file(const char *a, const char *b, bool local)
{
    struct stat x, y;
    if (strcmp(a, b) == 0)
        return true;
    return local && stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

const char *disk_users_find(const struct disk_users *users, const char *path, bool local)
{
    for (size_t i = 0; i < users->count; i++)
        if (same_file(users->items[i].path, path, local))
            return users->items[i].vm_name;
    return NULL;
}

void disk_users_finish(struct disk_users *users)
{
    for (size_t i = 0; i < users->count; i++) {
        free(users->items[i].path);
        free(users->items[i].vm_name);
    }
    free(users->items);
    *users = (struct disk_users){0};
}
