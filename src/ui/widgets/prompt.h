// SPDX-License-Identifier: GPL-2.0-or-later
// The line at the foot into which commands, filters and searches are typed. Commands have history
// (Up, Down) and completion (Tab); what is wrong is said in place, and the text stays.
#ifndef VMTUI_UI_WIDGETS_PROMPT_H
#define VMTUI_UI_WIDGETS_PROMPT_H

#include "ui/views/view.h"

enum prompt_kind { PROMPT_COMMAND, PROMPT_FILTER, PROMPT_SEARCH };

struct view *prompt_create(struct ui *ui, enum prompt_kind kind, const char *text);

#endif
