// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"

// A value in 16 bits, because a thousand VMs are to fit: 6 bits of exponent and 10 of mantissa,
// from 2^-16 to beyond 2^47 (140 TB/s). 0 is "not known", so that zeroed memory is a gap.
typedef uint16_t packed_t;

#define PACKED_UNKNOWN 0
#define PACKED_ZERO    1
#define PACKED_OFFSET  ((127u - 16u) << 10) // a float's exponent and top mantissa bits at code 0

enum { LEVEL_COUNT = 3, BUCKETS_TOTAL = 120 + 150 + 180 };

static const struct {
    unsigned bucket_s, count, first; // first: where its buckets begin among all
} levels[LEVEL_COUNT] = {{1, 120, 0}, {4, 150, 120}, {20, 180, 270}};

struct bucket {
    packed_t mean[CHART_METRIC_COUNT];
    packed_t peak[CHART_METRIC_COUNT];
};

struct open_bucket {                   // the newest of a level, still being filled
    uint64_t index;                    // time / width
    float sum[CHART_METRIC_COUNT];     // value * seconds
    float seconds[CHART_METRIC_COUNT]; // 0: not known
    float peak[CHART_METRIC_COUNT];
};

struct history {
    uint64_t end_ns;
    struct open_bucket open[LEVEL_COUNT];
    struct bucket buckets[BUCKETS_TOTAL];
};

_Static_assert(sizeof(struct history) * 1000 < 16u * 1024 * 1024,
               "the history of 1,000 VMs has to stay below 16 MiB");

static packed_t pack(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    bits = (bits + (1u << 12)) >> 13; // to the nearest of 10 mantissa bits
    if (bits <= PACKED_OFFSET + PACKED_ZERO)
        return PACKED_ZERO;
    bits -= PACKED_OFFSET;
    return bits > UINT16_MAX ? UINT16_MAX : (packed_t)bits;
}

static float unpack(packed_t code)
{
    if (code == PACKED_UNKNOWN)
        return NAN;
    if (code == PACKED_ZERO)
        return 0;
    uint32_t bits = (code + PACKED_OFFSET) << 13;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

struct history *history_create(void)
{
    return memory_alloc(sizeof(struct history));
}

void history_destroy(struct history *history)
{
    free(history);
}

uint64_t history_end_ns(const struct history *history)
{
    return history->end_ns;
}

static struct bucket *bucket_at(struct history *history, int level, uint64_t index)
{
    return &history->buckets[levels[level].first + index % levels[level].count];
}

// Moves a level on to another bucket: the open one is filed, those that were skipped become gaps.
static void open_next(struct history *history, int level, uint64_t index)
{
    struct open_bucket *open = &history->open[level];
    struct bucket *filed = bucket_at(history, level, open->index);
    for (int metric = 0; metric < CHART_METRIC_COUNT; metric++) {
        bool known = open->seconds[metric] > 0;
        filed->mean[metric] =
            known ? pack(open->sum[metric] / open->seconds[metric]) : PACKED_UNKNOWN;
        filed->peak[metric] = known ? pack(open->peak[metric]) : PACKED_UNKNOWN;
    }
    uint64_t skipped = index - open->index - 1;
    if (skipped > levels[level].count)
        skipped = levels[level].count;
    for (uint64_t i = 1; i <= skipped; i++)
        *bucket_at(history, level, index - i) = (struct bucket){0};
    *open = (struct open_bucket){.index = index};
}

static void add_to_open(struct open_bucket *open, float seconds,
                        const double values[CHART_METRIC_COUNT])
{
    for (int metric = 0; metric < CHART_METRIC_COUNT; metric++) {
        if (!(values[metric] >= 0))
            continue;
        float value = (float)values[metric];
        open->sum[metric] += value * seconds;
        open->seconds[metric] += seconds;
        if (value > open->peak[metric])
            open->peak[metric] = value;
    }
}

static void add_to_level(struct history *history, int level, uint64_t from_ns, uint64_t to_ns,
                         const double values[CHART_METRIC_COUNT])
{
    uint64_t width_ns = levels[level].bucket_s * NS_PER_SECOND;
    while (from_ns < to_ns) {
        uint64_t index = from_ns / width_ns;
        uint64_t until_ns = (index + 1) * width_ns;
        if (until_ns > to_ns)
            until_ns = to_ns;
        if (index > history->open[level].index)
            open_next(history, level, index);
        add_to_open(&history->open[level], (float)(until_ns - from_ns) / NS_PER_SECOND, values);
        from_ns = until_ns;
    }
}

void history_add(struct history *history, uint64_t from_ns, uint64_t to_ns,
                 const double values[CHART_METRIC_COUNT])
{
    const uint64_t oldest_ns = HISTORY_WINDOW_MAX_S * NS_PER_SECOND;
    if (from_ns < history->end_ns)
        from_ns = history->end_ns;
    if (to_ns <= from_ns)
        return;
    if (to_ns - from_ns > oldest_ns)
        from_ns = to_ns - oldest_ns;
    for (int level = 0; level < LEVEL_COUNT; level++)
        add_to_level(history, level, from_ns, to_ns, values);
    history->end_ns = to_ns;
}

static void read_bucket(const struct history *history, int level, uint64_t index, int metric,
                        float *mean, float *peak)
{
    const struct open_bucket *open = &history->open[level];
    *mean = *peak = NAN;
    if (index == open->index && open->seconds[metric] > 0) {
        *mean = open->sum[metric] / open->seconds[metric];
        *peak = open->peak[metric];
    } else if (index < open->index && open->index - index < levels[level].count) {
        unsigned at = levels[level].first + (unsigned)(index % levels[level].count);
        *mean = unpack(history->buckets[at].mean[metric]);
        *peak = unpack(history->buckets[at].peak[metric]);
    }
}

static int level_for(unsigned window_s)
{
    int level = 0;
    while (level < LEVEL_COUNT - 1 && levels[level].bucket_s * levels[level].count < window_s)
        level++;
    return level;
}

void history_chart(const struct history *history, uint64_t end_ns, unsigned window_s,
                   struct charts *charts)
{
    if (window_s < HISTORY_WINDOW_MIN_S)
        window_s = HISTORY_WINDOW_MIN_S;
    if (window_s > HISTORY_WINDOW_MAX_S)
        window_s = HISTORY_WINDOW_MAX_S;
    int level = level_for(window_s);
    unsigned bucket_s = levels[level].bucket_s;
    size_t count = (window_s + bucket_s - 1) / bucket_s;
    // A sample that was taken at a bucket's very beginning speaks of the bucket before.
    uint64_t newest = end_ns > 0 ? (end_ns - 1) / (bucket_s * NS_PER_SECOND) : 0;
    charts->window_s = window_s;
    for (int metric = 0; metric < CHART_METRIC_COUNT; metric++) {
        struct chart *chart = &charts->metrics[metric];
        chart->count = count;
        chart->step_s = bucket_s;
        for (size_t i = 0; i < count; i++) {
            uint64_t back = count - 1 - i;
            chart->mean[i] = chart->peak[i] = NAN;
            if (history != NULL && back <= newest)
                read_bucket(history, level, newest - back, metric, &chart->mean[i],
                            &chart->peak[i]);
        }
    }
}
