// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "ui/views/tabs/console_internal.h"

#define WHEEL_LINES     3
#define PASTE_BYTES_MAX (1024u * 1024)

static bool is_ctrl(const struct key *key, uint32_t character)
{
    return key->code == KEY_CODE_CHARACTER && key->modifiers == KEY_CTRL &&
           key->character == character;
}

static bool is_character(const struct key *key, uint32_t character)
{
    return key->code == KEY_CODE_CHARACTER && (key->modifiers & ~(unsigned)KEY_SHIFT) == 0 &&
           key->character == character;
}

// ---- scrolling ----

static void scroll(struct open_console *console, long lines)
{
    size_t most = console->shown.scrollback_lines;
    if (lines < 0 && (size_t)-lines >= console->scrolled)
        console->scrolled = 0;
    else
        console->scrolled = (size_t)((long)console->scrolled + lines);
    if (console->scrolled > most)
        console->scrolled = most;
}

// Keys that scroll in both modes, and those that a guest needs for itself.
static bool scroll_key(struct console_tab *tab, const struct key *key)
{
    struct open_console *console = console_selected(tab);
    bool shifted = key->modifiers == KEY_SHIFT;
    bool plain = key->modifiers == 0 && !tab->typing;
    long page = tab->rect.rows > 1 ? tab->rect.rows - 1 : 1;
    long lines;
    switch (key->code) {
    case KEY_CODE_MOUSE_WHEEL_UP:
        lines = WHEEL_LINES;
        break;
    case KEY_CODE_MOUSE_WHEEL_DOWN:
        lines = -WHEEL_LINES;
        break;
    case KEY_CODE_PAGE_UP:
        lines = page;
        break;
    case KEY_CODE_PAGE_DOWN:
        lines = -page;
        break;
    case KEY_CODE_HOME:
        lines = console != NULL ? (long)console->shown.scrollback_lines : 0;
        break;
    case KEY_CODE_END:
        lines = console != NULL ? -(long)console->shown.scrollback_lines : 0;
        break;
    default:
        return false;
    }
    bool wheel = key->code == KEY_CODE_MOUSE_WHEEL_UP || key->code == KEY_CODE_MOUSE_WHEEL_DOWN;
    if (console == NULL || (!wheel && !shifted && !plain))
        return false;
    scroll(console, lines);
    return true;
}

// ---- search ----

static void search(struct console_tab *tab, bool upward)
{
    struct open_console *console = console_selected(tab);
    if (console == NULL || tab->pattern == NULL)
        return;
    size_t found;
    if (console->port->ops->search(console->port, tab->pattern, console->scrolled, upward,
                                   &found)) {
        console->scrolled = found;
        return;
    }
    struct str text;
    str_init(&text);
    str_printf(&text, "no \"%s\" further %s in this console", tab->pattern, upward ? "up" : "down");
    ui_toast(tab->view.ui, SEVERITY_INFO, text.text);
    str_finish(&text);
}

static void forget_pattern(struct console_tab *tab)
{
    free(tab->pattern);
    tab->pattern = NULL;
}

static void accept_pattern(struct console_tab *tab)
{
    struct open_console *console = console_selected(tab);
    tab->searching = false;
    forget_pattern(tab);
    if (tab->field.text.length == 0 || console == NULL)
        return;
    tab->pattern = memory_strdup(tab->field.text.text);
    if (!console_grid_matches(&console->shown, tab->pattern))
        search(tab, true);
}

static void search_field_key(struct console_tab *tab, const struct key *key)
{
    if (key->code == KEY_CODE_ENTER)
        accept_pattern(tab);
    else if (key->code == KEY_CODE_ESCAPE || is_ctrl(key, 'c') || is_ctrl(key, ']'))
        tab->searching = false;
    else
        text_field_key(&tab->field, key);
}

// ---- typing ----

