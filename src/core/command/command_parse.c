// SPDX-License-Identifier: GPL-2.0-or-later
// From words to a call: which word is an option, which a target, which a positional argument.
#include <stdlib.h>
#include <string.h>

#include "core/command/command_argument.h"
#include "core/memory.h"
#include "core/str.h"

struct parser {
    struct command_call call;
    size_t word_count;
    const char *const *words;
    size_t at;
    bool from_shell;
    const char **plain; // words that are neither options nor their values
    size_t plain_count;
    struct error *err;
};

// Edits (insert, delete, change a character) between two names; short names only.
static size_t name_distance(const char *a, const char *b)
{
    enum { LONGEST = 31 };
    size_t row[LONGEST + 1];
    size_t b_length = strlen(b);
    if (strlen(a) > LONGEST || b_length > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[b_length];
}

static void unknown_command(const char *word, struct error *err)
{
    const char *near = NULL;
    size_t nearest = 3; // further away is not a slip any more
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        size_t distance = name_distance(word, spec->name);
        if (distance < nearest && distance < strlen(spec->name)) {
            nearest = distance;
            near = spec->name;
        }
    }
    if (near != NULL)
        error_set(err, ERROR_INVALID, 0, "there is no command \"%.60s\"; did you mean \"%s\"?",
                  word, near);
    else
        error_set(err, ERROR_INVALID, 0, "there is no command \"%.60s\"", word);
}

static bool find_spec(struct parser *p)
{
    const char *word = p->words[0];
    const struct command_spec *spec = command_find(word);
    if (spec == NULL) {
        unknown_command(word, p->err);
        return false;
    }
    p->call.spec = spec;
    if (p->from_shell && (spec->flags & COMMAND_SHELL) == 0)
        return error_set(p->err, ERROR_INVALID, 0,
                         "%s works on the screen only: start vmtui without a command", spec->name);
    if (!p->from_shell && (spec->flags & COMMAND_SCREEN) == 0)
        return error_set(p->err, ERROR_INVALID, 0, "%s works from the shell only: vmtui %s",
                         spec->name, spec->name);
    return true;
}

static bool store(struct parser *p, int index, const char *value)
{
    const struct argument_spec *argument = &p->call.spec->arguments[index];
    if (p->call.values[index] != NULL)
        return error_set(p->err, ERROR_INVALID, 0, "%s: --%s is given twice", p->call.spec->name,
                         argument->name);
    if (!command_argument_check(p->call.spec, argument, value, p->err))
        return false;
    p->call.values[index] = memory_strdup(value);
    return true;
}

// "--name value", "--name=value" or "--flag" at p->at.
static bool take_option(struct parser *p)
{
    const char *command = p->call.spec->name;
    const char *name = p->words[p->at] + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    int index = command_argument_index(p->call.spec, name, length);
    if (index < 0)
        return error_set(p->err, ERROR_INVALID, 0, "%s has no option --%.*s", command,
                         (int)(length < 60 ? length : 60), name);
    if (p->call.spec->arguments[index].type == ARGUMENT_FLAG) {
        if (value != NULL)
            return error_set(p->err, ERROR_INVALID, 0, "%s: --%.*s takes no value", command,
                             (int)length, name);
        return store(p, index, "");
    }
    if (value != NULL)
        return store(p, index, value);
    if (p->at + 1 >= p->word_count)
        return error_set(p->err, ERROR_INVALID, 0, "%s: --%s needs a value", command, name);
    value = p->words[++p->at];
    // More likely a forgotten value than one that begins like an option.
    if (value[0] == '-' && value[1] != '\0')
        return error_set(
            p->err, ERROR_INVALID, 0,
            "%s: --%s needs a value; one that begins with a dash is written --%s=%.60s", command,
            name, name, value);
    return store(p, index, value);
}

