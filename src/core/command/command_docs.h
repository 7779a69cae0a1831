// SPDX-License-Identifier: GPL-2.0-or-later
// Manual pages and shell completions, made from the tables of commands, options and settings.
// Pure; any thread.
#ifndef VMTUI_CORE_COMMAND_COMMAND_DOCS_H
#define VMTUI_CORE_COMMAND_COMMAND_DOCS_H

#include <stdbool.h>

#include "core/command/command.h"
#include "core/str.h"

void command_docs_man(struct str *out);      // vmtui.1
void command_docs_man_conf(struct str *out); // vmtui.conf.5
void command_docs_bash(struct str *out);
void command_docs_zsh(struct str *out);
void command_docs_fish(struct str *out);
void command_docs_help(struct str *out); // what `vmtui --help` prints
// Of one command, for `vmtui COMMAND --help`.
void command_docs_usage(const struct command_spec *spec, struct str *out);
// "shutdown VM... [--mode auto|acpi|agent]"
void command_docs_synopsis(const struct command_spec *spec, struct str *out);
// Its help with what it takes and its default: "The column: name, state or cpu".
void command_docs_argument_text(const struct argument_spec *argument, struct str *out);
// "s, F5": the default keys of the command without arguments; empty when there are none.
void command_docs_keys(const struct command_spec *spec, struct str *out);
// "man", "man-conf", "bash", "zsh", "fish", "example-config"; false for any other word.
bool command_docs_generate(const char *what, struct str *out);

#endif
