// SPDX-License-Identifier: GPL-2.0-or-later
// The format, a role a line, is small enough to be read here:
//   role = foreground [on background] [bold] [underline] [reverse] [dim] [italic]
#include "ui/screen/theme.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"
#include "ui/screen/theme_colour.h"

#ifndef VMTUI_THEME_DIR
#define VMTUI_THEME_DIR "/usr/local/share/vmtui/themes"
#endif

enum { THEME_BYTES_MAX = 64 * 1024, WORDS_MAX = 16, BACKGROUND_OF_TEXT = -2 };

static const char *const role_names[] = {
    [ROLE_TEXT] = "text",
    [ROLE_DIM] = "dim",
    [ROLE_ACCENT] = "accent",
    [ROLE_OK] = "ok",
    [ROLE_WARN] = "warn",
    [ROLE_ALARM] = "alarm",
    [ROLE_CPU] = "cpu",
    [ROLE_MEMORY] = "memory",
    [ROLE_DISK] = "disk",
    [ROLE_NET] = "net",
    [ROLE_SELECTION] = "selection",
    [ROLE_MARK] = "mark",
    [ROLE_BORDER] = "border",
    [ROLE_BORDER_FOCUS] = "border_focus",
    [ROLE_TITLE] = "title",
    [ROLE_HEADER] = "header",
    [ROLE_KEY] = "key",
    [ROLE_BAR_EMPTY] = "bar_empty",
    [ROLE_INPUT] = "input",
    [ROLE_DIALOG] = "dialog",
    [ROLE_DANGER] = "danger",
    [ROLE_MATCH] = "match",
};
_Static_assert(ARRAY_COUNT(role_names) == ROLE_COUNT, "every role has a name");

const char *role_name(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? role_names[role] : "?";
}

void theme_builtin(struct theme *theme)
{
    static const struct theme builtin = {
        .name = "default",
        .looks =
            {
                [ROLE_TEXT] = {-1, -1, 0},
                [ROLE_DIM] = {245, -1, 0},
                [ROLE_ACCENT] = {80, -1, STYLE_BOLD},
                [ROLE_OK] = {77, -1, 0},
                [ROLE_WARN] = {214, -1, 0},
                [ROLE_ALARM] = {203, -1, STYLE_BOLD},
                [ROLE_CPU] = {80, -1, 0},
                [ROLE_MEMORY] = {141, -1, 0},
                [ROLE_DISK] = {179, -1, 0},
                [ROLE_NET] = {75, -1, 0},
                [ROLE_SELECTION] = {231, 24, STYLE_BOLD},
                [ROLE_MARK] = {220, -1, STYLE_BOLD},
                [ROLE_BORDER] = {240, -1, 0},
                [ROLE_BORDER_FOCUS] = {80, -1, 0},
                [ROLE_TITLE] = {-1, -1, STYLE_BOLD},
                [ROLE_HEADER] = {250, -1, STYLE_BOLD},
                [ROLE_KEY] = {80, -1, STYLE_BOLD},
                [ROLE_BAR_EMPTY] = {240, -1, 0},
                [ROLE_INPUT] = {231, 239, 0},
                [ROLE_DIALOG] = {253, 236, 0},
                [ROLE_DANGER] = {231, 124, STYLE_BOLD},
                [ROLE_MATCH] = {16, 220, 0},
            },
    };
    *theme = builtin;
}

struct parser {
    const char *path;
    unsigned line; // from 1
    bool seen[ROLE_COUNT];
    struct theme theme;
    struct error *err;
};

static bool fail(struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool fail(struct parser *parser, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return error_set(parser->err, ERROR_INVALID, 0, "%s:%u: %s", parser->path, parser->line, text);
}

static bool parse_role(struct parser *parser, const char *name, enum role *role)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (strcmp(name, role_names[i]) != 0)
            continue;
        if (parser->seen[i])
            return fail(parser, "the role \"%s\" was named before", role_names[i]);
        parser->seen[i] = true;
        *role = (enum role)i;
        return true;
    }
    return fail(parser, "there is no role \"%.40s\"", name);
}

