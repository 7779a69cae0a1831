// SPDX-License-Identifier: GPL-2.0-or-later
// A simulated host behind the URI "sim:///?hosts=1&host=1&vms=1000&seed=7&scenario=mixed&...":
// guests whose figures follow from the seed and the clock alone. The world of a URI is made by
// whoever opens it first and outlives connections, as a hypervisor does. Tests get hold of the same
// world here, to turn its clock and to script its bad days. Any thread.
#ifndef VMTUI_BACKEND_SIM_SIM_H
#define VMTUI_BACKEND_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

enum sim_scenario { SIM_SCENARIO_IDLE, SIM_SCENARIO_MIXED, SIM_SCENARIO_BURST };

struct sim_settings {
    unsigned hosts, host; // host: 1..hosts, which one of them this is
    unsigned vms;
    uint64_t seed;
    enum sim_scenario scenario;
    unsigned stall_ms;                // every sample takes so much longer
    unsigned stall_at_s, stall_for_s; // no call is answered in that time after the first open
    unsigned fail;                    // percent of the operations that fail
    unsigned hang;                    // so many running VMs do not answer from the beginning
    bool refuse;                      // opening is refused
    unsigned open_delay_ms;
};

bool sim_settings_parse(const char *uri, struct sim_settings *settings, struct error *err);

struct sim_world;

// The world of that URI; the caller holds it until sim_world_release. NULL when the URI is bad.
struct sim_world *sim_world_create(const char *uri, struct error *err);
void sim_world_release(struct sim_world *world); // takes NULL
// Makes the next create or open of any URI begin anew; those who hold the old worlds keep them.
void sim_worlds_forget(void);

// From the first advance on, time in this world passes by sim_world_advance only.
void sim_world_advance(struct sim_world *world, uint64_t ns);
size_t sim_world_vm_count(struct sim_world *world);
// Copies the uuid (37 bytes) of the VM of that name; false when there is none.
bool sim_world_find(struct sim_world *world, const char *name, char *uuid);
// How often an open was tried, how many samples were begun, how many connections are open.
unsigned sim_world_open_attempts(struct sim_world *world);
unsigned sim_world_samples(struct sim_world *world);
unsigned sim_world_connections(struct sim_world *world);

// Bad days. Milliseconds are real ones, from now on; UINT64_MAX: until set to 0.
void sim_script_stall_open(struct sim_world *world, uint64_t ms);
void sim_script_stall_sampling(struct sim_world *world, uint64_t ms);
void sim_script_stall_commands(struct sim_world *world, uint64_t ms);
// The next operation fails with that kind and text.
void sim_script_fail_next(struct sim_world *world, enum error_kind kind, const char *text);
void sim_script_refuse_open(struct sim_world *world, bool refuse);
// Every open connection is told that it is lost, and fails from then on.
void sim_script_drop_connections(struct sim_world *world, const char *why);
// The VM's QEMU stops (figures stand still, commands but force off do not return) or goes on.
bool sim_script_hang(struct sim_world *world, const char *name, bool hung);
// Somebody else shuts the VM off, or takes it away altogether.
bool sim_script_crash(struct sim_world *world, const char *name);
bool sim_script_vanish(struct sim_world *world, const char *name);

#endif
