// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/policy.h"

#include <math.h>

#define GIB(kib)       ((double)(kib) / (double)GIB_KIB)
#define SHARES_MAX     1e6
#define FULL_SIZE_KIB  (2 * GIB_KIB) // from here on the small amounts are not scaled down
#define OVERCOMMIT_MAX 4.0

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void vm_policy_init(struct vm_policy *policy)
{
    *policy = (struct vm_policy){
        .mem_min_kib = POLICY_DEFAULT,
        .mem_max_kib = POLICY_DEFAULT,
        .shares = 1000,
        .cpu = ALLOCATOR_ADVISE,
        .mem = ALLOCATOR_ADVISE,
    };
}

void host_policy_init(struct host_policy *policy)
{
    *policy = (struct host_policy){
        .mem_reserve_kib = POLICY_DEFAULT,
        .overcommit = 1.0,
        .ready_pool = 0.05,
        .cpu_reserve = 0.05,
    };
}

static bool broken(struct error *err, const char *format, double a, double b)
{
    return error_set(err, ERROR_INVALID, 0, format, a, b);
}

static bool memory_check(const struct vm_policy *policy, int64_t memory_max_kib, struct error *err)
{
    if (policy->mem_min_kib < POLICY_DEFAULT || policy->mem_max_kib < POLICY_DEFAULT)
        return error_set(err, ERROR_INVALID, 0, "mem_min and mem_max cannot be below 0");
    if (policy->mem_max_kib == 0)
        return error_set(err, ERROR_INVALID, 0, "mem_max cannot be 0");
    if (policy->mem_max_kib > memory_max_kib)
        return broken(err, "mem_max (%.1f GiB) is above what the VM may have (%.1f GiB)",
                      GIB(policy->mem_max_kib), GIB(memory_max_kib));
    int64_t most = policy->mem_max_kib == POLICY_DEFAULT ? memory_max_kib : policy->mem_max_kib;
    if (policy->mem_min_kib > most)
        return broken(err, "mem_min (%.1f GiB) is above mem_max (%.1f GiB)",
                      GIB(policy->mem_min_kib), GIB(most));
    return true;
}

static bool cpu_check(const struct vm_policy *policy, unsigned vcpus, struct error *err)
{
    if (!(policy->cpu_reservation >= 0) || !(policy->cpu_limit >= 0) || isinf(policy->cpu_limit))
        return error_set(err, ERROR_INVALID, 0,
                         "cpu_reservation and cpu_limit are numbers of CPUs, 0 or more");
    if (policy->cpu_limit > 0 && policy->cpu_limit < 0.01)
        return error_set(err, ERROR_INVALID, 0, "cpu_limit cannot be below 0.01 CPUs");
    if (policy->cpu_limit > 0 && policy->cpu_reservation > policy->cpu_limit)
        return broken(err, "cpu_reservation (%.2f) is above cpu_limit (%.2f)",
                      policy->cpu_reservation, policy->cpu_limit);
    if (policy->cpu_reservation > vcpus)
        return broken(err, "cpu_reservation (%.2f) is above the number of vCPUs (%.0f)",
                      policy->cpu_reservation, vcpus);
    return true;
}

bool vm_policy_check(const struct vm_policy *policy, int64_t memory_max_kib, unsigned vcpus,
                     struct error *err)
{
    if (!(policy->shares >= 1 && policy->shares <= SHARES_MAX))
        return broken(err, "shares must be from %.0f to %.0f", 1, SHARES_MAX);
    if (policy->priority < -1000 || policy->priority > 1000)
        return broken(err, "priority must be from %.0f to %.0f", -1000, 1000);
    return memory_check(policy, memory_max_kib, err) && cpu_check(policy, vcpus, err);
}

bool host_policy_check(const struct host_policy *policy, int64_t total_kib, struct error *err)
{
    if (policy->mem_reserve_kib < POLICY_DEFAULT)
        return error_set(err, ERROR_INVALID, 0, "mem_reserve cannot be below 0");
    if (policy->mem_reserve_kib >= total_kib)
        return broken(err, "mem_reserve (%.1f GiB) leaves nothing of the host's %.1f GiB",
                      GIB(policy->mem_reserve_kib), GIB(total_kib));
    if (!(policy->overcommit >= 0.1 && policy->overcommit <= OVERCOMMIT_MAX))
        return broken(err, "overcommit must be from %.1f to %.1f", 0.1, OVERCOMMIT_MAX);
    if (!(policy->ready_pool >= 0 && policy->ready_pool <= 0.5))
        return broken(err, "ready_pool must be from %.1f to %.1f", 0, 0.5);
    if (!(policy->cpu_reserve >= 0 && policy->cpu_reserve <= 0.5))
        return broken(err, "cpu_reserve must be from %.1f to %.1f", 0, 0.5);
    if (!(policy->idle_tax >= 0 && policy->idle_tax <= 0.99))
        return broken(err, "idle_tax must be from %.1f to %.2f", 0, 0.99);
    return true;
}

bool policies_fit(const struct host_policy *host, int64_t total_kib, unsigned cpus,
                  int64_t sum_mem_min_kib, double sum_cpu_reservation, struct error *err)
{
    double memory =
        host->overcommit * (double)(total_kib - host_reserve_kib(host, total_kib)) / GIB_KIB;
    double cpu = cpus * (1 - host->cpu_reserve);
    if (GIB(sum_mem_min_kib) > memory)
        return broken(err, "the VMs' mem_min add up to %.1f GiB, the host can give %.1f GiB",
                      GIB(sum_mem_min_kib), memory);
    if (sum_cpu_reservation > cpu)
        return broken(err,
                      "the VMs' cpu_reservation add up to %.2f CPUs, the host can give %.2f CPUs",
                      sum_cpu_reservation, cpu);
    return true;
}

void vm_limits_make(struct vm_limits *limits, const struct vm_policy *policy,
                    int64_t memory_max_kib)
{
    int64_t most = memory_max_kib;
    if (policy->mem_max_kib > 0)
        most = smaller(most, policy->mem_max_kib);
    int64_t least = larger(most / 4, smaller(512 * MIB_KIB, most * 3 / 8));
    if (policy->mem_min_kib >= 0)
        least = smaller(policy->mem_min_kib, most);
    double scale = fmin(1.0, (double)most / FULL_SIZE_KIB);
    *limits = (struct vm_limits){
        .min_kib = least,
        .max_kib = most,
        .headroom_kib = (int64_t)(scale * (256 * MIB_KIB)),
        .margin_kib = (int64_t)(scale * (128 * MIB_KIB)),
        .step_kib = (int64_t)(scale * (64 * MIB_KIB)),
        .deadband_kib = (int64_t)(scale * (64 * MIB_KIB)),
        .progress_kib = (int64_t)(scale * (16 * MIB_KIB)),
        .overhead_kib = smaller(128 * MIB_KIB, larger(32 * MIB_KIB, most / 8)),
    };
}

int64_t host_reserve_kib(const struct host_policy *policy, int64_t total_kib)
{
    if (policy->mem_reserve_kib >= 0)
        return smaller(policy->mem_reserve_kib, total_kib);
    return smaller(larger(2 * GIB_KIB, total_kib * 6 / 100), total_kib / 4);
}
