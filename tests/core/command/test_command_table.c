// SPDX-License-Identifier: GPL-2.0-or-later
// The table against what the project promises, and against itself.
#include "check_main.h"

#include <stdbool.h>
#include <string.h>

#include "core/command/command.h"
#include "sample_host.h"

// Command, its arguments in order, its default keys with what they run; from the interface's
// design.
static const struct {
    const char *name, *arguments, *keys;
} promised[] = {
    {"start", "paused", "u"},
    {"shutdown", "mode", "d"},
    {"reboot", "mode", "r"},
    {"reset", "", ""},
    {"force-off", "", "X"},
    {"pause", "", ""},
    {"pause-toggle", "", "p F8"},
    {"resume", "", ""},
    {"save", "", ""},
    {"restore", "", ""},
    {"snapshot", "name description disk-only quiesce", "s F5"},
    {"snapshots", "", ""},
    {"snapshot-revert", "name then", ""},
    {"snapshot-delete", "name children children-only", ""},
    {"resize", "vcpus vcpus-max memory memory-max disk size when", "z F7"},
    {"autostart", "off", ""},
    {"rename", "new-name", ""},
    {"delete", "disks", "D"},
    {"list", "", ""},
    {"stats", "interval count csv", ""},
    {"info", "xml", ""},
    {"console", "force", "c"},
    {"events", "count", "e"},
    {"jobs", "", ""},
    {"cancel-job", "job", "x"},
    {"hosts", "", "H"},
    {"filter", "text", "/ F4"},
    {"search", "text", "F3 S"},
    {"search-next", "", "n"},
    {"search-previous", "", "N"},
    {"sort-next", "", "> F6"},
    {"sort-previous", "", "<"},
    {"sort-invert", "", "I"},
    {"window", "length", "t"},
    {"full-screen", "", "f"},
    {"next-pane", "", "Tab"},
    {"previous-pane", "", "Shift-Tab"},
    {"open", "", "Enter"},
    {"back", "", "Esc"},
    {"mark", "", "Space"},
    {"mark-all", "", "*"},
    {"unmark-all", "", "U"},
    {"prompt", "", ":"},
    {"palette", "", "Ctrl-P"},
    {"help", "", "? F1"},
    {"redraw", "", "Ctrl-L"},
    {"theme", "name", ""},
    {"tick", "seconds", ""},
    {"reconnect", "", ""},
    {"connect", "uri", ""},
    {"version", "", ""},
    {"quit", "", "q F10"},
};

START_TEST(every_promised_command_is_there)
{
    for (size_t i = 0; i < ARRAY_COUNT(promised); i++) {
        const struct command_spec *spec = command_find(promised[i].name);
        ck_assert_msg(spec != NULL, "%s is missing", promised[i].name);
        char arguments[256] = "";
        for (size_t j = 0; j < command_argument_count(spec); j++) {
            strcat(arguments, j > 0 ? " " : "");
            strcat(arguments, spec->arguments[j].name);
        }
        ck_assert_str_eq(arguments, promised[i].arguments);
        ck_assert_msg(strcmp(spec->keys != NULL ? spec->keys : "", promised[i].keys) == 0,
                      "keys of %s are %s", spec->name, spec->keys);
    }
}
END_TEST

static const char *command_of_key(const char *wanted, char line[COMMAND_LINE_SIZE])
{
    static char found[COMMAND_LINE_SIZE];
    found[0] = '\0';
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        unsigned position = 0;
        char key[COMMAND_KEY_SIZE];
        while (command_next_default_key(spec, &position, key, line)) {
            if (strcmp(key, wanted) != 0)
                continue;
            ck_assert_msg(found[0] == '\0', "the key %s has two commands", key);
            strcpy(found, line);
        }
    }
    return found;
}

START_TEST(keys_run_command_lines_with_arguments)
{
    static const struct {
        const char *key, *line;
    } keys[] = {
        {"1", "tab metrics"},   {"2", "tab console"},   {"3", "tab disks"},
        {"4", "tab snapshots"}, {"5", "tab info"},      {"P", "sort cpu"},
        {"M", "sort memory"},   {"T", "sort time"},     {"j", "move down"},
        {"Down", "move down"},  {"k", "move up"},       {"PgDn", "move page-down"},
        {"g", "move top"},      {"End", "move bottom"}, {"s", "snapshot"},
        {"F8", "pause-toggle"}, {"%", "percent-of"},    {"N", "search-previous"},
        {"t", "window"},        {"Tab", "next-pane"},   {"?", "help"},
        {"<", "sort-previous"}, {"F7", "resize"},
    };
    char line[COMMAND_LINE_SIZE];
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++)
        ck_assert_str_eq(command_of_key(keys[i].key, line), keys[i].line);
    ck_assert_str_eq(command_of_key("F12", line), "");
}
END_TEST

