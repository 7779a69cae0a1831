// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "backend/sim/sim_world.h"
#include "core/clock.h"
#include "core/memory.h"

void sim_vm_destroy(struct sim_vm *vm)
{
    sim_snapshots_finish(vm);
    sim_vm_forget_definition(vm);
    for (size_t i = 0; i < vm->disk_count; i++)
        free(vm->disks[i].source);
    free(vm->name);
    free(vm);
}

// Counters begin anew with each start, as those of a new QEMU do.
static void reset_counters(struct sim_vm *vm)
{
    memset(vm->vcpus, 0, sizeof(vm->vcpus));
    vm->cpu_user_ns = vm->cpu_system_ns = 0;
    vm->swap_in_kib = vm->swap_out_kib = vm->swapped_kib = vm->major_faults = 0;
    for (size_t i = 0; i < vm->disk_count; i++) {
        struct sim_disk *disk = &vm->disks[i];
        disk->read_bytes = disk->read_requests = disk->read_time_ns = 0;
        disk->write_bytes = disk->write_requests = disk->write_time_ns = 0;
        disk->flush_requests = disk->flush_time_ns = 0;
    }
    for (size_t i = 0; i < vm->nic_count; i++) {
        struct sim_nic *nic = &vm->nics[i];
        nic->rx_bytes = nic->rx_packets = nic->rx_drops = nic->tx_bytes = nic->tx_packets = 0;
    }
}

static void apply_next_boot(struct sim_vm *vm)
{
    vm->vcpus_current = vm->next_vcpus_current;
    vm->vcpus_max = vm->next_vcpus_max;
    vm->memory_max_kib = vm->next_memory_max_kib;
    vm->balloon_target_kib = vm->next_balloon_kib;
    vm->balloon_kib = (double)vm->next_balloon_kib;
    sim_vm_forget_definition(vm);
}

void sim_vm_power_on(struct sim_world *world, struct sim_vm *vm, const char *reason)
{
    reset_counters(vm);
    apply_next_boot(vm);
    vm->state = VM_STATE_RUNNING;
    vm->reason = reason;
    vm->id = ++world->next_id;
    vm->hung = false;
    vm->pending_ns = 0;
    vm->demand_quantum = 0;
    vm->used_kib = 40 * 1024;
    vm->cache_kib = 0;
    vm->rss_kib = 60 * 1024;
    vm->figures_ns = vm->last_update_ns = world->now_ns;
    vm->boot_until_ns = world->now_ns + 5 * NS_PER_SECOND;
}

void sim_vm_power_off(struct sim_world *world, struct sim_vm *vm, enum vm_state state,
                      const char *reason)
{
    vm->state = state;
    vm->reason = reason;
    vm->id = -1;
    vm->hung = false;
    vm->pending_ns = 0;
    vm->figures_ns = world->now_ns;
    apply_next_boot(vm);
}

void sim_vm_forget_definition(struct sim_vm *vm)
{
    vm_definition_unref(vm->definition);
    vm->definition = NULL;
}

static void define_disks(const struct sim_vm *vm, struct vm_definition *definition)
{
    definition->disks = memory_array(vm->disk_count, sizeof(*definition->disks));
    definition->disk_count = vm->disk_count;
    for (size_t i = 0; i < vm->disk_count; i++) {
        struct disk_definition *disk = &definition->disks[i];
        disk->target = memory_strdup(vm->disks[i].target);
        disk->bus = memory_strdup("virtio");
        disk->device = memory_strdup("disk");
        disk->format = memory_strdup("qcow2");
        disk->source = memory_strdup(vm->disks[i].source);
    }
}

static void define_nics(const struct sim_vm *vm, struct vm_definition *definition)
{
    definition->nics = memory_array(vm->nic_count, sizeof(*definition->nics));
    definition->nic_count = vm->nic_count;
    for (size_t i = 0; i < vm->nic_count; i++) {
        struct nic_definition *nic = &definition->nics[i];
        uint64_t hash = sim_hash(vm->number, i, 3);
        nic->mac = memory_printf("52:54:00:%02x:%02x:%02x", (unsigned)(hash & 0xff),
                                 (unsigned)(hash >> 8 & 0xff), (unsigned)(hash >> 16 & 0xff));
        nic->type = memory_strdup("network");
        nic->model = memory_strdup("virtio");
        nic->source = memory_strdup("default");
        nic->target = memory_strdup(vm->nics[i].name);
    }
}

struct vm_definition *sim_vm_definition(struct sim_vm *vm)
{
    if (vm->definition != NULL)
        return vm->definition;
    struct vm_definition *definition = vm_definition_create();
    definition->type = memory_strdup("sim");
    definition->arch = memory_strdup("x86_64");
    definition->machine = memory_strdup("sim-1");
    definition->firmware = memory_strdup("bios");
    definition->vcpus_max = vm->next_vcpus_max;
    definition->vcpus_current = vm->next_vcpus_current;
    definition->memory_max_kib = vm->next_memory_max_kib;
    definition->memory_current_kib = vm->next_balloon_kib;
    definition->balloon_period_s = 2;
    definition->has_balloon = true;
    definition->has_serial_console = true;
    definition->has_agent_channel = vm->has_agent;
    define_disks(vm, definition);
    define_nics(vm, definition);
    vm->definition = definition;
    return definition;
}

// A guest gives back what it does not use, and nothing more.
uint64_t sim_vm_least_balloon_kib(const struct sim_vm *vm)
{
    return (uint64_t)(vm->used_kib * 1.05) + 32 * 1024;
}
