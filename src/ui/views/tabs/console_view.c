// SPDX-License-Identifier: GPL-2.0-or-later
// Tab "Console": the serial console of the VM under the selection bar. Consoles stay open while the
// selection goes elsewhere; drawing copies the grid and never waits for a guest or a hypervisor.
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "ui/views/tabs/console_internal.h"
#include "ui/widgets/wrapped_text.h"

// A selection that only passes by opens nothing: an open console shuts other clients out.
#define REST_NS (300 * NS_PER_MS)

static struct view *create(struct ui *ui)
{
    struct console_tab *tab = memory_alloc(sizeof(*tab));
    tab->view.ops = &console_view_ops;
    tab->view.ui = ui;
    text_field_init(&tab->field, "");
    return &tab->view;
}

static void destroy(struct view *view)
{
    struct console_tab *tab = (struct console_tab *)view;
    console_close_all(tab);
    text_field_finish(&tab->field);
    free(tab->pattern);
    free(tab);
}

struct open_console *console_selected(struct console_tab *tab)
{
    const struct board_vm *vm;
    return ui_selected(tab->view.ui, NULL, &vm) ? console_find(tab, vm->sample->uuid) : NULL;
}

// ---- what is shown ----

// False while the selection has not rested here for long enough.
static bool has_rested(struct console_tab *tab, const struct board_vm *vm, bool focused)
{
    uint64_t now_ns = ui_now_ns(tab->view.ui);
    bool first = tab->shown_uuid[0] == '\0';
    if (first || strcmp(tab->shown_uuid, vm->sample->uuid) != 0) {
        memcpy(tab->shown_uuid, vm->sample->uuid, sizeof(tab->shown_uuid));
        tab->shown_since_ns = first ? now_ns - REST_NS : now_ns;
    }
    return focused || now_ns - tab->shown_since_ns >= REST_NS;
}

static void copy_held(struct open_console *console)
{
    uint64_t before = console->shown.lines_scrolled;
    console->port->ops->copy(console->port, console->scrolled, &console->shown);
    if (console->scrolled == 0)
        return;
    // What has been printed since pushes the lines that are being read upward.
    int64_t moved = (int64_t)(console->shown.lines_scrolled - before);
    if (moved != 0) {
        int64_t scrolled = (int64_t)console->scrolled + moved;
        console->scrolled = scrolled > 0 ? (size_t)scrolled : 0;
        console->port->ops->copy(console->port, console->scrolled, &console->shown);
    }
    console->scrolled = console->shown.scrolled_lines;
}

static void refresh(struct console_tab *tab, struct open_console *console, struct rect rect)
{
    unsigned rows = rect.rows > 0 ? (unsigned)rect.rows : 1;
    unsigned columns = rect.columns > 0 ? (unsigned)rect.columns : 1;
    if (console->rows != rows || console->columns != columns) {
        console->rows = rows;
        console->columns = columns;
        console->port->ops->resize(console->port, rows, columns);
    }
    copy_held(console);
    if (console->shown.bells != console->bells)
        ui_ring(tab->view.ui);
    console->bells = console->shown.bells;
}

static struct open_console *open_selected(struct console_tab *tab, const struct board_host *host,
                                          const struct board_vm *vm, bool focused)
{
    bool rested = has_rested(tab, vm, focused);
    if (!console_can_open(host, vm))
        return console_find(tab, vm->sample->uuid);
    if (!rested && console_find(tab, vm->sample->uuid) == NULL) {
        ui_invalidate(tab->view.ui); // look again soon
        return NULL;
    }
    return console_of(tab, host, vm);
}

// ---- drawing ----

static void draw_centred(struct frame *frame, struct rect rect, const char *text)
{
    int margin = rect.columns > 20 ? 2 : 0;
    struct rect inside = {rect.row, rect.column + margin, rect.rows, rect.columns - 2 * margin};
    int columns = (int)utf8_width(text);
    int rows = wrapped_text_rows(text, inside.columns);
    if (columns < inside.columns) {
        inside.column += (inside.columns - columns) / 2;
        inside.columns = columns;
    }
    if (rows < inside.rows) {
        inside.row += (inside.rows - rows) / 2;
        inside.rows = rows;
    }
    wrapped_text_draw(frame, inside, STYLE(ROLE_DIM), text);
}

static struct rect last_row(struct rect rect)
{
    return (struct rect){rect.row + rect.rows - 1, rect.column, 1, rect.columns};
}

static void draw_sentence(struct frame *frame, struct rect rect, const struct open_console *console,
                          const char *text)
{
    if (console == NULL || console_grid_is_blank(&console->shown)) {
        draw_centred(frame, rect, text);
        return;
    }
    struct rect line = last_row(rect);
    frame_fill(frame, line, STYLE(ROLE_DIM));
    frame_field(frame, &line, line.row, line.column, line.columns, ALIGN_LEFT, STYLE(ROLE_DIM),
                text);
}

