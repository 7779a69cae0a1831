// SPDX-License-Identifier: GPL-2.0-or-later
// What is being done and what was done last: a line a job, with progress and the way to cancel it.
#ifndef VMTUI_UI_VIEWS_JOBS_PANE_H
#define VMTUI_UI_VIEWS_JOBS_PANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/board.h"
#include "ui/screen/frame.h"
#include "ui/widgets/list_scroll.h"

struct jobs_pane {
    uint64_t selected; // job id; 0: the first
    struct list_scroll scroll;
};

struct jobs_look {
    const struct board *board; // NULL before the first
    bool focused;
    uint64_t wall_ms;
    const char *cancel_key; // "x"; empty: nothing can be cancelled
    unsigned spinner;
};

void jobs_pane_draw(struct jobs_pane *pane, struct frame *frame, struct rect rect,
                    const struct jobs_look *look);
void jobs_pane_move(struct jobs_pane *pane, const struct board *board, long by);
// Selects the job at that line of the rect drawn last.
void jobs_pane_click(struct jobs_pane *pane, const struct board *board, struct rect rect, int row);
// The job that "cancel" means: the selected one when the pane has the focus, else the first that
// can be cancelled; NULL when there is none.
const struct job_info *jobs_pane_target(const struct jobs_pane *pane, const struct board *board,
                                        bool focused);
size_t jobs_unfinished(const struct board *board);
// One job as one line, without its progress bar: for messages and the quit dialog.
void job_line(const struct job_info *job, uint64_t wall_ms, char *out, size_t size);

#endif
