// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"
#include "ui/ui_internal.h"
#include "ui/views/header.h"
#include "ui/views/hurting.h"
#include "ui/widgets/pane_borders.h"
#include "ui/widgets/wrapped_text.h"

const struct view_ops *const ui_tab_ops[TAB_COUNT] = {
    [TAB_METRICS] = &metrics_view_ops, [TAB_CONSOLE] = &console_view_ops,
    [TAB_DISKS] = &disks_view_ops,     [TAB_SNAPSHOTS] = &snapshots_view_ops,
    [TAB_INFO] = &info_view_ops,
};

struct view *ui_tab_view(struct ui *ui, unsigned tab)
{
    if (!ui->tabs[tab])
        ui->tabs[tab] = ui_tab_ops[tab]->create(ui);
    return ui->tabs[tab];
}

struct view *ui_focused_view(struct ui *ui)
{
    if (ui->screen)
        return ui->screen;
    if (ui->focus == PANE_TAB)
        return ui_tab_view(ui, ui->tab);
    if (ui->focus == PANE_CONSOLE)
        return ui_tab_view(ui, TAB_CONSOLE);
    return NULL;
}

const struct view *ui_view_below(const struct ui *ui)
{
    if (ui->screen)
        return ui->screen;
    if (ui->focus == PANE_TAB)
        return ui->tabs[ui->tab];
    return ui->focus == PANE_CONSOLE ? ui->tabs[TAB_CONSOLE] : NULL;
}

enum place ui_place(struct ui *ui)
{
    struct view *view = ui_focused_view(ui);
    if (view && view->ops->captures_keys && view->ops->captures_keys(view))
        return PLACE_TYPING;
    if (ui->screen)
        return ui->screen->ops == &welcome_view_ops ? PLACE_WELCOME : PLACE_SCREEN;
    if (ui->focus == PANE_JOBS)
        return PLACE_JOBS;
    return ui->focus == PANE_LIST ? PLACE_LIST : PLACE_TAB;
}

// ---- header ----

static const struct board_host *shown_host(const struct ui *ui)
{
    const struct board_host *host;
    if (ui_selected(ui, &host, NULL))
        return host;
    return ui->board && ui->board->host_count > 0 ? &ui->board->hosts[0] : NULL;
}

static struct header_look header_look(const struct ui *ui)
{
    return (struct header_look){
        .board = ui->board,
        .host = shown_host(ui),
        .configured_tick_s = ui->tick_s,
        .now_ns = ui_now_ns(ui),
        .wall_ms = ui_wall_ms(ui),
        .read_only = ui->settings.read_only,
        .dry_run = ui->settings.dry_run,
    };
}

bool ui_ticks(const struct ui *ui)
{
    if (!ui->board)
        return false;
    uint64_t now_ns = ui_now_ns(ui);
    for (size_t h = 0; h < ui->board->host_count; h++)
        if (ui->board->hosts[h].connection != CONNECTION_ONLINE ||
            board_host_stale_s(&ui->board->hosts[h], now_ns) >= 0)
            return true;
    return jobs_unfinished(ui->board) > 0;
}

// ---- panes ----

static unsigned spinner(const struct ui *ui)
{
    return (unsigned)(ui_now_ns(ui) / (NS_PER_SECOND / 2));
}

static bool pane_focused(const struct ui *ui, enum pane pane)
{
    return ui->focus == pane && ui->overlay_count == 0;
}

static void draw_list(struct ui *ui, struct frame *frame)
{
    const struct vm_list_look look = {
        .focused = pane_focused(ui, PANE_LIST),
        .now_ns = ui_now_ns(ui),
        .spinner = spinner(ui),
    };
    struct rect inside = ui->layout.insides[PANE_LIST];
    vm_list_draw(&ui->list, frame, inside, &look);
    if (!ui->layout.bordered)
        return;
    char title[512];
    vm_list_title(&ui->list, title, sizeof(title));
    ui_draw_title(frame, ui->layout.panes[PANE_LIST], look.focused, title);
}

static void draw_tab(struct ui *ui, struct frame *frame)
{
    struct view *view = ui_tab_view(ui, ui->tab);
    bool focused = pane_focused(ui, PANE_TAB);
    view->ops->draw(view, frame, ui->layout.insides[PANE_TAB], focused);
    if (!ui->layout.bordered)
        return;
    int end = ui_draw_tab_titles(ui, frame, ui->layout.panes[PANE_TAB], focused);
    ui_draw_hint(frame, ui->layout.panes[PANE_TAB], end, view);
}

