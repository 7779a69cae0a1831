// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "core/utf8.h"
#include "ui/ui_internal.h"

int ui_draw_title(struct frame *frame, struct rect pane, bool focused, const char *text)
{
    struct rect clip = {pane.row, pane.column + 2, 1, pane.columns - 4};
    if (clip.columns < 4)
        return clip.column;
    int wide = (int)utf8_width(text);
    int columns = wide < clip.columns - 2 ? wide : clip.columns - 2;
    frame_text(frame, &clip, clip.row, clip.column, STYLE(ROLE_TITLE), " ");
    frame_field(frame, &clip, clip.row, clip.column + 1, columns, ALIGN_LEFT,
                STYLE_WITH(focused ? ROLE_ACCENT : ROLE_TITLE, focused ? STYLE_BOLD : 0), text);
    frame_text(frame, &clip, clip.row, clip.column + 1 + columns, STYLE(ROLE_TITLE), " ");
    return clip.column + columns + 2;
}

void ui_draw_hint(struct frame *frame, struct rect pane, int title_end, const struct view *view)
{
    const char *hint = view->ops->hint ? view->ops->hint(view) : NULL;
    if (!hint)
        return;
    int columns = (int)utf8_width(hint) + 2;
    int column = pane.column + pane.columns - columns - 2;
    if (column <= title_end + 1)
        return;
    frame_printf(frame, &pane, pane.row, column, STYLE(ROLE_DIM), " %s ", hint);
}

const char *ui_selected_name(const struct ui *ui)
{
    const struct board_vm *vm;
    return ui_selected(ui, NULL, &vm) ? vm->sample->name : "no VM";
}

static int tab_titles_columns(bool with_words)
{
    int columns = 0;
    for (unsigned tab = 0; tab < TAB_COUNT; tab++)
        columns += with_words ? 3 + (int)strlen(ui_tab_ops[tab]->title) : 2;
    return columns;
}

// " web1 - 1 Metrics 2 Console 3 Disks ... ": only the chosen one keeps its word when it is narrow.
int ui_draw_tab_titles(struct ui *ui, struct frame *frame, struct rect pane, bool focused)
{
    struct rect clip = {pane.row, pane.column + 2, 1, pane.columns - 4};
    const char *name = ui_selected_name(ui);
    bool words = tab_titles_columns(true) + 8 <= clip.columns;
    int strip = words ? tab_titles_columns(true)
                      : tab_titles_columns(false) + 1 + (int)strlen(ui_tab_ops[ui->tab]->title);
    int wide = (int)utf8_width(name);
    int gap = wide + strip + 4 <= clip.columns ? 2 : 0; // of border between the name and the tabs
    int room = clip.columns - strip - 2 - gap;
    if (room < 4)
        room = 4;
    int columns = wide < room ? wide : room;
    frame_fill(frame,
               (struct rect){clip.row, clip.column, 1,
                             columns + 2 < clip.columns ? columns + 2 : clip.columns},
               STYLE(ROLE_TITLE));
    frame_field(frame, &clip, clip.row, clip.column + 1, columns, ALIGN_LEFT,
                STYLE_WITH(focused ? ROLE_ACCENT : ROLE_TITLE, STYLE_BOLD), name);
    int column = clip.column + columns + 1 + gap;
    column += frame_text(frame, &clip, clip.row, column, STYLE(ROLE_TITLE), " ");
    for (unsigned tab = 0; tab < TAB_COUNT; tab++) {
        bool chosen = tab == ui->tab;
        int begin = column;
        struct style style =
            chosen ? STYLE_WITH(ROLE_ACCENT, STYLE_BOLD | STYLE_REVERSE) : STYLE(ROLE_TITLE);
        column += frame_printf(frame, &clip, clip.row, column, chosen ? style : STYLE(ROLE_KEY),
                               "%u", tab + 1);
        if (words || chosen)
            column +=
                frame_printf(frame, &clip, clip.row, column, style, " %s", ui_tab_ops[tab]->title);
        ui->tab_titles[tab] = (struct rect){clip.row, begin, 1, column - begin};
        column += frame_text(frame, &clip, clip.row, column, STYLE(ROLE_TITLE), " ");
    }
    return column;
}
