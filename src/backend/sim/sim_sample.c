// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "backend/sim/sim_world.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

static void sample_vcpus(const struct sim_vm *vm, struct vm_sample *sample)
{
    sample->vcpus = memory_array(vm->vcpus_current, sizeof(*sample->vcpus));
    sample->vcpu_count = vm->vcpus_current;
    for (unsigned i = 0; i < vm->vcpus_current; i++) {
        struct vcpu_sample *vcpu = &sample->vcpus[i];
        vcpu->number = i;
        vcpu->state = vm->state == VM_STATE_RUNNING ? VCPU_RUNNING : VCPU_BLOCKED;
        vcpu->has_time = vcpu->has_delay = true;
        vcpu->time_ns = (uint64_t)vm->vcpus[i].time_ns;
        vcpu->delay_ns = (uint64_t)vm->vcpus[i].delay_ns;
    }
}

static void sample_disks(const struct sim_vm *vm, struct vm_sample *sample)
{
    sample->disks = memory_array(vm->disk_count, sizeof(*sample->disks));
    sample->disk_count = vm->disk_count;
    for (size_t i = 0; i < vm->disk_count; i++) {
        const struct sim_disk *from = &vm->disks[i];
        struct disk_sample *disk = &sample->disks[i];
        disk->target = memory_strdup(from->target);
        disk->source = memory_strdup(from->source);
        disk->valid = DISK_HAS_CAPACITY | DISK_HAS_ALLOCATION | DISK_HAS_PHYSICAL;
        disk->capacity_bytes = from->capacity_bytes;
        disk->allocation_bytes = disk->physical_bytes = (uint64_t)from->allocation_bytes;
        if (!vm_state_is_active(vm->state))
            continue;
        disk->valid |= DISK_HAS_READ | DISK_HAS_WRITE | DISK_HAS_READ_TIME | DISK_HAS_WRITE_TIME |
                       DISK_HAS_FLUSH;
        disk->read_bytes = (uint64_t)from->read_bytes;
        disk->read_requests = (uint64_t)from->read_requests;
        disk->read_time_ns = (uint64_t)from->read_time_ns;
        disk->write_bytes = (uint64_t)from->write_bytes;
        disk->write_requests = (uint64_t)from->write_requests;
        disk->write_time_ns = (uint64_t)from->write_time_ns;
        disk->flush_requests = (uint64_t)from->flush_requests;
        disk->flush_time_ns = (uint64_t)from->flush_time_ns;
    }
}

static void sample_nics(const struct sim_vm *vm, struct vm_sample *sample)
{
    sample->nics = memory_array(vm->nic_count, sizeof(*sample->nics));
    sample->nic_count = vm->nic_count;
    for (size_t i = 0; i < vm->nic_count; i++) {
        const struct sim_nic *from = &vm->nics[i];
        struct nic_sample *nic = &sample->nics[i];
        nic->name = memory_strdup(from->name);
        nic->valid = NIC_HAS_RX | NIC_HAS_TX;
        nic->rx_bytes = (uint64_t)from->rx_bytes;
        nic->rx_packets = (uint64_t)from->rx_packets;
        nic->rx_drops = (uint64_t)from->rx_drops;
        nic->tx_bytes = (uint64_t)from->tx_bytes;
        nic->tx_packets = (uint64_t)from->tx_packets;
    }
}

