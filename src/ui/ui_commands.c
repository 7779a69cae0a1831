// SPDX-License-Identifier: GPL-2.0-or-later
// What the commands of the screen mean: moving, sorting, marking, showing.
#include <string.h>

#include "core/memory.h"
#include "core/str.h"
#include "ui/ui_internal.h"
#include "ui/widgets/form.h"
#include "ui/widgets/help.h"
#include "ui/widgets/palette.h"
#include "ui/widgets/prompt.h"

void ui_set_focus(struct ui *ui, enum pane pane)
{
    ui->focus = pane;
    if (pane == PANE_LIST || pane == PANE_TAB)
        ui->main_pane = pane;
    ui_invalidate(ui);
}

void ui_choose_tab(struct ui *ui, unsigned tab)
{
    ui->tab = tab;
    if (ui->screen)
        ui_show_screen(ui, NULL);
    ui_invalidate(ui);
}

// Selects the VM that the call names, if it names one; false when there is none to look at.
static bool select_target(struct ui *ui, const struct command_call *call)
{
    char uuid[1][VM_UUID_SIZE];
    if (call->target_count > 0) {
        if (ui_target_uuids(ui, call, uuid, 1) == 0)
            return false;
        if (!vm_list_select_uuid(&ui->list, uuid[0])) { // hidden by the filter
            ui_set_filter(ui, "");
            vm_list_select_uuid(&ui->list, uuid[0]);
        }
    }
    if (ui->list.selected_row != SIZE_MAX)
        return true;
    ui_toast(ui, SEVERITY_WARN, "there is no VM to look at");
    return false;
}

static void show_tab(struct ui *ui, const struct command_call *call, unsigned tab)
{
    if (!select_target(ui, call))
        return;
    ui_choose_tab(ui, tab);
    ui_set_focus(ui, PANE_TAB);
}

static void do_list(struct ui *ui, const struct command_call *call)
{
    (void)call;
    ui_show_screen(ui, NULL);
    ui_set_focus(ui, PANE_LIST);
}

static void do_stats(struct ui *ui, const struct command_call *call)
{
    show_tab(ui, call, TAB_METRICS);
}

static void do_info(struct ui *ui, const struct command_call *call)
{
    show_tab(ui, call, TAB_INFO);
}

static void do_snapshots(struct ui *ui, const struct command_call *call)
{
    show_tab(ui, call, TAB_SNAPSHOTS);
}

static void do_console(struct ui *ui, const struct command_call *call)
{
    const struct board_host *host;
    const struct board_vm *vm;
    struct error err = {0};
    if (!select_target(ui, call) || !ui_selected(ui, &host, &vm))
        return;
    if (!command_allowed(call->spec, host->snapshot, vm->sample, &err)) {
        ui_toast(ui, SEVERITY_WARN, err.text);
        return;
    }
    if (ui->screen)
        ui_show_screen(ui, NULL);
    if (layout_shows(&ui->layout, PANE_CONSOLE)) {
        ui_set_focus(ui, PANE_CONSOLE);
    } else {
        ui_choose_tab(ui, TAB_CONSOLE);
        ui_set_focus(ui, PANE_TAB);
    }
    struct view *view = ui_tab_view(ui, TAB_CONSOLE);
    if (view->ops->activate)
        view->ops->activate(view, command_flag_given(call, "force"));
}

static void toggle_screen(struct ui *ui, const struct view_ops *ops)
{
    ui_show_screen(ui, ui->screen && ui->screen->ops == ops ? NULL : ops);
}

static void do_events(struct ui *ui, const struct command_call *call)
{
    (void)call;
    toggle_screen(ui, &events_view_ops);
}

static void do_hosts(struct ui *ui, const struct command_call *call)
{
    (void)call;
    toggle_screen(ui, &hosts_view_ops);
}

static void do_jobs(struct ui *ui, const struct command_call *call)
{
    (void)call;
    ui_show_screen(ui, NULL);
    ui_set_focus(ui, PANE_JOBS);
}

static const struct job_info *job_to_cancel(struct ui *ui, const struct command_call *call)
{
    double number;
    if (!command_number(call, "job", &number))
        return jobs_pane_target(&ui->jobs, ui->board, ui->focus == PANE_JOBS && !ui->screen);
    for (size_t i = 0; ui->board && i < ui->board->job_count; i++)
        if (ui->board->jobs[i].id == (uint64_t)number)
            return &ui->board->jobs[i];
    return NULL;
}

static void do_cancel_job(struct ui *ui, const struct command_call *call)
{
    const struct job_info *job = job_to_cancel(ui, call);
    char text[256];
    if (!job) {
        ui_toast(ui, SEVERITY_INFO, "there is no job to cancel");
        return;
    }
    if (job_state_is_final(job->state)) {
        ui_toast(ui, SEVERITY_INFO, "this job has already ended");
        return;
    }
    if (job->state == JOB_RUNNING && !job->cancellable)
        str_format(text, sizeof(text), "%s cannot be cancelled once it runs", job->title);
    else if (!ui->settings.services.cancel_job ||
             !ui->settings.services.cancel_job(ui->settings.services.context, job->id))
        str_format(text, sizeof(text), "%s has just ended", job->title);
    else
        str_format(text, sizeof(text), "cancelling %s", job->title);
    ui_toast(ui, SEVERITY_INFO, text);
}

