// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/simulator/scenario.h"

#include <string.h>

#include "core/memory.h"

#define GIB 1048576

static const struct scenario SCENARIOS[] = {
    {{"mixed", "16 VMs of 8 GiB with all kinds of load, 64 GiB", INT64_C(64) * GIB},
     16,
     8.0 * GIB,
     {4, 3, 2, 3, 2, 1, 1},
     {0},
     1,
     0},
    {{"tight", "the same VMs in 40 GiB, mem_min 768 MiB", INT64_C(40) * GIB},
     16,
     8.0 * GIB,
     {4, 3, 2, 3, 2, 1, 1},
     {0},
     1,
     0.75 * GIB},
    {{"tight-default", "the same VMs in 40 GiB with the default mem_min, 2 GiB each",
      INT64_C(40) * GIB},
     16,
     8.0 * GIB,
     {4, 3, 2, 3, 2, 1, 1},
     {0},
     1,
     0},
    {{"bursts", "12 of 16 VMs burst on their own, 64 GiB", INT64_C(64) * GIB},
     16,
     8.0 * GIB,
     {4, 0, 0, 12, 0, 0, 0},
     {0},
     1,
     0},
    {{"together", "8 of 16 VMs burst at the same moment, 64 GiB", INT64_C(64) * GIB},
     16,
     8.0 * GIB,
     {6, 2, 0, 0, 8, 0, 0},
     {0},
     1,
     0},
    {{"leaks", "6 VMs leak, 48 GiB", INT64_C(48) * GIB},
     16,
     8.0 * GIB,
     {6, 4, 0, 0, 0, 6, 0},
     {0},
     1,
     0},
    {{"cachers", "8 VMs read more than fits, 48 GiB", INT64_C(48) * GIB},
     16,
     8.0 * GIB,
     {3, 2, 2, 1, 0, 0, 8},
     {0},
     1,
     0},
    {{"full", "everybody needs more than there is, 40 GiB", INT64_C(40) * GIB},
     16,
     8.0 * GIB,
     {0, 14, 2, 0, 0, 0, 0},
     {0},
     1,
     0},
    {{"shares", "tight, with shares from 1000 to 4000", INT64_C(40) * GIB},
     16,
     8.0 * GIB,
     {4, 3, 2, 3, 2, 1, 1},
     {0},
     4,
     0.75 * GIB},
    {{"difficult", "stuck, slow, silent, pinned, Windows and deflating guests, 72 GiB",
      INT64_C(72) * GIB},
     16,
     8.0 * GIB,
     {4, 3, 2, 3, 2, 1, 1},
     {0, 2, 2, 2, 1, 1, 2, 2},
     1,
     0},
    {{"small", "16 VMs of 256 MiB, 4 GiB", INT64_C(4) * GIB},
     16,
     0.25 * GIB,
     {6, 3, 2, 2, 2, 0, 1},
     {0},
     1,
     0},
};

const struct simulation_scenario *simulation_scenario_at(size_t index)
{
    return index < ARRAY_COUNT(SCENARIOS) ? &SCENARIOS[index].about : NULL;
}

const struct scenario *scenario_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(SCENARIOS); i++)
        if (strcmp(SCENARIOS[i].about.name, name) == 0)
            return &SCENARIOS[i];
    return NULL;
}

// Writes value count times from *at on.
static void repeat(unsigned char *list, unsigned size, unsigned *at, unsigned value, unsigned count)
{
    for (; count > 0 && *at < size; count--)
        list[(*at)++] = (unsigned char)value;
}

static void shuffle(unsigned char *list, unsigned size, uint64_t *random)
{
    for (unsigned i = size; i > 1; i--) {
        unsigned j = (unsigned)(random_fraction(random) * i);
        unsigned char moved = list[i - 1];
        list[i - 1] = list[j];
        list[j] = moved;
    }
}

void scenario_populate(const struct scenario *scenario, uint64_t seed, struct guest *guests)
{
    unsigned char loads[256] = {0}, kinds[256] = {0};
    unsigned count = scenario->vm_count, at = 0;
    uint64_t random = seed * 7919 + 17;
    for (unsigned load = 0; load < LOAD_COUNT; load++)
        repeat(loads, count, &at, load, scenario->loads[load]);
    at = 0;
    for (unsigned kind = 0; kind < GUEST_KIND_COUNT; kind++)
        repeat(kinds, count, &at, kind, scenario->kinds[kind]);
    shuffle(loads, count, &random);
    shuffle(kinds, count, &random);
    for (unsigned i = 0; i < count; i++)
        guest_init(&guests[i], loads[i], kinds[i], scenario->vm_max_kib, seed * 1000 + i);
}
