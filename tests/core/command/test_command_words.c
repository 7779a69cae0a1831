// SPDX-License-Identifier: GPL-2.0-or-later
// Words, sizes, and the lines that /bin/sh must read as they were meant.
#include "check_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/memory.h"

START_TEST(a_line_is_split_as_a_shell_would)
{
    static const struct {
        const char *line;
        size_t count;
        const char *words[4];
    } cases[] = {
        {"", 0, {NULL}},
        {" \t ", 0, {NULL}},
        {"a", 1, {"a"}},
        {"a b", 2, {"a", "b"}},
        {"  a   b\t", 2, {"a", "b"}},
        {"'a b' c", 2, {"a b", "c"}},
        {"\"a b\"c d", 2, {"a bc", "d"}},
        {"a\\ b", 1, {"a b"}},
        {"'' a \"\"", 3, {"", "a", ""}},
        {"'a\\b'", 1, {"a\\b"}},
        {"\"a\\b\\\"c\\\\\"", 1, {"a\\b\"c\\"}},
        {"\"\\$x\\`\"", 1, {"$x`"}},
        {"$HOME *", 2, {"$HOME", "*"}},
        {"a'b'\"c\"d", 1, {"abcd"}},
        {"#x", 1, {"#x"}},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        size_t count = 99;
        char **words = command_split_words(cases[i].line, &count, NULL);
        ck_assert_ptr_nonnull(words);
        ck_assert_msg(count == cases[i].count, "%s: %zu words", cases[i].line, count);
        for (size_t j = 0; j < count; j++)
            ck_assert_str_eq(words[j], cases[i].words[j]);
        ck_assert_ptr_null(words[count]);
        free(words);
    }
}
END_TEST

START_TEST(what_is_left_open_is_refused)
{
    static const char *const lines[] = {"'a", "\"a", "a\\", "\"a\\", "a 'b' \"", "\"a\\\""};
    for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
        size_t count = 99;
        struct error err = {0};
        ck_assert_ptr_null(command_split_words(lines[i], &count, &err));
        ck_assert_int_eq(err.kind, ERROR_INVALID);
        ck_assert_uint_eq(count, 99);
    }
}
END_TEST

START_TEST(sizes_are_read_as_people_write_them)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } sizes[] = {
        {"4G", UINT64_C(4294967296)},
        {"4g", UINT64_C(4294967296)},
        {"4GiB", UINT64_C(4294967296)},
        {"4GB", UINT64_C(4294967296)},
        {"4 GiB", UINT64_C(4294967296)},
        {"512M", UINT64_C(536870912)},
        {"512", UINT64_C(536870912)},
        {"1.5GiB", UINT64_C(1610612736)},
        {"0.5K", 512},
        {"1T", UINT64_C(1099511627776)},
        {"1P", UINT64_C(1125899906842624)},
        {"100B", 100},
        {"100b", 100},
        {"0", 0},
        {"8191P", UINT64_C(9222246136947933184)},
    };
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        uint64_t bytes = 0;
        ck_assert_msg(command_parse_size(sizes[i].text, &bytes), "%s", sizes[i].text);
        ck_assert_msg(bytes == sizes[i].bytes, "%s: %llu", sizes[i].text,
                      (unsigned long long)bytes);
    }
    static const char *const none[] = {"",
                                       "G",
                                       "4X",
                                       "-4G",
                                       "+4G",
                                       "4G4",
                                       "4.G",
                                       ".5G",
                                       "1e3",
                                       "4GG",
                                       "0x10",
                                       "4iB",
                                       "nan",
                                       "inf",
                                       "4,5G",
                                       "8192P",
                                       "99999999999999999999999999P",
                                       " 4G",
                                       "4G "};
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
        uint64_t bytes = 77;
        ck_assert_msg(!command_parse_size(none[i], &bytes), "%s", none[i]);
        ck_assert_uint_eq(bytes, 77);
    }
}
END_TEST

// Lets a real shell split the line and prints a word a line.
static void shell_splits(const char *line, char *out, size_t size)
{
    AUTO_FREE char *script = memory_printf("printf '%%s\\n' %s", line);
    ck_assert_int_eq(setenv("VMTUI_TEST_LINE", script, 1), 0);
    FILE *pipe = popen("/bin/sh -c \"$VMTUI_TEST_LINE\"", "r");
    ck_assert_ptr_nonnull(pipe);
    size_t length = fread(out, 1, size - 1, pipe);
    out[length] = '\0';
    ck_assert_int_eq(pclose(pipe), 0);
}

static const char *const nasty[] = {
    "plain",      "two words",   "it's",
    "\"quoted\"", "$HOME",       "`id`",
    "$(id)",      "back\\slash", "a;b",
    "a&b|c>d<e",  "*",           "?[x]",
    "#comment",   "~root",       "!history",
    "{a,b}",      "=cmd",        "a=b",
    "tab\there",  "''",          "\xe6\xbc\xa2\xe5\xad\x97",
    "e\xcc\x81",  "-dash",       "--",
    "%s%n",       "a\\",         "'",
    "\\'",        "(sub)",       "^",
};

