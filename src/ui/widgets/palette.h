// SPDX-License-Identifier: GPL-2.0-or-later
// All commands in a list that narrows while one types; what cannot be done now is dimmed and says
// why.
#ifndef VMTUI_UI_WIDGETS_PALETTE_H
#define VMTUI_UI_WIDGETS_PALETTE_H

#include "ui/views/view.h"

struct view *palette_create(struct ui *ui);

#endif
