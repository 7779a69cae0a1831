// SPDX-License-Identifier: GPL-2.0-or-later
// One bulk statistics call as a value that a worker can run and, left behind, release by itself.
#ifndef VMTUI_BACKEND_LIBVIRT_BULK_H
#define VMTUI_BACKEND_LIBVIRT_BULK_H

#include <libvirt/libvirt.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct libvirt_bulk {
    virConnectPtr connection; // a reference of its own
    virDomainPtr *vms;        // ended by NULL, references of its own; NULL: all VMs of the host
    unsigned groups, flags;
    virDomainStatsRecordPtr *records;
    int count; // of records; -1: it failed, error says why
    struct error error;
    bool unsupported; // the driver has no bulk statistics
    bool bad_flags;   // it has, but not with these flags
};

// Takes the references that it needs. vms: count of them; NULL: all.
struct libvirt_bulk *libvirt_bulk_create(virConnectPtr connection, virDomainPtr *vms, size_t count,
                                         unsigned groups, unsigned flags);
void libvirt_bulk_run(void *bulk);
void libvirt_bulk_destroy(void *bulk); // takes NULL

#endif
