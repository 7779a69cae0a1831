// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/widgets/form.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "ui/ui_state.h"
#include "ui/widgets/form_internal.h"

static bool is_field(const struct form *form)
{
    return form->focus < form->field_count;
}

static size_t stop_count(const struct form *form)
{
    return form->field_count + (form->action ? 2u : 1u);
}

static struct form_field *find_field(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->field_count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return (struct form_field *)&form->fields[i];
    return NULL;
}

static const char *field_value(const struct form_field *field)
{
    switch (field->kind) {
    case FORM_FIELD_TOGGLE:
        return field->on ? "yes" : NULL;
    case FORM_FIELD_CHOICE:
        return field->choices[field->chosen];
    default:
        return field->text.text.text;
    }
}

const char *form_value(const struct form *form, const char *name)
{
    const struct form_field *field = find_field(form, name);
    return field ? field_value(field) : NULL;
}

bool form_has(const struct form *form, const char *name)
{
    return find_field(form, name) != NULL;
}

bool form_changed(const struct form *form, const char *name)
{
    const struct form_field *field = find_field(form, name);
    return field && !str_equal(field_value(field), field->first_value);
}

// ---- making ----

struct view *form_create(struct ui *ui, const struct form_settings *settings)
{
    struct form *form = memory_alloc(sizeof(*form));
    form->view = (struct view){&form_ops, ui};
    form->title = memory_strdup(settings->title);
    form->intro = memory_strdup(settings->intro ? settings->intro : "");
    form->action = memory_strdup(settings->action);
    form->danger = settings->danger;
    form->enter_acts = settings->enter_acts;
    form->context = settings->context;
    form->release = settings->release;
    form->review = settings->review;
    form->act = settings->act;
    str_init(&form->preview);
    form_ready(&form->view);
    return &form->view;
}

static struct form_field *add_field(struct view *view, enum form_field_kind kind, const char *name,
                                    const char *label, const char *hint)
{
    struct form *form = (struct form *)view;
    if (form->field_count == FORM_FIELDS_MAX)
        return NULL;
    struct form_field *field = &form->fields[form->field_count++];
    field->kind = kind;
    field->name = name;
    field->label = memory_strdup(label);
    field->hint = memory_strdup(hint);
    form->focus = 0;
    return field;
}

static void remember_first(struct form_field *field)
{
    field->first_value = memory_strdup(field_value(field));
}

void form_add_text(struct view *view, const char *name, const char *label, const char *value,
                   const char *hint)
{
    struct form_field *field = add_field(view, FORM_FIELD_TEXT, name, label, hint);
    if (!field)
        return;
    text_field_init(&field->text, value);
    remember_first(field);
}

void form_add_confirmation(struct view *view, const char *label, const char *expected)
{
    struct form_field *field = add_field(view, FORM_FIELD_CONFIRMATION, "", label, NULL);
    if (!field)
        return;
    text_field_init(&field->text, "");
    field->expected = memory_strdup(expected);
}

void form_add_choice(struct view *view, const char *name, const char *label, const char *choices,
                     const char *chosen, const char *hint)
{
    struct form_field *field = add_field(view, FORM_FIELD_CHOICE, name, label, hint);
    if (!field)
        return;
    for (const char *word = choices; field->choice_count < FORM_CHOICES_MAX;) {
        size_t length = strcspn(word, "\n");
        char *choice = memory_strndup(word, length);
        if (str_equal(choice, chosen))
            field->chosen = field->choice_count;
        field->choices[field->choice_count++] = choice;
        if (!word[length])
            break;
        word += length + 1;
    }
    remember_first(field);
}

void form_add_toggle(struct view *view, const char *name, const char *label, bool on,
                     const char *hint)
{
    struct form_field *field = add_field(view, FORM_FIELD_TOGGLE, name, label, hint);
    if (!field)
        return;
    field->on = on;
    remember_first(field);
}

static void form_destroy(struct view *view)
{
    struct form *form = (struct form *)view;
    for (size_t i = 0; i < form->field_count; i++) {
        struct form_field *field = &form->fields[i];
        free(field->label);
        free(field->hint);
        free(field->expected);
        free(field->first_value);
        text_field_finish(&field->text);
        for (size_t c = 0; c < field->choice_count; c++)
            free(field->choices[c]);
    }
    if (form->release)
        form->release(form->context);
    str_finish(&form->preview);
    free(form->title);
    free(form->intro);
    free(form->action);
    free(form);
}

// ---- answers ----

void form_ready(struct view *view)
{
    struct form *form = (struct form *)view;
    str_clear(&form->preview);
    form->problem = (struct error){0};
    form->possible =
        !form->review || form->review(form, form->context, &form->preview, &form->problem);
}

static void changed(struct form *form)
{
    form->refused[0] = '\0';
    form_ready(&form->view);
}

static bool confirmed(struct form *form)
{
    for (size_t i = 0; i < form->field_count; i++) {
        struct form_field *field = &form->fields[i];
        if (field->kind != FORM_FIELD_CONFIRMATION ||
            strcmp(field->text.text.text, field->expected) == 0)
            continue;
        str_format(form->refused, sizeof(form->refused),
                   field->text.text.length ? "that is not \"%s\": nothing was done"
                                           : "\"%s\" has to be typed first",
                   field->expected);
        form->focus = i;
        return false;
    }
    return true;
}

