// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/widgets/list_scroll.h"

#include <stdint.h>

void list_scroll_fit(struct list_scroll *scroll, size_t count, size_t visible, size_t chosen)
{
    scroll->visible = visible;
    if (visible == 0 || count == 0) {
        scroll->top = 0;
        return;
    }
    if (chosen != SIZE_MAX && chosen < count) {
        if (chosen < scroll->top)
            scroll->top = chosen;
        else if (chosen - scroll->top >= visible)
            scroll->top = chosen - visible + 1;
    }
    size_t last_top = count > visible ? count - visible : 0;
    if (scroll->top > last_top)
        scroll->top = last_top;
}

size_t list_scroll_moved(size_t count, size_t chosen, long by)
{
    if (count == 0)
        return SIZE_MAX;
    if (chosen == SIZE_MAX)
        chosen = 0;
    if (by < 0) {
        size_t up = (size_t)-by;
        return up > chosen ? 0 : chosen - up;
    }
    size_t down = (size_t)by;
    return down > count - 1 - chosen ? count - 1 : chosen + down;
}
