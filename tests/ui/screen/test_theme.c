// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/str.h"
#include "ui/screen/theme.h"
#include "ui/screen/theme_colour.h"

// Written out here, so that a role that is lost from the table is noticed.
static const char *const all_roles[] = {
    "text", "dim",       "accent",    "ok",     "warn",   "alarm", "cpu",          "memory",
    "disk", "net",       "selection", "mark",   "border", "title", "border_focus", "header",
    "key",  "bar_empty", "input",     "dialog", "danger", "match",
};

static char directory[128];

static void make_directory(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(directory, sizeof(directory), "%s/theme-XXXXXX", parent != NULL ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    setenv("XDG_CONFIG_HOME", directory, 1);
    unsetenv("VMTUI_THEME_DIR");
}

static void remove_directory(void)
{
    AUTO_FREE char *command = memory_printf("rm -rf '%s'", directory);
    ck_assert_int_eq(system(command), 0);
}

static void write_file(const char *name, const char *text, size_t length)
{
    AUTO_FREE char *path = memory_printf("%s/%s", directory, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, length), (ssize_t)length);
    close(fd);
}

// All roles, in white, but for what comes instead of the one named.
static void theme_text(struct str *out, const char *without, const char *instead)
{
    str_init(out);
    for (size_t i = 0; i < ARRAY_COUNT(all_roles); i++) {
        if (without != NULL && strcmp(all_roles[i], without) == 0)
            str_printf(out, "%s\n", instead);
        else
            str_printf(out, "%s = white\n", all_roles[i]);
    }
}

static bool parse_with(const char *without, const char *instead, struct theme *theme,
                       struct error *err)
{
    struct str text;
    theme_text(&text, without, instead);
    bool parsed = theme_parse(theme, "x.conf", text.text, text.length, err);
    str_finish(&text);
    return parsed;
}

static const char *const shipped[] = {
    "default", "light", "high-contrast", "mono", "solarized-dark", "gruvbox", "nord",
};

static void find_shipped(void)
{
    make_directory();
    setenv("VMTUI_THEME_DIR", "themes", 1); // tests run in the project's folder
}

START_TEST(shipped_themes_load)
{
    find_shipped();
    struct theme theme;
    struct error err = {0};
    ck_assert_msg(theme_load(&theme, shipped[_i], &err), "%s", err.text);
    ck_assert_str_eq(theme.name, shipped[_i]);
    remove_directory();
}
END_TEST

START_TEST(builtin_is_the_shipped_default)
{
    find_shipped();
    struct theme builtin, loaded;
    theme_builtin(&builtin);
    ck_assert(theme_load(&loaded, "default", NULL));
    ck_assert_str_eq(builtin.name, loaded.name);
    for (int i = 0; i < ROLE_COUNT; i++) {
        const char *role = role_name((enum role)i);
        ck_assert_msg(builtin.looks[i].foreground == loaded.looks[i].foreground, "%s", role);
        ck_assert_msg(builtin.looks[i].background == loaded.looks[i].background, "%s", role);
        ck_assert_msg(builtin.looks[i].attributes == loaded.looks[i].attributes, "%s", role);
    }
    remove_directory();
}
END_TEST

START_TEST(looks_are_read)
{
    struct theme theme = {.name = "before"};
    struct error err = {0};
    ck_assert_msg(
        parse_with("alarm", "\t alarm = #ff0000 on bright-blue bold dim italic\r", &theme, &err),
        "%s", err.text);
    ck_assert_int_eq(theme.looks[ROLE_ALARM].foreground, 196);
    ck_assert_int_eq(theme.looks[ROLE_ALARM].background, 12);
    ck_assert_uint_eq(theme.looks[ROLE_ALARM].attributes, STYLE_BOLD | STYLE_DIM | STYLE_ITALIC);
    ck_assert_int_eq(theme.looks[ROLE_TEXT].foreground, 7);
    ck_assert_int_eq(theme.looks[ROLE_TEXT].background, -1);
    ck_assert_uint_eq(theme.looks[ROLE_TEXT].attributes, 0);
    ck_assert_str_eq(theme.name, "before");
}
END_TEST

