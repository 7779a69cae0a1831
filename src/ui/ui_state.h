// SPDX-License-Identifier: GPL-2.0-or-later
// What the screen remembers; shared by the files of src/ui and nobody else. ui.c owns it, views
// read it through the accessors below and change it only through the calls.
#ifndef VMTUI_UI_UI_STATE_H
#define VMTUI_UI_UI_STATE_H

#include "core/command/command.h"
#include "ui/keymap.h"
#include "ui/ui.h"
#include "ui/views/view.h"

// An overlay (dialog, prompt, palette, help) is a view on a stack; the topmost gets every key.
void ui_push_overlay(struct ui *ui, struct view *overlay); // takes ownership
// Takes the topmost away; it is destroyed only after the key that is being handled.
void ui_pop_overlay(struct ui *ui);

const struct ui_settings *ui_settings(const struct ui *ui);
const struct keymap *ui_keymap(const struct ui *ui);
const struct board *ui_board(const struct ui *ui); // NULL before the first
uint64_t ui_now_ns(const struct ui *ui);
uint64_t ui_wall_ms(const struct ui *ui);

// The VM under the selection bar; false when there is none. The pointers live until the next board.
bool ui_selected(const struct ui *ui, const struct board_host **host, const struct board_vm **vm);
// Moves the bar to that VM; false when it is not shown.
bool ui_select(struct ui *ui, const char *uuid);
// Charts of the selected VM, NULL while they are on their way.
const struct charts *ui_focus_charts(const struct ui *ui);
unsigned ui_chart_window_s(const struct ui *ui);
void ui_invalidate(struct ui *ui); // something changed: draw again
void ui_ring(struct ui *ui);       // the bell, once
// Runs a parsed command: asks first where the table says so, submits, toasts the refusal.
void ui_execute(struct ui *ui, const struct command_call *call);
// Submits without asking again; one job per operation and VM. Returns jobs submitted.
unsigned ui_submit_call(struct ui *ui, const struct command_call *call);
// The VMs that a command would act on: the call's targets, else the marked, else the selected.
// Fills uuids (at most max) and returns how many there are.
size_t ui_target_uuids(const struct ui *ui, const struct command_call *call,
                       char (*uuids)[VM_UUID_SIZE], size_t max);
// Shows a whole-screen view ("events", "hosts", "welcome") or goes back to the main one (NULL).
void ui_show_screen(struct ui *ui, const struct view_ops *ops);

// For the prompt, the palette and the help.
// Command lines typed before, oldest first.
const char *const *ui_history(const struct ui *ui, size_t *count);
void ui_remember_line(struct ui *ui, const char *line);
bool ui_command_visible(const struct ui *ui, const struct command_spec *spec);
// Whether the command makes sense for the selected (or some marked) VM; else err says why not.
bool ui_command_possible(const struct ui *ui, const struct command_spec *spec, struct error *err);
// The view that would have the keys if there were no overlay; NULL: the VM list.
const struct view *ui_view_below(const struct ui *ui);
const char *ui_filter(const struct ui *ui);
void ui_set_filter(struct ui *ui, const char *filter);
// Goes to the VM whose name contains text; false when there is none.
bool ui_search(struct ui *ui, const char *text, bool backward, bool from_here);

#endif
