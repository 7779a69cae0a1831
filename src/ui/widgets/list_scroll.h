// SPDX-License-Identifier: GPL-2.0-or-later
// Which part of a list is seen: keeps the chosen line in view with as little movement as possible.
// Pure.
#ifndef VMTUI_UI_WIDGETS_LIST_SCROLL_H
#define VMTUI_UI_WIDGETS_LIST_SCROLL_H

#include <stddef.h>

struct list_scroll {
    size_t top;     // first line seen
    size_t visible; // lines seen at the last list_scroll_fit
};

// Call before drawing: `count` lines, `visible` fit, `chosen` must be seen (SIZE_MAX: none).
void list_scroll_fit(struct list_scroll *scroll, size_t count, size_t visible, size_t chosen);
// chosen moved by `by` lines, kept within the list; SIZE_MAX stays only in an empty list.
size_t list_scroll_moved(size_t count, size_t chosen, long by);

#endif