static bool take_words(struct parser *p)
{
    bool options_ended = false;
    for (p->at = 1; p->at < p->word_count; p->at++) {
        const char *word = p->words[p->at];
        if (options_ended || word[0] != '-' || word[1] == '\0') {
            p->plain[p->plain_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            options_ended = true;
        } else if (word[1] != '-') {
            return error_set(p->err, ERROR_INVALID, 0, "%s has no option %.60s", p->call.spec->name,
                             word);
        } else if (!take_option(p)) {
            return false;
        }
    }
    return true;
}

// How many of the plain words are targets; the rest are positional arguments.
static size_t count_targets(const struct parser *p)
{
    size_t required = 0;
    const struct command_spec *spec = p->call.spec;
    switch (spec->target) {
    case COMMAND_TARGET_NONE:
        return 0;
    case COMMAND_TARGET_VMS:
    case COMMAND_TARGET_ANY_VMS:
        return p->plain_count;
    case COMMAND_TARGET_ONE_VM:
        break;
    }
    size_t positional = 0;
    for (size_t i = 0; i < command_argument_count(spec); i++) {
        const struct argument_spec *argument = &spec->arguments[i];
        positional += argument->positional && p->call.values[i] == NULL;
        required += argument->positional && argument->required && p->call.values[i] == NULL;
    }
    if (positional == 0)
        return p->plain_count;
    // On the screen the target may be left out: the words go to what is required first.
    if (!p->from_shell && p->plain_count <= required)
        return 0;
    return p->plain_count > 0 ? 1 : 0;
}

static bool take_targets(struct parser *p, size_t count)
{
    const struct command_spec *spec = p->call.spec;
    bool one = spec->target == COMMAND_TARGET_ONE_VM;
    if (one && count > 1)
        return error_set(p->err, ERROR_INVALID, 0, "%s works on one VM at a time", spec->name);
    if (p->from_shell && count == 0 && (one || spec->target == COMMAND_TARGET_VMS))
        return error_set(p->err, ERROR_INVALID, 0, "%s needs the name of a VM", spec->name);
    p->call.targets = memory_array(count, sizeof(*p->call.targets));
    for (size_t i = 0; i < count; i++) {
        if (p->plain[i][0] == '\0')
            return error_set(p->err, ERROR_INVALID, 0, "%s: the name of a VM is not empty",
                             spec->name);
        p->call.targets[p->call.target_count++] = memory_strdup(p->plain[i]);
    }
    return true;
}

static bool take_positionals(struct parser *p, size_t from)
{
    const struct command_spec *spec = p->call.spec;
    size_t at = from;
    for (size_t i = 0; i < command_argument_count(spec) && at < p->plain_count; i++) {
        if (!spec->arguments[i].positional || p->call.values[i] != NULL)
            continue;
        if (!store(p, (int)i, p->plain[at++]))
            return false;
    }
    if (at < p->plain_count)
        return error_set(p->err, ERROR_INVALID, 0, "%s: \"%.60s\" is one word too many", spec->name,
                         p->plain[at]);
    return true;
}

static bool finish_values(struct parser *p)
{
    const struct command_spec *spec = p->call.spec;
    for (size_t i = 0; i < command_argument_count(spec); i++) {
        if (p->call.values[i] == NULL)
            p->call.values[i] = memory_strdup(spec->arguments[i].default_text);
    }
    // A dialog can ask for what an operation lacks; nothing asks for what the others lack.
    const struct argument_spec *missing = command_missing(&p->call);
    if (missing != NULL && (p->from_shell || spec->operation < 0))
        return command_argument_missing(spec, missing, p->err);
    return true;
}

bool command_parse(struct command_call *call, size_t word_count, const char *const *words,
                   bool from_shell, struct error *err)
{
    if (word_count == 0)
        return error_set(err, ERROR_INVALID, 0, "no command was given");
    struct parser p = {
        .word_count = word_count, .words = words, .from_shell = from_shell, .err = err};
    p.plain = memory_array(word_count, sizeof(*p.plain));
    bool done = find_spec(&p) && take_words(&p);
    if (done) {
        size_t targets = count_targets(&p);
        done = take_targets(&p, targets) && take_positionals(&p, targets) && finish_values(&p);
    }
    free(p.plain);
    if (done)
        *call = p.call;
    else
        command_call_finish(&p.call);
    return done;
}

bool command_parse_line(struct command_call *call, const char *line, struct error *err)
{
    size_t count = 0;
    char **words = command_split_words(line, &count, err);
    if (words == NULL)
        return false;
    bool done = command_parse(call, count, (const char *const *)words, false, err);
    free(words);
    return done;
}
