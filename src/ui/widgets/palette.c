// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/widgets/palette.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "ui/ui_state.h"
#include "ui/widgets/list_scroll.h"
#include "ui/widgets/prompt.h"
#include "ui/widgets/text_field.h"
#include "ui/widgets/wrapped_text.h"

#define ENTRIES_MAX  128
#define WIDTH_MOST   90
#define ROWS_MOST    24
#define NAME_COLUMNS 17
#define KEYS_COLUMNS 12
#define FOOT_ROWS    3

struct entry {
    const struct command_spec *spec;
    int rank; // smaller is better
};

struct palette {
    struct view view;
    struct text_field field;
    struct entry entries[ENTRIES_MAX];
    size_t count, chosen;
    struct list_scroll scroll;
    struct rect list; // where it was drawn last
    bool closed;
};

static const struct view_ops palette_ops;

// The characters of needle occur in text, in their order.
static bool is_subsequence(const char *text, const char *needle)
{
    for (; *needle; needle++, text++) {
        text = strchr(text, *needle);
        if (!text)
            return false;
    }
    return true;
}

// Below 0: it does not match.
static int rank(const struct command_spec *spec, const char *typed)
{
    if (!typed[0] || str_starts_with(spec->name, typed))
        return 0;
    if (str_find_ignoring_case(spec->name, typed) ||
        (spec->alias && str_starts_with(spec->alias, typed)))
        return 1;
    if (str_find_ignoring_case(spec->help, typed))
        return 2;
    return is_subsequence(spec->name, typed) ? 3 : -1;
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank - b->rank;
    return a->spec < b->spec ? -1 : a->spec > b->spec; // the table's own order
}

static void narrow(struct palette *palette)
{
    palette->count = 0;
    for (const struct command_spec *spec = command_table; spec->name; spec++) {
        if (!(spec->flags & COMMAND_SCREEN) || spec->flags & COMMAND_HIDDEN ||
            !ui_command_visible(palette->view.ui, spec))
            continue;
        int spec_rank = rank(spec, palette->field.text.text);
        if (spec_rank >= 0 && palette->count < ENTRIES_MAX)
            palette->entries[palette->count++] = (struct entry){spec, spec_rank};
    }
    qsort(palette->entries, palette->count, sizeof(palette->entries[0]), compare_entries);
    palette->chosen = 0;
}

struct view *palette_create(struct ui *ui)
{
    struct palette *palette = memory_alloc(sizeof(*palette));
    palette->view = (struct view){&palette_ops, ui};
    text_field_init(&palette->field, "");
    narrow(palette);
    return &palette->view;
}

static void palette_destroy(struct view *view)
{
    struct palette *palette = (struct palette *)view;
    text_field_finish(&palette->field);
    free(palette);
}

static void close_palette(struct palette *palette)
{
    palette->closed = true;
    ui_pop_overlay(palette->view.ui);
}

// What needs an argument that no dialog asks for goes on at the prompt.
static bool goes_to_prompt(const struct command_spec *spec)
{
    if (spec->operation >= 0)
        return false;
    for (size_t i = 0; i < command_argument_count(spec); i++)
        if (spec->arguments[i].required)
            return true;
    return false;
}

static void run_chosen(struct palette *palette)
{
    if (palette->chosen >= palette->count)
        return;
    const struct command_spec *spec = palette->entries[palette->chosen].spec;
    struct ui *ui = palette->view.ui;
    close_palette(palette);
    if (goes_to_prompt(spec)) {
        AUTO_FREE char *line = memory_printf("%s ", spec->name);
        ui_push_overlay(ui, prompt_create(ui, PROMPT_COMMAND, line));
    } else {
        ui_run(ui, spec->name);
    }
}

static void move(struct palette *palette, long by)
{
    size_t row = list_scroll_moved(palette->count, palette->chosen, by);
    palette->chosen = row == SIZE_MAX ? 0 : row;
}

static void click(struct palette *palette, const struct key *key)
{
    if (!rect_contains(palette->list, key->row, key->column))
        return;
    size_t row = palette->scroll.top + (size_t)(key->row - palette->list.row);
    if (row >= palette->count)
        return;
    bool again = palette->chosen == row;
    palette->chosen = row;
    if (again || key->code == KEY_CODE_MOUSE_DOUBLE)
        run_chosen(palette);
}

