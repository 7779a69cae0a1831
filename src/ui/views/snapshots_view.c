// SPDX-License-Identifier: GPL-2.0-or-later
// Tab "Snapshots": the tree of the VM in focus, children indented below their parent, and the keys
// to take one, go back to one and delete one. Every change goes through the command table.
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "ui/ui_state.h"
#include "ui/views/view.h"
#include "ui/widgets/list_scroll.h"

enum { WHEN_COLUMNS = 17, KIND_COLUMNS = 20, NAME_COLUMNS_MIN = 18, DEPTH_MAX = 12 };

struct snapshots_view {
    struct view view;
    struct list_scroll scroll;
    size_t chosen;   // row of the tree
    size_t *order;   // indices into the detail's snapshots, as drawn
    unsigned *depth; // of each row
    size_t count;
};

static const struct vm_detail *selected_detail(const struct snapshots_view *snapshots)
{
    const struct board_vm *vm;
    return ui_selected(snapshots->view.ui, NULL, &vm) ? vm->sample->detail : NULL;
}

static bool is_child(const struct vm_snapshot_info *child, const char *parent)
{
    return parent == NULL ? child->parent == NULL : str_equal(child->parent, parent);
}

// Depth first. The row count bounds the recursion even if a host reported a cycle of parents.
static void add_children(struct snapshots_view *snapshots, const struct vm_detail *detail,
                         const char *parent, unsigned depth)
{
    for (size_t i = 0; i < detail->snapshot_count; i++) {
        if (!is_child(&detail->snapshots[i], parent) || snapshots->count >= detail->snapshot_count)
            continue;
        snapshots->order[snapshots->count] = i;
        snapshots->depth[snapshots->count++] = depth < DEPTH_MAX ? depth : DEPTH_MAX;
        add_children(snapshots, detail, detail->snapshots[i].name, depth + 1);
    }
}

static void build_tree(struct snapshots_view *snapshots, const struct vm_detail *detail)
{
    snapshots->order =
        memory_resize(snapshots->order, detail->snapshot_count + 1, sizeof(*snapshots->order));
    snapshots->depth =
        memory_resize(snapshots->depth, detail->snapshot_count + 1, sizeof(*snapshots->depth));
    snapshots->count = 0;
    add_children(snapshots, detail, NULL, 0);
    if (snapshots->count > 0 && snapshots->chosen >= snapshots->count)
        snapshots->chosen = snapshots->count - 1;
}

static void draw_row(struct frame *frame, struct rect line, const struct vm_snapshot_info *snapshot,
                     unsigned depth, bool chosen)
{
    char when[32], kind[64];
    unsigned flags = chosen ? STYLE_SELECTED : 0;
    clock_format_date_time((uint64_t)snapshot->created_s * MS_PER_SECOND, when, sizeof(when));
    when[strlen("2026-11-22 14:01")] = '\0'; // seconds are not worth the room
    str_format(kind, sizeof(kind), "%s, %s%s", vm_state_name(snapshot->state),
               snapshot->memory_included ? "memory" : "disk only",
               snapshot->external ? ", external" : "");
    bool wide = line.columns >= NAME_COLUMNS_MIN + WHEN_COLUMNS + KIND_COLUMNS;
    bool middle = line.columns >= NAME_COLUMNS_MIN + WHEN_COLUMNS;
    int name_columns = line.columns - 2 - (middle ? WHEN_COLUMNS : 0) - (wide ? KIND_COLUMNS : 0);
    frame_fill(frame, line, STYLE_WITH(ROLE_TEXT, flags));
    if (snapshot->current)
        frame_text(frame, &line, line.row, line.column, STYLE_WITH(ROLE_OK, flags | STYLE_BOLD),
                   "*");
    int indent = (int)depth * 2;
    if (indent > name_columns - NAME_COLUMNS_MIN)
        indent = name_columns > NAME_COLUMNS_MIN ? name_columns - NAME_COLUMNS_MIN : 0;
    frame_field(frame, &line, line.row, line.column + 2 + indent, name_columns - indent - 1,
                ALIGN_LEFT, STYLE_WITH(ROLE_TEXT, flags), snapshot->name);
    if (middle)
        frame_text(frame, &line, line.row, line.column + 2 + name_columns,
                   STYLE_WITH(ROLE_DIM, flags), when);
    if (wide)
        frame_field(frame, &line, line.row, line.column + 2 + name_columns + WHEN_COLUMNS,
                    KIND_COLUMNS, ALIGN_LEFT, STYLE_WITH(ROLE_DIM, flags), kind);
}