static void draw_console(struct ui *ui, struct frame *frame)
{
    struct view *view = ui_tab_view(ui, TAB_CONSOLE);
    bool focused = pane_focused(ui, PANE_CONSOLE);
    struct rect pane = ui->layout.panes[PANE_CONSOLE];
    view->ops->draw(view, frame, ui->layout.insides[PANE_CONSOLE], focused);
    char title[512];
    str_format(title, sizeof(title), "%s console", ui_selected_name(ui));
    ui_draw_hint(frame, pane, ui_draw_title(frame, pane, focused, title), view);
}

static void draw_jobs(struct ui *ui, struct frame *frame)
{
    struct str key;
    str_init(&key);
    keymap_keys_of(ui->keymap, "cancel-job", &key);
    const struct jobs_look look = {
        .board = ui->board,
        .focused = pane_focused(ui, PANE_JOBS),
        .wall_ms = ui_wall_ms(ui),
        .cancel_key = key.text,
        .spinner = spinner(ui),
    };
    jobs_pane_draw(&ui->jobs, frame, ui->layout.insides[PANE_JOBS], &look);
    str_finish(&key);
    if (!ui->layout.bordered)
        return;
    size_t running = jobs_unfinished(ui->board);
    char title[32] = "Jobs";
    if (running > 0)
        str_format(title, sizeof(title), "Jobs %zu", running);
    ui_draw_title(frame, ui->layout.panes[PANE_JOBS], look.focused, title);
}

static void draw_borders(struct ui *ui, struct frame *frame)
{
    const struct layout *layout = &ui->layout;
    struct pane_borders borders;
    if (!layout->bordered)
        return;
    pane_borders_init(&borders, frame->rows, frame->columns);
    if (ui->screen)
        pane_borders_add(&borders, layout->body, false, true);
    for (int pane = 0; pane < PANE_COUNT && !ui->screen; pane++) {
        // Alone on the screen the jobs have a foot too.
        bool footless =
            pane == PANE_JOBS && layout->insides[pane].rows == layout->panes[pane].rows - 1;
        pane_borders_add(&borders, layout->panes[pane], footless,
                         pane_focused(ui, (enum pane)pane));
    }
    if (layout->hurting.rows > 0)
        pane_borders_add_line(&borders, layout->hurting.row - 1, layout->hurting.column - 1,
                              layout->hurting.columns + 2);
    pane_borders_draw(&borders, frame);
    pane_borders_finish(&borders);
}

static void draw_whole_screen(struct ui *ui, struct frame *frame)
{
    struct view *view = ui->screen;
    bool focused = ui->overlay_count == 0;
    view->ops->draw(view, frame, ui->layout.whole, focused);
    if (!ui->layout.bordered)
        return;
    int end = ui_draw_title(frame, ui->layout.body, focused, view->ops->title);
    ui_draw_hint(frame, ui->layout.body, end, view);
}

static void draw_panes(struct ui *ui, struct frame *frame)
{
    if (layout_shows(&ui->layout, PANE_LIST))
        draw_list(ui, frame);
    if (layout_shows(&ui->layout, PANE_TAB))
        draw_tab(ui, frame);
    if (layout_shows(&ui->layout, PANE_CONSOLE))
        draw_console(ui, frame);
    if (layout_shows(&ui->layout, PANE_JOBS))
        draw_jobs(ui, frame);
    if (ui->layout.hurting.rows > 0)
        hurting_draw(frame, ui->layout.hurting, ui->board);
}

// ---- the foot ----

static void draw_key_bar(struct ui *ui, struct frame *frame)
{
    const struct board_host *host = NULL;
    const struct board_vm *vm = NULL;
    bool selected = ui_selected(ui, &host, &vm);
    const struct key_bar_look look = {
        .place = ui_place(ui),
        .keymap = ui->keymap,
        .read_only = ui->settings.read_only,
        .paused = selected && vm->sample->state == VM_STATE_PAUSED,
        .marked = ui->list.mark_count > 0,
        .host = selected ? host->snapshot : NULL,
        .vm = selected ? vm->sample : NULL,
    };
    key_bar_draw(&ui->key_bar, frame, ui->layout.key_bar, &look);
}

