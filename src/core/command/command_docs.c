// SPDX-License-Identifier: GPL-2.0-or-later
// Help as plain text, and what the manual pages and the completions share.
#include "core/command/command_docs.h"

#include <string.h>

#include "core/command/command_argument.h"
#include "core/command/shell_options.h"
#include "core/config/config.h"

static void add_argument(const struct argument_spec *argument, struct str *out)
{
    str_add(out, argument->required ? " " : " [");
    command_argument_label(argument, out);
    if (!argument->positional && argument->type != ARGUMENT_FLAG) {
        str_add_char(out, ' ');
        command_argument_value_name(argument, out);
    }
    if (!argument->required)
        str_add_char(out, ']');
}

void command_docs_synopsis(const struct command_spec *spec, struct str *out)
{
    static const char *const targets[] = {
        [COMMAND_TARGET_NONE] = "",
        [COMMAND_TARGET_ONE_VM] = " VM",
        [COMMAND_TARGET_VMS] = " VM...",
        [COMMAND_TARGET_ANY_VMS] = " [VM...]",
    };
    str_add(out, spec->name);
    str_add(out, targets[spec->target]);
    for (size_t i = 0; i < command_argument_count(spec); i++)
        add_argument(&spec->arguments[i], out);
}

void command_docs_keys(const struct command_spec *spec, struct str *out)
{
    unsigned position = 0;
    char key[COMMAND_KEY_SIZE];
    char line[COMMAND_LINE_SIZE];
    size_t before = out->length;
    while (command_next_default_key(spec, &position, key, line)) {
        if (strcmp(line, spec->name) != 0)
            continue;
        if (out->length > before)
            str_add(out, ", ");
        str_add(out, key);
    }
}

void command_docs_argument_text(const struct argument_spec *argument, struct str *out)
{
    str_add(out, argument->help);
    bool plain = argument->type == ARGUMENT_FLAG || argument->type == ARGUMENT_TEXT;
    bool choices_seen = argument->type == ARGUMENT_CHOICE && !argument->positional;
    if (!plain && !choices_seen) {
        str_add(out, ": ");
        command_argument_range(argument, out);
    }
    if (argument->default_text != NULL)
        str_printf(out, "; %s when left out", argument->default_text);
}

// Two columns; the right one is broken between words where it would leave 80 columns.
static void add_row(struct str *out, const char *left, const char *right)
{
    enum { RIGHT_COLUMN = 26, RIGHT_WIDTH = 80 - RIGHT_COLUMN };
    if (strlen(left) + 4 > RIGHT_COLUMN)
        str_printf(out, "  %s\n%*s", left, RIGHT_COLUMN, "");
    else
        str_printf(out, "  %-*s", RIGHT_COLUMN - 2, left);
    while (strlen(right) > RIGHT_WIDTH) {
        size_t length = RIGHT_WIDTH;
        while (length > 0 && right[length] != ' ')
            length--;
        if (length == 0)
            break;
        str_printf(out, "%.*s\n%*s", (int)length, right, RIGHT_COLUMN, "");
        right += length + 1;
    }
    str_printf(out, "%s\n", right);
}

static void add_argument_row(const struct argument_spec *argument, struct str *out)
{
    struct str left;
    struct str right;
    str_init(&left);
    str_init(&right);
    command_argument_label(argument, &left);
    if (!argument->positional && argument->type != ARGUMENT_FLAG) {
        str_add_char(&left, ' ');
        command_argument_value_name(argument, &left);
    }
    command_docs_argument_text(argument, &right);
    add_row(out, left.text, right.text);
    str_finish(&left);
    str_finish(&right);
}

void command_docs_usage(const struct command_spec *spec, struct str *out)
{
    bool shell = (spec->flags & COMMAND_SHELL) != 0;
    str_add(out, shell ? "Usage: vmtui " : "On the screen: :");
    command_docs_synopsis(spec, out);
    str_printf(out, "\n\n%s.\n", spec->help);
    if (spec->alias != NULL)
        str_printf(out, "Also called %s.\n", spec->alias);
    struct str keys;
    str_init(&keys);
    command_docs_keys(spec, &keys);
    if (keys.length > 0)
        str_printf(out, "Key on the screen: %s.\n", keys.text);
    str_finish(&keys);
    if ((spec->flags & COMMAND_CONFIRM) != 0)
        str_add(out, "Asks first; from the shell, --yes answers.\n");
    if (command_argument_count(spec) > 0)
        str_add_char(out, '\n');
    for (size_t i = 0; i < command_argument_count(spec); i++)
        add_argument_row(&spec->arguments[i], out);
}

static void add_shell_options(struct str *out)
{
    for (const struct shell_option_spec *option = shell_option_table; option->name != NULL;
         option++) {
        if (option->hidden)
            continue;
        struct str left;
        str_init(&left);
        if (option->letter != '\0')
            str_printf(&left, "-%c, ", option->letter);
        str_printf(&left, "--%s", option->name);
        if (option->value_name != NULL)
            str_printf(&left, " %s", option->value_name);
        add_row(out, left.text, option->help);
        str_finish(&left);
    }
}

void command_docs_help(struct str *out)
{
    str_add(out, "Usage: vmtui [OPTIONS]                       open the screen\n"
                 "       vmtui [OPTIONS] COMMAND [VM...] ...   run one command\n"
                 "       vmtui COMMAND --help                  say what a command takes\n\n"
                 "A VM is named by its name, its UUID, or a quoted pattern with * ? [ ].\n");
    for (int group = 0; group < COMMAND_GROUP_COUNT; group++) {
        bool titled = false;
        for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
            if ((int)spec->group != group || (spec->flags & COMMAND_SHELL) == 0)
                continue;
            if (!titled)
                str_printf(out, "\n%s:\n", command_group_title(spec->group));
            titled = true;
            add_row(out, spec->name, spec->help);
        }
    }
    str_add(out, "\nOptions:\n");
    add_shell_options(out);
    str_add(out, "\nExit status: 0 done, 1 failed, 2 wrong usage, 3 no match, 4 no connection.\n");
}

bool command_docs_generate(const char *what, struct str *out)
{
    static const struct {
        const char *name;
        void (*write)(struct str *out);
    } documents[] = {
        {"man", command_docs_man},   {"man-conf", command_docs_man_conf},
        {"bash", command_docs_bash}, {"zsh", command_docs_zsh},
        {"fish", command_docs_fish}, {"example-config", config_example_write},
    };
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        if (strcmp(documents[i].name, what) == 0) {
            documents[i].write(out);
            return true;
        }
    }
    return false;
}
