// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/quantity.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

static bool unknown(char out[QUANTITY_SIZE], double value)
{
    if (value >= 0) // false for NAN too
        return false;
    snprintf(out, QUANTITY_SIZE, "-");
    return true;
}

// Digits behind the point such that the text has one more digit of precision below `fine_below`.
// Decided on the rounded value, so that 9.96 is "10" and never "10.0".
static int decimals(double value, double fine_below)
{
    return round(value * 10) / 10 < fine_below ? 1 : 0;
}

// Scales value down to the largest unit in which it stays at or above 1 after rounding. What is
// larger than the last unit holds is shown as the largest that fits.
static unsigned scale(double *value, double step, unsigned unit, unsigned last)
{
    while (unit < last && round(*value) >= step) {
        *value /= step;
        unit++;
    }
    if (*value > step - 1 && unit == last)
        *value = step - 1;
    return unit;
}

static const char short_units[] = "BKMGTPE";
enum { KIB = 1, GIB = 3, LAST_UNIT = 6 };

void quantity_rate(char out[QUANTITY_SIZE], double bytes_per_s)
{
    if (unknown(out, bytes_per_s))
        return;
    unsigned unit = scale(&bytes_per_s, 1024, 0, LAST_UNIT);
    if (unit == 0 && bytes_per_s < 0.5)
        snprintf(out, QUANTITY_SIZE, "0");
    else
        snprintf(out, QUANTITY_SIZE, "%.*f%c", unit == 0 ? 0 : decimals(bytes_per_s, 10),
                 bytes_per_s, short_units[unit]);
}

void quantity_memory(char out[QUANTITY_SIZE], double kib)
{
    if (unknown(out, kib))
        return;
    unsigned unit = scale(&kib, 1024, KIB, LAST_UNIT);
    if (unit == KIB && kib < 0.5)
        snprintf(out, QUANTITY_SIZE, "0");
    else
        snprintf(out, QUANTITY_SIZE, "%.*f%c",
                 unit == KIB ? 0 : decimals(kib, unit >= GIB ? 100 : 10), kib, short_units[unit]);
}

void quantity_bytes(char out[QUANTITY_SIZE], double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (unknown(out, bytes))
        return;
    unsigned unit = scale(&bytes, 1024, 0, LAST_UNIT);
    snprintf(out, QUANTITY_SIZE, "%.*f %s", unit == 0 ? 0 : decimals(bytes, 100), bytes,
             units[unit]);
}

void quantity_percent(char out[QUANTITY_SIZE], double percent, int fine)
{
    if (unknown(out, percent))
        return;
    percent = fmin(percent, 999999);
    snprintf(out, QUANTITY_SIZE, "%.*f", fine ? decimals(percent, 10) : 0, percent);
}

void quantity_latency(char out[QUANTITY_SIZE], double ms)
{
    if (unknown(out, ms))
        return;
    if (ms < 0.005)
        snprintf(out, QUANTITY_SIZE, "0 ms");
    else if (ms < 0.095)
        snprintf(out, QUANTITY_SIZE, "%.2f ms", ms);
    else if (round(ms) < 1000)
        snprintf(out, QUANTITY_SIZE, "%.*f ms", decimals(ms, 10), ms);
    else
        snprintf(out, QUANTITY_SIZE, "%.*f s", decimals(ms / 1000, 10), fmin(ms / 1000, 999999));
}

void quantity_duration(char out[QUANTITY_SIZE], double seconds)
{
    if (unknown(out, seconds))
        return;
    enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
    unsigned long long s = (unsigned long long)fmin(round(seconds), 99999.0 * DAY);
    if (s < HOUR)
        snprintf(out, QUANTITY_SIZE, "%llu:%02llu", s / MINUTE, s % MINUTE);
    else if (s < DAY)
        snprintf(out, QUANTITY_SIZE, "%llu:%02llu:%02llu", s / HOUR, s % HOUR / MINUTE, s % MINUTE);
    else
        snprintf(out, QUANTITY_SIZE, "%llud %lluh", s / DAY, s % DAY / HOUR);
}

void quantity_count(char out[QUANTITY_SIZE], double count)
{
    if (unknown(out, count))
        return;
    static const char units[] = " kMGTPE";
    unsigned unit = scale(&count, 1000, 0, LAST_UNIT);
    if (unit == 0)
        snprintf(out, QUANTITY_SIZE, "%.0f", count);
    else
        snprintf(out, QUANTITY_SIZE, "%.*f%c", decimals(count, 10), count, units[unit]);
}
