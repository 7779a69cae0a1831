// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/widgets/help.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "ui/ui_state.h"
#include "ui/widgets/list_scroll.h"
#include "ui/widgets/wrapped_text.h"

#define WIDTH_MOST   100
#define KEYS_COLUMNS 13
#define LINE_COLUMNS 17

enum help_line_kind { HELP_HEADING, HELP_SENTENCE, HELP_COMMAND };

struct help_line {
    enum help_line_kind kind;
    char *keys, *command, *text;
};

struct help {
    struct view view;
    struct help_line *lines;
    size_t count, capacity;
    size_t rows; // that the lines took at the last draw
    struct list_scroll scroll;
    bool closed;
};

static const struct view_ops help_ops;

static struct help_line *add_line(struct help *help, enum help_line_kind kind, const char *text)
{
    if (help->count == help->capacity) {
        help->capacity = help->capacity ? help->capacity * 2 : 64;
        help->lines = memory_resize(help->lines, help->capacity, sizeof(*help->lines));
    }
    struct help_line *line = &help->lines[help->count++];
    *line = (struct help_line){.kind = kind, .text = memory_strdup(text)};
    return line;
}

static void add_command(struct help *help, const struct command_spec *spec, const char *command)
{
    struct str keys;
    str_init(&keys);
    keymap_keys_of(ui_keymap(help->view.ui), command, &keys);
    if (keys.length > 0) {
        struct help_line *line = add_line(help, HELP_COMMAND, spec->help);
        line->keys = memory_strdup(keys.text);
        line->command = memory_strdup(command);
    }
    str_finish(&keys);
}

// A command may stand under several keys with other arguments: "tab metrics", "tab console".
static void add_keys_of(struct help *help, const struct command_spec *spec)
{
    char key[COMMAND_KEY_SIZE], command[COMMAND_LINE_SIZE];
    unsigned position = 0;
    add_command(help, spec, spec->name);
    size_t first = help->count;
    while (command_next_default_key(spec, &position, key, command)) {
        bool said = strcmp(command, spec->name) == 0;
        for (size_t i = first; i < help->count; i++)
            said = said || str_equal(help->lines[i].command, command);
        if (!said)
            add_command(help, spec, command);
    }
}

static bool has_key(const struct help *help, const struct command_spec *spec, size_t from)
{
    size_t length = strlen(spec->name);
    for (size_t i = from; i < help->count; i++)
        if (help->lines[i].kind == HELP_COMMAND &&
            str_starts_with(help->lines[i].command, spec->name) &&
            (help->lines[i].command[length] == '\0' || help->lines[i].command[length] == ' '))
            return true;
    return false;
}

static void add_place(struct help *help)
{
    const struct view *below = ui_view_below(help->view.ui);
    struct str text;
    str_init(&text);
    if (below && below->ops->help)
        below->ops->help(below, &text);
    else if (!below)
        str_add(&text, "A filter is words that all occur in the name; state:paused and host:lab "
                       "look there.\nMarked VMs are the target of a command, else the selected "
                       "one.\nCPU%: of one vCPU per 100. RDY%: time that vCPUs were runnable "
                       "but not run.");
    if (text.length > 0)
        add_line(help, HELP_HEADING, below ? below->ops->title : "VM list");
    for (char *line = text.text; *line;) {
        size_t length = strcspn(line, "\n");
        AUTO_FREE char *one = memory_strndup(line, length);
        add_line(help, HELP_SENTENCE, one);
        line += length + (line[length] == '\n');
    }
    str_finish(&text);
}

static void build(struct help *help)
{
    add_place(help);
    size_t keys_from = help->count;
    for (int group = 0; group < COMMAND_GROUP_COUNT; group++) {
        add_line(help, HELP_HEADING, command_group_title((enum command_group)group));
        size_t before = help->count;
        for (const struct command_spec *spec = command_table; spec->name; spec++)
            if (spec->group == (enum command_group)group && spec->flags & COMMAND_SCREEN &&
                ui_command_visible(help->view.ui, spec))
                add_keys_of(help, spec);
        if (help->count == before) { // nothing under this heading has a key
            help->count--;
            free(help->lines[help->count].text);
        }
    }
    add_line(help, HELP_HEADING, "Without a key: type : and the name, or Ctrl-P");
    for (const struct command_spec *spec = command_table; spec->name; spec++)
        if (spec->flags & COMMAND_SCREEN && !(spec->flags & COMMAND_HIDDEN) &&
            ui_command_visible(help->view.ui, spec) && !has_key(help, spec, keys_from)) {
            struct help_line *line = add_line(help, HELP_COMMAND, spec->help);
            line->keys = memory_strdup("");
            line->command = memory_strdup(spec->name);
        }
}

struct view *help_create(struct ui *ui)
{
    struct help *help = memory_alloc(sizeof(*help));
    help->view = (struct view){&help_ops, ui};
    build(help);
    return &help->view;
}

static void help_destroy(struct view *view)
{
    struct help *help = (struct help *)view;
    for (size_t i = 0; i < help->count; i++) {
        free(help->lines[i].keys);
        free(help->lines[i].command);
        free(help->lines[i].text);
    }
    free(help->lines);
    free(help);
}

static void scroll_by(struct help *help, long by)
{
    size_t top = list_scroll_moved(help->rows, help->scroll.top, by);
    help->scroll.top = top == SIZE_MAX ? 0 : top;
}

