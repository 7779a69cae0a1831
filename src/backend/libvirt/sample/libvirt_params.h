// SPDX-License-Identifier: GPL-2.0-or-later
// libvirt's bulk statistics of one VM ("cpu.time", "block.0.rd.bytes", ...) as a vm_sample.
#ifndef VMTUI_BACKEND_LIBVIRT_PARAMS_H
#define VMTUI_BACKEND_LIBVIRT_PARAMS_H

#include <libvirt/libvirt.h>
#include <stdbool.h>

#include "core/model/model.h"

// Fields that change with time, as opposed to what the definition and its flags say.
#define VM_FIGURES                                                                                 \
    (VM_HAS_CPU_TIME | VM_HAS_VCPU_COUNT | VM_HAS_MEMORY_MAX | VM_HAS_BALLOON | VM_HAS_UNUSED |    \
     VM_HAS_AVAILABLE | VM_HAS_USABLE | VM_HAS_CACHE | VM_HAS_SWAP | VM_HAS_MAJOR_FAULTS |         \
     VM_HAS_RSS | VM_HAS_LAST_UPDATE | VM_HAS_CPU_SPLIT)

// Forgets all figures: counters, vCPUs, disks, interfaces.
void libvirt_params_clear(struct vm_sample *vm);
// Sets state and reason when the parameters carry them; false when they don't.
bool libvirt_params_state(struct vm_sample *vm, const virTypedParameter *params, int count);
// Replaces the figures by those in the parameters.
void libvirt_params_figures(struct vm_sample *vm, const virTypedParameter *params, int count);
// State and reason from libvirt's numbers.
void libvirt_params_set_state(struct vm_sample *vm, int state, int reason);

#endif
