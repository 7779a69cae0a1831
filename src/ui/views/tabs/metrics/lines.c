// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <string.h>

#include "core/quantity.h"
#include "core/str.h"
#include "core/utf8.h"
#include "ui/screen/chart.h"
#include "ui/views/tabs/metrics/painter.h"

enum {
    BAR_COLUMNS = 13,   // of one vCPU with its bar
    NUMBER_COLUMNS = 4, // before a strip of vCPUs
    GROUP = 8,          // vCPUs between two blanks of a strip
    MORE_COLUMNS = 11,  // "+1000 more"; a group of a strip and what is left behind it
};

#define VCPU_WAITS_PERCENT 10

struct rect metrics_next_line(struct metrics_painter *painter)
{
    struct rect *rect = &painter->rect;
    if (rect->rows <= 0)
        return (struct rect){rect->row, rect->column, 0, 0};
    rect->rows--;
    return (struct rect){rect->row++, rect->column, 1, rect->columns};
}

// Takes a line, writes the label in its role's colour and returns what is right of it.
static struct rect head(struct metrics_painter *painter, const char *label, enum role role)
{
    struct rect line = metrics_next_line(painter);
    frame_text(painter->frame, &line, line.row, line.column, STYLE_WITH(role, STYLE_BOLD), label);
    line.column += METRICS_LABEL_COLUMNS;
    line.columns -= METRICS_LABEL_COLUMNS;
    return line;
}

static void text_at(struct metrics_painter *painter, struct rect line, int column, enum role role,
                    const char *text)
{
    frame_field(painter->frame, &line, line.row, line.column + column, line.columns - column,
                ALIGN_LEFT, STYLE(role), text);
}

// ---- CPU ----

static void window_text(const struct metrics_painter *painter, char *out, size_t size)
{
    unsigned window_s = painter->window_s;
    if (window_s == 3600)
        str_format(out, size, "last hour");
    else if (window_s % 60 == 0)
        str_format(out, size, "last %u min", window_s / 60);
    else
        str_format(out, size, "last %u s", window_s);
}

// A strip marks a waiting vCPU by its colour alone; so their number is said.
static void waiting_text(const struct metrics_painter *painter, char *out, size_t size)
{
    const struct vm_rates *rates = &painter->vm->rates;
    size_t waiting = 0;
    for (size_t i = 0; i < rates->vcpu_count; i++)
        waiting += rates->vcpus[i].ready_percent > VCPU_WAITS_PERCENT;
    if (waiting > 0 && !painter->plan.vcpu_bars)
        str_format(out, size, ", %zu above %d %%", waiting, VCPU_WAITS_PERCENT);
}

static void cpu_line(struct metrics_painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    const struct vm_rates *rates = &painter->vm->rates;
    char use[QUANTITY_SIZE], ready[QUANTITY_SIZE], of[48], window[32] = "", text[160];
    char waiting[48] = "";
    quantity_percent(use, rates->cpu_percent, 1);
    quantity_percent(ready, rates->ready_percent, 1);
    str_format(of, sizeof(of), "%s", rates->cpu_percent < 0 ? "" : " %");
    if ((sample->valid & VM_HAS_VCPU_COUNT) != 0 && sample->vcpus_current > 0)
        str_format(of, sizeof(of), " of %u %%, %u vCPU%s", sample->vcpus_current * 100,
                   sample->vcpus_current, sample->vcpus_current == 1 ? "" : "s");
    waiting_text(painter, waiting, sizeof(waiting));
    str_format(text, sizeof(text), "%s%s  ready %s%s%s", use, of, ready,
               rates->ready_percent < 0 ? "" : " %", waiting);
    struct rect line = head(painter, "CPU", ROLE_CPU);
    text_at(painter, line, 0, ROLE_TEXT, text);
    bool charts = false;
    for (int area = 0; area < AREA_COUNT; area++)
        charts = charts || painter->plan.chart_rows[area] > 0;
    window_text(painter, window, sizeof(window));
    int columns = (int)utf8_width(window);
    if (charts && (int)utf8_width(text) + 2 + columns <= line.columns)
        frame_text(painter->frame, &line, line.row, line.column + line.columns - columns,
                   STYLE(ROLE_DIM), window);
}

int metrics_vcpus_per_line(int columns, bool bars)
{
    int room = columns - METRICS_LABEL_COLUMNS;
    // The last group of a strip needs no blank behind it.
    int fit = bars ? room / BAR_COLUMNS : (room - NUMBER_COLUMNS + 1) / (GROUP + 1) * GROUP;
    return fit < 1 ? 1 : fit;
}