static bool help_key(struct view *view, const struct key *key)
{
    struct help *help = (struct help *)view;
    long page = help->scroll.visible > 1 ? (long)help->scroll.visible - 1 : 1;
    uint32_t letter = key->code == KEY_CODE_CHARACTER && !key->modifiers ? key->character : 0;
    if (help->closed)
        return true;
    ui_invalidate(view->ui);
    if (key->code == KEY_CODE_DOWN || letter == 'j')
        scroll_by(help, 1);
    else if (key->code == KEY_CODE_UP || letter == 'k')
        scroll_by(help, -1);
    else if (key->code == KEY_CODE_PAGE_DOWN || letter == ' ')
        scroll_by(help, page);
    else if (key->code == KEY_CODE_PAGE_UP)
        scroll_by(help, -page);
    else if (key->code == KEY_CODE_MOUSE_WHEEL_DOWN || key->code == KEY_CODE_MOUSE_WHEEL_UP)
        scroll_by(help, key->code == KEY_CODE_MOUSE_WHEEL_DOWN ? 3 : -3);
    else if (key->code == KEY_CODE_HOME || letter == 'g')
        help->scroll.top = 0;
    else if (key->code == KEY_CODE_END || letter == 'G')
        scroll_by(help, (long)help->rows);
    else if (key->code == KEY_CODE_ESCAPE || key->code == KEY_CODE_ENTER ||
             key->code == KEY_CODE_F1 || letter == 'q' || letter == '?') {
        help->closed = true;
        ui_pop_overlay(view->ui);
    }
    return true;
}

// Where the sentence of a line begins, and how many rows it takes there.
static int text_column(const struct help_line *line)
{
    return line->kind == HELP_HEADING    ? 0
           : line->kind == HELP_SENTENCE ? 1
                                         : KEYS_COLUMNS + LINE_COLUMNS + 3;
}

static int line_rows(const struct help_line *line, int columns)
{
    int rows = wrapped_text_rows(line->text, columns - text_column(line));
    return rows > 0 ? rows : 1;
}

// Draws the rows of one line that are within rect; `row` may lie above it.
static void draw_line(struct frame *frame, struct rect rect, int row, const struct help_line *line)
{
    int rows = line_rows(line, rect.columns), at = text_column(line);
    int hidden = row < rect.row ? rect.row - row : 0;
    int room = rect.row + rect.rows - row - hidden;
    struct rect box = {row + hidden, rect.column + at, rows - hidden < room ? rows - hidden : room,
                       rect.columns - at};
    enum role role = line->kind == HELP_HEADING ? ROLE_HEADER : ROLE_TEXT;
    unsigned flags = STYLE_DIALOG | (line->kind == HELP_HEADING ? STYLE_BOLD : 0);
    wrapped_text_draw_from(frame, box, STYLE_WITH(role, flags), line->text, hidden);
    if (line->kind != HELP_COMMAND || hidden > 0)
        return;
    frame_field(frame, &rect, row, rect.column + 1, KEYS_COLUMNS, ALIGN_LEFT,
                STYLE_WITH(ROLE_KEY, STYLE_DIALOG | STYLE_BOLD), line->keys);
    frame_field(frame, &rect, row, rect.column + KEYS_COLUMNS + 2, LINE_COLUMNS, ALIGN_LEFT,
                STYLE_WITH(ROLE_ACCENT, STYLE_DIALOG), line->command);
}

static void help_draw(struct view *view, struct frame *frame, struct rect screen, bool focused)
{
    struct help *help = (struct help *)view;
    (void)focused;
    int columns = screen.columns - 2 < WIDTH_MOST ? screen.columns - 2 : WIDTH_MOST;
    int rows = screen.rows - 2;
    if (rows < 4 || columns < 24) {
        rows = screen.rows;
        columns = screen.columns;
    }
    struct rect box = {screen.row + (screen.rows - rows) / 2,
                       screen.column + (screen.columns - columns) / 2, rows, columns};
    frame_fill(frame, box, STYLE_WITH(ROLE_DIALOG, STYLE_DIALOG));
    struct rect inside = frame_box(frame, box, STYLE_WITH(ROLE_BORDER_FOCUS, STYLE_DIALOG),
                                   "Help: Esc closes, PgDn goes on",
                                   STYLE_WITH(ROLE_TITLE, STYLE_DIALOG | STYLE_BOLD));
    if (inside.rows <= 0)
        return;
    inside.column++;
    inside.columns -= 2;
    help->rows = 0;
    for (size_t i = 0; i < help->count; i++)
        help->rows += (size_t)line_rows(&help->lines[i], inside.columns);
    list_scroll_fit(&help->scroll, help->rows, (size_t)inside.rows, SIZE_MAX);
    int row = inside.row - (int)help->scroll.top;
    for (size_t i = 0; i < help->count && row < inside.row + inside.rows; i++) {
        int taken = line_rows(&help->lines[i], inside.columns);
        if (row + taken > inside.row)
            draw_line(frame, inside, row, &help->lines[i]);
        row += taken;
    }
}

static bool help_captures(const struct view *view)
{
    (void)view;
    return true;
}

static const struct view_ops help_ops = {
    .name = "help",
    .title = "Help",
    .destroy = help_destroy,
    .draw = help_draw,
    .key = help_key,
    .captures_keys = help_captures,
};
