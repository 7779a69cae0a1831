// SPDX-License-Identifier: GPL-2.0-or-later
// Snapshots made by hand for the monitor's tests: a few setters over core/model.
#ifndef VMTUI_TESTS_MONITOR_FABRICATED_H
#define VMTUI_TESTS_MONITOR_FABRICATED_H

#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/model/model.h"
#include "core/str.h"

#define SECOND UINT64_C(1000000000)
#define MS     UINT64_C(1000000)

#define UUID_A "aaaaaaaa-0000-4000-8000-000000000001"
#define UUID_B "bbbbbbbb-0000-4000-8000-000000000002"
#define UUID_C "cccccccc-0000-4000-8000-000000000003"

// A running VM with nothing known but its state.
static inline void vm_running(struct vm_sample *vm, const char *uuid, int id, uint64_t sampled_ns)
{
    str_format(vm->uuid, sizeof(vm->uuid), "%s", uuid);
    vm->name = memory_strdup(uuid[0] == 'a' ? "web1" : uuid[0] == 'b' ? "db1" : "old");
    vm->id = id;
    vm->state = VM_STATE_RUNNING;
    vm->sampled_ns = sampled_ns;
}

static inline void vm_cpu(struct vm_sample *vm, unsigned vcpus, uint64_t cpu_ms)
{
    vm->valid |= VM_HAS_CPU_TIME | VM_HAS_VCPU_COUNT;
    vm->vcpus_current = vm->vcpus_max = vcpus;
    vm->cpu_time_ns = cpu_ms * MS;
}

static inline void vm_add_vcpu(struct vm_sample *vm, unsigned number, uint64_t time_ms,
                               uint64_t delay_ms)
{
    vm->vcpus = memory_resize(vm->vcpus, vm->vcpu_count + 1, sizeof(*vm->vcpus));
    vm->vcpus[vm->vcpu_count++] = (struct vcpu_sample){.number = number,
                                                       .state = VCPU_RUNNING,
                                                       .has_time = true,
                                                       .has_delay = true,
                                                       .time_ns = time_ms * MS,
                                                       .delay_ns = delay_ms * MS};
}

static inline struct disk_sample *vm_add_disk(struct vm_sample *vm, const char *target)
{
    vm->disks = memory_resize(vm->disks, vm->disk_count + 1, sizeof(*vm->disks));
    struct disk_sample *disk = &vm->disks[vm->disk_count++];
    *disk = (struct disk_sample){.target = memory_strdup(target)};
    return disk;
}

static inline void disk_reads(struct disk_sample *disk, uint64_t bytes, uint64_t requests,
                              uint64_t time_ms)
{
    disk->valid |= DISK_HAS_READ | DISK_HAS_READ_TIME;
    disk->read_bytes = bytes;
    disk->read_requests = requests;
    disk->read_time_ns = time_ms * MS;
}

static inline void disk_writes(struct disk_sample *disk, uint64_t bytes, uint64_t requests,
                               uint64_t time_ms)
{
    disk->valid |= DISK_HAS_WRITE | DISK_HAS_WRITE_TIME;
    disk->write_bytes = bytes;
    disk->write_requests = requests;
    disk->write_time_ns = time_ms * MS;
}

static inline struct nic_sample *vm_add_nic(struct vm_sample *vm, const char *name)
{
    vm->nics = memory_resize(vm->nics, vm->nic_count + 1, sizeof(*vm->nics));
    struct nic_sample *nic = &vm->nics[vm->nic_count++];
    *nic = (struct nic_sample){.name = memory_strdup(name)};
    return nic;
}

// What the guest reports through the balloon.
static inline void vm_memory(struct vm_sample *vm, uint64_t balloon_kib, uint64_t usable_kib,
                             uint64_t last_update_s)
{
    vm->valid |= VM_HAS_BALLOON | VM_HAS_USABLE | VM_HAS_LAST_UPDATE;
    vm->balloon_kib = balloon_kib;
    vm->usable_kib = usable_kib;
    vm->last_update_s = last_update_s;
}

static inline struct host_snapshot *make_snapshot(const char *host, size_t vm_count,
                                                  uint64_t sampled_ns)
{
    struct host_snapshot *snapshot = host_snapshot_create();
    snapshot->name = memory_strdup(host);
    snapshot->sampled_ns = sampled_ns;
    snapshot->sampled_wall_ms = UINT64_C(1700000000000) + sampled_ns / MS;
    host_snapshot_set_vm_count(snapshot, vm_count);
    return snapshot;
}

#endif
