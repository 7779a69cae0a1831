// SPDX-License-Identifier: GPL-2.0-or-later
// The screen's state machine: what keys and boards change. ui_draw.c shows the state, ui_commands.c
// and ui_execute.c say what commands mean.
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"
#include "ui/ui_internal.h"

#define HISTORY_MAX     200
#define TOAST_SECONDS   6
#define WARNING_SECONDS 12

struct ui *ui_create(const struct ui_settings *settings, struct error *err)
{
    struct keymap *keymap = keymap_create(settings->config, err);
    if (!keymap)
        return NULL;
    struct ui *ui = memory_alloc(sizeof(*ui));
    ui->settings = *settings;
    ui->keymap = keymap;
    ui->chart_window_s = settings->config->chart_window_s;
    ui->tick_s = settings->config->tick_s;
    vm_list_init(&ui->list);
    ui->list.cpu_percent_of = settings->config->cpu_percent_of;
    vm_list_column_named(settings->config->sort, &ui->list.sort);
    ui->list.inverted = settings->config->sort_inverted;
    ui->dirty = true;
    return ui;
}

static void destroy_view(struct view *view)
{
    if (view)
        view->ops->destroy(view);
}

static void destroy_retired(struct ui *ui)
{
    while (ui->retired_count > 0)
        destroy_view(ui->retired[--ui->retired_count]);
}

void ui_destroy(struct ui *ui)
{
    if (!ui)
        return;
    destroy_retired(ui);
    while (ui->overlay_count > 0)
        destroy_view(ui->overlays[--ui->overlay_count]);
    destroy_view(ui->screen);
    for (size_t i = 0; i < TAB_COUNT; i++)
        destroy_view(ui->tabs[i]);
    for (size_t i = 0; i < ui->history_count; i++)
        free(ui->history[i]);
    free(ui->history);
    vm_list_finish(&ui->list);
    board_unref(ui->board);
    keymap_destroy(ui->keymap);
    free(ui);
}

// ---- accessors ----

const struct ui_settings *ui_settings(const struct ui *ui)
{
    return &ui->settings;
}

const struct keymap *ui_keymap(const struct ui *ui)
{
    return ui->keymap;
}

const struct board *ui_board(const struct ui *ui)
{
    return ui->board;
}

uint64_t ui_now_ns(const struct ui *ui)
{
    return ui->settings.now_ns ? ui->settings.now_ns(ui->settings.now_context)
                               : clock_monotonic_ns();
}

uint64_t ui_wall_ms(const struct ui *ui)
{
    return ui->settings.wall_ms ? ui->settings.wall_ms(ui->settings.now_context) : clock_wall_ms();
}

bool ui_selected(const struct ui *ui, const struct board_host **host, const struct board_vm **vm)
{
    if (ui->list.selected_row == SIZE_MAX)
        return false;
    if (host)
        *host = ui->list.rows[ui->list.selected_row].host;
    if (vm)
        *vm = ui->list.rows[ui->list.selected_row].vm;
    return true;
}

bool ui_select(struct ui *ui, const char *uuid)
{
    ui_invalidate(ui);
    return vm_list_select_uuid(&ui->list, uuid);
}

const struct charts *ui_focus_charts(const struct ui *ui)
{
    if (!ui->board || !ui->board->focus || ui->list.selected_row == SIZE_MAX ||
        strcmp(ui->board->focus->uuid, ui->list.selected) != 0)
        return NULL;
    return ui->board->focus;
}

unsigned ui_chart_window_s(const struct ui *ui)
{
    return ui->chart_window_s;
}

const char *const *ui_history(const struct ui *ui, size_t *count)
{
    *count = ui->history_count;
    return (const char *const *)ui->history;
}

void ui_remember_line(struct ui *ui, const char *line)
{
    if (ui->history_count > 0 && strcmp(ui->history[ui->history_count - 1], line) == 0)
        return;
    if (!ui->history)
        ui->history = memory_array(HISTORY_MAX, sizeof(*ui->history));
    if (ui->history_count == HISTORY_MAX) {
        free(ui->history[0]);
        memmove(ui->history, ui->history + 1, (HISTORY_MAX - 1) * sizeof(*ui->history));
        ui->history_count--;
    }
    ui->history[ui->history_count++] = memory_strdup(line);
}