// "  0 #####-  ": number, bar; marked when the vCPU waits for the host's CPU.
static void vcpu_bar(struct metrics_painter *painter, struct rect line, int place,
                     const struct vcpu_rates *vcpu)
{
    int column = line.column + place * BAR_COLUMNS;
    bool waits = vcpu->ready_percent > VCPU_WAITS_PERCENT;
    frame_printf(painter->frame, &line, line.row, column, STYLE(waits ? ROLE_ALARM : ROLE_DIM),
                 "%3u%c", vcpu->number, waits ? '!' : ' ');
    chart_bar(painter->frame, &line, line.row, column + 4, BAR_COLUMNS - 5,
              vcpu->use_percent < 0 ? -1 : vcpu->use_percent / 100, waits ? ROLE_ALARM : ROLE_CPU);
}

static void vcpu_character(struct metrics_painter *painter, struct rect line, int place,
                           const struct vcpu_rates *vcpu)
{
    int column = line.column + NUMBER_COLUMNS + place + place / GROUP;
    if (vcpu->use_percent < 0) {
        frame_text(painter->frame, &line, line.row, column, STYLE(ROLE_DIM), "-");
        return;
    }
    // Above nothing, so that an idle vCPU is seen without Unicode too.
    float use = fmaxf((float)vcpu->use_percent, 0.1f);
    bool waits = vcpu->ready_percent > VCPU_WAITS_PERCENT;
    chart_spark(painter->frame, &line, line.row, column, 1, &use, 1, 100,
                waits ? ROLE_ALARM : ROLE_CPU);
}

static void vcpu_lines(struct metrics_painter *painter)
{
    const struct vm_rates *rates = &painter->vm->rates;
    bool bars = painter->plan.vcpu_bars;
    size_t per_line = (size_t)metrics_vcpus_per_line(painter->rect.columns, bars), at = 0;
    size_t seen = per_line * (size_t)painter->plan.vcpu_lines;
    if (seen < rates->vcpu_count && per_line > GROUP)
        seen -= GROUP; // room to say so
    for (int i = 0; i < painter->plan.vcpu_lines; i++) {
        struct rect line = head(painter, "", ROLE_CPU);
        if (!bars)
            frame_printf(painter->frame, &line, line.row, line.column, STYLE(ROLE_DIM), "%3u",
                         rates->vcpus[at].number);
        for (size_t place = 0; place < per_line && at < rates->vcpu_count && at < seen; place++) {
            if (bars)
                vcpu_bar(painter, line, (int)place, &rates->vcpus[at++]);
            else
                vcpu_character(painter, line, (int)place, &rates->vcpus[at++]);
        }
        if (i + 1 == painter->plan.vcpu_lines && at < rates->vcpu_count)
            frame_printf(painter->frame, &line, line.row, line.column + line.columns - MORE_COLUMNS,
                         STYLE(ROLE_DIM), "+%zu more", rates->vcpu_count - at);
    }
}

void metrics_cpu(struct metrics_painter *painter)
{
    cpu_line(painter);
    vcpu_lines(painter);
}

// ---- memory ----

static void known_memory(char out[QUANTITY_SIZE], const struct vm_sample *sample, unsigned bit,
                         uint64_t kib)
{
    quantity_memory(out, (sample->valid & bit) != 0 ? (double)kib : -1);
}

static void guest_line(struct metrics_painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    const struct vm_rates *rates = &painter->vm->rates;
    const uint64_t from_guest = VM_HAS_UNUSED | VM_HAS_AVAILABLE | VM_HAS_USABLE | VM_HAS_CACHE |
                                VM_HAS_SWAP | VM_HAS_MAJOR_FAULTS;
    char in[QUANTITY_SIZE], out[QUANTITY_SIZE], faults[QUANTITY_SIZE], cache[QUANTITY_SIZE];
    char rss[QUANTITY_SIZE], text[256];
    quantity_rate(in, rates->swap_in_kib < 0 ? -1 : rates->swap_in_kib * 1024);
    quantity_rate(out, rates->swap_out_kib < 0 ? -1 : rates->swap_out_kib * 1024);
    quantity_count(faults, rates->major_faults);
    known_memory(cache, sample, VM_HAS_CACHE, sample->cache_kib);
    known_memory(rss, sample, VM_HAS_RSS, sample->rss_kib);
    if ((sample->valid & from_guest) == 0)
        str_format(text, sizeof(text), "the guest reports no figures  host rss %s", rss);
    else if (painter->roomy)
        str_format(text, sizeof(text), "swap in %s/s out %s/s  major faults %s/s  host rss %s", in,
                   out, faults, rss);
    else
        str_format(text, sizeof(text), "swap in %s out %s  faults %s/s  cache %s  rss %s", in, out,
                   faults, cache, rss);
    text_at(painter, head(painter, "", ROLE_MEMORY), 0, ROLE_TEXT, text);
}