static void draw_search_field(struct console_tab *tab, struct frame *frame, struct rect rect,
                              bool focused)
{
    struct rect line = last_row(rect);
    frame_fill(frame, line, STYLE(ROLE_INPUT));
    frame_text(frame, &line, line.row, line.column, STYLE(ROLE_INPUT), "/");
    text_field_draw(&tab->field, frame, &line, line.row, line.column + 1, line.columns - 1,
                    focused);
}

static void draw_vm(struct console_tab *tab, struct frame *frame, struct rect rect, bool focused,
                    const struct board_host *host, const struct board_vm *vm)
{
    struct open_console *console = open_selected(tab, host, vm, focused);
    struct str sentence;
    str_init(&sentence);
    if (console != NULL) {
        refresh(tab, console, rect);
        if (console_can_open(host, vm))
            console_keep_connected(console, vm, ui_now_ns(tab->view.ui));
        bool cursor = focused && tab->typing && console->shown.state == CONSOLE_OPEN;
        console_draw_grid(frame, rect, &console->shown, tab->pattern, cursor);
    }
    console_sentence(tab, console, host, vm, &sentence);
    if (tab->typing && strcmp(tab->typing_uuid, vm->sample->uuid) != 0) {
        str_clear(&sentence);
        str_add(&sentence, "the VM that you were typing to is gone: leave with Ctrl-]");
    }
    if (sentence.length > 0)
        draw_sentence(frame, rect, console, sentence.text);
    str_finish(&sentence);
    if (tab->searching)
        draw_search_field(tab, frame, rect, focused);
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    struct console_tab *tab = (struct console_tab *)view;
    const struct board_host *host;
    const struct board_vm *vm;
    if (!focused) // the keys went elsewhere, by a click perhaps
        tab->typing = tab->searching = false;
    tab->rect = rect;
    if (rect.rows <= 0 || rect.columns <= 0)
        return;
    if (ui_selected(view->ui, &host, &vm))
        draw_vm(tab, frame, rect, focused, host, vm);
    else
        draw_centred(frame, rect,
                     tab->typing ? "the VM that you were typing to is gone: leave with Ctrl-]"
                                 : "no VM is selected");
}

// ---- typing ----

void console_begin_typing(struct console_tab *tab, bool forced)
{
    struct ui *ui = tab->view.ui;
    const struct board_host *host;
    const struct board_vm *vm;
    if (!ui_selected(ui, &host, &vm) || !console_can_open(host, vm))
        return; // what is drawn says why
    bool was_open = console_find(tab, vm->sample->uuid) != NULL;
    struct open_console *console = console_of(tab, host, vm);
    if (console == NULL)
        return;
    console->scrolled = 0;
    console->port->ops->copy(console->port, 0, &console->shown);
    bool refused = was_open && console->shown.state == CONSOLE_CLOSED;
    if (refused || (forced && console->shown.state != CONSOLE_OPEN))
        console_reconnect(console, forced, ui_now_ns(ui));
    tab->typing = true;
    tab->searching = false;
    memcpy(tab->typing_uuid, vm->sample->uuid, sizeof(tab->typing_uuid));
    ui_invalidate(ui);
}

static void activate(struct view *view, bool forced)
{
    console_begin_typing((struct console_tab *)view, forced);
}

static bool captures_keys(const struct view *view)
{
    const struct console_tab *tab = (const struct console_tab *)view;
    return tab->typing || tab->searching;
}

static const char *hint(const struct view *view)
{
    // What it says is kept in the view; nothing else of it changes.
    struct console_tab *tab = (struct console_tab *)view;
    const struct board_host *host;
    const struct board_vm *vm;
    const struct open_console *console = console_selected(tab);
    if (tab->typing)
        return "Ctrl-] to leave";
    if (console != NULL && console->scrolled > 0) {
        str_format(tab->hint, sizeof(tab->hint), "%zu lines up, End for the latest",
                   console->scrolled);
        return tab->hint;
    }
    if (!ui_selected(view->ui, &host, &vm) || !console_can_open(host, vm))
        return NULL;
    struct str key;
    str_init(&key);
    console_command_key(tab, "console", &key);
    str_format(tab->hint, sizeof(tab->hint), "%s to type", key.text);
    str_finish(&key);
    return tab->hint;
}

static void help(const struct view *view, struct str *out)
{
    (void)view;
    str_add(out, "Enter      type into the console; every key goes to the guest\n"
                 "Ctrl-]     stop typing\n"
                 "PgUp PgDn  scroll; Home to the oldest line kept, End to the latest\n"
                 "Shift-PgUp, Shift-PgDn, wheel: scroll, also while typing\n"
                 "/          search upward; n further up, N further down\n"
                 "Esc        back to the latest line\n"
                 "T          take the console over when another client holds it\n");
}

const struct view_ops console_view_ops = {
    .name = "console",
    .title = "Console",
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = console_tab_key,
    .captures_keys = captures_keys,
    .help = help,
    .hint = hint,
    .activate = activate,
};
