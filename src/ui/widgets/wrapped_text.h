// SPDX-License-Identifier: GPL-2.0-or-later
// Sentences broken at blanks (or newlines) into a rectangle.
#ifndef VMTUI_UI_WIDGETS_WRAPPED_TEXT_H
#define VMTUI_UI_WIDGETS_WRAPPED_TEXT_H

#include "ui/screen/frame.h"

// Lines that text takes at that width.
int wrapped_text_rows(const char *text, int columns);
// Draws what fits; returns the rows used.
int wrapped_text_draw(struct frame *frame, struct rect rect, struct style style, const char *text);
// As above without the first `skip` rows.
int wrapped_text_draw_from(struct frame *frame, struct rect rect, struct style style,
                           const char *text, int skip);

#endif
