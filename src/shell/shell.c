// SPDX-License-Identifier: GPL-2.0-or-later
// Runs one command: reading ones go to shell_list.c and friends, operations are submitted here and
// followed to their end.
#include "shell/shell.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"
#include "shell/shell_internal.h"

enum { JOBS_AT_ONCE = 16, POLL_MS = 200 };

struct submitted {
    uint64_t job_id;
    const struct shell_target *target;
    struct job_info job;
    bool ended;
};

// Jobs are submitted in order; each VM's own ones follow one another.
struct run {
    const struct shell_settings *settings;
    struct submitted *jobs;
    struct operation **operations;
    const struct shell_target **owners;
    size_t count, next, ended, failed;
    bool progress_shown;
};

static bool ask_on_terminal(const char *question)
{
    char answer[16] = "";
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    if (fgets(answer, sizeof(answer), stdin) == NULL)
        return false;
    return answer[0] == 'y' || answer[0] == 'Y';
}

// Deleting and reverting want the name typed, as on the screen.
static bool ask_for_name(const char *name)
{
    char answer[512] = "";
    fprintf(stderr, "Type the name (%s) to go on: ", name);
    fflush(stderr);
    if (fgets(answer, sizeof(answer), stdin) == NULL)
        return false;
    answer[strcspn(answer, "\n")] = '\0';
    return strcmp(answer, name) == 0;
}

static bool confirmed(const struct shell_settings *settings, const struct command_call *call,
                      const struct shell_targets *targets)
{
    if ((call->spec->flags & (COMMAND_CONFIRM | COMMAND_TYPE_NAME)) == 0 || settings->yes)
        return true;
    if (!isatty(STDIN_FILENO)) {
        fprintf(stderr, "vmtui: %s asks first, and there is no terminal to ask on; --yes answers\n",
                call->spec->name);
        return false;
    }
    for (size_t i = 0; i < targets->count; i++) {
        struct str preview;
        str_init(&preview);
        command_preview(call, targets->items[i].host->snapshot, targets->items[i].vm->sample,
                        &preview);
        fprintf(stderr, "%s\n", preview.text);
        str_finish(&preview);
        if ((call->spec->flags & COMMAND_TYPE_NAME) != 0 &&
            !ask_for_name(targets->items[i].vm->sample->name))
            return false;
    }
    return (call->spec->flags & COMMAND_TYPE_NAME) != 0 || ask_on_terminal("Go on?");
}

// The operations that one target would get; 0 and err when it would be refused.
static size_t make_operations(const struct command_call *call, const struct shell_target *target,
                              struct operation *made[COMMAND_OPERATION_MAX], struct error *err)
{
    const struct host_snapshot *host = target->host->snapshot;
    const struct vm_sample *vm = target->vm->sample;
    return command_allowed(call->spec, host, vm, err)
               ? command_to_operations(call, host, vm, made, err)
               : 0;
}

static struct json_object *dry_run_json(const char *line, const char *preview, bool possible,
                                        const struct vm_sample *vm)
{
    struct json_object *row = json_object_new_object();
    json_object_object_add(row, "name", json_object_new_string(vm->name));
    json_object_object_add(row, "uuid", json_object_new_string(vm->uuid));
    json_object_object_add(row, "command_line", json_object_new_string(line));
    json_object_object_add(row, "preview", json_object_new_string(preview));
    json_object_object_add(row, "possible", json_object_new_boolean(possible));
    return row;
}

// True when it would be tried; prints text, or adds to rows when they are wanted.
static bool dry_run_one(const struct command_call *call, const struct shell_target *target,
                        struct json_object *rows)
{
    struct operation *made[COMMAND_OPERATION_MAX];
    struct str line, preview;
    size_t count = make_operations(call, target, made, NULL);
    for (size_t i = 0; i < count; i++)
        operation_destroy(made[i]);
    str_init(&line);
    str_init(&preview);
    command_format(call, target->vm->sample->name, &line);
    command_preview(call, target->host->snapshot, target->vm->sample, &preview);
    if (rows != NULL)
        json_object_array_add(rows,
                              dry_run_json(line.text, preview.text, count > 0, target->vm->sample));
    else
        printf("would run: %s\n%s%s", line.text, preview.text,
               preview.length > 0 && preview.text[preview.length - 1] != '\n' ? "\n" : "");
    str_finish(&preview);
    str_finish(&line);
    return count > 0;
}

