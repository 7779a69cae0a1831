// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/alerts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

#define READY_WARN_PERCENT       5.0
#define READY_ALARM_PERCENT      10.0
#define LATENCY_WARN_MS          30.0
#define LATENCY_MIN_REQUESTS     5.0 // per second; fewer say little about the disk
#define MEMORY_WARN_PERCENT      5.0
#define SWAP_IN_WARN_KIB         1024.0
#define MAJOR_FAULTS_WARN        250.0
#define NIC_LOSS_WARN_PERCENT    0.1
#define NIC_LOSS_MIN_PACKETS     1.0 // lost per second
#define PRESSURE_WARN_PERCENT    10.0
#define HOST_IOWAIT_WARN_PERCENT 20.0

// What one sample says about one kind.
struct finding {
    enum severity severity;
    char text[sizeof(((struct alert *)NULL)->text)];
};

void alert_levels_finish(struct alert_levels *levels)
{
    for (int kind = 0; kind < ALERT_KIND_COUNT; kind++)
        free(levels->texts[kind]);
    *levels = (struct alert_levels){0};
}

static void keep_text(struct alert_levels *levels, enum alert_kind kind, const char *text)
{
    if (levels->texts[kind] != NULL && strcmp(levels->texts[kind], text) == 0)
        return;
    free(levels->texts[kind]);
    levels->texts[kind] = memory_strdup(text);
}

// Two samples in a row on the same side of what is shown move it, to the nearer of the two.
static void settle(struct alert_levels *levels, enum alert_kind kind, const struct finding *finding)
{
    uint8_t now = (uint8_t)finding->severity, last = levels->last[kind];
    uint8_t shown = levels->shown[kind];
    if (now > shown && last > shown)
        levels->shown[kind] = now < last ? now : last;
    else if (now < shown && last < shown)
        levels->shown[kind] = now > last ? now : last;
    levels->last[kind] = now;
    if (now > SEVERITY_INFO)
        keep_text(levels, kind, finding->text);
}

static void set_fact(struct alert_levels *levels, enum alert_kind kind,
                     const struct finding *finding)
{
    levels->shown[kind] = levels->last[kind] = (uint8_t)finding->severity;
    if (finding->severity > SEVERITY_INFO)
        keep_text(levels, kind, finding->text);
}

static void withdraw_measured(struct alert_levels *levels)
{
    memset(&levels->shown[ALERT_READY], SEVERITY_INFO, ALERT_KIND_COUNT - ALERT_READY);
    memset(&levels->last[ALERT_READY], SEVERITY_INFO, ALERT_KIND_COUNT - ALERT_READY);
}

static void __attribute__((format(printf, 3, 4)))
found(struct finding *finding, enum severity severity, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(finding->text, sizeof(finding->text), format, args);
    va_end(args);
    finding->text[utf8_trim_partial(finding->text, strlen(finding->text))] = '\0';
    finding->severity = severity;
}

// "61 MiB", "3.1 GiB"
static void format_kib(double kib, char out[24])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    while (kib >= 1000 && unit + 1 < ARRAY_COUNT(units)) {
        kib /= 1024;
        unit++;
    }
    snprintf(out, 24, kib < 9.95 ? "%.1f %s" : "%.0f %s", kib, units[unit]);
}

// --- VMs ---

static bool reason_is(const struct vm_sample *vm, const char *part)
{
    return (vm->valid & VM_HAS_REASON) && vm->reason != NULL &&
           str_find_ignoring_case(vm->reason, part) != NULL;
}

static void judge_state(const struct vm_sample *vm, uint64_t now_ns, struct finding *finding)
{
    bool off = vm->state == VM_STATE_SHUT_OFF;
    if (vm->hung && vm->sampled_ns != 0 && now_ns > vm->sampled_ns)
        found(finding, SEVERITY_ALARM, "does not answer: hung for %llu s",
              (unsigned long long)((now_ns - vm->sampled_ns) / NS_PER_SECOND));
    else if (vm->hung)
        found(finding, SEVERITY_ALARM, "does not answer: hung");
    else if (vm->state == VM_STATE_CRASHED && reason_is(vm, "panic"))
        found(finding, SEVERITY_ALARM, "crashed: the guest's kernel panicked");
    else if (vm->state == VM_STATE_CRASHED || (off && reason_is(vm, "crash")))
        found(finding, SEVERITY_ALARM, "crashed");
    else if (vm->state != VM_STATE_PAUSED)
        return;
    else if (reason_is(vm, "space") || reason_is(vm, "enospc"))
        found(finding, SEVERITY_ALARM, "paused: no space on the host's storage");
    else if (reason_is(vm, "disk error") || reason_is(vm, "i/o error"))
        found(finding, SEVERITY_ALARM, "paused: I/O error on the host's storage (is it full?)");
    else if (reason_is(vm, "panic") || reason_is(vm, "crash"))
        found(finding, SEVERITY_ALARM, "paused: the guest's kernel panicked");
    else if (reason_is(vm, "watchdog"))
        found(finding, SEVERITY_ALARM, "paused: the guest's watchdog fired");
}

