// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/views/key_bar.h"

#include <stdio.h>
#include <string.h>

#include "core/command/command.h"
#include "core/memory.h"
#include "core/utf8.h"

struct hint {
    const char *command_line, *label;
    unsigned places; // enum place
    int worth;       // larger stays longer when the line is short
};

// In the order of the line. What a command is called in full is the table's business; here is what
// fits between two blanks.
static const struct hint hints[] = {
    {"start", "Start", PLACE_LIST, 40},
    {"shutdown", "Shut down", PLACE_LIST, 35},
    {"snapshot", "Snapshot", PLACE_LIST | PLACE_TAB, 70},
    {"pause-toggle", "Pause", PLACE_LIST | PLACE_TAB, 60},
    {"resize", "Resize", PLACE_LIST | PLACE_TAB, 62},
    {"console", "Console", PLACE_LIST | PLACE_TAB, 64},
    {"mark", "Mark", PLACE_LIST, 50},
    {"cancel-job", "Cancel", PLACE_JOBS, 80},
    {"filter", "Filter", PLACE_LIST, 66},
    {"sort-next", "Sort", PLACE_LIST, 30},
    {"window", "Window", PLACE_TAB, 45},
    {"full-screen", "Full screen", PLACE_TAB | PLACE_JOBS, 40},
    {"next-pane", "Pane", PLACE_LIST | PLACE_TAB | PLACE_JOBS, 55},
    {"back", "Back", PLACE_TAB | PLACE_JOBS | PLACE_SCREEN, 75},
    {"events", "Events", PLACE_LIST | PLACE_JOBS | PLACE_SCREEN, 25},
    {"hosts", "Hosts", PLACE_LIST | PLACE_SCREEN | PLACE_WELCOME, 20},
    {"palette", "Palette", PLACE_LIST | PLACE_TAB | PLACE_SCREEN | PLACE_WELCOME, 28},
    {"prompt", "Command", PLACE_LIST | PLACE_TAB | PLACE_JOBS | PLACE_SCREEN | PLACE_WELCOME, 72},
    {"help", "Help", PLACE_LIST | PLACE_TAB | PLACE_JOBS | PLACE_SCREEN | PLACE_WELCOME, 95},
    {"quit", "Quit", PLACE_LIST | PLACE_TAB | PLACE_JOBS | PLACE_SCREEN | PLACE_WELCOME, 90},
};
_Static_assert(ARRAY_COUNT(hints) <= KEY_BAR_ITEMS_MAX, "every hint has a place");

// Short for what the line says once: "Shift-Tab" and the second key stay in the help.
static void first_key(const struct keymap *keymap, const char *command_line, char *out, size_t size)
{
    struct str keys;
    str_init(&keys);
    keymap_keys_of(keymap, command_line, &keys);
    // A comma separates keys, unless it is one.
    const char *comma = keys.length > 1 ? strstr(keys.text + 1, ", ") : NULL;
    str_format(out, size, "%.*s", comma ? (int)(comma - keys.text) : (int)keys.length, keys.text);
    str_finish(&keys);
}

static bool possible(const struct command_spec *spec, const struct key_bar_look *look)
{
    if (spec->operation < 0 && spec->target == COMMAND_TARGET_NONE)
        return true;
    if (look->marked && spec->target == COMMAND_TARGET_VMS)
        return true; // each of the marked ones is asked when it is pressed
    return look->vm && look->host && command_allowed(spec, look->host, look->vm, NULL);
}

static void collect(struct key_bar *bar, const struct key_bar_look *look)
{
    bar->count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(hints); i++) {
        const struct command_spec *spec = command_find(hints[i].command_line);
        if (!(hints[i].places & look->place) || !spec ||
            (look->read_only && spec->flags & COMMAND_CHANGES))
            continue;
        struct key_bar_item *item = &bar->items[bar->count];
        *item = (struct key_bar_item){.command_line = hints[i].command_line,
                                      .label = hints[i].label,
                                      .worth = hints[i].worth,
                                      .possible = possible(spec, look)};
        if (look->paused && strcmp(item->command_line, "pause-toggle") == 0)
            item->label = "Resume";
        first_key(look->keymap, item->command_line, item->key, sizeof(item->key));
        if (item->key[0])
            bar->count++;
    }
}

static int item_columns(const struct key_bar_item *item)
{
    return (int)utf8_width(item->key) + 1 + (int)utf8_width(item->label);
}

static void drop_until_it_fits(struct key_bar *bar, int columns)
{
    for (;;) {
        int needed = -1;
        size_t least = SIZE_MAX;
        for (size_t i = 0; i < bar->count; i++) {
            needed += item_columns(&bar->items[i]) + 2;
            if (least == SIZE_MAX || bar->items[i].worth < bar->items[least].worth)
                least = i;
        }
        if (needed <= columns || least == SIZE_MAX)
            return;
        memmove(&bar->items[least], &bar->items[least + 1],
                (bar->count - least - 1) * sizeof(bar->items[0]));
        bar->count--;
    }
}

void key_bar_draw(struct key_bar *bar, struct frame *frame, struct rect rect,
                  const struct key_bar_look *look)
{
    bar->count = 0;
    if (look->place == PLACE_TYPING) {
        frame_text(frame, &rect, rect.row, rect.column + 1, STYLE(ROLE_TEXT),
                   "what you type goes to the VM");
        int end = rect.column + rect.columns - 13;
        frame_text(frame, &rect, rect.row, end, STYLE(ROLE_KEY), "Ctrl-]");
        frame_text(frame, &rect, rect.row, end + 7, STYLE(ROLE_TEXT), "leave");
        return;
    }
    collect(bar, look);
    drop_until_it_fits(bar, rect.columns - 1);
    int column = rect.column + 1;
    for (size_t i = 0; i < bar->count; i++) {
        struct key_bar_item *item = &bar->items[i];
        item->column = column;
        item->columns = item_columns(item);
        column += frame_text(frame, &rect, rect.row, column,
                             item->possible ? STYLE_WITH(ROLE_KEY, STYLE_BOLD) : STYLE(ROLE_DIM),
                             item->key);
        column += 1 + frame_text(frame, &rect, rect.row, column + 1,
                                 STYLE(item->possible ? ROLE_TEXT : ROLE_DIM), item->label);
        column += 2;
    }
}

const char *key_bar_at(const struct key_bar *bar, int column)
{
    for (size_t i = 0; i < bar->count; i++)
        if (column >= bar->items[i].column && column < bar->items[i].column + bar->items[i].columns)
            return bar->items[i].command_line;
    return NULL;
}