static void sample_memory(const struct sim_world *world, const struct sim_vm *vm,
                          struct vm_sample *sample)
{
    double available = vm->balloon_kib * 0.96;
    double unused = available - vm->used_kib - vm->cache_kib;
    sample->balloon_kib = (uint64_t)vm->balloon_kib;
    sample->available_kib = (uint64_t)available;
    sample->unused_kib = unused > 0 ? (uint64_t)unused : 0;
    sample->cache_kib = (uint64_t)vm->cache_kib;
    sample->usable_kib = sample->unused_kib + (uint64_t)(vm->cache_kib * 0.9);
    sample->rss_kib = (uint64_t)vm->rss_kib;
    sample->swap_in_kib = (uint64_t)vm->swap_in_kib;
    sample->swap_out_kib = (uint64_t)vm->swap_out_kib;
    sample->major_faults = (uint64_t)vm->major_faults;
    sample->last_update_s =
        world->origin_wall_ms / MS_PER_SECOND + vm->last_update_ns / NS_PER_SECOND;
    sample->valid |= VM_HAS_BALLOON | VM_HAS_AVAILABLE | VM_HAS_UNUSED | VM_HAS_CACHE |
                     VM_HAS_USABLE | VM_HAS_RSS | VM_HAS_SWAP | VM_HAS_MAJOR_FAULTS |
                     VM_HAS_LAST_UPDATE;
}

static void sample_active(const struct sim_world *world, const struct sim_vm *vm,
                          struct vm_sample *sample)
{
    sample->valid |= VM_HAS_CPU_TIME | VM_HAS_CPU_SPLIT;
    sample->cpu_user_ns = (uint64_t)vm->cpu_user_ns;
    sample->cpu_system_ns = (uint64_t)vm->cpu_system_ns;
    sample->cpu_time_ns = (uint64_t)(vm->cpu_user_ns + vm->cpu_system_ns);
    sample_memory(world, vm, sample);
    sample_vcpus(vm, sample);
    sample_nics(vm, sample);
}

static void sample_vm(const struct sim_world *world, struct sim_vm *vm, struct vm_sample *sample)
{
    memcpy(sample->uuid, vm->uuid, sizeof(sample->uuid));
    sample->name = memory_strdup(vm->name);
    sample->id = vm->id;
    sample->state = vm->state;
    sample->reason = vm->reason;
    sample->persistent = true;
    sample->autostart = vm->autostart;
    sample->has_managed_save = vm->has_managed_save;
    sample->hung = vm->hung;
    sample->sampled_ns = world->origin_ns + vm->figures_ns;
    sample->vcpus_current = vm->vcpus_current;
    sample->vcpus_max = vm->vcpus_max;
    sample->memory_max_kib = vm->memory_max_kib;
    sample->snapshot_count = (unsigned)vm->snapshot_count;
    sample->valid = VM_HAS_REASON | VM_HAS_PERSISTENT | VM_HAS_AUTOSTART | VM_HAS_MANAGED_SAVE |
                    VM_HAS_VCPU_COUNT | VM_HAS_MEMORY_MAX | VM_HAS_SNAPSHOT_COUNT;
    sample->definition = vm_definition_ref(sim_vm_definition(vm));
    if (vm_state_is_active(vm->state))
        sample_active(world, vm, sample);
    sample_disks(vm, sample);
}

static struct vm_detail *detail_of(const struct sim_vm *vm)
{
    struct vm_detail *detail = vm_detail_create();
    detail->snapshots = memory_array(vm->snapshot_count, sizeof(*detail->snapshots));
    detail->snapshot_count = vm->snapshot_count;
    for (size_t i = 0; i < vm->snapshot_count; i++) {
        const struct sim_snapshot *from = &vm->snapshots[i];
        struct vm_snapshot_info *info = &detail->snapshots[i];
        info->name = memory_strdup(from->name);
        info->parent = memory_strdup(from->parent);
        info->description = memory_strdup(from->description);
        info->created_s = from->created_s;
        info->state = from->state;
        info->memory_included = from->memory_included;
        info->current = str_equal(from->name, vm->current_snapshot);
    }
    detail->xml = memory_printf("<vm simulated='yes'>\n"
                                "  <name>%s</name>\n"
                                "  <uuid>%s</uuid>\n"
                                "  <vcpu current='%u'>%u</vcpu>\n"
                                "  <memory unit='KiB'>%llu</memory>\n"
                                "</vm>\n",
                                vm->name, vm->uuid, vm->next_vcpus_current, vm->next_vcpus_max,
                                (unsigned long long)vm->next_memory_max_kib);
    return detail;
}

