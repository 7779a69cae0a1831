// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/rates.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"

// A VM's CPU time includes the threads that emulate its devices, so it may exceed its vCPUs; what
// lies beyond this (percent of one processor) comes from samples that were stamped late.
#define EMULATOR_SLACK_PERCENT 50.0
// Per second, or unknown.
static double rate(bool known, uint64_t was, uint64_t is, double seconds)
{
    return known && is >= was ? (double)(is - was) / seconds : RATE_UNKNOWN;
}

static double at_most(double value, double limit)
{
    return value < limit ? value : limit;
}

static void add_known(double *sum, double value)
{
    if (value >= 0)
        *sum = (*sum >= 0 ? *sum : 0) + value;
}

static void raise_to(double *worst, double value)
{
    if (value > *worst)
        *worst = value;
}

// --- shape ---

static void clear_sums(struct vm_rates *rates)
{
    rates->cpu_percent = rates->ready_percent = RATE_UNKNOWN;
    rates->disk_read_bytes = rates->disk_write_bytes = rates->disk_latency_ms = RATE_UNKNOWN;
    rates->net_rx_bytes = rates->net_tx_bytes = rates->net_drops = RATE_UNKNOWN;
    rates->swap_in_kib = rates->swap_out_kib = rates->major_faults = RATE_UNKNOWN;
}

static void clear_parts(struct vm_rates *rates, const struct vm_sample *is)
{
    if (rates->vcpu_count != is->vcpu_count)
        rates->vcpus = memory_resize(rates->vcpus, is->vcpu_count, sizeof(*rates->vcpus));
    if (rates->disk_count != is->disk_count)
        rates->disks = memory_resize(rates->disks, is->disk_count, sizeof(*rates->disks));
    if (rates->nic_count != is->nic_count)
        rates->nics = memory_resize(rates->nics, is->nic_count, sizeof(*rates->nics));
    rates->vcpu_count = is->vcpu_count;
    rates->disk_count = is->disk_count;
    rates->nic_count = is->nic_count;
    const double no = RATE_UNKNOWN;
    for (size_t i = 0; i < is->vcpu_count; i++)
        rates->vcpus[i] = (struct vcpu_rates){is->vcpus[i].number, no, no};
    for (size_t i = 0; i < is->disk_count; i++)
        rates->disks[i] = (struct disk_rates){no, no, no, no, no, no};
    for (size_t i = 0; i < is->nic_count; i++)
        rates->nics[i] = (struct nic_rates){no, no, no, no, no, no, no, no};
}

// True when rates made for `was` still stand in the order of `is`.
static bool same_parts(const struct vm_rates *rates, const struct vm_sample *was,
                       const struct vm_sample *is)
{
    if (was->vcpu_count != is->vcpu_count || rates->vcpu_count != is->vcpu_count ||
        was->disk_count != is->disk_count || rates->disk_count != is->disk_count ||
        was->nic_count != is->nic_count || rates->nic_count != is->nic_count)
        return false;
    for (size_t i = 0; i < is->vcpu_count; i++)
        if (was->vcpus[i].number != is->vcpus[i].number)
            return false;
    for (size_t i = 0; i < is->disk_count; i++)
        if (strcmp(was->disks[i].target, is->disks[i].target) != 0)
            return false;
    for (size_t i = 0; i < is->nic_count; i++)
        if (strcmp(was->nics[i].name, is->nics[i].name) != 0)
            return false;
    return true;
}

void vm_rates_finish(struct vm_rates *rates)
{
    free(rates->vcpus);
    free(rates->disks);
    free(rates->nics);
    *rates = (struct vm_rates){0};
}

// --- CPU ---

// Parts rarely move between two samples, so the same index is looked at first.
static const struct vcpu_sample *find_vcpu(const struct vm_sample *vm, size_t hint, unsigned number)
{
    if (hint < vm->vcpu_count && vm->vcpus[hint].number == number)
        return &vm->vcpus[hint];
    for (size_t i = 0; i < vm->vcpu_count; i++)
        if (vm->vcpus[i].number == number)
            return &vm->vcpus[i];
    return NULL;
}

static void measure_vcpus(struct vm_rates *rates, const struct vm_sample *was,
                          const struct vm_sample *is, double seconds, double *used_percent)
{
    double ready_sum = 0;
    unsigned ready_count = 0;
    for (size_t i = 0; i < is->vcpu_count; i++) {
        const struct vcpu_sample *now = &is->vcpus[i];
        const struct vcpu_sample *then = find_vcpu(was, i, now->number);
        if (now->state == VCPU_OFFLINE || then == NULL || then->state == VCPU_OFFLINE)
            continue;
        struct vcpu_rates *out = &rates->vcpus[i];
        double ns = rate(then->has_time && now->has_time, then->time_ns, now->time_ns, seconds);
        if (ns >= 0)
            out->use_percent = at_most(ns * 100 / NS_PER_SECOND, 100);
        add_known(used_percent, out->use_percent);
        ns = rate(then->has_delay && now->has_delay, then->delay_ns, now->delay_ns, seconds);
        if (ns < 0)
            continue;
        out->ready_percent = at_most(ns * 100 / NS_PER_SECOND, 100);
        ready_sum += out->ready_percent;
        ready_count++;
    }
    if (ready_count > 0)
        rates->ready_percent = ready_sum / ready_count;
}

