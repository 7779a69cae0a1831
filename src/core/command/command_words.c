// SPDX-License-Identifier: GPL-2.0-or-later
// Words and numbers as people type them. Nothing here depends on the locale.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command_argument.h"
#include "core/memory.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Where one word's text goes while its quotes are taken away; out is as long as the line.
struct splitter {
    const char *at;
    char *out;
};

// Double quotes keep a backslash unless it stands before one of these, as in a shell.
static bool escapes_in_quotes(char c)
{
    return c == '"' || c == '\\' || c == '$' || c == '`';
}

static bool copy_quoted(struct splitter *s, char quote)
{
    for (s->at++; *s->at != quote; s->at++) {
        if (*s->at == '\0')
            return false;
        if (quote == '"' && *s->at == '\\' && escapes_in_quotes(s->at[1]))
            s->at++;
        *s->out++ = *s->at;
    }
    s->at++;
    return true;
}

static bool copy_word(struct splitter *s, struct error *err)
{
    while (*s->at != '\0' && !is_blank(*s->at)) {
        char c = *s->at;
        if (c == '\'' || c == '"') {
            if (!copy_quoted(s, c))
                return error_set(err, ERROR_INVALID, 0, "the quote %c is not closed", c);
            continue;
        }
        if (c == '\\' && s->at[1] == '\0')
            return error_set(err, ERROR_INVALID, 0, "there is nothing after the last backslash");
        if (c == '\\')
            s->at++;
        *s->out++ = *s->at++;
    }
    *s->out++ = '\0';
    return true;
}

char **command_split_words(const char *line, size_t *count, struct error *err)
{
    size_t length = strlen(line);
    size_t most = length / 2 + 1; // every word but the last is followed by a blank
    // One block: the pointers, the NULL after them, then the words' text.
    char **words = memory_alloc((most + 1) * sizeof(*words) + length + 1);
    struct splitter s = {.at = line, .out = (char *)(words + most + 1)};
    size_t found = 0;
    for (;;) {
        while (is_blank(*s.at))
            s.at++;
        if (*s.at == '\0')
            break;
        words[found] = s.out;
        if (!copy_word(&s, err)) {
            free(words);
            return NULL;
        }
        found++;
    }
    *count = found;
    return words;
}

static bool needs_no_quotes(const char *word)
{
    static const char safe[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+:,./-";
    return *word != '\0' && word[strspn(word, safe)] == '\0';
}

void command_quote(struct str *out, const char *word)
{
    if (needs_no_quotes(word)) {
        str_add(out, word);
        return;
    }
    str_add_char(out, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            str_add(out, "'\\''");
        else
            str_add_char(out, *word);
    }
    str_add_char(out, '\'');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Not strtod: "inf", "0x10", "1e9" and a locale's comma are no numbers that anybody means here.
const char *command_parse_decimal(const char *text, double *value)
{
    double result = 0.0;
    const char *at = text;
    for (; is_digit(*at); at++)
        result = result * 10.0 + (*at - '0');
    if (at == text)
        return NULL;
    if (*at == '.') {
        at++;
        if (!is_digit(*at))
            return NULL;
        double place = 1.0;
        for (; is_digit(*at); at++) {
            place /= 10.0;
            result += (*at - '0') * place;
        }
    }
    *value = result;
    return at;
}

// The power of 1024 that a unit stands for, -1 when it is none. "B" alone is bytes.
static int unit_power(const char *unit)
{
    static const char letters[] = "KMGTP";
    if (*unit == '\0')
        return 2;
    char first = *unit >= 'a' && *unit <= 'z' ? (char)(*unit - 'a' + 'A') : *unit;
    if (first == 'B')
        return unit[1] == '\0' ? 0 : -1;
    const char *letter = strchr(letters, first);
    if (letter == NULL)
        return -1;
    const char *rest = unit + 1;
    bool known = strcmp(rest, "") == 0 || strcmp(rest, "iB") == 0 || strcmp(rest, "ib") == 0 ||
                 strcmp(rest, "B") == 0 || strcmp(rest, "b") == 0 || strcmp(rest, "i") == 0;
    return known ? (int)(letter - letters) + 1 : -1;
}

bool command_parse_size(const char *text, uint64_t *bytes)
{
    double number = 0.0;
    const char *unit = command_parse_decimal(text, &number);
    if (unit == NULL)
        return false;
    while (*unit == ' ')
        unit++;
    int power = unit_power(unit);
    if (power < 0)
        return false;
    double result = round(ldexp(number, 10 * power));
    if (!(result < 9223372036854775808.0)) // 2^63: more than any disk, and safe in a signed number
        return false;
    *bytes = (uint64_t)result;
    return true;
}

void command_size_write(double bytes, struct str *out)
{
    static const char letters[] = "BKMGTP";
    size_t power = 0;
    while (power + 2 < sizeof(letters) && bytes >= 1024.0 && fmod(bytes, 1024.0) == 0.0) {
        bytes /= 1024.0;
        power++;
    }
    str_printf(out, "%.0f%c", bytes, letters[power]);
}
