// SPDX-License-Identifier: GPL-2.0-or-later
// When a VM's figures are not of this moment, and the sentence that says so. Pure.
#ifndef VMTUI_UI_VIEWS_TABS_FIGURES_AGE_H
#define VMTUI_UI_VIEWS_TABS_FIGURES_AGE_H

#include "monitor/board.h"

// True and a sentence when the figures are old, hung or not there yet.
bool figures_age_text(const struct board_host *host, const struct vm_sample *sample,
                      uint64_t now_ns, char *out, size_t size);

#endif