static void measure_cpu(struct vm_rates *rates, const struct vm_sample *was,
                        const struct vm_sample *is, double seconds)
{
    double used_percent = RATE_UNKNOWN;
    measure_vcpus(rates, was, is, seconds, &used_percent);
    double ns =
        rate(was->valid & is->valid & VM_HAS_CPU_TIME, was->cpu_time_ns, is->cpu_time_ns, seconds);
    rates->cpu_percent = ns >= 0 ? ns * 100 / NS_PER_SECOND : used_percent;
    double vcpus = is->valid & VM_HAS_VCPU_COUNT ? is->vcpus_current : (double)is->vcpu_count;
    if (vcpus > 0)
        rates->cpu_percent = at_most(rates->cpu_percent, 100 * vcpus + EMULATOR_SLACK_PERCENT);
}

// --- disks and interfaces ---

static const struct disk_sample *find_disk(const struct vm_sample *vm, size_t hint,
                                           const char *target)
{
    if (hint < vm->disk_count && strcmp(vm->disks[hint].target, target) == 0)
        return &vm->disks[hint];
    for (size_t i = 0; i < vm->disk_count; i++)
        if (strcmp(vm->disks[i].target, target) == 0)
            return &vm->disks[i];
    return NULL;
}

static const struct nic_sample *find_nic(const struct vm_sample *vm, size_t hint, const char *name)
{
    if (hint < vm->nic_count && strcmp(vm->nics[hint].name, name) == 0)
        return &vm->nics[hint];
    for (size_t i = 0; i < vm->nic_count; i++)
        if (strcmp(vm->nics[i].name, name) == 0)
            return &vm->nics[i];
    return NULL;
}

// One counter below its last value means another device under the same name: none can be compared.
static bool disk_was_reset(const struct disk_sample *was, const struct disk_sample *is,
                           unsigned both)
{
    return ((both & DISK_HAS_READ) &&
            (is->read_bytes < was->read_bytes || is->read_requests < was->read_requests)) ||
           ((both & DISK_HAS_WRITE) &&
            (is->write_bytes < was->write_bytes || is->write_requests < was->write_requests)) ||
           ((both & DISK_HAS_READ_TIME) && is->read_time_ns < was->read_time_ns) ||
           ((both & DISK_HAS_WRITE_TIME) && is->write_time_ns < was->write_time_ns);
}

static bool nic_was_reset(const struct nic_sample *was, const struct nic_sample *is, unsigned both)
{
    return ((both & NIC_HAS_RX) &&
            (is->rx_bytes < was->rx_bytes || is->rx_packets < was->rx_packets ||
             is->rx_errors < was->rx_errors || is->rx_drops < was->rx_drops)) ||
           ((both & NIC_HAS_TX) &&
            (is->tx_bytes < was->tx_bytes || is->tx_packets < was->tx_packets ||
             is->tx_errors < was->tx_errors || is->tx_drops < was->tx_drops));
}

// Mean time of the requests that ended in the interval; without a request there is none.
static double latency_ms(bool known, uint64_t time_ns, uint64_t requests)
{
    return known && requests > 0 ? (double)time_ns / (double)requests / NS_PER_MS : RATE_UNKNOWN;
}

static void measure_disk(struct disk_rates *out, const struct disk_sample *was,
                         const struct disk_sample *is, unsigned both, double seconds)
{
    bool reads = both & DISK_HAS_READ;
    out->read_bytes = rate(reads, was->read_bytes, is->read_bytes, seconds);
    out->read_requests = rate(reads, was->read_requests, is->read_requests, seconds);
    out->read_latency_ms =
        latency_ms(reads && (both & DISK_HAS_READ_TIME), is->read_time_ns - was->read_time_ns,
                   is->read_requests - was->read_requests);
    bool writes = both & DISK_HAS_WRITE;
    out->write_bytes = rate(writes, was->write_bytes, is->write_bytes, seconds);
    out->write_requests = rate(writes, was->write_requests, is->write_requests, seconds);
    out->write_latency_ms =
        latency_ms(writes && (both & DISK_HAS_WRITE_TIME), is->write_time_ns - was->write_time_ns,
                   is->write_requests - was->write_requests);
}