static enum exit_status dry_run(const struct shell_settings *settings,
                                const struct command_call *call,
                                const struct shell_targets *targets)
{
    struct json_object *rows = settings->json ? json_object_new_array() : NULL;
    bool possible = true;
    for (size_t i = 0; i < targets->count; i++)
        possible &= dry_run_one(call, &targets->items[i], rows);
    if (rows != NULL)
        shell_print_json(rows);
    return possible ? EXIT_STATUS_DONE : EXIT_STATUS_FAILED;
}

static bool add_operations(struct run *run, const struct command_call *call,
                           const struct shell_target *target)
{
    struct operation *made[COMMAND_OPERATION_MAX];
    struct error err = {0};
    size_t count = make_operations(call, target, made, &err);
    if (count == 0) {
        fprintf(stderr, "vmtui: %s\n", err.text);
        return false;
    }
    run->operations = memory_resize(run->operations, run->count + count, sizeof(*run->operations));
    run->owners = memory_resize(run->owners, run->count + count, sizeof(*run->owners));
    for (size_t i = 0; i < count; i++) {
        run->operations[run->count] = made[i];
        run->owners[run->count++] = target;
    }
    return true;
}

static void show_progress(struct run *run, const struct job_info *job)
{
    double percent = job_percent(job);
    if (percent < 0 || !isatty(STDERR_FILENO))
        return;
    char done[QUANTITY_SIZE], total[QUANTITY_SIZE], rate[QUANTITY_SIZE], eta[QUANTITY_SIZE];
    quantity_bytes(done, (double)job->progress.done_bytes);
    quantity_bytes(total, (double)job->progress.total_bytes);
    quantity_bytes(rate, job->rate_bytes_per_s);
    quantity_duration(eta, job->eta_s);
    fprintf(stderr, "\r\033[K%s  %.0f %%  %s / %s  %s/s  ETA %s", job->title, percent, done, total,
            rate, eta);
    fflush(stderr);
    run->progress_shown = true;
}

static void report_end(struct run *run, const struct submitted *submitted)
{
    const struct job_info *job = &submitted->job;
    if (run->progress_shown)
        fputs("\r\033[K", stderr);
    run->progress_shown = false;
    if (job->state == JOB_DONE) {
        if (!run->settings->json)
            printf("%s: done\n", job->title);
        return;
    }
    run->failed++;
    fprintf(stderr, "vmtui: %s: %s%s%s\n", job->title, job_state_name(job->state),
            job->error.text[0] != '\0' ? ": " : "", job->error.text);
}

static void submit_more(struct run *run)
{
    const struct shell_services *services = &run->settings->services;
    while (run->next < run->count && run->next - run->ended < JOBS_AT_ONCE) {
        struct submitted *submitted = &run->jobs[run->next];
        submitted->target = run->owners[run->next];
        submitted->job_id = services->submit(services->context, run->operations[run->next]);
        run->operations[run->next++] = NULL;
    }
}

static void take_event(struct run *run, const struct event *event)
{
    if (event->kind == EVENT_NOTICE)
        fprintf(stderr, "vmtui: %s\n", event->text);
    if (event->kind != EVENT_JOB)
        return;
    for (size_t i = 0; i < run->next; i++) {
        struct submitted *submitted = &run->jobs[i];
        if (submitted->ended || submitted->job_id != event->job.id)
            continue;
        submitted->job = event->job;
        if (job_state_is_final(event->job.state)) {
            submitted->ended = true;
            run->ended++;
            report_end(run, submitted);
        } else {
            show_progress(run, &event->job);
        }
        return;
    }
}

// The first Ctrl-C cancels what can be cancelled, the second one stops waiting.
static bool interrupted_twice(struct run *run, unsigned *interrupts)
{
    const struct shell_services *services = &run->settings->services;
    if (!services->interrupted(services->context))
        return false;
    if (++*interrupts > 1)
        return true;
    fprintf(stderr, "\nvmtui: cancelling; once more stops waiting\n");
    for (size_t i = 0; i < run->next; i++)
        if (!run->jobs[i].ended)
            services->cancel_job(services->context, run->jobs[i].job_id);
    for (size_t i = run->next; i < run->count; i++) {
        operation_destroy(run->operations[i]);
        run->operations[i] = NULL;
    }
    run->count = run->next;
    return false;
}

