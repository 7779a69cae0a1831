// SPDX-License-Identifier: GPL-2.0-or-later
// The screen's side of the program: opens the terminal, answers what the ui asks for, runs the
// loop.
#include <stdio.h>
#include <string.h>

#include "app_internal.h"
#include "core/log.h"
#include "core/wake_fd.h"
#include "ui/loop.h"

void app_prepare_process(void)
{
    loop_block_signals();
    terminal_install_crash_handlers();
}

static uint64_t submit(void *context, struct operation *operation)
{
    struct app *app = context;
    return fleet_submit(app->fleet, operation);
}

static bool cancel_job(void *context, uint64_t job_id)
{
    struct app *app = context;
    return fleet_cancel_job(app->fleet, job_id);
}

static void set_interest(void *context, const struct interest *interest)
{
    struct app *app = context;
    fleet_set_interest(app->fleet, interest);
}

static void sample_soon(void *context)
{
    struct app *app = context;
    fleet_sample_soon(app->fleet);
}

static void reconnect(void *context, const char *host)
{
    struct app *app = context;
    struct session *session = fleet_session(app->fleet, host);
    if (session != NULL)
        session_reconnect_now(session);
}

static void wake_console(void *context)
{
    struct app *app = context;
    wake_fd_raise(app->console_wake_fd);
}

static struct console_port *open_console(void *context, const char *host, const char *uuid)
{
    struct app *app = context;
    struct session *session = fleet_session(app->fleet, host);
    return session != NULL ? session_open_console(session, uuid, wake_console, app) : NULL;
}

static void set_tick(void *context, double tick_s)
{
    struct app *app = context;
    fleet_set_tick(app->fleet, tick_s);
}

static bool set_theme(void *context, const char *name, struct error *err)
{
    struct app *app = context;
    if (!theme_load(&app->theme, name, err))
        return false;
    terminal_set_theme(app->terminal, &app->theme);
    return true;
}

static void connect_to(void *context, const char *uri)
{
    struct app *app = context;
    fleet_retire(app->fleet);
    app->fleet = app_create_fleet(app, uri, app->config.tick_s);
    fleet_start(app->fleet);
}

static void take_board(void *context)
{
    struct app *app = context;
    struct board *board = mailbox_take(app->boards);
    if (board != NULL)
        ui_set_board(app->ui, board);
}

static struct ui *create_ui(struct app *app, struct error *err)
{
    struct ui_settings settings = {
        .config = &app->config,
        .read_only = app->options.read_only,
        .dry_run = app->options.dry_run,
        .version = VMTUI_VERSION,
        .services = {.context = app,
                     .submit = submit,
                     .cancel_job = cancel_job,
                     .set_interest = set_interest,
                     .sample_soon = sample_soon,
                     .reconnect = reconnect,
                     .open_console = open_console,
                     .set_tick = set_tick,
                     .set_theme = set_theme,
                     .connect = connect_to},
    };
    return ui_create(&settings, err);
}

static bool open_screen(struct app *app, struct error *err)
{
    struct terminal_settings settings = {
        .unicode = app->config.unicode,
        .colour = app->config.colour,
        .mouse = app->config.mouse,
        .theme = &app->theme,
    };
    app->ui = create_ui(app, err);
    if (app->ui == NULL)
        return false;
    app->terminal = terminal_open(&settings, err);
    return app->terminal != NULL;
}

static void close_screen(struct app *app)
{
    // The ui first: its consoles belong to the sessions that go with the fleet.
    ui_destroy(app->ui);
    terminal_close(app->terminal);
    app->ui = NULL;
    app->terminal = NULL;
}

enum exit_status app_run_screen(struct app *app, const char *first_command)
{
    struct error err = {0};
    if (!open_screen(app, &err)) {
        close_screen(app);
        fprintf(stderr, "vmtui: %s\n", err.text);
        return EXIT_STATUS_USAGE;
    }
    app->fleet = app_create_fleet(app, NULL, app->config.tick_s);
    fleet_start(app->fleet);
    if (app->startup_warning[0] != '\0')
        ui_toast(app->ui, SEVERITY_WARN, app->startup_warning);
    if (first_command != NULL)
        ui_run(app->ui, first_command);
    struct loop_latency latency = {0};
    struct loop_settings settings = {
        .ui = app->ui,
        .terminal = app->terminal,
        .board_fd = mailbox_fd(app->boards),
        .take_board = take_board,
        .wake_fd = app->console_wake_fd,
        .context = app,
        .latency = &latency,
    };
    enum loop_end end = loop_run(&settings);
    log_info("the screen ended (%d); %llu keys, drawn within %.1f ms at p99", (int)end,
             (unsigned long long)latency.count,
             (double)loop_latency_percentile_us(&latency, 99) / 1000);
    close_screen(app);
    return EXIT_STATUS_DONE;
}
