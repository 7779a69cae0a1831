// SPDX-License-Identifier: GPL-2.0-or-later
// MoM, as oVirt ships it: every 15 s, on the mean of 10 samples. Under pressure when less than 20 %
// of the host is free; page cache counts as used; no weights.
#include <stdlib.h>
#include <string.h>

#include "allocator/baselines/baseline.h"
#include "core/memory.h"

#define TICK_S          15.0
#define SAMPLES         10
#define PRESSURE_FREE   0.20
#define GUEST_FREE      0.20
#define SHRINK_AT_MOST  0.95
#define GROW_AT_LEAST   1.05
#define CHANGE_AT_LEAST 0.0025

struct mom {
    double *used; // SAMPLES a VM
    size_t vm_count;
    double host_free[SAMPLES];
    size_t taken;
};

static void *mom_create(void)
{
    return memory_alloc(sizeof(struct mom));
}

static void mom_destroy(void *self)
{
    struct mom *mom = self;
    if (mom != NULL)
        free(mom->used);
    free(mom);
}

static double mean(const double *samples, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += samples[i];
    return sum / (double)count;
}

static void set_one(const struct allocator_input *input, struct allocator_plan *plan, size_t vm,
                    double used, double host_free)
{
    struct vm_limits limits;
    vm_limits_make(&limits, &input->vms[vm].policy, input->vms[vm].max_kib);
    double current = (double)input->vms[vm].current_kib, target = current;
    if (host_free < PRESSURE_FREE) {
        double least = used + GUEST_FREE * (host_free / PRESSURE_FREE) * current;
        target = SHRINK_AT_MOST * current > least ? SHRINK_AT_MOST * current : least;
        if (target > current)
            target = current;
    } else if (current < (double)limits.max_kib) {
        double wanted = used + GUEST_FREE * current;
        target = GROW_AT_LEAST * current > wanted ? GROW_AT_LEAST * current : wanted;
    }
    target = target < (double)limits.min_kib ? (double)limits.min_kib : target;
    target = target > (double)limits.max_kib ? (double)limits.max_kib : target;
    double change = target > current ? target - current : current - target;
    if (change > CHANGE_AT_LEAST * current)
        baseline_set(input, plan, vm, (int64_t)target);
}

static void mom_step(void *self, const struct allocator_input *input, struct allocator_plan *plan)
{
    struct mom *mom = self;
    baseline_begin(input, plan, TICK_S);
    if (mom->vm_count != input->vm_count) {
        mom->used = memory_resize(mom->used, SAMPLES * (input->vm_count + 1), sizeof(double));
        mom->vm_count = input->vm_count;
        mom->taken = 0;
    }
    size_t slot = mom->taken % SAMPLES;
    mom->taken++;
    size_t count = mom->taken < SAMPLES ? mom->taken : SAMPLES;
    mom->host_free[slot] = (double)input->available_kib / (double)input->total_kib;
    for (size_t i = 0; i < input->vm_count; i++) {
        const struct allocator_vm *vm = &input->vms[i];
        int64_t unused = vm->unused_kib >= 0 ? vm->unused_kib : 0;
        mom->used[i * SAMPLES + slot] = (double)(vm->current_kib - unused);
        set_one(input, plan, i, mean(&mom->used[i * SAMPLES], count), mean(mom->host_free, count));
    }
}

const struct contestant MOM = {"mom", "MoM (oVirt)", mom_create, mom_destroy, mom_step};