static void do_window(struct ui *ui, const struct command_call *call)
{
    static const unsigned lengths_s[] = {60, 300, 900, 3600};
    double seconds;
    if (command_number(call, "length", &seconds)) {
        ui->chart_window_s = (unsigned)seconds;
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(lengths_s); i++)
        if (lengths_s[i] > ui->chart_window_s) {
            ui->chart_window_s = lengths_s[i];
            return;
        }
    ui->chart_window_s = lengths_s[0];
}

// ---- moving ----

static void do_tab(struct ui *ui, const struct command_call *call)
{
    static const char *const names[TAB_COUNT] = {"metrics", "console", "disks", "snapshots",
                                                 "info"};
    for (unsigned tab = 0; tab < TAB_COUNT; tab++)
        if (str_equal(command_text(call, "name"), names[tab]))
            ui_choose_tab(ui, tab);
    // Beside each other the list may keep the focus; else what was asked for has to come forward.
    if (!layout_shows(&ui->layout, PANE_TAB) || ui->focus != PANE_LIST)
        ui_set_focus(ui, PANE_TAB);
}

static void do_full_screen(struct ui *ui, const struct command_call *call)
{
    (void)call;
    ui->full_screen = !ui->full_screen;
}

static void step_pane(struct ui *ui, int step)
{
    if (ui->screen) {
        ui_show_screen(ui, NULL);
        return;
    }
    bool one = ui->full_screen || !layout_shows(&ui->layout, PANE_LIST);
    for (int i = 1; i <= PANE_COUNT; i++) {
        enum pane pane = (enum pane)((ui->focus + PANE_COUNT * 2 + step * i) % PANE_COUNT);
        // The list and the tab can always come forward; the others only where they have a place.
        bool there = pane == PANE_LIST || pane == PANE_TAB || layout_shows(&ui->layout, pane) ||
                     (pane == PANE_JOBS && one && ui->board && ui->board->job_count > 0);
        if (there) {
            ui_set_focus(ui, pane);
            return;
        }
    }
}

static void do_next_pane(struct ui *ui, const struct command_call *call)
{
    (void)call;
    step_pane(ui, 1);
}

static void do_previous_pane(struct ui *ui, const struct command_call *call)
{
    (void)call;
    step_pane(ui, -1);
}

static void do_open(struct ui *ui, const struct command_call *call)
{
    (void)call;
    if (ui->screen)
        return;
    if (ui->focus == PANE_LIST) {
        ui_set_focus(ui, PANE_TAB);
    } else if (ui->focus == PANE_JOBS) {
        const struct job_info *job = jobs_pane_target(&ui->jobs, ui->board, true);
        char line[512];
        if (!job)
            return;
        job_line(job, ui_wall_ms(ui), line, sizeof(line));
        ui_toast(ui, job->state == JOB_FAILED ? SEVERITY_WARN : SEVERITY_INFO, line);
    }
}

static void do_back(struct ui *ui, const struct command_call *call)
{
    (void)call;
    if (ui->screen)
        ui_show_screen(ui, NULL);
    else if (ui->full_screen)
        ui->full_screen = false;
    else if (ui->focus != PANE_LIST)
        ui_set_focus(ui, PANE_LIST);
    else if (ui->list.filter[0])
        ui_set_filter(ui, "");
}

// ---- the program ----

static void do_prompt(struct ui *ui, const struct command_call *call)
{
    (void)call;
    ui_push_overlay(ui, prompt_create(ui, PROMPT_COMMAND, ""));
}

static void do_palette(struct ui *ui, const struct command_call *call)
{
    (void)call;
    ui_push_overlay(ui, palette_create(ui));
}

static void do_help(struct ui *ui, const struct command_call *call)
{
    (void)call;
    ui_push_overlay(ui, help_create(ui));
}

static void do_redraw(struct ui *ui, const struct command_call *call)
{
    (void)call;
    ui->redraw = true;
}

static void do_theme(struct ui *ui, const struct command_call *call)
{
    struct error err = {0};
    if (ui->settings.services.set_theme &&
        !ui->settings.services.set_theme(ui->settings.services.context, command_text(call, "name"),
                                         &err))
        ui_toast(ui, SEVERITY_WARN, err.text);
    ui->redraw = true;
}

static void do_tick(struct ui *ui, const struct command_call *call)
{
    double seconds;
    char text[64];
    if (!command_number(call, "seconds", &seconds))
        return;
    ui->tick_s = seconds;
    if (ui->settings.services.set_tick)
        ui->settings.services.set_tick(ui->settings.services.context, seconds);
    str_format(text, sizeof(text), "a sample every %g seconds from now on", seconds);
    ui_toast(ui, SEVERITY_INFO, text);
}

