// SPDX-License-Identifier: GPL-2.0-or-later
// Arguments and exit codes only.
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "core/command/command.h"
#include "core/command/command_docs.h"
#include "core/command/shell_options.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/str.h"

static enum exit_status usage(const char *sentence)
{
    fprintf(stderr, "vmtui: %s\n", sentence);
    return EXIT_STATUS_USAGE;
}

static enum exit_status print(struct str *text)
{
    fputs(text->text, stdout);
    str_finish(text);
    return EXIT_STATUS_DONE;
}

static enum exit_status help(const char *command)
{
    struct str text;
    const struct command_spec *spec = command != NULL ? command_find(command) : NULL;
    if (command != NULL && spec == NULL) {
        AUTO_FREE char *sentence =
            memory_printf("there is no command %s; vmtui --help lists them", command);
        return usage(sentence);
    }
    str_init(&text);
    if (spec != NULL)
        command_docs_usage(spec, &text);
    else
        command_docs_help(&text);
    return print(&text);
}

static enum exit_status generate(const char *what)
{
    struct str text;
    str_init(&text);
    if (!command_docs_generate(what, &text))
        return usage("--generate takes man, man-conf, bash, zsh, fish or example-config");
    return print(&text);
}

static enum exit_status run_screen(const struct shell_options *options, const char *first_command)
{
    struct error err = {0};
    struct app *app = app_create(options, &err);
    if (app == NULL)
        return usage(err.text);
    enum exit_status status = app_run_screen(app, first_command);
    app_destroy(app);
    return status;
}

static enum exit_status run_shell(const struct shell_options *options,
                                  const struct command_call *call)
{
    struct error err = {0};
    struct app *app = app_create(options, &err);
    if (app == NULL)
        return usage(err.text);
    enum exit_status status = app_run_shell(app, call);
    app_destroy(app);
    return status;
}

// `vmtui console VM` is the screen with that console in front.
static enum exit_status run_command(const struct shell_options *options)
{
    struct command_call call = {0};
    struct error err = {0};
    if (!command_parse(&call, options->word_count, options->words, true, &err))
        return usage(err.text);
    enum exit_status status;
    if (strcmp(call.spec->name, "console") == 0) {
        struct str line;
        str_init(&line);
        command_format(&call, call.targets[0], &line);
        status = run_screen(options, line.text + strlen("vmtui "));
        str_finish(&line);
    } else {
        status = run_shell(options, &call);
    }
    command_call_finish(&call);
    return status;
}

static enum exit_status run(const struct shell_options *options)
{
    const char *first = options->word_count > 0 ? options->words[0] : NULL;
    if (options->version || (first != NULL && strcmp(first, "version") == 0)) {
        puts(options->json ? "{\"version\": \"" VMTUI_VERSION "\"}" : "vmtui " VMTUI_VERSION);
        return EXIT_STATUS_DONE;
    }
    if (options->generate != NULL)
        return generate(options->generate);
    if (options->help)
        return help(first);
    if (first != NULL && strcmp(first, "help") == 0)
        return help(options->word_count > 1 ? options->words[1] : NULL);
    return first == NULL ? run_screen(options, NULL) : run_command(options);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); // figures are read by programs too
    app_prepare_process();
    struct shell_options options = {0};
    struct error err = {0};
    enum exit_status status;
    if (shell_options_parse(&options, argc - 1, argv + 1, &err))
        status = run(&options);
    else
        status = usage(err.text);
    shell_options_finish(&options);
    if (fflush(stdout) != 0 && status == EXIT_STATUS_DONE)
        status = EXIT_STATUS_FAILED;
    return (int)status;
}
