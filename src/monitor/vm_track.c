// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/vm_track.h"

#include <math.h>

#define FORGET_AFTER_NS (HISTORY_WINDOW_MAX_S * NS_PER_SECOND)

static void let_go_of_interval(struct vm_track *vm)
{
    host_snapshot_unref(vm->was_holder);
    vm->was_holder = NULL;
    vm->was = NULL;
}

void vm_track_finish(struct vm_track *vm)
{
    let_go_of_interval(vm);
    vm_rates_finish(&vm->rates);
    alert_levels_finish(&vm->alerts);
    history_destroy(vm->history);
}

bool vm_track_keep_absent(struct vm_track *vm, uint64_t now_ns)
{
    if (vm->history == NULL || now_ns > vm->seen_ns + FORGET_AFTER_NS) {
        vm_track_finish(vm);
        return false;
    }
    let_go_of_interval(vm);
    vm_rates_finish(&vm->rates);
    alert_levels_finish(&vm->alerts);
    vm->present = false;
    return true;
}

static void file_history(struct vm_track *vm, const struct vm_sample *is)
{
    double disk_latency = vm->rates.disk_latency_ms;
    const double values[CHART_METRIC_COUNT] = {
        [CHART_CPU] = vm->rates.cpu_percent,
        [CHART_READY] = vm->rates.ready_percent,
        [CHART_MEMORY] = vm->rates.memory_used_kib,
        [CHART_BALLOON] = is->valid & VM_HAS_BALLOON ? (double)is->balloon_kib : NAN,
        [CHART_DISK_READ] = vm->rates.disk_read_bytes,
        [CHART_DISK_WRITE] = vm->rates.disk_write_bytes,
        [CHART_DISK_LATENCY] = disk_latency,
        [CHART_NET_RX] = vm->rates.net_rx_bytes,
        [CHART_NET_TX] = vm->rates.net_tx_bytes,
    };
    uint64_t from_ns = vm->was->sampled_ns;
    if (is->sampled_ns - from_ns > FILED_INTERVAL_MAX_NS)
        from_ns = is->sampled_ns - FILED_INTERVAL_MAX_NS;
    if (vm->history == NULL)
        vm->history = history_create();
    history_add(vm->history, from_ns, is->sampled_ns, values);
}

static void begin_interval(struct vm_track *vm, struct host_snapshot *holder,
                           const struct vm_sample *is)
{
    host_snapshot_ref(holder);
    host_snapshot_unref(vm->was_holder);
    vm->was_holder = holder;
    vm->was = is;
}

// The same figures once more: holding the newer copy lets the older snapshot go. A sample of
// which the figures were left out is no copy.
static bool is_copy(const struct vm_sample *was, const struct vm_sample *is)
{
    return is->sampled_ns == was->sampled_ns && (was->valid & ~is->valid) == 0 &&
           is->vcpu_count == was->vcpu_count && is->disk_count == was->disk_count &&
           is->nic_count == was->nic_count;
}

void vm_track_step(struct vm_track *vm, struct host_snapshot *snapshot)
{
    const struct vm_sample *is = &snapshot->vms[vm->index];
    vm->seen_ns = snapshot->sampled_ns;
    enum rates_step step =
        vm_rates_step(&vm->rates, &vm->report, vm->was, is, snapshot->sampled_wall_ms);
    if (step == RATES_MEASURED)
        file_history(vm, is);
    if (step != RATES_KEPT || is_copy(vm->was, is))
        begin_interval(vm, snapshot, is);
    alerts_step_vm(&vm->alerts, is, &vm->rates, snapshot->sampled_ns, step != RATES_KEPT);
    if (vm->history != NULL &&
        snapshot->sampled_ns > history_end_ns(vm->history) + FORGET_AFTER_NS) {
        history_destroy(vm->history); // off for an hour
        vm->history = NULL;
    }
}
