// SPDX-License-Identifier: GPL-2.0-or-later
// A dialog's state, shared by form.c (answers) and form_draw.c (looks).
#ifndef VMTUI_UI_WIDGETS_FORM_INTERNAL_H
#define VMTUI_UI_WIDGETS_FORM_INTERNAL_H

#include "ui/widgets/form.h"
#include "ui/widgets/text_field.h"

#define FORM_FIELDS_MAX  10
#define FORM_CHOICES_MAX 64

enum form_field_kind {
    FORM_FIELD_TEXT,
    FORM_FIELD_CHOICE,
    FORM_FIELD_TOGGLE,
    FORM_FIELD_CONFIRMATION
};

struct form_field {
    enum form_field_kind kind;
    const char *name;
    char *label, *hint; // hint: NULL when there is none
    struct text_field text;
    char *expected; // of a confirmation
    char *choices[FORM_CHOICES_MAX];
    size_t choice_count, chosen;
    bool on;
    char *first_value;
    struct rect rect; // where it was drawn last
};

struct form {
    struct view view;
    char *title, *intro, *action;
    bool danger, enter_acts, closed;
    void *context;
    void (*release)(void *context);
    bool (*review)(const struct form *form, void *context, struct str *preview, struct error *err);
    bool (*act)(struct form *form, void *context, struct error *err);
    struct form_field fields[FORM_FIELDS_MAX];
    size_t field_count;
    size_t focus; // a field, then Cancel, then the action
    struct str preview;
    bool possible;
    struct error problem; // why not
    char refused[512];    // what the last attempt to act met
    struct view *after;   // what is shown once this is closed
    int scroll;           // of the sentences, when they are longer than the room
    struct rect cancel_rect, action_rect;
};

extern const struct view_ops form_ops;
void form_draw(struct view *view, struct frame *frame, struct rect screen, bool focused);
// Shows another overlay once this one is closed by its action.
void form_then(struct form *form, struct view *overlay);

#endif