START_TEST(the_shell_reads_every_word_back)
{
    for (size_t i = 0; i < ARRAY_COUNT(nasty); i++) {
        struct str line;
        char out[256];
        str_init(&line);
        command_quote(&line, nasty[i]);
        str_add_char(&line, ' ');
        command_quote(&line, "");
        str_add(&line, " end");
        shell_splits(line.text, out, sizeof(out));
        AUTO_FREE char *expected = memory_printf("%s\n\nend\n", nasty[i]);
        ck_assert_str_eq(out, expected);
        str_finish(&line);
    }
}
END_TEST

START_TEST(words_that_need_no_quotes_get_none)
{
    struct str line;
    str_init(&line);
    command_quote(&line, "before-upgrade_1.2:a/b@c");
    ck_assert_str_eq(line.text, "before-upgrade_1.2:a/b@c");
    str_finish(&line);
}
END_TEST

static void formats_as(const char *line, const char *target, const char *expected)
{
    struct command_call call = {0};
    struct error err = {0};
    struct str out;
    str_init(&out);
    ck_assert_msg(command_parse_line(&call, line, &err), "%s", err.text);
    command_format(&call, target, &out);
    ck_assert_str_eq(out.text, expected);
    str_finish(&out);
    command_call_finish(&call);
}

START_TEST(a_call_is_written_as_one_would_type_it)
{
    formats_as("snapshot --name before-upgrade", "web1",
               "vmtui snapshot web1 --name before-upgrade");
    formats_as("snapshot --description 'two words' --disk-only", "web 1",
               "vmtui snapshot 'web 1' --description 'two words' --disk-only");
    formats_as("shutdown --mode auto", "web1", "vmtui shutdown web1"); // the default
    formats_as("shutdown --mode acpi", "web1", "vmtui shutdown web1 --mode acpi");
    formats_as("rename new", "old", "vmtui rename old new");
    formats_as("resize --memory 2G --vcpus 2", "web1", "vmtui resize web1 --vcpus 2 --memory 2G");
    formats_as("start a 'b c'", NULL, "vmtui start a 'b c'");
    formats_as("list", NULL, "vmtui list");
    formats_as("destroy", "web1", "vmtui force-off web1");
    formats_as("snapshot --name=-x", "web1", "vmtui snapshot web1 --name=-x");
    formats_as("snapshot --name x", "-v", "vmtui snapshot --name x -- -v");
    formats_as("rename -- -new", "old", "vmtui rename -- old -new");
    formats_as("filter ''", NULL, "vmtui filter ''");
}
END_TEST

// Formatted, split by a real shell, parsed again: the same call.
START_TEST(a_formatted_call_survives_a_real_shell)
{
    for (size_t i = 0; i < ARRAY_COUNT(nasty); i++) {
        if (strchr(nasty[i], '\t') != NULL)
            continue; // refused as an argument
        struct command_call call = {0};
        struct command_call again = {0};
        struct error err = {0};
        AUTO_FREE char *option = memory_printf("--name=%s", nasty[i]);
        const char *words[] = {"snapshot", option, "--disk-only", "--", nasty[i]};
        ck_assert_msg(command_parse(&call, 5, words, true, &err), "%s", err.text);
        struct str line;
        str_init(&line);
        command_format(&call, nasty[i], &line);
        char out[512];
        shell_splits(line.text, out, sizeof(out));
        const char *split[8];
        size_t count = 0;
        for (char *word = strtok(out, "\n"); word != NULL && count < 8; word = strtok(NULL, "\n"))
            split[count++] = word;
        ck_assert_str_eq(split[0], "vmtui");
        ck_assert_msg(command_parse(&again, count - 1, split + 1, true, &err), "%s: %s", line.text,
                      err.text);
        ck_assert_uint_eq(again.target_count, 1);
        ck_assert_str_eq(again.targets[0], nasty[i]);
        ck_assert_str_eq(command_text(&again, "name"), nasty[i]);
        ck_assert(command_flag_given(&again, "disk-only"));
        command_call_finish(&call);
        command_call_finish(&again);
        str_finish(&line);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("command_words");
    TCase *tests = tcase_create("command_words");
    tcase_add_test(tests, a_line_is_split_as_a_shell_would);
    tcase_add_test(tests, what_is_left_open_is_refused);
    tcase_add_test(tests, sizes_are_read_as_people_write_them);
    tcase_add_test(tests, the_shell_reads_every_word_back);
    tcase_add_test(tests, words_that_need_no_quotes_get_none);
    tcase_add_test(tests, a_call_is_written_as_one_would_type_it);
    tcase_add_test(tests, a_formatted_call_survives_a_real_shell);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
