// SPDX-License-Identifier: GPL-2.0-or-later
// Colours of the xterm palette of 256: their names in theme files, and which of fewer colours comes
// nearest. Pure.
#ifndef VMTUI_UI_SCREEN_THEME_COLOUR_H
#define VMTUI_UI_SCREEN_THEME_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

// "default" (-1), a name ("red", "bright-blue"), "0" to "255" or "#rrggbb" (the nearest).
bool theme_colour_parse(const char *word, int16_t *colour);
// The nearest of the first `count` (8, 16 or 256) colours; -1 stays -1.
int theme_colour_reduce(int colour, int count);

#endif
