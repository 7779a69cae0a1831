// SPDX-License-Identifier: GPL-2.0-or-later
// What every driver promises (backend/driver.h), as one suite that is run over each of them. What a
// host does not claim to be able to do must be refused as unsupported; what it claims is tried.
#ifndef VMTUI_TESTS_BACKEND_CONTRACT_CONTRACT_H
#define VMTUI_TESTS_BACKEND_CONTRACT_CONTRACT_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend/driver.h"

struct contract_fixture {
    const char *name; // of the suite
    const struct driver_ops *driver;
    const char *uri;
    const char *embed_root, *embed_qemu_user; // NULL: none
    const char *running_vm;                   // persistent, runs when a test begins
    const char *grow_disk;                    // a disk of running_vm that may grow; NULL: don't try
    bool obeys_shutdown;                      // its guest listens to the power button
    bool balloon_follows;                     // its guest has a balloon driver
    bool has_figures;                         // CPU time at least
    bool starts_paused;                       // start can leave the VM paused
    bool refuses_vaguely;                     // its "no" does not say that the state is wrong
    bool can_add_vcpus;                       // vCPUs can be added while it runs
    bool can_lose_vcpus;                      // vCPUs can be taken away while it runs
    unsigned deadline_ms;                     // for a change to be seen in a sample
    unsigned case_timeout_s;                  // of one test
    void (*prepare)(void); // after the driver was opened: makes running_vm; may be NULL
    void (*clean)(void);   // before it is closed; may be NULL
};

Suite *contract_suite(const struct contract_fixture *fixture);

#endif
