// SPDX-License-Identifier: GPL-2.0-or-later
// Tab "Metrics": what the VM in focus does now, line by line, and a chart of each of the four
// resources over the window that the person chose. Lines come first; charts share what is left.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "ui/screen/chart.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"

enum {
    LABEL_COLUMNS = 6,
    VCPU_COLUMNS = 13,
    CHART_ROWS_MAX = 12,
    STALE_S = 6,
    ROOMY_COLUMNS = 74, // from here on units are written out
};

struct painter {
    struct ui *ui;
    struct frame *frame;
    struct rect rect; // what is left, from the top
    const struct board_vm *vm;
    const struct charts *charts; // NULL: not here yet
    int chart_rows;              // of each chart
    bool roomy;
};

static int next_row(struct painter *painter)
{
    painter->rect.rows--;
    return painter->rect.row++;
}

// "MEM   used 2.9G of 4.0G": the label in its role's colour, the rest plain.
static void head(struct painter *painter, const char *label, enum role role, const char *text)
{
    if (painter->rect.rows <= 0)
        return;
    int row = next_row(painter);
    struct rect line = {row, painter->rect.column, 1, painter->rect.columns};
    frame_text(painter->frame, &line, row, line.column, STYLE_WITH(role, STYLE_BOLD), label);
    frame_field(painter->frame, &line, row, line.column + LABEL_COLUMNS,
                line.columns - LABEL_COLUMNS, ALIGN_LEFT, STYLE(ROLE_TEXT), text);
}

static float largest(const float *values, size_t count)
{
    float maximum = 0;
    for (size_t i = 0; i < count; i++)
        maximum = fmaxf(maximum, values[i]);
    return maximum;
}

static void chart(struct painter *painter, const float *values, size_t count, double maximum,
                  enum role role, const char *scale)
{
    int rows = painter->chart_rows < painter->rect.rows ? painter->chart_rows : painter->rect.rows;
    if (rows <= 0)
        return;
    struct rect rect = {painter->rect.row, painter->rect.column + LABEL_COLUMNS, rows,
                        painter->rect.columns - LABEL_COLUMNS};
    painter->rect.row += rows;
    painter->rect.rows -= rows;
    if (count == 0)
        return;
    if (rows == 1)
        chart_spark(painter->frame, &rect, rect.row, rect.column, rect.columns, values, count,
                    maximum, role);
    else
        chart_area(painter->frame, rect, values, count, maximum, role);
    frame_field(painter->frame, NULL, rect.row, rect.column - LABEL_COLUMNS, LABEL_COLUMNS - 1,
                ALIGN_RIGHT, STYLE(ROLE_DIM), scale);
}

static void metric_chart(struct painter *painter, enum chart_metric metric, double maximum,
                         enum role role, const char *scale)
{
    const struct chart *one = painter->charts != NULL ? &painter->charts->metrics[metric] : NULL;
    chart(painter, one != NULL ? one->peak : NULL, one != NULL ? one->count : 0, maximum, role,
          scale);
}

// Both directions of disk or network as one area: what the device had to carry.
static void sum_chart(struct painter *painter, enum chart_metric first, enum chart_metric second,
                      enum role role)
{
    float sums[CHART_POINTS_MAX];
    size_t count = painter->charts != NULL ? painter->charts->metrics[first].count : 0;
    for (size_t i = 0; i < count; i++) {
        float a = painter->charts->metrics[first].peak[i];
        float b = painter->charts->metrics[second].peak[i];
        sums[i] = isnan(a) ? b : isnan(b) ? a : a + b;
    }
    double maximum = chart_nice_maximum(fmax(largest(sums, count), 1024), true);
    char scale[QUANTITY_SIZE];
    quantity_rate(scale, maximum);
    chart(painter, sums, count, maximum, role, scale);
}

static unsigned vcpu_count(const struct vm_sample *sample)
{
    if ((sample->valid & VM_HAS_VCPU_COUNT) != 0 && sample->vcpus_current > 0)
        return sample->vcpus_current;
    return 1;
}

