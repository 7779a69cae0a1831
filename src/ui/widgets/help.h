// SPDX-License-Identifier: GPL-2.0-or-later
// The help screen: what the place below it says of itself, then every key and command, made from
// the table and the key map.
#ifndef VMTUI_UI_WIDGETS_HELP_H
#define VMTUI_UI_WIDGETS_HELP_H

#include "ui/views/view.h"

struct view *help_create(struct ui *ui);

#endif
