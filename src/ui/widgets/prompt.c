// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/widgets/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "ui/ui_state.h"
#include "ui/widgets/completion.h"
#include "ui/widgets/text_field.h"
#include "ui/widgets/wrapped_text.h"

#define CANDIDATE_LINES 4

struct prompt {
    struct view view;
    enum prompt_kind kind;
    struct text_field field;
    char *before;                // the filter to go back to
    char selected[VM_UUID_SIZE]; // the VM to go back to; empty when there was none
    char *draft;                 // what was typed before Up brought old lines
    size_t history;              // lines back; 0: the draft
    struct error problem;
    struct completion completion;
    size_t chosen; // candidate that Tab put in; SIZE_MAX: only what they have in common
    bool closed;
};

static const struct view_ops prompt_ops;

struct view *prompt_create(struct ui *ui, enum prompt_kind kind, const char *text)
{
    struct prompt *prompt = memory_alloc(sizeof(*prompt));
    prompt->view = (struct view){&prompt_ops, ui};
    prompt->kind = kind;
    prompt->chosen = SIZE_MAX;
    prompt->before = memory_strdup(ui_filter(ui));
    const struct board_vm *vm;
    if (ui_selected(ui, NULL, &vm))
        memcpy(prompt->selected, vm->sample->uuid, VM_UUID_SIZE);
    text_field_init(&prompt->field, text);
    return &prompt->view;
}

static void prompt_destroy(struct view *view)
{
    struct prompt *prompt = (struct prompt *)view;
    text_field_finish(&prompt->field);
    completion_finish(&prompt->completion);
    free(prompt->before);
    free(prompt->draft);
    free(prompt);
}

static void close_prompt(struct prompt *prompt)
{
    prompt->closed = true;
    ui_pop_overlay(prompt->view.ui);
}

static void forget_completion(struct prompt *prompt)
{
    completion_finish(&prompt->completion);
    prompt->chosen = SIZE_MAX;
}

// ---- what typing does ----

static void text_changed(struct prompt *prompt)
{
    prompt->problem = (struct error){0};
    forget_completion(prompt);
    if (prompt->kind == PROMPT_FILTER)
        ui_set_filter(prompt->view.ui, prompt->field.text.text);
    if (prompt->kind == PROMPT_SEARCH && prompt->field.text.length > 0 &&
        !ui_search(prompt->view.ui, prompt->field.text.text, false, true))
        error_set(&prompt->problem, ERROR_NOT_FOUND, 0, "no VM's name contains this");
}

static void run_command(struct prompt *prompt)
{
    const char *line = prompt->field.text.text;
    while (*line == ' ' || *line == ':')
        line++;
    if (!*line) {
        close_prompt(prompt);
        return;
    }
    struct command_call call = {0};
    if (!command_parse_line(&call, line, &prompt->problem))
        return; // the person corrects it where it stands
    struct ui *ui = prompt->view.ui;
    ui_remember_line(ui, line);
    close_prompt(prompt);
    ui_execute(ui, &call);
    command_call_finish(&call);
}

static void enter(struct prompt *prompt)
{
    if (prompt->kind == PROMPT_COMMAND) {
        run_command(prompt);
        return;
    }
    if (prompt->kind == PROMPT_SEARCH && prompt->problem.kind != ERROR_NONE)
        return;
    close_prompt(prompt);
}

static void escape(struct prompt *prompt)
{
    if (prompt->kind == PROMPT_FILTER)
        ui_set_filter(prompt->view.ui, prompt->before);
    if (prompt->kind != PROMPT_COMMAND)
        ui_select(prompt->view.ui, prompt->selected);
    close_prompt(prompt);
}

static void step_history(struct prompt *prompt, int back)
{
    size_t count;
    const char *const *lines = ui_history(prompt->view.ui, &count);
    if (prompt->kind != PROMPT_COMMAND || (back < 0 && prompt->history == 0) ||
        (back > 0 && prompt->history == count))
        return;
    if (prompt->history == 0) {
        free(prompt->draft);
        prompt->draft = memory_strdup(prompt->field.text.text);
    }
    prompt->history = back > 0 ? prompt->history + 1 : prompt->history - 1;
    text_field_set(&prompt->field,
                   prompt->history == 0 ? prompt->draft : lines[count - prompt->history]);
    text_changed(prompt);
}

// The first Tab completes what is certain and shows the candidates, further ones go through them.
static void complete(struct prompt *prompt, bool backward)
{
    struct completion *completion = &prompt->completion;
    if (prompt->kind != PROMPT_COMMAND)
        return;
    if (completion->count == 0) {
        completion_find(completion, prompt->view.ui, prompt->field.text.text, prompt->field.cursor);
        if (completion->count == 0)
            return;
        size_t common = completion_common(completion);
        AUTO_FREE char *start = memory_strndup(completion->words[0], common);
        if (completion->count == 1) {
            AUTO_FREE char *whole = memory_printf("%s ", start);
            text_field_replace(&prompt->field, completion->from, whole);
            forget_completion(prompt);
        } else if (common > prompt->field.cursor - completion->from) {
            text_field_replace(&prompt->field, completion->from, start);
        }
        return;
    }
    size_t count = completion->count;
    prompt->chosen = prompt->chosen == SIZE_MAX
                         ? (backward ? count - 1 : 0)
                         : (prompt->chosen + (backward ? count - 1 : 1)) % count;
    text_field_replace(&prompt->field, completion->from, completion->words[prompt->chosen]);
}

