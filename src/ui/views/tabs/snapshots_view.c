// SPDX-License-Identifier: GPL-2.0-or-later
// Tab "Snapshots": the tree of the VM in focus, children indented below their parent, and the keys
// to go back to one and delete one. Every change goes through the command table.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "ui/ui_state.h"
#include "ui/views/tabs/snapshot_tree.h"
#include "ui/views/view.h"
#include "ui/widgets/list_scroll.h"
#include "ui/widgets/wrapped_text.h"

enum {
    MARK_COLUMNS = 2,
    WHEN_COLUMNS = 17,
    KIND_COLUMNS = 21,
    NAME_COLUMNS_MIN = 18,  // an indented name keeps as many
    NAME_COLUMNS_KIND = 28, // from here on there is room for the kind too
    ABOUT_ROWS = 3,         // facts, and two of its story
};

struct snapshots_view {
    struct view view;
    struct list_scroll scroll;
    char uuid[VM_UUID_SIZE]; // whose snapshots were drawn
    struct snapshot_row *rows;
    size_t count;
    size_t chosen;     // row
    char *chosen_name; // what a key acts on, whatever came or went meanwhile; NULL: none
};

static const struct vm_sample *selected_vm(const struct snapshots_view *snapshots)
{
    const struct board_vm *vm;
    return ui_selected(snapshots->view.ui, NULL, &vm) ? vm->sample : NULL;
}

static const struct vm_snapshot_info *find_by_name(const struct vm_detail *detail, const char *name)
{
    for (size_t i = 0; detail != NULL && i < detail->snapshot_count; i++)
        if (str_equal(detail->snapshots[i].name, name))
            return &detail->snapshots[i];
    return NULL;
}

static void build_rows(struct snapshots_view *snapshots, const struct vm_detail *detail)
{
    snapshots->rows =
        memory_resize(snapshots->rows, detail->snapshot_count + 1, sizeof(*snapshots->rows));
    snapshot_tree_rows(detail, snapshots->rows);
    snapshots->count = detail->snapshot_count;
}

// ---- what is chosen ----

static void remember_chosen(struct snapshots_view *snapshots, const struct vm_detail *detail)
{
    free(snapshots->chosen_name);
    snapshots->chosen_name =
        snapshots->count > 0
            ? memory_strdup(detail->snapshots[snapshots->rows[snapshots->chosen].snapshot].name)
            : NULL;
}

static size_t row_of(const struct snapshots_view *snapshots, const struct vm_detail *detail,
                     const struct vm_snapshot_info *snapshot)
{
    for (size_t i = 0; i < snapshots->count; i++)
        if (&detail->snapshots[snapshots->rows[i].snapshot] == snapshot)
            return i;
    return SIZE_MAX;
}

static size_t current_row(const struct snapshots_view *snapshots, const struct vm_detail *detail)
{
    for (size_t i = 0; i < snapshots->count; i++)
        if (detail->snapshots[snapshots->rows[i].snapshot].current)
            return i;
    return 0;
}

// Follows the chosen snapshot by its name; in a list not seen before it is the current one.
static void choose(struct snapshots_view *snapshots, const struct vm_sample *vm)
{
    bool same = strcmp(snapshots->uuid, vm->uuid) == 0 && snapshots->chosen_name != NULL;
    memcpy(snapshots->uuid, vm->uuid, sizeof(snapshots->uuid));
    if (!same) {
        snapshots->chosen = current_row(snapshots, vm->detail);
        snapshots->scroll.top = 0;
    } else {
        size_t at = row_of(snapshots, vm->detail, find_by_name(vm->detail, snapshots->chosen_name));
        if (at != SIZE_MAX)
            snapshots->chosen = at;
    }
    if (snapshots->count > 0 && snapshots->chosen >= snapshots->count)
        snapshots->chosen = snapshots->count - 1;
    remember_chosen(snapshots, vm->detail);
}

// ---- drawing ----

static void when_text(const struct vm_snapshot_info *snapshot, char *out, size_t size)
{
    static const char shown[] = "2026-11-22 14:01"; // seconds are not worth the room
    char when[32] = "";
    if (snapshot->created_s > 0)
        clock_format_date_time((uint64_t)snapshot->created_s * MS_PER_SECOND, when, sizeof(when));
    str_format(out, size, "%.*s", (int)sizeof(shown) - 1, when[0] != '\0' ? when : "-");
}

static int draw_branch(struct frame *frame, struct rect line, int column, int columns,
                       unsigned depth, struct style style)
{
    int levels = columns > NAME_COLUMNS_MIN ? (columns - NAME_COLUMNS_MIN) / 2 : 0;
    if (depth == 0)
        return 0;
    if ((int)depth > levels) // the number says what the indentation cannot
        return levels * 2 +
               frame_printf(frame, &line, line.row, column + levels * 2, style, "%u ", depth);
    int indent = (int)depth * 2;
    frame_text(frame, &line, line.row, column + indent - 2, style,
               frame->glyphs == GLYPHS_UNICODE ? "\xe2\x94\x94" : "`");
    return indent;
}