START_TEST(no_key_has_two_commands_and_every_line_parses)
{
    size_t keys = 0;
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        unsigned position = 0;
        char key[COMMAND_KEY_SIZE];
        char line[COMMAND_LINE_SIZE];
        char scratch[COMMAND_LINE_SIZE];
        while (command_next_default_key(spec, &position, key, line)) {
            struct command_call call = {0};
            struct error err = {0};
            ck_assert_msg(command_parse_line(&call, line, &err), "%s: %s", line, err.text);
            ck_assert_ptr_eq(call.spec, spec);
            command_call_finish(&call);
            ck_assert_str_eq(command_of_key(key, scratch), line);
            keys++;
        }
    }
    ck_assert_uint_ge(keys, 50);
}
END_TEST

START_TEST(a_key_may_be_the_equals_sign)
{
    const struct command_spec spec = {.name = "sort", .keys = "= ==cpu  A=name"};
    unsigned position = 0;
    char key[COMMAND_KEY_SIZE];
    char line[COMMAND_LINE_SIZE];
    ck_assert(command_next_default_key(&spec, &position, key, line));
    ck_assert_str_eq(key, "=");
    ck_assert_str_eq(line, "sort");
    ck_assert(command_next_default_key(&spec, &position, key, line));
    ck_assert_str_eq(key, "=");
    ck_assert_str_eq(line, "sort cpu");
    ck_assert(command_next_default_key(&spec, &position, key, line));
    ck_assert_str_eq(key, "A");
    ck_assert_str_eq(line, "sort name");
    ck_assert(!command_next_default_key(&spec, &position, key, line));
}
END_TEST

START_TEST(what_can_destroy_asks_first)
{
    static const char *const asking[] = {"reset", "force-off", "snapshot-delete", "delete",
                                         "snapshot-revert"};
    for (size_t i = 0; i < ARRAY_COUNT(asking); i++)
        ck_assert_msg((command_find(asking[i])->flags & COMMAND_CONFIRM) != 0, "%s", asking[i]);
    ck_assert((command_find("delete")->flags & COMMAND_TYPE_NAME) != 0);
    ck_assert((command_find("snapshot-revert")->flags & COMMAND_TYPE_NAME) != 0);
    ck_assert((command_find("shutdown")->flags & COMMAND_CONFIRM_SCREEN) != 0);
    ck_assert((command_find("start")->flags & COMMAND_CONFIRM) == 0);
    ck_assert_str_eq(command_find("delete")->arguments[0].default_text, "keep");
}
END_TEST

static void check_argument(const struct command_spec *spec, const struct argument_spec *argument)
{
    ck_assert_msg(argument->help != NULL && argument->help[0] != '\0', "%s --%s", spec->name,
                  argument->name);
    ck_assert_msg(argument->help[strlen(argument->help) - 1] != '.', "%s", argument->help);
    if (argument->type == ARGUMENT_CHOICE)
        ck_assert_ptr_nonnull(argument->choices);
    if (argument->type == ARGUMENT_NUMBER || argument->type == ARGUMENT_SIZE ||
        argument->type == ARGUMENT_SECONDS)
        ck_assert_msg(argument->maximum > argument->minimum, "%s --%s", spec->name, argument->name);
    if (argument->default_text != NULL) {
        struct command_call call = {.spec = spec};
        struct error err = {0};
        ck_assert_msg(command_set(&call, argument->name, argument->default_text, &err), "%s",
                      err.text);
        command_call_finish(&call);
    }
}