void metrics_memory(struct metrics_painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    char used[QUANTITY_SIZE], maximum[QUANTITY_SIZE], balloon[QUANTITY_SIZE];
    char usable[QUANTITY_SIZE], cache[QUANTITY_SIZE], text[256];
    quantity_memory(used, painter->vm->rates.memory_used_kib);
    known_memory(maximum, sample, VM_HAS_MEMORY_MAX, sample->memory_max_kib);
    known_memory(balloon, sample, VM_HAS_BALLOON, sample->balloon_kib);
    known_memory(usable, sample, VM_HAS_USABLE, sample->usable_kib);
    known_memory(cache, sample, VM_HAS_CACHE, sample->cache_kib);
    str_format(text, sizeof(text), "used %s  balloon %s of %s  available %s%s%s", used, balloon,
               maximum, usable, painter->roomy ? "  cache " : "", painter->roomy ? cache : "");
    text_at(painter, head(painter, "MEM", ROLE_MEMORY), 0, ROLE_TEXT, text);
    if (painter->plan.memory_lines > 1)
        guest_line(painter);
}

// ---- disks ----

static void disk_figures(const struct metrics_painter *painter, const struct disk_rates *rates,
                         char *out, size_t size)
{
    char read[QUANTITY_SIZE], reads[QUANTITY_SIZE], read_ms[QUANTITY_SIZE];
    char write[QUANTITY_SIZE], writes[QUANTITY_SIZE], write_ms[QUANTITY_SIZE];
    quantity_rate(read, rates->read_bytes);
    quantity_count(reads, rates->read_requests);
    quantity_latency(read_ms, rates->read_latency_ms);
    quantity_rate(write, rates->write_bytes);
    quantity_count(writes, rates->write_requests);
    quantity_latency(write_ms, rates->write_latency_ms);
    str_format(out, size,
               painter->roomy ? "r %5s/s %4s iops %-7s  w %5s/s %4s iops %s"
                              : "r %5s %4s/s %-7s w %5s %4s/s %s",
               read, reads, read_ms, write, writes, write_ms);
}

static void disk_line(struct metrics_painter *painter, struct rect line, size_t index)
{
    enum { NAME = 5 };
    const struct disk_rates none = {-1, -1, -1, -1, -1, -1};
    const struct vm_rates *rates = &painter->vm->rates;
    char text[256];
    frame_field(painter->frame, &line, line.row, line.column, NAME, ALIGN_LEFT, STYLE(ROLE_TEXT),
                painter->vm->sample->disks[index].target);
    disk_figures(painter, index < rates->disk_count ? &rates->disks[index] : &none, text,
                 sizeof(text));
    text_at(painter, line, NAME + 1, ROLE_TEXT, text);
}

// What did not fit, in one line with the sum of all.
static void disk_sum_line(struct metrics_painter *painter, struct rect line, size_t more)
{
    const struct vm_rates *rates = &painter->vm->rates;
    char read[QUANTITY_SIZE], write[QUANTITY_SIZE], worst[QUANTITY_SIZE], text[160];
    quantity_rate(read, rates->disk_read_bytes);
    quantity_rate(write, rates->disk_write_bytes);
    quantity_latency(worst, rates->disk_latency_ms);
    size_t all = painter->vm->sample->disk_count;
    if (more < all)
        str_format(text, sizeof(text), "%zu more; all %zu: r %s/s w %s/s worst %s", more, all, read,
                   write, worst);
    else
        str_format(text, sizeof(text), "%zu disks: r %s/s w %s/s worst %s", all, read, write,
                   worst);
    text_at(painter, line, 0, ROLE_TEXT, text);
}