static const char *why_empty(const struct vm_detail *detail)
{
    if (detail == NULL)
        return "the list is on its way";
    if (detail->snapshots_unknown_why != NULL)
        return detail->snapshots_unknown_why;
    return detail->snapshot_count == 0 ? "no snapshots yet: s takes one" : NULL;
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    struct snapshots_view *snapshots = (struct snapshots_view *)view;
    const struct vm_detail *detail = selected_detail(snapshots);
    snapshots->count = 0;
    if (rect.rows <= 0 || rect.columns <= 4)
        return;
    const char *empty = why_empty(detail);
    if (empty != NULL) {
        frame_field(frame, &rect, rect.row, rect.column, rect.columns, ALIGN_LEFT, STYLE(ROLE_DIM),
                    empty);
        return;
    }
    build_tree(snapshots, detail);
    int list_rows = rect.rows > 3 ? rect.rows - 1 : rect.rows; // the last one describes
    list_scroll_fit(&snapshots->scroll, snapshots->count, (size_t)list_rows, snapshots->chosen);
    for (int row = 0; row < list_rows; row++) {
        size_t at = snapshots->scroll.top + (size_t)row;
        if (at >= snapshots->count)
            break;
        struct rect line = {rect.row + row, rect.column, 1, rect.columns};
        draw_row(frame, line, &detail->snapshots[snapshots->order[at]], snapshots->depth[at],
                 focused && at == snapshots->chosen);
    }
    if (list_rows < rect.rows && snapshots->count > 0) {
        const char *description =
            detail->snapshots[snapshots->order[snapshots->chosen]].description;
        frame_field(frame, &rect, rect.row + rect.rows - 1, rect.column, rect.columns, ALIGN_LEFT,
                    STYLE(ROLE_DIM), description != NULL ? description : "* is the current one");
    }
}

// Runs "COMMAND --name CHOSEN" through the table, so that it asks as it would from anywhere.
static void run_on_chosen(struct snapshots_view *snapshots, const char *command)
{
    const struct vm_detail *detail = selected_detail(snapshots);
    if (detail == NULL || snapshots->chosen >= snapshots->count ||
        snapshots->order[snapshots->chosen] >= detail->snapshot_count)
        return;
    const char *words[] = {command, "--name",
                           detail->snapshots[snapshots->order[snapshots->chosen]].name};
    struct command_call call = {0};
    struct error err = {0};
    if (command_parse(&call, ARRAY_COUNT(words), words, false, &err))
        ui_execute(snapshots->view.ui, &call);
    else
        ui_toast(snapshots->view.ui, SEVERITY_WARN, err.text);
    command_call_finish(&call);
}

static bool move(struct snapshots_view *snapshots, long by)
{
    if (snapshots->count == 0)
        return false;
    snapshots->chosen = list_scroll_moved(snapshots->count, snapshots->chosen, by);
    ui_invalidate(snapshots->view.ui);
    return true;
}

static bool key(struct view *view, const struct key *key)
{
    struct snapshots_view *snapshots = (struct snapshots_view *)view;
    bool plain = key->code == KEY_CODE_CHARACTER && key->modifiers == 0;
    if (key->code == KEY_CODE_DOWN || (plain && key->character == 'j'))
        return move(snapshots, 1);
    if (key->code == KEY_CODE_UP || (plain && key->character == 'k'))
        return move(snapshots, -1);
    if (key->code == KEY_CODE_PAGE_DOWN)
        return move(snapshots, (long)snapshots->scroll.visible);
    if (key->code == KEY_CODE_PAGE_UP)
        return move(snapshots, -(long)snapshots->scroll.visible);
    if (snapshots->count == 0)
        return false;
    if (key->code == KEY_CODE_ENTER)
        run_on_chosen(snapshots, "snapshot-revert");
    else if (key->code == KEY_CODE_DELETE || (plain && key->character == 'D'))
        run_on_chosen(snapshots, "snapshot-delete");
    else
        return false;
    return true;
}

static struct view *create(struct ui *ui)
{
    struct snapshots_view *snapshots = memory_alloc(sizeof(*snapshots));
    snapshots->view = (struct view){.ops = &snapshots_view_ops, .ui = ui};
    return &snapshots->view;
}

static void destroy(struct view *view)
{
    struct snapshots_view *snapshots = (struct snapshots_view *)view;
    free(snapshots->order);
    free(snapshots->depth);
    free(snapshots);
}

static void help(const struct view *view, struct str *out)
{
    (void)view;
    str_add(out,
            "Up and down choose a snapshot; Enter reverts to it, D or Del deletes it (both ask\n"
            "first); s takes a new one. * marks the one that the VM's present state came from.\n");
}

static const char *hint(const struct view *view)
{
    const struct snapshots_view *snapshots = (const struct snapshots_view *)view;
    return snapshots->count > 0 ? "Enter revert  D delete  s new" : "s new";
}

const struct view_ops snapshots_view_ops = {
    .name = "snapshots",
    .title = "Snapshots",
    .create = create,
    .destroy = destroy,
    .draw = draw,
    .key = key,
    .help = help,
    .hint = hint,
};
