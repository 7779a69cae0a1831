// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/model/model.h"

struct host_snapshot *host_snapshot_create(void)
{
    struct host_snapshot *snapshot = memory_alloc(sizeof(*snapshot));
    refcount_init(&snapshot->refs);
    return snapshot;
}

struct host_snapshot *host_snapshot_ref(struct host_snapshot *snapshot)
{
    if (snapshot != NULL)
        refcount_ref(&snapshot->refs);
    return snapshot;
}

void host_snapshot_unref(struct host_snapshot *snapshot)
{
    if (snapshot == NULL || !refcount_unref(&snapshot->refs))
        return;
    host_snapshot_set_vm_count(snapshot, 0);
    for (size_t i = 0; i < snapshot->notice_count; i++)
        free(snapshot->notices[i]);
    free(snapshot->notices);
    free(snapshot->name);
    free(snapshot->uri);
    free(snapshot->hypervisor);
    free(snapshot->library_version);
    free(snapshot->arch);
    free(snapshot->cpu_model);
    free(snapshot->acceleration);
    free(snapshot);
}

void host_snapshot_set_vm_count(struct host_snapshot *snapshot, size_t count)
{
    for (size_t i = 0; i < snapshot->vm_count; i++)
        vm_sample_finish(&snapshot->vms[i]);
    free(snapshot->vms);
    snapshot->vms = count > 0 ? memory_array(count, sizeof(*snapshot->vms)) : NULL;
    snapshot->vm_count = count;
}

void host_snapshot_add_notice(struct host_snapshot *snapshot, const char *text)
{
    size_t count = snapshot->notice_count + 1;
    snapshot->notices = memory_resize(snapshot->notices, count, sizeof(*snapshot->notices));
    snapshot->notices[count - 1] = memory_strdup(text);
    snapshot->notice_count = count;
}

static int compare_uuids(const void *a, const void *b)
{
    const struct vm_sample *x = a;
    const struct vm_sample *y = b;
    return strcmp(x->uuid, y->uuid);
}

void host_snapshot_freeze(struct host_snapshot *snapshot)
{
    if (snapshot->vm_count > 1)
        qsort(snapshot->vms, snapshot->vm_count, sizeof(*snapshot->vms), compare_uuids);
}

static int compare_uuid_to_vm(const void *uuid, const void *vm)
{
    return strcmp(uuid, ((const struct vm_sample *)vm)->uuid);
}

const struct vm_sample *host_snapshot_find(const struct host_snapshot *snapshot, const char *uuid)
{
    if (snapshot == NULL || uuid == NULL || snapshot->vm_count == 0)
        return NULL;
    return bsearch(uuid, snapshot->vms, snapshot->vm_count, sizeof(*snapshot->vms),
                   compare_uuid_to_vm);
}

bool host_snapshot_can(const struct host_snapshot *snapshot, enum host_capability capability)
{
    return snapshot != NULL && (snapshot->capabilities >> capability & 1) != 0;
}
