// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/sample/libvirt_params.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

#define PARTS_MAX 1024 // vCPUs, disks or interfaces of one VM; more are not shown

static uint64_t as_number(const virTypedParameter *param)
{
    switch (param->type) {
    case VIR_TYPED_PARAM_INT:
        return param->value.i < 0 ? 0 : (uint64_t)param->value.i;
    case VIR_TYPED_PARAM_UINT:
        return param->value.ui;
    case VIR_TYPED_PARAM_LLONG:
        return param->value.l < 0 ? 0 : (uint64_t)param->value.l;
    case VIR_TYPED_PARAM_ULLONG:
        return param->value.ul;
    case VIR_TYPED_PARAM_DOUBLE:
        return param->value.d > 0 ? (uint64_t)param->value.d : 0;
    default:
        return 0;
    }
}

static const virTypedParameter *find(const virTypedParameter *params, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(params[i].field, name) == 0)
            return &params[i];
    return NULL;
}

static size_t bounded_number(const virTypedParameter *params, int count, const char *name)
{
    const virTypedParameter *param = find(params, count, name);
    uint64_t value = param ? as_number(param) : 0;
    return value > PARTS_MAX ? PARTS_MAX : (size_t)value;
}

static const struct {
    int state, reason;
    const char *text;
} reasons[] = {
    {VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED, "booted"},
    {VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_MIGRATED, "migrated"},
    {VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_RESTORED, "restored"},
    {VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_FROM_SNAPSHOT, "from snapshot"},
    {VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_UNPAUSED, "resumed"},
    {VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_MIGRATION_CANCELED, "migration cancelled"},
    {VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_SAVE_CANCELED, "save cancelled"},
    {VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_WAKEUP, "woken up"},
    {VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_CRASHED, "after a crash"},
    {VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_POSTCOPY, "post-copy migration"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER, "user"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_MIGRATION, "migrating"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SAVE, "saving"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_DUMP, "dumping"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR, "disk error"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_WATCHDOG, "watchdog"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_FROM_SNAPSHOT, "from snapshot"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SHUTTING_DOWN, "shutting down"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SNAPSHOT, "snapshot in progress"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_CRASHED, "crashed"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP, "starting up"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_POSTCOPY, "post-copy migration"},
    {VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_POSTCOPY_FAILED, "post-copy migration failed"},
    {VIR_DOMAIN_SHUTDOWN, VIR_DOMAIN_SHUTDOWN_USER, "user"},
    {VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SHUTDOWN, "shut down"},
    {VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED, "forced off"},
    {VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED, "crashed"},
    {VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_MIGRATED, "migrated away"},
    {VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SAVED, "saved"},
    {VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_FAILED, "failed to start"},
    {VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT, "from snapshot"},
    {VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DAEMON, "the daemon lost it"},
    {VIR_DOMAIN_CRASHED, VIR_DOMAIN_CRASHED_PANICKED, "panicked"},
};

void libvirt_params_set_state(struct vm_sample *vm, int state, int reason)
{
    static const enum vm_state states[] = {
        [VIR_DOMAIN_NOSTATE] = VM_STATE_UNKNOWN,
        [VIR_DOMAIN_RUNNING] = VM_STATE_RUNNING,
        [VIR_DOMAIN_BLOCKED] = VM_STATE_IDLE,
        [VIR_DOMAIN_PAUSED] = VM_STATE_PAUSED,
        [VIR_DOMAIN_SHUTDOWN] = VM_STATE_SHUTTING_DOWN,
        [VIR_DOMAIN_SHUTOFF] = VM_STATE_SHUT_OFF,
        [VIR_DOMAIN_CRASHED] = VM_STATE_CRASHED,
        [VIR_DOMAIN_PMSUSPENDED] = VM_STATE_SUSPENDED,
    };
    bool known = state >= 0 && (size_t)state < ARRAY_COUNT(states);
    vm->state = known ? states[state] : VM_STATE_UNKNOWN;
    vm->reason = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(reasons); i++)
        if (reasons[i].state == state && reasons[i].reason == reason)
            vm->reason = reasons[i].text;
    if (vm->reason)
        vm->valid |= VM_HAS_REASON;
    else
        vm->valid &= ~(uint64_t)VM_HAS_REASON;
}

bool libvirt_params_state(struct vm_sample *vm, const virTypedParameter *params, int count)
{
    const virTypedParameter *state = find(params, count, "state.state");
    const virTypedParameter *reason = find(params, count, "state.reason");
    if (!state)
        return false;
    libvirt_params_set_state(vm, (int)as_number(state), reason ? (int)as_number(reason) : 0);
    return true;
}

void libvirt_params_clear(struct vm_sample *vm)
{
    for (size_t i = 0; i < vm->disk_count; i++) {
        free(vm->disks[i].target);
        free(vm->disks[i].source);
    }
    for (size_t i = 0; i < vm->nic_count; i++)
        free(vm->nics[i].name);
    free(vm->disks);
    free(vm->nics);
    free(vm->vcpus);
    vm->disks = NULL;
    vm->nics = NULL;
    vm->vcpus = NULL;
    vm->disk_count = vm->nic_count = vm->vcpu_count = 0;
    vm->valid &= ~(uint64_t)VM_FIGURES;
    vm->sampled_ns = 0;
}

