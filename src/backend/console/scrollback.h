// SPDX-License-Identifier: GPL-2.0-or-later
// The lines that left a console's screen at the top: at most so many lines and so many bytes, the
// oldest go first. A line costs what is written on it, not the screen's width. One owner.
#ifndef VMTUI_BACKEND_CONSOLE_SCROLLBACK_H
#define VMTUI_BACKEND_CONSOLE_SCROLLBACK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/console_port.h"

struct scrollback;

// Never NULL; max_lines 0 keeps nothing. Memory stays below about 400 bytes a line on average.
struct scrollback *scrollback_create(size_t max_lines);
void scrollback_destroy(struct scrollback *scrollback); // takes NULL
size_t scrollback_lines(const struct scrollback *scrollback);
size_t scrollback_bytes(const struct scrollback *scrollback); // memory that the lines take
void scrollback_push(struct scrollback *scrollback, const struct console_cell *cells,
                     size_t columns);
// Takes the newest line back, filled up with blanks; false when there is none that fits.
bool scrollback_pop(struct scrollback *scrollback, struct console_cell *cells, size_t columns);
// Reads the line `back` lines above the newest (0), cut or filled up to `columns`.
void scrollback_read(const struct scrollback *scrollback, size_t back, struct console_cell *cells,
                     size_t columns);
size_t scrollback_columns(const struct scrollback *scrollback, size_t back); // used ones

#endif
