// SPDX-License-Identifier: GPL-2.0-or-later
// The last line: the keys that matter in the present place, each a command that can be clicked.
#ifndef VMTUI_UI_VIEWS_KEY_BAR_H
#define VMTUI_UI_VIEWS_KEY_BAR_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/keymap.h"
#include "ui/screen/frame.h"

enum place {
    PLACE_LIST = 1u << 0,
    PLACE_TAB = 1u << 1,
    PLACE_JOBS = 1u << 2,
    PLACE_SCREEN = 1u << 3, // event log, hosts
    PLACE_TYPING = 1u << 4, // a console has the keys
    PLACE_WELCOME = 1u << 5,
};

#define KEY_BAR_ITEMS_MAX 24

struct key_bar_item {
    const char *command_line, *label;
    char key[32];
    int column, columns;
    bool possible;
    int worth;
};

struct key_bar {
    struct key_bar_item items[KEY_BAR_ITEMS_MAX];
    size_t count;
};

struct key_bar_look {
    enum place place;
    const struct keymap *keymap;
    bool read_only;
    bool paused, marked;
    const struct host_snapshot *host; // of the selected VM; NULL: none is selected
    const struct vm_sample *vm;
};

void key_bar_draw(struct key_bar *bar, struct frame *frame, struct rect rect,
                  const struct key_bar_look *look);
// The command line under that column; NULL when there is none.
const char *key_bar_at(const struct key_bar *bar, int column);

#endif
