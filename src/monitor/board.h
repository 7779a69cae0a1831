// SPDX-License-Identifier: GPL-2.0-or-later
// What the screen shows: every host's latest snapshot with rates, alerts, jobs, the event log's
// end, and the charts of whoever is in focus. Built by the engine, then frozen and shared by
// reference.
#ifndef VMTUI_MONITOR_BOARD_H
#define VMTUI_MONITOR_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/event.h"
#include "core/model/job.h"
#include "core/model/model.h"
#include "core/refcount.h"

// All rates are per second of the sampled interval; below 0 (or NAN-free -1) means not known.
#define RATE_UNKNOWN (-1.0)

struct disk_rates {
    double read_bytes, read_requests, read_latency_ms; // latency: mean of the interval
    double write_bytes, write_requests, write_latency_ms;
};

struct nic_rates {
    double rx_bytes, rx_packets, rx_errors, rx_drops;
    double tx_bytes, tx_packets, tx_errors, tx_drops;
};

struct vcpu_rates {
    unsigned number;
    double use_percent;   // of one vCPU
    double ready_percent; // runnable, not run
};

struct vm_rates {
    double cpu_percent;   // 100 is one vCPU kept busy (top's Irix mode)
    double ready_percent; // mean over the online vCPUs
    double disk_read_bytes, disk_write_bytes, disk_latency_ms; // sums and worst latency
    double net_rx_bytes, net_tx_bytes, net_drops;
    double swap_in_kib, swap_out_kib, major_faults;
    double memory_used_kib;   // a level, not a rate: balloon - usable, or the next best; -1
    double memory_usable_kib; // a level: what the guest could still take; -1 when not fresh
    struct vcpu_rates *vcpus; // same order as the sample's
    size_t vcpu_count;
    struct disk_rates *disks; // same order as the sample's
    size_t disk_count;
    struct nic_rates *nics; // same order as the sample's
    size_t nic_count;
};

struct alert {
    enum severity severity;
    size_t vm_index; // in the host's snapshot; SIZE_MAX: the host
    char text[160];  // "ready 9.8 % (host CPU contended)"
};

struct board_vm {
    const struct vm_sample *sample; // inside the host's snapshot
    struct vm_rates rates;
    uint64_t job_id;       // running or queued on it; 0: none
    enum severity hurting; // worst alert, SEVERITY_INFO when none
};

struct host_rates {
    double cpu_percent, cpu_user_percent, cpu_system_percent, cpu_iowait_percent,
        cpu_steal_percent; // of the whole host, 0..100
    double vm_cpu_percent; // sum over VMs, 100 per vCPU
};

struct board_host {
    char name[128];
    enum connection_state connection;
    struct error error;
    uint64_t next_try_wall_ms;
    struct host_snapshot *snapshot; // NULL until the first sample
    struct host_rates rates;
    struct board_vm *vms; // snapshot->vm_count entries, same order
    struct alert *alerts;
    size_t alert_count;
    double tick_s; // in force; longer than asked for when sampling is slow
    // Holds the arrays of every rates above; NULL: each of them is an allocation of its own.
    void *rate_storage;
};

enum chart_metric {
    CHART_CPU,     // percent, 100 per vCPU
    CHART_READY,   // percent
    CHART_MEMORY,  // KiB used
    CHART_BALLOON, // KiB
    CHART_DISK_READ,
    CHART_DISK_WRITE,   // bytes/s
    CHART_DISK_LATENCY, // ms
    CHART_NET_RX,
    CHART_NET_TX, // bytes/s
    CHART_METRIC_COUNT
};

#define CHART_POINTS_MAX 600

struct chart { // oldest first; the last point is now; NAN: not known
    size_t count;
    double step_s;
    float mean[CHART_POINTS_MAX];
    float peak[CHART_POINTS_MAX];
};

struct charts {
    char uuid[VM_UUID_SIZE]; // empty: of the host
    unsigned window_s;
    struct chart metrics[CHART_METRIC_COUNT];
};

struct log_entry {
    uint64_t wall_ms;
    enum severity severity;
    char host[64];
    char vm_name[64];       // empty: about the host
    char text[256];         // "started", "snapshot web1 \"a\" done in 0.9 s"
    char command_line[192]; // empty: not by a command
};

struct board {
    struct refcount refs;
    uint64_t generation;
    uint64_t built_ns; // monotonic
    struct board_host *hosts;
    size_t host_count;
    struct job_info *jobs; // unfinished first, then the latest finished
    size_t job_count;
    struct log_entry *log; // newest last, at most 500
    size_t log_count;
    struct log_tail *log_holder; // owns `log` (event_log.h); NULL: it is an allocation of its own
    struct charts *focus;        // of the VM in focus; NULL when none
    struct charts *host_charts;
};

struct board *board_create(void);             // zeroed, one holder
struct board *board_ref(struct board *board); // takes NULL
void board_unref(struct board *board);        // takes NULL
// Finds a VM on any host; false when it is not there. Out parameters may be NULL.
bool board_find(const struct board *board, const char *uuid, const struct board_host **host,
                const struct board_vm **vm);

#endif
