// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../private_dir.h"
#include "core/config/config.h"
#include "core/config/settings_file.h"
#include "core/memory.h"

static struct config config;
static char dir[64];
static char path[96];

static void set_up(void)
{
    snprintf(dir, sizeof(dir), "%s/XXXXXX", private_dir);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/vmtui.conf", dir);
    config_init_defaults(&config);
}

static void tear_down(void)
{
    config_finish(&config);
    config_finish(&config);
    config_finish(NULL);
}

static bool read_text(const char *text, struct error *err)
{
    return settings_file_read(&config, "f.conf", text, strlen(text), err);
}

static void accepted(const char *text)
{
    struct error err = {0};
    ck_assert_msg(read_text(text, &err), "%s: %s", text, err.text);
    ck_assert_int_eq(err.kind, ERROR_NONE);
}

static void refused(const char *text, const char *sentence)
{
    struct error err = {0};
    ck_assert_msg(!read_text(text, &err), "%s was accepted", text);
    ck_assert_str_eq(err.text, sentence);
    ck_assert_int_eq(err.kind, ERROR_INVALID);
}

// The defaults, as the manual promises them.
static void check_defaults(const struct config *c)
{
    ck_assert_str_eq(c->connect, "");
    ck_assert_double_eq(c->tick_s, 2.0);
    ck_assert_str_eq(c->theme, "default");
    ck_assert_int_eq(c->unicode, TRISTATE_AUTO);
    ck_assert_int_eq(c->colour, TRISTATE_AUTO);
    ck_assert(c->mouse);
    ck_assert_uint_eq(c->scrollback_lines, 5000);
    ck_assert_uint_eq(c->chart_window_s, 300);
    ck_assert_str_eq(c->sort, "name");
    ck_assert(!c->sort_inverted);
    ck_assert_int_eq(c->cpu_percent_of, CPU_PERCENT_OF_VCPU);
    ck_assert_uint_eq(c->executors, 4);
    ck_assert_uint_eq(c->command_timeout_s, 15);
    ck_assert_str_eq(c->embed_root, "");
    ck_assert_str_eq(c->embed_qemu_user, "auto");
    ck_assert_str_eq(c->log_level, "info");
    ck_assert_uint_eq(c->binding_count, 0);
}

START_TEST(the_defaults_are_as_promised)
{
    check_defaults(&config);
}
END_TEST

static const char all_changed[] = "connect = \"qemu:///session\"; tick = 0.5; theme = \"mono\";\n"
                                  "unicode = \"no\"; colour = \"yes\"; mouse = false;\n"
                                  "scrollback = 0; chart_window = 3600; sort = \"memory\";\n"
                                  "sort_inverted = true; cpu_percent_of = \"host\";\n"
                                  "executors = 32; command_timeout = 600; embed_root = \"/r\";\n"
                                  "embed_qemu_user = \"root\"; log_level = \"debug\";\n"
                                  "keys = ( { key = \"X\"; command = \"\"; } );\n";

START_TEST(every_option_can_be_set)
{
    accepted(all_changed);
    ck_assert_str_eq(config.connect, "qemu:///session");
    ck_assert_double_eq(config.tick_s, 0.5);
    ck_assert_str_eq(config.theme, "mono");
    ck_assert_int_eq(config.unicode, TRISTATE_NO);
    ck_assert_int_eq(config.colour, TRISTATE_YES);
    ck_assert(!config.mouse);
    ck_assert_uint_eq(config.scrollback_lines, 0);
    ck_assert_uint_eq(config.chart_window_s, 3600);
    ck_assert_str_eq(config.sort, "memory");
    ck_assert(config.sort_inverted);
    ck_assert_int_eq(config.cpu_percent_of, CPU_PERCENT_OF_HOST);
    ck_assert_uint_eq(config.executors, 32);
    ck_assert_uint_eq(config.command_timeout_s, 600);
    ck_assert_str_eq(config.embed_root, "/r");
    ck_assert_str_eq(config.embed_qemu_user, "root");
    ck_assert_str_eq(config.log_level, "debug");
    ck_assert_uint_eq(config.binding_count, 1);
}
END_TEST

