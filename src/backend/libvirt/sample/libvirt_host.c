// SPDX-License-Identifier: GPL-2.0-or-later
// The host's own figures: from /proc where that is the host's, else by two calls.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/libvirt/sample/libvirt_sampler.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

static void read_stat(struct host_snapshot *host)
{
    uint64_t user, nice, system, idle, iowait, irq, softirq, steal = 0;
    long ticks = sysconf(_SC_CLK_TCK);
    FILE *file = fopen("/proc/stat", "re");
    if (!file)
        return;
    int fields = fscanf(file,
                        "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                        " %" SCNu64 " %" SCNu64,
                        &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal);
    fclose(file);
    if (fields < 7 || ticks <= 0)
        return;
    uint64_t ns = NS_PER_SECOND / (uint64_t)ticks;
    host->cpu_user_ns = (user + nice) * ns;
    host->cpu_system_ns = (system + irq + softirq) * ns;
    host->cpu_idle_ns = idle * ns;
    host->cpu_iowait_ns = iowait * ns;
    host->cpu_steal_ns = steal * ns;
    host->valid |= HOST_HAS_CPU;
}

static void read_meminfo(struct host_snapshot *host)
{
    char line[256];
    uint64_t kib, buffers = 0, cached = 0;
    unsigned found = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    if (!file)
        return;
    while (fgets(line, sizeof(line), file))
        if (sscanf(line, "MemTotal: %" SCNu64, &kib) == 1) {
            host->memory_total_kib = kib;
            found |= 1;
        } else if (sscanf(line, "MemFree: %" SCNu64, &kib) == 1) {
            host->memory_free_kib = kib;
            found |= 2;
        } else if (sscanf(line, "MemAvailable: %" SCNu64, &kib) == 1) {
            host->memory_available_kib = kib;
            host->valid |= HOST_HAS_MEMORY_AVAILABLE;
        } else if (sscanf(line, "Buffers: %" SCNu64, &kib) == 1) {
            buffers = kib;
        } else if (sscanf(line, "Cached: %" SCNu64, &kib) == 1) {
            cached = kib;
        }
    fclose(file);
    host->memory_cache_kib = buffers + cached;
    if (found == 3)
        host->valid |= HOST_HAS_MEMORY;
}

static void read_loadavg(struct host_snapshot *host)
{
    double loads[3];
    if (getloadavg(loads, 3) != 3)
        return;
    host->load_1 = loads[0];
    host->load_5 = loads[1];
    host->load_15 = loads[2];
    host->valid |= HOST_HAS_LOAD;
}

// "some avg10=0.12 ..." and, but for old kernels' cpu, "full avg10=0.00 ...".
static bool read_pressure_of(const char *path, double *some, double *full)
{
    char line[256];
    bool found = false;
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (fgets(line, sizeof(line), file)) {
        found |= sscanf(line, "some avg10=%lf", some) == 1;
        if (full)
            sscanf(line, "full avg10=%lf", full);
    }
    fclose(file);
    return found;
}

static void read_pressure(struct host_snapshot *host)
{
    if (read_pressure_of("/proc/pressure/cpu", &host->psi_cpu_some_10, NULL) &&
        read_pressure_of("/proc/pressure/memory", &host->psi_memory_some_10,
                         &host->psi_memory_full_10) &&
        read_pressure_of("/proc/pressure/io", &host->psi_io_some_10, &host->psi_io_full_10))
        host->valid |= HOST_HAS_PRESSURE;
}

static void ask_cpu(struct sample_round *round, struct host_snapshot *host)
{
    int count = 0;
    if (virNodeGetCPUStats(round->control, VIR_NODE_CPU_STATS_ALL_CPUS, NULL, &count, 0) < 0 ||
        count <= 0 || count > 64)
        return;
    AUTO_FREE virNodeCPUStats *stats = memory_array((size_t)count, sizeof(*stats));
    if (virNodeGetCPUStats(round->control, VIR_NODE_CPU_STATS_ALL_CPUS, stats, &count, 0) < 0)
        return;
    for (int i = 0; i < count; i++)
        if (strcmp(stats[i].field, VIR_NODE_CPU_STATS_USER) == 0)
            host->cpu_user_ns = stats[i].value;
        else if (strcmp(stats[i].field, VIR_NODE_CPU_STATS_KERNEL) == 0)
            host->cpu_system_ns = stats[i].value;
        else if (strcmp(stats[i].field, VIR_NODE_CPU_STATS_IDLE) == 0)
            host->cpu_idle_ns = stats[i].value;
        else if (strcmp(stats[i].field, VIR_NODE_CPU_STATS_IOWAIT) == 0)
            host->cpu_iowait_ns = stats[i].value;
    host->valid |= HOST_HAS_CPU;
}

static void ask_memory(struct sample_round *round, struct host_snapshot *host)
{
    int count = 0;
    uint64_t buffers = 0, cached = 0;
    bool total = false, left = false;
    if (virNodeGetMemoryStats(round->control, VIR_NODE_MEMORY_STATS_ALL_CELLS, NULL, &count, 0) <
            0 ||
        count <= 0 || count > 64)
        return;
    AUTO_FREE virNodeMemoryStats *stats = memory_array((size_t)count, sizeof(*stats));
    if (virNodeGetMemoryStats(round->control, VIR_NODE_MEMORY_STATS_ALL_CELLS, stats, &count, 0) <
        0)
        return;
    for (int i = 0; i < count; i++)
        if (strcmp(stats[i].field, VIR_NODE_MEMORY_STATS_TOTAL) == 0) {
            host->memory_total_kib = stats[i].value;
            total = true;
        } else if (strcmp(stats[i].field, VIR_NODE_MEMORY_STATS_FREE) == 0) {
            host->memory_free_kib = stats[i].value;
            left = true;
        } else if (strcmp(stats[i].field, VIR_NODE_MEMORY_STATS_BUFFERS) == 0) {
            buffers = stats[i].value;
        } else if (strcmp(stats[i].field, VIR_NODE_MEMORY_STATS_CACHED) == 0) {
            cached = stats[i].value;
        }
    host->memory_cache_kib = buffers + cached;
    if (total && left)
        host->valid |= HOST_HAS_MEMORY;
}

void sample_host(struct sample_round *round, struct host_snapshot *snapshot)
{
    if (!round->driver->facts.local) {
        ask_cpu(round, snapshot);
        ask_memory(round, snapshot);
        return;
    }
    read_stat(snapshot);
    read_meminfo(snapshot);
    read_loadavg(snapshot);
    read_pressure(snapshot);
}
