// SPDX-License-Identifier: GPL-2.0-or-later
// Snapshots. libvirt 9.0 has two kinds: internal ones live inside qcow2 disks and can hold the
// memory; external, disk-only ones put a new file over each disk. What is known to fail, or to fail
// badly, is refused here in words, before anything was done.
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backend/libvirt/domain_xml.h"
#include "backend/libvirt/execute/libvirt_task.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

#define SNAPSHOT_NAME_MAX 200

static bool check_name(const char *name, struct error *err)
{
    if (!name || !name[0] || name[strspn(name, " \t")] == '\0')
        return error_set(err, ERROR_INVALID, 0, "the snapshot needs a name");
    AUTO_FREE char *scrubbed = utf8_scrub_dup(name, 4 * SNAPSHOT_NAME_MAX);
    if (strcmp(scrubbed, name) != 0)
        return error_set(err, ERROR_INVALID, 0, "the snapshot's name contains control characters");
    if (strchr(name, '/') || name[0] == '.')
        return error_set(err, ERROR_INVALID, 0,
                         "a snapshot's name can neither contain \"/\" nor begin with \".\"");
    if (strlen(name) > SNAPSHOT_NAME_MAX)
        return error_set(err, ERROR_INVALID, 0, "the snapshot's name is longer than %d bytes",
                         SNAPSHOT_NAME_MAX);
    return true;
}

static bool is_written(const struct domain_xml_disk *disk)
{
    bool disk_like = strcmp(disk->device, "disk") == 0 || strcmp(disk->device, "lun") == 0;
    return disk_like && !disk->read_only;
}

// Internal snapshots need qcow2 for every disk that is written to.
static bool check_internal(struct libvirt_task *task, const struct domain_xml_disks *disks,
                           struct error *err)
{
    struct str others;
    size_t written = 0;
    str_init(&others);
    for (size_t i = 0; i < disks->count; i++) {
        const struct domain_xml_disk *disk = &disks->items[i];
        if (!is_written(disk))
            continue;
        written++;
        if (!str_equal(disk->format, "qcow2"))
            str_printf(&others, "%s%s is %s", others.length ? ", " : "", disk->target,
                       disk->format ? disk->format : "raw");
    }
    bool fine = others.length == 0 && (written > 0 || !task_is_active(task));
    if (others.length > 0)
        error_set(err, ERROR_UNSUPPORTED, 0,
                  "a snapshot with everything inside needs qcow2 disks, and %s; take a disk-only "
                  "snapshot instead",
                  others.text);
    else if (!fine)
        error_set(err, ERROR_UNSUPPORTED, 0, "%s has no disk that could hold its memory",
                  task->name);
    str_finish(&others);
    return fine;
}

// Memory that was suspended to disk fits the disks as they were then, and no others: started from
// it after these changed, the guest would ruin its file systems.
static bool check_not_saved(struct libvirt_task *task, struct error *err)
{
    if (virDomainHasManagedSaveImage(task->vm, 0) != 1)
        return true;
    return error_set(
        err, ERROR_INVALID, 0,
        "%s is suspended to disk, and its kept memory would not fit the changed disks; "
        "start it first",
        task->name);
}

// Adds <disk> for one disk, with the new file's name made from its own and the snapshot's.
static bool add_external_disk(struct libvirt_task *task, const struct domain_xml_disk *disk,
                              struct str *xml, struct error *err)
{
    struct stat status;
    str_add(xml, "<disk name='");
    domain_xml_escape(xml, disk->target);
    if (!is_written(disk)) {
        str_add(xml, "' snapshot='no'/>");
        return true;
    }
    if (!disk->path || disk->path[0] != '/')
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "%s of %s is not a file, so there is no place for a disk-only snapshot",
                         disk->target, task->name);
    AUTO_FREE char *overlay = memory_printf("%s.%s", disk->path, task->operation->name);
    if (strlen(strrchr(overlay, '/') + 1) > 255)
        return error_set(err, ERROR_INVALID, 0,
                         "the snapshot's file for %s would have a name of more than 255 bytes",
                         disk->target);
    if (task->driver->facts.local && lstat(overlay, &status) == 0)
        return error_set(err, ERROR_EXISTS, 0, "%s exists already; choose another name", overlay);
    str_add(xml, "' snapshot='external'><driver type='qcow2'/><source file='");
    domain_xml_escape(xml, overlay);
    str_add(xml, "'/></disk>");
    return true;
}

static bool add_external_disks(struct libvirt_task *task, const struct domain_xml_disks *disks,
                               struct str *xml, struct error *err)
{
    size_t written = 0;
    str_add(xml, "<disks>");
    for (size_t i = 0; i < disks->count; i++) {
        written += is_written(&disks->items[i]);
        if (!add_external_disk(task, &disks->items[i], xml, err))
            return false;
    }
    str_add(xml, "</disks>");
    return written > 0 ||
           error_set(err, ERROR_UNSUPPORTED, 0, "%s has no disk that is written to", task->name);
}

static bool check_quiesce(struct libvirt_task *task, const char *definition_xml, struct error *err)
{
    struct vm_definition *definition = domain_xml_parse(definition_xml, err);
    if (!definition)
        return false;
    bool agent = definition->has_agent_channel;
    vm_definition_unref(definition);
    if (!task_is_active(task))
        return error_set(err, ERROR_INVALID, 0, "%s is not running, so nothing is to be quiesced",
                         task->name);
    return agent ||
           error_set(err, ERROR_UNSUPPORTED, 0,
                     "%s has no guest agent that could quiesce its file systems", task->name);
}

