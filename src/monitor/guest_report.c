// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/guest_report.h"

#include "core/clock.h"

// A guest that has not reported for this long says nothing about now.
#define GUEST_REPORT_MAX_AGE_S 30

static uint64_t report_max_age_s(const struct vm_sample *vm)
{
    uint64_t three_periods =
        vm->definition != NULL ? UINT64_C(3) * vm->definition->balloon_period_s : 0;
    return three_periods > GUEST_REPORT_MAX_AGE_S ? three_periods : GUEST_REPORT_MAX_AGE_S;
}

// The report's stamp comes from the host's clock. Against ours it is compared only at first sight;
// from then on what counts is whether it moves.
bool guest_report_is_fresh(struct guest_report *report, const struct vm_sample *vm,
                           uint64_t wall_ms)
{
    if (!(vm->valid & VM_HAS_LAST_UPDATE))
        return true;
    if (report->first_ns == 0)
        report->first_ns = vm->sampled_ns;
    else if (report->update_s != vm->last_update_s)
        report->changed_ns = vm->sampled_ns;
    report->update_s = vm->last_update_s;
    if (vm->last_update_s == 0)
        return false;
    // A guest that stands still cannot report, and its memory cannot change either.
    if (vm->state == VM_STATE_PAUSED || vm->state == VM_STATE_SUSPENDED)
        return true;
    uint64_t max_age_s = report_max_age_s(vm);
    uint64_t sign_of_life_ns = report->changed_ns;
    if (sign_of_life_ns == 0 && wall_ms / MS_PER_SECOND <= vm->last_update_s + max_age_s)
        sign_of_life_ns = report->first_ns;
    return sign_of_life_ns != 0 && vm->sampled_ns - sign_of_life_ns <= max_age_s * NS_PER_SECOND;
}
