// SPDX-License-Identifier: GPL-2.0-or-later
// Every 10 s: bring the host to 80 % of its memory used. desired = min + (sum(current - min) +
// rest)
// * shares / sum(shares), clamped; at most 100 MiB a VM and round; nothing within 10 MiB.
#include <stdlib.h>

#include "allocator/baselines/baseline.h"
#include "core/memory.h"

#define TICK_S     10.0
#define USED_GOAL  0.80
#define DEADBAND   (10 * MIB_KIB)
#define STEP       (100 * MIB_KIB)
#define ROUNDS_MAX 64

struct share {
    int64_t min, max, desired;
    bool settled; // at one of its limits
};

static void *proxmox_create(void)
{
    return NULL;
}

static void proxmox_destroy(void *self)
{
    (void)self;
}

// One round of the formula among those who are not at a limit; true when somebody got to one.
static bool divide(const struct allocator_input *input, struct share *vms, int64_t above_min)
{
    double shares = 0;
    for (size_t i = 0; i < input->vm_count; i++) {
        if (vms[i].settled)
            above_min -= vms[i].desired - vms[i].min;
        else
            shares += input->vms[i].policy.shares;
    }
    bool clamped = false;
    for (size_t i = 0; i < input->vm_count; i++) {
        if (vms[i].settled)
            continue;
        double part = (double)above_min * input->vms[i].policy.shares / shares;
        vms[i].desired = vms[i].min + (int64_t)(part > 0 ? part : 0);
        if (vms[i].desired >= vms[i].max) {
            vms[i].desired = vms[i].max;
            vms[i].settled = clamped = true;
        }
    }
    return clamped;
}

static void run(const struct allocator_input *input, struct allocator_plan *plan, int64_t rest)
{
    if (llabs(rest) <= DEADBAND)
        return;
    struct share *vms = memory_array(input->vm_count + 1, sizeof(*vms));
    int64_t above_min = rest;
    for (size_t i = 0; i < input->vm_count; i++) {
        const struct allocator_vm *vm = &input->vms[i];
        struct vm_limits limits;
        vm_limits_make(&limits, &vm->policy, vm->max_kib);
        vms[i].min = limits.min_kib;
        vms[i].max = limits.max_kib;
        vms[i].settled = plan->rows[i].fixed;
        vms[i].desired = vms[i].min;
        if (!vms[i].settled)
            above_min += vm->current_kib - vms[i].min;
    }
    for (int round = 0; round < ROUNDS_MAX && divide(input, vms, above_min); round++)
        ;
    for (size_t i = 0; i < input->vm_count; i++) {
        int64_t current = input->vms[i].current_kib, target = vms[i].desired;
        if (target > current + STEP)
            target = current + STEP;
        if (target < current - STEP)
            target = current - STEP;
        // Goes only in the direction that the host as a whole has to go.
        if (rest > 0 ? target > current : target < current)
            baseline_set(input, plan, i, target);
    }
    free(vms);
}

static void goal_step(void *self, const struct allocator_input *input, struct allocator_plan *plan)
{
    (void)self;
    baseline_begin(input, plan, TICK_S);
    int64_t used = input->total_kib - input->available_kib;
    run(input, plan, (int64_t)(USED_GOAL * (double)input->total_kib) - used);
}

static void budget_step(void *self, const struct allocator_input *input,
                        struct allocator_plan *plan)
{
    (void)self;
    baseline_begin(input, plan, TICK_S);
    run(input, plan, plan->budget_kib - plan->charged_kib);
}

const struct contestant PROXMOX_80 = {"proxmox-80", "Proxmox VE, 80 % of the host used",
                                      proxmox_create, proxmox_destroy, goal_step};
const struct contestant PROXMOX_BUDGET = {"proxmox-budget", "Proxmox VE with our budget",
                                          proxmox_create, proxmox_destroy, budget_step};