// The request's XML; NULL and err when it would fail. *flags for virDomainSnapshotCreateXML.
static char *make_request(struct libvirt_task *task, unsigned *flags, struct error *err)
{
    const struct operation *operation = task->operation;
    struct domain_xml_disks disks = {0};
    struct str xml;
    bool external = task_has(task, OPERATION_FLAG_DISK_ONLY), fine;
    bool quiesce = task_has(task, OPERATION_FLAG_QUIESCE);
    AUTO_FREE char *definition = task_xml(task, false, err);
    if (!definition || !domain_xml_disks(definition, &disks, err))
        return NULL;
    str_init(&xml);
    str_add(&xml, "<domainsnapshot><name>");
    domain_xml_escape(&xml, operation->name);
    str_add(&xml, "</name>");
    if (operation->description && operation->description[0]) {
        AUTO_FREE char *description = utf8_scrub_dup(operation->description, 4096);
        str_add(&xml, "<description>");
        domain_xml_escape(&xml, description);
        str_add(&xml, "</description>");
    }
    *flags =
        external ? VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY | VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC : 0;
    if (quiesce)
        *flags |= VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE;
    if (quiesce && !external)
        fine = error_set(err, ERROR_INVALID, 0, "only a disk-only snapshot can be quiesced");
    else if (external)
        fine = (!quiesce || check_quiesce(task, definition, err)) && check_not_saved(task, err) &&
               add_external_disks(task, &disks, &xml, err);
    else
        fine = task->driver->facts.flavour != LIBVIRT_QEMU || check_internal(task, &disks, err);
    str_add(&xml, "</domainsnapshot>");
    domain_xml_disks_finish(&disks);
    char *text = str_take(&xml);
    if (fine)
        return text;
    free(text);
    return NULL;
}

static virDomainSnapshotPtr find(struct libvirt_task *task, struct error *err)
{
    const char *name = task->operation->name;
    virDomainSnapshotPtr snapshot = name ? virDomainSnapshotLookupByName(task->vm, name, 0) : NULL;
    if (!snapshot && (!name || virGetLastErrorCode() == VIR_ERR_NO_DOMAIN_SNAPSHOT))
        error_set(err, ERROR_NOT_FOUND, 0, "%s has no snapshot %s", task->name, name ? name : "");
    else if (!snapshot)
        task_fail(task, err);
    return snapshot;
}

bool task_snapshot_create(struct libvirt_task *task, struct error *err)
{
    unsigned flags;
    if (!check_name(task->operation->name, err))
        return false;
    virDomainSnapshotPtr snapshot =
        virDomainSnapshotLookupByName(task->vm, task->operation->name, 0);
    if (snapshot) {
        virDomainSnapshotFree(snapshot);
        return error_set(err, ERROR_EXISTS, 0, "%s has a snapshot %s already", task->name,
                         task->operation->name);
    }
    AUTO_FREE char *xml = make_request(task, &flags, err);
    if (!xml)
        return false;
    snapshot = virDomainSnapshotCreateXML(task->vm, xml, flags);
    if (!snapshot)
        return task_fail(task, err);
    virDomainSnapshotFree(snapshot);
    return true;
}

static bool read_external(struct libvirt_task *task, virDomainSnapshotPtr snapshot, bool *external,
                          struct error *err)
{
    struct vm_snapshot_info info;
    AUTO_FREE char *xml = virDomainSnapshotGetXMLDesc(snapshot, 0);
    if (!xml)
        return task_fail(task, err);
    if (!domain_xml_parse_snapshot(xml, &info, err))
        return false;
    *external = info.external;
    domain_xml_snapshot_finish(&info);
    return true;
}

static bool check_revert(struct libvirt_task *task, virDomainSnapshotPtr snapshot,
                         struct error *err)
{
    bool external;
    if (!read_external(task, snapshot, &external, err))
        return false;
    if (external)
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "%s is a disk-only (external) snapshot, and this libvirt cannot revert to "
                         "one yet",
                         task->operation->name);
    if (!check_not_saved(task, err))
        return false;
    // With a checkpoint's bitmap in the disk, the revert fails halfway and leaves the VM off.
    int checkpoints = virDomainListAllCheckpoints(task->vm, NULL, 0);
    if (checkpoints > 0)
        return error_set(err, ERROR_UNSUPPORTED, 0,
                         "%s has %d backup checkpoint%s, and reverting beside one fails and leaves "
                         "the VM off; delete the checkpoints first",
                         task->name, checkpoints, checkpoints == 1 ? "" : "s");
    return true;
}

bool task_snapshot_revert(struct libvirt_task *task, struct error *err)
{
    unsigned flags =
        task_has(task, OPERATION_FLAG_THEN_RUNNING)  ? VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING
        : task_has(task, OPERATION_FLAG_THEN_PAUSED) ? VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED
                                                     : 0;
    virDomainSnapshotPtr snapshot = find(task, err);
    if (!snapshot)
        return false;
    bool done = check_revert(task, snapshot, err) &&
                (virDomainRevertToSnapshot(snapshot, flags) == 0 || task_fail(task, err));
    virDomainSnapshotFree(snapshot);
    return done;
}

bool task_snapshot_delete(struct libvirt_task *task, struct error *err)
{
    unsigned flags = task_has(task, OPERATION_FLAG_CHILDREN_ONLY)
                         ? VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY
                     : task_has(task, OPERATION_FLAG_CHILDREN) ? VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN
                                                               : 0;
    virDomainSnapshotPtr snapshot = find(task, err);
    if (!snapshot)
        return false;
    // Deleting an external one merges disks, and moves the VM to other files.
    bool external, done = read_external(task, snapshot, &external, err) &&
                          (!external || check_not_saved(task, err)) &&
                          (virDomainSnapshotDelete(snapshot, flags) == 0 || task_fail(task, err));
    virDomainSnapshotFree(snapshot);
    return done;
}
