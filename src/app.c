// SPDX-License-Identifier: GPL-2.0-or-later
// Start-up and teardown of what both the screen and the shell need.
#include "app.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app_internal.h"
#include "backend/libvirt/libvirt_runtime.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/paths.h"
#include "core/str.h"
#include "core/wake_fd.h"
#include "ui/keymap.h"

enum { EVENT_QUEUE_MAX = 4096 };

static void release_board(void *board)
{
    board_unref(board);
}

static void release_event(void *event)
{
    event_unref(event);
}

static bool prepare_theme(struct app *app, struct error *err)
{
    const char *name = app->options.theme != NULL ? app->options.theme : app->config.theme;
    theme_builtin(&app->theme);
    if (theme_load(&app->theme, name, err))
        return true;
    // Named on the command line it is a usage error; from the configuration the default serves.
    if (app->options.theme != NULL)
        return false;
    str_format(app->startup_warning, sizeof(app->startup_warning), "%s; the default theme is used",
               err->text);
    return true;
}

// Key bindings are checked here already, so that every way of starting refuses a wrong one.
static bool load_config(struct app *app, const char *path, struct error *err)
{
    if (!config_load(&app->config, path, err))
        return false;
    struct keymap *keymap = keymap_create(&app->config, err);
    if (keymap == NULL)
        error_prefix(err, "%s", path);
    keymap_destroy(keymap);
    return keymap != NULL;
}

static bool prepare_config(struct app *app, struct error *err)
{
    config_init_defaults(&app->config);
    AUTO_FREE char *standard = paths_config_file();
    const char *path = app->options.config;
    // The usual place may be empty; a file that somebody named must be there.
    bool named = getenv("VMTUI_CONFIG") != NULL;
    if (path == NULL && standard != NULL && (named || access(standard, F_OK) == 0))
        path = standard;
    if (path != NULL && !load_config(app, path, err))
        return false;
    if (app->options.ascii)
        app->config.unicode = TRISTATE_NO;
    return true;
}

// Nothing that vmtui does needs its state directory; what is lost without it is said.
static void prepare_state(struct app *app)
{
    struct error err = {0};
    AUTO_FREE char *log_path = paths_state_file("vmtui.log", &err);
    if (log_path == NULL) {
        str_format(app->startup_warning, sizeof(app->startup_warning),
                   "no log, journal or history of events: %s", err.text);
        return;
    }
    AUTO_FREE char *libvirt_log_path = paths_state_file("libvirt.log", &err);
    app->event_log_path = paths_state_file("events.jsonl", &err);
    app->journal_path = paths_state_file("journal.jsonl", &err);
    libvirt_runtime_set_log(libvirt_log_path);
    enum log_level level = LOG_LEVEL_INFO;
    static const char *const levels[] = {"error", "warn", "info", "debug"};
    for (size_t i = 0; i < ARRAY_COUNT(levels); i++)
        if (str_equal(app->config.log_level, levels[i]))
            level = (enum log_level)i;
    if (!log_open(log_path, level, &err))
        str_format(app->startup_warning, sizeof(app->startup_warning), "no log: %s", err.text);
}

struct fleet *app_create_fleet(struct app *app, const char *uri, double tick_s)
{
    struct fleet_settings settings = {
        .config = &app->config,
        .uris = uri != NULL ? &uri : app->options.connect,
        .uri_count = uri != NULL ? 1 : app->options.connect_count,
        .read_only = app->options.read_only,
        .tick_s = tick_s,
        .journal_path = app->journal_path,
        .event_log_path = app->event_log_path,
        .boards = app->boards,
        .events = app->events,
    };
    return fleet_create(&settings);
}

struct app *app_create(const struct shell_options *options, struct error *err)
{
    struct app *app = memory_alloc(sizeof(*app));
    app->options = *options;
    app->console_wake_fd = -1;
    if (!prepare_config(app, err) || !prepare_theme(app, err)) {
        app_destroy(app);
        return NULL;
    }
    prepare_state(app);
    app->boards = mailbox_create(release_board);
    app->console_wake_fd = wake_fd_open();
    signal(SIGPIPE, SIG_IGN);
    return app;
}

void app_destroy(struct app *app)
{
    if (app == NULL)
        return;
    fleet_destroy(app->fleet);
    mailbox_destroy(app->boards);
    queue_destroy(app->events);
    if (app->console_wake_fd >= 0)
        close(app->console_wake_fd);
    config_finish(&app->config);
    free(app->event_log_path);
    free(app->journal_path);
    log_close();
    free(app);
}

static struct board *wait_board(void *context, uint64_t timeout_ms)
{
    struct app *app = context;
    struct pollfd poll_fd = {.fd = mailbox_fd(app->boards), .events = POLLIN};
    poll(&poll_fd, 1, (int)timeout_ms);
    return mailbox_take(app->boards);
}

static struct event *wait_event(void *context, uint64_t timeout_ms)
{
    struct app *app = context;
    return queue_wait(app->events, timeout_ms);
}

static uint64_t shell_submit(void *context, struct operation *operation)
{
    struct app *app = context;
    return fleet_submit(app->fleet, operation);
}

static bool shell_cancel(void *context, uint64_t job_id)
{
    struct app *app = context;
    return fleet_cancel_job(app->fleet, job_id);
}

static void shell_set_interest(void *context, const struct interest *interest)
{
    struct app *app = context;
    fleet_set_interest(app->fleet, interest);
}

static void shell_set_tick(void *context, double tick_s)
{
    struct app *app = context;
    fleet_set_tick(app->fleet, tick_s);
}

// The signals are blocked in every thread; here they are only asked for.
static bool shell_interrupted(void *context)
{
    (void)context;
    sigset_t asked;
    sigemptyset(&asked);
    sigaddset(&asked, SIGINT);
    sigaddset(&asked, SIGTERM);
    sigaddset(&asked, SIGHUP);
    const struct timespec at_once = {0};
    return sigtimedwait(&asked, NULL, &at_once) > 0;
}

enum exit_status app_run_shell(struct app *app, const struct command_call *call)
{
    sigset_t job_control;
    sigemptyset(&job_control);
    sigaddset(&job_control, SIGTSTP);
    sigaddset(&job_control, SIGCONT);
    pthread_sigmask(SIG_UNBLOCK, &job_control, NULL);
    app->events = queue_create(EVENT_QUEUE_MAX, release_event);
    if (app->startup_warning[0] != '\0')
        fprintf(stderr, "vmtui: %s\n", app->startup_warning);
    app->fleet = app_create_fleet(app, NULL, SHELL_TICK_S);
    fleet_start(app->fleet);
    struct shell_settings settings = {
        .json = app->options.json,
        .yes = app->options.yes,
        .dry_run = app->options.dry_run,
        .read_only = app->options.read_only,
        .services = {.context = app,
                     .wait_board = wait_board,
                     .wait_event = wait_event,
                     .submit = shell_submit,
                     .cancel_job = shell_cancel,
                     .set_interest = shell_set_interest,
                     .set_tick = shell_set_tick,
                     .interrupted = shell_interrupted},
    };
    return shell_run(&settings, call);
}
