// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/host_track.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "monitor/alerts.h"
#include "monitor/history.h"
#include "monitor/rates.h"
#include "monitor/vm_track.h"

#define TICKS_REMEMBERED 5
#define TICK_MAX_S       3600.0

struct host_track {
    char name[128];
    enum connection_state connection;
    struct error error;
    uint64_t next_try_wall_ms;
    double ticks_s[TICKS_REMEMBERED]; // the latest intervals between snapshots, as a ring
    size_t tick_count;
    double asked_tick_s;
    struct host_snapshot *snapshot; // NULL until the first
    struct host_snapshot *was;      // where the host's next interval begins
    struct host_rates rates;
    struct alert_levels alerts;
    struct history *history;
    struct vm_track *vms; // sorted by uuid, as in the snapshot; some may be gone
    size_t vm_count;
};

struct host_track *host_track_create(const char *name, double tick_s)
{
    struct host_track *host = memory_alloc(sizeof(*host));
    str_format(host->name, sizeof(host->name), "%s", name);
    host->connection = CONNECTION_CONNECTING;
    host->asked_tick_s = tick_s;
    host_rates_step(&host->rates, NULL, NULL);
    host->rates.vm_cpu_percent = RATE_UNKNOWN;
    host->history = history_create();
    return host;
}

void host_track_destroy(struct host_track *host)
{
    if (host == NULL)
        return;
    for (size_t i = 0; i < host->vm_count; i++)
        vm_track_finish(&host->vms[i]);
    free(host->vms);
    alert_levels_finish(&host->alerts);
    history_destroy(host->history);
    host_snapshot_unref(host->snapshot);
    host_snapshot_unref(host->was);
    free(host);
}

const char *host_track_name(const struct host_track *host)
{
    return host->name;
}

// --- which VMs there are ---

static bool same_vms(const struct host_track *host, const struct host_snapshot *snapshot)
{
    if (host->vm_count != snapshot->vm_count)
        return false;
    for (size_t i = 0; i < host->vm_count; i++)
        if (!host->vms[i].present || strcmp(host->vms[i].uuid, snapshot->vms[i].uuid) != 0)
            return false;
    return true;
}

// Both lists are sorted by uuid: one pass over them makes the new one.
static void merge_vms(struct host_track *host, const struct host_snapshot *snapshot)
{
    struct vm_track *merged = memory_array(host->vm_count + snapshot->vm_count, sizeof(*merged));
    size_t old = 0, count = 0;
    for (size_t i = 0; i < snapshot->vm_count; i++) {
        const char *uuid = snapshot->vms[i].uuid;
        int order = 1;
        while (old < host->vm_count && (order = strcmp(host->vms[old].uuid, uuid)) < 0) {
            if (vm_track_keep_absent(&host->vms[old], snapshot->sampled_ns))
                merged[count++] = host->vms[old];
            old++;
        }
        struct vm_track *vm = &merged[count++];
        if (old < host->vm_count && order == 0)
            *vm = host->vms[old++];
        else
            memcpy(vm->uuid, uuid, sizeof(vm->uuid));
        vm->present = true;
        vm->index = i;
    }
    for (; old < host->vm_count; old++)
        if (vm_track_keep_absent(&host->vms[old], snapshot->sampled_ns))
            merged[count++] = host->vms[old];
    free(host->vms);
    host->vms = merged;
    host->vm_count = count;
}

// --- the host ---

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double measured_tick_s(const struct host_track *host)
{
    size_t count = host->tick_count < TICKS_REMEMBERED ? host->tick_count : TICKS_REMEMBERED;
    if (count == 0)
        return host->asked_tick_s;
    double sorted[TICKS_REMEMBERED];
    memcpy(sorted, host->ticks_s, count * sizeof(sorted[0]));
    qsort(sorted, count, sizeof(sorted[0]), compare_doubles);
    return sorted[count / 2];
}

static void note_tick(struct host_track *host, const struct host_snapshot *snapshot)
{
    if (host->snapshot == NULL || snapshot->sampled_ns <= host->snapshot->sampled_ns)
        return;
    double tick_s = (double)(snapshot->sampled_ns - host->snapshot->sampled_ns) / NS_PER_SECOND;
    if (tick_s <= TICK_MAX_S)
        host->ticks_s[host->tick_count++ % TICKS_REMEMBERED] = tick_s;
}

static void add_known(double *sum, double value)
{
    if (value >= 0)
        *sum = (*sum >= 0 ? *sum : 0) + value;
}

