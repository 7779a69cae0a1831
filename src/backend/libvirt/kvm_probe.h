// SPDX-License-Identifier: GPL-2.0-or-later
// Whether this machine can really run KVM guests: a /dev/kvm that opens is not enough, because a
// paravirtual host can offer one that no ordinary kernel boots on. Pure; any thread.
#ifndef VMTUI_BACKEND_LIBVIRT_KVM_PROBE_H
#define VMTUI_BACKEND_LIBVIRT_KVM_PROBE_H

#include <stdbool.h>

#include "core/str.h"

// True when KVM is usable; else adds a reason to *why_not: "/dev/kvm is missing".
bool kvm_probe(struct str *why_not);
// The same with the paths given, for tests.
bool kvm_probe_paths(const char *device, const char *cpuinfo, struct str *why_not);

#endif
