// SPDX-License-Identifier: GPL-2.0-or-later
// What the sampler remembers of each VM between two samples, sorted by uuid. One thread.
#ifndef VMTUI_BACKEND_LIBVIRT_VM_RECORDS_H
#define VMTUI_BACKEND_LIBVIRT_VM_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/model/model.h"

struct vm_record {
    struct vm_sample last; // the latest figures, with the definition and its flags
    bool seen;             // in this sample's list
    bool stale;            // definition and flags must be read again
    bool hung;             // its QEMU does not answer
    bool wanted;           // somebody looks at it
    uint64_t asked_ns;     // when its figures were last asked for
    int period_asked_id;   // the run for which the balloon's reporting was switched on
    int list_index;        // in the current list of handles; -1: not in it
};

struct vm_records {
    struct vm_record **items;
    size_t count, capacity;
};

void vm_records_finish(struct vm_records *records); // takes a zeroed one
struct vm_record *vm_records_find(const struct vm_records *records, const char *uuid);
// Finds it, or adds it (stale, not hung). Never NULL; pointers stay good until it is dropped.
struct vm_record *vm_records_add(struct vm_records *records, const char *uuid);
// Drops those that were not seen.
void vm_records_sweep(struct vm_records *records);

#endif