static void window_text(const struct painter *painter, char *out, size_t size)
{
    unsigned window_s = ui_chart_window_s(painter->ui);
    if (window_s % 60 == 0)
        str_format(out, size, "last %u min", window_s / 60);
    else
        str_format(out, size, "last %u s", window_s);
}

static void paint_cpu(struct painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    char use[QUANTITY_SIZE], ready[QUANTITY_SIZE], window[32], line[160];
    unsigned vcpus = vcpu_count(sample);
    quantity_percent(use, painter->vm->rates.cpu_percent, 1);
    quantity_percent(ready, painter->vm->rates.ready_percent, 1);
    window_text(painter, window, sizeof(window));
    str_format(line, sizeof(line), "%s %% of %u vCPU%s   ready %s %%   %s", use, vcpus,
               vcpus == 1 ? "" : "s", ready, window);
    head(painter, "CPU", ROLE_CPU, line);
    char scale[QUANTITY_SIZE];
    str_format(scale, sizeof(scale), "%u%%", vcpus * 100);
    metric_chart(painter, CHART_CPU, vcpus * 100.0, ROLE_CPU, scale);
}

static int vcpus_per_line(int columns)
{
    int fit = (columns - LABEL_COLUMNS) / VCPU_COLUMNS;
    return fit < 1 ? 1 : fit;
}

static int vcpu_lines(const struct vm_rates *rates, int columns)
{
    int count = (int)rates->vcpu_count;
    int lines = (count + vcpus_per_line(columns) - 1) / vcpus_per_line(columns);
    return count <= 1 ? 0 : lines > 4 ? 4 : lines; // one vCPU is in the heading; 4 lines at most
}

// " 0 #####-  ": number, bar; in alarm colour when the vCPU waits for the host's CPU.
static void paint_vcpus(struct painter *painter)
{
    const struct vm_rates *rates = &painter->vm->rates;
    int per_line = vcpus_per_line(painter->rect.columns);
    int lines = vcpu_lines(rates, painter->rect.columns);
    for (int line = 0; line < lines && painter->rect.rows > 0; line++) {
        int row = next_row(painter);
        for (int k = 0; k < per_line; k++) {
            size_t index = (size_t)(line * per_line + k);
            if (index >= rates->vcpu_count)
                break;
            const struct vcpu_rates *vcpu = &rates->vcpus[index];
            int column = painter->rect.column + LABEL_COLUMNS + k * VCPU_COLUMNS;
            bool waits = vcpu->ready_percent > 10;
            frame_printf(painter->frame, NULL, row, column, STYLE(waits ? ROLE_ALARM : ROLE_DIM),
                         "%3u%c", vcpu->number, waits ? '!' : ' ');
            chart_bar(painter->frame, NULL, row, column + 4, VCPU_COLUMNS - 5,
                      vcpu->use_percent < 0 ? -1 : vcpu->use_percent / 100,
                      waits ? ROLE_ALARM : ROLE_CPU);
        }
    }
}

static void known_memory(char out[QUANTITY_SIZE], const struct vm_sample *sample, unsigned bit,
                         uint64_t kib)
{
    quantity_memory(out, (sample->valid & bit) != 0 ? (double)kib : -1);
}

