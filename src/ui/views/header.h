// SPDX-License-Identifier: GPL-2.0-or-later
// The first line: program, host, its processors, memory and pressure, how many VMs are up; and the
// line under it that says what is wrong with what is seen.
#ifndef VMTUI_UI_VIEWS_HEADER_H
#define VMTUI_UI_VIEWS_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/board.h"
#include "ui/screen/frame.h"

struct header_look {
    const struct board *board;     // NULL before the first
    const struct board_host *host; // the one to show; NULL: none known
    double configured_tick_s;
    uint64_t now_ns, wall_ms;
    bool read_only, dry_run;
};

void header_draw(struct frame *frame, struct rect rect, const struct header_look *look);
// A sentence on what is wrong (offline, stalled, stale, software emulation, notices); empty when
// all is well. Returns the role to write it with. `wide`: also what is merely good to know.
enum role header_notice(const struct header_look *look, bool wide, char *out, size_t size);

#endif
