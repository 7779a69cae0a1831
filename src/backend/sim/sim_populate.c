// SPDX-License-Identifier: GPL-2.0-or-later
// Who lives on the simulated host: names, sizes and habits, from the seed.
#include <stdio.h>
#include <string.h>

#include "backend/sim/sim_world.h"
#include "core/clock.h"
#include "core/memory.h"

#define GIB UINT64_C(1073741824)

struct role {
    const char *name;
    enum sim_workload_kind kind; // in the mixed scenario
    unsigned vcpus;
    unsigned memory_mib;
    unsigned disks;
};

static const struct role roles[] = {
    {"web", SIM_STEADY, 2, 2048, 1},      {"db", SIM_IO_HEAVY, 4, 8192, 3},
    {"build", SIM_BURST, 8, 8192, 2},     {"mail", SIM_DIURNAL, 2, 4096, 2},
    {"cache", SIM_CACHER, 2, 4096, 1},    {"proxy", SIM_NET_HEAVY, 2, 1024, 1},
    {"wiki", SIM_IDLE, 1, 1024, 1},       {"shop", SIM_DIURNAL, 4, 4096, 1},
    {"queue", SIM_STEADY, 2, 2048, 2},    {"report", SIM_LEAK, 2, 4096, 1},
    {"files", SIM_NET_HEAVY, 2, 2048, 3}, {"test", SIM_BURST, 4, 2048, 1},
    {"dns", SIM_IDLE, 1, 512, 1},         {"monitor", SIM_STEADY, 2, 2048, 1},
};

// The draws for one VM: its own stream, so that the number of VMs does not change who web1 is.
struct dice {
    uint64_t seed, vm, count;
};

static uint64_t draw(struct dice *dice, uint64_t limit)
{
    return sim_hash(dice->seed, dice->vm, 1000 + dice->count++) % limit;
}

static double draw_fraction(struct dice *dice)
{
    return (double)draw(dice, 1000000) / 1e6;
}

static void make_uuid(struct dice *dice, char *out)
{
    uint64_t a = sim_hash(dice->seed, dice->vm, 11), b = sim_hash(dice->seed, dice->vm, 12);
    snprintf(out, VM_UUID_SIZE, "%08x-%04x-4%03x-a%03x-%012llx", (unsigned)(a >> 32),
             (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff), (unsigned)(b >> 52),
             (unsigned long long)(b & UINT64_C(0xffffffffffff)));
}

static void make_disks(struct sim_vm *vm, struct dice *dice, unsigned most)
{
    vm->disk_count = 1 + draw(dice, most);
    for (size_t i = 0; i < vm->disk_count; i++) {
        struct sim_disk *disk = &vm->disks[i];
        snprintf(disk->target, sizeof(disk->target), "vd%c", (char)('a' + i));
        disk->source = memory_printf("/var/lib/sim/%s-%zu.qcow2", vm->name, i);
        disk->capacity_bytes = (10 + 10 * draw(dice, i == 0 ? 4 : 20)) * GIB;
        disk->allocation_bytes = (double)disk->capacity_bytes * (0.1 + 0.6 * draw_fraction(dice));
    }
}

static void make_nics(struct sim_vm *vm, struct dice *dice)
{
    vm->nic_count = draw(dice, 6) == 0 ? 2 : 1;
    for (size_t i = 0; i < vm->nic_count; i++)
        snprintf(vm->nics[i].name, sizeof(vm->nics[i].name), "vnet%u",
                 (unsigned)(vm->number * SIM_NICS_MAX + i));
}

static enum sim_workload_kind kind_in(enum sim_scenario scenario, const struct role *role,
                                      struct dice *dice)
{
    uint64_t chance = draw(dice, 10);
    switch (scenario) {
    case SIM_SCENARIO_IDLE:
        return SIM_IDLE;
    case SIM_SCENARIO_BURST:
        return chance < 8 ? SIM_BURST : SIM_IDLE;
    case SIM_SCENARIO_MIXED:
    default:
        return chance < 7 ? role->kind : chance < 9 ? SIM_IDLE : SIM_STEADY;
    }
}

