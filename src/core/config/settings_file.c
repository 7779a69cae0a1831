// SPDX-License-Identifier: GPL-2.0-or-later
// libconfig takes care of the syntax; what it is given is checked first, because it stops reading
// at a NUL, follows @include, and ends the program when its own memory runs out.
#include "core/config/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/command/command.h"
#include "core/config/option_value.h"
#include "core/memory.h"

enum {
    FILE_BYTES_MAX = 1024 * 1024,
    NESTING_MAX = 32,    // libconfig's parser and destructor recurse
    BINDINGS_MAX = 1000, // more than keys exist
};

struct reading {
    struct config *config;
    const char *label;
    struct error *err;
};

static bool fail_at(const struct reading *r, unsigned line, const struct error *why)
{
    return error_set(r->err, why->kind, why->code, "%s:%u: %s", r->label, line, why->text);
}

static bool __attribute__((format(printf, 3, 4)))
fail(const struct reading *r, unsigned line, const char *format, ...)
{
    struct str text;
    str_init(&text);
    va_list args;
    va_start(args, format);
    str_vprintf(&text, format, args);
    va_end(args);
    error_set(r->err, ERROR_INVALID, 0, "%s:%u: %s", r->label, line, text.text);
    str_finish(&text);
    return false;
}

// Walks over the text before libconfig does, past strings and comments.
struct scan {
    const char *at, *end;
    unsigned line;
    int depth; // of brackets
};

static bool starts(const struct scan *s, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(s->end - s->at) >= length && memcmp(s->at, word, length) == 0;
}

static bool is_text(char c)
{
    return (unsigned char)c >= ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Moves behind the next `ending`, or to the end.
static void skip_past(struct scan *s, const char *ending)
{
    bool in_string = *ending == '"';
    while (s->at < s->end && !starts(s, ending)) {
        if (*s->at == '\n')
            s->line++;
        if (in_string && *s->at == '\\' && s->at + 1 < s->end && s->at[1] != '\n')
            s->at++;
        s->at++;
    }
    s->at += s->at < s->end ? strlen(ending) : 0;
}

// libconfig cuts a whole number to 32 bits without a word.
static bool number_fits(const char *word, size_t length)
{
    bool hexadecimal = length > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    size_t digits = strspn(word, "0123456789");
    if (hexadecimal)
        return length - 2 <= 8;
    if (digits < length && word[digits] == 'L')
        return digits <= 18;
    return digits < length || digits <= 9;
}

static bool check_word(const struct reading *r, struct scan *s)
{
    const char *word = s->at;
    bool number = *word >= '0' && *word <= '9';
    while (s->at < s->end && (is_word(*s->at) || (number && *s->at == '.')))
        s->at++;
    if (number && !number_fits(word, (size_t)(s->at - word)))
        return fail(r, s->line, "the number %.*s is too large",
                    (int)(s->at - word < 60 ? s->at - word : 60), word);
    return true;
}

static bool check_sign(const struct reading *r, struct scan *s)
{
    char c = *s->at;
    if (c == '@')
        return fail(r, s->line, "@include is not supported");
    if (c == '(' || c == '[' || c == '{')
        s->depth++;
    if (c == ')' || c == ']' || c == '}')
        s->depth--;
    if (c == '\n')
        s->line++;
    s->at++;
    return s->depth <= NESTING_MAX || fail(r, s->line, "brackets are nested too deeply");
}

static bool check_bytes(const struct reading *r, const char *bytes, size_t length)
{
    unsigned line = 1;
    for (size_t i = 0; i < length; i++) {
        if (!is_text(bytes[i]))
            return fail(r, line, "this is not a text file");
        line += bytes[i] == '\n';
    }
    return true;
}

// text is NUL-terminated and ends in a newline.
static bool check_text(const struct reading *r, const char *text)
{
    struct scan s = {.at = text, .end = text + strlen(text), .line = 1};
    while (s.at < s.end) {
        if (*s.at == '"') {
            s.at++;
            skip_past(&s, "\"");
        } else if (starts(&s, "/*")) {
            skip_past(&s, "*/");
        } else if (*s.at == '#' || starts(&s, "//")) {
            skip_past(&s, "\n");
            s.line++;
        } else if (is_word(*s.at)) {
            if (!check_word(r, &s))
                return false;
        } else if (!check_sign(r, &s)) {
            return false;
        }
    }
    return true;
}

static unsigned line_of(const config_setting_t *setting)
{
    return config_setting_source_line(setting);
}

static const char *member_text(const config_setting_t *group, const char *name)
{
    const char *text = NULL;
    return config_setting_lookup_string(group, name, &text) == CONFIG_TRUE ? text : NULL;
}

static bool check_members(const struct reading *r, const config_setting_t *group)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(member);
        if (name == NULL || (strcmp(name, "key") != 0 && strcmp(name, "command") != 0))
            return fail(r, line_of(member),
                        "an entry of keys has a key and a command, and no \"%.60s\"",
                        name != NULL ? name : "");
        if (config_setting_type(member) != CONFIG_TYPE_STRING)
            return fail(r, line_of(member), "%s takes a text in quotes", name);
    }
    return true;
}

static bool check_command(const char *line, struct error *err)
{
    if (line[strspn(line, " \t")] == '\0')
        return true; // takes the key away
    struct command_call call = {0};
    if (!command_parse_line(&call, line, err))
        return false;
    command_call_finish(&call);
    return true;
}

