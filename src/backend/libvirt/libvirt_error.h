// SPDX-License-Identifier: GPL-2.0-or-later
// libvirt's last error of this thread, as one sentence and a kind. Take it right after the call
// that failed: the next call on the thread replaces it.
#ifndef VMTUI_BACKEND_LIBVIRT_ERROR_H
#define VMTUI_BACKEND_LIBVIRT_ERROR_H

#include <stdbool.h>

#include "core/error.h"

// Fills *err from the thread's last libvirt error and returns false. vm_name (may be NULL) is the
// subject of sentences about a VM.
bool libvirt_error_take(struct error *err, const char *vm_name);
// The same from parts, for tests and for errors that arrive by event.
bool libvirt_error_map(struct error *err, int code, const char *message, const char *vm_name);
// True when the thread's last error says that this driver lacks the function.
bool libvirt_error_is_unsupported(void);

#endif
