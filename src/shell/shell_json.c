// SPDX-License-Identifier: GPL-2.0-or-later
// Samples and rates as JSON: units in the names, null for what is not known.
#include <json-c/json.h>
#include <stdio.h>

#include "shell/shell_internal.h"

static void add_text(struct json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, text != NULL ? json_object_new_string(text) : NULL);
}

static void add_count(struct json_object *object, const char *name, bool known, uint64_t value)
{
    json_object_object_add(object, name, known ? json_object_new_uint64(value) : NULL);
}

static void add_flag(struct json_object *object, const char *name, bool known, bool value)
{
    json_object_object_add(object, name, known ? json_object_new_boolean(value) : NULL);
}

// Two decimals are enough for a rate and keep the output readable.
static void add_rate(struct json_object *object, const char *name, double value)
{
    if (value < 0) {
        json_object_object_add(object, name, NULL);
        return;
    }
    char text[64];
    snprintf(text, sizeof(text), "%.2f", value);
    json_object_object_add(object, name, json_object_new_double_s(value, text));
}

static struct json_object *vcpus_json(const struct board_vm *vm)
{
    struct json_object *rows = json_object_new_array();
    for (size_t i = 0; i < vm->rates.vcpu_count; i++) {
        struct json_object *row = json_object_new_object();
        json_object_object_add(row, "vcpu", json_object_new_int64(vm->rates.vcpus[i].number));
        add_rate(row, "use_percent", vm->rates.vcpus[i].use_percent);
        add_rate(row, "ready_percent", vm->rates.vcpus[i].ready_percent);
        json_object_array_add(rows, row);
    }
    return rows;
}

static struct json_object *disks_json(const struct board_vm *vm)
{
    struct json_object *rows = json_object_new_array();
    for (size_t i = 0; i < vm->sample->disk_count; i++) {
        const struct disk_sample *disk = &vm->sample->disks[i];
        struct json_object *row = json_object_new_object();
        add_text(row, "target", disk->target);
        add_text(row, "source", disk->source);
        add_count(row, "capacity_bytes", (disk->valid & DISK_HAS_CAPACITY) != 0,
                  disk->capacity_bytes);
        add_count(row, "allocation_bytes", (disk->valid & DISK_HAS_ALLOCATION) != 0,
                  disk->allocation_bytes);
        add_count(row, "read_bytes", (disk->valid & DISK_HAS_READ) != 0, disk->read_bytes);
        add_count(row, "write_bytes", (disk->valid & DISK_HAS_WRITE) != 0, disk->write_bytes);
        if (i < vm->rates.disk_count) {
            const struct disk_rates *rates = &vm->rates.disks[i];
            add_rate(row, "read_bytes_per_s", rates->read_bytes);
            add_rate(row, "read_requests_per_s", rates->read_requests);
            add_rate(row, "read_latency_ms", rates->read_latency_ms);
            add_rate(row, "write_bytes_per_s", rates->write_bytes);
            add_rate(row, "write_requests_per_s", rates->write_requests);
            add_rate(row, "write_latency_ms", rates->write_latency_ms);
        }
        json_object_array_add(rows, row);
    }
    return rows;
}

static struct json_object *nics_json(const struct board_vm *vm)
{
    struct json_object *rows = json_object_new_array();
    for (size_t i = 0; i < vm->sample->nic_count; i++) {
        const struct nic_sample *nic = &vm->sample->nics[i];
        struct json_object *row = json_object_new_object();
        add_text(row, "name", nic->name);
        add_count(row, "rx_bytes", (nic->valid & NIC_HAS_RX) != 0, nic->rx_bytes);
        add_count(row, "tx_bytes", (nic->valid & NIC_HAS_TX) != 0, nic->tx_bytes);
        if (i < vm->rates.nic_count) {
            const struct nic_rates *rates = &vm->rates.nics[i];
            add_rate(row, "rx_bytes_per_s", rates->rx_bytes);
            add_rate(row, "rx_packets_per_s", rates->rx_packets);
            add_rate(row, "rx_errors_per_s", rates->rx_errors);
            add_rate(row, "rx_drops_per_s", rates->rx_drops);
            add_rate(row, "tx_bytes_per_s", rates->tx_bytes);
            add_rate(row, "tx_packets_per_s", rates->tx_packets);
            add_rate(row, "tx_errors_per_s", rates->tx_errors);
            add_rate(row, "tx_drops_per_s", rates->tx_drops);
        }
        json_object_array_add(rows, row);
    }
    return rows;
}

