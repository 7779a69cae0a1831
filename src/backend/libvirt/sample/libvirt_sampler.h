// SPDX-License-Identifier: GPL-2.0-or-later
// One sample, step by step; each step is a file. The sampler lives between samples, a round is one
// of them. Round trips per round do not depend on the number of VMs: two bulk calls (all states,
// then full figures of the chosen), and what changed or is read again in turn.
#ifndef VMTUI_BACKEND_LIBVIRT_SAMPLER_H
#define VMTUI_BACKEND_LIBVIRT_SAMPLER_H

#include "backend/libvirt/libvirt_driver.h"
#include "backend/libvirt/sample/libvirt_bulk.h"
#include "backend/libvirt/sample/vm_records.h"

struct libvirt_sampler {
    struct vm_records records;
    virConnectPtr statistics; // NULL: to be opened
    bool no_bulk;             // this driver is asked VM by VM
    bool no_nowait;           // NOWAIT is refused
    double usual_ms;          // what a full call took lately
    size_t safety_turn;       // whose definition is read again without a reason
    // A full call that is late although no VM can be blamed; the next round looks at it again.
    struct bounded_call *late_call;
    struct libvirt_bulk *late_bulk;
    uint64_t late_since_ns;
    struct vm_detail *detail; // of the VM in focus
    char detail_uuid[VM_UUID_SIZE];
    uint64_t detail_ns;
    bool detail_stale;
};

struct sample_round {
    struct libvirt_driver *driver;
    struct libvirt_sampler *sampler;
    const struct interest *interest; // NULL: everything
    virConnectPtr control;
    struct libvirt_bulk *list; // this round's states; holds the handles of all VMs
    uint64_t cost_ns;
};

// libvirt_list.c: lists all VMs with their states into the records.
bool sample_list(struct sample_round *round, struct error *err);
// Drops a statistics connection on which a call is stuck.
void sample_drop_statistics(struct sample_round *round);
// Handle of a record in this round; NULL when it has none. Not a new reference.
virDomainPtr sample_handle(const struct sample_round *round, const struct vm_record *record);

// libvirt_figures.c: chooses the VMs whose figures are asked for, and gets them.
bool sample_figures(struct sample_round *round, struct error *err);

// libvirt_hung.c
// Marks those of the records that have kept their QEMU busy for too long; how many that were.
size_t hung_find(struct sample_round *round, struct vm_record *const *suspects, size_t count);
// Clears the mark of those that answer again.
void hung_heal(struct sample_round *round);

// libvirt_definitions.c: reads what events, or time, made stale.
void sample_definitions(struct sample_round *round);
// Switches on the balloon's reports where the definition leaves them off.
void sample_balloon_periods(struct sample_round *round);

// libvirt_detail.c: snapshots and XML of the VM in focus.
void sample_detail(struct sample_round *round);

// libvirt_host.c: the host's own figures.
void sample_host(struct sample_round *round, struct host_snapshot *snapshot);

#endif