const char *ui_filter(const struct ui *ui)
{
    return ui->list.filter;
}

void ui_set_filter(struct ui *ui, const char *filter)
{
    vm_list_set_filter(&ui->list, filter);
    ui_invalidate(ui);
}

bool ui_search(struct ui *ui, const char *text, bool backward, bool from_here)
{
    if (text)
        str_format(ui->list.search, sizeof(ui->list.search), "%s", text);
    ui_invalidate(ui);
    return vm_list_search(&ui->list, backward, from_here);
}

// ---- what changes what is seen ----

void ui_invalidate(struct ui *ui)
{
    ui->dirty = true;
}

void ui_ring(struct ui *ui)
{
    ui->bells++;
}

// A view may ask for its own end while it handles a key, so that it has to outlive the call.
static void retire(struct ui *ui, struct view *view)
{
    if (!view)
        return;
    if (ui->retired_count == RETIRED_MAX) // only outside of keys can so many gather
        destroy_retired(ui);
    ui->retired[ui->retired_count++] = view;
}

void ui_push_overlay(struct ui *ui, struct view *overlay)
{
    if (ui->overlay_count == OVERLAYS_MAX)
        ui_pop_overlay(ui);
    ui->overlays[ui->overlay_count++] = overlay;
    ui_invalidate(ui);
}

void ui_pop_overlay(struct ui *ui)
{
    if (ui->overlay_count > 0)
        retire(ui, ui->overlays[--ui->overlay_count]);
    ui_invalidate(ui);
}

void ui_show_screen(struct ui *ui, const struct view_ops *ops)
{
    if (ui->screen && ui->screen->ops == &welcome_view_ops && ops != &welcome_view_ops)
        ui->welcome_dismissed = true;
    retire(ui, ui->screen);
    ui->screen = ops ? ops->create(ui) : NULL;
    ui_invalidate(ui);
}

void ui_toast(struct ui *ui, enum severity severity, const char *text)
{
    utf8_scrub(text, strlen(text), ui->toast.text, sizeof(ui->toast.text), false);
    ui->toast.severity = severity;
    uint64_t seconds = severity == SEVERITY_INFO ? TOAST_SECONDS : WARNING_SECONDS;
    ui->toast.until_ns = ui_now_ns(ui) + seconds * NS_PER_SECOND;
    if (severity == SEVERITY_ALARM)
        ui->bells++;
    ui_invalidate(ui);
}

// ---- boards ----

static const struct job_info *find_job(const struct board *board, uint64_t id)
{
    for (size_t i = 0; i < board->job_count; i++)
        if (board->jobs[i].id == id)
            return &board->jobs[i];
    return NULL;
}

// Says how jobs ended that were under way on the board before.
static void toast_ended_jobs(struct ui *ui, const struct board *before, const struct board *now)
{
    for (size_t i = 0; before && i < before->job_count; i++) {
        if (job_state_is_final(before->jobs[i].state))
            continue;
        const struct job_info *job = find_job(now, before->jobs[i].id);
        if (!job || !job_state_is_final(job->state))
            continue;
        char line[512];
        job_line(job, ui_wall_ms(ui), line, sizeof(line));
        bool fine = job->state == JOB_DONE || job->state == JOB_CANCELLED;
        ui_toast(ui, fine ? SEVERITY_INFO : SEVERITY_ALARM, line);
    }
}

static bool all_offline(const struct board *board)
{
    for (size_t h = 0; h < board->host_count; h++)
        if (board->hosts[h].connection != CONNECTION_OFFLINE)
            return false;
    return true;
}

