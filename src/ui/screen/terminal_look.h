// SPDX-License-Identifier: GPL-2.0-or-later
// From a cell's style to what a terminal with that many colours shows. Pure.
#ifndef VMTUI_UI_SCREEN_TERMINAL_LOOK_H
#define VMTUI_UI_SCREEN_TERMINAL_LOOK_H

#include "ui/screen/theme.h"

// colours: 0 (none), 8, 16 or 256.
struct role_look terminal_look(const struct theme *theme, int colours, struct style style);

#endif
