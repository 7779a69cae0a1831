// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <string.h>

#include "core/command/command.h"
#include "core/memory.h"
#include "ui/keymap.h"

static struct keymap *create(const char *key, const char *command, struct error *err)
{
    struct config_binding binding = {.key = memory_strdup(key), .command = memory_strdup(command)};
    struct config config = {.bindings = &binding, .binding_count = key == NULL ? 0 : 1};
    struct keymap *keymap = keymap_create(&config, err);
    memory_auto_free(&binding.key);
    memory_auto_free(&binding.command);
    return keymap;
}

START_TEST(line_of_the_file_is_named)
{
    struct config_binding binding = {
        .key = (char[]){"Foo"}, .command = (char[]){"start"}, .line = 7};
    struct config config = {.bindings = &binding, .binding_count = 1};
    struct error err = {0};
    ck_assert_ptr_null(keymap_create(&config, &err));
    ck_assert_str_eq(err.text, "line 7: there is no key \"Foo\" to bind");
}
END_TEST

static const char *lookup(const struct keymap *keymap, const char *name)
{
    struct key key;
    ck_assert_msg(key_parse(name, &key), "%s", name);
    return keymap_lookup(keymap, &key);
}

// As the list of keys that people are told says.
static const struct {
    const char *key, *command;
} promised[] = {
    {"s", "snapshot"}, {"F5", "snapshot"}, {"z", "resize"},      {"F7", "resize"},
    {"u", "start"},    {"d", "shutdown"},  {"r", "reboot"},      {"X", "force-off"},
    {"D", "delete"},   {"c", "console"},   {"q", "quit"},        {"F10", "quit"},
    {"?", "help"},     {"F1", "help"},     {"Ctrl-L", "redraw"}, {"Ctrl-P", "palette"},
};

START_TEST(default_keys_run_their_commands)
{
    struct keymap *keymap = create(NULL, NULL, NULL);
    ck_assert_ptr_nonnull(keymap);
    ck_assert_ptr_nonnull(lookup(keymap, promised[_i].key));
    ck_assert_str_eq(lookup(keymap, promised[_i].key), promised[_i].command);
    keymap_destroy(keymap);
}
END_TEST

START_TEST(default_keys_exist_and_are_given_once)
{
    struct keymap *keymap = create(NULL, NULL, NULL);
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        char name[COMMAND_KEY_SIZE], line[COMMAND_LINE_SIZE];
        unsigned position = 0;
        while (command_next_default_key(spec, &position, name, line)) {
            struct key key;
            ck_assert_msg(key_parse(name, &key), "%s: %s", spec->name, name);
            const char *bound = keymap_lookup(keymap, &key);
            ck_assert_msg(bound != NULL && strcmp(bound, line) == 0,
                          "%s is of \"%s\" and of \"%s\"", name, line,
                          bound == NULL ? "nobody" : bound);
        }
    }
    keymap_destroy(keymap);
}
END_TEST

START_TEST(configured_key_comes_over_the_default)
{
    struct keymap *keymap = create("F5", "snapshot --name nightly", NULL);
    ck_assert_str_eq(lookup(keymap, "F5"), "snapshot --name nightly");
    ck_assert_str_eq(lookup(keymap, "s"), "snapshot");
    keymap_destroy(keymap);
    keymap = create("ctrl-x", "  start", NULL);
    ck_assert_str_eq(lookup(keymap, "Ctrl-X"), "start");
    ck_assert_str_eq(lookup(keymap, "u"), "start");
    keymap_destroy(keymap);
}
END_TEST

START_TEST(empty_command_takes_a_key_away)
{
    struct keymap *keymap = create("X", "", NULL);
    ck_assert_ptr_null(lookup(keymap, "X"));
    ck_assert_str_eq(lookup(keymap, "d"), "shutdown");
    keymap_destroy(keymap);
    keymap = create("Alt-F12", " ", NULL); // which was bound to nothing
    ck_assert_ptr_null(lookup(keymap, "Alt-F12"));
    keymap_destroy(keymap);
}
END_TEST

START_TEST(unknown_key_and_command_are_named)
{
    struct error err = {0};
    ck_assert_ptr_null(create("F13", "start", &err));
    ck_assert_str_eq(err.text, "there is no key \"F13\" to bind");
    ck_assert_int_eq(err.kind, ERROR_INVALID);
    ck_assert_ptr_null(create("F9", "sart web1", &err));
    ck_assert_str_eq(err.text, "key \"F9\": there is no command \"sart\"");
}
END_TEST

START_TEST(keys_of_a_command)
{
    struct keymap *keymap = create("Ctrl-X", "snapshot", NULL);
    struct str keys;
    str_init(&keys);
    keymap_keys_of(keymap, "snapshot", &keys);
    ck_assert_str_eq(keys.text, "s, F5, Ctrl-X");
    str_clear(&keys);
    keymap_keys_of(keymap, "snapshot --name x", &keys);
    ck_assert_str_eq(keys.text, "");
    str_finish(&keys);
    keymap_destroy(keymap);
    keymap_destroy(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("keymap");
    TCase *tests = tcase_create("keymap");
    tcase_add_loop_test(tests, default_keys_run_their_commands, 0, (int)ARRAY_COUNT(promised));
    tcase_add_test(tests, default_keys_exist_and_are_given_once);
    tcase_add_test(tests, configured_key_comes_over_the_default);
    tcase_add_test(tests, empty_command_takes_a_key_away);
    tcase_add_test(tests, unknown_key_and_command_are_named);
    tcase_add_test(tests, line_of_the_file_is_named);
    tcase_add_test(tests, keys_of_a_command);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
