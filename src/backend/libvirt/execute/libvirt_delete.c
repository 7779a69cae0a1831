// SPDX-License-Identifier: GPL-2.0-or-later
// Deleting a VM, with or without its disks. What is to become of each file is decided before
// anything is done; files go last, when the definition is gone and nobody can start it any more.
#include <errno.h>
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/libvirt/domain_xml.h"
#include "backend/libvirt/execute/disk_users.h"
#include "backend/libvirt/libvirt_error.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

#define SECURE_XML (VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE)

struct doomed_file {
    char *path;
    virStorageVolPtr volume; // when the host is not this machine
};

struct plan {
    struct doomed_file *files;
    size_t count;
    struct str kept; // "PATH (why), PATH (why)"
};

static void plan_finish(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->files[i].path);
        if (plan->files[i].volume)
            virStorageVolFree(plan->files[i].volume);
    }
    free(plan->files);
    str_finish(&plan->kept);
}

static void keep(struct plan *plan, const char *what, const char *why)
{
    AUTO_FREE char *shown = utf8_scrub_dup(what, 512);
    str_printf(&plan->kept, "%s%s (%s)", plan->kept.length ? ", " : "", shown, why);
}

// NULL when the disk may be deleted, else why not. Empty text: there is nothing to say.
static const char *why_kept(const struct domain_xml_disk *disk)
{
    if (strcmp(disk->device, "disk") != 0)
        return "";
    if (!disk->path)
        return strcmp(disk->type, "file") == 0 ? "" : "it is not a file";
    if (disk->read_only)
        return "read-only";
    if (disk->shareable)
        return "shared between VMs";
    return NULL;
}

static bool local_problem(const char *path, struct str *why)
{
    struct stat status;
    if (lstat(path, &status) < 0)
        str_add(why, errno == ENOENT ? "it is not there" : strerror(errno));
    else if (S_ISLNK(status.st_mode))
        str_add(why, "it is a symbolic link");
    else if (!S_ISREG(status.st_mode))
        str_add(why, "it is not a regular file");
    return why->length > 0;
}

static bool plan_disk(struct libvirt_task *task, struct plan *plan,
                      const struct domain_xml_disk *disk, const struct disk_users *users,
                      struct error *err)
{
    bool local = task->driver->facts.local;
    const char *refusal = why_kept(disk);
    struct doomed_file file = {0};
    struct str why;
    if (refusal) {
        if (refusal[0])
            keep(plan, disk->path ? disk->path : disk->target, refusal);
        return true;
    }
    str_init(&why);
    const char *user = disk_users_find(users, disk->path, local);
    if (user)
        str_printf(&why, "used by %s", user);
    if (why.length || (local && local_problem(disk->path, &why))) {
        keep(plan, disk->path, why.text);
        str_finish(&why);
        return true;
    }
    str_finish(&why);
    if (!local && !(file.volume = virStorageVolLookupByPath(task->connection, disk->path)))
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "%s is on another machine and in no storage pool, so it cannot be deleted "
                         "from here; delete %s without its disks",
                         disk->path, task->name);
    file.path = memory_strdup(disk->path);
    plan->files = memory_resize(plan->files, plan->count + 1, sizeof(*plan->files));
    plan->files[plan->count++] = file;
    return true;
}

static bool make_plan(struct libvirt_task *task, const char *xml, struct plan *plan,
                      struct error *err)
{
    struct domain_xml_disks disks = {0};
    struct disk_users users = {0};
    bool made = domain_xml_disks(xml, &disks, err) && disk_users_gather(task, &users, err);
    for (size_t i = 0; made && i < disks.count; i++)
        made = plan_disk(task, plan, &disks.items[i], &users, err);
    domain_xml_disks_finish(&disks);
    disk_users_finish(&users);
    return made;
}