void metrics_disks(struct metrics_painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    size_t lines = (size_t)painter->plan.disk_lines;
    if (sample->disk_count == 0)
        text_at(painter, head(painter, "DISK", ROLE_DISK), 0, ROLE_DIM, "no disks");
    for (size_t i = 0; i < lines && i < sample->disk_count; i++) {
        struct rect line = head(painter, i == 0 ? "DISK" : "", ROLE_DISK);
        if (i + 1 == lines && lines < sample->disk_count)
            disk_sum_line(painter, line, sample->disk_count - i);
        else
            disk_line(painter, line, i);
    }
}

// ---- network ----

static double sum_known(double a, double b)
{
    return a < 0 ? b : b < 0 ? a : a + b;
}

static void nic_figures(const struct metrics_painter *painter, const struct nic_rates *rates,
                        char *out, size_t size)
{
    char rx[QUANTITY_SIZE], rx_packets[QUANTITY_SIZE], tx[QUANTITY_SIZE];
    char tx_packets[QUANTITY_SIZE], errors[QUANTITY_SIZE], drops[QUANTITY_SIZE];
    double error_rate = sum_known(rates->rx_errors, rates->tx_errors);
    double drop_rate = sum_known(rates->rx_drops, rates->tx_drops);
    quantity_rate(rx, rates->rx_bytes);
    quantity_count(rx_packets, rates->rx_packets);
    quantity_rate(tx, rates->tx_bytes);
    quantity_count(tx_packets, rates->tx_packets);
    quantity_count(errors, error_rate);
    quantity_count(drops, painter->roomy ? drop_rate : sum_known(error_rate, drop_rate));
    if (painter->roomy)
        str_format(out, size, "rx %5s/s %4s pkt  tx %5s/s %4s pkt  err %s/s drop %s/s", rx,
                   rx_packets, tx, tx_packets, errors, drops);
    else
        str_format(out, size, "rx %5s %4s/s tx %5s %4s/s lost %s/s", rx, rx_packets, tx, tx_packets,
                   drops);
}

static void nic_line(struct metrics_painter *painter, struct rect line, size_t index)
{
    const struct nic_rates none = {-1, -1, -1, -1, -1, -1, -1, -1};
    const struct vm_rates *all = &painter->vm->rates;
    const struct nic_rates *rates = index < all->nic_count ? &all->nics[index] : &none;
    int name = painter->roomy ? 10 : 7;
    char text[256];
    frame_field(painter->frame, &line, line.row, line.column, name, ALIGN_LEFT, STYLE(ROLE_TEXT),
                painter->vm->sample->nics[index].name);
    nic_figures(painter, rates, text, sizeof(text));
    bool loses =
        rates->rx_errors > 0 || rates->tx_errors > 0 || rates->rx_drops > 0 || rates->tx_drops > 0;
    text_at(painter, line, name + 1, loses ? ROLE_WARN : ROLE_TEXT, text);
}

static void nic_sum_line(struct metrics_painter *painter, struct rect line, size_t more)
{
    const struct vm_rates *rates = &painter->vm->rates;
    char rx[QUANTITY_SIZE], tx[QUANTITY_SIZE], drops[QUANTITY_SIZE], text[160];
    quantity_rate(rx, rates->net_rx_bytes);
    quantity_rate(tx, rates->net_tx_bytes);
    quantity_count(drops, rates->net_drops);
    size_t all = painter->vm->sample->nic_count;
    if (more < all)
        str_format(text, sizeof(text), "%zu more; all %zu: rx %s/s tx %s/s drop %s/s", more, all,
                   rx, tx, drops);
    else
        str_format(text, sizeof(text), "%zu interfaces: rx %s/s tx %s/s drop %s/s", all, rx, tx,
                   drops);
    text_at(painter, line, 0, ROLE_TEXT, text);
}

void metrics_nics(struct metrics_painter *painter)
{
    const struct vm_sample *sample = painter->vm->sample;
    size_t lines = (size_t)painter->plan.nic_lines;
    if (sample->nic_count == 0) {
        // User-mode networking has no interface on the host to count.
        bool defined = sample->definition != NULL && sample->definition->nic_count > 0;
        text_at(painter, head(painter, "NET", ROLE_NET), 0, ROLE_DIM,
                defined ? "no figures for this kind of network" : "no interfaces");
    }
    for (size_t i = 0; i < lines && i < sample->nic_count; i++) {
        struct rect line = head(painter, i == 0 ? "NET" : "", ROLE_NET);
        if (i + 1 == lines && lines < sample->nic_count)
            nic_sum_line(painter, line, sample->nic_count - i);
        else
            nic_line(painter, line, i);
    }
}