static char *read_example(size_t *length)
{
    FILE *file = fopen("vmtui.conf.example", "rb");
    ck_assert_msg(file != NULL, "tests run in the project's own folder");
    char *text = memory_alloc(65536);
    *length = fread(text, 1, 65535, file);
    fclose(file);
    return text;
}

START_TEST(the_example_resets_everything_to_the_defaults)
{
    struct error err = {0};
    accepted(all_changed); // so that an option missing from the example shows
    ck_assert_msg(config_load(&config, "vmtui.conf.example", &err), "%s", err.text);
    ck_assert_uint_eq(config.binding_count, 1);
    free(config.bindings[0].key);
    free(config.bindings[0].command);
    config.binding_count = 0;
    check_defaults(&config);
}
END_TEST

START_TEST(the_example_has_every_option_and_is_what_the_table_makes)
{
    size_t length = 0;
    char *text = read_example(&length);
    struct str made;
    str_init(&made);
    config_example_write(&made);
    ck_assert_msg(strcmp(text, made.text) == 0,
                  "make it anew: vmtui --generate example-config > vmtui.conf.example");
    size_t options = 0;
    for (const struct option_spec *option = option_table; option->name != NULL; option++) {
        AUTO_FREE char *line = memory_printf("\n%s = ", option->name);
        ck_assert_msg(strstr(text, line) != NULL, "%s is missing", option->name);
        ck_assert_ptr_nonnull(strstr(text, option->default_text));
        options++;
    }
    ck_assert_uint_eq(options, 16);
    ck_assert_ptr_nonnull(strstr(text, "\nkeys = "));
    for (const char *line = text; line != NULL; line = strchr(line + 1, '\n'))
        ck_assert_uint_le(strcspn(line + 1, "\n"), 100);
    str_finish(&made);
    free(text);
}
END_TEST

START_TEST(a_tick_may_be_whole_or_not)
{
    accepted("tick = 2");
    ck_assert_double_eq(config.tick_s, 2.0);
    accepted("tick = 3.0;");
    ck_assert_double_eq(config.tick_s, 3.0);
    accepted("tick : 60");
    ck_assert_double_eq(config.tick_s, 60.0);
    accepted("# nothing\n");
    accepted("");
    ck_assert_double_eq(config.tick_s, 60.0);
}
END_TEST

START_TEST(ranges_are_kept)
{
    refused("tick = 0.49;", "f.conf:1: tick takes a number from 0.5 to 60 (s), not 0.49");
    refused("\n\ntick = 61;", "f.conf:3: tick takes a number from 0.5 to 60 (s), not 61");
    refused("tick = -2;", "f.conf:1: tick takes a number from 0.5 to 60 (s), not -2");
    refused("tick = 1e999;", "f.conf:1: tick takes a number from 0.5 to 60 (s), not inf");
    refused("executors = 0;", "f.conf:1: executors takes a whole number from 1 to 32 (commands), "
                              "not 0");
    // Would be 1 in 32 bits.
    refused("executors = 4294967297L;", "f.conf:1: executors takes a whole number from 1 to 32 "
                                        "(commands), not 4294967297");
    refused("executors = 4294967297;", "f.conf:1: the number 4294967297 is too large");
    refused("executors = 0x100000001;", "f.conf:1: the number 0x100000001 is too large");
    refused("\nexecutors = 99999999999999999999999999L;",
            "f.conf:2: the number 99999999999999999999999999L is too large");
    refused("executors = 99999999999999999999999999;",
            "f.conf:1: the number 99999999999999999999999999 is too large");
    accepted("theme = \"4294967297\"; tick = 2.0000000000000; # 4294967297\n// 4294967297\n"
             "/* 4294967297 */");
    config_finish(&config);
    config_init_defaults(&config);
    refused("scrollback = 1.5;",
            "f.conf:1: scrollback takes a whole number from 0 to 100000 (lines), not 1.5");
    check_defaults(&config);
}
END_TEST

