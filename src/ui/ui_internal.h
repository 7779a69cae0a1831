// SPDX-License-Identifier: GPL-2.0-or-later
// The state itself, for the files src/ui/ui*.c alone; everybody else uses ui_state.h.
#ifndef VMTUI_UI_UI_INTERNAL_H
#define VMTUI_UI_UI_INTERNAL_H

#include "ui/ui_layout.h"
#include "ui/ui_state.h"
#include "ui/views/jobs_pane.h"
#include "ui/views/key_bar.h"
#include "ui/views/vm_list.h"

enum { TAB_METRICS, TAB_CONSOLE, TAB_DISKS, TAB_SNAPSHOTS, TAB_INFO, TAB_COUNT };

#define OVERLAYS_MAX    6
#define RETIRED_MAX     16
#define TARGETS_MAX     4096
#define TOAST_LINES_MAX 3

struct toast {
    char text[512]; // empty: none
    enum severity severity;
    uint64_t until_ns;
};

struct ui {
    struct ui_settings settings;
    struct keymap *keymap;
    struct board *board; // NULL before the first
    struct vm_list list;
    struct jobs_pane jobs;
    struct view *tabs[TAB_COUNT]; // made when first shown
    unsigned tab;
    enum pane focus, main_pane; // main_pane: list or tab, where only one of them fits
    bool full_screen;
    struct view *screen; // in place of the panes; NULL: the main screen
    bool welcome_dismissed, had_snapshot;
    struct view *overlays[OVERLAYS_MAX]; // the topmost last
    size_t overlay_count;
    struct view *retired[RETIRED_MAX]; // destroyed once no call into them can be under way
    size_t retired_count;
    struct layout layout; // of the last draw, for the mouse
    struct rect tab_titles[TAB_COUNT];
    struct key_bar key_bar;
    struct toast toast;
    struct interest sent; // what was last asked for
    bool interest_sent;
    unsigned chart_window_s;
    double tick_s;
    char **history; // of the prompt, oldest first
    size_t history_count;
    bool dirty, quit, redraw;
    unsigned bells;
    uint64_t drawn_ns;
};

// ui_draw.c
extern const struct view_ops *const ui_tab_ops[TAB_COUNT];
struct view *ui_tab_view(struct ui *ui, unsigned tab);
// The view that has the keys when no overlay does: the focused tab or another screen; NULL: list.
struct view *ui_focused_view(struct ui *ui);
enum place ui_place(struct ui *ui);
bool ui_ticks(const struct ui *ui); // something on the screen counts seconds

// ui_commands.c, ui_commands_list.c: what a command of the screen means
struct screen_command {
    const char *name; // NULL ends a table
    void (*run)(struct ui *ui, const struct command_call *call);
};
extern const struct screen_command ui_list_commands[];
void ui_screen_command(struct ui *ui, const struct command_call *call);
void ui_set_focus(struct ui *ui, enum pane pane);
void ui_choose_tab(struct ui *ui, unsigned tab);
void ui_quit_now(struct ui *ui);

// ui_titles.c: what stands in the upper border of a pane; each returns the column after it
int ui_draw_title(struct frame *frame, struct rect pane, bool focused, const char *text);
int ui_draw_tab_titles(struct ui *ui, struct frame *frame, struct rect pane, bool focused);
void ui_draw_hint(struct frame *frame, struct rect pane, int title_end, const struct view *view);
const char *ui_selected_name(const struct ui *ui);

// ui_mouse.c
void ui_handle_mouse(struct ui *ui, const struct key *key);

// ui_execute.c
// Submits the call's operations for those VMs; says what was refused.
unsigned ui_submit_to(struct ui *ui, const struct command_call *call,
                      const char (*uuids)[VM_UUID_SIZE], size_t count);
// pause-toggle is a key, not a command of the shell: for each VM it is pause or resume.
const struct command_spec *ui_spec_for_vm(const struct command_spec *spec,
                                          const struct vm_sample *vm);
bool ui_hidden_by_read_only(const struct ui *ui, const struct command_spec *spec);

// ui_interest.c
void ui_tell_interest(struct ui *ui);

#endif