static bool console_key_of(const struct key *key, enum console_key *out)
{
    static const struct {
        enum key_code code;
        enum console_key key;
    } names[] = {
        {KEY_CODE_ENTER, CONSOLE_KEY_ENTER},
        {KEY_CODE_ESCAPE, CONSOLE_KEY_ESCAPE},
        {KEY_CODE_TAB, CONSOLE_KEY_TAB},
        {KEY_CODE_BACK_TAB, CONSOLE_KEY_TAB},
        {KEY_CODE_BACKSPACE, CONSOLE_KEY_BACKSPACE},
        {KEY_CODE_UP, CONSOLE_KEY_UP},
        {KEY_CODE_DOWN, CONSOLE_KEY_DOWN},
        {KEY_CODE_LEFT, CONSOLE_KEY_LEFT},
        {KEY_CODE_RIGHT, CONSOLE_KEY_RIGHT},
        {KEY_CODE_HOME, CONSOLE_KEY_HOME},
        {KEY_CODE_END, CONSOLE_KEY_END},
        {KEY_CODE_PAGE_UP, CONSOLE_KEY_PAGE_UP},
        {KEY_CODE_PAGE_DOWN, CONSOLE_KEY_PAGE_DOWN},
        {KEY_CODE_INSERT, CONSOLE_KEY_INSERT},
        {KEY_CODE_DELETE, CONSOLE_KEY_DELETE},
    };
    if (key->code >= KEY_CODE_F1 && key->code <= KEY_CODE_F12) {
        *out = (enum console_key)(CONSOLE_KEY_F1 + (int)(key->code - KEY_CODE_F1));
        return true;
    }
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (names[i].code == key->code) {
            *out = names[i].key;
            return true;
        }
    return false;
}

static unsigned modifiers_of(const struct key *key)
{
    unsigned modifiers = key->code == KEY_CODE_BACK_TAB ? CONSOLE_SHIFT : 0u;
    modifiers |= (key->modifiers & KEY_SHIFT) != 0 ? CONSOLE_SHIFT : 0u;
    modifiers |= (key->modifiers & KEY_ALT) != 0 ? CONSOLE_ALT : 0u;
    modifiers |= (key->modifiers & KEY_CTRL) != 0 ? CONSOLE_CTRL : 0u;
    return modifiers;
}

static void paste(struct console_tab *tab, struct console_port *port, const struct key *key)
{
    if (key->paste_length > PASTE_BYTES_MAX)
        ui_toast(tab->view.ui, SEVERITY_WARN,
                 "this paste is longer than 1 MiB: nothing of it was sent");
    else
        port->ops->paste(port, key->paste, key->paste_length);
}

static void type_key(struct console_tab *tab, struct open_console *console, const struct key *key)
{
    struct console_port *port = console->port;
    enum console_key named;
    if (key->code == KEY_CODE_CHARACTER)
        port->ops->type_character(port, key->character, modifiers_of(key));
    else if (key->code == KEY_CODE_PASTE)
        paste(tab, port, key);
    else if (console_key_of(key, &named))
        port->ops->type_key(port, named, modifiers_of(key));
    else
        return; // the mouse: neither typed nor a reason to leave what is being read
    console->scrolled = 0;
}

static bool take_over(struct console_tab *tab, const struct key *key)
{
    struct open_console *console = console_selected(tab);
    if (!is_character(key, 'T') || console == NULL || console->shown.state != CONSOLE_CLOSED ||
        console->shown.error.kind != ERROR_BUSY)
        return false;
    console_reconnect(console, true, ui_now_ns(tab->view.ui));
    return true;
}

static void typing_key(struct console_tab *tab, const struct key *key)
{
    if (is_ctrl(key, ']')) {
        tab->typing = false;
        return;
    }
    struct open_console *console = console_selected(tab);
    // Nobody else gets what was meant for the VM that is gone.
    if (console == NULL || strcmp(console->uuid, tab->typing_uuid) != 0)
        return;
    if (!take_over(tab, key) && !scroll_key(tab, key))
        type_key(tab, console, key);
}

static bool reading_key(struct console_tab *tab, const struct key *key)
{
    struct open_console *console = console_selected(tab);
    if (take_over(tab, key) || scroll_key(tab, key))
        return true;
    if (key->code == KEY_CODE_ENTER && key->modifiers == 0) {
        console_begin_typing(tab, false);
    } else if (is_character(key, '/') && console != NULL) {
        tab->searching = true;
        text_field_set(&tab->field, "");
    } else if (tab->pattern != NULL && is_character(key, 'n')) {
        search(tab, true);
    } else if (tab->pattern != NULL && is_character(key, 'N')) {
        search(tab, false);
    } else if (key->code == KEY_CODE_ESCAPE && console != NULL &&
               (tab->pattern != NULL || console->scrolled > 0)) {
        forget_pattern(tab);
        console->scrolled = 0;
    } else {
        return false;
    }
    return true;
}

bool console_tab_key(struct view *view, const struct key *key)
{
    struct console_tab *tab = (struct console_tab *)view;
    ui_invalidate(view->ui);
    if (tab->typing)
        typing_key(tab, key);
    else if (tab->searching)
        search_field_key(tab, key);
    else
        return reading_key(tab, key);
    return true;
}