START_TEST(wrong_types_are_named)
{
    refused("tick = \"2\";", "f.conf:1: tick takes a number from 0.5 to 60 (s), not \"2\"");
    refused("tick = true;", "f.conf:1: tick takes a number from 0.5 to 60 (s), not true");
    refused("mouse = 1;", "f.conf:1: mouse takes true or false, not 1");
    refused("mouse = \"yes\";", "f.conf:1: mouse takes true or false, not \"yes\"");
    refused("theme = 7;", "f.conf:1: theme takes a text, not 7");
    refused("theme = [ \"a\" ];", "f.conf:1: theme takes a text, not an array");
    refused("theme = { a = 1; };", "f.conf:1: theme takes a text, not a group");
    refused("theme = ( );", "f.conf:1: theme takes a text, not a list");
    refused("unicode = true;", "f.conf:1: unicode takes auto, yes or no, not true");
    refused("unicode = \"on\";", "f.conf:1: unicode takes auto, yes or no, not \"on\"");
    refused("unicode = \"\";", "f.conf:1: unicode takes auto, yes or no, not \"\"");
    refused("unicode = \"auto yes\";", "f.conf:1: unicode takes auto, yes or no, not \"auto yes\"");
    refused("sort = \"size\";", "f.conf:1: sort takes name, state, vcpu, cpu, ready, memory, disk, "
                                "net or time, not \"size\"");
    check_defaults(&config);
}
END_TEST

START_TEST(unknown_and_repeated_options_are_refused)
{
    refused("mouse = true;\ntik = 2;", "f.conf:2: there is no option \"tik\"");
    refused("tick = 2;\nmouse = true;\ntick = 3;", "f.conf:3: duplicate setting name");
    check_defaults(&config);
}
END_TEST

START_TEST(syntax_errors_have_their_line)
{
    refused("tick = 2;\nmouse = ;\n", "f.conf:2: syntax error");
    refused("tick = 2;\nmouse = maybe;\n", "f.conf:2: syntax error");
    struct error err = {0};
    ck_assert(!read_text("theme = \"open\n\n\n", &err));
    ck_assert_int_eq(strncmp(err.text, "f.conf:", 7), 0);
    ck_assert(!read_text("keys = ( {", &err));
    check_defaults(&config);
}
END_TEST

START_TEST(keys_are_bound_to_command_lines)
{
    accepted("keys = (\n"
             "  { key = \"F5\"; command = \"snapshot --disk-only\"; },\n"
             "  { command = \"\"; key = \"X\"; },\n"
             "  { key = \"Ctrl-R\"; command = \"rename\"; }\n"
             ");");
    ck_assert_uint_eq(config.binding_count, 3);
    ck_assert_str_eq(config.bindings[0].key, "F5");
    ck_assert_str_eq(config.bindings[0].command, "snapshot --disk-only");
    ck_assert_uint_eq(config.bindings[0].line, 2);
    ck_assert_str_eq(config.bindings[1].key, "X");
    ck_assert_str_eq(config.bindings[1].command, "");
    ck_assert_uint_eq(config.bindings[2].line, 4);
    accepted("keys = ( );");
    accepted("keys = [ ];");
    ck_assert_uint_eq(config.binding_count, 3);
}
END_TEST

START_TEST(keys_that_mean_nothing_are_refused)
{
    refused("keys = (\n { key = \"F5\"; command = \"snapsot\"; } );",
            "f.conf:2: there is no command \"snapsot\"; did you mean \"snapshot\"?");
    refused("keys = ( { key = \"F5\"; command = \"tick 99\"; } );",
            "f.conf:1: tick: SECONDS takes seconds from 0.5 to 60, not \"99\"");
    refused("keys = ( { key = \"F5\"; } );",
            "f.conf:1: an entry of keys needs a key and a command");
    refused("keys = ( { key = \"\"; command = \"help\"; } );",
            "f.conf:1: an entry of keys needs a key and a command");
    refused("keys = ( { key = 5; command = \"help\"; } );", "f.conf:1: key takes a text in quotes");
    refused("keys = ( { key = \"F5\"; command = \"help\"; cmd = 1; } );",
            "f.conf:1: an entry of keys has a key and a command, and no \"cmd\"");
    refused("keys = ( \"F5\" );", "f.conf:1: an entry of keys is written { key = \"F5\"; command = "
                                  "\"snapshot\"; }");
    refused("keys = \"F5\";",
            "f.conf:1: keys takes a list: keys = ( { key = ...; command = ...; } )");
    check_defaults(&config);
}
END_TEST

START_TEST(a_refused_file_changes_nothing)
{
    struct error err = {0};
    ck_assert(!read_text("tick = 5; theme = \"mono\";\n"
                         "keys = ( { key = \"X\"; command = \"help\"; } );\nmouse = 3;",
                         &err));
    check_defaults(&config);
}
END_TEST