// Nobody was ever there: say what was looked for and what can be done, instead of an empty list.
static void welcome_or_not(struct ui *ui)
{
    for (size_t h = 0; h < ui->board->host_count; h++)
        ui->had_snapshot = ui->had_snapshot || ui->board->hosts[h].snapshot;
    bool welcome = ui->screen && ui->screen->ops == &welcome_view_ops;
    if (welcome && ui->had_snapshot)
        ui_show_screen(ui, NULL);
    else if (!ui->screen && !ui->had_snapshot && !ui->welcome_dismissed && all_offline(ui->board))
        ui_show_screen(ui, &welcome_view_ops);
}

void ui_set_board(struct ui *ui, struct board *board)
{
    struct board *before = ui->board;
    ui->board = board;
    vm_list_set_board(&ui->list, board);
    toast_ended_jobs(ui, before, board);
    board_unref(before);
    welcome_or_not(ui);
    ui_invalidate(ui);
}

// ---- keys ----

static bool is_mouse(const struct key *key)
{
    return key->code >= KEY_CODE_MOUSE_CLICK && key->code <= KEY_CODE_MOUSE_WHEEL_DOWN;
}

static bool offer(struct view *view, const struct key *key)
{
    return view && view->ops->key && view->ops->key(view, key);
}

static void dispatch_key(struct ui *ui, const struct key *key)
{
    if (ui->overlay_count > 0) {
        offer(ui->overlays[ui->overlay_count - 1], key);
        return;
    }
    if (is_mouse(key)) {
        ui_handle_mouse(ui, key);
        return;
    }
    struct view *view = ui_focused_view(ui);
    bool captured = view && view->ops->captures_keys && view->ops->captures_keys(view);
    if (offer(view, key) || captured)
        return;
    const char *line = keymap_lookup(ui->keymap, key);
    if (line)
        ui_run(ui, line);
}

void ui_handle_key(struct ui *ui, const struct key *key)
{
    ui_invalidate(ui);
    if (key->code != KEY_CODE_RESIZE)
        dispatch_key(ui, key);
    destroy_retired(ui);
}

void ui_run(struct ui *ui, const char *command_line)
{
    struct command_call call = {0};
    struct error err = {0};
    if (!command_parse_line(&call, command_line, &err)) {
        ui_toast(ui, SEVERITY_WARN, err.text);
        return;
    }
    ui_execute(ui, &call);
    command_call_finish(&call);
}

// ---- what the loop asks ----

bool ui_needs_draw(struct ui *ui)
{
    uint64_t now_ns = ui_now_ns(ui);
    if (ui->toast.text[0] && now_ns >= ui->toast.until_ns)
        return true;
    return ui->dirty || (ui_ticks(ui) && now_ns - ui->drawn_ns >= NS_PER_SECOND);
}

// When figures that are fresh now will have to be shown as old.
static uint64_t next_stale_ns(const struct ui *ui, uint64_t now_ns)
{
    uint64_t next_ns = UINT64_MAX;
    for (size_t h = 0; ui->board && h < ui->board->host_count; h++) {
        uint64_t at_ns = board_host_stale_at_ns(&ui->board->hosts[h]);
        if (at_ns >= now_ns && at_ns < next_ns)
            next_ns = at_ns + 1;
    }
    return next_ns;
}

uint64_t ui_next_wake_ms(struct ui *ui)
{
    uint64_t now_ns = ui_now_ns(ui), wake_ns = next_stale_ns(ui, now_ns);
    if (ui->dirty)
        return 0;
    if (ui->toast.text[0] && ui->toast.until_ns < wake_ns)
        wake_ns = ui->toast.until_ns;
    if (ui_ticks(ui) && ui->drawn_ns + NS_PER_SECOND < wake_ns)
        wake_ns = ui->drawn_ns + NS_PER_SECOND;
    if (wake_ns == UINT64_MAX)
        return UINT64_MAX;
    return wake_ns > now_ns ? (wake_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS : 0;
}

bool ui_wants_quit(const struct ui *ui)
{
    return ui->quit;
}

bool ui_wants_redraw(struct ui *ui)
{
    bool redraw = ui->redraw;
    ui->redraw = false;
    return redraw;
}

unsigned ui_take_bells(struct ui *ui)
{
    unsigned bells = ui->bells;
    ui->bells = 0;
    return bells;
}
