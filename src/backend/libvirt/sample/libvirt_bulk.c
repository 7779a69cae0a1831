// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/sample/libvirt_bulk.h"

#include <libvirt/virterror.h>
#include <stdlib.h>

#include "backend/libvirt/libvirt_error.h"
#include "core/memory.h"

struct libvirt_bulk *libvirt_bulk_create(virConnectPtr connection, virDomainPtr *vms, size_t count,
                                         unsigned groups, unsigned flags)
{
    struct libvirt_bulk *bulk = memory_alloc(sizeof(*bulk));
    virConnectRef(connection);
    bulk->connection = connection;
    bulk->groups = groups;
    bulk->flags = flags;
    bulk->count = -1;
    if (vms) {
        bulk->vms = memory_array(count + 1, sizeof(*bulk->vms));
        for (size_t i = 0; i < count; i++) {
            virDomainRef(vms[i]);
            bulk->vms[i] = vms[i];
        }
    }
    return bulk;
}

void libvirt_bulk_run(void *arg)
{
    struct libvirt_bulk *bulk = arg;
    bulk->count = bulk->vms
                      ? virDomainListGetStats(bulk->vms, bulk->groups, &bulk->records, bulk->flags)
                      : virConnectGetAllDomainStats(bulk->connection, bulk->groups, &bulk->records,
                                                    bulk->flags);
    if (bulk->count >= 0)
        return;
    bulk->unsupported = libvirt_error_is_unsupported();
    bulk->bad_flags = bulk->flags && virGetLastErrorCode() == VIR_ERR_INVALID_ARG;
    libvirt_error_take(&bulk->error, NULL);
}

void libvirt_bulk_destroy(void *arg)
{
    struct libvirt_bulk *bulk = arg;
    if (!bulk)
        return;
    if (bulk->records)
        virDomainStatsRecordListFree(bulk->records);
    for (size_t i = 0; bulk->vms && bulk->vms[i]; i++)
        virDomainFree(bulk->vms[i]);
    free(bulk->vms);
    virConnectClose(bulk->connection);
    free(bulk);
}