static void act(struct form *form)
{
    struct error err = {0};
    if (!confirmed(form))
        return;
    if (!form->possible) {
        str_format(form->refused, sizeof(form->refused), "%s",
                   form->problem.text[0] ? form->problem.text : "this cannot be done");
        return;
    }
    // What the action shows (a message) has to come after this dialog is gone.
    struct ui *ui = form->view.ui;
    if (form->act(form, form->context, &err)) {
        form->closed = true;
        ui_pop_overlay(ui);
        if (form->after)
            ui_push_overlay(ui, form->after);
        form->after = NULL;
    } else {
        str_format(form->refused, sizeof(form->refused), "%s", err.text);
    }
}

void form_then(struct form *form, struct view *overlay)
{
    form->after = overlay;
}

// ---- keys ----

static void cancel(struct form *form)
{
    form->closed = true;
    ui_pop_overlay(form->view.ui);
}

static void step(struct form *form, int by)
{
    size_t stops = stop_count(form);
    form->focus = (form->focus + stops + (size_t)(by + (int)stops)) % stops;
}

static void enter(struct form *form)
{
    if (!is_field(form)) {
        if (form->focus == form->field_count)
            cancel(form);
        else
            act(form);
        return;
    }
    struct form_field *field = &form->fields[form->focus];
    if (field->kind == FORM_FIELD_CONFIRMATION && field->text.text.length == 0)
        cancel(form); // Enter at once is never a yes
    else if (field->kind == FORM_FIELD_CONFIRMATION || form->enter_acts)
        act(form);
    else
        step(form, 1);
}

static bool choice_key(struct form *form, struct form_field *field, const struct key *key)
{
    bool space = key->code == KEY_CODE_CHARACTER && key->character == ' ' && !key->modifiers;
    if (field->kind == FORM_FIELD_TOGGLE) {
        if (!space && key->code != KEY_CODE_LEFT && key->code != KEY_CODE_RIGHT)
            return false;
        field->on = !field->on;
    } else if (key->code == KEY_CODE_LEFT) {
        field->chosen = (field->chosen + field->choice_count - 1) % field->choice_count;
    } else if (key->code == KEY_CODE_RIGHT || space) {
        field->chosen = (field->chosen + 1) % field->choice_count;
    } else {
        return false;
    }
    changed(form);
    return true;
}

static void field_key(struct form *form, const struct key *key)
{
    struct form_field *field = &form->fields[form->focus];
    if (field->kind == FORM_FIELD_TOGGLE || field->kind == FORM_FIELD_CHOICE) {
        choice_key(form, field, key);
        return;
    }
    if (text_field_key(&field->text, key))
        changed(form);
}

static void mouse_click(struct form *form, const struct key *key)
{
    if (rect_contains(form->cancel_rect, key->row, key->column)) {
        cancel(form);
        return;
    }
    if (rect_contains(form->action_rect, key->row, key->column)) {
        act(form);
        return;
    }
    for (size_t i = 0; i < form->field_count; i++)
        if (rect_contains(form->fields[i].rect, key->row, key->column)) {
            form->focus = i;
            if (form->fields[i].kind == FORM_FIELD_TOGGLE) {
                form->fields[i].on = !form->fields[i].on;
                changed(form);
            }
        }
}

static bool form_key(struct view *view, const struct key *key)
{
    struct form *form = (struct form *)view;
    if (form->closed)
        return true;
    switch (key->code) {
    case KEY_CODE_ESCAPE:
        cancel(form);
        break;
    case KEY_CODE_ENTER:
        enter(form);
        break;
    case KEY_CODE_TAB:
    case KEY_CODE_DOWN:
        step(form, 1);
        break;
    case KEY_CODE_BACK_TAB:
    case KEY_CODE_UP:
        step(form, -1);
        break;
    case KEY_CODE_PAGE_DOWN:
    case KEY_CODE_MOUSE_WHEEL_DOWN:
        form->scroll++;
        break;
    case KEY_CODE_PAGE_UP:
    case KEY_CODE_MOUSE_WHEEL_UP:
        form->scroll -= form->scroll > 0;
        break;
    case KEY_CODE_MOUSE_CLICK:
    case KEY_CODE_MOUSE_DOUBLE:
        mouse_click(form, key);
        break;
    default:
        if (is_field(form))
            field_key(form, key);
        else if (key->code == KEY_CODE_LEFT)
            form->focus = form->field_count;
        else if (key->code == KEY_CODE_RIGHT && form->action)
            form->focus = form->field_count + 1;
        break;
    }
    ui_invalidate(view->ui);
    return true;
}

static bool form_captures(const struct view *view)
{
    (void)view;
    return true;
}

const struct view_ops form_ops = {
    .name = "dialog",
    .title = "Dialog",
    .destroy = form_destroy,
    .draw = form_draw,
    .key = form_key,
    .captures_keys = form_captures,
};
