// SPDX-License-Identifier: GPL-2.0-or-later
// Between libvterm's cells and ours: what comes out of it is printable, consistent in width and in
// the 256 colours of the palette, whatever libvterm holds. Pure.
#ifndef VMTUI_BACKEND_CONSOLE_CELLS_H
#define VMTUI_BACKEND_CONSOLE_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include <vterm.h>

#include "core/model/console_port.h"

void cells_from_vterm(const VTermScreenCell *from, struct console_cell *cells, size_t columns);
// default_foreground and default_background are those of the VTermState.
void cells_to_vterm(const struct console_cell *cells, VTermScreenCell *to, size_t columns,
                    const VTermColor *default_foreground, const VTermColor *default_background);
// The nearest of the palette's colours 16..255, which look alike on every terminal.
uint8_t cells_nearest_colour(uint8_t red, uint8_t green, uint8_t blue);

#endif
