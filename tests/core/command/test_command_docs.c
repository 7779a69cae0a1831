// SPDX-License-Identifier: GPL-2.0-or-later
// The manual pages and completions: complete, and accepted by the programs that read them.
#include "check_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/command/command_docs.h"
#include "core/command/shell_options.h"
#include "core/config/config.h"
#include "core/memory.h"
#include "core/str.h"

static char *generate(const char *what)
{
    struct str out;
    str_init(&out);
    ck_assert_msg(command_docs_generate(what, &out), "%s", what);
    ck_assert_uint_gt(out.length, 500);
    return str_take(&out);
}

static void contains(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is missing", part);
}

static bool have_program(const char *name)
{
    AUTO_FREE char *line = memory_printf("command -v %s >/dev/null 2>&1", name);
    return system(line) == 0;
}

// Feeds text to a shell command; everything that it prints is a complaint.
static void accepted_by(const char *command, const char *text)
{
    char file[] = "/tmp/vmtui-docs-XXXXXX";
    int fd = mkstemp(file);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    AUTO_FREE char *line = memory_printf("%s %s 2>&1", command, file);
    FILE *pipe = popen(line, "r");
    ck_assert_ptr_nonnull(pipe);
    char complaint[2048];
    size_t length = fread(complaint, 1, sizeof(complaint) - 1, pipe);
    complaint[length] = '\0';
    int status = pclose(pipe);
    unlink(file);
    ck_assert_msg(status == 0 && length == 0, "%s: %s", command, complaint);
}

START_TEST(the_manual_has_every_command_and_section)
{
    AUTO_FREE char *page = generate("man");
    static const char *const sections[] = {
        ".TH VMTUI 1",   ".SH NAME\n",        ".SH SYNOPSIS\n", ".SH DESCRIPTION\n",
        ".SH OPTIONS\n", ".SH COMMANDS\n",    ".SH KEYS\n",     ".SH EXIT STATUS\n",
        ".SH FILES\n",   ".SH ENVIRONMENT\n", ".SH SEE ALSO\n"};
    for (size_t i = 0; i < ARRAY_COUNT(sections); i++)
        contains(page, sections[i]);
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        struct str name;
        str_init(&name);
        str_add(&name, "\n\\fB");
        for (const char *c = spec->name; *c != '\0'; c++)
            str_printf(&name, *c == '-' ? "\\-" : "%c", *c);
        contains(page, name.text);
        str_finish(&name);
    }
    contains(page, "\\fBsnapshot VM... [\\-\\-name TEXT] [\\-\\-description TEXT] "
                   "[\\-\\-disk\\-only] [\\-\\-quiesce]\\fR\n");
    contains(page, "\\fB\\-c\\fR, \\fB\\-\\-connect\\fR \\fIURI\\fR\n");
    ck_assert_ptr_null(strstr(page, "generate\\fR \\fIWHAT"));
    ck_assert_ptr_null(strstr(page, "(null)"));
}
END_TEST

START_TEST(the_manual_of_the_configuration_has_every_option)
{
    AUTO_FREE char *page = generate("man-conf");
    for (const struct option_spec *option = option_table; option->name != NULL; option++) {
        AUTO_FREE char *name = memory_printf(".TP\n\\fB%s\\fR\n", option->name);
        contains(page, name);
    }
    contains(page, ".TP\n\\fBCtrl\\-P\\fR\npalette\n");
    contains(page, ".TP\n\\fB1\\fR\ntab metrics\n");
    ck_assert_ptr_null(strstr(page, "(null)"));
}
END_TEST

START_TEST(groff_has_nothing_to_say_of_the_manuals)
{
    if (!have_program("groff")) {
        SKIP_TEST("groff_has_nothing_to_say_of_the_manuals", "groff is not installed");
        return;
    }
    AUTO_FREE char *page = generate("man");
    AUTO_FREE char *conf = generate("man-conf");
    accepted_by("groff -ww -z -man -Tutf8", page);
    accepted_by("groff -ww -z -man -Tutf8", conf);
}
END_TEST

START_TEST(the_shells_accept_their_completions)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    for (size_t i = 0; i < ARRAY_COUNT(shells); i++) {
        if (!have_program(shells[i])) {
            SKIP_TEST("the_shells_accept_their_completions", shells[i]);
            continue;
        }
        AUTO_FREE char *completion = generate(shells[i]);
        AUTO_FREE char *check = memory_printf("%s -n", shells[i]);
        accepted_by(check, completion);
    }
}
END_TEST

