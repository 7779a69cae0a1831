// SPDX-License-Identifier: GPL-2.0-or-later
// What a command's argument may be: checked, and said in words. Shared by the files of this folder.
#ifndef VMTUI_CORE_COMMAND_COMMAND_ARGUMENT_H
#define VMTUI_CORE_COMMAND_COMMAND_ARGUMENT_H

#include "core/command/command.h"

// Index in the spec's arguments, or -1.
int command_argument_index(const struct command_spec *spec, const char *name, size_t length);
// ERROR_INVALID names the command, the argument and what it takes.
bool command_argument_check(const struct command_spec *spec, const struct argument_spec *argument,
                            const char *value, struct error *err);
// Fills err with "rename needs NEW-NAME" and returns false.
bool command_argument_missing(const struct command_spec *spec, const struct argument_spec *argument,
                              struct error *err);
// "--name", or "NEW-NAME" of a positional one.
void command_argument_label(const struct argument_spec *argument, struct str *out);
// "a number from 1 to 4096", "auto, acpi or agent".
void command_argument_range(const struct argument_spec *argument, struct str *out);
// What stands for the value in a usage line: "N", "SIZE", "auto|acpi|agent"; empty for a flag.
void command_argument_value_name(const struct argument_spec *argument, struct str *out);
// True when word is one of the blank-separated words.
bool command_word_in(const char *words, const char *word);
// "a, b or c" of "a b c".
void command_words_or(const char *words, struct str *out);
// Reads digits with at most one point; returns where it stopped, NULL when there is no number.
const char *command_parse_decimal(const char *text, double *value);
// "16M", "64T": as command_parse_size reads it back.
void command_size_write(double bytes, struct str *out);

#endif