static void follow(struct run *run)
{
    const struct shell_services *services = &run->settings->services;
    unsigned interrupts = 0;
    submit_more(run);
    while (run->ended < run->count) {
        struct event *event = services->wait_event(services->context, POLL_MS);
        if (event != NULL) {
            take_event(run, event);
            event_unref(event);
        }
        if (interrupted_twice(run, &interrupts)) {
            fprintf(stderr, "vmtui: not waited for: %zu of %zu still under way\n",
                    run->count - run->ended, run->count);
            run->failed++;
            return;
        }
        submit_more(run);
    }
}

static struct json_object *job_json(const struct submitted *submitted)
{
    struct json_object *row = json_object_new_object();
    const struct job_info *job = &submitted->job;
    json_object_object_add(row, "job", json_object_new_string(job->title));
    json_object_object_add(row, "name",
                           json_object_new_string(submitted->target->vm->sample->name));
    json_object_object_add(row, "uuid",
                           json_object_new_string(submitted->target->vm->sample->uuid));
    json_object_object_add(row, "state", json_object_new_string(job_state_name(job->state)));
    json_object_object_add(
        row, "error", job->error.text[0] != '\0' ? json_object_new_string(job->error.text) : NULL);
    return row;
}

static enum exit_status finish_run(struct run *run, bool all_allowed)
{
    if (run->settings->json) {
        struct json_object *document = json_object_new_array();
        for (size_t i = 0; i < run->count; i++)
            json_object_array_add(document, job_json(&run->jobs[i]));
        shell_print_json(document);
    }
    for (size_t i = 0; i < run->count; i++)
        operation_destroy(run->operations[i]);
    enum exit_status status =
        run->failed > 0 || !all_allowed ? EXIT_STATUS_FAILED : EXIT_STATUS_DONE;
    free(run->jobs);
    free(run->operations);
    free(run->owners);
    return status;
}

static enum exit_status run_operations(const struct shell_settings *settings,
                                       const struct command_call *call)
{
    struct board *board = NULL;
    if (!shell_connect(settings, &board))
        return EXIT_STATUS_NO_CONNECTION;
    struct shell_targets targets = {0};
    enum exit_status status = shell_find_targets(call, board, &targets);
    struct run run = {.settings = settings};
    bool all_allowed = true;
    if (status == EXIT_STATUS_DONE && settings->dry_run) {
        status = dry_run(settings, call, &targets);
    } else if (status == EXIT_STATUS_DONE && !confirmed(settings, call, &targets)) {
        fprintf(stderr, "vmtui: nothing was done\n");
        status = EXIT_STATUS_FAILED;
    } else if (status == EXIT_STATUS_DONE) {
        for (size_t i = 0; i < targets.count; i++)
            all_allowed &= add_operations(&run, call, &targets.items[i]);
        run.jobs = memory_array(run.count, sizeof(*run.jobs));
        follow(&run);
        status = finish_run(&run, all_allowed);
    }
    shell_targets_finish(&targets);
    return status;
}

// What the sessions had to say meanwhile: jobs that were cut off, late ends of abandoned ones.
static void print_notices(const struct shell_services *services)
{
    struct event *event;
    while ((event = services->wait_event(services->context, 0)) != NULL) {
        if (event->kind == EVENT_NOTICE)
            fprintf(stderr, "vmtui: %s\n", event->text);
        event_unref(event);
    }
}

static enum exit_status run_command(const struct shell_settings *settings,
                                    const struct command_call *call)
{
    static const struct {
        const char *name;
        enum exit_status (*run)(const struct shell_settings *, const struct command_call *);
    } readers[] = {
        {"list", shell_list},           {"stats", shell_stats},   {"info", shell_info},
        {"snapshots", shell_snapshots}, {"events", shell_events}, {"jobs", shell_jobs},
        {"hosts", shell_hosts},
    };
    for (size_t i = 0; i < ARRAY_COUNT(readers); i++)
        if (strcmp(call->spec->name, readers[i].name) == 0)
            return readers[i].run(settings, call);
    if ((call->spec->flags & COMMAND_CHANGES) == 0) {
        fprintf(stderr, "vmtui: %s works on the screen only\n", call->spec->name);
        return EXIT_STATUS_USAGE;
    }
    if (settings->read_only) {
        fprintf(stderr, "vmtui: %s would change something, and --readonly was given\n",
                call->spec->name);
        return EXIT_STATUS_USAGE;
    }
    return run_operations(settings, call);
}

enum exit_status shell_run(const struct shell_settings *settings, const struct command_call *call)
{
    enum exit_status status = run_command(settings, call);
    print_notices(&settings->services);
    return status;
}
