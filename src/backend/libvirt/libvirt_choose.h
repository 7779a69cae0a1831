// SPDX-License-Identifier: GPL-2.0-or-later
// Which hypervisor to open when nobody named one.
#ifndef VMTUI_BACKEND_LIBVIRT_CHOOSE_H
#define VMTUI_BACKEND_LIBVIRT_CHOOSE_H

#include "core/str.h"

// In this order: LIBVIRT_DEFAULT_URI; the system daemon where it answers; for an ordinary user with
// libvirt's daemon installed the session; the embedded engine (embed_root NULL or "": its default
// place). Adds one sentence on why. Caller frees; never NULL. Takes up to four seconds.
char *libvirt_choose_uri(const char *embed_root, struct str *explanation);

#endif
