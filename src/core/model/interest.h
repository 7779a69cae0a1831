// SPDX-License-Identifier: GPL-2.0-or-later
// What somebody looks at, so that the sampler spends its calls there: the VMs on the screen and the
// one in focus, whose details (snapshots, XML, charts) are wanted. Passed by value of its pointer:
// the receiver copies it.
#ifndef VMTUI_CORE_MODEL_INTEREST_H
#define VMTUI_CORE_MODEL_INTEREST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/model.h"

#define INTEREST_VISIBLE_MAX 256

struct interest {
    char focus[VM_UUID_SIZE]; // empty: nobody
    unsigned chart_window_s;  // how far back the charts of the one in focus reach
    bool all;                 // everything is wanted (shell commands, the allocator)
    size_t visible_count;
    char visible[INTEREST_VISIBLE_MAX][VM_UUID_SIZE];
};

#endif
