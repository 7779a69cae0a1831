// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/simulator/guest.h"

#include <math.h>

#define MIB             1024.0
#define PI              3.14159265358979323846
#define KERNEL_FRACTION 0.02
#define SWAP_IN_RATE    (200 * MIB)
#define THRASH_RATE     (20 * MIB)
#define REPORT_PERIOD_S 2
#define STALE_FROM_S    600
#define SYNC_FIRST_S    900
#define SYNC_INTERVAL_S 1200
#define SYNC_LENGTH_S   150
#define DEFLATE_RATE    (4096 * MIB)
#define INFLATE_RATE    (400 * MIB)
#define SLOW_RATE       (6 * MIB)
#define FORCED_RATE     (16 * MIB) // by making the guest swap

// splitmix64
double random_fraction(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = *state;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((x ^ (x >> 31)) >> 11) * 0x1.0p-53;
}

static double between(struct guest *guest, double lo, double hi)
{
    return lo + (hi - lo) * random_fraction(&guest->random);
}

void guest_init(struct guest *guest, enum guest_load load, enum guest_kind kind, double max_kib,
                uint64_t seed)
{
    *guest = (struct guest){.load = load, .kind = kind, .max = max_kib, .random = seed};
    random_fraction(&guest->random);
    double scale = max_kib; // fractions of what the guest may have
    guest->base = scale * between(guest, 0.08, 0.16);
    guest->peak = scale * between(guest, 0.45, 0.70);
    guest->rate_s = fmin(between(guest, 100, 300) * MIB, max_kib / 16);
    guest->period_s = between(guest, 1800, 3600);
    guest->phase_s = between(guest, 0, 3600);
    guest->next_burst_s = between(guest, 60, 900);
    guest->cache_rate = load == LOAD_CACHER ? max_kib / 80 : max_kib / 4000;
    guest->overhead = between(guest, 50, 110) * MIB * fmin(1, max_kib / (1024 * MIB));
    if (load == LOAD_STEADY)
        guest->base = scale * between(guest, 0.25, 0.42);
    if (load == LOAD_LEAK)
        guest->rate_s = scale * between(guest, 0.5, 1.5) / 8192;
    guest->want = guest->base;
    guest->current = guest->target = max_kib;
}

static void want_burst(struct guest *guest, bool bursting)
{
    double goal = bursting ? guest->peak : guest->base;
    if (goal > guest->want)
        guest->want = fmin(goal, guest->want + guest->rate_s);
    else
        guest->want = fmax(goal, guest->want - 4 * guest->rate_s);
}

// Depends on nothing that a planner does.
static void step_want(struct guest *guest, unsigned second)
{
    double now = second;
    double turn = 2 * PI * (now + guest->phase_s) / guest->period_s;
    unsigned since_sync =
        second < SYNC_FIRST_S ? SYNC_LENGTH_S : (second - SYNC_FIRST_S) % SYNC_INTERVAL_S;
    switch (guest->load) {
    case LOAD_DIURNAL:
        guest->want = guest->base + (guest->peak - guest->base) * (0.5 - 0.5 * cos(turn));
        break;
    case LOAD_BURST:
        if (now >= guest->next_burst_s) {
            guest->burst_ends_s = now + between(guest, 60, 180);
            guest->next_burst_s = guest->burst_ends_s + between(guest, 120, 900);
            guest->peak = guest->max * between(guest, 0.40, 0.70);
        }
        want_burst(guest, now < guest->burst_ends_s);
        break;
    case LOAD_SYNC_BURST:
        want_burst(guest, since_sync < SYNC_LENGTH_S);
        break;
    case LOAD_LEAK:
        guest->want += guest->rate_s;
        if (guest->want > guest->peak)
            guest->want = guest->base;
        break;
    default:
        guest->want = guest->base * (1 + 0.03 * sin(turn * 20));
        break;
    }
}

static double capacity(const struct guest *guest)
{
    return fmax(0, guest->current - KERNEL_FRACTION * guest->max);
}

static void step_memory(struct guest *guest)
{
    double room = capacity(guest), resident = guest->want - guest->swapped;
    if (resident < 0) {
        guest->swapped = guest->want;
        resident = 0;
    }
    if (resident > room) {
        guest->swap_out += resident - room;
        guest->swapped += resident - room;
    } else if (guest->swapped > 0) {
        double in = fmin(fmin(guest->swapped, room - resident), SWAP_IN_RATE);
        guest->swapped -= in;
        guest->swap_in += in;
    }
    if (guest->swapped > 0) {
        double thrash = fmin(guest->swapped * 0.02, THRASH_RATE);
        guest->swap_in += thrash;
        guest->swap_out += thrash;
    }
    double left = fmax(0, room - (guest->want - guest->swapped));
    guest->cache = fmin(guest->cache + guest->cache_rate, left);
    double used = guest->current - left + guest->cache;
    guest->touched = fmin(fmax(guest->touched, used), guest->current);
}

static void inflate(struct guest *guest)
{
    double rate = INFLATE_RATE;
    if (guest->kind == GUEST_STUCK)
        return;
    if (guest->kind == GUEST_SLOW)
        rate = SLOW_RATE;
    double kept = guest->kind == GUEST_WINDOWS ? 0.05 : 0.01;
    double spare = capacity(guest) - (guest->want - guest->swapped) - kept * guest->max;
    bool gives_way = guest->kind == GUEST_WINDOWS || guest->kind == GUEST_AUTODEFLATE;
    if (spare <= 0)
        spare = gives_way ? 0 : FORCED_RATE;
    double taken = fmin(fmin(rate, spare), guest->current - guest->target);
    guest->current -= taken;
    guest->touched = fmin(guest->touched, guest->current);
}

static void step_balloon(struct guest *guest)
{
    if (guest->kind == GUEST_VFIO)
        return;
    double missing = guest->want - capacity(guest);
    if (guest->kind == GUEST_AUTODEFLATE && missing > 0)
        guest->current = fmin(guest->max, guest->current + fmin(missing, INFLATE_RATE));
    else if (guest->target > guest->current && guest->kind != GUEST_STUCK)
        guest->current = fmin(guest->target, guest->current + DEFLATE_RATE);
    else if (guest->target < guest->current)
        inflate(guest);
}

static void report(struct guest *guest, unsigned second)
{
    if (guest->kind == GUEST_STALE && second > STALE_FROM_S)
        return;
    double left = fmax(0, capacity(guest) - (guest->want - guest->swapped));
    guest->unused = left - guest->cache;
    guest->usable = fmax(0, guest->unused + 0.9 * guest->cache - 0.005 * guest->max);
    guest->reported_cache = guest->cache;
    guest->reported_swap_in = guest->swap_in;
    guest->reported_swap_out = guest->swap_out;
    guest->reported_s = second + 1;
}

void guest_step(struct guest *guest, unsigned second)
{
    step_want(guest, second);
    step_balloon(guest);
    step_memory(guest);
    if (second % REPORT_PERIOD_S == (unsigned)guest->phase_s % REPORT_PERIOD_S || second == 0)
        report(guest, second);
}

double guest_rss(const struct guest *guest)
{
    bool pinned = guest->kind == GUEST_VFIO || guest->kind == GUEST_INEFFECTIVE;
    return (pinned ? guest->max : guest->touched) + guest->overhead;
}

double guest_size_wanted(const struct guest *guest)
{
    return fmin(guest->max, guest->want + KERNEL_FRACTION * guest->max);
}
