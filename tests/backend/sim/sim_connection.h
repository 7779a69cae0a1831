// SPDX-License-Identifier: GPL-2.0-or-later
// A connection to a simulated host, for tests of the driver without a session.
#ifndef VMTUI_TESTS_BACKEND_SIM_SIM_CONNECTION_H
#define VMTUI_TESTS_BACKEND_SIM_SIM_CONNECTION_H

#include <stdatomic.h>

#include "backend/driver.h"
#include "backend/sim/sim.h"

struct sim_connection {
    struct sim_world *world;
    struct driver *driver;
    atomic_uint changes, losses; // what the listener was told
};

// Opens uri and fails the test when that fails.
void sim_connect(struct sim_connection *connection, const char *uri);
void sim_disconnect(struct sim_connection *connection);
struct host_snapshot *sim_take_sample(struct sim_connection *connection, const char *focus_name);
// The VM of that name; fails the test when there is none.
const struct vm_sample *sim_named(const struct host_snapshot *snapshot, const char *name);
// Runs it to its end; the returned error's kind is ERROR_NONE when it succeeded.
struct error sim_run(struct sim_connection *connection, struct operation *operation);
struct operation *sim_operation(struct sim_connection *connection, enum operation_kind kind,
                                const char *vm_name);

#endif