// A disk that came in the interval is left out of the sums; one that was reset makes them unknown.
static void measure_disks(struct vm_rates *rates, const struct vm_sample *was,
                          const struct vm_sample *is, double seconds)
{
    bool reset = false;
    for (size_t i = 0; i < is->disk_count; i++) {
        const struct disk_sample *now = &is->disks[i];
        const struct disk_sample *then = find_disk(was, i, now->target);
        if (then == NULL)
            continue;
        unsigned both = then->valid & now->valid;
        if (disk_was_reset(then, now, both)) {
            reset = true;
            continue;
        }
        struct disk_rates *out = &rates->disks[i];
        measure_disk(out, then, now, both, seconds);
        add_known(&rates->disk_read_bytes, out->read_bytes);
        add_known(&rates->disk_write_bytes, out->write_bytes);
        raise_to(&rates->disk_latency_ms, out->read_latency_ms);
        raise_to(&rates->disk_latency_ms, out->write_latency_ms);
    }
    if (reset)
        rates->disk_read_bytes = rates->disk_write_bytes = rates->disk_latency_ms = RATE_UNKNOWN;
}

static void measure_nic(struct nic_rates *out, const struct nic_sample *was,
                        const struct nic_sample *is, unsigned both, double seconds)
{
    bool rx = both & NIC_HAS_RX, tx = both & NIC_HAS_TX;
    out->rx_bytes = rate(rx, was->rx_bytes, is->rx_bytes, seconds);
    out->rx_packets = rate(rx, was->rx_packets, is->rx_packets, seconds);
    out->rx_errors = rate(rx, was->rx_errors, is->rx_errors, seconds);
    out->rx_drops = rate(rx, was->rx_drops, is->rx_drops, seconds);
    out->tx_bytes = rate(tx, was->tx_bytes, is->tx_bytes, seconds);
    out->tx_packets = rate(tx, was->tx_packets, is->tx_packets, seconds);
    out->tx_errors = rate(tx, was->tx_errors, is->tx_errors, seconds);
    out->tx_drops = rate(tx, was->tx_drops, is->tx_drops, seconds);
}

static void measure_nics(struct vm_rates *rates, const struct vm_sample *was,
                         const struct vm_sample *is, double seconds)
{
    bool reset = false;
    for (size_t i = 0; i < is->nic_count; i++) {
        const struct nic_sample *now = &is->nics[i];
        const struct nic_sample *then = find_nic(was, i, now->name);
        if (then == NULL)
            continue;
        unsigned both = then->valid & now->valid;
        if (nic_was_reset(then, now, both)) {
            reset = true;
            continue;
        }
        struct nic_rates *out = &rates->nics[i];
        measure_nic(out, then, now, both, seconds);
        add_known(&rates->net_rx_bytes, out->rx_bytes);
        add_known(&rates->net_tx_bytes, out->tx_bytes);
        add_known(&rates->net_drops, out->rx_drops);
        add_known(&rates->net_drops, out->tx_drops);
    }
    if (reset)
        rates->net_rx_bytes = rates->net_tx_bytes = rates->net_drops = RATE_UNKNOWN;
}

// --- what the guest reports of its memory ---

// RSS is no stand-in: it says what the VM ever touched, not what it uses. Unknown stays unknown.
static void set_memory(struct vm_rates *rates, const struct vm_sample *is, bool fresh)
{
    const uint64_t by_usable = VM_HAS_BALLOON | VM_HAS_USABLE;
    const uint64_t by_cache = VM_HAS_AVAILABLE | VM_HAS_UNUSED | VM_HAS_CACHE;
    rates->memory_used_kib = rates->memory_usable_kib = RATE_UNKNOWN;
    if (!fresh)
        return;
    if (is->valid & VM_HAS_USABLE)
        rates->memory_usable_kib = (double)is->usable_kib;
    double used;
    if ((is->valid & by_usable) == by_usable)
        used = (double)is->balloon_kib - (double)is->usable_kib;
    else if ((is->valid & by_cache) == by_cache)
        used = (double)is->available_kib - (double)is->unused_kib - (double)is->cache_kib;
    else
        return;
    rates->memory_used_kib = used > 0 ? used : 0; // the balloon moves before the guest reports it
}

// The guest's counters move when it reports, which may be rarer than our samples: an interval
// without a report says nothing, and one with a report covers all the time since the last one.
static void measure_guest(struct vm_rates *rates, const struct vm_sample *was,
                          const struct vm_sample *is, double seconds)
{
    uint64_t both = was->valid & is->valid;
    if (both & VM_HAS_LAST_UPDATE) {
        if (is->last_update_s == was->last_update_s)
            return;
        double reported = (double)is->last_update_s - (double)was->last_update_s;
        if (reported > 1.5 * seconds)
            seconds = reported;
    }
    rates->swap_in_kib = rate(both & VM_HAS_SWAP, was->swap_in_kib, is->swap_in_kib, seconds);
    rates->swap_out_kib = rate(both & VM_HAS_SWAP, was->swap_out_kib, is->swap_out_kib, seconds);
    rates->major_faults =
        rate(both & VM_HAS_MAJOR_FAULTS, was->major_faults, is->major_faults, seconds);
}

