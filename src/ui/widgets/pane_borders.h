// SPDX-License-Identifier: GPL-2.0-or-later
// The lines between panes. Panes share borders, so the lines are collected first and every crossing
// gets its right character when they are drawn.
#ifndef VMTUI_UI_WIDGETS_PANE_BORDERS_H
#define VMTUI_UI_WIDGETS_PANE_BORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/screen/frame.h"

struct pane_borders {
    int rows, columns;
    uint8_t *arms; // a cell each: which of its four neighbours it is joined to, and focus
};

void pane_borders_init(struct pane_borders *borders, int rows, int columns);
void pane_borders_finish(struct pane_borders *borders);
// without_foot: the lowest row of the rectangle is content.
void pane_borders_add(struct pane_borders *borders, struct rect rect, bool without_foot,
                      bool focused);
// A line across, joined to the borders at its ends.
void pane_borders_add_line(struct pane_borders *borders, int row, int column, int columns);
void pane_borders_draw(const struct pane_borders *borders, struct frame *frame);

#endif