static void draw_row(struct frame *frame, struct rect line, const struct vm_snapshot_info *snapshot,
                     unsigned depth, bool chosen)
{
    char when[32], kind[64];
    unsigned flags = chosen ? STYLE_SELECTED : 0;
    when_text(snapshot, when, sizeof(when));
    str_format(kind, sizeof(kind), "%s, %s",
               snapshot->external ? "external" : vm_state_name(snapshot->state),
               snapshot->memory_included ? "memory" : "disk only");
    int room = line.columns - MARK_COLUMNS;
    bool wide = room >= NAME_COLUMNS_KIND + WHEN_COLUMNS + KIND_COLUMNS;
    bool middle = room >= NAME_COLUMNS_MIN + WHEN_COLUMNS;
    int name = room - (middle ? WHEN_COLUMNS : 0) - (wide ? KIND_COLUMNS : 0);
    int column = line.column + MARK_COLUMNS;
    frame_fill(frame, line, STYLE_WITH(ROLE_TEXT, flags));
    if (snapshot->current)
        frame_text(frame, &line, line.row, line.column, STYLE_WITH(ROLE_OK, flags | STYLE_BOLD),
                   "*");
    int branch = draw_branch(frame, line, column, name, depth, STYLE_WITH(ROLE_DIM, flags));
    frame_field(frame, &line, line.row, column + branch, name - branch - 1, ALIGN_LEFT,
                STYLE_WITH(ROLE_TEXT, flags), snapshot->name);
    if (middle)
        frame_text(frame, &line, line.row, column + name, STYLE_WITH(ROLE_DIM, flags), when);
    if (wide)
        frame_field(frame, &line, line.row, column + name + WHEN_COLUMNS, KIND_COLUMNS, ALIGN_LEFT,
                    STYLE_WITH(ROLE_DIM, flags), kind);
}

// Everything about the chosen one, below the list.
static void draw_about(struct frame *frame, struct rect rect,
                       const struct vm_snapshot_info *snapshot)
{
    char when[32], text[160];
    when_text(snapshot, when, sizeof(when));
    str_format(text, sizeof(text), "%s, %s, %s%s%s", when, vm_state_name(snapshot->state),
               snapshot->memory_included ? "with memory" : "disk only",
               snapshot->external ? ", external" : "", snapshot->current ? ", * current" : "");
    frame_field(frame, &rect, rect.row, rect.column, rect.columns, ALIGN_LEFT, STYLE(ROLE_DIM),
                text);
    bool described = snapshot->description != NULL && snapshot->description[0] != '\0';
    AUTO_FREE char *story = memory_printf(
        "%s%s%s%s", snapshot->parent != NULL ? "after " : "the first of its tree",
        snapshot->parent != NULL ? snapshot->parent : "", described ? ": " : ", no description",
        described ? snapshot->description : "");
    struct rect below = {rect.row + 1, rect.column, rect.rows - 1, rect.columns};
    wrapped_text_draw(frame, below, STYLE(described ? ROLE_TEXT : ROLE_DIM), story);
}

static bool why_empty(const struct snapshots_view *snapshots, const struct vm_sample *vm, char *out,
                      size_t size)
{
    if (vm == NULL) {
        str_format(out, size, "no VM is selected");
    } else if (vm->detail == NULL) {
        str_format(out, size, "%s",
                   vm->hung ? "QEMU does not answer: its snapshots are not known"
                            : "the list is on its way");
    } else if (vm->detail->snapshots_unknown_why != NULL) {
        str_format(out, size, "not known: %s", vm->detail->snapshots_unknown_why);
    } else if (vm->detail->snapshot_count == 0) {
        struct str keys;
        str_init(&keys);
        keymap_keys_of(ui_keymap(snapshots->view.ui), "snapshot", &keys);
        if (keys.length > 0) // one of them is enough to say
            str_format(out, size, "no snapshots yet; %.*s takes one", (int)strcspn(keys.text, ","),
                       keys.text);
        else
            str_format(out, size, "no snapshots yet");
        str_finish(&keys);
    } else {
        return false;
    }
    return true;
}

