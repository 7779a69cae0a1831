// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/memory.h"

static bool parse(struct command_call *call, const char *line, bool from_shell, struct error *err)
{
    size_t count = 0;
    char **words = command_split_words(line, &count, err);
    ck_assert_ptr_nonnull(words);
    bool done = command_parse(call, count, (const char *const *)words, from_shell, err);
    free(words);
    return done;
}

static void refused(const char *line, bool from_shell, const char *sentence)
{
    struct command_call call = {.target_count = 99};
    struct error err = {0};
    ck_assert_msg(!parse(&call, line, from_shell, &err), "%s was accepted", line);
    ck_assert_int_eq(err.kind, ERROR_INVALID);
    ck_assert_str_eq(err.text, sentence);
    ck_assert_uint_eq(call.target_count, 99); // failure touches nothing else
}

START_TEST(targets_and_options_come_in_any_order)
{
    static const char *const lines[] = {
        "snapshot web1 db1 --name before --disk-only",
        "snapshot --name before --disk-only web1 db1",
        "snapshot web1 --disk-only --name=before db1",
        "snapshot --disk-only --name before -- web1 db1",
    };
    for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
        struct command_call call = {0};
        struct error err = {0};
        ck_assert_msg(parse(&call, lines[i], true, &err), "%s", err.text);
        ck_assert_str_eq(call.spec->name, "snapshot");
        ck_assert_uint_eq(call.target_count, 2);
        ck_assert_str_eq(call.targets[0], "web1");
        ck_assert_str_eq(call.targets[1], "db1");
        ck_assert_str_eq(command_text(&call, "name"), "before");
        ck_assert(command_flag_given(&call, "disk-only"));
        ck_assert(!command_flag_given(&call, "quiesce"));
        ck_assert_ptr_null(command_text(&call, "description"));
        ck_assert_ptr_null(command_text(&call, "no-such-argument"));
        command_call_finish(&call);
        ck_assert_ptr_null(call.spec);
        command_call_finish(&call);
    }
}
END_TEST

START_TEST(defaults_fill_what_was_left_out)
{
    struct command_call call = {0};
    double number = -1.0;
    ck_assert(parse(&call, "stats", true, NULL));
    ck_assert(command_number(&call, "interval", &number));
    ck_assert_double_eq(number, 2.0);
    ck_assert(command_number(&call, "count", &number));
    ck_assert_double_eq(number, 1.0);
    command_call_finish(&call);
    ck_assert(parse(&call, "shutdown web1", true, NULL));
    ck_assert_str_eq(command_text(&call, "mode"), "auto");
    command_call_finish(&call);
}
END_TEST

START_TEST(numbers_come_in_their_units)
{
    struct command_call call = {0};
    double number = -1.0;
    ck_assert(parse(&call, "resize web1 --memory 1.5G --vcpus 4", true, NULL));
    ck_assert(command_number(&call, "memory", &number));
    ck_assert_double_eq(number, 1610612736.0);
    ck_assert(command_number(&call, "vcpus", &number));
    ck_assert_double_eq(number, 4.0);
    ck_assert(!command_number(&call, "size", &number));
    ck_assert_double_eq(number, 4.0);
    command_call_finish(&call);
    ck_assert(parse(&call, "window", false, NULL));
    ck_assert(!command_number(&call, "length", &number)); // "next"
    ck_assert_str_eq(command_text(&call, "length"), "next");
    command_call_finish(&call);
    ck_assert(parse(&call, "tick 0.5", false, NULL));
    ck_assert(command_number(&call, "seconds", &number));
    ck_assert_double_eq(number, 0.5);
    command_call_finish(&call);
}
END_TEST

