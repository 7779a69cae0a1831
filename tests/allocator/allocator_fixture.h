// SPDX-License-Identifier: GPL-2.0-or-later
// A host with VMs that a test moves by hand, and a seeded source of numbers.
#ifndef VMTUI_TESTS_ALLOCATOR_ALLOCATOR_FIXTURE_H
#define VMTUI_TESTS_ALLOCATOR_ALLOCATOR_FIXTURE_H

#include "allocator/allocator.h"

#define FIXTURE_VMS_MAX 10000
#define MIB             INT64_C(1024)
#define GIB             (1024 * MIB)

struct fixture {
    struct allocator *allocator;
    struct allocator_input input;
    struct allocator_plan plan;
    struct allocator_vm *vms;
    char (*uuids)[VM_UUID_SIZE];
    char (*names)[16];
};

// VMs of 8 GiB with 4 GiB now, of which 3 GiB are usable, everything `auto`; nothing is planned
// yet.
void fixture_open(struct fixture *fixture, size_t count, int64_t host_kib);
void fixture_close(struct fixture *fixture);
// The guests report, `seconds` pass, and the planner plans.
void fixture_step(struct fixture *fixture, double seconds);
// Carries out what was decided, at once.
void fixture_obey(struct fixture *fixture);
// available, as a host has it whose guests touched all of their memory.
void fixture_settle_host(struct fixture *fixture);
// The decision about a VM's memory.
const struct decision *fixture_decision(const struct fixture *fixture, size_t vm);

double fixture_random(uint64_t *state); // 0..1, SplitMix64
int64_t fixture_between(uint64_t *state, int64_t lo, int64_t hi);

#endif
