// SPDX-License-Identifier: GPL-2.0-or-later
// What a parsed call holds, and the line that would say the same in a shell.
#include <stdlib.h>
#include <string.h>

#include "core/command/command_argument.h"
#include "core/memory.h"
#include "core/str.h"

void command_call_finish(struct command_call *call)
{
    if (call == NULL)
        return;
    for (size_t i = 0; i < call->target_count; i++)
        free(call->targets[i]);
    free(call->targets);
    for (size_t i = 0; i < COMMAND_ARGUMENT_MAX; i++)
        free(call->values[i]);
    *call = (struct command_call){0};
}

const char *command_text(const struct command_call *call, const char *argument)
{
    int index = command_argument_index(call->spec, argument, strlen(argument));
    return index >= 0 ? call->values[index] : NULL;
}

bool command_flag_given(const struct command_call *call, const char *argument)
{
    return command_text(call, argument) != NULL;
}

bool command_number(const struct command_call *call, const char *argument, double *value)
{
    int index = command_argument_index(call->spec, argument, strlen(argument));
    if (index < 0 || call->values[index] == NULL)
        return false;
    if (call->spec->arguments[index].type == ARGUMENT_SIZE) {
        uint64_t bytes = 0;
        if (!command_parse_size(call->values[index], &bytes))
            return false;
        *value = (double)bytes;
        return true;
    }
    double number = 0.0;
    const char *end = command_parse_decimal(call->values[index], &number);
    if (end == NULL || *end != '\0')
        return false;
    *value = number;
    return true;
}

const struct argument_spec *command_missing(const struct command_call *call)
{
    for (size_t i = 0; i < command_argument_count(call->spec); i++) {
        if (call->spec->arguments[i].required && call->values[i] == NULL)
            return &call->spec->arguments[i];
    }
    return NULL;
}

bool command_set(struct command_call *call, const char *argument, const char *value,
                 struct error *err)
{
    int index = command_argument_index(call->spec, argument, strlen(argument));
    if (index < 0)
        return error_set(err, ERROR_INVALID, 0, "%s has no option --%s", call->spec->name,
                         argument);
    char *fresh = NULL; // NULL takes the argument back, as if it had not been given
    if (value != NULL) {
        if (!command_argument_check(call->spec, &call->spec->arguments[index], value, err))
            return false;
        fresh = memory_strdup(value);
    } else {
        fresh = memory_strdup(call->spec->arguments[index].default_text);
    }
    free(call->values[index]);
    call->values[index] = fresh;
    return true;
}

static void add_option(const struct argument_spec *argument, const char *value, struct str *out)
{
    str_printf(out, " --%s", argument->name);
    if (argument->type == ARGUMENT_FLAG)
        return;
    str_add_char(out, value[0] == '-' ? '=' : ' ');
    command_quote(out, value);
}

// Values that equal the default are left out: the line says what differs. A positional argument is
// written by name where an earlier one is missing.
static void add_values(const struct command_call *call, bool positional, struct str *out)
{
    bool in_order = true;
    for (size_t i = 0; i < command_argument_count(call->spec); i++) {
        const struct argument_spec *argument = &call->spec->arguments[i];
        const char *value = call->values[i];
        bool said = value != NULL && !str_equal(value, argument->default_text);
        bool bare = argument->positional && in_order;
        if (said && !bare && !positional)
            add_option(argument, value, out);
        if (said && bare && positional) {
            str_add_char(out, ' ');
            command_quote(out, value);
        }
        if (argument->positional && !said)
            in_order = false;
    }
}

static bool looks_like_option(const struct command_call *call, const char *target)
{
    bool found = target != NULL && target[0] == '-';
    for (size_t i = 0; target == NULL && i < call->target_count; i++)
        found = found || call->targets[i][0] == '-';
    for (size_t i = 0; i < command_argument_count(call->spec); i++)
        found = found || (call->spec->arguments[i].positional && call->values[i] != NULL &&
                          call->values[i][0] == '-');
    return found;
}

void command_format(const struct command_call *call, const char *target, struct str *out)
{
    str_printf(out, "vmtui %s", call->spec->name);
    bool guarded = looks_like_option(call, target);
    if (guarded) { // then the options stand first, and "--" ends them
        add_values(call, false, out);
        str_add(out, " --");
    }
    if (target != NULL) {
        str_add_char(out, ' ');
        command_quote(out, target);
    }
    for (size_t i = 0; target == NULL && i < call->target_count; i++) {
        str_add_char(out, ' ');
        command_quote(out, call->targets[i]);
    }
    add_values(call, true, out);
    if (!guarded)
        add_values(call, false, out);
}
