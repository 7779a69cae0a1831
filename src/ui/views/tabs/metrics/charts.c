// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "core/quantity.h"
#include "core/str.h"
#include "ui/screen/chart.h"
#include "ui/views/tabs/metrics/painter.h"

#define CPU_SCALE_LEAST   100.0    // percent: one vCPU; noise below it is not blown up
#define READY_SCALE_LEAST 10.0     // percent
#define RATE_SCALE_LEAST  102400.0 // bytes a second: so is an idle guest's chatter
#define LATENCY_LEAST_MS  1.0

struct series {
    const float *values;
    size_t count;
};

static struct series peaks(const struct metrics_painter *painter, enum chart_metric metric)
{
    if (painter->charts == NULL)
        return (struct series){NULL, 0};
    const struct chart *chart = &painter->charts->metrics[metric];
    return (struct series){chart->peak, chart->count};
}

// NAN when nothing is known.
static float largest(struct series series)
{
    float maximum = NAN;
    for (size_t i = 0; i < series.count; i++)
        maximum = fmaxf(maximum, series.values[i]);
    return maximum;
}

static double nice_scale(struct series series, double least, bool bytes)
{
    float peak = largest(series);
    return chart_nice_maximum(isnan(peak) ? least : fmax(peak, least), bytes);
}

static struct rect take_rows(struct metrics_painter *painter, int rows)
{
    if (rows > painter->rect.rows)
        rows = painter->rect.rows;
    struct rect rect = {painter->rect.row, painter->rect.column + METRICS_LABEL_COLUMNS, rows,
                        painter->rect.columns - METRICS_LABEL_COLUMNS};
    painter->rect.row += rows;
    painter->rect.rows -= rows;
    return rect;
}

static void label(const struct metrics_painter *painter, struct rect rect, int row,
                  const char *text)
{
    frame_field(painter->frame, NULL, row, rect.column - METRICS_LABEL_COLUMNS,
                METRICS_LABEL_COLUMNS - 1, ALIGN_RIGHT, STYLE(ROLE_DIM), text);
}

static void draw_series(struct metrics_painter *painter, struct rect rect, struct series series,
                        double maximum, enum role role, const char *scale)
{
    if (rect.rows <= 0)
        return;
    if (isnan(largest(series))) {
        const char *why = painter->charts != NULL ? "no figures in this time"
                          : role == ROLE_CPU      ? "the charts are on their way" // said once
                                                  : "";
        frame_text(painter->frame, &rect, rect.row + rect.rows / 2, rect.column, STYLE(ROLE_DIM),
                   why);
        return;
    }
    label(painter, rect, rect.row, scale);
    if (rect.rows >= 3)
        label(painter, rect, rect.row + rect.rows - 1, "0");
    if (rect.rows == 1)
        chart_spark(painter->frame, &rect, rect.row, rect.column, rect.columns, series.values,
                    series.count, maximum, role);
    else
        chart_area(painter->frame, rect, series.values, series.count, maximum, role);
}

// Both directions as one area: what the device had to carry.
static void sum_chart(struct metrics_painter *painter, enum chart_metric first,
                      enum chart_metric second, int rows, enum role role)
{
    float sums[CHART_POINTS_MAX];
    struct series a = peaks(painter, first), b = peaks(painter, second);
    struct series sum = {sums, a.count < b.count ? a.count : b.count};
    for (size_t i = 0; i < sum.count; i++)
        sums[i] = isnan(a.values[i])   ? b.values[i]
                  : isnan(b.values[i]) ? a.values[i]
                                       : a.values[i] + b.values[i];
    double maximum = nice_scale(sum, RATE_SCALE_LEAST, true);
    char scale[QUANTITY_SIZE];
    quantity_rate(scale, maximum);
    draw_series(painter, take_rows(painter, rows), sum, maximum, role, scale);
}

void metrics_cpu_chart(struct metrics_painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    struct series use = peaks(painter, CHART_CPU), ready = peaks(painter, CHART_READY);
    double maximum = nice_scale(use, CPU_SCALE_LEAST, false);
    // Where all vCPUs together are less than the next round number, they are the scale.
    double whole = (sample->valid & VM_HAS_VCPU_COUNT) != 0 ? 100.0 * sample->vcpus_current : 0;
    if (whole > 0 && maximum > whole && !(largest(use) > whole))
        maximum = whole;
    char scale[QUANTITY_SIZE];
    str_format(scale, sizeof(scale), "%.0f%%", maximum);
    draw_series(painter, take_rows(painter, painter->plan.chart_rows[AREA_CPU]), use, maximum,
                ROLE_CPU, scale);
    if (painter->plan.sparks && painter->plan.chart_rows[AREA_CPU] > 0)
        draw_series(painter, take_rows(painter, 1), ready,
                    nice_scale(ready, READY_SCALE_LEAST, false), ROLE_ACCENT, "ready");
}

void metrics_memory_chart(struct metrics_painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    struct series used = peaks(painter, CHART_MEMORY);
    bool known = (sample->valid & VM_HAS_MEMORY_MAX) != 0 && sample->memory_max_kib > 0;
    double maximum = known ? (double)sample->memory_max_kib : nice_scale(used, 1024, true);
    char scale[QUANTITY_SIZE];
    quantity_memory(scale, maximum);
    draw_series(painter, take_rows(painter, painter->plan.chart_rows[AREA_MEMORY]), used, maximum,
                ROLE_MEMORY, scale);
}

void metrics_disk_chart(struct metrics_painter *painter)
{
    sum_chart(painter, CHART_DISK_READ, CHART_DISK_WRITE, painter->plan.chart_rows[AREA_DISK],
              ROLE_DISK);
    if (!painter->plan.sparks || painter->plan.chart_rows[AREA_DISK] == 0)
        return;
    struct series latency = peaks(painter, CHART_DISK_LATENCY);
    double maximum = nice_scale(latency, LATENCY_LEAST_MS, false);
    char scale[QUANTITY_SIZE];
    if (maximum < 1000)
        str_format(scale, sizeof(scale), "%.0fms", maximum);
    else
        str_format(scale, sizeof(scale), "%.0fs", maximum / 1000);
    draw_series(painter, take_rows(painter, 1), latency, maximum, ROLE_ACCENT, scale);
}

void metrics_net_chart(struct metrics_painter *painter)
{
    sum_chart(painter, CHART_NET_RX, CHART_NET_TX, painter->plan.chart_rows[AREA_NET], ROLE_NET);
}
