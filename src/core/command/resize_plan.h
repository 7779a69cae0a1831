// SPDX-License-Identifier: GPL-2.0-or-later
// What `resize` would do to one VM: which part now, which at its next boot, and what cannot be done
// and why. The preview and the operations are both made from it, so that they never disagree.
#ifndef VMTUI_CORE_COMMAND_RESIZE_PLAN_H
#define VMTUI_CORE_COMMAND_RESIZE_PLAN_H

#include "core/command/command.h"

enum resize_part_kind { // in the order in which they are carried out: room first, then its use
    RESIZE_VCPUS_MAX,
    RESIZE_MEMORY_MAX,
    RESIZE_DISK,
    RESIZE_VCPUS,
    RESIZE_MEMORY,
    RESIZE_PART_COUNT
};

struct resize_part {
    bool asked;
    bool now, next_boot; // neither: impossible says why
    uint64_t value;      // vCPUs, KiB, or bytes of a disk
    char not_now[192];   // why it is not done now; empty when it is, or when the VM is off
    enum error_kind impossible_kind;
    char impossible[256];
};

struct resize_plan {
    struct resize_part parts[RESIZE_PART_COUNT];
    const char *disk; // the call's own text
};

// Fails only when the call itself makes no sense (nothing asked for, a disk without a size).
bool resize_plan_make(struct resize_plan *plan, const struct command_call *call,
                      const struct host_snapshot *host, const struct vm_sample *vm,
                      struct error *err);
// Fails with the first impossible part.
bool resize_plan_check(const struct resize_plan *plan, struct error *err);
// "4 GiB", "1.5 GiB", "300 MiB".
void resize_size_text(char *out, size_t size, uint64_t bytes);

#endif
