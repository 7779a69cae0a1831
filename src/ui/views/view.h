// SPDX-License-Identifier: GPL-2.0-or-later
// What a view is: something that draws the present state into a rectangle and may use a key. Views
// keep what they remember between two draws (scroll, open console) in a struct of their own, made
// by create. Included only by files of src/ui.
#ifndef VMTUI_UI_VIEWS_VIEW_H
#define VMTUI_UI_VIEWS_VIEW_H

#include <stdbool.h>

#include "core/str.h"
#include "ui/screen/frame.h"
#include "ui/screen/key.h"

struct ui;
struct view;

struct view_ops {
    const char *name;  // "metrics": for commands and help
    const char *title; // "Metrics"
    struct view *(*create)(struct ui *ui);
    void (*destroy)(struct view *view);
    // Draws into rect only. focused: keys go here first.
    void (*draw)(struct view *view, struct frame *frame, struct rect rect, bool focused);
    // True when the key was used; the keymap gets the others. NULL: uses none.
    bool (*key)(struct view *view, const struct key *key);
    // True while every key belongs to the view (typing into a console or a text field). NULL:
    // never.
    bool (*captures_keys)(const struct view *view);
    // What the help screen says of this place, a line each. NULL: nothing.
    void (*help)(const struct view *view, struct str *out);
    // Text for the right end of the pane's title ("c to type"), or NULL.
    const char *(*hint)(const struct view *view);
    // The command that shows the view was given ("console"); forced: with --force. NULL: nothing.
    void (*activate)(struct view *view, bool forced);
};

struct view { // first member of every view's own struct
    const struct view_ops *ops;
    struct ui *ui;
};

// The tabs of the VM in focus, in the order of their keys 1..5.
extern const struct view_ops metrics_view_ops, console_view_ops, disks_view_ops, snapshots_view_ops,
    info_view_ops;
// Whole-screen views.
extern const struct view_ops events_view_ops, hosts_view_ops, welcome_view_ops;

#endif
