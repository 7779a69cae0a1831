// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/config/option_value.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/command_argument.h"
#include "core/memory.h"
#include "core/utf8.h"

enum { TEXT_BYTES_MAX = 4096 };

const struct option_spec *option_find(const char *name)
{
    for (const struct option_spec *option = option_table; option->name != NULL; option++) {
        if (strcmp(option->name, name) == 0)
            return option;
    }
    return NULL;
}

static void *field(const struct option_spec *option, struct config *config)
{
    return (char *)config + option->offset;
}

static bool refuse(const struct option_spec *option, const char *value, struct error *err)
{
    struct str range;
    str_init(&range);
    option_range_write(option, &range);
    error_set(err, ERROR_INVALID, 0, "%s takes %s, not %.60s", option->name, range.text, value);
    str_finish(&range);
    return false;
}

static bool refuse_text(const struct option_spec *option, const char *value, struct error *err)
{
    AUTO_FREE char *quoted = memory_printf("\"%.60s\"", value);
    return refuse(option, quoted, err);
}

static bool text_is_clean(const char *value)
{
    AUTO_FREE char *scrubbed = utf8_scrub_dup(value, TEXT_BYTES_MAX + 1);
    return strcmp(value, scrubbed) == 0;
}

static bool set_choice(const struct option_spec *option, struct config *config, const char *value,
                       struct error *err)
{
    int number = 0;
    size_t wanted = strlen(value);
    for (const char *word = option->choices; *word != '\0'; number++) {
        size_t length = strcspn(word, " ");
        if (length == wanted && memcmp(word, value, length) == 0) {
            memcpy(field(option, config), &number, sizeof(number)); // an enum is an int here
            return true;
        }
        word += length;
        word += strspn(word, " ");
    }
    return refuse_text(option, value, err);
}
_Static_assert(sizeof(enum tristate) == sizeof(int) && sizeof(enum cpu_percent_of) == sizeof(int),
               "choices are stored as int");

bool option_set_text(const struct option_spec *option, struct config *config, const char *value,
                     struct error *err)
{
    if (option->type == OPTION_CHOICE)
        return set_choice(option, config, value, err);
    if (option->type != OPTION_TEXT)
        return refuse_text(option, value, err);
    if (strlen(value) > TEXT_BYTES_MAX)
        return error_set(err, ERROR_INVALID, 0, "the text of %s is longer than %d bytes",
                         option->name, TEXT_BYTES_MAX);
    if (!text_is_clean(value))
        return error_set(err, ERROR_INVALID, 0,
                         "the text of %s contains control characters or is not UTF-8",
                         option->name);
    if (option->choices != NULL && !command_word_in(option->choices, value))
        return refuse_text(option, value, err);
    char **text = field(option, config);
    free(*text);
    *text = memory_strdup(value);
    return true;
}

bool option_set_number(const struct option_spec *option, struct config *config, double value,
                       bool whole, struct error *err)
{
    bool fits = option->type == OPTION_SECONDS || (option->type == OPTION_UNSIGNED && whole);
    if (!fits || !(value >= option->minimum && value <= option->maximum)) {
        AUTO_FREE char *number = memory_printf(whole ? "%.0f" : "%g", value);
        return refuse(option, number, err);
    }
    if (option->type == OPTION_SECONDS)
        *(double *)field(option, config) = value;
    else
        *(unsigned *)field(option, config) = (unsigned)value;
    return true;
}

bool option_set_bool(const struct option_spec *option, struct config *config, bool value,
                     struct error *err)
{
    if (option->type != OPTION_BOOL)
        return refuse(option, value ? "true" : "false", err);
    *(bool *)field(option, config) = value;
    return true;
}

void config_copy(struct config *to, const struct config *from)
{
    *to = *from;
    for (const struct option_spec *option = option_table; option->name != NULL; option++) {
        if (option->type != OPTION_TEXT)
            continue;
        char **text = field(option, to);
        *text = memory_strdup(*text);
    }
    to->bindings = NULL;
    to->binding_count = 0;
    for (size_t i = 0; i < from->binding_count; i++) {
        config_add_binding(to, from->bindings[i].key, from->bindings[i].command);
        to->bindings[i].line = from->bindings[i].line;
    }
}