START_TEST(background_of_text_is_everybodys)
{
    struct theme theme;
    ck_assert(parse_with("text", "# the last one counts\ntext = 1 on 234 underline reverse", &theme,
                         NULL));
    ck_assert_int_eq(theme.looks[ROLE_TEXT].background, 234);
    ck_assert_int_eq(theme.looks[ROLE_MATCH].background, 234);
    ck_assert_uint_eq(theme.looks[ROLE_TEXT].attributes, STYLE_UNDERLINE | STYLE_REVERSE);
    ck_assert_uint_eq(theme.looks[ROLE_MATCH].attributes, 0);
    ck_assert(parse_with("match", "match = default on default", &theme, NULL));
    ck_assert_int_eq(theme.looks[ROLE_MATCH].foreground, -1);
    ck_assert_int_eq(theme.looks[ROLE_MATCH].background, -1);
}
END_TEST

static const struct {
    const char *line, *error;
} refused[] = {
    {"colour = white", "x.conf:2: there is no role \"colour\""},
    {"text = red", "x.conf:2: the role \"text\" was named before"},
    {"", "x.conf:23: the role \"dim\" is missing"},
    {"# dim = red", "x.conf:23: the role \"dim\" is missing"},
    {"dim", "x.conf:2: expected \"role = colour\""},
    {"dim white", "x.conf:2: expected \"role = colour\""},
    {"dim =", "x.conf:2: a colour is missing behind \"=\""},
    {"dim = white on", "x.conf:2: a colour is missing behind \"on\""},
    {"dim = whit", "x.conf:2: \"whit\" is not a colour (a name, 0 to 255, #rrggbb or default)"},
    {"dim = 256", "x.conf:2: \"256\" is not a colour (a name, 0 to 255, #rrggbb or default)"},
    {"dim = -1", "x.conf:2: \"-1\" is not a colour (a name, 0 to 255, #rrggbb or default)"},
    {"dim = #12345g",
     "x.conf:2: \"#12345g\" is not a colour (a name, 0 to 255, #rrggbb or default)"},
    {"dim = white on bright-orange",
     "x.conf:2: \"bright-orange\" is not a colour (a name, 0 to 255, #rrggbb or default)"},
    {"dim = white blink",
     "x.conf:2: \"blink\" is none of bold, underline, reverse, dim and italic"},
    {"dim = white bold on red",
     "x.conf:2: \"on\" is none of bold, underline, reverse, dim and italic"},
    {"dim = 1 a b c d e f g h i j k l m n", "x.conf:2: the line has too many words"},
    {"dim = \x1b[31m", "x.conf:2: this is not text"},
    {"dim = \xff", "x.conf:2: this is not text"},
};

START_TEST(errors_name_file_and_line)
{
    struct theme theme = {.name = "before", .looks = {{.foreground = 77}}};
    struct error err = {0};
    ck_assert(!parse_with("dim", refused[_i].line, &theme, &err));
    ck_assert_str_eq(err.text, refused[_i].error);
    ck_assert_int_eq(err.kind, ERROR_INVALID);
    ck_assert_int_eq(theme.looks[0].foreground, 77);
}
END_TEST

START_TEST(nul_bytes_and_empty_files_are_refused)
{
    struct theme theme;
    struct error err = {0};
    ck_assert(!theme_parse(&theme, "x.conf", "text\0= red\n", 11, &err));
    ck_assert_str_eq(err.text, "x.conf:1: this is not text");
    ck_assert(!theme_parse(&theme, "x.conf", "", 0, &err));
    ck_assert_str_eq(err.text, "x.conf:1: the role \"text\" is missing");
}
END_TEST

