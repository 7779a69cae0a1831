// SPDX-License-Identifier: GPL-2.0-or-later
// Who is it that does not answer? virDomainGetControlInfo never talks to a QEMU: it says for how
// long libvirt itself has been waiting for one.
#include "backend/libvirt/sample/libvirt_sampler.h"

#define HUNG_AFTER_MS 700

// True when the VM's QEMU has kept libvirt waiting for that long. *known: it could be asked.
static bool is_stuck(struct sample_round *round, const struct vm_record *record, bool *known)
{
    virDomainControlInfo info;
    virDomainPtr vm = virDomainLookupByUUIDString(round->control, record->last.uuid);
    *known = vm && virDomainGetControlInfo(vm, &info, 0) == 0;
    if (vm)
        virDomainFree(vm);
    if (!*known)
        return false;
    // An internal error is no more than a job that is between two questions to its QEMU.
    bool broken = info.state == VIR_DOMAIN_CONTROL_ERROR &&
                  info.details != VIR_DOMAIN_CONTROL_ERROR_REASON_INTERNAL;
    return broken || (info.state == VIR_DOMAIN_CONTROL_OCCUPIED && info.stateTime >= HUNG_AFTER_MS);
}

size_t hung_find(struct sample_round *round, struct vm_record *const *suspects, size_t count)
{
    size_t found = 0;
    bool known;
    for (size_t i = 0; i < count; i++)
        if (!suspects[i]->hung && is_stuck(round, suspects[i], &known)) {
            suspects[i]->hung = true;
            found++;
        }
    return found;
}

void hung_heal(struct sample_round *round)
{
    struct vm_records *records = &round->sampler->records;
    bool known;
    for (size_t i = 0; i < records->count; i++) {
        struct vm_record *record = records->items[i];
        if (record->hung &&
            (!vm_state_is_active(record->last.state) || (!is_stuck(round, record, &known))))
            record->hung = false;
    }
}
