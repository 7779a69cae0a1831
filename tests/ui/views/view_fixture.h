// SPDX-License-Identifier: GPL-2.0-or-later
// One view in a rectangle of its own, over the screen of ui_fixture: its keys go to it alone, and
// what it asks of the screen (dialogs, toasts) is seen there.
#ifndef VMTUI_TESTS_UI_VIEWS_VIEW_FIXTURE_H
#define VMTUI_TESTS_UI_VIEWS_VIEW_FIXTURE_H

#include "ui/ui_fixture.h"
#include "ui/views/view.h"

struct view_fixture {
    struct ui_fixture screen; // 80x24
    struct view *view;
    struct frame frame;
    struct str text; // of the last view_fixture_draw
};

// Takes over the board. The selection is on the VM called `vm` (NULL: the first of the list).
void view_fixture_open(struct view_fixture *fixture, const struct view_ops *ops, int rows,
                       int columns, enum glyph_set glyphs, struct board *board, const char *vm);
void view_fixture_close(struct view_fixture *fixture);
void view_fixture_select(struct view_fixture *fixture, const char *vm);
// Keys by their names, separated by blanks; returns how many of them the view used.
unsigned view_fixture_keys(struct view_fixture *fixture, const char *names);
const char *view_fixture_draw(struct view_fixture *fixture);              // focused
bool view_fixture_shows(struct view_fixture *fixture, const char *text);  // draws first
const char *view_fixture_row(struct view_fixture *fixture, unsigned row); // of the last draw
// Draws and compares with tests/ui/goldens/NAME.txt.
void view_fixture_golden(struct view_fixture *fixture, const char *name);

// One view of a fabricated board, after some keys, and the golden that it has to equal.
struct view_shot {
    const char *name;
    struct board *(*board)(void);
    int rows, columns;
    enum glyph_set glyphs;
    const char *vm;   // selected; NULL: the first of the list
    const char *keys; // NULL: none
};

void view_shot_check(const struct view_shot *shot, const struct view_ops *ops);

#endif
