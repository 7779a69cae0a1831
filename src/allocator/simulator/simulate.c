// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/simulate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocator/baselines/baseline.h"
#include "allocator/simulator/scenario.h"
#include "allocator/waterfill.h"
#include "core/memory.h"

#define AN_HOUR_S  3600
#define SETTLED_S  300 // they have been up for a while when it begins
#define SHORT_KIB  (32.0 * 1024)
#define REVERSAL_S 120
#define HOST_BASE  0.02 // of the host, for the host itself
#define NOTE_SIZE  320

struct tally { // of one VM
    double satisfied, moved;
    double short_s, spells; // seconds in which it went short, and how many times that began
    bool is_short;
    double last_write_s;
    int last_direction;
};

struct world {
    const struct simulation *simulation;
    const struct scenario *scenario;
    const struct contestant *contestant;
    void *planner;
    struct guest *guests;
    struct tally *tallies;
    struct allocator_vm *vms;
    char (*uuids)[VM_UUID_SIZE];
    char (*names)[16];
    struct allocator_input input;
    struct allocator_plan plan;
    struct simulation_metrics metrics;
    double budget_kib; // at the start
    double least_kib;  // a VM's minimum
};

static double gib(double kib)
{
    return kib / (double)GIB_KIB;
}

static double host_used(const struct world *world)
{
    double used = HOST_BASE * (double)world->input.total_kib;
    for (unsigned i = 0; i < world->scenario->vm_count; i++)
        used += guest_rss(&world->guests[i]);
    return used;
}

// What the planner gets to see of a guest.
static void observe(struct world *world, unsigned i, double now_s)
{
    const struct guest *guest = &world->guests[i];
    struct allocator_vm *vm = &world->vms[i];
    bool windows = guest->kind == GUEST_WINDOWS;
    vm->settled_s = now_s + SETTLED_S;
    vm->current_kib = (int64_t)guest->current;
    vm->target_kib = (int64_t)guest->target;
    vm->rss_kib = (int64_t)guest_rss(guest);
    vm->usable_kib = windows ? -1 : (int64_t)guest->usable;
    vm->unused_kib = (int64_t)guest->unused;
    vm->cache_kib = (int64_t)guest->reported_cache;
    vm->swap_in_kib = (int64_t)guest->reported_swap_in;
    vm->swap_out_kib = (int64_t)guest->reported_swap_out;
    vm->last_update_s = guest->reported_s;
}

static void observe_host(struct world *world, double now_s)
{
    world->input.now_s = now_s;
    double available = (double)world->input.total_kib - host_used(world);
    world->input.available_kib = available > 0 ? (int64_t)available : 0;
    for (unsigned i = 0; i < world->scenario->vm_count; i++)
        observe(world, i, now_s);
}

static void world_init(struct world *world)
{
    unsigned count = world->scenario->vm_count;
    world->guests = memory_array(count, sizeof(*world->guests));
    world->tallies = memory_array(count, sizeof(*world->tallies));
    world->vms = memory_array(count, sizeof(*world->vms));
    world->uuids = memory_array(count, sizeof(*world->uuids));
    world->names = memory_array(count, sizeof(*world->names));
    scenario_populate(world->scenario, world->simulation->seed, world->guests);
    for (unsigned i = 0; i < count; i++) {
        snprintf(world->uuids[i], VM_UUID_SIZE, "00000000-0000-0000-0000-%012u", i);
        snprintf(world->names[i], sizeof(*world->names), "vm%u", i + 1);
        struct allocator_vm *vm = &world->vms[i];
        vm->uuid = world->uuids[i];
        vm->name = world->names[i];
        vm_policy_init(&vm->policy);
        vm->policy.mem = ALLOCATOR_AUTO;
        vm->policy.cpu = ALLOCATOR_OFF;
        vm->policy.shares = 1000 * (1 + (world->scenario->spread_shares - 1) * i / (count - 1.0));
        if (world->scenario->mem_min_kib > 0)
            vm->policy.mem_min_kib = (int64_t)world->scenario->mem_min_kib;
        vm->windows = world->guests[i].kind == GUEST_WINDOWS;
        if (world->guests[i].kind == GUEST_VFIO)
            vm->block = BALLOON_HOSTDEV;
        vm->max_kib = (int64_t)world->scenario->vm_max_kib;
        vm->period_s = 2;
        world->tallies[i].last_write_s = -1e9;
    }
    host_policy_init(&world->input.policy);
    world->input.total_kib = world->simulation->host_kib > 0 ? world->simulation->host_kib
                                                             : world->scenario->about.host_kib;
    world->input.pressure_some = world->input.pressure_full = -1;
    world->input.cpus = 16;
    world->input.vms = world->vms;
    world->input.vm_count = count;
}