START_TEST(on_the_screen_the_target_may_be_left_out)
{
    struct command_call call = {0};
    ck_assert(parse(&call, "start", false, NULL));
    ck_assert_uint_eq(call.target_count, 0);
    command_call_finish(&call);
    ck_assert(parse(&call, "rename new", false, NULL));
    ck_assert_uint_eq(call.target_count, 0);
    ck_assert_str_eq(command_text(&call, "new-name"), "new");
    command_call_finish(&call);
    ck_assert(parse(&call, "rename old new", false, NULL));
    ck_assert_str_eq(call.targets[0], "old");
    ck_assert_str_eq(command_text(&call, "new-name"), "new");
    command_call_finish(&call);
    // A dialog asks for what an operation lacks.
    ck_assert(parse(&call, "rename", false, NULL));
    ck_assert_str_eq(command_missing(&call)->name, "new-name");
    struct error err = {0};
    ck_assert(command_set(&call, "new-name", "later", &err));
    ck_assert_ptr_null(command_missing(&call));
    ck_assert(!command_set(&call, "new-name", "", &err));
    ck_assert_str_eq(command_text(&call, "new-name"), "later");
    ck_assert(command_set(&call, "new-name", NULL, &err));
    ck_assert_str_eq(command_missing(&call)->name, "new-name");
    ck_assert(!command_set(&call, "no-such", "x", &err));
    command_call_finish(&call);
}
END_TEST

START_TEST(an_alias_is_the_same_command)
{
    struct command_call call = {0};
    ck_assert(parse(&call, "destroy web1", true, NULL));
    ck_assert_str_eq(call.spec->name, "force-off");
    command_call_finish(&call);
}
END_TEST

START_TEST(mistakes_are_named)
{
    refused("", true, "no command was given");
    refused("frobnicate", true, "there is no command \"frobnicate\"");
    refused("snapsot web1", true, "there is no command \"snapsot\"; did you mean \"snapshot\"?");
    refused("start", true, "start needs the name of a VM");
    refused("start ''", true, "start: the name of a VM is not empty");
    refused("info web1 db1", true, "info works on one VM at a time");
    refused("start web1 --pasued", true, "start has no option --pasued");
    refused("start web1 --pasued=1", true, "start has no option --pasued");
    refused("start web1 -p", true, "start has no option -p");
    refused("start web1 --paused --paused", true, "start: --paused is given twice");
    refused("start web1 --paused=yes", true, "start: --paused takes no value");
    refused("snapshot web1 --name", true, "snapshot: --name needs a value");
    refused("snapshot web1 --name --disk-only", true,
            "snapshot: --name needs a value; one that begins with a dash is written "
            "--name=--disk-only");
    refused("snapshot web1 --name a --name b", true, "snapshot: --name is given twice");
    refused("shutdown web1 --mode hard", true,
            "shutdown: --mode takes auto, acpi or agent, not \"hard\"");
    refused("shutdown web1 --mode 'acpi agent'", true,
            "shutdown: --mode takes auto, acpi or agent, not \"acpi agent\"");
    refused("shutdown web1 --mode=", true, "shutdown: --mode takes auto, acpi or agent, not \"\"");
    refused("rename web1", true, "rename needs NEW-NAME");
    refused("rename web1 ''", true, "rename: NEW-NAME takes a text of at most 255 bytes, not \"\"");
    refused("rename a b c", true, "rename: \"c\" is one word too many");
    refused("snapshot-revert web1", true, "snapshot-revert needs --name");
    refused("hosts web1", true, "hosts: \"web1\" is one word too many");
    refused("tick", false, "tick needs SECONDS");
    refused("sort", false, "sort needs COLUMN");
    refused("sort size", false,
            "sort: COLUMN takes name, state, vcpu, cpu, ready, memory, disk, net or time, not "
            "\"size\"");
    refused("sort cpu", true, "sort works on the screen only: start vmtui without a command");
}
END_TEST

