// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/decision.h"

#include <math.h>
#include <stdio.h>

#include "allocator/policy.h"
#include "core/memory.h"
#include "core/str.h"

struct code_row {
    const char *name;
    const char *why; // plain words; NULL: the numbers say it
};

static const struct code_row CODES[] = {
    [DECISION_GROW] = {"GROW", NULL},
    [DECISION_GROW_SURPLUS] = {"GROW_SURPLUS", "there is plenty"},
    [DECISION_SHRINK_STEP] = {"SHRINK_STEP", NULL},
    [DECISION_SHRINK_URGENT] = {"SHRINK_URGENT", NULL},
    [DECISION_SHRINK_EMERGENCY] = {"SHRINK_EMERGENCY", "the host is running out of memory"},
    [DECISION_REGRET] = {"REGRET", "it swapped after the last shrink, which is undone"},
    [DECISION_GIVE_BACK] = {"GIVE_BACK", "its balloon did not follow, the target is taken back"},
    [DECISION_INEFFECTIVE] = {"INEFFECTIVE", "it shrank and the host got nothing, taken back"},
    [DECISION_SET_WEIGHT] = {"SET_WEIGHT", NULL},
    [DECISION_SET_LIMIT] = {"SET_LIMIT", "the policy's limit"},
    [DECISION_HOLD] = {"HOLD", "nothing to do"},
    [DECISION_DEADBAND] = {"DEADBAND", "the difference is too small to matter"},
    [DECISION_COOLDOWN] = {"COOLDOWN", "changed or busy a short while ago"},
    [DECISION_AT_FLOOR] = {"AT_FLOOR", "nothing more to give"},
    [DECISION_POOL_EMPTY] = {"POOL_EMPTY", "it waits, and nothing is free"},
    [DECISION_IN_FLIGHT] = {"IN_FLIGHT", "the last change is still under way"},
    [DECISION_EMERGENCY_HOLD] = {"EMERGENCY_HOLD", "nobody grows during an emergency"},
    [DECISION_UNRESPONSIVE] = {"UNRESPONSIVE", "its balloon does not follow, left alone"},
    [DECISION_INEFFECTIVE_HOLD] = {"INEFFECTIVE_HOLD", "shrinking it frees nothing, left alone"},
    [DECISION_REGRET_HOLD] = {"REGRET_HOLD", "it swapped after a shrink, not shrunk again"},
    [DECISION_STALE] = {"STALE", "the guest stopped reporting, left alone"},
    [DECISION_BLIND] = {"BLIND", "the guest does not report its memory, left alone"},
    [DECISION_FIXED] = {"FIXED", "its memory cannot be ballooned"},
    [DECISION_SETTLING] = {"SETTLING", "just started, paused or migrating"},
    [DECISION_OTHER_WRITER] = {"OTHER_WRITER", "somebody else changed it, left alone"},
    [DECISION_OFF] = {"OFF", "the allocator is off for it"},
    [DECISION_GUARDED] = {"GUARDED", "struck out: it would have broken a safety rule"},
};
_Static_assert(ARRAY_COUNT(CODES) == DECISION_CODE_COUNT, "a code without a text");

const char *decision_code_name(enum decision_code code)
{
    return (unsigned)code < DECISION_CODE_COUNT ? CODES[code].name : "UNKNOWN";
}

static double gib(double kib)
{
    return kib / (double)GIB_KIB;
}

// Below a tenth of a GiB people read MiB.
static void sizes_text(const struct decision *decision, char *out, size_t size)
{
    double old = (double)decision->old_value, new = (double)decision->new_value;
    bool small = fmax(old, new) < (double)GIB_KIB;
    double unit = small ? (double)MIB_KIB : (double)GIB_KIB;
    const char *name = small ? "MiB" : "GiB";
    int digits = small ? 0 : 1;
    if (!small && decision->changes && fabs(old - new) < 0.1 * unit)
        digits = 2;
    if (decision->changes)
        snprintf(out, size, "mem %.*f->%.*f %s", digits, old / unit, digits, new / unit, name);
    else
        snprintf(out, size, "mem %.*f %s", digits, old / unit, name);
}

static void head_text(const struct decision *decision, char *out, size_t size)
{
    switch (decision->resource) {
    case DECISION_MEMORY:
        sizes_text(decision, out, size);
        return;
    case DECISION_CPU_WEIGHT:
        if (decision->changes)
            snprintf(out, size, "cpu weight %lld->%lld", (long long)decision->old_value,
                     (long long)decision->new_value);
        else
            snprintf(out, size, "cpu weight %lld", (long long)decision->old_value);
        return;
    case DECISION_CPU_LIMIT:
        snprintf(out, size, "cpu limit %.2f", (double)decision->new_value / 1000);
        return;
    }
}

static void memory_numbers(const struct decision *decision, char *out, size_t size)
{
    snprintf(out, size, "D %.2f (W %.2f, headroom %.2f, slope %.2f/s, debt %.2f), entitled to %.2f",
             gib(decision->demand), gib(decision->need - decision->debt), gib(decision->headroom),
             gib(decision->slope), gib(decision->debt), gib((double)decision->ideal_value));
}

void decision_text(const struct decision *decision, const char *vm_name, const char *waits_name,
                   char *out, size_t size)
{
    char head[96], numbers[160] = "", waits[128] = "", seconds[48] = "";
    const char *why = CODES[decision->code].why;
    head_text(decision, head, sizeof(head));
    if (decision->resource == DECISION_MEMORY && decision->demand > 0)
        memory_numbers(decision, numbers, sizeof(numbers));
    else if (decision->resource == DECISION_CPU_WEIGHT)
        snprintf(numbers, sizeof(numbers), "demand %.2f CPUs, ideal weight %lld", decision->demand,
                 (long long)decision->ideal_value);
    if (waits_name != NULL && decision->waits_for_kib > 0)
        str_format(waits, sizeof(waits), ", %s waits for %.2f", waits_name,
                   gib(decision->waits_for_kib));
    if (decision->seconds > 0)
        snprintf(seconds, sizeof(seconds), ", for %.0f s", decision->seconds);
    str_format(out, size, "%s %s %s: %s%s%s%s%s", vm_name, head, decision_code_name(decision->code),
               why != NULL ? why : "", why != NULL && numbers[0] != '\0' ? "; " : "", numbers,
               waits, seconds);
}
