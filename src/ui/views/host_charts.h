// SPDX-License-Identifier: GPL-2.0-or-later
// Charts of a whole host, two beside each other, as many as there is room for.
#ifndef VMTUI_UI_VIEWS_HOST_CHARTS_H
#define VMTUI_UI_VIEWS_HOST_CHARTS_H

#include "monitor/board.h"
#include "ui/screen/frame.h"

// Draws nothing where rect is too small or the host has no snapshot yet.
void host_charts_draw(struct frame *frame, struct rect rect, const struct board_host *host,
                      const struct charts *charts);

#endif
