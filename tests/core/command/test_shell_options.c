// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <stdlib.h>

#include "core/command/command.h"
#include "core/command/shell_options.h"

static char **words; // of the last line; the options point into them

static bool parse(struct shell_options *options, struct error *err, const char *line)
{
    size_t count = 0;
    free(words);
    words = command_split_words(line, &count, NULL);
    return shell_options_parse(options, (int)count, words, err);
}

static void free_words(void)
{
    free(words);
    words = NULL;
}

START_TEST(options_are_taken_wherever_they_stand)
{
    struct shell_options options = {0};
    struct error err = {0};
    ck_assert(parse(&options, &err,
                    "-c a:/// list --json 'web*' --connect=b:/// --config f.conf --theme=mono "
                    "--readonly --dry-run --ascii -y"));
    ck_assert_uint_eq(options.connect_count, 2);
    ck_assert_str_eq(options.connect[0], "a:///");
    ck_assert_str_eq(options.connect[1], "b:///");
    ck_assert_str_eq(options.config, "f.conf");
    ck_assert_str_eq(options.theme, "mono");
    ck_assert(options.json && options.read_only && options.dry_run && options.ascii);
    ck_assert(options.yes && !options.help && !options.version);
    ck_assert_uint_eq(options.word_count, 2);
    ck_assert_str_eq(options.words[0], "list");
    ck_assert_str_eq(options.words[1], "web*");
    shell_options_finish(&options);
    ck_assert_ptr_null(options.words);
    shell_options_finish(&options);
}
END_TEST

START_TEST(what_is_not_ours_is_left_to_the_command)
{
    struct shell_options options = {0};
    struct error err = {0};
    ck_assert(parse(&options, &err, "snapshot --name x -q - -- --json -c"));
    ck_assert(!options.json);
    ck_assert_uint_eq(options.connect_count, 0);
    ck_assert_uint_eq(options.word_count, 8);
    ck_assert_str_eq(options.words[5], "--");
    ck_assert_str_eq(options.words[7], "-c");
    shell_options_finish(&options);
}
END_TEST

START_TEST(no_arguments_open_the_screen)
{
    struct shell_options options = {0};
    ck_assert(shell_options_parse(&options, 0, NULL, NULL));
    ck_assert_uint_eq(options.word_count, 0);
    shell_options_finish(&options);
}
END_TEST

START_TEST(mistakes_are_named)
{
    struct shell_options options = {.word_count = 7};
    struct error err = {0};
    ck_assert(!parse(&options, &err, "list -c"));
    ck_assert_str_eq(err.text, "--connect needs a value: --connect URI");
    ck_assert(!parse(&options, &err, "--json=yes"));
    ck_assert_str_eq(err.text, "--json takes no value");
    ck_assert(!parse(&options, &err, "--config="));
    ck_assert_str_eq(err.text, "the value of --config is empty");
    ck_assert_uint_eq(options.word_count, 7);
}
END_TEST

START_TEST(no_command_has_an_option_of_the_same_name)
{
    for (const struct shell_option_spec *option = shell_option_table; option->name != NULL;
         option++) {
        for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
            for (size_t i = 0; i < command_argument_count(spec); i++)
                ck_assert_str_ne(spec->arguments[i].name, option->name);
        }
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("shell_options");
    TCase *tests = tcase_create("shell_options");
    tcase_add_checked_fixture(tests, NULL, free_words);
    tcase_add_test(tests, options_are_taken_wherever_they_stand);
    tcase_add_test(tests, what_is_not_ours_is_left_to_the_command);
    tcase_add_test(tests, no_arguments_open_the_screen);
    tcase_add_test(tests, mistakes_are_named);
    tcase_add_test(tests, no_command_has_an_option_of_the_same_name);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
