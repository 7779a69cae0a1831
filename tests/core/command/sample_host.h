// SPDX-License-Identifier: GPL-2.0-or-later
// A host with two VMs for the tests of this folder: web1 (running, KVM, 2 of 4 vCPUs, 1 of 4 GiB)
// and db1 (off), which shares web1's vdc.
#ifndef VMTUI_TESTS_CORE_COMMAND_SAMPLE_HOST_H
#define VMTUI_TESTS_CORE_COMMAND_SAMPLE_HOST_H

#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/memory.h"

static inline void sample_disk(struct vm_definition *definition, const char *target,
                               const char *device, const char *source)
{
    size_t at = definition->disk_count++;
    definition->disks =
        memory_resize(definition->disks, definition->disk_count, sizeof(*definition->disks));
    definition->disks[at] = (struct disk_definition){
        .target = memory_strdup(target),
        .device = memory_strdup(device),
        .format = memory_strdup(strcmp(device, "cdrom") == 0 ? "raw" : "qcow2"),
        .source = memory_strdup(source),
        .read_only = strcmp(device, "cdrom") == 0,
    };
}

static inline void sample_web1(struct vm_sample *vm)
{
    strcpy(vm->uuid, "00000000-0000-4000-8000-000000000001");
    vm->name = memory_strdup("web1");
    vm->state = VM_STATE_RUNNING;
    vm->valid = VM_HAS_VCPU_COUNT | VM_HAS_MEMORY_MAX | VM_HAS_BALLOON | VM_HAS_USABLE |
                VM_HAS_PERSISTENT | VM_HAS_MANAGED_SAVE | VM_HAS_SNAPSHOT_COUNT;
    vm->persistent = true;
    vm->snapshot_count = 1;
    vm->vcpus_current = 2;
    vm->vcpus_max = 4;
    vm->memory_max_kib = 4194304;
    vm->balloon_kib = 1048576;
    vm->usable_kib = 524288;
    vm->disks = memory_array(1, sizeof(*vm->disks));
    vm->disk_count = 1;
    vm->disks[0].target = memory_strdup("vda");
    vm->disks[0].valid = DISK_HAS_CAPACITY;
    vm->disks[0].capacity_bytes = UINT64_C(10737418240);
    struct vm_definition *definition = vm_definition_create();
    definition->type = memory_strdup("kvm");
    definition->has_balloon = definition->has_serial_console = true;
    sample_disk(definition, "vda", "disk", "/images/web1.qcow2");
    sample_disk(definition, "sda", "cdrom", "/iso/debian.iso");
    sample_disk(definition, "vdc", "disk", "/images/common.qcow2");
    vm->definition = definition;
    vm->detail = vm_detail_create();
    vm->detail->snapshots = memory_array(1, sizeof(*vm->detail->snapshots));
    vm->detail->snapshot_count = 1;
    vm->detail->snapshots[0].name = memory_strdup("clean");
}

static inline void sample_db1(struct vm_sample *vm)
{
    strcpy(vm->uuid, "00000000-0000-4000-8000-000000000002");
    vm->name = memory_strdup("db1");
    vm->state = VM_STATE_SHUT_OFF;
    vm->valid = VM_HAS_PERSISTENT | VM_HAS_MANAGED_SAVE;
    vm->persistent = true;
    vm->definition = vm_definition_create();
    vm->definition->type = memory_strdup("kvm");
    vm->definition->vcpus_max = 2;
    vm->definition->memory_max_kib = 2097152;
    sample_disk(vm->definition, "vda", "disk", "/images/common.qcow2");
}

static inline struct host_snapshot *sample_host(void)
{
    struct host_snapshot *host = host_snapshot_create();
    host->name = memory_strdup("lab1");
    host->capabilities = (UINT64_C(1) << HOST_CAPABILITY_COUNT) - 1;
    host_snapshot_set_vm_count(host, 2);
    sample_web1(&host->vms[0]);
    sample_db1(&host->vms[1]);
    host_snapshot_freeze(host);
    return host;
}

#endif
