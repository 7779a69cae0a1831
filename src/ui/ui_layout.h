// SPDX-License-Identifier: GPL-2.0-or-later
// Where everything is on a screen of a given size. Pure: sizes in, rectangles out. Panes share
// their borders, and a pane that is not shown has no rows.
#ifndef VMTUI_UI_UI_LAYOUT_H
#define VMTUI_UI_UI_LAYOUT_H

#include <stdbool.h>

#include "ui/screen/frame.h"

enum pane { PANE_LIST, PANE_TAB, PANE_CONSOLE, PANE_JOBS, PANE_COUNT };

struct layout_wish {
    int rows, columns;
    enum pane focus;
    enum pane main;     // PANE_LIST or PANE_TAB: which one has the width where only one fits
    bool full_screen;   // the focused pane takes everything
    bool console_below; // the console may have a pane of its own
    bool whole;         // another screen (event log, hosts) is in place of the panes
    int job_lines;      // how many the Jobs pane has to say
    int hurting_lines;  // how many lines the alerts want
    int notice_lines;   // under the header
};

struct layout {
    bool too_small;
    bool bordered;
    struct rect header, notice, key_bar;
    struct rect body;                // everything between header and key bar
    struct rect panes[PANE_COUNT];   // with borders
    struct rect insides[PANE_COUNT]; // without
    struct rect hurting;             // inside of the list's pane, under a line
    struct rect whole;               // inside of another screen
};

void layout_compute(struct layout *layout, const struct layout_wish *wish);
bool layout_shows(const struct layout *layout, enum pane pane);

#endif
