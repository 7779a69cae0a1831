// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/allocator_fixture.h"

#include <stdlib.h>

#include "core/memory.h"
#include "core/str.h"

void fixture_open(struct fixture *fixture, size_t count, int64_t host_kib)
{
    *fixture = (struct fixture){.allocator = allocator_create()};
    fixture->vms = memory_array(count + 1, sizeof(*fixture->vms));
    fixture->uuids = memory_array(count + 1, sizeof(*fixture->uuids));
    fixture->names = memory_array(count + 1, sizeof(*fixture->names));
    for (size_t i = 0; i < count; i++) {
        str_format(fixture->uuids[i], VM_UUID_SIZE, "11111111-2222-3333-4444-%012zu", i);
        str_format(fixture->names[i], sizeof(fixture->names[i]), "vm%zu", i);
        struct allocator_vm *vm = &fixture->vms[i];
        *vm = (struct allocator_vm){
            .uuid = fixture->uuids[i],
            .name = fixture->names[i],
            .settled_s = 1000,
            .max_kib = 8 * GIB,
            .current_kib = 4 * GIB,
            .rss_kib = 4 * GIB,
            .target_kib = 4 * GIB,
            .usable_kib = 3 * GIB,
            .unused_kib = 2 * GIB,
            .cache_kib = 1 * GIB,
            .period_s = 2,
            .original_weight = -1,
            .weight = -1,
        };
        vm_policy_init(&vm->policy);
        vm->policy.mem = vm->policy.cpu = ALLOCATOR_AUTO;
    }
    host_policy_init(&fixture->input.policy);
    fixture->input.total_kib = host_kib;
    fixture->input.available_kib = -1;
    fixture->input.pressure_some = fixture->input.pressure_full = -1;
    fixture->input.cpus = 8;
    fixture->input.vms = fixture->vms;
    fixture->input.vm_count = count;
    fixture->input.now_s = 1000;
}

void fixture_close(struct fixture *fixture)
{
    allocator_destroy(fixture->allocator);
    allocator_plan_finish(&fixture->plan);
    free(fixture->vms);
    free(fixture->uuids);
    free(fixture->names);
}

void fixture_step(struct fixture *fixture, double seconds)
{
    fixture->input.now_s += seconds;
    for (size_t i = 0; i < fixture->input.vm_count; i++)
        fixture->vms[i].last_update_s++;
    allocator_step(fixture->allocator, &fixture->input, &fixture->plan);
}

void fixture_obey(struct fixture *fixture)
{
    for (size_t i = 0; i < fixture->plan.decision_count; i++) {
        const struct decision *decision = &fixture->plan.decisions[i];
        if (!decision->changes || decision->advised || decision->resource != DECISION_MEMORY)
            continue;
        struct allocator_vm *vm = &fixture->vms[decision->vm];
        int64_t used = vm->current_kib - vm->usable_kib;
        vm->target_kib = vm->current_kib = vm->rss_kib = decision->new_value;
        vm->usable_kib = vm->current_kib > used ? vm->current_kib - used : 0;
    }
}

void fixture_settle_host(struct fixture *fixture)
{
    int64_t available = fixture->input.total_kib * 98 / 100;
    for (size_t i = 0; i < fixture->input.vm_count; i++)
        available -= fixture->vms[i].rss_kib;
    fixture->input.available_kib = available > 0 ? available : 0;
}

const struct decision *fixture_decision(const struct fixture *fixture, size_t vm)
{
    for (size_t i = 0; i < fixture->plan.decision_count; i++)
        if (fixture->plan.decisions[i].vm == vm &&
            fixture->plan.decisions[i].resource == DECISION_MEMORY)
            return &fixture->plan.decisions[i];
    return NULL;
}

double fixture_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = *state;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((x ^ (x >> 31)) >> 11) * 0x1.0p-53;
}

int64_t fixture_between(uint64_t *state, int64_t lo, int64_t hi)
{
    return lo + (int64_t)(fixture_random(state) * (double)(hi - lo + 1));
}
