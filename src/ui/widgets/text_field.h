// SPDX-License-Identifier: GPL-2.0-or-later
// One line that a person types into: cursor, word and line deletion, paste, wide characters. It
// uses every character, so that no hotkey works while it has the keys.
#ifndef VMTUI_UI_WIDGETS_TEXT_FIELD_H
#define VMTUI_UI_WIDGETS_TEXT_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/str.h"
#include "ui/screen/frame.h"
#include "ui/screen/key.h"

#define TEXT_FIELD_BYTES_MAX 1024

struct text_field {
    struct str text; // never longer than TEXT_FIELD_BYTES_MAX
    size_t cursor;   // bytes; at the start of a cluster
};

void text_field_init(struct text_field *field, const char *text); // cursor at the end
void text_field_finish(struct text_field *field);
void text_field_set(struct text_field *field, const char *text); // cursor at the end
// Puts text in place of the bytes between `from` and the cursor.
void text_field_replace(struct text_field *field, size_t from, const char *text);
// True when the key was used (Enter, Escape, Tab, Up, Down and the function keys never are).
bool text_field_key(struct text_field *field, const struct key *key);
// Draws into `columns` columns, scrolled so that the cursor is seen; sets the frame's cursor when
// focused.
void text_field_draw(const struct text_field *field, struct frame *frame, const struct rect *clip,
                     int row, int column, int columns, bool focused);

#endif
