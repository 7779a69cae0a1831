// SPDX-License-Identifier: GPL-2.0-or-later
// A small Linux in the test program's embedded engine (embed_fixture.h), and a shell in it: what
// the guest itself says is the independent source that figures are held against. Its kernel comes
// from the folder $GUEST (tools/demo-guest); without it a test says so and is skipped.
#ifndef VMTUI_TESTS_GUEST_LINUX_GUEST_H
#define VMTUI_TESTS_GUEST_LINUX_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/embed_fixture.h"

struct linux_guest {
    const char *name;
    const char *words;          // for its init, see tools/demo-guest.d/init; NULL: none
    const char *disk;           // a qcow2 file, /dev/vda in the guest; NULL: none
    unsigned memory_mib;        // 0: 96
    unsigned vcpus, most_vcpus; // 0: 1, and as many as vcpus
    unsigned balloon_period_s;  // 0: its definition asks for no reports
};

// True when its kernel is not there; the suite then has one test, which says that it is skipped.
bool linux_guest_is_missing(Suite *suite);
// Defines and starts it; it is not booted yet. A driver must be open.
void linux_guest_define(const struct linux_guest *guest);
// An empty qcow2 file of that size below the engine's root. The caller frees its path.
char *linux_guest_disk(const char *name, unsigned size_mib);

struct guest_shell;

// Opens the console and waits until a shell answers, so also for the boot.
struct guest_shell *guest_shell_open(struct driver *driver, const char *name);
// Waits until a shell answers (again).
void guest_shell_wait(struct guest_shell *shell);
// What a command prints, without the last newline; the caller frees.
char *guest_shell_ask(struct guest_shell *shell, const char *command);
// The number that a command prints.
uint64_t guest_shell_number(struct guest_shell *shell, const char *command);
// Types a line and does not wait for anything.
void guest_shell_type(struct guest_shell *shell, const char *line);
void guest_shell_close(struct guest_shell *shell); // takes NULL

// Samples twice a second until `holds`; fails the test when it does not within limit_s. The sample
// is good until the next embed_sample or embed_release.
const struct vm_sample *guest_wait(struct driver *driver, const char *name, unsigned limit_s,
                                   bool (*holds)(const struct vm_sample *vm, uint64_t number),
                                   uint64_t number);
// For guest_wait: its state is `number`.
bool guest_has_state(const struct vm_sample *vm, uint64_t number);
// Executes (see embed_execute) and fails the test when that fails.
void guest_do(struct driver *driver, enum operation_kind kind, const char *name, const char *text,
              uint64_t number, unsigned flags);

#endif