// Fields that are one number each.
static const struct {
    const char *name;
    size_t offset;
    enum vm_field bit;
} scalars[] = {
    {"cpu.time", offsetof(struct vm_sample, cpu_time_ns), VM_HAS_CPU_TIME},
    {"cpu.user", offsetof(struct vm_sample, cpu_user_ns), VM_HAS_CPU_SPLIT},
    {"cpu.system", offsetof(struct vm_sample, cpu_system_ns), VM_HAS_CPU_SPLIT},
    {"balloon.current", offsetof(struct vm_sample, balloon_kib), VM_HAS_BALLOON},
    {"balloon.maximum", offsetof(struct vm_sample, memory_max_kib), VM_HAS_MEMORY_MAX},
    {"balloon.unused", offsetof(struct vm_sample, unused_kib), VM_HAS_UNUSED},
    {"balloon.available", offsetof(struct vm_sample, available_kib), VM_HAS_AVAILABLE},
    {"balloon.usable", offsetof(struct vm_sample, usable_kib), VM_HAS_USABLE},
    {"balloon.disk_caches", offsetof(struct vm_sample, cache_kib), VM_HAS_CACHE},
    {"balloon.swap_in", offsetof(struct vm_sample, swap_in_kib), VM_HAS_SWAP},
    {"balloon.swap_out", offsetof(struct vm_sample, swap_out_kib), VM_HAS_SWAP},
    {"balloon.major_fault", offsetof(struct vm_sample, major_faults), VM_HAS_MAJOR_FAULTS},
    {"balloon.rss", offsetof(struct vm_sample, rss_kib), VM_HAS_RSS},
    {"balloon.last-update", offsetof(struct vm_sample, last_update_s), VM_HAS_LAST_UPDATE},
};

struct part_field {
    const char *name;
    size_t offset;
    unsigned bit;
};

static const struct part_field disk_fields[] = {
    {"rd.bytes", offsetof(struct disk_sample, read_bytes), DISK_HAS_READ},
    {"rd.reqs", offsetof(struct disk_sample, read_requests), DISK_HAS_READ},
    {"rd.times", offsetof(struct disk_sample, read_time_ns), DISK_HAS_READ_TIME},
    {"wr.bytes", offsetof(struct disk_sample, write_bytes), DISK_HAS_WRITE},
    {"wr.reqs", offsetof(struct disk_sample, write_requests), DISK_HAS_WRITE},
    {"wr.times", offsetof(struct disk_sample, write_time_ns), DISK_HAS_WRITE_TIME},
    {"fl.reqs", offsetof(struct disk_sample, flush_requests), DISK_HAS_FLUSH},
    {"fl.times", offsetof(struct disk_sample, flush_time_ns), DISK_HAS_FLUSH},
    {"capacity", offsetof(struct disk_sample, capacity_bytes), DISK_HAS_CAPACITY},
    {"allocation", offsetof(struct disk_sample, allocation_bytes), DISK_HAS_ALLOCATION},
    {"physical", offsetof(struct disk_sample, physical_bytes), DISK_HAS_PHYSICAL},
};

static const struct part_field nic_fields[] = {
    {"rx.bytes", offsetof(struct nic_sample, rx_bytes), NIC_HAS_RX},
    {"rx.pkts", offsetof(struct nic_sample, rx_packets), NIC_HAS_RX},
    {"rx.errs", offsetof(struct nic_sample, rx_errors), NIC_HAS_RX},
    {"rx.drop", offsetof(struct nic_sample, rx_drops), NIC_HAS_RX},
    {"tx.bytes", offsetof(struct nic_sample, tx_bytes), NIC_HAS_TX},
    {"tx.pkts", offsetof(struct nic_sample, tx_packets), NIC_HAS_TX},
    {"tx.errs", offsetof(struct nic_sample, tx_errors), NIC_HAS_TX},
    {"tx.drop", offsetof(struct nic_sample, tx_drops), NIC_HAS_TX},
};

// Splits "block.12.rd.bytes" into 12 and "rd.bytes"; NULL when it is not of that kind.
static const char *part_name(const char *field, const char *kind, size_t limit, size_t *index)
{
    size_t length = strlen(kind);
    char *end;
    if (strncmp(field, kind, length) != 0 || !isdigit((unsigned char)field[length]))
        return NULL;
    unsigned long value = strtoul(field + length, &end, 10);
    if (*end != '.' || value >= limit)
        return NULL;
    *index = value;
    return end + 1;
}

static void set_number(void *base, const struct part_field *fields, size_t field_count,
                       const char *name, uint64_t value, unsigned *valid)
{
    for (size_t i = 0; i < field_count; i++)
        if (strcmp(fields[i].name, name) == 0) {
            memcpy((char *)base + fields[i].offset, &value, sizeof(value));
            *valid |= fields[i].bit;
            return;
        }
}

