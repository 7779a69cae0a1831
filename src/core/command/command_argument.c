// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/command/command_argument.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

int command_argument_index(const struct command_spec *spec, const char *name, size_t length)
{
    size_t count = command_argument_count(spec);
    for (size_t i = 0; i < count; i++) {
        const char *candidate = spec->arguments[i].name;
        if (strlen(candidate) == length && memcmp(candidate, name, length) == 0)
            return (int)i;
    }
    return -1;
}

bool command_word_in(const char *words, const char *word)
{
    size_t wanted = strlen(word);
    while (words != NULL && *words != '\0') {
        words += strspn(words, " ");
        size_t length = strcspn(words, " ");
        if (length > 0 && length == wanted && memcmp(words, word, length) == 0)
            return true;
        words += length;
    }
    return false;
}

void command_words_or(const char *words, struct str *out)
{
    for (bool first = true; *words != '\0'; first = false) {
        size_t length = strcspn(words, " ");
        bool last = words[length] == '\0';
        if (!first)
            str_add(out, last ? " or " : ", ");
        str_add_bytes(out, words, length);
        words += length + (last ? 0 : 1);
    }
}

void command_argument_label(const struct argument_spec *argument, struct str *out)
{
    if (!argument->positional) {
        str_printf(out, "--%s", argument->name);
        return;
    }
    for (const char *c = argument->name; *c != '\0'; c++)
        str_add_char(out, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
}

static void add_bounds(const struct argument_spec *argument, struct str *out)
{
    str_add(out, " from ");
    if (argument->type == ARGUMENT_SIZE) {
        command_size_write(argument->minimum, out);
        str_add(out, " to ");
        command_size_write(argument->maximum, out);
    } else {
        str_printf(out, "%.15g to %.15g", argument->minimum, argument->maximum);
    }
}

void command_argument_range(const struct argument_spec *argument, struct str *out)
{
    switch (argument->type) {
    case ARGUMENT_FLAG:
        str_add(out, "no value");
        return;
    case ARGUMENT_TEXT:
        str_add(out, "a text");
        if (argument->maximum > 0)
            str_printf(out, " of at most %.0f bytes", argument->maximum);
        return;
    case ARGUMENT_CHOICE:
        command_words_or(argument->choices, out);
        return;
    case ARGUMENT_NUMBER:
        str_add(out, "a whole number");
        break;
    case ARGUMENT_SIZE:
        str_add(out, "a size");
        break;
    case ARGUMENT_SECONDS:
        str_add(out, "seconds");
        break;
    }
    add_bounds(argument, out);
    if (argument->choices != NULL) {
        str_add(out, ", or ");
        command_words_or(argument->choices, out);
    }
}

void command_argument_value_name(const struct argument_spec *argument, struct str *out)
{
    switch (argument->type) {
    case ARGUMENT_FLAG:
        return;
    case ARGUMENT_TEXT:
        str_add(out, "TEXT");
        return;
    case ARGUMENT_NUMBER:
        str_add(out, "N");
        return;
    case ARGUMENT_SIZE:
        str_add(out, "SIZE");
        return;
    case ARGUMENT_SECONDS:
        str_add(out, "SECONDS");
        return;
    case ARGUMENT_CHOICE:
        for (const char *c = argument->choices; *c != '\0'; c++)
            str_add_char(out, *c == ' ' ? '|' : *c);
        return;
    }
}

static bool text_is_clean(const char *value)
{
    size_t length = strlen(value);
    size_t size = length * 3 + 1; // a broken byte becomes the three of U+FFFD
    AUTO_FREE char *scrubbed = memory_alloc(size);
    utf8_scrub(value, length, scrubbed, size, false);
    return strcmp(value, scrubbed) == 0;
}

static bool in_range(const struct argument_spec *argument, double number)
{
    return number >= argument->minimum && number <= argument->maximum;
}

static bool value_fits(const struct argument_spec *argument, const char *value)
{
    double number = 0.0;
    uint64_t bytes = 0;
    const char *end;
    if (argument->type != ARGUMENT_TEXT && command_word_in(argument->choices, value))
        return true;
    switch (argument->type) {
    case ARGUMENT_FLAG:
        return true;
    case ARGUMENT_CHOICE:
        return false;
    case ARGUMENT_TEXT:
        if (argument->required && *value == '\0')
            return false;
        return argument->maximum <= 0 || (double)strlen(value) <= argument->maximum;
    case ARGUMENT_SIZE:
        return command_parse_size(value, &bytes) && in_range(argument, (double)bytes);
    case ARGUMENT_NUMBER:
    case ARGUMENT_SECONDS:
        end = command_parse_decimal(value, &number);
        if (end == NULL || *end != '\0' || !in_range(argument, number))
            return false;
        return argument->type == ARGUMENT_SECONDS || strchr(value, '.') == NULL;
    }
    return false;
}

bool command_argument_check(const struct command_spec *spec, const struct argument_spec *argument,
                            const char *value, struct error *err)
{
    bool fits = value_fits(argument, value);
    if (fits && text_is_clean(value))
        return true;
    struct str text;
    str_init(&text);
    command_argument_label(argument, &text);
    if (fits) {
        str_add(&text, " contains control characters or is not UTF-8");
    } else {
        str_add(&text, " takes ");
        command_argument_range(argument, &text);
        str_printf(&text, ", not \"%.60s\"", value);
    }
    error_set(err, ERROR_INVALID, 0, "%s: %s", spec->name, text.text);
    str_finish(&text);
    return false;
}

bool command_argument_missing(const struct command_spec *spec, const struct argument_spec *argument,
                              struct error *err)
{
    struct str label;
    str_init(&label);
    command_argument_label(argument, &label);
    error_set(err, ERROR_INVALID, 0, "%s needs %s", spec->name, label.text);
    str_finish(&label);
    return false;
}
