// SPDX-License-Identifier: GPL-2.0-or-later
// The UI thread's only loop: keys, boards, consoles and signals in, frames out. A key is drawn at
// once; what comes by itself is drawn at most 30 times a second. UI thread only.
#ifndef VMTUI_UI_LOOP_H
#define VMTUI_UI_LOOP_H

#include <stdint.h>

#include "ui/screen/terminal.h"
#include "ui/ui.h"

// From a key's bytes being there to the frame that shows what it did being written.
#define LOOP_LATENCY_STEP_US 250
#define LOOP_LATENCY_STEPS   400 // the last one holds everything longer

struct loop_latency {
    uint64_t counts[LOOP_LATENCY_STEPS];
    uint64_t count;
    uint64_t longest_us;
};

void loop_latency_add(struct loop_latency *latency, uint64_t us);
// The latency that `percent` of the keys stayed within, rounded up to a step; 0 without keys.
uint64_t loop_latency_percentile_us(const struct loop_latency *latency, double percent);

struct loop_settings {
    struct ui *ui;
    struct terminal *terminal;
    int board_fd;                      // readable: call take_board; -1: none
    void (*take_board)(void *context); // gives the ui its board and makes board_fd unreadable
    int wake_fd; // eventfd that consoles raise when they changed; lowered by the loop; -1: none
    void *context;
    struct loop_latency *latency; // NULL: not measured
};

enum loop_end {
    LOOP_QUIT,          // the user asked for it
    LOOP_TERMINAL_GONE, // hang-up, or the end of input
    LOOP_SIGNALLED      // SIGTERM, SIGINT or SIGQUIT
};

// The first thing in main, before there are threads: they all inherit the mask.
void loop_block_signals(void);
// Returns with the terminal still open. Nothing that runs on the hosts is touched by its end.
enum loop_end loop_run(const struct loop_settings *settings);

#endif
