// SPDX-License-Identifier: GPL-2.0-or-later
// What a person sees when no hypervisor could be reached: what was looked for, what came of it, and
// what can be done now, each a key away.
#include <stdlib.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"
#include "ui/widgets/wrapped_text.h"

struct welcome_view {
    struct view view;
};

enum { WIDTH_MOST = 90, KEY_COLUMN = 2, TEXT_COLUMN = 5, ROOMY_ROWS = 15 };

static const struct {
    char key;
    const char *uri; // NULL: not a connection to another place
    const char *text;
} choices[] = {
    {'e', "qemu:///embed", "The embedded engine: it needs QEMU and no daemon."},
    {'d', "sim:///?hosts=1&vms=12&seed=7", "A simulated host to look around; nothing is real."},
    {'r', NULL, "Try again now."},
    {':', NULL, "Any other place: connect qemu+ssh://host/system"},
};

static void add_findings(const struct ui *ui, struct str *out)
{
    const struct board *board = ui_board(ui);
    uint64_t now_ms = ui_wall_ms(ui);
    for (size_t i = 0; board != NULL && i < board->host_count; i++) {
        const struct board_host *host = &board->hosts[i];
        str_printf(out, "%s: %s", host->name,
                   host->error.text[0] != '\0' ? host->error.text : "no answer yet");
        if (host->next_try_wall_ms > now_ms)
            str_printf(
                out, " (next try in %llu s)",
                (unsigned long long)((host->next_try_wall_ms - now_ms + 999) / MS_PER_SECOND));
        str_add_char(out, '\n');
    }
}

// Draws a paragraph and takes its rows off rect.
static void paragraph(struct frame *frame, struct rect *rect, int indent, enum role role,
                      const char *text)
{
    struct rect inside = {rect->row, rect->column + indent, rect->rows, rect->columns - indent};
    int rows = inside.rows > 0 ? wrapped_text_draw(frame, inside, STYLE(role), text) : 0;
    rect->row += rows;
    rect->rows -= rows;
}

static void blank(struct rect *rect)
{
    rect->row++;
    rect->rows--;
}

static void draw_findings(const struct ui *ui, struct frame *frame, struct rect *left, int indent)
{
    struct str findings;
    str_init(&findings);
    add_findings(ui, &findings);
    paragraph(frame, left, indent, ROLE_WARN, findings.text);
    str_finish(&findings);
}

static void draw_choices(struct frame *frame, struct rect *left)
{
    for (size_t i = 0; i < ARRAY_COUNT(choices); i++) {
        if (left->rows > 0)
            frame_printf(frame, left, left->row, left->column + KEY_COLUMN,
                         STYLE_WITH(ROLE_KEY, STYLE_BOLD), "%c", choices[i].key);
        paragraph(frame, left, TEXT_COLUMN, ROLE_TEXT, choices[i].text);
    }
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    (void)focused;
    if (rect.rows <= 0 || rect.columns <= TEXT_COLUMN + 2)
        return;
    int columns = rect.columns - 2 < WIDTH_MOST ? rect.columns - 2 : WIDTH_MOST;
    struct rect left = {rect.row, rect.column + 1, rect.rows, columns};
    paragraph(frame, &left, 0, ROLE_TITLE, "No hypervisor answers yet.");
    if (rect.rows < ROOMY_ROWS) { // the keys are what a person needs most
        draw_choices(frame, &left);
        draw_findings(view->ui, frame, &left, 0);
        return;
    }
    blank(&left);
    draw_findings(view->ui, frame, &left, KEY_COLUMN);
    blank(&left);
    paragraph(frame, &left, 0, ROLE_TEXT,
              "Where neither -c, vmtui.conf nor LIBVIRT_DEFAULT_URI names a place, vmtui looks for "
              "the system's libvirt daemon, then for one of your own, and then takes the embedded "
              "engine. It keeps trying; meanwhile you can press:");
    blank(&left);
    draw_choices(frame, &left);
}

static void connect_to(struct ui *ui, const char *uri)
{
    const struct ui_services *services = &ui_settings(ui)->services;
    char text[128];
    if (services->connect == NULL)
        return;
    services->connect(services->context, uri);
    str_format(text, sizeof(text), "connecting to %s", uri);
    ui_toast(ui, SEVERITY_INFO, text);
}

static void reconnect_all(struct ui *ui)
{
    const struct ui_services *services = &ui_settings(ui)->services;
    const struct board *board = ui_board(ui);
    for (size_t i = 0; board != NULL && services->reconnect != NULL && i < board->host_count; i++)
        services->reconnect(services->context, board->hosts[i].name);
    ui_toast(ui, SEVERITY_INFO, "trying again");
}

static bool key(struct view *view, const struct key *key)
{
    if (key->code != KEY_CODE_CHARACTER || key->modifiers != 0)
        return false;
    if (key->character == 'r') {
        reconnect_all(view->ui);
        return true;
    }
    for (size_t i = 0; i < ARRAY_COUNT(choices); i++)
        if (choices[i].uri != NULL && key->character == (uint32_t)choices[i].key) {
            connect_to(view->ui, choices[i].uri);
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
