// SPDX-License-Identifier: GPL-2.0-or-later
// Opening and closing connections without ever blocking for longer than said: both happen on
// workers that can be left behind. Nothing here prompts on the terminal. Any thread.
#ifndef VMTUI_BACKEND_LIBVIRT_CONNECT_H
#define VMTUI_BACKEND_LIBVIRT_CONNECT_H

#include <libvirt/libvirt.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

// NULL and err on failure; TIMEOUT when there was no answer in time.
virConnectPtr libvirt_connect(const char *uri, bool read_only, uint64_t timeout_ms,
                              struct error *err);
// Gives up one reference; waits at most half a second for a daemon that does not answer.
void libvirt_disconnect(virConnectPtr connection); // takes NULL
// The URI as it is opened: ssh is told not to ask for passwords on the terminal. Caller frees.
char *libvirt_connect_uri(const char *uri);
// The URI without a password, for people. Caller frees.
char *libvirt_display_uri(const char *uri);

#endif
