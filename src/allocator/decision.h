// SPDX-License-Identifier: GPL-2.0-or-later
// One decision about one VM and resource, with the reason as a code, the numbers behind it, and one
// line of text made from them. Deciding to leave things alone is a decision too. Pure.
#ifndef VMTUI_ALLOCATOR_DECISION_H
#define VMTUI_ALLOCATOR_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum decision_resource { DECISION_MEMORY, DECISION_CPU_WEIGHT, DECISION_CPU_LIMIT };

enum decision_code {
    // changes
    DECISION_GROW,
    DECISION_GROW_SURPLUS,  // above its demand, since there is plenty
    DECISION_SHRINK_STEP,   // somebody waits, or the ready pool is low
    DECISION_SHRINK_URGENT, // somebody waits for more than the pool holds
    DECISION_SHRINK_EMERGENCY,
    DECISION_REGRET,      // swapped after a shrink: undone
    DECISION_GIVE_BACK,   // did not follow: target taken back
    DECISION_INEFFECTIVE, // followed, but the host got nothing
    DECISION_SET_WEIGHT,
    DECISION_SET_LIMIT,
    // no change
    DECISION_HOLD, // as it should be, or nobody waits for it
    DECISION_DEADBAND,
    DECISION_COOLDOWN,
    DECISION_AT_FLOOR, // nothing more to give
    DECISION_POOL_EMPTY,
    DECISION_IN_FLIGHT,
    DECISION_EMERGENCY_HOLD, // nobody grows during an emergency
    DECISION_UNRESPONSIVE,
    DECISION_INEFFECTIVE_HOLD,
    DECISION_REGRET_HOLD,
    DECISION_STALE,
    DECISION_BLIND,
    DECISION_FIXED,    // its memory can never be ballooned
    DECISION_SETTLING, // started, resumed, paused or migrating
    DECISION_OTHER_WRITER,
    DECISION_OFF,
    DECISION_GUARDED, // the guard struck it out
    DECISION_CODE_COUNT
};

struct decision {
    size_t vm; // index in the input
    enum decision_resource resource;
    enum decision_code code;
    bool changes;                               // `new_value` is to be written
    bool advised;                               // only advice: the VM's mode is not auto
    int64_t old_value, ideal_value, new_value;  // KiB, weight, or thousandths of a CPU
    double demand, need, headroom, slope, debt; // KiB, KiB/s; CPUs for demand of a weight
    size_t waits_vm;                            // who waits for what is taken; SIZE_MAX: nobody
    double waits_for_kib;                       // and for how much
    double seconds;                             // what is left of a cooldown or back-off
};

// "SHRINK_STEP": as it is logged and exported.
const char *decision_code_name(enum decision_code code);
// "web1 mem 4.0->3.8 GiB SHRINK_STEP: D 2.9 (W 2.2, ...), db2 waits for 1.1". waits_name may be
// NULL.
void decision_text(const struct decision *decision, const char *vm_name, const char *waits_name,
                   char *out, size_t size);

#endif
