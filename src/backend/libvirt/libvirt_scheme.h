// SPDX-License-Identifier: GPL-2.0-or-later
// The part of a URI before its colon: which hypervisor, and how to get there. libvirt hands what it
// does not know to its remote driver, whose complaints are about something else.
#ifndef VMTUI_BACKEND_LIBVIRT_SCHEME_H
#define VMTUI_BACKEND_LIBVIRT_SCHEME_H

#include <stdbool.h>

#include "core/error.h"

// Refuses what libvirt cannot mean. A single word passes: it may be an alias of libvirt.conf.
bool libvirt_scheme_check(const char *uri, struct error *err);
// Puts into plain words that an opening failed for want of a driver; leaves other errors alone.
void libvirt_scheme_explain(const char *uri, struct error *err);

#endif
