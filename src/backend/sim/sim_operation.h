// SPDX-License-Identifier: GPL-2.0-or-later
// What each kind of operation does to a simulated VM. Both functions are called with the world's
// lock held and its figures up to date; apply comes right after a check that said yes.
#ifndef VMTUI_BACKEND_SIM_SIM_OPERATION_H
#define VMTUI_BACKEND_SIM_SIM_OPERATION_H

#include "backend/sim/sim_world.h"
#include "core/model/operation.h"

struct sim_operation_kind {
    unsigned takes_ms; // at least; up to half as much again
    bool transfers;    // moves the guest's memory: shows bytes, can be cancelled
    bool (*check)(struct sim_world *world, struct sim_vm *vm, const struct operation *operation,
                  struct error *err);
    void (*apply)(struct sim_world *world, struct sim_vm *vm, const struct operation *operation);
};

const struct sim_operation_kind *sim_operation_kind(enum operation_kind kind); // NULL: unknown

#endif