START_TEST(ranges_are_kept)
{
    refused("resize web1 --vcpus 0", true,
            "resize: --vcpus takes a whole number from 1 to 4096, not \"0\"");
    refused("resize web1 --vcpus 4097", true,
            "resize: --vcpus takes a whole number from 1 to 4096, not \"4097\"");
    static const char *const no_numbers[] = {
        "4.0", "1e2", "0x4", "4 ", "+4", "99999999999999999999", "four", "inf", "nan", "4,0", "4K"};
    for (size_t i = 0; i < ARRAY_COUNT(no_numbers); i++) {
        char line[128];
        char sentence[256];
        snprintf(line, sizeof(line), "resize web1 --vcpus '%s'", no_numbers[i]);
        snprintf(sentence, sizeof(sentence),
                 "resize: --vcpus takes a whole number from 1 to 4096, not \"%s\"", no_numbers[i]);
        refused(line, true, sentence);
    }
    refused("resize web1 --memory 15M", true,
            "resize: --memory takes a size from 16M to 64T, not \"15M\"");
    refused("resize web1 --memory lots", true,
            "resize: --memory takes a size from 16M to 64T, not \"lots\"");
    refused("stats --interval 0.4", true,
            "stats: --interval takes seconds from 0.5 to 3600, not \"0.4\"");
    refused("tick 61", false, "tick: SECONDS takes seconds from 0.5 to 60, not \"61\"");
    refused("window 59", false,
            "window: LENGTH takes seconds from 60 to 3600, or next, not \"59\"");
}
END_TEST

START_TEST(text_is_text)
{
    struct command_call call = {0};
    struct error err = {0};
    const char *control[] = {"rename", "a", "b\x1b[2J"};
    ck_assert(!command_parse(&call, 3, control, true, &err));
    ck_assert_str_eq(err.text, "rename: NEW-NAME contains control characters or is not UTF-8");
    const char *broken[] = {"rename", "a", "b\xff"};
    ck_assert(!command_parse(&call, 3, broken, true, &err));
    const char *newline[] = {"rename", "a", "b\nc"};
    ck_assert(!command_parse(&call, 3, newline, true, &err));
    const char *wide[] = {"rename", "a", "b\xe6\xbc\xa2"};
    ck_assert(command_parse(&call, 3, wide, true, &err));
    command_call_finish(&call);
    char *longest = memory_alloc(257);
    memset(longest, 'a', 256);
    const char *words[] = {"rename", "a", longest};
    ck_assert(!command_parse(&call, 3, words, true, &err));
    longest[255] = '\0';
    ck_assert(command_parse(&call, 3, words, true, &err));
    command_call_finish(&call);
    free(longest);
}
END_TEST

START_TEST(a_word_of_one_dash_is_a_word)
{
    struct command_call call = {0};
    ck_assert(parse(&call, "snapshot - --name -", true, NULL));
    ck_assert_str_eq(call.targets[0], "-");
    ck_assert_str_eq(command_text(&call, "name"), "-");
    command_call_finish(&call);
    ck_assert(parse(&call, "snapshot --name=-x -- --json", true, NULL));
    ck_assert_str_eq(call.targets[0], "--json");
    ck_assert_str_eq(command_text(&call, "name"), "-x");
    command_call_finish(&call);
}
END_TEST

START_TEST(a_line_is_parsed_for_the_screen)
{
    struct command_call call = {0};
    struct error err = {0};
    ck_assert(command_parse_line(&call, "  filter 'two words' ", &err));
    ck_assert_str_eq(command_text(&call, "text"), "two words");
    command_call_finish(&call);
    ck_assert(command_parse_line(&call, "filter ''", &err));
    ck_assert_str_eq(command_text(&call, "text"), "");
    command_call_finish(&call);
    ck_assert(!command_parse_line(&call, "filter 'open", &err));
    ck_assert_str_eq(err.text, "the quote ' is not closed");
    ck_assert(!command_parse_line(&call, "   ", &err));
    ck_assert_str_eq(err.text, "no command was given");
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("command_parse");
    TCase *tests = tcase_create("command_parse");
    tcase_add_test(tests, targets_and_options_come_in_any_order);
    tcase_add_test(tests, defaults_fill_what_was_left_out);
    tcase_add_test(tests, numbers_come_in_their_units);
    tcase_add_test(tests, on_the_screen_the_target_may_be_left_out);
    tcase_add_test(tests, an_alias_is_the_same_command);
    tcase_add_test(tests, mistakes_are_named);
    tcase_add_test(tests, ranges_are_kept);
    tcase_add_test(tests, text_is_text);
    tcase_add_test(tests, a_word_of_one_dash_is_a_word);
    tcase_add_test(tests, a_line_is_parsed_for_the_screen);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