// Sums over the VMs; the worst latency; nothing is known of a host without VMs but that it has
// none.
static void sum_vms(const struct host_track *host, double values[CHART_METRIC_COUNT],
                    double *vm_cpu_percent)
{
    for (int metric = 0; metric < CHART_METRIC_COUNT; metric++)
        values[metric] = RATE_UNKNOWN;
    *vm_cpu_percent = host->snapshot->vm_count == 0 ? 0 : RATE_UNKNOWN;
    for (size_t i = 0; i < host->vm_count; i++) {
        const struct vm_track *vm = &host->vms[i];
        if (!vm->present)
            continue;
        const struct vm_sample *sample = &host->snapshot->vms[vm->index];
        bool active = vm_state_is_active(sample->state);
        add_known(vm_cpu_percent, active ? vm->rates.cpu_percent : 0);
        if (!active)
            continue;
        if (sample->valid & VM_HAS_BALLOON)
            add_known(&values[CHART_BALLOON], (double)sample->balloon_kib);
        add_known(&values[CHART_DISK_READ], vm->rates.disk_read_bytes);
        add_known(&values[CHART_DISK_WRITE], vm->rates.disk_write_bytes);
        add_known(&values[CHART_NET_RX], vm->rates.net_rx_bytes);
        add_known(&values[CHART_NET_TX], vm->rates.net_tx_bytes);
        if (vm->rates.disk_latency_ms > values[CHART_DISK_LATENCY])
            values[CHART_DISK_LATENCY] = vm->rates.disk_latency_ms;
    }
}

static double host_memory_used_kib(const struct host_snapshot *snapshot)
{
    double free_kib;
    if (!(snapshot->valid & HOST_HAS_MEMORY))
        return RATE_UNKNOWN;
    if (snapshot->valid & HOST_HAS_MEMORY_AVAILABLE)
        free_kib = (double)snapshot->memory_available_kib;
    else
        free_kib = (double)snapshot->memory_free_kib + (double)snapshot->memory_cache_kib;
    return (double)snapshot->memory_total_kib - free_kib;
}

static void step_host(struct host_track *host)
{
    struct host_snapshot *is = host->snapshot;
    uint64_t from_ns = host->was != NULL ? host->was->sampled_ns : is->sampled_ns;
    enum rates_step step = host_rates_step(&host->rates, host->was, is);
    double values[CHART_METRIC_COUNT];
    sum_vms(host, values, &host->rates.vm_cpu_percent);
    if (step == RATES_KEPT)
        return;
    alerts_step_host(&host->alerts, is, &host->rates);
    values[CHART_CPU] = host->rates.cpu_percent;
    values[CHART_MEMORY] = host_memory_used_kib(is);
    if (from_ns <= is->sampled_ns && is->sampled_ns - from_ns > FILED_INTERVAL_MAX_NS)
        from_ns = is->sampled_ns - FILED_INTERVAL_MAX_NS;
    history_add(host->history, from_ns, is->sampled_ns, values);
    host_snapshot_unref(host->was);
    host->was = host_snapshot_ref(is);
}

void host_track_step(struct host_track *host, struct host_snapshot *snapshot)
{
    note_tick(host, snapshot);
    if (!same_vms(host, snapshot))
        merge_vms(host, snapshot);
    host_snapshot_unref(host->snapshot);
    host->snapshot = snapshot;
    for (size_t i = 0; i < host->vm_count; i++)
        if (host->vms[i].present)
            vm_track_step(&host->vms[i], snapshot);
    step_host(host);
}

void host_track_set_connection(struct host_track *host, const struct event *event)
{
    host->connection = event->connection;
    host->error = event->error;
    host->next_try_wall_ms = event->next_try_wall_ms;
    if (event->connection == CONNECTION_ONLINE)
        host->error = (struct error){0};
}

// --- for the board ---

// All rates of a host in one allocation: thousands of small ones would cost more than the rates.
struct rate_storage {
    struct vcpu_rates *vcpus;
    struct disk_rates *disks;
    struct nic_rates *nics;
};

static void *allocate_rates(const struct host_track *host, struct rate_storage *storage)
{
    size_t vcpus = 0, disks = 0, nics = 0;
    for (size_t i = 0; i < host->vm_count; i++) {
        if (!host->vms[i].present)
            continue;
        vcpus += host->vms[i].rates.vcpu_count;
        disks += host->vms[i].rates.disk_count;
        nics += host->vms[i].rates.nic_count;
    }
    char *memory = memory_alloc(vcpus * sizeof(*storage->vcpus) + disks * sizeof(*storage->disks) +
                                nics * sizeof(*storage->nics));
    storage->vcpus = (struct vcpu_rates *)memory;
    storage->disks = (struct disk_rates *)(storage->vcpus + vcpus);
    storage->nics = (struct nic_rates *)(storage->disks + disks);
    return memory;
}