static void do_reconnect(struct ui *ui, const struct command_call *call)
{
    (void)call;
    const struct board_host *host = NULL;
    if (!ui_selected(ui, &host, NULL) && ui->board && ui->board->host_count > 0)
        host = &ui->board->hosts[0];
    for (size_t h = 0; ui->board && h < ui->board->host_count; h++)
        if (ui->board->hosts[h].connection == CONNECTION_OFFLINE)
            host = &ui->board->hosts[h]; // the one that needs it
    if (!host || !ui->settings.services.reconnect)
        return;
    ui->settings.services.reconnect(ui->settings.services.context, host->name);
    char text[192];
    str_format(text, sizeof(text), "trying to reach %s again", host->name);
    ui_toast(ui, SEVERITY_INFO, text);
}

static void do_connect(struct ui *ui, const struct command_call *call)
{
    ui->had_snapshot = ui->welcome_dismissed = false; // another place, another welcome
    if (ui->settings.services.connect)
        ui->settings.services.connect(ui->settings.services.context, command_text(call, "uri"));
}

static void do_version(struct ui *ui, const struct command_call *call)
{
    (void)call;
    char text[128];
    str_format(text, sizeof(text), "vmtui %s", ui->settings.version ? ui->settings.version : "");
    ui_toast(ui, SEVERITY_INFO, text);
}

void ui_quit_now(struct ui *ui)
{
    ui->quit = true;
}

static bool quit_anyway(struct form *form, void *context, struct error *err)
{
    (void)form;
    (void)err;
    ui_quit_now(context);
    return true;
}

// The embedded engine is this very process: what it saves stands still until it is opened again.
static const char *what_becomes_of_vms(const struct board *board)
{
    for (size_t i = 0; i < board->host_count; i++) {
        const struct host_snapshot *snapshot = board->hosts[i].snapshot;
        if (snapshot != NULL && strstr(snapshot->uri, "///embed") != NULL)
            return "The VMs go on, but one that is being saved or snapshotted by the embedded "
                   "engine stands still until vmtui is started again.";
    }
    return "The VMs go on in any case.";
}

static void do_quit(struct ui *ui, const struct command_call *call)
{
    (void)call;
    size_t running = jobs_unfinished(ui->board);
    if (running == 0) {
        ui_quit_now(ui);
        return;
    }
    struct str text;
    str_init(&text);
    str_printf(&text, "%s under way:\n", running == 1 ? "A job is" : "Jobs are");
    for (size_t i = 0; i < ui->board->job_count; i++) {
        char line[384];
        if (job_state_is_final(ui->board->jobs[i].state))
            continue;
        job_line(&ui->board->jobs[i], ui_wall_ms(ui), line, sizeof(line));
        str_printf(&text, "  %s\n", line);
    }
    str_printf(&text, "\n%s What is cut off now is explained at the next start.",
               what_becomes_of_vms(ui->board));
    const struct form_settings settings = {
        .title = "Quit",
        .action = "Quit",
        .danger = true,
        .intro = text.text,
        .context = ui,
        .act = quit_anyway,
    };
    ui_push_overlay(ui, form_create(ui, &settings));
    str_finish(&text);
}

static const struct screen_command screen_commands[] = {
    {"list", do_list},
    {"stats", do_stats},
    {"info", do_info},
    {"snapshots", do_snapshots},
    {"console", do_console},
    {"events", do_events},
    {"hosts", do_hosts},
    {"jobs", do_jobs},
    {"cancel-job", do_cancel_job},
    {"window", do_window},
    {"tab", do_tab},
    {"full-screen", do_full_screen},
    {"next-pane", do_next_pane},
    {"previous-pane", do_previous_pane},
    {"open", do_open},
    {"back", do_back},
    {"prompt", do_prompt},
    {"palette", do_palette},
    {"help", do_help},
    {"redraw", do_redraw},
    {"theme", do_theme},
    {"tick", do_tick},
    {"reconnect", do_reconnect},
    {"connect", do_connect},
    {"version", do_version},
    {"quit", do_quit},
    {NULL, NULL},
};

static bool run_from(const struct screen_command *table, struct ui *ui,
                     const struct command_call *call)
{
    for (; table->name; table++)
        if (strcmp(table->name, call->spec->name) == 0) {
            table->run(ui, call);
            return true;
        }
    return false;
}

void ui_screen_command(struct ui *ui, const struct command_call *call)
{
    ui_invalidate(ui);
    if (run_from(screen_commands, ui, call) || run_from(ui_list_commands, ui, call))
        return;
    char text[128];
    str_format(text, sizeof(text), "%s works from the shell only: vmtui %s", call->spec->name,
               call->spec->name);
    ui_toast(ui, SEVERITY_INFO, text);
}
