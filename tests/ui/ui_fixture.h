// SPDX-License-Identifier: GPL-2.0-or-later
// A screen without a terminal: keys by their names, frames as text, services that write down what
// was asked of them.
#ifndef VMTUI_TESTS_UI_UI_FIXTURE_H
#define VMTUI_TESTS_UI_UI_FIXTURE_H

#include "core/config/config.h"
#include "ui/board_fixture.h"
#include "ui/ui.h"

#define FIXTURE_OPERATIONS_MAX 64

struct ui_fixture {
    struct ui *ui;
    struct config config;
    struct frame frame;
    struct str text; // of the last ui_fixture_draw
    uint64_t now_ns, wall_ms;
    // What the screen asked for.
    struct operation *operations[FIXTURE_OPERATIONS_MAX];
    size_t operation_count;
    uint64_t cancelled; // the last job id
    struct interest interest;
    unsigned interest_count;
    double tick_s;
    char connected[256];
    char reconnected[256]; // the hosts, each with a blank behind it
    bool refuse;           // submit takes nothing
};

struct ui_fixture_settings {
    int rows, columns;
    enum glyph_set glyphs;
    bool read_only, dry_run;
};

// Takes over the board (NULL: none yet).
void ui_fixture_open(struct ui_fixture *fixture, const struct ui_fixture_settings *settings,
                     struct board *board);
void ui_fixture_close(struct ui_fixture *fixture);
// Presses keys by their names, separated by blanks; a word after "=" is typed: "/ =web Enter".
// Aborts on an unknown name.
void ui_fixture_keys(struct ui_fixture *fixture, const char *names);
// Types every character of text.
void ui_fixture_type(struct ui_fixture *fixture, const char *text);
void ui_fixture_click(struct ui_fixture *fixture, int row, int column, bool twice);
void ui_fixture_resize(struct ui_fixture *fixture, int rows, int columns);
// Draws and returns the screen as text, valid until the next call.
const char *ui_fixture_draw(struct ui_fixture *fixture);
bool ui_fixture_shows(struct ui_fixture *fixture, const char *text); // draws first

#endif