static void set_text(char **slot, const virTypedParameter *param)
{
    if (param->type != VIR_TYPED_PARAM_STRING)
        return;
    free(*slot);
    *slot = utf8_scrub_dup(param->value.s, 4096);
}

static void take_vcpu(struct vm_sample *vm, size_t index, const char *name,
                      const virTypedParameter *param, bool *seen)
{
    struct vcpu_sample *vcpu = &vm->vcpus[index];
    if (strcmp(name, "state") == 0) {
        uint64_t state = as_number(param);
        vcpu->state = state == VIR_VCPU_RUNNING   ? VCPU_RUNNING
                      : state == VIR_VCPU_BLOCKED ? VCPU_BLOCKED
                                                  : VCPU_OFFLINE;
        seen[index] = true;
    } else if (strcmp(name, "time") == 0) {
        vcpu->time_ns = as_number(param);
        vcpu->has_time = true;
    } else if (strcmp(name, "delay") == 0) {
        vcpu->delay_ns = as_number(param);
        vcpu->has_delay = true;
    }
}

static void take_vcpus(struct vm_sample *vm, const virTypedParameter *params, int count)
{
    size_t limit = bounded_number(params, count, "vcpu.maximum"), index, kept = 0;
    const virTypedParameter *current = find(params, count, "vcpu.current");
    if (limit == 0)
        return;
    if (current) {
        vm->vcpus_current = (unsigned)as_number(current);
        vm->vcpus_max = (unsigned)limit;
        vm->valid |= VM_HAS_VCPU_COUNT;
    }
    AUTO_FREE bool *seen = memory_array(limit, sizeof(*seen));
    vm->vcpus = memory_array(limit, sizeof(*vm->vcpus));
    for (int i = 0; i < count; i++) {
        const char *name = part_name(params[i].field, "vcpu.", limit, &index);
        if (name)
            take_vcpu(vm, index, name, &params[i], seen);
    }
    for (size_t i = 0; i < limit; i++)
        if (seen[i]) {
            vm->vcpus[kept] = vm->vcpus[i];
            vm->vcpus[kept++].number = (unsigned)i;
        }
    vm->vcpu_count = kept;
}

static void take_disks(struct vm_sample *vm, const virTypedParameter *params, int count)
{
    size_t limit = bounded_number(params, count, "block.count"), index;
    if (limit == 0)
        return;
    vm->disks = memory_array(limit, sizeof(*vm->disks));
    vm->disk_count = limit;
    for (int i = 0; i < count; i++) {
        const char *name = part_name(params[i].field, "block.", limit, &index);
        if (!name)
            continue;
        struct disk_sample *disk = &vm->disks[index];
        if (strcmp(name, "name") == 0)
            set_text(&disk->target, &params[i]);
        else if (strcmp(name, "path") == 0)
            set_text(&disk->source, &params[i]);
        else
            set_number(disk, disk_fields, ARRAY_COUNT(disk_fields), name, as_number(&params[i]),
                       &disk->valid);
    }
    for (size_t i = 0; i < limit; i++)
        if (!vm->disks[i].target)
            vm->disks[i].target = memory_strdup("?");
}

static void take_nics(struct vm_sample *vm, const virTypedParameter *params, int count)
{
    size_t limit = bounded_number(params, count, "net.count"), index, kept = 0;
    if (limit == 0)
        return;
    vm->nics = memory_array(limit, sizeof(*vm->nics));
    for (int i = 0; i < count; i++) {
        const char *name = part_name(params[i].field, "net.", limit, &index);
        if (name && strcmp(name, "name") == 0)
            set_text(&vm->nics[index].name, &params[i]);
        else if (name)
            set_number(&vm->nics[index], nic_fields, ARRAY_COUNT(nic_fields), name,
                       as_number(&params[i]), &vm->nics[index].valid);
    }
    // An interface without a device on the host (user networking) has neither name nor counters.
    for (size_t i = 0; i < limit; i++)
        if (vm->nics[i].name)
            vm->nics[kept++] = vm->nics[i];
    vm->nic_count = kept;
}

void libvirt_params_figures(struct vm_sample *vm, const virTypedParameter *params, int count)
{
    libvirt_params_clear(vm);
    for (int i = 0; i < count; i++)
        for (size_t j = 0; j < ARRAY_COUNT(scalars); j++)
            if (strcmp(params[i].field, scalars[j].name) == 0) {
                uint64_t value = as_number(&params[i]);
                memcpy((char *)vm + scalars[j].offset, &value, sizeof(value));
                vm->valid |= scalars[j].bit;
            }
    // A guest without a balloon driver has never reported.
    if (vm->last_update_s == 0)
        vm->valid &= ~(uint64_t)VM_HAS_LAST_UPDATE;
    take_vcpus(vm, params, count);
    take_disks(vm, params, count);
    take_nics(vm, params, count);
}