// What belongs to the disks shares their fate: firmware settings and a TPM's keys open them again.
// Drivers, and older daemons, know some of the flags only.
static bool undefine(struct libvirt_task *task, bool with_disks, struct error *err)
{
    static const unsigned always = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE |
                                   VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
                                   VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA;
    const unsigned flags[] = {
        with_disks ? always | VIR_DOMAIN_UNDEFINE_NVRAM
                   : always | VIR_DOMAIN_UNDEFINE_KEEP_NVRAM | VIR_DOMAIN_UNDEFINE_KEEP_TPM,
        with_disks ? always : always | VIR_DOMAIN_UNDEFINE_KEEP_NVRAM,
        always,
        VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA,
        0,
    };
    for (size_t i = 0; i < ARRAY_COUNT(flags); i++) {
        int result =
            flags[i] ? virDomainUndefineFlags(task->vm, flags[i]) : virDomainUndefine(task->vm);
        if (result == 0)
            return true;
        int code = virGetLastErrorCode();
        if (code != VIR_ERR_INVALID_ARG && code != VIR_ERR_NO_SUPPORT)
            break;
    }
    return task_fail(task, err);
}

// Somebody may have started it in the moment before: then it runs on, without a definition, and
// gets its own back. Nobody can start one that is off any more.
static bool check_gone(struct libvirt_task *task, const char *xml, struct error *err)
{
    if (!task_is_active(task))
        return true;
    virDomainPtr defined = virDomainDefineXML(task->connection, xml);
    bool restored = defined != NULL;
    if (defined)
        virDomainFree(defined);
    return error_set(err, ERROR_BUSY, 0,
                     restored ? "%s was started meanwhile: it runs on and was not deleted"
                              : "%s was started meanwhile: it runs on with its disks, but its "
                                "definition is gone once it is off",
                     task->name);
}

static bool remove_file(const struct doomed_file *file, struct error *err)
{
    if (file->volume)
        return virStorageVolDelete(file->volume, 0) == 0 || libvirt_error_take(err, NULL);
    return unlink(file->path) == 0 || error_set_errno(err, errno, "%s", file->path);
}

static bool remove_files(struct libvirt_task *task, struct plan *plan, struct error *err)
{
    struct str failed;
    struct error error = {0};
    enum error_kind kind = ERROR_FAILED;
    str_init(&failed);
    for (size_t i = 0; i < plan->count; i++)
        if (!remove_file(&plan->files[i], &error)) {
            str_printf(&failed, "%s%s", failed.length ? "; " : "", error.text);
            kind = error.kind;
        }
    bool all = failed.length == 0;
    if (!all)
        error_set(err, kind, 0, "%s is deleted, but not all of its disks: %s", task->name,
                  failed.text);
    str_finish(&failed);
    return all;
}

static void tell(struct libvirt_task *task, const struct plan *plan)
{
    struct str what;
    if (plan->count == 0 && plan->kept.length == 0)
        return;
    str_init(&what);
    if (plan->count > 0)
        str_printf(&what, "deleted with %zu of its disks", plan->count);
    else
        str_add(&what, "deleted");
    if (plan->kept.length > 0)
        str_printf(&what, "; kept: %s", plan->kept.text);
    libvirt_driver_tell(task->driver, task->operation->uuid, task->name, what.text);
    str_finish(&what);
}

bool task_delete(struct libvirt_task *task, struct error *err)
{
    struct plan plan = {0};
    bool with_disks = task_has(task, OPERATION_FLAG_DELETE_DISKS), done = false;
    if (task_is_active(task))
        return error_set(err, ERROR_INVALID, 0, "%s is running: shut it down to delete it",
                         task->name);
    // With its secrets, so that it could be defined again.
    AUTO_FREE char *xml = virDomainGetXMLDesc(task->vm, SECURE_XML);
    if (!xml)
        return task_fail(task, err);
    str_init(&plan.kept);
    if ((!with_disks || make_plan(task, xml, &plan, err)) && undefine(task, with_disks, err) &&
        check_gone(task, xml, err)) {
        done = remove_files(task, &plan, err);
        if (with_disks)
            tell(task, &plan);
    }
    plan_finish(&plan);
    return done;
}