static void make_sizes(struct sim_vm *vm, const struct role *role, struct dice *dice)
{
    unsigned vcpus = role->vcpus;
    if (draw(dice, 4) == 0 && vcpus > 1)
        vcpus /= 2;
    vm->vcpus_current = vm->next_vcpus_current = vcpus;
    vm->vcpus_max = vm->next_vcpus_max = vcpus * 2;
    uint64_t memory_kib = (uint64_t)role->memory_mib * 1024 << draw(dice, 2);
    vm->memory_max_kib = vm->next_memory_max_kib = memory_kib;
    vm->balloon_target_kib = vm->next_balloon_kib = memory_kib;
    vm->balloon_kib = (double)memory_kib;
}

// The first three run, whatever the dice say: a handful of VMs should have something to show.
static void make_state(struct sim_world *world, struct sim_vm *vm, struct dice *dice)
{
    uint64_t chance = draw(dice, 100);
    vm->id = -1;
    vm->reason = "shutdown";
    vm->state = VM_STATE_SHUT_OFF;
    if (chance >= 84 && chance < 97 && vm->number >= 3) {
        vm->has_managed_save = draw(dice, 4) == 0;
        return;
    }
    vm->state = chance >= 97 && vm->number >= 3 ? VM_STATE_PAUSED : VM_STATE_RUNNING;
    vm->reason = vm->state == VM_STATE_PAUSED ? "user" : "booted";
    vm->id = ++world->next_id;
    struct sim_demand demand;
    sim_workload_demand(world, vm, 0, &demand);
    vm->used_kib = (double)vm->memory_max_kib * (demand.used < 0.9 ? demand.used : 0.9);
    vm->cache_kib = (double)vm->memory_max_kib * demand.cache * 0.5;
    vm->rss_kib = vm->used_kib + vm->cache_kib;
}

static struct sim_vm *make_vm(struct sim_world *world, uint64_t number, unsigned *role_counts)
{
    struct sim_vm *vm = memory_alloc(sizeof(*vm));
    vm->number = number;
    // Hosts of one simulation have different VMs.
    struct dice dice = {.seed = world->settings.seed + world->settings.host - 1, .vm = number};
    size_t role_index = number < 4 ? number : draw(&dice, ARRAY_COUNT(roles));
    const struct role *role = &roles[role_index];
    vm->name = memory_printf("%s%u", role->name, ++role_counts[role_index]);
    make_uuid(&dice, vm->uuid);
    vm->workload = (struct sim_workload){
        .kind = kind_in(world->settings.scenario, role, &dice),
        .level = draw_fraction(&dice),
        .period_s = 240 + (double)draw(&dice, 900),
        .phase_s = (double)draw(&dice, 3600),
    };
    make_sizes(vm, role, &dice);
    make_disks(vm, &dice, role->disks);
    make_nics(vm, &dice);
    vm->autostart = draw(&dice, 3) != 0;
    vm->has_agent = draw(&dice, 2) == 0;
    make_state(world, vm, &dice);
    return vm;
}

// Sized so that a mixed host is busy, sometimes too busy, and its memory is nearly given away.
static void size_host(struct sim_world *world)
{
    uint64_t vcpus = 0, memory_kib = 0;
    for (size_t i = 0; i < world->vm_count; i++) {
        if (!vm_state_is_active(world->vms[i]->state))
            continue;
        vcpus += world->vms[i]->vcpus_current;
        memory_kib += world->vms[i]->memory_max_kib;
    }
    uint64_t cpus = (vcpus / 2 + 3) / 4 * 4;
    world->cpus = cpus < 4 ? 4 : (unsigned)cpus;
    uint64_t gib = (memory_kib / 1024 / 1024 + 4 + 15) / 16 * 16;
    world->memory_total_kib = (gib < 16 ? 16 : gib) * 1024 * 1024;
}

static void hang_some(struct sim_world *world)
{
    unsigned left = world->settings.hang;
    for (size_t i = 0; i < world->vm_count && left > 0; i++) {
        if (world->vms[i]->state != VM_STATE_RUNNING)
            continue;
        world->vms[i]->hung = true;
        left--;
    }
}

void sim_populate(struct sim_world *world)
{
    unsigned role_counts[ARRAY_COUNT(roles)] = {0};
    size_t count = world->settings.vms;
    world->vms = memory_array(count > 0 ? count : 1, sizeof(struct sim_vm *));
    for (size_t i = 0; i < count; i++)
        world->vms[world->vm_count++] = make_vm(world, i, role_counts);
    size_host(world);
    hang_some(world);
}