static void paint_memory(struct painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    const struct vm_rates *rates = &painter->vm->rates;
    char used[QUANTITY_SIZE], maximum[QUANTITY_SIZE], balloon[QUANTITY_SIZE], rss[QUANTITY_SIZE];
    char usable[QUANTITY_SIZE], cache[QUANTITY_SIZE], line[256];
    quantity_memory(used, rates->memory_used_kib);
    known_memory(maximum, sample, VM_HAS_MEMORY_MAX, sample->memory_max_kib);
    known_memory(balloon, sample, VM_HAS_BALLOON, sample->balloon_kib);
    known_memory(usable, sample, VM_HAS_USABLE, sample->usable_kib);
    known_memory(cache, sample, VM_HAS_CACHE, sample->cache_kib);
    known_memory(rss, sample, VM_HAS_RSS, sample->rss_kib);
    str_format(line, sizeof(line), "used %s  balloon %s of %s  available %s%s%s", used, balloon,
               maximum, usable, painter->roomy ? "  cache " : "", painter->roomy ? cache : "");
    head(painter, "MEM", ROLE_MEMORY, line);
    char in[QUANTITY_SIZE], out[QUANTITY_SIZE], faults[QUANTITY_SIZE];
    quantity_rate(in, rates->swap_in_kib < 0 ? -1 : rates->swap_in_kib * 1024);
    quantity_rate(out, rates->swap_out_kib < 0 ? -1 : rates->swap_out_kib * 1024);
    quantity_count(faults, rates->major_faults);
    if (painter->roomy)
        str_format(line, sizeof(line), "swap in %s/s out %s/s  major faults %s/s  host rss %s", in,
                   out, faults, rss);
    else
        str_format(line, sizeof(line), "cache %s  swap in %s out %s  faults %s/s  rss %s", cache,
                   in, out, faults, rss);
    head(painter, "", ROLE_MEMORY, line);
    double scale_kib = (sample->valid & VM_HAS_MEMORY_MAX) != 0 && sample->memory_max_kib > 0
                           ? (double)sample->memory_max_kib
                           : 1;
    metric_chart(painter, CHART_MEMORY, scale_kib, ROLE_MEMORY, maximum);
}

static void paint_disks(struct painter *painter)
{
    const struct board_vm *vm = painter->vm;
    for (size_t i = 0; i < vm->rates.disk_count && i < vm->sample->disk_count; i++) {
        const struct disk_rates *rates = &vm->rates.disks[i];
        char read[QUANTITY_SIZE], reads[QUANTITY_SIZE], read_ms[QUANTITY_SIZE], line[256];
        char write[QUANTITY_SIZE], writes[QUANTITY_SIZE], write_ms[QUANTITY_SIZE];
        quantity_rate(read, rates->read_bytes);
        quantity_count(reads, rates->read_requests);
        quantity_latency(read_ms, rates->read_latency_ms);
        quantity_rate(write, rates->write_bytes);
        quantity_count(writes, rates->write_requests);
        quantity_latency(write_ms, rates->write_latency_ms);
        const char *format = painter->roomy ? "%-5s r %5s/s %4s iops %-7s w %5s/s %4s iops %s"
                                            : "%-4s r %5s %4s/s %-7s w %5s %4s/s %s";
        str_format(line, sizeof(line), format, vm->sample->disks[i].target, read, reads, read_ms,
                   write, writes, write_ms);
        head(painter, i == 0 ? "DISK" : "", ROLE_DISK, line);
    }
    if (vm->sample->disk_count == 0)
        head(painter, "DISK", ROLE_DISK, "no disks");
    sum_chart(painter, CHART_DISK_READ, CHART_DISK_WRITE, ROLE_DISK);
}

static void paint_nics(struct painter *painter)
{
    const struct board_vm *vm = painter->vm;
    for (size_t i = 0; i < vm->rates.nic_count && i < vm->sample->nic_count; i++) {
        const struct nic_rates *rates = &vm->rates.nics[i];
        char rx[QUANTITY_SIZE], rx_packets[QUANTITY_SIZE], tx[QUANTITY_SIZE];
        char tx_packets[QUANTITY_SIZE], errors[QUANTITY_SIZE], drops[QUANTITY_SIZE], line[256];
        quantity_rate(rx, rates->rx_bytes);
        quantity_count(rx_packets, rates->rx_packets);
        quantity_rate(tx, rates->tx_bytes);
        quantity_count(tx_packets, rates->tx_packets);
        quantity_count(errors, rates->rx_errors < 0 ? -1 : rates->rx_errors + rates->tx_errors);
        quantity_count(drops, rates->rx_drops < 0 ? -1 : rates->rx_drops + rates->tx_drops);
        const char *format = painter->roomy
                                 ? "%-7s rx %5s/s %4s pkt  tx %5s/s %4s pkt  err %s drop %s"
                                 : "%-6s rx %5s %4s/s  tx %5s %4s/s  err %s drop %s";
        str_format(line, sizeof(line), format, vm->sample->nics[i].name, rx, rx_packets, tx,
                   tx_packets, errors, drops);
        head(painter, i == 0 ? "NET" : "", ROLE_NET, line);
    }
    if (vm->sample->nic_count == 0) {
        // User-mode networking has no interface on the host to count.
        bool defined = vm->sample->definition != NULL && vm->sample->definition->nic_count > 0;
        head(painter, "NET", ROLE_NET, defined ? "no figures for this kind of network" : "none");
    }
    sum_chart(painter, CHART_NET_RX, CHART_NET_TX, ROLE_NET);
}