// --- a step ---

static bool continues(const struct vm_sample *was, const struct vm_sample *is)
{
    return was != NULL && was->id == is->id && vm_state_is_active(was->state) &&
           was->sampled_ns != 0 && is->sampled_ns >= was->sampled_ns &&
           !((was->valid & is->valid & VM_HAS_CPU_TIME) && is->cpu_time_ns < was->cpu_time_ns);
}

static void measure(struct vm_rates *rates, const struct vm_sample *was, const struct vm_sample *is,
                    bool guest_fresh)
{
    double seconds = (double)(is->sampled_ns - was->sampled_ns) / NS_PER_SECOND;
    const struct vm_rates last = *rates;
    clear_sums(rates);
    clear_parts(rates, is);
    measure_cpu(rates, was, is, seconds);
    measure_disks(rates, was, is, seconds);
    measure_nics(rates, was, is, seconds);
    if (!guest_fresh)
        return;
    rates->swap_in_kib = last.swap_in_kib;
    rates->swap_out_kib = last.swap_out_kib;
    rates->major_faults = last.major_faults;
    measure_guest(rates, was, is, seconds);
}

enum rates_step vm_rates_step(struct vm_rates *rates, struct guest_report *report,
                              const struct vm_sample *was, const struct vm_sample *is,
                              uint64_t wall_ms)
{
    bool active = vm_state_is_active(is->state) && is->sampled_ns != 0;
    if (!active || !continues(was, is)) {
        *report = (struct guest_report){0};
        clear_sums(rates);
        clear_parts(rates, is);
        set_memory(rates, is, active && guest_report_is_fresh(report, is, wall_ms));
        return RATES_BEGUN;
    }
    uint64_t elapsed_ns = is->sampled_ns - was->sampled_ns;
    bool guest_fresh = false;
    if (elapsed_ns > 0) {
        guest_fresh = guest_report_is_fresh(report, is, wall_ms);
        set_memory(rates, is, guest_fresh);
    }
    if (elapsed_ns < RATES_INTERVAL_MIN_NS) {
        if (!same_parts(rates, was, is))
            clear_parts(rates, is);
        return RATES_KEPT;
    }
    measure(rates, was, is, guest_fresh);
    return RATES_MEASURED;
}

// --- host ---

static void clear_host(struct host_rates *rates)
{
    rates->cpu_percent = rates->cpu_user_percent = rates->cpu_system_percent = RATE_UNKNOWN;
    rates->cpu_iowait_percent = rates->cpu_steal_percent = RATE_UNKNOWN;
}

enum rates_step host_rates_step(struct host_rates *rates, const struct host_snapshot *was,
                                const struct host_snapshot *is)
{
    if (was == NULL || is->sampled_ns < was->sampled_ns ||
        !(was->valid & is->valid & HOST_HAS_CPU) || is->cpu_user_ns < was->cpu_user_ns ||
        is->cpu_system_ns < was->cpu_system_ns || is->cpu_idle_ns < was->cpu_idle_ns ||
        is->cpu_steal_ns < was->cpu_steal_ns) {
        clear_host(rates);
        return RATES_BEGUN;
    }
    if (is->sampled_ns - was->sampled_ns < RATES_INTERVAL_MIN_NS)
        return RATES_KEPT;
    double user = (double)(is->cpu_user_ns - was->cpu_user_ns);
    double system = (double)(is->cpu_system_ns - was->cpu_system_ns);
    double idle = (double)(is->cpu_idle_ns - was->cpu_idle_ns);
    double steal = (double)(is->cpu_steal_ns - was->cpu_steal_ns);
    // Linux corrects this one downwards at times; that is no reset.
    double iowait = is->cpu_iowait_ns > was->cpu_iowait_ns
                        ? (double)(is->cpu_iowait_ns - was->cpu_iowait_ns)
                        : 0;
    double total = user + system + idle + iowait + steal;
    clear_host(rates);
    if (total <= 0)
        return RATES_MEASURED;
    rates->cpu_percent = 100 * (user + system + steal) / total;
    rates->cpu_user_percent = 100 * user / total;
    rates->cpu_system_percent = 100 * system / total;
    rates->cpu_iowait_percent = 100 * iowait / total;
    rates->cpu_steal_percent = 100 * steal / total;
    return RATES_MEASURED;
}
