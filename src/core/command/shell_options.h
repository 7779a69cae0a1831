// SPDX-License-Identifier: GPL-2.0-or-later
// The options that mean the same for every command (-c, --json, ...): one table for the program,
// its manual page and the completions. Pure; any thread.
#ifndef VMTUI_CORE_COMMAND_SHELL_OPTIONS_H
#define VMTUI_CORE_COMMAND_SHELL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct shell_option_spec {
    const char *name;       // "connect"
    char letter;            // 'c', or 0
    const char *value_name; // "URI"; NULL: takes none
    bool hidden;            // not for people
    const char *help;       // one line, imperative, no full stop
};

// Ended by a row whose name is NULL.
extern const struct shell_option_spec shell_option_table[];

struct shell_options {
    const char **connect; // -c, as often as it was given
    size_t connect_count;
    const char *config, *theme, *generate; // NULL: not given
    bool read_only, dry_run, ascii, json, yes, version, help;
    const char **words; // what is left: the command and its own arguments; "--" is kept
    size_t word_count;
};

// Takes the options out of argv (without the program's name), wherever they stand before a "--".
// All strings are argv's own.
bool shell_options_parse(struct shell_options *options, int count, char *const *arguments,
                         struct error *err);
void shell_options_finish(struct shell_options *options); // takes a zeroed one

#endif
