// SPDX-License-Identifier: GPL-2.0-or-later
// Shared by the emulator_*.c files only.
#ifndef VMTUI_BACKEND_CONSOLE_EMULATOR_INTERNAL_H
#define VMTUI_BACKEND_CONSOLE_EMULATOR_INTERNAL_H

#include <vterm.h>

#include "backend/console/cells.h"
#include "backend/console/emulator.h"
#include "backend/console/filter.h"
#include "backend/console/scrollback.h"

struct emulator {
    struct filter filter;
    struct scrollback *scrollback;
    void (*output)(void *context, const char *bytes, size_t length);
    void *output_context;
    VTerm *vterm;
    VTermState *state;
    VTermScreen *screen;
    unsigned rows, columns;
    unsigned wanted_rows, wanted_columns; // differ from the above in the alternate screen only
    bool alternate, cursor_visible;
    uint64_t lines_scrolled; // that ever left the screen upward, less those that came back
    unsigned bells;
    uint64_t last_bells_ns[2];
    struct console_cell *row; // scratch; both have `columns` entries or more
    VTermScreenCell *vterm_row;
};

// Row `row` of the screen, `columns` cells.
void emulator_screen_row(struct emulator *emulator, unsigned row, struct console_cell *cells);

#endif
