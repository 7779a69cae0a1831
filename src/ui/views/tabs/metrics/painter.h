// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the Metrics tab: lines of figures (lines.c) and charts below them (charts.c). The
// view plans how many rows each gets, then they draw from the top of what is left. Included by
// metrics_view.c and the files here alone.
#ifndef VMTUI_UI_VIEWS_TABS_METRICS_PAINTER_H
#define VMTUI_UI_VIEWS_TABS_METRICS_PAINTER_H

#include "monitor/board.h"
#include "ui/screen/frame.h"

enum { METRICS_LABEL_COLUMNS = 6, METRICS_ROOMY_COLUMNS = 74 };
enum metrics_area { AREA_CPU, AREA_MEMORY, AREA_DISK, AREA_NET, AREA_COUNT };

struct metrics_plan { // rows
    int vcpu_lines, memory_lines, disk_lines, nic_lines;
    bool vcpu_bars;             // else one character a vCPU
    int chart_rows[AREA_COUNT]; // 0: no chart
    bool sparks;                // of ready time and of latency, a row each
};

struct metrics_painter {
    struct frame *frame;
    struct rect rect; // what is left, from the top
    const struct board_vm *vm;
    const struct charts *charts; // NULL: on their way
    unsigned window_s;
    bool roomy; // units are written out
    struct metrics_plan plan;
};

// Takes one row; its rows are 0 when none is left.
struct rect metrics_next_line(struct metrics_painter *painter);
int metrics_vcpus_per_line(int columns, bool bars);
void metrics_cpu(struct metrics_painter *painter);
void metrics_memory(struct metrics_painter *painter);
void metrics_disks(struct metrics_painter *painter);
void metrics_nics(struct metrics_painter *painter);

void metrics_cpu_chart(struct metrics_painter *painter);
void metrics_memory_chart(struct metrics_painter *painter);
void metrics_disk_chart(struct metrics_painter *painter);
void metrics_net_chart(struct metrics_painter *painter);

#endif
