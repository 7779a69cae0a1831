// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/views/view_boards.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

#define MIB_KIB UINT64_C(1024)
#define GIB_KIB (1024 * MIB_KIB)
#define MIB     (1024.0 * 1024.0)
#define GIB     (1024 * MIB)

void view_board_set_vcpus(struct board *board, unsigned number, unsigned count)
{
    struct board_vm *vm = fixture_board_vm(board, number);
    struct vm_rates *rates = &vm->rates;
    fixture_vm(board, number)->vcpus_current = count;
    rates->vcpus = memory_resize(rates->vcpus, count, sizeof(*rates->vcpus));
    rates->vcpu_count = count;
    for (unsigned i = 0; i < count; i++)
        rates->vcpus[i] = (struct vcpu_rates){i, (double)(i * 37 % 101), i % 11 == 3 ? 12.5 : 0.2};
}

static void define_disk(struct vm_definition *definition, const char *target, const char *device,
                        const char *source)
{
    definition->disks =
        memory_resize(definition->disks, definition->disk_count + 1, sizeof(*definition->disks));
    definition->disks[definition->disk_count++] = (struct disk_definition){
        .target = memory_strdup(target),
        .bus = memory_strdup(strcmp(device, "cdrom") == 0 ? "sata" : "virtio"),
        .device = memory_strdup(device),
        .format = source != NULL ? memory_strdup("qcow2") : NULL,
        .source = memory_strdup(source),
        .read_only = strcmp(device, "cdrom") == 0,
    };
}

static void sample_disk(struct vm_sample *vm, struct vm_rates *rates, unsigned index,
                        const char *target, const char *source)
{
    vm->disks = memory_resize(vm->disks, vm->disk_count + 1, sizeof(*vm->disks));
    vm->disks[vm->disk_count++] = (struct disk_sample){
        .valid = DISK_HAS_READ | DISK_HAS_WRITE | DISK_HAS_CAPACITY | DISK_HAS_ALLOCATION,
        .target = memory_strdup(target),
        .source = memory_strdup(source),
        .capacity_bytes = (uint64_t)(100 * GIB),
        .allocation_bytes = (uint64_t)((7 + 13.0 * index) * GIB),
    };
    rates->disks = memory_resize(rates->disks, rates->disk_count + 1, sizeof(*rates->disks));
    rates->disks[rates->disk_count++] = (struct disk_rates){
        index * 999e3, index * 120.0, index * 0.31, index * 5.5e6, index * 1234.0, index * 11.0};
}

void view_board_set_disks(struct board *board, unsigned number, unsigned count)
{
    struct board_vm *vm = fixture_board_vm(board, number);
    struct vm_sample *sample = fixture_vm(board, number);
    for (size_t have = sample->disk_count; have < count; have++) {
        char target[8], source[64];
        str_format(target, sizeof(target), "vd%c", (char)('a' + have));
        str_format(source, sizeof(source), "/vms/%u-%zu.qcow2", number, have);
        define_disk(sample->definition, target, "disk", source);
        sample_disk(sample, &vm->rates, (unsigned)have, target, source);
    }
    if (count > 0)
        return;
    for (size_t i = 0; i < sample->disk_count; i++) {
        free(sample->disks[i].target);
        free(sample->disks[i].source);
    }
    for (size_t i = 0; i < sample->definition->disk_count; i++) {
        free(sample->definition->disks[i].target);
        free(sample->definition->disks[i].bus);
        free(sample->definition->disks[i].device);
        free(sample->definition->disks[i].format);
        free(sample->definition->disks[i].source);
    }
    sample->disk_count = sample->definition->disk_count = vm->rates.disk_count = 0;
}

void view_board_set_nics(struct board *board, unsigned number, unsigned count)
{
    struct board_vm *vm = fixture_board_vm(board, number);
    struct vm_sample *sample = fixture_vm(board, number);
    struct vm_rates *rates = &vm->rates;
    for (size_t have = sample->nic_count; have < count; have++) {
        sample->nics = memory_resize(sample->nics, have + 1, sizeof(*sample->nics));
        sample->nics[have] = (struct nic_sample){
            .valid = NIC_HAS_RX | NIC_HAS_TX,
            .name = memory_printf(have == 3 ? "tap-of-a-long-name%zu" : "vnet%zu", have)};
        rates->nics = memory_resize(rates->nics, have + 1, sizeof(*rates->nics));
        rates->nics[have] = (struct nic_rates){have * 1.2e6, have * 900.0, 0, have == 2 ? 17 : 0,
                                               have * 77e3,  have * 450.0, 0, 0};
    }
    for (size_t i = count; i < sample->nic_count; i++)
        free(sample->nics[i].name);
    sample->nic_count = rates->nic_count = count;
}