static int at_least_one(size_t count)
{
    return count > 0 ? (int)count : 1;
}

static void paint(struct painter *painter)
{
    const struct board_vm *vm = painter->vm;
    int lines = 1 + vcpu_lines(&vm->rates, painter->rect.columns) + 2 +
                at_least_one(vm->sample->disk_count) + at_least_one(vm->sample->nic_count);
    int spare = painter->rect.rows - lines;
    painter->chart_rows = spare < 4 ? 0 : spare / 4 > CHART_ROWS_MAX ? CHART_ROWS_MAX : spare / 4;
    paint_cpu(painter);
    paint_vcpus(painter);
    paint_memory(painter);
    paint_disks(painter);
    paint_nics(painter);
}

// One dim line at the bottom when the figures are not of this moment; true when it was drawn.
static bool paint_age(struct painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    uint64_t now_ns = ui_now_ns(painter->ui);
    double age_s = sample->sampled_ns == 0 || now_ns < sample->sampled_ns
                       ? 0
                       : (double)(now_ns - sample->sampled_ns) / NS_PER_SECOND;
    char age[QUANTITY_SIZE];
    quantity_duration(age, age_s);
    int row = painter->rect.row + painter->rect.rows - 1;
    if (sample->hung)
        frame_printf(painter->frame, &painter->rect, row, painter->rect.column, STYLE(ROLE_ALARM),
                     "QEMU does not answer; these figures are %s old", age);
    else if (age_s > STALE_S)
        frame_printf(painter->frame, &painter->rect, row, painter->rect.column, STYLE(ROLE_DIM),
                     "these figures are %s old", age);
    else
        return false;
    painter->rect.rows--;
    return true;
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    (void)focused;
    struct painter painter = {
        .ui = view->ui, .frame = frame, .rect = rect, .roomy = rect.columns >= ROOMY_COLUMNS};
    if (rect.rows <= 0 || rect.columns <= LABEL_COLUMNS)
        return;
    if (!ui_selected(view->ui, NULL, &painter.vm)) {
        frame_text(frame, &rect, rect.row, rect.column, STYLE(ROLE_DIM), "no VM is selected");
        return;
    }
    painter.charts = ui_focus_charts(view->ui);
    const struct vm_sample *sample = painter.vm->sample;
    if (!vm_state_is_active(sample->state)) {
        frame_printf(frame, &rect, next_row(&painter), rect.column, STYLE(ROLE_DIM),
                     "%s is %s: figures come when it runs", sample->name,
                     vm_state_name(sample->state));
        return;
    }
    paint_age(&painter);
    paint(&painter);
}

static struct view *create(struct ui *ui)
{
    struct view *view = memory_alloc(sizeof(*view));
    *view = (struct view){.ops = &metrics_view_ops, .ui = ui};
    return view;
}

static void destroy(struct view *view)
{
    free(view);
}

static void help(const struct view *view, struct str *out)
{
    (void)view;
    str_add(out,
            "CPU: 100 % is one vCPU kept busy; ready is time a vCPU could run but had to wait\n"
            "for the host. MEM: used is what the guest cannot give back without swapping.\n"
            "Charts show the highest value of each interval; - means not known.\n");
}

const struct view_ops metrics_view_ops = {
    .name = "metrics",
    .title = "Metrics",
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .help = help,
};
