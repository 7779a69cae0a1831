// SPDX-License-Identifier: GPL-2.0-or-later
// Shared by the console_*.c files of this folder only: the tab "Console" and the consoles that it
// keeps open while the selection goes elsewhere.
#ifndef VMTUI_UI_VIEWS_TABS_CONSOLE_INTERNAL_H
#define VMTUI_UI_VIEWS_TABS_CONSOLE_INTERNAL_H

#include "core/model/console_port.h"
#include "monitor/board.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"
#include "ui/widgets/text_field.h"

#define CONSOLES_MAX 8

struct open_console {
    char uuid[VM_UUID_SIZE];
    struct console_port *port; // NULL: this slot is free
    struct console_view shown; // as copied last
    size_t scrolled;           // lines above the live screen
    unsigned rows, columns;    // asked for last
    unsigned bells;            // already rung
    uint64_t used;             // grows; the smallest is the least recently used
    uint64_t reconnect_ns;     // when the last attempt was made
};

struct console_tab {
    struct view view;
    struct open_console consoles[CONSOLES_MAX];
    uint64_t uses;
    char shown_uuid[VM_UUID_SIZE]; // of the VM drawn last
    uint64_t shown_since_ns;
    struct rect rect; // drawn last
    bool typing;
    char typing_uuid[VM_UUID_SIZE]; // whom the keys are for, wherever the selection goes
    bool searching;                 // the input line is open
    struct text_field field;
    char *pattern; // searched for and highlighted; NULL: none
    char hint[96];
};

// console_cache.c
// The console of that VM, opened when it was not; the one used least is closed for it. NULL when
// its host is not there.
struct open_console *console_of(struct console_tab *tab, const struct board_host *host,
                                const struct board_vm *vm);
struct open_console *console_find(struct console_tab *tab, const char *uuid); // NULL: not open
void console_close_all(struct console_tab *tab);
// Opens the stream again where that can help, at most once a second.
void console_keep_connected(struct open_console *console, const struct board_vm *vm,
                            uint64_t now_ns);
void console_reconnect(struct open_console *console, bool force, uint64_t now_ns);

// console_sentence.c
// Why there is nothing to type into and what to do about it; empty when there is. console may be
// NULL.
void console_sentence(const struct console_tab *tab, const struct open_console *console,
                      const struct board_host *host, const struct board_vm *vm, struct str *out);
bool console_can_open(const struct board_host *host, const struct board_vm *vm);
void console_command_key(const struct console_tab *tab, const char *command, struct str *out);

// console_grid.c
// Draws what was copied, the cursor's surroundings where rect is smaller; matches of pattern (NULL:
// none) stand out.
void console_draw_grid(struct frame *frame, struct rect rect, const struct console_view *shown,
                       const char *pattern, bool cursor);
bool console_grid_matches(const struct console_view *shown, const char *pattern);
bool console_grid_is_blank(const struct console_view *shown);

// console_keys.c
bool console_tab_key(struct view *view, const struct key *key);

// console_view.c
// The console of the VM under the selection bar; NULL when it is not open.
struct open_console *console_selected(struct console_tab *tab);
void console_begin_typing(struct console_tab *tab, bool forced);

#endif
