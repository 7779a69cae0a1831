// SPDX-License-Identifier: GPL-2.0-or-later
// A child process on a terminal of its own, and what it wrote there.
#ifndef VMTUI_TESTS_UI_PTY_H
#define VMTUI_TESTS_UI_PTY_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#include "core/str.h"

struct pty {
    int master, slave; // the slave stays open here, so that the child's end is no hang-up
    pid_t child;
    struct termios before;
    struct str output; // all that was read
    size_t seen;       // bytes of it that pty_expect went past
};

// Runs `run` in a child whose controlling terminal has that size; its return value is the exit
// status. TERM and the locale are set in the child.
void pty_start(struct pty *pty, int rows, int columns, const char *term, int (*run)(void));
void pty_finish(struct pty *pty); // kills the child if it still runs
void pty_type(struct pty *pty, const char *text);
// Reads until text comes after what the last call found; false when it does not within 10 s.
bool pty_expect(struct pty *pty, const char *text);
// Reads until nothing has come for that long.
void pty_read_until_quiet(struct pty *pty, int quiet_ms);
void pty_resize(struct pty *pty, int rows, int columns);
// Reads on until the child has ended; its wait status, -1 when it did not within 10 s.
int pty_wait(struct pty *pty);
bool pty_modes_are_as_before(const struct pty *pty);

#endif
