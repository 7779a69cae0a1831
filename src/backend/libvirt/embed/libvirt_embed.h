// SPDX-License-Identifier: GPL-2.0-or-later
// The embedded engine: libvirt's QEMU driver inside our own process, below a root folder of its
// own. A process can hold one root, and a root can be held by one process.
#ifndef VMTUI_BACKEND_LIBVIRT_EMBED_H
#define VMTUI_BACKEND_LIBVIRT_EMBED_H

#include <libvirt/libvirt.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

bool libvirt_embed_is(const char *uri);
// Makes the root folder and its configuration ready. Returns the full URI to open (caller frees),
// and a notice for the screen (or NULL, caller frees); NULL and err on failure.
char *libvirt_embed_prepare(const char *uri, const char *embed_root, const char *qemu_user,
                            char **notice, struct error *err);
// Opens what _prepare returned, or gives another reference to it: libvirt 9.0 registers its drivers
// anew at each opening and has room for some ten, so a process opens it once and keeps it. Waits
// until the guests that were running already have been adopted. NULL and err (who holds it).
virConnectPtr libvirt_embed_connect(const char *uri, bool read_only, uint64_t timeout_ms,
                                    struct error *err);
// Where the root is when nobody says otherwise: below the state folder. Caller frees; NULL and err.
char *libvirt_embed_default_root(struct error *err);
// URI for a root folder. Caller frees.
char *libvirt_embed_uri(const char *root);

#endif