START_TEST(every_row_is_complete)
{
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        ck_assert_msg(spec->help != NULL && strlen(spec->help) > 5, "%s", spec->name);
        ck_assert_msg(spec->help[strlen(spec->help) - 1] != '.', "%s", spec->name);
        ck_assert_msg((spec->flags & (COMMAND_SCREEN | COMMAND_SHELL)) != 0, "%s", spec->name);
        ck_assert_ptr_eq(command_find(spec->name), spec);
        if (spec->alias != NULL)
            ck_assert_ptr_eq(command_find(spec->alias), spec);
        if (spec->operation >= 0) {
            ck_assert_msg((spec->flags & COMMAND_CHANGES) != 0, "%s", spec->name);
            ck_assert_int_ne(spec->target, COMMAND_TARGET_NONE);
        } else {
            ck_assert_msg((spec->flags & COMMAND_CHANGES) == 0, "%s", spec->name);
        }
        bool many = spec->target == COMMAND_TARGET_VMS || spec->target == COMMAND_TARGET_ANY_VMS;
        for (size_t i = 0; i < command_argument_count(spec); i++) {
            check_argument(spec, &spec->arguments[i]);
            // Otherwise nobody could tell targets and arguments apart.
            ck_assert_msg(!many || !spec->arguments[i].positional, "%s", spec->name);
        }
    }
    ck_assert_ptr_null(command_find("no-such-command"));
    ck_assert_ptr_null(command_find(NULL));
}
END_TEST

// A line for each command; together they must reach every kind of operation.
static const struct {
    const char *line, *vm;
    enum vm_state state;
} reaching[] = {
    {"start", "db1", VM_STATE_SHUT_OFF},
    {"shutdown", "web1", VM_STATE_RUNNING},
    {"reboot", "web1", VM_STATE_RUNNING},
    {"reset", "web1", VM_STATE_RUNNING},
    {"force-off", "web1", VM_STATE_RUNNING},
    {"pause", "web1", VM_STATE_RUNNING},
    {"resume", "web1", VM_STATE_PAUSED},
    {"save", "web1", VM_STATE_RUNNING},
    {"restore", "web1", VM_STATE_SHUT_OFF},
    {"autostart", "web1", VM_STATE_RUNNING},
    {"rename other", "db1", VM_STATE_SHUT_OFF},
    {"delete", "db1", VM_STATE_SHUT_OFF},
    {"snapshot --name x", "web1", VM_STATE_RUNNING},
    {"snapshot-revert --name clean", "web1", VM_STATE_RUNNING},
    {"snapshot-delete --name clean", "web1", VM_STATE_RUNNING},
    {"resize --vcpus 1 --vcpus-max 2 --memory 512M --memory-max 1G --disk vda --size 20G", "web1",
     VM_STATE_RUNNING},
};

START_TEST(every_kind_of_operation_is_reachable)
{
    bool reached[OPERATION_KIND_COUNT] = {false};
    struct host_snapshot *host = sample_host();
    for (size_t i = 0; i < ARRAY_COUNT(reaching); i++) {
        struct vm_sample *vm = &host->vms[strcmp(reaching[i].vm, "web1") == 0 ? 0 : 1];
        vm->state = reaching[i].state;
        vm->has_managed_save = strcmp(reaching[i].line, "restore") == 0;
        struct command_call call = {0};
        struct error err = {0};
        struct operation *operations[COMMAND_OPERATION_MAX];
        ck_assert_msg(command_parse_line(&call, reaching[i].line, &err), "%s", err.text);
        size_t count = command_to_operations(&call, host, vm, operations, &err);
        ck_assert_msg(count > 0, "%s: %s", reaching[i].line, err.text);
        for (size_t j = 0; j < count; j++) {
            reached[operations[j]->kind] = true;
            operation_destroy(operations[j]);
        }
        command_call_finish(&call);
    }
    for (int kind = 0; kind < OPERATION_KIND_COUNT; kind++)
        ck_assert_msg(reached[kind], "no command leads to \"%s\"",
                      operation_kind_name((enum operation_kind)kind));
    host_snapshot_unref(host);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("command_table");
    TCase *tests = tcase_create("command_table");
    tcase_add_test(tests, every_promised_command_is_there);
    tcase_add_test(tests, keys_run_command_lines_with_arguments);
    tcase_add_test(tests, no_key_has_two_commands_and_every_line_parses);
    tcase_add_test(tests, a_key_may_be_the_equals_sign);
    tcase_add_test(tests, what_can_destroy_asks_first);
    tcase_add_test(tests, every_row_is_complete);
    tcase_add_test(tests, every_kind_of_operation_is_reachable);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
