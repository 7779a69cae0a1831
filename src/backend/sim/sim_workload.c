// SPDX-License-Identifier: GPL-2.0-or-later
// What a simulated guest wants in one second: a pure function of seed, guest and second, so that it
// does not matter how often and when somebody looks.
#include <math.h>

#include "backend/sim/sim_world.h"
#include "core/clock.h"

#define MIB 1048576.0

// The mixing of splitmix64.
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t sim_hash(uint64_t a, uint64_t b, uint64_t c)
{
    return mix(mix(mix(a) ^ b) ^ c);
}

static double fraction(uint64_t hash)
{
    return (double)(hash >> 11) * 0x1.0p-53;
}

struct moment {
    const struct sim_workload *workload;
    double seconds;  // since the world began, shifted by the phase
    double noise[4]; // 0..1, new each second
    bool in_burst;
};

static void demand_idle(const struct moment *moment, struct sim_demand *demand)
{
    demand->cpu = 0.004 + 0.015 * moment->noise[0];
    demand->used = 0.10 + 0.08 * moment->workload->level;
    demand->cache = 0.10;
    demand->read = 2048 * moment->noise[1];
    demand->write = 8192 * moment->noise[2];
    demand->receive = 700 * moment->noise[3];
    demand->send = 300 * moment->noise[3];
}

static void demand_steady(const struct moment *moment, struct sim_demand *demand)
{
    double level = moment->workload->level;
    demand->cpu = 0.15 + 0.35 * level + 0.08 * (moment->noise[0] - 0.5);
    demand->used = 0.35 + 0.20 * level;
    demand->cache = 0.25;
    demand->read = 0.2 * MIB * moment->noise[1];
    demand->write = (0.2 + 0.8 * level) * MIB * moment->noise[2];
    demand->receive = (0.2 + level) * MIB * (0.7 + 0.3 * moment->noise[3]);
    demand->send = demand->receive * 1.7;
}

static void demand_diurnal(const struct moment *moment, struct sim_demand *demand)
{
    double turn = 2 * M_PI * moment->seconds / moment->workload->period_s;
    double day = 0.5 - 0.5 * cos(turn);
    demand->cpu =
        0.03 + 0.75 * day * (0.6 + 0.4 * moment->workload->level) + 0.06 * (moment->noise[0] - 0.5);
    demand->used = 0.25 + 0.35 * day;
    demand->cache = 0.20;
    demand->read = day * MIB * moment->noise[1];
    demand->write = day * 2 * MIB * moment->noise[2];
    demand->receive = day * 3 * MIB * (0.8 + 0.2 * moment->noise[3]);
    demand->send = demand->receive * 2;
}

static void demand_burst(const struct moment *moment, struct sim_demand *demand)
{
    demand_idle(moment, demand);
    if (!moment->in_burst)
        return;
    demand->cpu = 0.85 + 0.15 * moment->noise[0];
    demand->used = 0.45 + 0.35 * moment->workload->level;
    demand->read = 6 * MIB * moment->noise[1];
    demand->write = 10 * MIB * moment->noise[2];
}

// Grows until it starts to swap; then its own watchdog starts it again.
static void demand_leak(const struct moment *moment, struct sim_demand *demand)
{
    demand_steady(moment, demand);
    double age = fmod(moment->seconds, moment->workload->period_s) / moment->workload->period_s;
    demand->used = 0.20 + 0.85 * age;
    demand->cpu *= 0.5;
}

static void demand_cacher(const struct moment *moment, struct sim_demand *demand)
{
    demand_steady(moment, demand);
    demand->cpu *= 0.4;
    demand->used = 0.12;
    demand->cache = 0.80;
    demand->read = 4 * MIB * moment->noise[1];
}

static void demand_io_heavy(const struct moment *moment, struct sim_demand *demand)
{
    demand_steady(moment, demand);
    double level = 0.4 + 0.6 * moment->workload->level;
    demand->cpu = 0.10 + 0.10 * moment->noise[0];
    demand->read = level * 60 * MIB * (0.5 + 0.5 * moment->noise[1]);
    demand->write = level * 30 * MIB * (0.5 + 0.5 * moment->noise[2]);
    demand->latency_ms = 3 + 25 * moment->noise[3] * moment->noise[3] * level;
}

static void demand_net_heavy(const struct moment *moment, struct sim_demand *demand)
{
    demand_steady(moment, demand);
    demand->cpu = 0.25 + 0.15 * moment->noise[0];
    demand->receive = (20 + 60 * moment->workload->level) * MIB * (0.8 + 0.2 * moment->noise[1]);
    demand->send = demand->receive * 0.4;
}

static void (*const demands[SIM_WORKLOAD_KIND_COUNT])(const struct moment *,
                                                      struct sim_demand *) = {
    [SIM_IDLE] = demand_idle,         [SIM_STEADY] = demand_steady,
    [SIM_DIURNAL] = demand_diurnal,   [SIM_BURST] = demand_burst,
    [SIM_LEAK] = demand_leak,         [SIM_CACHER] = demand_cacher,
    [SIM_IO_HEAVY] = demand_io_heavy, [SIM_NET_HEAVY] = demand_net_heavy,
};

static double limited(double value, double most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

void sim_workload_demand(const struct sim_world *world, const struct sim_vm *vm, uint64_t quantum,
                         struct sim_demand *demand)
{
    const struct sim_workload *workload = &vm->workload;
    struct moment moment = {.workload = workload, .seconds = (double)quantum + workload->phase_s};
    uint64_t of_vm = sim_hash(world->settings.seed, vm->number, 1);
    for (unsigned i = 0; i < 4; i++)
        moment.noise[i] = fraction(sim_hash(of_vm, quantum, i));
    uint64_t window = (uint64_t)(moment.seconds / (workload->period_s / 8 + 1));
    moment.in_burst = fraction(sim_hash(of_vm, window, 9)) < 0.15 + 0.25 * workload->level;

    *demand = (struct sim_demand){.latency_ms = 0.3 + 1.2 * moment.noise[1]};
    demands[workload->kind](&moment, demand);
    if (quantum * SIM_QUANTUM_NS < vm->boot_until_ns) { // booting takes what it gets
        demand->cpu = 0.9;
        demand->read = 30 * MIB;
    }
    demand->cpu = limited(demand->cpu, 1);
}
