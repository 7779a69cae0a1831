// SPDX-License-Identifier: GPL-2.0-or-later
// The alerts under the VM list, the worst first.
#ifndef VMTUI_UI_VIEWS_HURTING_H
#define VMTUI_UI_VIEWS_HURTING_H

#include "monitor/board.h"
#include "ui/screen/frame.h"

int hurting_count(const struct board *board); // takes NULL
void hurting_draw(struct frame *frame, struct rect rect, const struct board *board);

#endif