// Stands above the key bar, over whatever is there, until its time is up.
static void draw_toast(struct ui *ui, struct frame *frame)
{
    if (!ui->toast.text[0])
        return;
    if (ui_now_ns(ui) >= ui->toast.until_ns) {
        ui->toast.text[0] = '\0';
        return;
    }
    int columns = frame->columns - 4;
    int rows = wrapped_text_rows(ui->toast.text, columns);
    if (rows > TOAST_LINES_MAX)
        rows = TOAST_LINES_MAX;
    if (rows > frame->rows - 2)
        rows = frame->rows - 2;
    struct rect box = {frame->rows - 1 - rows, 0, rows, frame->columns};
    enum role role = ui->toast.severity == SEVERITY_ALARM  ? ROLE_ALARM
                     : ui->toast.severity == SEVERITY_WARN ? ROLE_WARN
                                                           : ROLE_OK;
    frame_fill(frame, box, STYLE_WITH(role, STYLE_DIALOG));
    frame_text(frame, &box, box.row, 1, STYLE_WITH(role, STYLE_DIALOG | STYLE_BOLD),
               ui->toast.severity == SEVERITY_INFO ? "-" : "!");
    struct rect inside = {box.row, 3, rows, columns};
    wrapped_text_draw(frame, inside, STYLE_WITH(role, STYLE_DIALOG | STYLE_BOLD), ui->toast.text);
}

static void draw_notice(struct ui *ui, struct frame *frame, const char *notice, enum role role)
{
    struct rect box = ui->layout.notice;
    if (box.rows == 0)
        return;
    frame_text(frame, &box, box.row, 1, STYLE_WITH(role, STYLE_BOLD), "!");
    if (box.rows == 1)
        frame_field(frame, &box, box.row, 3, box.columns - 4, ALIGN_LEFT, STYLE(role), notice);
    else
        wrapped_text_draw(frame, (struct rect){box.row, 3, box.rows, box.columns - 4}, STYLE(role),
                          notice);
}

// ---- all of it ----

static void arrange(struct ui *ui, const struct frame *frame, const char *notice)
{
    const struct layout_wish wish = {
        .rows = frame->rows,
        .columns = frame->columns,
        .focus = ui->focus,
        .main = ui->main_pane,
        .full_screen = ui->full_screen,
        .console_below = ui->tab != TAB_CONSOLE,
        .whole = ui->screen != NULL,
        .job_lines = ui->board ? (int)(ui->board->job_count < 100 ? ui->board->job_count : 100) : 0,
        .hurting_lines = hurting_count(ui->board),
        .notice_lines = wrapped_text_rows(notice, frame->columns - 4),
    };
    layout_compute(&ui->layout, &wish);
    // A pane that has no place at this size cannot keep the focus.
    if (!ui->layout.too_small && !ui->screen && !layout_shows(&ui->layout, ui->focus)) {
        enum pane focus = ui->focus == PANE_CONSOLE ? PANE_TAB : ui->main_pane;
        ui_set_focus(ui, layout_shows(&ui->layout, focus) ? focus : PANE_LIST);
    }
}

static void draw_too_small(struct frame *frame)
{
    wrapped_text_draw(frame, frame_rect(frame), STYLE(ROLE_TEXT), "too small for vmtui");
}

void ui_draw(struct ui *ui, struct frame *frame)
{
    struct header_look look = header_look(ui);
    char notice[512];
    enum role notice_role = header_notice(&look, frame->rows >= 30, notice, sizeof(notice));
    frame_clear(frame);
    frame->cursor_visible = false;
    memset(ui->tab_titles, 0, sizeof(ui->tab_titles));
    arrange(ui, frame, notice);
    ui->dirty = false;
    ui->drawn_ns = ui_now_ns(ui);
    if (ui->layout.too_small) {
        draw_too_small(frame);
        return;
    }
    header_draw(frame, ui->layout.header, &look);
    draw_notice(ui, frame, notice, notice_role);
    draw_borders(ui, frame);
    if (ui->screen)
        draw_whole_screen(ui, frame);
    else
        draw_panes(ui, frame);
    draw_key_bar(ui, frame);
    draw_toast(ui, frame);
    for (size_t i = 0; i < ui->overlay_count; i++) {
        frame->cursor_visible = false; // only the topmost may have it
        ui->overlays[i]->ops->draw(ui->overlays[i], frame, frame_rect(frame),
                                   i + 1 == ui->overlay_count);
    }
    ui_tell_interest(ui);
}

bool ui_types_into_console(const struct ui *ui)
{
    const struct view *view = ui->overlay_count > 0 ? NULL : ui_view_below(ui);
    return view && view->ops == &console_view_ops && view->ops->captures_keys &&
           view->ops->captures_keys(view);
}
