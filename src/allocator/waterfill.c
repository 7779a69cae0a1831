// SPDX-License-Identifier: GPL-2.0-or-later
#include "allocator/waterfill.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

// Where the sum, as a function of the level, changes its slope.
struct breakpoint {
    double level;
    double constant, slope; // added to the sum's line from here on
};

struct remainder {
    double fraction;
    const char *key;
    size_t row;
};

void fill_space_finish(struct fill_space *space)
{
    free(space->breakpoints);
    free(space->remainders);
    *space = (struct fill_space){0};
}

static struct breakpoint *breakpoint_room(struct fill_space *space, size_t count)
{
    if (count > space->breakpoint_room) {
        space->breakpoints = memory_resize(space->breakpoints, count, sizeof(struct breakpoint));
        space->breakpoint_room = count;
    }
    return space->breakpoints;
}

static struct remainder *remainder_room(struct fill_space *space, size_t count)
{
    if (count > space->remainder_room) {
        space->remainders = memory_resize(space->remainders, count, sizeof(struct remainder));
        space->remainder_room = count;
    }
    return space->remainders;
}

static int by_level(const void *left, const void *right)
{
    double a = ((const struct breakpoint *)left)->level;
    double b = ((const struct breakpoint *)right)->level;
    return (a > b) - (a < b);
}

// The level at which the sum reaches total, which lies between the sums of lo and hi.
static double find_level(const struct breakpoint *points, size_t count, double sum_lo, double total)
{
    double constant = sum_lo, slope = 0;
    for (size_t i = 0; i < count; i++) {
        if (slope > 0 && constant + slope * points[i].level >= total)
            return fmin((total - constant) / slope, points[i].level);
        constant += points[i].constant;
        slope += points[i].slope;
    }
    return count > 0 ? points[count - 1].level : 0;
}

static double clamp(double value, double lo, double hi)
{
    return fmin(fmax(value, lo), hi);
}

bool waterfill(const struct fill_row *rows, size_t count, double total, double *out,
               struct fill_space *space)
{
    double sum_lo = 0, sum_hi = 0;
    for (size_t i = 0; i < count; i++) {
        sum_lo += rows[i].lo;
        sum_hi += rows[i].hi;
    }
    total = fmax(total, 0);
    if (sum_lo > total || sum_hi <= total) {
        for (size_t i = 0; i < count; i++)
            out[i] = sum_lo > total ? rows[i].lo * (total / sum_lo) : rows[i].hi;
        return sum_lo <= total;
    }
    struct breakpoint *points = breakpoint_room(space, 2 * count);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct fill_row *row = &rows[i];
        if (row->lo >= row->hi)
            continue;
        points[used++] = (struct breakpoint){row->lo / row->share, -row->lo, row->share};
        points[used++] = (struct breakpoint){row->hi / row->share, row->hi, -row->share};
    }
    qsort(points, used, sizeof(*points), by_level);
    double level = find_level(points, used, sum_lo, total);
    for (size_t i = 0; i < count; i++)
        out[i] = clamp(level * rows[i].share, rows[i].lo, rows[i].hi);
    return true;
}

static int by_fraction(const void *left, const void *right)
{
    const struct remainder *a = left, *b = right;
    if (a->fraction != b->fraction)
        return a->fraction < b->fraction ? 1 : -1;
    return a->key != NULL && b->key != NULL ? strcmp(a->key, b->key) : 0;
}

// Hands out what rounding down left over, one KiB each, to the largest fractions first; takes it
// back in the other order where the sum of the rounded amounts came out too large.
static void round_rows(const struct fill_row *rows, size_t count, int64_t left, bool scaled,
                       int64_t *out_kib, struct remainder *order)
{
    qsort(order, count, sizeof(*order), by_fraction);
    for (size_t pass = 0; pass < 2 && left > 0; pass++) {
        for (size_t i = 0; i < count && left > 0; i++) {
            size_t row = order[i].row;
            if ((double)out_kib[row] + 1 <= rows[row].hi) {
                out_kib[row]++;
                left--;
            }
        }
    }
    for (size_t i = count; i-- > 0 && left < 0;) {
        size_t row = order[i].row;
        if ((double)out_kib[row] - 1 >= (scaled ? 0 : rows[row].lo)) {
            out_kib[row]--;
            left++;
        }
    }
}

bool waterfill_kib(const struct fill_row *rows, size_t count, int64_t total_kib, int64_t *out_kib,
                   double *exact, struct fill_space *space)
{
    bool fits = waterfill(rows, count, (double)total_kib, exact, space);
    struct remainder *order = remainder_room(space, count);
    double sum_hi = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        // A hair below a whole number is that number: the level is only as exact as a double.
        double whole = floor(exact[i] + 1e-6);
        out_kib[i] = (int64_t)whole;
        order[i] = (struct remainder){fmax(0, exact[i] - whole), rows[i].key, i};
        sum += out_kib[i];
        sum_hi += rows[i].hi;
    }
    int64_t wanted = total_kib > 0 ? total_kib : 0;
    if ((double)wanted > sum_hi)
        wanted = (int64_t)sum_hi;
    if (wanted != sum)
        round_rows(rows, count, wanted - sum, !fits, out_kib, order);
    return fits;
}
