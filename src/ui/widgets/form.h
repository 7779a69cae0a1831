// SPDX-License-Identifier: GPL-2.0-or-later
// A dialog: sentences, fields to fill in, a live preview of what the answer does, and two buttons,
// of which Cancel is chosen at first. Text fields swallow every hotkey. One widget serves for "are
// you sure", for forms and for messages.
#ifndef VMTUI_UI_WIDGETS_FORM_H
#define VMTUI_UI_WIDGETS_FORM_H

#include <stdbool.h>

#include "core/error.h"
#include "core/str.h"
#include "ui/views/view.h"

struct form;

struct form_settings {
    const char *title;
    const char *intro;  // what it is about; copied
    const char *action; // "Delete"; NULL: only a message, with one button that closes it
    bool danger;        // the action destroys something
    bool enter_acts;    // Enter in a field takes the action; else it goes to the next field
    void *context;
    void (*release)(void *context); // NULL: nothing to release
    // Says what the present answers would do; false with err when they cannot be taken. May be
    // NULL.
    bool (*review)(const struct form *form, void *context, struct str *preview, struct error *err);
    // Takes the action; false with err keeps the dialog open. The dialog closes before it draws
    // again. NULL for a message.
    bool (*act)(struct form *form, void *context, struct error *err);
};

// An overlay for ui_push_overlay.
struct view *form_create(struct ui *ui, const struct form_settings *settings);
// Fields in the order of the calls; names are static. hint is shown while the field has the keys.
void form_add_text(struct view *view, const char *name, const char *label, const char *value,
                   const char *hint);
// choices: words separated by newlines; an empty one is shown as "automatic".
void form_add_choice(struct view *view, const char *name, const char *label, const char *choices,
                     const char *chosen, const char *hint);
void form_add_toggle(struct view *view, const char *name, const char *label, bool on,
                     const char *hint);
// The action is taken only when exactly this was typed; an empty field and Enter cancel.
void form_add_confirmation(struct view *view, const char *label, const char *expected);
// Text or choice of a field; "yes" or NULL of a toggle; NULL when there is no such field.
const char *form_value(const struct form *form, const char *name);
// True when there is such a field.
bool form_has(const struct form *form, const char *name);
// True when a field's value differs from what it was at first.
bool form_changed(const struct form *form, const char *name);
// Fields are complete: the first review can be made.
void form_ready(struct view *view);

#endif
