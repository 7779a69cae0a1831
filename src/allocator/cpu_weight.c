// SPDX-License-Identifier: GPL-2.0-or-later
// Which weight each VM gets, so that the scheduler gives it what it is entitled to both now and at
// the moment when everybody wakes up. The managed VMs keep the sum of their original weights.
#include <math.h>

#include "allocator/allocator_state.h"

#define WRITE_FRACTION   0.10
#define WRITE_INTERVAL_S 15.0

static bool is_managed(const struct allocator_vm *vm)
{
    return vm->policy.cpu != ALLOCATOR_OFF && vm->original_weight > 0 && vm->vcpu_count > 0;
}

static double most_cpus(const struct allocator_vm *vm)
{
    double vcpus = (double)vm->vcpu_count;
    return vm->policy.cpu_limit > 0 ? fmin(vm->policy.cpu_limit, vcpus) : vcpus;
}

// Adds one filling's result to the rows: what is entitled to is the larger of both.
static void entitle(struct tick *tick, bool now)
{
    struct allocator *allocator = tick->allocator;
    double capacity = tick->input->cpus * (1 - tick->input->policy.cpu_reserve);
    size_t used = 0;
    for (size_t i = 0; i < tick->count; i++) {
        const struct vm_turn *turn = &tick->turns[i];
        if (!is_managed(turn->vm))
            continue;
        double hi = most_cpus(turn->vm), lo = fmin(turn->vm->policy.cpu_reservation, hi);
        if (now && turn->state->cpu.known) {
            hi = fmin(hi, turn->state->cpu.cpus);
            lo = fmin(lo, hi);
        }
        allocator->fill[used++] = (struct fill_row){
            .key = turn->vm->uuid,
            .lo = lo,
            .hi = hi,
            .share = turn->vm->policy.shares * (double)turn->vm->vcpu_count,
        };
    }
    waterfill(allocator->fill, used, capacity, allocator->amounts, &allocator->space.fill);
    used = 0;
    for (size_t i = 0; i < tick->count; i++) {
        if (!is_managed(tick->turns[i].vm))
            continue;
        struct allocator_row *row = tick->turns[i].row;
        row->cpu_entitled = fmax(row->cpu_entitled, allocator->amounts[used++]);
    }
}

static struct decision *cpu_decide(struct tick *tick, const struct vm_turn *turn,
                                   enum decision_resource resource, enum decision_code code)
{
    struct allocator_plan *plan = tick->plan;
    struct decision *decision = &plan->decisions[plan->decision_count++];
    *decision = (struct decision){
        .vm = turn->index,
        .resource = resource,
        .code = code,
        .changes = code == DECISION_SET_WEIGHT || code == DECISION_SET_LIMIT,
        .advised = turn->vm->policy.cpu != ALLOCATOR_AUTO,
        .old_value = turn->vm->weight,
        .ideal_value = turn->row->cpu_weight,
        .new_value = turn->row->cpu_weight,
        .demand = turn->row->cpu_demand,
        .waits_vm = SIZE_MAX,
    };
    return decision;
}

static void decide_weight(struct tick *tick, const struct vm_turn *turn)
{
    double now_s = tick->now_s, ideal = (double)turn->row->cpu_weight;
    double change = fabs(ideal - (double)turn->vm->weight);
    double wait = turn->state->weight_s + WRITE_INTERVAL_S - now_s;
    if (!turn->state->cpu.known) {
        cpu_decide(tick, turn, DECISION_CPU_WEIGHT, DECISION_BLIND);
    } else if (change <= WRITE_FRACTION * (double)turn->vm->weight) {
        cpu_decide(tick, turn, DECISION_CPU_WEIGHT, DECISION_DEADBAND);
    } else if (wait > 0) {
        cpu_decide(tick, turn, DECISION_CPU_WEIGHT, DECISION_COOLDOWN)->seconds = wait;
    } else {
        cpu_decide(tick, turn, DECISION_CPU_WEIGHT, DECISION_SET_WEIGHT);
        turn->state->weight_s = now_s;
    }
}

static void decide_limit(struct tick *tick, const struct vm_turn *turn)
{
    int64_t limit = llround(turn->vm->policy.cpu_limit * 1000);
    if (limit == 0 && turn->state->limit_milli_cpus <= 0)
        return;
    if (limit == turn->state->limit_milli_cpus)
        return;
    struct decision *decision = cpu_decide(tick, turn, DECISION_CPU_LIMIT, DECISION_SET_LIMIT);
    decision->old_value = turn->state->limit_milli_cpus;
    decision->new_value = decision->ideal_value = limit; // 0: take the limit away
    turn->state->limit_milli_cpus = limit;
}

void cpu_plan(struct tick *tick)
{
    double sum_original = 0, sum_entitled = 0;
    int64_t least = tick->input->cgroup_v1 ? 2 : 1;
    int64_t most = tick->input->cgroup_v1 ? 262144 : 10000;
    for (size_t i = 0; i < tick->count; i++) {
        struct vm_turn *turn = &tick->turns[i];
        if (!is_managed(turn->vm))
            continue;
        cpu_demand_step(&turn->state->cpu, turn->vm->vcpus, turn->vm->vcpu_count,
                        turn->vm->cpu_time_ns, turn->vm->policy.cpu_limit, tick->now_s);
        turn->row->cpu_demand = turn->state->cpu.cpus;
        sum_original += (double)turn->vm->original_weight;
    }
    entitle(tick, false);
    entitle(tick, true);
    for (size_t i = 0; i < tick->count; i++)
        sum_entitled += is_managed(tick->turns[i].vm) ? tick->turns[i].row->cpu_entitled : 0;
    for (size_t i = 0; i < tick->count && sum_entitled > 0; i++) {
        struct vm_turn *turn = &tick->turns[i];
        if (!is_managed(turn->vm))
            continue;
        int64_t weight = llround(sum_original * turn->row->cpu_entitled / sum_entitled);
        turn->row->cpu_weight = weight < least ? least : weight > most ? most : weight;
        decide_weight(tick, turn);
        decide_limit(tick, turn);
    }
}