static void judge_ready(const struct vm_rates *rates, struct finding *finding)
{
    if (rates->ready_percent > READY_WARN_PERCENT)
        found(finding, rates->ready_percent > READY_ALARM_PERCENT ? SEVERITY_ALARM : SEVERITY_WARN,
              "ready %.1f %% (host CPU contended)", rates->ready_percent);
}

// Both directions at once: the slowest disk of each.
static void judge_disks(const struct vm_sample *vm, const struct vm_rates *rates,
                        struct finding *read, struct finding *write)
{
    double worst_read = LATENCY_WARN_MS, worst_write = LATENCY_WARN_MS;
    for (size_t i = 0; i < rates->disk_count && i < vm->disk_count; i++) {
        const struct disk_rates *disk = &rates->disks[i];
        const char *target = vm->disks[i].target;
        if (disk->read_requests >= LATENCY_MIN_REQUESTS && disk->read_latency_ms > worst_read) {
            worst_read = disk->read_latency_ms;
            found(read, SEVERITY_WARN, "%s read %.0f ms", target, worst_read);
        }
        if (disk->write_requests >= LATENCY_MIN_REQUESTS && disk->write_latency_ms > worst_write) {
            worst_write = disk->write_latency_ms;
            found(write, SEVERITY_WARN, "%s write %.0f ms", target, worst_write);
        }
    }
}

static void judge_memory(const struct vm_sample *vm, const struct vm_rates *rates,
                         struct finding *finding)
{
    if (rates->memory_usable_kib < 0 || !(vm->valid & VM_HAS_BALLOON) || vm->balloon_kib == 0)
        return;
    double percent = 100 * rates->memory_usable_kib / (double)vm->balloon_kib;
    if (percent >= MEMORY_WARN_PERCENT)
        return;
    char usable[24], balloon[24];
    format_kib(rates->memory_usable_kib, usable);
    format_kib((double)vm->balloon_kib, balloon);
    found(finding, SEVERITY_WARN, "memory short: %s of %s usable", usable, balloon);
}

static void judge_paging(const struct vm_rates *rates, struct finding *swap_in,
                         struct finding *faults)
{
    if (rates->swap_in_kib > SWAP_IN_WARN_KIB)
        found(swap_in, SEVERITY_WARN, "swapping in %.1f MiB/s", rates->swap_in_kib / 1024);
    if (rates->major_faults > MAJOR_FAULTS_WARN)
        found(faults, SEVERITY_WARN, "%.0f major faults/s", rates->major_faults);
}

// Percent of the packets that were lost; 0 when not known or too few to tell.
static double loss_percent(double packets, double errors, double drops)
{
    double lost = errors + drops;
    if (packets < 0 || errors < 0 || drops < 0 || lost < NIC_LOSS_MIN_PACKETS)
        return 0;
    return 100 * lost / (packets + lost);
}

static void judge_nics(const struct vm_sample *vm, const struct vm_rates *rates,
                       struct finding *finding)
{
    double worst = NIC_LOSS_WARN_PERCENT;
    for (size_t i = 0; i < rates->nic_count && i < vm->nic_count; i++) {
        const struct nic_rates *nic = &rates->nics[i];
        double rx = loss_percent(nic->rx_packets, nic->rx_errors, nic->rx_drops);
        double tx = loss_percent(nic->tx_packets, nic->tx_errors, nic->tx_drops);
        double loss = rx > tx ? rx : tx;
        if (loss <= worst)
            continue;
        worst = loss;
        found(finding, SEVERITY_WARN, "%s loses %.1f %% of %s packets", vm->nics[i].name, loss,
              rx > tx ? "received" : "sent");
    }
}