static void draw(struct view *view, struct frame *frame, struct rect rect, bool focused)
{
    struct snapshots_view *snapshots = (struct snapshots_view *)view;
    const struct vm_sample *vm = selected_vm(snapshots);
    char empty[512];
    snapshots->count = 0;
    if (rect.rows <= 0 || rect.columns <= 4)
        return;
    if (why_empty(snapshots, vm, empty, sizeof(empty))) {
        wrapped_text_draw(frame, rect, STYLE(ROLE_DIM), empty);
        return;
    }
    build_rows(snapshots, vm->detail);
    choose(snapshots, vm);
    int list = rect.rows > ABOUT_ROWS + 2 ? rect.rows - ABOUT_ROWS : rect.rows;
    list_scroll_fit(&snapshots->scroll, snapshots->count, (size_t)list, snapshots->chosen);
    for (int row = 0; row < list; row++) {
        size_t at = snapshots->scroll.top + (size_t)row;
        if (at >= snapshots->count)
            break;
        draw_row(frame, (struct rect){rect.row + row, rect.column, 1, rect.columns},
                 &vm->detail->snapshots[snapshots->rows[at].snapshot], snapshots->rows[at].depth,
                 focused && at == snapshots->chosen);
    }
    if (list < rect.rows)
        draw_about(frame, (struct rect){rect.row + list, rect.column, ABOUT_ROWS, rect.columns},
                   &vm->detail->snapshots[snapshots->rows[snapshots->chosen].snapshot]);
}

// ---- keys ----

// Runs "COMMAND VM --name=CHOSEN" through the table, so that it asks as it would from anywhere. The
// VM is named, because without a name the marked ones would be meant.
static void run_on_chosen(struct snapshots_view *snapshots, const char *command)
{
    const struct vm_sample *vm = selected_vm(snapshots);
    struct ui *ui = snapshots->view.ui;
    if (vm == NULL || snapshots->chosen_name == NULL || strcmp(vm->uuid, snapshots->uuid) != 0 ||
        find_by_name(vm->detail, snapshots->chosen_name) == NULL) {
        ui_toast(ui, SEVERITY_INFO, "there is no such snapshot any more");
        return;
    }
    AUTO_FREE char *name = memory_printf("--name=%s", snapshots->chosen_name);
    const char *words[] = {command, vm->uuid, name};
    struct command_call call = {0};
    struct error err = {0};
    if (command_parse(&call, ARRAY_COUNT(words), words, false, &err))
        ui_execute(ui, &call);
    else
        ui_toast(ui, SEVERITY_WARN, err.text);
    command_call_finish(&call);
}

static bool move(struct snapshots_view *snapshots, long by)
{
    const struct vm_sample *vm = selected_vm(snapshots);
    if (snapshots->count == 0 || vm == NULL || vm->detail == NULL)
        return false;
    build_rows(snapshots, vm->detail); // a new board may have come since it was drawn
    choose(snapshots, vm);
    if (snapshots->count == 0)
        return false;
    snapshots->chosen = list_scroll_moved(snapshots->count, snapshots->chosen, by);
    remember_chosen(snapshots, vm->detail);
    ui_invalidate(snapshots->view.ui);
    return true;
}

static bool key(struct view *view, const struct key *key)
{
    struct snapshots_view *snapshots = (struct snapshots_view *)view;
    bool plain = key->code == KEY_CODE_CHARACTER && key->modifiers == 0;
    long page = snapshots->scroll.visible > 1 ? (long)snapshots->scroll.visible - 1 : 1;
    if (key->code == KEY_CODE_DOWN || (plain && key->character == 'j'))
        return move(snapshots, 1);
    if (key->code == KEY_CODE_UP || (plain && key->character == 'k'))
        return move(snapshots, -1);
    if (key->code == KEY_CODE_PAGE_DOWN)
        return move(snapshots, page);
    if (key->code == KEY_CODE_PAGE_UP)
        return move(snapshots, -page);
    if (key->code == KEY_CODE_HOME || (plain && key->character == 'g'))
        return move(snapshots, -(long)snapshots->count);
    if (key->code == KEY_CODE_END || (plain && key->character == 'G'))
        return move(snapshots, (long)snapshots->count);
    bool revert = key->code == KEY_CODE_ENTER;
    bool delete = key->code == KEY_CODE_DELETE || (plain && key->character == 'D');
    if (!revert && !delete)
        return false;
    // Never left to the keymap: there the same key deletes the VM.
    if (snapshots->count == 0)
        ui_toast(view->ui, SEVERITY_INFO, "there is no snapshot to choose here");
    else
        run_on_chosen(snapshots, revert ? "snapshot-revert" : "snapshot-delete");
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
    free(snapshots->rows);
    free(snapshots->chosen_name);
    free(snapshots);
}

static void help(const struct view *view, struct str *out)
{
    (void)view;
    str_add(out,
            "Up and down choose a snapshot; Enter reverts to it, D or Del deletes it. Both ask "
            "first.\n* marks the one that the VM's present state came from. A number before "
            "a name is its depth in the tree, where there is no room to indent.\n");
}

static const char *hint(const struct view *view)
{
    const struct snapshots_view *snapshots = (const struct snapshots_view *)view;
    return snapshots->count > 0 && !ui_settings(view->ui)->read_only ? "Enter revert  D delete"
                                                                     : NULL;
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