static void add_memory(struct json_object *row, const struct board_vm *vm)
{
    const struct vm_sample *sample = vm->sample;
    uint64_t valid = sample->valid;
    add_count(row, "memory_max_kib", (valid & VM_HAS_MEMORY_MAX) != 0, sample->memory_max_kib);
    add_count(row, "balloon_kib", (valid & VM_HAS_BALLOON) != 0, sample->balloon_kib);
    add_count(row, "memory_used_kib", vm->rates.memory_used_kib >= 0,
              (uint64_t)vm->rates.memory_used_kib);
    add_count(row, "memory_available_kib", (valid & VM_HAS_AVAILABLE) != 0, sample->available_kib);
    add_count(row, "memory_usable_kib", (valid & VM_HAS_USABLE) != 0, sample->usable_kib);
    add_count(row, "memory_unused_kib", (valid & VM_HAS_UNUSED) != 0, sample->unused_kib);
    add_count(row, "cache_kib", (valid & VM_HAS_CACHE) != 0, sample->cache_kib);
    add_count(row, "rss_kib", (valid & VM_HAS_RSS) != 0, sample->rss_kib);
    add_rate(row, "swap_in_kib_per_s", vm->rates.swap_in_kib);
    add_rate(row, "swap_out_kib_per_s", vm->rates.swap_out_kib);
    add_rate(row, "major_faults_per_s", vm->rates.major_faults);
}

struct json_object *shell_vm_json(const struct board_host *host, const struct board_vm *vm)
{
    const struct vm_sample *sample = vm->sample;
    uint64_t valid = sample->valid;
    const struct vm_definition *definition = sample->definition;
    struct json_object *row = json_object_new_object();
    add_text(row, "name", sample->name);
    add_text(row, "uuid", sample->uuid);
    add_text(row, "host", host->name);
    add_text(row, "state", vm_state_name(sample->state));
    add_text(row, "reason", (valid & VM_HAS_REASON) != 0 ? sample->reason : NULL);
    add_flag(row, "hung", true, sample->hung);
    add_text(row, "type", definition != NULL ? definition->type : NULL);
    add_flag(row, "persistent", (valid & VM_HAS_PERSISTENT) != 0, sample->persistent);
    add_flag(row, "autostart", (valid & VM_HAS_AUTOSTART) != 0, sample->autostart);
    add_flag(row, "managed_save", (valid & VM_HAS_MANAGED_SAVE) != 0, sample->has_managed_save);
    add_count(row, "snapshots", (valid & VM_HAS_SNAPSHOT_COUNT) != 0, sample->snapshot_count);
    add_count(row, "vcpus", (valid & VM_HAS_VCPU_COUNT) != 0, sample->vcpus_current);
    add_count(row, "vcpus_max", (valid & VM_HAS_VCPU_COUNT) != 0, sample->vcpus_max);
    add_memory(row, vm);
    add_count(row, "cpu_time_ns", (valid & VM_HAS_CPU_TIME) != 0, sample->cpu_time_ns);
    add_rate(row, "cpu_percent", vm->rates.cpu_percent);
    add_rate(row, "ready_percent", vm->rates.ready_percent);
    add_rate(row, "disk_read_bytes_per_s", vm->rates.disk_read_bytes);
    add_rate(row, "disk_write_bytes_per_s", vm->rates.disk_write_bytes);
    add_rate(row, "net_rx_bytes_per_s", vm->rates.net_rx_bytes);
    add_rate(row, "net_tx_bytes_per_s", vm->rates.net_tx_bytes);
    json_object_object_add(row, "vcpu_rates", vcpus_json(vm));
    json_object_object_add(row, "disks", disks_json(vm));
    json_object_object_add(row, "interfaces", nics_json(vm));
    return row;
}

enum exit_status shell_print_json(struct json_object *document)
{
    int failed = puts(json_object_to_json_string_ext(
                     document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)) < 0;
    json_object_put(document);
    if (failed || fflush(stdout) != 0) {
        perror("vmtui: standard output");
        return EXIT_STATUS_FAILED;
    }
    return EXIT_STATUS_DONE;
}
