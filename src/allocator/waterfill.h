// SPDX-License-Identifier: GPL-2.0-or-later
// Weighted max-min filling: everybody gets share * level, held between lo and hi, with the one
// level at which the sum is the total. O(n log n): 2n breakpoints are sorted and swept. Pure.
#ifndef VMTUI_ALLOCATOR_WATERFILL_H
#define VMTUI_ALLOCATOR_WATERFILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fill_row {
    const char *key;      // breaks ties of rounding: a UUID; may be NULL for waterfill
    double lo, hi, share; // 0 <= lo <= hi, share > 0
};

// Memory that is used again from call to call. Zeroed at first.
struct fill_space {
    void *breakpoints, *remainders;
    size_t breakpoint_room, remainder_room;
};

void fill_space_finish(struct fill_space *space);
// Writes count amounts that add up to min(total, sum of hi). When the sum of lo is above the total,
// returns false and out holds the lo's, scaled down in proportion.
bool waterfill(const struct fill_row *rows, size_t count, double total, double *out,
               struct fill_space *space);
// The same in whole KiB by largest remainder; lo and hi are whole numbers below 2^53. `exact` has
// room for count numbers and ends up with the unrounded amounts.
bool waterfill_kib(const struct fill_row *rows, size_t count, int64_t total_kib, int64_t *out_kib,
                   double *exact, struct fill_space *space);

#endif