static bool palette_key(struct view *view, const struct key *key)
{
    struct palette *palette = (struct palette *)view;
    long page = palette->scroll.visible > 1 ? (long)palette->scroll.visible - 1 : 1;
    bool control = key->code == KEY_CODE_CHARACTER && key->modifiers == KEY_CTRL;
    if (palette->closed)
        return true;
    ui_invalidate(view->ui);
    if (key->code == KEY_CODE_ESCAPE ||
        (control && (key->character == 'c' || key->character == 'g' || key->character == 'p')))
        close_palette(palette);
    else if (key->code == KEY_CODE_ENTER)
        run_chosen(palette);
    else if (key->code == KEY_CODE_DOWN || key->code == KEY_CODE_TAB ||
             key->code == KEY_CODE_MOUSE_WHEEL_DOWN)
        move(palette, 1);
    else if (key->code == KEY_CODE_UP || key->code == KEY_CODE_BACK_TAB ||
             key->code == KEY_CODE_MOUSE_WHEEL_UP)
        move(palette, -1);
    else if (key->code == KEY_CODE_PAGE_DOWN || key->code == KEY_CODE_PAGE_UP)
        move(palette, key->code == KEY_CODE_PAGE_DOWN ? page : -page);
    else if (key->code == KEY_CODE_MOUSE_CLICK || key->code == KEY_CODE_MOUSE_DOUBLE)
        click(palette, key);
    else if (text_field_key(&palette->field, key))
        narrow(palette);
    return true;
}

static void draw_entry(const struct palette *palette, struct frame *frame, const struct rect *line,
                       const struct entry *entry, bool chosen)
{
    struct error err = {0};
    bool possible = ui_command_possible(palette->view.ui, entry->spec, &err);
    struct style name = STYLE_WITH(possible ? ROLE_ACCENT : ROLE_DIM, STYLE_DIALOG);
    struct style text = STYLE_WITH(possible ? ROLE_TEXT : ROLE_DIM, STYLE_DIALOG);
    int keys_columns = line->columns > 60 ? KEYS_COLUMNS : 0;
    struct str keys;
    str_init(&keys);
    keymap_keys_of(ui_keymap(palette->view.ui), entry->spec->name, &keys);
    int help = line->columns - NAME_COLUMNS - keys_columns - 3;
    frame_text(frame, line, line->row, line->column, name, chosen ? ">" : " ");
    frame_field(frame, line, line->row, line->column + 1, NAME_COLUMNS, ALIGN_LEFT, name,
                entry->spec->name);
    frame_field(frame, line, line->row, line->column + NAME_COLUMNS + 2, help, ALIGN_LEFT, text,
                possible ? entry->spec->help : err.text);
    if (keys_columns > 0)
        frame_field(frame, line, line->row, line->column + line->columns - keys_columns,
                    keys_columns, ALIGN_RIGHT, STYLE_WITH(ROLE_KEY, STYLE_DIALOG), keys.text);
    str_finish(&keys);
    if (chosen)
        frame_mark(frame, *line, STYLE_SELECTED | STYLE_BOLD);
}

static void palette_draw(struct view *view, struct frame *frame, struct rect screen, bool focused)
{
    struct palette *palette = (struct palette *)view;
    int columns = screen.columns - 4 < WIDTH_MOST ? screen.columns - 4 : WIDTH_MOST;
    int rows = screen.rows - 4 < ROWS_MOST ? screen.rows - 4 : ROWS_MOST;
    if (rows < 4 || columns < 20) {
        rows = screen.rows;
        columns = screen.columns;
    }
    struct rect box = {screen.row + (screen.rows - rows) / 2,
                       screen.column + (screen.columns - columns) / 2, rows, columns};
    struct style back = STYLE_WITH(ROLE_DIALOG, STYLE_DIALOG);
    frame_fill(frame, box, back);
    struct rect inside = frame_box(frame, box, STYLE_WITH(ROLE_BORDER_FOCUS, STYLE_DIALOG),
                                   "Commands", STYLE_WITH(ROLE_TITLE, STYLE_DIALOG | STYLE_BOLD));
    text_field_draw(&palette->field, frame, &inside, inside.row, inside.column + 1,
                    inside.columns - 2, focused);
    int foot = inside.rows >= 10 ? FOOT_ROWS : 0;
    palette->list = (struct rect){inside.row + 2, inside.column + 1, inside.rows - 2 - foot,
                                  inside.columns - 2};
    if (foot > 0 && palette->chosen < palette->count) // the list has not always room for all of it
        wrapped_text_draw(
            frame,
            (struct rect){inside.row + inside.rows - 2, inside.column + 2, 2, inside.columns - 4},
            STYLE_WITH(ROLE_TEXT, STYLE_DIALOG), palette->entries[palette->chosen].spec->help);
    if (palette->list.rows <= 0)
        return;
    list_scroll_fit(&palette->scroll, palette->count, (size_t)palette->list.rows, palette->chosen);
    struct rect line = {palette->list.row, palette->list.column, 1, palette->list.columns};
    for (size_t i = palette->scroll.top;
         i < palette->count && i < palette->scroll.top + palette->scroll.visible; i++) {
        draw_entry(palette, frame, &line, &palette->entries[i], i == palette->chosen);
        line.row++;
    }
    if (palette->count == 0)
        frame_text(frame, &inside, line.row, line.column, STYLE_WITH(ROLE_DIM, STYLE_DIALOG),
                   "no command is called so, or does that");
}

static bool palette_captures(const struct view *view)
{
    (void)view;
    return true;
}

static const struct view_ops palette_ops = {
    .name = "palette",
    .title = "Commands",
    .destroy = palette_destroy,
    .draw = palette_draw,
    .key = palette_key,
    .captures_keys = palette_captures,
};
