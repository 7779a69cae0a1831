// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/command/shell_options.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

enum { CONNECT, CONFIG, THEME, READONLY, DRY_RUN, ASCII, JSON, YES, VERSION, HELP, GENERATE };

const struct shell_option_spec shell_option_table[] = {
    [CONNECT] = {.name = "connect",
                 .letter = 'c',
                 .value_name = "URI",
                 .help = "Connect to this hypervisor (qemu:///system); may be repeated"},
    [CONFIG] = {.name = "config",
                .value_name = "FILE",
                .help = "Read this file instead of the usual vmtui.conf"},
    [THEME] = {.name = "theme", .value_name = "NAME", .help = "Use this theme, or theme file"},
    [READONLY] = {.name = "readonly", .help = "Connect read-only, and offer nothing that changes"},
    [DRY_RUN] = {.name = "dry-run", .help = "Say what would be done, and do nothing"},
    [ASCII] = {.name = "ascii", .help = "Draw without Unicode characters"},
    [JSON] = {.name = "json", .help = "Print one JSON document for programs"},
    [YES] = {.name = "yes", .letter = 'y', .help = "Do what asks for confirmation without asking"},
    [VERSION] = {.name = "version", .letter = 'V', .help = "Print the version and end"},
    [HELP] = {.name = "help",
              .letter = 'h',
              .help = "Print help, of the command if one is given, and end"},
    [GENERATE] = {.name = "generate",
                  .value_name = "WHAT",
                  .hidden = true,
                  .help = "Print a manual page, a completion or the example configuration"},
    {.name = NULL}};

static int find_option(const char *word, size_t length)
{
    for (int i = 0; shell_option_table[i].name != NULL; i++) {
        const struct shell_option_spec *option = &shell_option_table[i];
        if (word[1] == '-' && strlen(option->name) == length - 2 &&
            memcmp(option->name, word + 2, length - 2) == 0)
            return i;
        if (word[1] != '-' && option->letter != '\0' && word[1] == option->letter && length == 2)
            return i;
    }
    return -1;
}

static void apply(struct shell_options *options, int which, const char *value)
{
    switch (which) {
    case CONNECT:
        options->connect[options->connect_count++] = value;
        break;
    case CONFIG:
        options->config = value;
        break;
    case THEME:
        options->theme = value;
        break;
    case READONLY:
        options->read_only = true;
        break;
    case DRY_RUN:
        options->dry_run = true;
        break;
    case ASCII:
        options->ascii = true;
        break;
    case JSON:
        options->json = true;
        break;
    case YES:
        options->yes = true;
        break;
    case VERSION:
        options->version = true;
        break;
    case HELP:
        options->help = true;
        break;
    default:
        options->generate = value;
        break;
    }
}

// Takes the option at *at and its value; sets *taken to false when it is none of ours.
static bool take(struct shell_options *options, int count, char *const *arguments, int *at,
                 bool *taken, struct error *err)
{
    const char *word = arguments[*at];
    size_t length = strcspn(word, "=");
    int which = word[0] == '-' && length >= 2 ? find_option(word, length) : -1;
    *taken = which >= 0;
    if (which < 0)
        return true;
    const struct shell_option_spec *option = &shell_option_table[which];
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    if (option->value_name == NULL && value != NULL)
        return error_set(err, ERROR_INVALID, 0, "--%s takes no value", option->name);
    if (option->value_name != NULL && value == NULL) {
        if (*at + 1 >= count)
            return error_set(err, ERROR_INVALID, 0, "--%s needs a value: --%s %s", option->name,
                             option->name, option->value_name);
        value = arguments[++*at];
    }
    if (value != NULL && *value == '\0')
        return error_set(err, ERROR_INVALID, 0, "the value of --%s is empty", option->name);
    apply(options, which, value);
    return true;
}

bool shell_options_parse(struct shell_options *options, int count, char *const *arguments,
                         struct error *err)
{
    struct shell_options fresh = {0};
    size_t room = count > 0 ? (size_t)count : 0;
    fresh.connect = memory_array(room, sizeof(*fresh.connect));
    fresh.words = memory_array(room, sizeof(*fresh.words));
    bool ended = false;
    for (int i = 0; i < count; i++) {
        bool taken = false;
        bool mark = !ended && strcmp(arguments[i], "--") == 0;
        ended = ended || mark;
        if (mark && fresh.word_count == 0)
            continue; // nothing before it that it could end
        if (!ended && !take(&fresh, count, arguments, &i, &taken, err)) {
            shell_options_finish(&fresh);
            return false;
        }
        if (!taken)
            fresh.words[fresh.word_count++] = arguments[i];
    }
    *options = fresh;
    return true;
}

void shell_options_finish(struct shell_options *options)
{
    if (options == NULL)
        return;
    free(options->connect);
    free(options->words);
    *options = (struct shell_options){0};
}