static bool prompt_key(struct view *view, const struct key *key)
{
    struct prompt *prompt = (struct prompt *)view;
    if (prompt->closed)
        return true;
    switch (key->code) {
    case KEY_CODE_ENTER:
        enter(prompt);
        break;
    case KEY_CODE_ESCAPE:
        escape(prompt);
        break;
    case KEY_CODE_TAB:
        complete(prompt, false);
        break;
    case KEY_CODE_BACK_TAB:
        complete(prompt, true);
        break;
    case KEY_CODE_UP:
        step_history(prompt, 1);
        break;
    case KEY_CODE_DOWN:
        step_history(prompt, -1);
        break;
    case KEY_CODE_BACKSPACE:
        if (prompt->field.text.length == 0) {
            escape(prompt);
            break;
        }
        // fall through
    default:
        if (text_field_key(&prompt->field, key))
            text_changed(prompt);
        else if (key->code == KEY_CODE_CHARACTER && key->modifiers == KEY_CTRL &&
                 (key->character == 'c' || key->character == 'g'))
            escape(prompt);
        break;
    }
    ui_invalidate(view->ui);
    return true;
}

// ---- drawing ----

static void draw_above(struct frame *frame, int rows, struct style style, struct rect *box)
{
    *box = (struct rect){frame->rows - 1 - rows, 0, rows, frame->columns};
    if (box->row < 0)
        *box = (struct rect){0};
    frame_fill(frame, *box, style);
}

static int place_candidate(const struct completion *completion, size_t index, int columns, int *row,
                           int *column)
{
    int wide = (int)utf8_width(completion->words[index]);
    if (wide > columns - 2)
        wide = columns - 2;
    if (*column > 1 && *column + wide > columns - 1) {
        *column = 1;
        (*row)++;
    }
    return wide;
}

static void draw_candidates(const struct prompt *prompt, struct frame *frame)
{
    const struct completion *completion = &prompt->completion;
    int row = 0, column = 1;
    for (size_t i = 0; i < completion->count; i++)
        column += place_candidate(completion, i, frame->columns, &row, &column) + 2;
    int rows = row + 1 > CANDIDATE_LINES ? CANDIDATE_LINES : row + 1;
    struct rect box;
    draw_above(frame, rows, STYLE_WITH(ROLE_DIALOG, STYLE_DIALOG), &box);
    row = 0;
    column = 1;
    for (size_t i = 0; i < completion->count; i++) {
        int wide = place_candidate(completion, i, frame->columns, &row, &column);
        unsigned flags = i == prompt->chosen ? STYLE_REVERSE | STYLE_BOLD : STYLE_DIALOG;
        frame_field(frame, &box, box.row + row, column, wide, ALIGN_LEFT,
                    STYLE_WITH(ROLE_ACCENT, flags), completion->words[i]);
        column += wide + 2;
    }
}

static void prompt_draw(struct view *view, struct frame *frame, struct rect screen, bool focused)
{
    static const char *const labels[] = {":", "Filter: ", "Search: "};
    struct prompt *prompt = (struct prompt *)view;
    struct rect line = {screen.row + screen.rows - 1, screen.column, 1, screen.columns};
    if (screen.rows < 1)
        return;
    frame_fill(frame, line, STYLE(ROLE_INPUT));
    int column = line.column + frame_text(frame, &line, line.row, line.column,
                                          STYLE_WITH(ROLE_KEY, STYLE_BOLD), labels[prompt->kind]);
    text_field_draw(&prompt->field, frame, &line, line.row, column,
                    line.column + line.columns - column, focused);
    struct rect box;
    if (prompt->problem.kind != ERROR_NONE) {
        int rows = wrapped_text_rows(prompt->problem.text, screen.columns - 2);
        draw_above(frame, rows > 3 ? 3 : rows, STYLE_WITH(ROLE_WARN, STYLE_DIALOG), &box);
        box.column++;
        box.columns -= 2;
        wrapped_text_draw(frame, box, STYLE_WITH(ROLE_WARN, STYLE_DIALOG | STYLE_BOLD),
                          prompt->problem.text);
    } else if (prompt->completion.count > 0) {
        draw_candidates(prompt, frame);
    }
}

static bool prompt_captures(const struct view *view)
{
    (void)view;
    return true;
}

static const struct view_ops prompt_ops = {
    .name = "prompt",
    .title = "Prompt",
    .destroy = prompt_destroy,
    .draw = prompt_draw,
    .key = prompt_key,
    .captures_keys = prompt_captures,
};
