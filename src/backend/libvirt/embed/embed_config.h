// SPDX-License-Identifier: GPL-2.0-or-later
// DIR/etc/qemu.conf of the embedded engine: written when it is missing, left alone when a person
// wrote it.
#ifndef VMTUI_BACKEND_LIBVIRT_EMBED_CONFIG_H
#define VMTUI_BACKEND_LIBVIRT_EMBED_CONFIG_H

#include <stdbool.h>

#include "core/error.h"

// qemu_user: "auto", "root" or a name; matters only to root. *notice is set to a sentence for the
// screen (caller frees) or NULL.
bool embed_config_write(const char *root, const char *qemu_user, char **notice, struct error *err);

#endif
