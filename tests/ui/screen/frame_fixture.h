// SPDX-License-Identifier: GPL-2.0-or-later
// One frame to draw into and to read back; for tests of what draws.
#ifndef VMTUI_TESTS_UI_SCREEN_FRAME_FIXTURE_H
#define VMTUI_TESTS_UI_SCREEN_FRAME_FIXTURE_H

#include "ui/screen/frame.h"

static struct frame frame;
static struct str dump;

static inline void start(enum glyph_set glyphs, int rows, int columns)
{
    frame_init(&frame, glyphs);
    frame_resize(&frame, rows, columns);
    str_init(&dump);
}

static inline void finish(void)
{
    frame_finish(&frame);
    str_finish(&dump);
}

static inline const char *text(void)
{
    str_clear(&dump);
    frame_to_text(&frame, &dump);
    return dump.text;
}

static inline const char *roles(void)
{
    str_clear(&dump);
    frame_to_roles(&frame, &dump);
    return dump.text;
}

#endif