struct board *view_board_full(void)
{
    struct board *board = fixture_board_small();
    struct vm_sample *vm = fixture_vm(board, 1);
    struct vm_rates *rates = &fixture_board_vm(board, 1)->rates;
    vm->valid |= VM_HAS_UNUSED | VM_HAS_AVAILABLE | VM_HAS_USABLE | VM_HAS_CACHE | VM_HAS_SWAP |
                 VM_HAS_MAJOR_FAULTS | VM_HAS_RSS;
    vm->usable_kib = 1126 * MIB_KIB;
    vm->cache_kib = 412 * MIB_KIB;
    vm->rss_kib = 3 * GIB_KIB + 200 * MIB_KIB;
    rates->swap_in_kib = 0;
    rates->swap_out_kib = 36;
    rates->major_faults = 12;
    view_board_set_disks(board, 1, 2);
    define_disk(vm->definition, "sda", "cdrom", NULL);
    view_board_set_nics(board, 1, 2);
    return board;
}

void view_board_forget(struct board *board, unsigned number)
{
    struct vm_sample *vm = fixture_vm(board, number);
    struct vm_rates *rates = &fixture_board_vm(board, number)->rates;
    vm->valid = 0;
    rates->cpu_percent = rates->ready_percent = rates->memory_used_kib = -1;
    rates->disk_read_bytes = rates->disk_write_bytes = rates->disk_latency_ms = -1;
    rates->net_rx_bytes = rates->net_tx_bytes = rates->net_drops = -1;
    rates->swap_in_kib = rates->swap_out_kib = rates->major_faults = -1;
    for (size_t i = 0; i < rates->vcpu_count; i++)
        rates->vcpus[i].use_percent = rates->vcpus[i].ready_percent = -1;
    for (size_t i = 0; i < rates->disk_count; i++) {
        rates->disks[i] = (struct disk_rates){-1, -1, -1, -1, -1, -1};
        vm->disks[i].valid = 0;
    }
    for (size_t i = 0; i < rates->nic_count; i++)
        rates->nics[i] = (struct nic_rates){-1, -1, -1, -1, -1, -1, -1, -1};
    for (int metric = 0; board->focus != NULL && metric < CHART_METRIC_COUNT; metric++)
        for (size_t i = 0; i < board->focus->metrics[metric].count; i++)
            board->focus->metrics[metric].mean[i] = board->focus->metrics[metric].peak[i] = NAN;
}

struct vm_detail *view_board_add_detail(struct board *board, unsigned number)
{
    struct vm_sample *vm = fixture_vm(board, number);
    vm->valid &= ~(uint64_t)VM_HAS_SNAPSHOT_COUNT; // what the detail lists counts
    vm->detail = vm_detail_create();
    return vm->detail;
}

struct vm_snapshot_info *view_board_add_snapshot(struct vm_detail *detail, const char *name,
                                                 const char *parent)
{
    detail->snapshots =
        memory_resize(detail->snapshots, detail->snapshot_count + 1, sizeof(*detail->snapshots));
    struct vm_snapshot_info *snapshot = &detail->snapshots[detail->snapshot_count++];
    *snapshot = (struct vm_snapshot_info){
        .name = memory_strdup(name),
        .parent = memory_strdup(parent),
        .created_s = 1795356112 - 86400 * (100 - (int64_t)detail->snapshot_count),
        .state = VM_STATE_RUNNING,
        .memory_included = true,
    };
    return snapshot;
}

struct log_entry *view_board_add_entry(struct board *board, enum severity severity, const char *vm,
                                       const char *text, const char *command)
{
    board->log = memory_resize(board->log, board->log_count + 1, sizeof(*board->log));
    struct log_entry *entry = &board->log[board->log_count++];
    memset(entry, 0, sizeof(*entry));
    entry->wall_ms = FIXTURE_WALL_MS - 600000 + 1000 * board->log_count;
    entry->severity = severity;
    str_format(entry->host, sizeof(entry->host), "lab1");
    str_format(entry->vm_name, sizeof(entry->vm_name), "%s", vm);
    str_format(entry->text, sizeof(entry->text), "%s", text);
    str_format(entry->command_line, sizeof(entry->command_line), "%s", command);
    return entry;
}