// Everybody begins with a part of the budget by shares, whoever plans afterwards.
static bool divide_at_start(struct world *world)
{
    unsigned count = world->scenario->vm_count;
    struct fill_row *rows = memory_array(count, sizeof(*rows));
    double *parts = memory_array(count, sizeof(*parts));
    struct fill_space space = {0};
    observe_host(world, 0);
    baseline_begin(&world->input, &world->plan, 0);
    for (unsigned i = 0; i < count; i++) {
        struct vm_limits limits;
        vm_limits_make(&limits, &world->vms[i].policy, world->vms[i].max_kib);
        bool fixed = world->guests[i].kind == GUEST_VFIO;
        world->least_kib = (double)limits.min_kib;
        rows[i] =
            (struct fill_row){world->uuids[i], fixed ? 0 : (double)limits.min_kib,
                              fixed ? 0 : (double)limits.max_kib, world->vms[i].policy.shares};
    }
    bool fits = waterfill(rows, count, (double)world->plan.budget_kib, parts, &space);
    for (unsigned i = 0; i < count; i++)
        if (world->guests[i].kind != GUEST_VFIO)
            world->guests[i].current = world->guests[i].target = floor(parts[i]);
    world->budget_kib = (double)world->plan.budget_kib;
    fill_space_finish(&space);
    free(rows);
    free(parts);
    return fits;
}

static void write_target(struct world *world, const struct decision *decision, double now_s)
{
    struct tally *tally = &world->tallies[decision->vm];
    struct guest *guest = &world->guests[decision->vm];
    int direction = decision->new_value > decision->old_value ? 1 : -1;
    world->metrics.actuations++;
    if (tally->last_direction == -direction && now_s - tally->last_write_s < REVERSAL_S)
        world->metrics.reversals++;
    tally->last_direction = direction;
    tally->last_write_s = now_s;
    guest->target = (double)decision->new_value;
    if (world->simulation->on_decision != NULL) {
        char text[NOTE_SIZE];
        const char *waits =
            decision->waits_vm < world->input.vm_count ? world->names[decision->waits_vm] : NULL;
        decision_text(decision, world->names[decision->vm], waits, text, sizeof(text));
        world->simulation->on_decision(world->simulation->context, now_s, text);
    }
}

// Whether sizes and targets together are above what may be given out.
static bool is_above_budget(const struct world *world)
{
    double sum = 0;
    for (unsigned i = 0; i < world->scenario->vm_count; i++)
        if (!world->plan.rows[i].fixed)
            sum += fmax(world->guests[i].current, world->guests[i].target);
    return sum > (double)world->plan.budget_kib + 16;
}

static double run_planner(struct world *world, double now_s)
{
    observe_host(world, now_s);
    world->contestant->step(world->planner, &world->input, &world->plan);
    bool grows = false;
    for (size_t i = 0; i < world->plan.decision_count; i++) {
        const struct decision *decision = &world->plan.decisions[i];
        if (!decision->changes || decision->advised || decision->resource != DECISION_MEMORY)
            continue;
        double charge =
            fmax(world->guests[decision->vm].current, world->guests[decision->vm].target);
        grows = grows ||
                ((double)decision->new_value > charge + 1 && !world->plan.rows[decision->vm].fixed);
        write_target(world, decision, now_s);
    }
    if (grows && is_above_budget(world))
        world->metrics.unsafe_grows++;
    return now_s + world->plan.next_tick_s;
}

