// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the console_port of core/model/console_port.h: a stream of bytes from a guest behind a
// terminal emulator (libvterm) with scrollback. Nothing that the guest prints leaves it but cells.
#ifndef VMTUI_BACKEND_CONSOLE_CONSOLE_H
#define VMTUI_BACKEND_CONSOLE_CONSOLE_H

#include <stdbool.h>

#include "backend/driver.h"
#include "core/error.h"
#include "core/model/console_port.h"

// Opens the stream of one VM as often as it is asked to.
struct console_opener {
    void *context;
    // May block: the port calls it (and the stream's close) on a thread of its own, never twice at
    // a time. As driver_ops.console_open otherwise.
    struct console_stream *(*open)(void *context, const char *uuid, bool force,
                                   const struct console_sink *sink, struct error *err);
    // Called once, from any thread, when the port needs context no more; may be NULL.
    void (*release)(void *context);
};

struct console_settings {
    const char *uuid;
    unsigned scrollback_lines;
    struct console_opener opener;
    // Something changed: copy. Any thread, at most once until the next copy, never after the port's
    // close has returned. Must return at once and must not call the port.
    void (*wake)(void *context);
    void *wake_context;
};

// Copies the settings; never NULL. The port begins to open at once, in the background.
struct console_port *console_create(const struct console_settings *settings);

#endif