static void copy_rates(struct vm_rates *to, const struct vm_rates *from,
                       struct rate_storage *storage)
{
    *to = *from;
    to->vcpus = storage->vcpus;
    to->disks = storage->disks;
    to->nics = storage->nics;
    if (from->vcpu_count > 0)
        memcpy(to->vcpus, from->vcpus, from->vcpu_count * sizeof(*to->vcpus));
    if (from->disk_count > 0)
        memcpy(to->disks, from->disks, from->disk_count * sizeof(*to->disks));
    if (from->nic_count > 0)
        memcpy(to->nics, from->nics, from->nic_count * sizeof(*to->nics));
    storage->vcpus += from->vcpu_count;
    storage->disks += from->disk_count;
    storage->nics += from->nic_count;
}

static void show_vms(const struct host_track *host, struct board_host *out)
{
    struct rate_storage storage;
    out->rate_storage = allocate_rates(host, &storage);
    out->vms = memory_array(host->snapshot->vm_count, sizeof(*out->vms));
    for (size_t i = 0; i < host->vm_count; i++) {
        const struct vm_track *vm = &host->vms[i];
        if (!vm->present)
            continue;
        struct board_vm *shown = &out->vms[vm->index];
        shown->sample = &host->snapshot->vms[vm->index];
        shown->hurting = alert_levels_worst(&vm->alerts);
        copy_rates(&shown->rates, &vm->rates, &storage);
    }
}

static void show_alerts(const struct host_track *host, struct board_host *out)
{
    size_t hurting = 1;
    for (size_t i = 0; i < host->snapshot->vm_count; i++)
        hurting += out->vms[i].hurting > SEVERITY_INFO;
    out->alerts = memory_array(hurting * ALERT_KIND_COUNT, sizeof(*out->alerts));
    size_t count = alert_levels_collect(&host->alerts, SIZE_MAX, out->alerts);
    for (size_t i = 0; i < host->vm_count; i++)
        if (host->vms[i].present)
            count +=
                alert_levels_collect(&host->vms[i].alerts, host->vms[i].index, &out->alerts[count]);
    out->alerts = memory_resize(out->alerts, count, sizeof(*out->alerts));
    out->alert_count = count;
    alerts_sort(out->alerts, count);
}

void host_track_show(const struct host_track *host, struct board_host *out)
{
    memcpy(out->name, host->name, sizeof(out->name));
    out->connection = host->connection;
    out->error = host->error;
    out->next_try_wall_ms = host->next_try_wall_ms;
    out->rates = host->rates;
    out->tick_s = measured_tick_s(host);
    if (host->snapshot == NULL)
        return;
    out->snapshot = host_snapshot_ref(host->snapshot);
    show_vms(host, out);
    show_alerts(host, out);
}

void board_host_mark_job(struct board_host *host, const struct job_info *job)
{
    if (host->snapshot == NULL || job_state_is_final(job->state) ||
        strcmp(host->name, job->host) != 0)
        return;
    const struct vm_sample *sample = host_snapshot_find(host->snapshot, job->uuid);
    if (sample == NULL)
        return;
    struct board_vm *vm = &host->vms[sample - host->snapshot->vms];
    if (vm->job_id == 0)
        vm->job_id = job->id;
}

static int compare_uuid(const void *key, const void *element)
{
    return strcmp(key, ((const struct vm_track *)element)->uuid);
}

static const struct vm_track *find_vm(const struct host_track *host, const char *uuid)
{
    if (host->vm_count == 0)
        return NULL;
    return bsearch(uuid, host->vms, host->vm_count, sizeof(host->vms[0]), compare_uuid);
}

bool host_track_has(const struct host_track *host, const char *uuid)
{
    const struct vm_track *vm = find_vm(host, uuid);
    return vm != NULL && vm->present;
}

// A chart that ended at this very moment would begin each tick with a gap; so it ends with the
// newest sample, unless that one is overdue.
static uint64_t chart_end_ns(const struct host_track *host, const struct history *history,
                             uint64_t now_ns)
{
    uint64_t newest_ns = history != NULL ? history_end_ns(history) : 0;
    double patience_s = 3 * measured_tick_s(host);
    if (patience_s < 10)
        patience_s = 10;
    bool overdue = newest_ns == 0 || (now_ns > newest_ns &&
                                      (double)(now_ns - newest_ns) / NS_PER_SECOND > patience_s);
    return overdue ? now_ns : newest_ns;
}

struct charts *host_track_charts(const struct host_track *host, const char *uuid, unsigned window_s,
                                 uint64_t now_ns)
{
    const struct history *history = host->history;
    if (uuid[0] != '\0') {
        const struct vm_track *vm = find_vm(host, uuid);
        if (vm == NULL)
            return NULL;
        history = vm->history;
    }
    struct charts *charts = memory_alloc(sizeof(*charts));
    str_format(charts->uuid, sizeof(charts->uuid), "%s", uuid);
    history_chart(history, chart_end_ns(host, history, now_ns), window_s, charts);
    return charts;
}
