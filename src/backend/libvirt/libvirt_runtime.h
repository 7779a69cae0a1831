// SPDX-License-Identifier: GPL-2.0-or-later
// What libvirt needs once per process before its first call: a place for its log that is not the
// terminal, no error printing, and a thread that runs its event loop until the process ends.
#ifndef VMTUI_BACKEND_LIBVIRT_RUNTIME_H
#define VMTUI_BACKEND_LIBVIRT_RUNTIME_H

#include <stdbool.h>

#include "core/error.h"

// Where libvirt's own warnings go; LIBVIRT_LOG_OUTPUTS in the environment wins. Call it while there
// is one thread, before the first connection. Without it they are dropped.
void libvirt_runtime_set_log(const char *path);
// Idempotent; any thread. Every opening of a connection calls it.
bool libvirt_runtime_start(struct error *err);

#endif