static void count_guest(struct world *world, unsigned i, double before)
{
    struct guest *guest = &world->guests[i];
    struct tally *tally = &world->tallies[i];
    world->metrics.unmet_gib_s += gib(guest->swapped);
    world->metrics.moved_gib += gib(fabs(guest->current - before));
    tally->satisfied += guest->want > 0 ? 1 - guest->swapped / guest->want : 1;
    bool is_short = guest->swapped > SHORT_KIB * fmin(1, guest->max / (2.0 * GIB_KIB));
    tally->spells += is_short && !tally->is_short;
    tally->short_s += is_short;
    tally->is_short = is_short;
}

// What would be short if all of the budget above the minima were always where it is wanted, at
// once.
static double unavoidable(const struct world *world)
{
    double wanted = 0;
    for (unsigned i = 0; i < world->scenario->vm_count; i++)
        if (world->guests[i].kind != GUEST_VFIO)
            wanted += fmax(world->least_kib, guest_size_wanted(&world->guests[i]));
    return fmax(0, wanted - world->budget_kib);
}

static void count_host(struct world *world)
{
    world->metrics.unavoidable_gib_s += gib(unavoidable(world));
    double total = (double)world->input.total_kib, commit = HOST_BASE * total;
    for (unsigned i = 0; i < world->scenario->vm_count; i++) {
        const struct guest *guest = &world->guests[i];
        commit += fmax(guest->current, guest->target) + guest->overhead;
    }
    world->metrics.peak_commit = fmax(world->metrics.peak_commit, commit / total);
    world->metrics.overcommit_s += host_used(world) > total;
}

static void conclude(struct world *world, double seconds)
{
    struct simulation_metrics *metrics = &world->metrics;
    unsigned count = world->scenario->vm_count;
    double sum = 0, squares = 0, short_s = 0, spells = 0;
    metrics->least_satisfied = 1;
    for (unsigned i = 0; i < count; i++) {
        double satisfied = world->tallies[i].satisfied / seconds;
        sum += satisfied;
        squares += satisfied * satisfied;
        metrics->least_satisfied = fmin(metrics->least_satisfied, satisfied);
        short_s += world->tallies[i].short_s;
        spells += world->tallies[i].spells;
        metrics->swapped_in_gib += gib(world->guests[i].swap_in);
    }
    metrics->jain = squares > 0 ? sum * sum / (count * squares) : 1;
    metrics->settle_s = spells > 0 ? short_s / spells : 0;
    metrics->seeds = 1;
}

static void world_finish(struct world *world)
{
    free(world->guests);
    free(world->tallies);
    free(world->vms);
    free(world->uuids);
    free(world->names);
    allocator_plan_finish(&world->plan);
}

bool simulation_run(const struct simulation *simulation, struct simulation_metrics *metrics,
                    struct error *err)
{
    struct world world = {
        .simulation = simulation,
        .scenario = scenario_find(simulation->scenario),
        .contestant = contestant_find(simulation->policy),
    };
    if (world.scenario == NULL)
        return error_set(err, ERROR_INVALID, 0, "there is no scenario called %s",
                         simulation->scenario);
    if (world.contestant == NULL)
        return error_set(err, ERROR_INVALID, 0, "there is no policy called %s", simulation->policy);
    world_init(&world);
    if (!divide_at_start(&world)) {
        world_finish(&world);
        return error_set(err, ERROR_INVALID, 0,
                         "this host is too small for the VMs of the scenario %s",
                         simulation->scenario);
    }
    world.planner = world.contestant->create();
    unsigned seconds = simulation->seconds > 0 ? simulation->seconds : AN_HOUR_S;
    double next_s = 1;
    for (unsigned second = 0; second < seconds; second++) {
        for (unsigned i = 0; i < world.scenario->vm_count; i++) {
            double before = world.guests[i].current;
            guest_step(&world.guests[i], second);
            count_guest(&world, i, before);
        }
        count_host(&world);
        if (second + 1 >= next_s)
            next_s = run_planner(&world, second + 1);
    }
    conclude(&world, seconds);
    *metrics = world.metrics;
    world.contestant->destroy(world.planner);
    world_finish(&world);
    return true;
}
