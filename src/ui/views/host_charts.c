// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/views/host_charts.h"

#include <math.h>

#include "core/quantity.h"
#include "core/str.h"
#include "ui/screen/chart.h"

enum { ROWS_LEAST = 7, ROWS_MOST = 14, COLUMNS_LEAST = 30, SCALE_COLUMNS = 6, GAP = 2 };

static void window_text(unsigned window_s, char *out, size_t size)
{
    if (window_s % 60 == 0)
        str_format(out, size, "last %u min", window_s / 60);
    else
        str_format(out, size, "last %u s", window_s);
}

static void draw_chart(struct frame *frame, struct rect rect, const char *title,
                       const struct chart *chart, double maximum, enum role role, const char *scale)
{
    struct rect area = {rect.row + 1, rect.column + SCALE_COLUMNS, rect.rows - 1,
                        rect.columns - SCALE_COLUMNS};
    frame_field(frame, &rect, rect.row, rect.column, rect.columns, ALIGN_LEFT,
                STYLE_WITH(role, STYLE_BOLD), title);
    frame_field(frame, &rect, area.row, rect.column, SCALE_COLUMNS - 1, ALIGN_RIGHT,
                STYLE(ROLE_DIM), scale);
    frame_field(frame, &rect, area.row + area.rows - 1, rect.column, SCALE_COLUMNS - 1, ALIGN_RIGHT,
                STYLE(ROLE_DIM), "0");
    chart_area(frame, area, chart->peak, chart->count, maximum, role);
}

// What two counters carried together; NAN where neither is known.
static void add_charts(const struct chart *a, const struct chart *b, struct chart *out)
{
    out->count = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < out->count; i++)
        out->peak[i] = isnan(a->peak[i])   ? b->peak[i]
                       : isnan(b->peak[i]) ? a->peak[i]
                                           : a->peak[i] + b->peak[i];
}

static void draw_rate_chart(struct frame *frame, struct rect rect, const char *title,
                            const struct chart *a, const struct chart *b, enum role role)
{
    struct chart sum;
    char scale[QUANTITY_SIZE];
    float peak = 102400; // chatter of idle guests is not blown up
    add_charts(a, b, &sum);
    for (size_t i = 0; i < sum.count; i++)
        peak = fmaxf(peak, sum.peak[i]);
    double maximum = chart_nice_maximum(peak, true);
    quantity_rate(scale, maximum);
    draw_chart(frame, rect, title, &sum, maximum, role, scale);
}

static void draw_load_charts(struct frame *frame, struct rect left, struct rect right,
                             const struct board_host *host, const struct charts *charts)
{
    char window[32], scale[QUANTITY_SIZE], title[192];
    double total_kib = (double)host->snapshot->memory_total_kib;
    window_text(charts->window_s, window, sizeof(window));
    str_format(title, sizeof(title), "CPU of %s, %s", host->name, window);
    draw_chart(frame, left, title, &charts->metrics[CHART_CPU], 100, ROLE_CPU, "100%");
    quantity_memory(scale, total_kib);
    str_format(title, sizeof(title), "memory of %s, %s", host->name, window);
    draw_chart(frame, right, title, &charts->metrics[CHART_MEMORY], total_kib > 0 ? total_kib : 1,
               ROLE_MEMORY, scale);
}

void host_charts_draw(struct frame *frame, struct rect rect, const struct board_host *host,
                      const struct charts *charts)
{
    int half = (rect.columns - GAP) / 2;
    if (host->snapshot == NULL || half < COLUMNS_LEAST || rect.rows < ROWS_LEAST)
        return;
    bool both = rect.rows >= 2 * ROWS_LEAST + 1;
    int rows = both ? (rect.rows - 1) / 2 : rect.rows;
    rows = rows > ROWS_MOST ? ROWS_MOST : rows;
    struct rect left = {rect.row, rect.column, rows, half}, right = left;
    right.column += half + GAP;
    draw_load_charts(frame, left, right, host, charts);
    if (!both)
        return;
    left.row = right.row = rect.row + rows + 1;
    draw_rate_chart(frame, left, "disks of its VMs, both directions",
                    &charts->metrics[CHART_DISK_READ], &charts->metrics[CHART_DISK_WRITE],
                    ROLE_DISK);
    draw_rate_chart(frame, right, "network of its VMs, both directions",
                    &charts->metrics[CHART_NET_RX], &charts->metrics[CHART_NET_TX], ROLE_NET);
}