static bool read_binding(const struct reading *r, const config_setting_t *entry)
{
    unsigned line = line_of(entry);
    if (config_setting_type(entry) != CONFIG_TYPE_GROUP)
        return fail(r, line,
                    "an entry of keys is written { key = \"F5\"; command = \"snapshot\"; }");
    if (!check_members(r, entry))
        return false;
    const char *key = member_text(entry, "key");
    const char *command = member_text(entry, "command");
    if (key == NULL || *key == '\0' || command == NULL)
        return fail(r, line, "an entry of keys needs a key and a command");
    struct error why = {0};
    if (!check_command(command, &why))
        return fail_at(r, line, &why);
    if (r->config->binding_count >= BINDINGS_MAX)
        return fail(r, line, "there are more than %d keys", BINDINGS_MAX);
    config_add_binding(r->config, key, command);
    r->config->bindings[r->config->binding_count - 1].line = line;
    return true;
}

static bool read_bindings(const struct reading *r, const config_setting_t *list)
{
    int type = config_setting_type(list);
    bool empty_array = type == CONFIG_TYPE_ARRAY && config_setting_length(list) == 0;
    if (type != CONFIG_TYPE_LIST && !empty_array)
        return fail(r, line_of(list),
                    "keys takes a list: keys = ( { key = ...; command = ...; } )");
    for (int i = 0; i < config_setting_length(list); i++) {
        if (!read_binding(r, config_setting_get_elem(list, (unsigned)i)))
            return false;
    }
    return true;
}

static const char *type_text(const config_setting_t *setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_GROUP:
        return "a group";
    case CONFIG_TYPE_ARRAY:
        return "an array";
    case CONFIG_TYPE_LIST:
        return "a list";
    default:
        return "something else";
    }
}

static bool refuse_type(const struct reading *r, const struct option_spec *option,
                        const config_setting_t *setting)
{
    struct str range;
    str_init(&range);
    option_range_write(option, &range);
    fail(r, line_of(setting), "%s takes %s, not %s", option->name, range.text, type_text(setting));
    str_finish(&range);
    return false;
}

static bool read_option(const struct reading *r, const struct option_spec *option,
                        const config_setting_t *setting)
{
    struct error why = {0};
    bool done = false;
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        done = option_set_number(option, r->config, (double)config_setting_get_int64(setting), true,
                                 &why);
        break;
    case CONFIG_TYPE_FLOAT:
        done = option_set_number(option, r->config, config_setting_get_float(setting), false, &why);
        break;
    case CONFIG_TYPE_STRING:
        done = option_set_text(option, r->config, config_setting_get_string(setting), &why);
        break;
    case CONFIG_TYPE_BOOL:
        done = option_set_bool(option, r->config, config_setting_get_bool(setting) != 0, &why);
        break;
    default:
        return refuse_type(r, option, setting);
    }
    return done || fail_at(r, line_of(setting), &why);
}

static bool read_settings(const struct reading *r, const config_setting_t *root)
{
    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);
        const char *name = config_setting_name(setting);
        const struct option_spec *option = option_find(name);
        if (strcmp(name, "keys") == 0) {
            if (!read_bindings(r, setting))
                return false;
        } else if (option == NULL) {
            return fail(r, line_of(setting), "there is no option \"%.60s\"", name);
        } else if (!read_option(r, option, setting)) {
            return false;
        }
    }
    return true;
}

static bool parse(const struct reading *r, const char *text)
{
    config_t parsed;
    config_init(&parsed);
    bool done;
    if (config_read_string(&parsed, text) != CONFIG_TRUE) {
        int line = config_error_line(&parsed);
        const char *why = config_error_text(&parsed);
        done = fail(r, line > 0 ? (unsigned)line : 1, "%s", why != NULL ? why : "syntax error");
    } else {
        done = read_settings(r, config_root_setting(&parsed));
    }
    config_destroy(&parsed);
    return done;
}

bool settings_file_read(struct config *config, const char *label, const char *bytes, size_t length,
                        struct error *err)
{
    struct config fresh;
    const struct reading r = {.config = &fresh, .label = label, .err = err};
    if (length > FILE_BYTES_MAX)
        return error_set(err, ERROR_INVALID, 0, "%s:1: the file is larger than 1 MiB", label);
    if (!check_bytes(&r, bytes, length))
        return false;
    // A comment is one to libconfig only when a newline ends it.
    char *text = memory_printf("%.*s\n", (int)length, bytes);
    config_copy(&fresh, config);
    bool done = check_text(&r, text) && parse(&r, text);
    free(text);
    if (done) {
        config_finish(config);
        *config = fresh;
    } else {
        config_finish(&fresh);
    }
    return done;
}

// Reads at most one byte more than is allowed, whatever the file says of its size.
static char *read_whole(int fd, const char *path, size_t *length, struct error *err)
{
    char *bytes = memory_alloc(FILE_BYTES_MAX + 1);
    size_t have = 0;
    while (have < FILE_BYTES_MAX + 1) {
        ssize_t got = read(fd, bytes + have, FILE_BYTES_MAX + 1 - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            error_set_errno(err, errno, "cannot read %s", path);
            free(bytes);
            return NULL;
        }
        if (got == 0)
            break;
        have += (size_t)got;
    }
    *length = have;
    return bytes;
}

bool config_load(struct config *config, const char *path, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(err, errno, "cannot read %s", path);
    size_t length = 0;
    char *bytes = read_whole(fd, path, &length, err);
    close(fd);
    if (bytes == NULL)
        return false;
    bool done = settings_file_read(config, path, bytes, length, err);
    free(bytes);
    return done;
}