START_TEST(binary_and_huge_files_are_refused)
{
    struct error err = {0};
    static const char with_nul[] = "tick = 2;\nmouse\0 = true;";
    ck_assert(!settings_file_read(&config, "f.conf", with_nul, sizeof(with_nul) - 1, &err));
    ck_assert_str_eq(err.text, "f.conf:2: this is not a text file");
    refused("tick = 2;\n\x1b[2J", "f.conf:2: this is not a text file");
    char *huge = memory_alloc(1024 * 1024 + 1);
    memset(huge, '#', 1024 * 1024 + 1);
    ck_assert(!settings_file_read(&config, "f.conf", huge, 1024 * 1024 + 1, &err));
    ck_assert_str_eq(err.text, "f.conf:1: the file is larger than 1 MiB");
    ck_assert(settings_file_read(&config, "f.conf", huge, 1024 * 1024, &err));
    memset(huge, '(', 1024 * 1024);
    ck_assert(!settings_file_read(&config, "f.conf", huge, 1024 * 1024, &err));
    ck_assert_str_eq(err.text, "f.conf:1: brackets are nested too deeply");
    free(huge);
    refused("theme = \"\\x1b[2J\";",
            "f.conf:1: the text of theme contains control characters or is not UTF-8");
    refused("theme = \"\xff\";",
            "f.conf:1: the text of theme contains control characters or is not UTF-8");
    check_defaults(&config);
}
END_TEST

START_TEST(other_files_are_not_drawn_in)
{
    refused("@include \"/etc/passwd\"\n", "f.conf:1: @include is not supported");
    refused("tick = 2;\n \t@include \"x\"\n", "f.conf:2: @include is not supported");
    refused("tick = 2;\r@include \"x\"\n", "f.conf:1: @include is not supported");
    accepted("theme = \"@include\";\n# @include\n");
}
END_TEST

static void write_file(const char *text)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, strlen(text), file), strlen(text));
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(files_are_read_and_named)
{
    struct error err = {0};
    write_file("tick = 7;\n");
    ck_assert(config_load(&config, path, &err));
    ck_assert_double_eq(config.tick_s, 7.0);
    write_file("\ntick = 700;\n");
    ck_assert(!config_load(&config, path, &err));
    char expected[256];
    snprintf(expected, sizeof(expected), "%s:2: tick takes a number from 0.5 to 60 (s), not 700",
             path);
    ck_assert_str_eq(err.text, expected);
    ck_assert_double_eq(config.tick_s, 7.0);
    ck_assert(!config_load(&config, "/no/such/file", &err));
    ck_assert_str_eq(err.text, "cannot read /no/such/file: No such file or directory");
    ck_assert(!config_load(&config, dir, &err));
    ck_assert_int_eq(err.code, EISDIR);
    ck_assert(!config_load(&config, "/dev/zero", &err));
    ck_assert_str_eq(err.text, "/dev/zero:1: the file is larger than 1 MiB");
    ck_assert(config_load(&config, "/dev/null", &err));
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("config");
    TCase *tests = tcase_create("config");
    tcase_add_unchecked_fixture(tests, private_dir_make, private_dir_remove);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_defaults_are_as_promised);
    tcase_add_test(tests, every_option_can_be_set);
    tcase_add_test(tests, the_example_resets_everything_to_the_defaults);
    tcase_add_test(tests, the_example_has_every_option_and_is_what_the_table_makes);
    tcase_add_test(tests, a_tick_may_be_whole_or_not);
    tcase_add_test(tests, ranges_are_kept);
    tcase_add_test(tests, wrong_types_are_named);
    tcase_add_test(tests, unknown_and_repeated_options_are_refused);
    tcase_add_test(tests, syntax_errors_have_their_line);
    tcase_add_test(tests, keys_are_bound_to_command_lines);
    tcase_add_test(tests, keys_that_mean_nothing_are_refused);
    tcase_add_test(tests, a_refused_file_changes_nothing);
    tcase_add_test(tests, binary_and_huge_files_are_refused);
    tcase_add_test(tests, other_files_are_not_drawn_in);
    tcase_add_test(tests, files_are_read_and_named);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