static bool parse_colour(struct parser *parser, const char *word, int16_t *colour)
{
    if (theme_colour_parse(word, colour))
        return true;
    return fail(parser, "\"%.40s\" is not a colour (a name, 0 to 255, #rrggbb or default)", word);
}

static unsigned attribute_of(const char *word)
{
    static const struct {
        const char *name;
        unsigned flag;
    } attributes[] = {
        {"bold", STYLE_BOLD}, {"underline", STYLE_UNDERLINE}, {"reverse", STYLE_REVERSE},
        {"dim", STYLE_DIM},   {"italic", STYLE_ITALIC},
    };
    for (size_t i = 0; i < ARRAY_COUNT(attributes); i++) {
        if (strcmp(word, attributes[i].name) == 0)
            return attributes[i].flag;
    }
    return 0;
}

static bool parse_look(struct parser *parser, char **words, size_t count, struct role_look *look)
{
    *look = (struct role_look){.background = BACKGROUND_OF_TEXT};
    if (count == 0)
        return fail(parser, "a colour is missing behind \"=\"");
    if (!parse_colour(parser, words[0], &look->foreground))
        return false;
    size_t i = 1;
    if (i < count && strcmp(words[i], "on") == 0) {
        if (i + 1 == count)
            return fail(parser, "a colour is missing behind \"on\"");
        if (!parse_colour(parser, words[i + 1], &look->background))
            return false;
        i += 2;
    }
    for (; i < count; i++) {
        unsigned attribute = attribute_of(words[i]);
        if (attribute == 0)
            return fail(parser, "\"%.40s\" is none of bold, underline, reverse, dim and italic",
                        words[i]);
        look->attributes = (uint8_t)(look->attributes | attribute);
    }
    return true;
}

static bool parse_line(struct parser *parser, char *line)
{
    char *words[WORDS_MAX];
    size_t count = 0;
    char *rest = NULL;
    if (line[strspn(line, " \t")] == '#')
        return true;
    for (char *word = strtok_r(line, " \t\r", &rest); word != NULL;
         word = strtok_r(NULL, " \t\r", &rest)) {
        if (count == WORDS_MAX)
            return fail(parser, "the line has too many words");
        words[count++] = word;
    }
    if (count == 0)
        return true;
    enum role role = ROLE_TEXT;
    if (count < 2 || strcmp(words[1], "=") != 0)
        return fail(parser, "expected \"role = colour\"");
    return parse_role(parser, words[0], &role) &&
           parse_look(parser, words + 2, count - 2, &parser->theme.looks[role]);
}

static bool check_line_is_text(struct parser *parser, const char *line, size_t length)
{
    while (length > 0) {
        uint32_t c;
        size_t used = utf8_decode(line, length, &c);
        if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7F || c == UTF8_REPLACEMENT)
            return fail(parser, "this is not text");
        line += used;
        length -= used;
    }
    return true;
}

static bool check_complete(struct parser *parser)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (!parser->seen[i])
            return fail(parser, "the role \"%s\" is missing", role_names[i]);
    }
    int16_t background = parser->theme.looks[ROLE_TEXT].background;
    if (background == BACKGROUND_OF_TEXT)
        background = -1;
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (parser->theme.looks[i].background == BACKGROUND_OF_TEXT)
            parser->theme.looks[i].background = background;
    }
    return true;
}

bool theme_parse(struct theme *theme, const char *path, const char *text, size_t length,
                 struct error *err)
{
    struct parser parser = {.path = path, .line = 1, .err = err};
    if (length > THEME_BYTES_MAX)
        return fail(&parser, "the file is larger than 64 KiB");
    for (size_t start = 0; start < length; parser.line++) {
        const char *newline = memchr(text + start, '\n', length - start);
        size_t end = newline == NULL ? length : (size_t)(newline - text);
        if (!check_line_is_text(&parser, text + start, end - start))
            return false;
        AUTO_FREE char *line = memory_strndup(text + start, end - start);
        if (!parse_line(&parser, line))
            return false;
        start = end + 1;
    }
    if (!check_complete(&parser))
        return false;
    memcpy(theme->looks, parser.theme.looks, sizeof(theme->looks));
    return true;
}