void alerts_step_vm(struct alert_levels *levels, const struct vm_sample *vm,
                    const struct vm_rates *rates, uint64_t now_ns, bool measured)
{
    struct finding findings[ALERT_KIND_COUNT];
    for (int kind = 0; kind < ALERT_KIND_COUNT; kind++)
        findings[kind].severity = SEVERITY_INFO;
    judge_state(vm, now_ns, &findings[ALERT_STATE]);
    set_fact(levels, ALERT_STATE, &findings[ALERT_STATE]);
    if (vm->hung || !vm_state_is_active(vm->state)) {
        withdraw_measured(levels);
        return;
    }
    if (!measured)
        return;
    judge_ready(rates, &findings[ALERT_READY]);
    judge_disks(vm, rates, &findings[ALERT_DISK_READ_LATENCY], &findings[ALERT_DISK_WRITE_LATENCY]);
    judge_memory(vm, rates, &findings[ALERT_MEMORY]);
    judge_paging(rates, &findings[ALERT_SWAP_IN], &findings[ALERT_MAJOR_FAULTS]);
    judge_nics(vm, rates, &findings[ALERT_NIC_LOSS]);
    for (int kind = ALERT_READY; kind <= ALERT_NIC_LOSS; kind++)
        settle(levels, kind, &findings[kind]);
}

// --- the host ---

static void judge_host_memory(const struct host_snapshot *host, struct finding *finding)
{
    const uint64_t needed = HOST_HAS_MEMORY | HOST_HAS_MEMORY_AVAILABLE;
    if ((host->valid & needed) != needed || host->memory_total_kib == 0)
        return;
    double available = (double)host->memory_available_kib, total = (double)host->memory_total_kib;
    if (100 * available / total >= MEMORY_WARN_PERCENT)
        return;
    char available_text[24], total_text[24];
    format_kib(available, available_text);
    format_kib(total, total_text);
    found(finding, SEVERITY_WARN, "host memory short: %s of %s available", available_text,
          total_text);
}

void alerts_step_host(struct alert_levels *levels, const struct host_snapshot *snapshot,
                      const struct host_rates *rates)
{
    struct finding findings[ALERT_KIND_COUNT];
    for (int kind = 0; kind < ALERT_KIND_COUNT; kind++)
        findings[kind].severity = SEVERITY_INFO;
    judge_host_memory(snapshot, &findings[ALERT_HOST_MEMORY]);
    if ((snapshot->valid & HOST_HAS_PRESSURE) &&
        snapshot->psi_memory_some_10 > PRESSURE_WARN_PERCENT)
        found(&findings[ALERT_HOST_PRESSURE], SEVERITY_WARN,
              "host memory pressure: tasks wait %.1f %% of the time", snapshot->psi_memory_some_10);
    if (rates->cpu_iowait_percent > HOST_IOWAIT_WARN_PERCENT)
        found(&findings[ALERT_HOST_IOWAIT], SEVERITY_WARN,
              "host CPUs wait for storage %.0f %% of the time", rates->cpu_iowait_percent);
    for (int kind = ALERT_HOST_MEMORY; kind <= ALERT_HOST_IOWAIT; kind++)
        settle(levels, kind, &findings[kind]);
}

// --- what comes out ---

enum severity alert_levels_worst(const struct alert_levels *levels)
{
    uint8_t worst = SEVERITY_INFO;
    for (int kind = 0; kind < ALERT_KIND_COUNT; kind++)
        if (levels->shown[kind] > worst)
            worst = levels->shown[kind];
    return (enum severity)worst;
}

size_t alert_levels_collect(const struct alert_levels *levels, size_t vm_index, struct alert *out)
{
    size_t count = 0;
    for (int kind = 0; kind < ALERT_KIND_COUNT; kind++) {
        if (levels->shown[kind] == SEVERITY_INFO)
            continue;
        struct alert *alert = &out[count++];
        alert->severity = (enum severity)levels->shown[kind];
        alert->vm_index = vm_index;
        str_format(alert->text, sizeof(alert->text), "%s", levels->texts[kind]);
    }
    return count;
}

static int compare_alerts(const void *left, const void *right)
{
    const struct alert *a = left, *b = right;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    // SIZE_MAX, the host, wraps to 0: it comes before its VMs.
    size_t a_place = a->vm_index + 1, b_place = b->vm_index + 1;
    if (a_place != b_place)
        return a_place < b_place ? -1 : 1;
    return strcmp(a->text, b->text);
}

void alerts_sort(struct alert *alerts, size_t count)
{
    if (count > 1)
        qsort(alerts, count, sizeof(*alerts), compare_alerts);
}