static void sample_host(const struct sim_world *world, struct host_snapshot *snapshot)
{
    double rss_kib = 0;
    for (size_t i = 0; i < world->vm_count; i++)
        rss_kib += vm_state_is_active(world->vms[i]->state) ? world->vms[i]->rss_kib : 0;
    uint64_t taken_kib = (uint64_t)rss_kib + world->memory_total_kib / 50;
    uint64_t available_kib =
        taken_kib < world->memory_total_kib ? world->memory_total_kib - taken_kib : 0;
    snapshot->valid = HOST_HAS_CPU | HOST_HAS_MEMORY | HOST_HAS_MEMORY_AVAILABLE | HOST_HAS_LOAD |
                      HOST_HAS_PRESSURE;
    snapshot->cpus = world->cpus;
    snapshot->cpu_user_ns = (uint64_t)world->cpu_user_ns;
    snapshot->cpu_system_ns = (uint64_t)world->cpu_system_ns;
    snapshot->cpu_idle_ns = (uint64_t)world->cpu_idle_ns;
    snapshot->cpu_iowait_ns = (uint64_t)world->cpu_iowait_ns;
    snapshot->memory_total_kib = world->memory_total_kib;
    snapshot->memory_available_kib = available_kib;
    snapshot->memory_cache_kib = available_kib / 4;
    snapshot->memory_free_kib = available_kib - available_kib / 4;
    snapshot->load_1 = world->load_1;
    snapshot->load_5 = world->load_5;
    snapshot->load_15 = world->load_15;
    snapshot->psi_cpu_some_10 = world->cpu_pressure;
    // Pressure begins when less than a tenth is left.
    double left = (double)available_kib / (double)world->memory_total_kib;
    snapshot->psi_memory_some_10 = left < 0.1 ? (0.1 - left) * 200 : 0;
    snapshot->psi_io_some_10 = world->io_pressure;
    snapshot->psi_io_full_10 = world->io_pressure * 0.6;
}

static uint64_t capabilities(bool read_only)
{
    uint64_t all = (UINT64_C(1) << HOST_CAPABILITY_COUNT) - 1;
    return read_only ? UINT64_C(1) << HOST_CAN_CONSOLE : all;
}

static void sample_labels(const struct sim_world *world, const char *host_name, bool read_only,
                          struct host_snapshot *snapshot)
{
    snapshot->name =
        host_name != NULL ? memory_strdup(host_name) : memory_printf("sim%u", world->settings.host);
    snapshot->uri = memory_strdup(world->uri);
    snapshot->hypervisor = memory_strdup("simulation");
    snapshot->arch = memory_strdup("x86_64");
    snapshot->cpu_model = memory_strdup("simulated processor");
    snapshot->acceleration = memory_strdup("simulated");
    snapshot->capabilities = capabilities(read_only);
}

struct host_snapshot *sim_sample(struct sim_world *world, const struct interest *interest,
                                 const char *host_name, bool read_only)
{
    uint64_t began_ns = clock_monotonic_ns();
    sim_advance(world);
    struct host_snapshot *snapshot = host_snapshot_create();
    sample_labels(world, host_name, read_only, snapshot);
    sample_host(world, snapshot);
    host_snapshot_set_vm_count(snapshot, world->vm_count);
    for (size_t i = 0; i < world->vm_count; i++) {
        sample_vm(world, world->vms[i], &snapshot->vms[i]);
        if (interest != NULL && strcmp(interest->focus, world->vms[i]->uuid) == 0)
            snapshot->vms[i].detail = detail_of(world->vms[i]);
    }
    snapshot->sampled_ns = world->origin_ns + world->now_ns;
    snapshot->sampled_wall_ms = world->origin_wall_ms + world->now_ns / NS_PER_MS;
    snapshot->sample_cost_ns = clock_monotonic_ns() - began_ns;
    return snapshot;
}