START_TEST(files_that_are_no_themes_are_refused)
{
    make_directory();
    struct theme theme = {.name = "before"};
    struct error err = {0};
    AUTO_FREE char *big = memory_alloc(65 * 1024);
    memset(big, '\n', 65 * 1024);
    write_file("big.conf", big, 65 * 1024);
    AUTO_FREE char *path = memory_printf("%s/big.conf", directory);
    ck_assert(!theme_load(&theme, path, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/big.conf:1: the file is larger than 64 KiB"));
    ck_assert(!theme_load(&theme, directory, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "this is not a file"));
    AUTO_FREE char *fifo = memory_printf("%s/fifo.conf", directory);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    ck_assert(!theme_load(&theme, fifo, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "this is not a file"));
    ck_assert(!theme_load(&theme, "/nowhere/x.conf", &err));
    ck_assert_str_eq(err.text, "/nowhere/x.conf: No such file or directory");
    ck_assert(!theme_load(&theme, "no-such-theme", &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
    ck_assert_ptr_nonnull(strstr(err.text, "there is no theme \"no-such-theme\" in "));
    ck_assert_str_eq(theme.name, "before");
    remove_directory();
}
END_TEST

START_TEST(users_theme_comes_before_the_installed_one)
{
    make_directory();
    AUTO_FREE char *vmtui = memory_printf("%s/vmtui", directory);
    AUTO_FREE char *themes = memory_printf("%s/vmtui/themes", directory);
    ck_assert_int_eq(mkdir(vmtui, 0700), 0);
    ck_assert_int_eq(mkdir(themes, 0700), 0);
    struct str text;
    theme_text(&text, "ok", "ok = 99");
    write_file("vmtui/themes/mine.conf", text.text, text.length);
    str_finish(&text);
    theme_text(&text, "ok", "ok = 98");
    write_file("mine.conf", text.text, text.length);
    write_file("other.conf", text.text, text.length);
    str_finish(&text);
    setenv("VMTUI_THEME_DIR", directory, 1);
    struct theme theme;
    ck_assert(theme_load(&theme, "mine", NULL));
    ck_assert_int_eq(theme.looks[ROLE_OK].foreground, 99);
    ck_assert_str_eq(theme.name, "mine");
    ck_assert(theme_load(&theme, "other", NULL));
    ck_assert_int_eq(theme.looks[ROLE_OK].foreground, 98);
    // A broken one is not passed over in silence.
    write_file("vmtui/themes/other.conf", "x\n", 2);
    struct error err = {0};
    ck_assert(!theme_load(&theme, "other", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "vmtui/themes/other.conf:1: expected"));
    remove_directory();
}
END_TEST

START_TEST(default_needs_no_file)
{
    make_directory();
    ck_assert_int_eq(chdir(directory), 0);
    struct theme theme;
    ck_assert(theme_load(&theme, "default", NULL));
    ck_assert_str_eq(theme.name, "default");
    ck_assert_int_eq(theme.looks[ROLE_DANGER].background, 124);
    remove_directory();
}
END_TEST

static const struct {
    const char *word;
    int colour;
} colours[] = {
    {"default", -1}, {"black", 0},     {"white", 7},     {"bright-black", 8}, {"bright-white", 15},
    {"0", 0},        {"255", 255},     {"007", 7},       {"#000000", 16},     {"#ffffff", 231},
    {"#5f87af", 67}, {"#808080", 244}, {"#ABCDEF", 153},
};

START_TEST(colours_are_read)
{
    int16_t colour = 1000;
    ck_assert(theme_colour_parse(colours[_i].word, &colour));
    ck_assert_int_eq(colour, colours[_i].colour);
}
END_TEST

START_TEST(colours_are_reduced)
{
    ck_assert_int_eq(theme_colour_reduce(-1, 8), -1);
    ck_assert_int_eq(theme_colour_reduce(5, 8), 5);
    ck_assert_int_eq(theme_colour_reduce(200, 256), 200);
    ck_assert_int_eq(theme_colour_reduce(196, 16), 9);  // pure red: the bright one
    ck_assert_int_eq(theme_colour_reduce(124, 8), 1);   // dark red
    ck_assert_int_eq(theme_colour_reduce(16, 8), 0);    // black
    ck_assert_int_eq(theme_colour_reduce(244, 16), 8);  // grey
    ck_assert_int_eq(theme_colour_reduce(231, 16), 15); // white
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("theme");
    TCase *tests = tcase_create("theme");
    _Static_assert(ARRAY_COUNT(all_roles) == ROLE_COUNT, "every role is written out");
    tcase_add_loop_test(tests, shipped_themes_load, 0, (int)ARRAY_COUNT(shipped));
    tcase_add_test(tests, builtin_is_the_shipped_default);
    tcase_add_test(tests, looks_are_read);
    tcase_add_test(tests, background_of_text_is_everybodys);
    tcase_add_loop_test(tests, errors_name_file_and_line, 0, (int)ARRAY_COUNT(refused));
    tcase_add_test(tests, nul_bytes_and_empty_files_are_refused);
    tcase_add_test(tests, files_that_are_no_themes_are_refused);
    tcase_add_test(tests, users_theme_comes_before_the_installed_one);
    tcase_add_test(tests, default_needs_no_file);
    tcase_add_loop_test(tests, colours_are_read, 0, (int)ARRAY_COUNT(colours));
    tcase_add_test(tests, colours_are_reduced);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
