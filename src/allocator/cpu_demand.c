// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/cpu_demand.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/allocator.h"
#include "core/memory.h"

#define READY_MAX        0.95
#define FALL_HALF_LIFE_S 30.0

void cpu_demand_finish(struct cpu_demand *demand)
{
    free(demand->vcpus);
    *demand = (struct cpu_demand){0};
}

static void remember(struct cpu_demand *demand, const struct allocator_vcpu *vcpus, size_t count,
                     uint64_t total_ns, double now_s)
{
    if (count != demand->vcpu_count || demand->vcpus == NULL) {
        demand->vcpus = memory_resize(demand->vcpus, count > 0 ? count : 1, sizeof(*vcpus));
        demand->vcpu_count = count;
    }
    if (count > 0)
        memcpy(demand->vcpus, vcpus, count * sizeof(*vcpus));
    demand->total_ns = total_ns;
    demand->now_s = now_s;
}

// False when a counter went back. Adds to *used_ns what the vCPU ran.
static bool vcpu_demand(const struct allocator_vcpu *now, const struct allocator_vcpu *before,
                        double dt_ns, double *used_ns, double *cpus)
{
    if (now->time_ns < before->time_ns)
        return false;
    double ran = (double)(now->time_ns - before->time_ns), ready = 0;
    if (now->has_delay && before->has_delay && now->delay_ns >= before->delay_ns)
        ready = fmin(READY_MAX, (double)(now->delay_ns - before->delay_ns) / dt_ns);
    *used_ns += ran;
    *cpus += fmin(1, ran / dt_ns / (1 - ready));
    return true;
}

void cpu_demand_step(struct cpu_demand *demand, const struct allocator_vcpu *vcpus, size_t count,
                     uint64_t total_ns, double limit, double now_s)
{
    double dt = now_s - demand->now_s, cpus = 0, used_ns = 0;
    bool comparable = demand->vcpus != NULL && count == demand->vcpu_count && count > 0 && dt > 0;
    for (size_t i = 0; i < count && comparable; i++)
        comparable = vcpu_demand(&vcpus[i], &demand->vcpus[i], dt * 1e9, &used_ns, &cpus);
    if (comparable && total_ns >= demand->total_ns && demand->total_ns > 0)
        cpus += fmax(0, ((double)(total_ns - demand->total_ns) - used_ns) / (dt * 1e9));
    if (limit > 0)
        cpus = fmin(cpus, limit);
    if (comparable && !demand->known)
        demand->cpus = cpus;
    else if (comparable && cpus >= demand->cpus)
        demand->cpus += (cpus - demand->cpus) / 2;
    else if (comparable)
        demand->cpus = cpus + (demand->cpus - cpus) * exp2(-dt / FALL_HALF_LIFE_S);
    demand->known = demand->known || comparable;
    remember(demand, vcpus, count, total_ns, now_s);
}
