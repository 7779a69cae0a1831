// SPDX-License-Identifier: GPL-2.0-or-later
// What a person sees when no hypervisor could be reached: what was looked for, what came of it, and
// what can be done now, each a key away.
#include <stdlib.h>

#include "core/memory.h"
#include "core/str.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"
#include "ui/widgets/wrapped_text.h"

struct welcome_view {
    struct view view;
};

static const struct {
    char key;
    const char *uri; // NULL: try the same again
    const char *text;
} choices[] = {
    {'e', "qemu:///embed", "run VMs with the embedded engine: needs QEMU, and no daemon at all"},
    {'d', "sim:///?hosts=1&vms=12&seed=7", "look around in a simulated host: nothing is real"},
    {'r', NULL, "try again now"},
};

static void add_findings(struct str *out, const struct board *board)
{
    for (size_t i = 0; board != NULL && i < board->host_count; i++)
        str_printf(out, "  %s: %s\n", board->hosts[i].name,
                   board->hosts[i].error.text[0] != '\0' ? board->hosts[i].error.text
                                                         : "no answer yet");
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    (void)focused;
    if (rect.rows <= 0 || rect.columns <= 4)
        return;
    struct str text;
    str_init(&text);
    str_add(&text, "No hypervisor answers yet.\n\n");
    add_findings(&text, ui_board(view->ui));
    str_add(&text, "\nWithout -c, a line in vmtui.conf or LIBVIRT_DEFAULT_URI, vmtui looks for the "
                   "system's libvirt daemon, then for one of the user's own, then takes the "
                   "embedded engine. It keeps trying; what you can do meanwhile:\n");
    struct rect inner = {rect.row, rect.column + 1, rect.rows, rect.columns - 2};
    int used = wrapped_text_draw(frame, inner, STYLE(ROLE_TEXT), text.text);
    str_finish(&text);
    int row = rect.row + used + 1;
    for (size_t i = 0; i < ARRAY_COUNT(choices); i++, row++) {
        frame_printf(frame, &rect, row, rect.column + 3, STYLE_WITH(ROLE_KEY, STYLE_BOLD), "%c",
                     choices[i].key);
        frame_text(frame, &rect, row, rect.column + 6, STYLE(ROLE_TEXT), choices[i].text);
    }
    frame_text(frame, &rect, row, rect.column + 3, STYLE_WITH(ROLE_KEY, STYLE_BOLD), ":");
    frame_text(frame, &rect, row, rect.column + 6, STYLE(ROLE_TEXT),
               "connect URI, for any other place (qemu+ssh://host/system)");
}

static void reconnect_all(struct ui *ui)
{
    const struct ui_services *services = &ui_settings(ui)->services;
    const struct board *board = ui_board(ui);
    for (size_t i = 0; board != NULL && i < board->host_count; i++)
        services->reconnect(services->context, board->hosts[i].name);
    ui_toast(ui, SEVERITY_INFO, "trying again");
}

static bool key(struct view *view, const struct key *key)
{
    if (key->code != KEY_CODE_CHARACTER || key->modifiers != 0)
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(choices); i++) {
        if (key->character != (uint32_t)choices[i].key)
            continue;
        const struct ui_services *services = &ui_settings(view->ui)->services;
        if (choices[i].uri == NULL)
            reconnect_all(view->ui);
        else
            services->connect(services->context, choices[i].uri);
        return true;
    }
    return false;
}

static struct view *create(struct ui *ui)
{
    struct welcome_view *welcome = memory_alloc(sizeof(*welcome));
    welcome->view = (struct view){.ops = &welcome_view_ops, .ui = ui};
    return &welcome->view;
}

static void destroy(struct view *view)
{
    free(view);
}

const struct view_ops welcome_view_ops = {
    .name = "welcome",
    .title = "Welcome",
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
};
