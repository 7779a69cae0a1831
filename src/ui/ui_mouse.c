// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/ui_internal.h"

#define WHEEL_LINES 3

static enum pane pane_at(const struct ui *ui, int row, int column)
{
    for (int pane = 0; pane < PANE_COUNT; pane++)
        if (rect_contains(ui->layout.insides[pane], row, column))
            return (enum pane)pane;
    return PANE_COUNT;
}

static void wheel(struct ui *ui, enum pane pane, const struct key *key)
{
    long by = key->code == KEY_CODE_MOUSE_WHEEL_UP ? -WHEEL_LINES : WHEEL_LINES;
    if (pane == PANE_LIST) {
        vm_list_move(&ui->list, by);
    } else if (pane == PANE_JOBS) {
        jobs_pane_move(&ui->jobs, ui->board, by);
    } else if (pane != PANE_COUNT) {
        struct view *view = ui_tab_view(ui, pane == PANE_CONSOLE ? TAB_CONSOLE : ui->tab);
        if (view->ops->key)
            view->ops->key(view, key);
    }
}

static void click(struct ui *ui, enum pane pane, const struct key *key)
{
    bool twice = key->code == KEY_CODE_MOUSE_DOUBLE;
    ui_set_focus(ui, pane);
    if (pane == PANE_LIST) {
        size_t row = vm_list_row_at(&ui->list, ui->layout.insides[PANE_LIST], key->row);
        if (row == SIZE_MAX)
            return;
        vm_list_select_row(&ui->list, row);
        if (twice)
            ui_run(ui, "open");
    } else if (pane == PANE_JOBS) {
        jobs_pane_click(&ui->jobs, ui->board, ui->layout.insides[PANE_JOBS], key->row);
    } else {
        struct view *view = ui_focused_view(ui);
        if (view && view->ops->key)
            view->ops->key(view, key);
    }
}

static bool click_tab_title(struct ui *ui, const struct key *key)
{
    for (unsigned tab = 0; tab < TAB_COUNT; tab++)
        if (rect_contains(ui->tab_titles[tab], key->row, key->column)) {
            ui_choose_tab(ui, tab);
            ui_set_focus(ui, PANE_TAB);
            return true;
        }
    return false;
}

void ui_handle_mouse(struct ui *ui, const struct key *key)
{
    bool is_wheel = key->code == KEY_CODE_MOUSE_WHEEL_UP || key->code == KEY_CODE_MOUSE_WHEEL_DOWN;
    if (!is_wheel && rect_contains(ui->layout.key_bar, key->row, key->column)) {
        const char *line = key_bar_at(&ui->key_bar, key->column);
        if (line && key->code == KEY_CODE_MOUSE_CLICK)
            ui_run(ui, line);
        return;
    }
    if (ui->screen) {
        if (ui->screen->ops->key)
            ui->screen->ops->key(ui->screen, key);
        return;
    }
    if (!is_wheel && click_tab_title(ui, key))
        return;
    enum pane pane = pane_at(ui, key->row, key->column);
    if (is_wheel)
        wheel(ui, pane, key);
    else if (pane != PANE_COUNT)
        click(ui, pane, key);
}