// Asks a real bash what it would offer for a line, the last word being completed.
static void bash_offers(const char *words, const char *expected)
{
    AUTO_FREE char *completion = generate("bash");
    ck_assert_int_eq(setenv("VMTUI_TEST_COMPLETION", completion, 1), 0);
    AUTO_FREE char *line = memory_printf(
        "bash --norc -c 'eval \"$VMTUI_TEST_COMPLETION\"; COMP_WORDS=(%s); "
        "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _vmtui; printf \"%%s \" \"${COMPREPLY[@]}\"' 2>&1",
        words);
    FILE *pipe = popen(line, "r");
    ck_assert_ptr_nonnull(pipe);
    char offered[2048];
    size_t length = fread(offered, 1, sizeof(offered) - 1, pipe);
    offered[length] = '\0';
    ck_assert_int_eq(pclose(pipe), 0);
    ck_assert_str_eq(offered, expected);
}

START_TEST(bash_completes_commands_options_and_choices)
{
    bash_offers("vmtui snap", "snapshot snapshots snapshot-revert snapshot-delete ");
    bash_offers("vmtui -c list li", "list ");
    bash_offers("vmtui --json resi", "resize ");
    bash_offers("vmtui snapshot web1 --d", "--description --disk-only --dry-run ");
    bash_offers("vmtui shutdown --mode \"\"", "auto acpi agent ");
    bash_offers("vmtui shutdown web1 --mode ac", "acpi ");
    bash_offers("vmtui resize web1 --memory \"\"", " ");
    bash_offers("vmtui -c qemu:///s", "qemu:///system qemu:///session ");
    bash_offers("vmtui sor", " "); // works on the screen only
}
END_TEST

START_TEST(completions_know_every_shell_command)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    for (size_t i = 0; i < ARRAY_COUNT(shells); i++) {
        AUTO_FREE char *completion = generate(shells[i]);
        for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
            if ((spec->flags & COMMAND_SHELL) != 0)
                contains(completion, spec->name);
        }
        contains(completion, "readonly");
        ck_assert_ptr_null(strstr(completion, "generate["));
        ck_assert_ptr_null(strstr(completion, "-l generate"));
        ck_assert_ptr_null(strstr(completion, "page-down"));
    }
}
END_TEST

START_TEST(help_fits_a_narrow_terminal)
{
    struct str out;
    str_init(&out);
    command_docs_help(&out);
    contains(out.text, "\n  snapshot-revert         Take a VM back to a snapshot; what came after"
                       " it is\n                          lost\n");
    contains(out.text, "\n  -c, --connect URI       Connect");
    ck_assert_ptr_null(strstr(out.text, "generate"));
    ck_assert_ptr_null(strstr(out.text, "palette"));
    for (const char *line = out.text; *line != '\0'; line += strspn(line, "\n")) {
        size_t length = strcspn(line, "\n");
        ck_assert_msg(length <= 80, "%.*s", (int)length, line);
        line += length;
    }
    str_finish(&out);
}
END_TEST

static void usage_is(const char *name, const char *expected)
{
    struct str out;
    str_init(&out);
    command_docs_usage(command_find(name), &out);
    ck_assert_str_eq(out.text, expected);
    str_finish(&out);
}

START_TEST(a_command_explains_itself)
{
    usage_is("force-off", "Usage: vmtui force-off VM...\n\n"
                          "Cut the power: stop the VM at once; unsaved work is lost.\n"
                          "Also called destroy.\n"
                          "Key on the screen: X.\n"
                          "Asks first; from the shell, --yes answers.\n");
    usage_is("rename", "Usage: vmtui rename VM NEW-NAME\n\n"
                       "Give a VM that is off another name.\n\n"
                       "  NEW-NAME                The new name\n");
    usage_is("shutdown",
             "Usage: vmtui shutdown VM... [--mode auto|acpi|agent]\n\n"
             "Ask the guest to shut down.\n"
             "Key on the screen: d.\n\n"
             "  --mode auto|acpi|agent  Press the power button, ask the guest agent, or what\n"
             "                          works best; auto when left out\n");
    usage_is("tick", "On the screen: :tick SECONDS\n\n"
                     "Change the time between two samples.\n\n"
                     "  SECONDS                 The time: seconds from 0.5 to 60\n");
}
END_TEST

START_TEST(unknown_documents_are_refused)
{
    struct str out;
    str_init(&out);
    ck_assert(!command_docs_generate("html", &out));
    ck_assert_uint_eq(out.length, 0);
    ck_assert(command_docs_generate("example-config", &out));
    contains(out.text, "\ntick = 2.0;\n");
    str_finish(&out);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("command_docs");
    TCase *tests = tcase_create("command_docs");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_manual_has_every_command_and_section);
    tcase_add_test(tests, the_manual_of_the_configuration_has_every_option);
    tcase_add_test(tests, groff_has_nothing_to_say_of_the_manuals);
    tcase_add_test(tests, the_shells_accept_their_completions);
    tcase_add_test(tests, bash_completes_commands_options_and_choices);
    tcase_add_test(tests, completions_know_every_shell_command);
    tcase_add_test(tests, help_fits_a_narrow_terminal);
    tcase_add_test(tests, a_command_explains_itself);
    tcase_add_test(tests, unknown_documents_are_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(suite());
}
