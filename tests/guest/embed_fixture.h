// SPDX-License-Identifier: GPL-2.0-or-later
// An embedded engine of a test program's own. A process can open one, so all tests of the program
// share it and run in one process; its parent ends every QEMU and removes the folder, whatever
// became of that process.
#ifndef VMTUI_TESTS_GUEST_EMBED_FIXTURE_H
#define VMTUI_TESTS_GUEST_EMBED_FIXTURE_H

#include <check.h>
#include <stdbool.h>
#include <sys/types.h>

#include "backend/driver.h"

// What main returns: runs the suite against a fresh engine, at most limit_s seconds.
int embed_fixture_main(Suite *(*make_suite)(void), unsigned limit_s);

const char *embed_root(void); // "/tmp/vmt.AbCdEf"
const char *embed_uri(void);
// Where a file of the test lies; the caller frees.
char *embed_path(const char *name);

// A 1 MiB disk with a boot sector that prints HELLO BOOT on the serial port and halts. format is
// "raw" or "qcow2". Returns its path; the caller frees.
char *embed_boot_disk(const char *name, const char *format);
// Runs a program by argument vector and returns its exit status; 127 when there is none.
int embed_run_program(const char *const arguments[]);

struct embed_guest {
    const char *name;
    const char *disk;   // path; NULL: none
    const char *format; // of the disk
    const char *more_devices;
    bool transient;
    bool off; // only defined
};

// Defines (and starts) a 16 MiB guest with a disk vda, a pty console and a balloon.
void embed_define(const struct embed_guest *guest);
// Ends every QEMU of the engine and forgets all definitions.
void embed_clear(void);
// Of the guest's QEMU; 0 when it does not run.
pid_t embed_pid(const char *name);

// A driver opened on the engine, with a listener that remembers (see embed_heard).
struct driver *embed_open(void);
// The sample of one VM, to be released by embed_release; NULL when it is not listed.
const struct vm_sample *embed_sample(struct driver *driver, const char *name);
void embed_release(void);
// Executes on a VM by name; number, text and flags fill what the kind uses.
struct error embed_execute(struct driver *driver, enum operation_kind kind, const char *name,
                           const char *text, uint64_t number, unsigned flags);
// True when the listener has heard exactly this about a VM since the last embed_forget_heard,
// waiting up to two seconds for it.
bool embed_heard(const char *vm_name, const char *what);
void embed_forget_heard(void);

#endif