// "solarized-dark" of "/x/solarized-dark.conf".
static void name_of_path(const char *path, char *name, size_t size)
{
    const char *slash = strrchr(path, '/');
    str_format(name, size, "%s", slash == NULL ? path : slash + 1);
    size_t length = strlen(name);
    if (length > 5 && strcmp(name + length - 5, ".conf") == 0)
        name[length - 5] = '\0';
}

static bool load_open_file(struct theme *theme, const char *path, int fd, struct error *err)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return error_set_errno(err, errno, "%s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_INVALID, 0, "%s:1: this is not a file", path);
    AUTO_FREE char *text = memory_alloc(THEME_BYTES_MAX + 1);
    size_t length = 0;
    while (length <= THEME_BYTES_MAX) {
        ssize_t got = read(fd, text + length, THEME_BYTES_MAX + 1 - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(err, errno, "%s", path);
        if (got == 0)
            break;
        length += (size_t)got;
    }
    if (!theme_parse(theme, path, text, length, err))
        return false;
    name_of_path(path, theme->name, sizeof(theme->name));
    return true;
}

static bool load_path(struct theme *theme, const char *path, int fd, struct error *err)
{
    AUTO_FREE char *shown = utf8_scrub_dup(path, 256);
    bool loaded = load_open_file(theme, shown, fd, err);
    close(fd);
    return loaded;
}

// Non-blocking, so that a FIFO in place of a theme cannot hold the program up.
static int open_theme(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static char *user_directory(void)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    if (config != NULL && config[0] == '/')
        return memory_printf("%s/vmtui/themes", config);
    const char *home = getenv("HOME");
    return memory_printf("%s/.config/vmtui/themes", home == NULL ? "" : home);
}

// A program that was built and not installed finds the themes of its own source tree, from wherever
// it is started: build/vmtui -> themes/. NULL when it cannot be told.
static char *source_tree_directory(void)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(path, '/');
        if (slash == NULL)
            return NULL;
        *slash = '\0';
    }
    return memory_printf("%s/themes", path);
}

// Tries one directory; *opened tells whether the theme was there.
static bool load_from(struct theme *theme, const char *directory, const char *name, bool *opened,
                      struct error *err)
{
    if (directory == NULL || directory[0] == '\0')
        return false;
    AUTO_FREE char *path = memory_printf("%s/%s.conf", directory, name);
    int fd = open_theme(path);
    *opened = fd >= 0;
    return fd >= 0 && load_path(theme, path, fd, err);
}

bool theme_load(struct theme *theme, const char *name, struct error *err)
{
    if (strchr(name, '/') != NULL) {
        int fd = open_theme(name);
        if (fd < 0) {
            AUTO_FREE char *path = utf8_scrub_dup(name, 256);
            return error_set_errno(err, errno, "%s", path);
        }
        return load_path(theme, name, fd, err);
    }
    AUTO_FREE char *user = user_directory();
    AUTO_FREE char *source_tree = source_tree_directory();
    const char *directories[] = {user, getenv("VMTUI_THEME_DIR"), VMTUI_THEME_DIR, source_tree};
    AUTO_FREE char *shown = utf8_scrub_dup(name, sizeof(theme->name) - 1);
    for (size_t i = 0; i < ARRAY_COUNT(directories); i++) {
        bool opened = false;
        if (load_from(theme, directories[i], name, &opened, err))
            return true;
        if (opened)
            return false;
    }
    if (strcmp(name, "default") == 0) {
        theme_builtin(theme);
        return true;
    }
    return error_set(err, ERROR_NOT_FOUND, 0, "there is no theme \"%s\" in %s or " VMTUI_THEME_DIR,
                     shown, user);
}
