// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/views/tabs/figures_age.h"

#include "core/clock.h"
#include "core/quantity.h"
#include "core/str.h"

#define STALE_LEAST_S 5.0
#define STALE_TICKS   3

bool figures_age_text(const struct board_host *host, const struct vm_sample *sample,
                      uint64_t now_ns, char *out, size_t size)
{
    double age_s = now_ns > sample->sampled_ns
                       ? (double)(now_ns - sample->sampled_ns) / (double)NS_PER_SECOND
                       : 0;
    double limit_s = host->tick_s * STALE_TICKS;
    char age[QUANTITY_SIZE];
    quantity_duration(age, age_s);
    if (sample->sampled_ns == 0)
        str_format(out, size,
                   sample->hung ? "QEMU does not answer, and there are no figures yet"
                                : "the first figures are on their way");
    else if (sample->hung)
        str_format(out, size, "QEMU does not answer: these figures are %s old", age);
    else if (age_s > (limit_s > STALE_LEAST_S ? limit_s : STALE_LEAST_S))
        str_format(out, size, "these figures are %s old", age);
    else
        return false;
    return true;
}
