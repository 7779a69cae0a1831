// SPDX-License-Identifier: GPL-2.0-or-later
// The manual pages, in the man(7) macros.
#include "core/command/command_argument.h"
#include "core/command/command_docs.h"
#include "core/command/shell_options.h"
#include "core/config/config.h"

#ifndef VMTUI_VERSION
#define VMTUI_VERSION "unknown"
#endif

// Text of ours as troff reads it: a dash that can be copied, and no line that looks like a request.
static void add_text(struct str *out, const char *text)
{
    bool line_starts = out->length == 0 || out->text[out->length - 1] == '\n';
    if (line_starts && (*text == '.' || *text == '\''))
        str_add(out, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            str_add(out, "\\e");
        else if (*text == '-')
            str_add(out, "\\-");
        else if (*text == '\'')
            str_add(out, "\\(aq");
        else if (*text == '^')
            str_add(out, "\\(ha");
        else if (*text == '~')
            str_add(out, "\\(ti");
        else if (*text == '`')
            str_add(out, "\\(ga");
        else
            str_add_char(out, *text);
    }
}

static void add_bold(struct str *out, const char *text)
{
    str_add(out, "\\fB");
    add_text(out, text);
    str_add(out, "\\fR");
}

static void add_italic(struct str *out, const char *text)
{
    str_add(out, "\\fI");
    add_text(out, text);
    str_add(out, "\\fR");
}

static void add_title(struct str *out, const char *title)
{
    str_printf(out, ".SH %s\n", title);
}

// The first paragraph after a title needs no request of its own.
static bool follows_title(const struct str *out)
{
    size_t at = out->length - 1;
    while (at > 0 && out->text[at - 1] != '\n')
        at--;
    return str_starts_with(out->text + at, ".SH ");
}

static void add_paragraph(struct str *out, const char *text)
{
    if (!follows_title(out))
        str_add(out, ".PP\n");
    add_text(out, text);
    str_add_char(out, '\n');
}

static void add_shell_options(struct str *out)
{
    for (const struct shell_option_spec *option = shell_option_table; option->name != NULL;
         option++) {
        if (option->hidden)
            continue;
        str_add(out, ".TP\n");
        if (option->letter != '\0') {
            str_printf(out, "\\fB\\-%c\\fR, ", option->letter);
        }
        str_add(out, "\\fB\\-\\-");
        add_text(out, option->name);
        str_add(out, "\\fR");
        if (option->value_name != NULL) {
            str_add_char(out, ' ');
            add_italic(out, option->value_name);
        }
        str_add_char(out, '\n');
        add_text(out, option->help);
        str_add(out, ".\n");
    }
}

static void add_argument(struct str *out, const struct argument_spec *argument)
{
    struct str words;
    str_init(&words);
    str_add(out, ".TP\n");
    command_argument_label(argument, &words);
    add_bold(out, words.text);
    str_clear(&words);
    if (!argument->positional && argument->type != ARGUMENT_FLAG) {
        command_argument_value_name(argument, &words);
        str_add_char(out, ' ');
        add_italic(out, words.text);
        str_clear(&words);
    }
    str_add_char(out, '\n');
    command_docs_argument_text(argument, &words);
    str_add_char(&words, '.');
    add_text(out, words.text);
    str_add_char(out, '\n');
    str_finish(&words);
}

static void add_place(struct str *out, const struct command_spec *spec)
{
    struct str keys;
    str_init(&keys);
    command_docs_keys(spec, &keys);
    if ((spec->flags & COMMAND_SHELL) == 0)
        add_text(out, " On the screen only.");
    if (spec->alias != NULL) {
        add_text(out, " Also called ");
        add_bold(out, spec->alias);
        add_text(out, ".");
    }
    if (keys.length > 0) {
        add_text(out, " Key: ");
        add_bold(out, keys.text);
        add_text(out, ".");
    }
    if ((spec->flags & COMMAND_TYPE_NAME) != 0)
        add_text(out, " Asks for the name of the VM to be typed.");
    else if ((spec->flags & COMMAND_CONFIRM) != 0)
        add_text(out, " Asks first.");
    else if ((spec->flags & COMMAND_CONFIRM_SCREEN) != 0)
        add_text(out, " Asks first on the screen.");
    str_finish(&keys);
}

static void add_command(struct str *out, const struct command_spec *spec)
{
    struct str synopsis;
    str_init(&synopsis);
    command_docs_synopsis(spec, &synopsis);
    str_add(out, ".TP\n");
    add_bold(out, synopsis.text);
    str_add_char(out, '\n');
    add_text(out, spec->help);
    add_text(out, ".");
    add_place(out, spec);
    str_add_char(out, '\n');
    str_finish(&synopsis);
    if (command_argument_count(spec) == 0)
        return;
    str_add(out, ".RS\n");
    for (size_t i = 0; i < command_argument_count(spec); i++)
        add_argument(out, &spec->arguments[i]);
    str_add(out, ".RE\n");
}

static void add_commands(struct str *out)
{
    for (int group = 0; group < COMMAND_GROUP_COUNT; group++) {
        str_printf(out, ".SS %s\n", command_group_title((enum command_group)group));
        for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
            if ((int)spec->group == group)
                add_command(out, spec);
        }
    }
}

static void add_keys(struct str *out)
{
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        unsigned position = 0;
        char key[COMMAND_KEY_SIZE];
        char line[COMMAND_LINE_SIZE];
        while (command_next_default_key(spec, &position, key, line)) {
            str_add(out, ".TP\n");
            add_bold(out, key);
            str_add_char(out, '\n');
            add_text(out, line);
            str_add_char(out, '\n');
        }
    }
}

struct pair {
    const char *name, *text;
};

static void add_pairs(struct str *out, const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        str_add(out, ".TP\n");
        add_bold(out, pairs[i].name);
        str_add_char(out, '\n');
        add_text(out, pairs[i].text);
        str_add_char(out, '\n');
    }
}

static const struct pair exit_statuses[] = {
    {"0", "Done."},
    {"1", "It failed, on at least one VM; stderr says why."},
    {"2", "The command line or the configuration is wrong."},
    {"3", "Nothing matched the names given."},
    {"4", "No hypervisor could be reached."},
};

static const struct pair files[] = {
    {"~/.config/vmtui/vmtui.conf", "The configuration: see vmtui.conf(5)."},
    {"~/.config/vmtui/themes/NAME.conf", "Themes of your own."},
    {"~/.local/state/vmtui/",
     "State: the log (vmtui.log), the event log (events.jsonl), the journal of jobs "
     "(journal.jsonl) and the embedded engine. When root runs vmtui: /var/lib/vmtui/."},
};

static const struct pair environment[] = {
    {"LIBVIRT_DEFAULT_URI", "The hypervisor when neither --connect nor the configuration names "
                            "one."},
    {"VMTUI_CONFIG", "The configuration file, in place of the usual one."},
    {"VMTUI_STATE_DIR", "The folder for state, in place of the usual one."},
    {"XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR",
     "Where configuration, state and sockets are kept, in folders called vmtui."},
    {"VMTUI_THEME_DIR", "A folder of themes that is looked into as well."},
    {"LC_ALL, LC_CTYPE, LANG", "Whether the terminal is drawn on with Unicode characters."},
    {"TERM", "What the terminal can do."},
};

#define ADD_PAIRS(out, pairs) add_pairs(out, pairs, sizeof(pairs) / sizeof((pairs)[0]))

static void add_introduction(struct str *out)
{
    add_title(out, "NAME");
    str_add(out, "vmtui \\- run virtual machines from a terminal\n");
    add_title(out, "SYNOPSIS");
    str_add(out, ".B vmtui\n[\\fIOPTIONS\\fR]\n.br\n.B vmtui\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR "
                 "[\\fIVM\\fR...] [\\fIARGUMENTS\\fR]\n");
    add_title(out, "DESCRIPTION");
    add_paragraph(out, "vmtui shows the virtual machines of a host, their live figures and their "
                       "consoles, and starts, stops, snapshots and resizes them. Without a command "
                       "it opens its screen; with one it runs that command and ends.");
    add_paragraph(out, "It manages KVM through libvirt: the system's daemon, the user's own, or an "
                       "embedded engine that needs no daemon. Running VMs are never touched by "
                       "vmtui starting, ending or crashing.");
    add_paragraph(out, "Everything that a key does is a command, which can be typed at the : "
                       "prompt and, where it says so below, in a shell. A VM is named by its name, "
                       "its UUID, or a quoted pattern with * ? [ ]. A word -- ends the options.");
    add_paragraph(out, "Sizes are numbers with a unit: K, M, G, T and P are powers of 1024, B is "
                       "bytes, and a bare number is MiB.");
}

void command_docs_man(struct str *out)
{
    str_add(out, ".\\\" Made by vmtui --generate man; do not edit.\n");
    str_add(out, ".TH VMTUI 1 \"\" \"vmtui " VMTUI_VERSION "\" \"User Commands\"\n");
    add_introduction(out);
    add_title(out, "OPTIONS");
    add_shell_options(out);
    add_title(out, "COMMANDS");
    add_paragraph(out, "A command that asks first does so on a terminal, and refuses where there "
                       "is none, unless --yes is given.");
    add_commands(out);
    add_title(out, "KEYS");
    add_paragraph(out, "These are the keys as they come, with the command line that each runs; "
                       "vmtui.conf(5) says how to change them. In a console every key goes to the "
                       "guest but Ctrl-], which leaves it.");
    add_keys(out);
    add_title(out, "EXIT STATUS");
    ADD_PAIRS(out, exit_statuses);
    add_title(out, "FILES");
    ADD_PAIRS(out, files);
    add_title(out, "ENVIRONMENT");
    ADD_PAIRS(out, environment);
    add_title(out, "SEE ALSO");
    str_add(out, ".BR vmtui.conf (5),\n.BR virsh (1)\n");
}

static void add_option(struct str *out, const struct option_spec *option)
{
    bool quoted = option->type == OPTION_TEXT || option->type == OPTION_CHOICE;
    const char *quote = quoted ? "\"" : "";
    struct str words;
    str_init(&words);
    str_add(out, ".TP\n");
    add_bold(out, option->name);
    str_add_char(out, '\n');
    str_printf(&words, "%s. It takes ", option->help);
    option_range_write(option, &words);
    str_printf(&words, "; the default is %s%s%s.", quote, option->default_text, quote);
    add_text(out, words.text);
    str_add_char(out, '\n');
    str_finish(&words);
}

void command_docs_man_conf(struct str *out)
{
    str_add(out, ".\\\" Made by vmtui --generate man-conf; do not edit.\n");
    str_add(out, ".TH VMTUI.CONF 5 \"\" \"vmtui " VMTUI_VERSION "\" \"File Formats\"\n");
    add_title(out, "NAME");
    str_add(out, "vmtui.conf \\- configuration of vmtui\n");
    add_title(out, "DESCRIPTION");
    add_paragraph(out, "vmtui reads ~/.config/vmtui/vmtui.conf, or the file that VMTUI_CONFIG or "
                       "the option --config names. A file that is wrong in any place is refused, "
                       "with the place, and vmtui ends with status 2.");
    add_paragraph(out, "A setting is written name = value; and texts stand in double quotes. Lines "
                       "that begin with # are comments. vmtui --generate example-config prints a "
                       "file with every option and its default.");
    add_title(out, "OPTIONS");
    for (const struct option_spec *option = option_table; option->name != NULL; option++)
        add_option(out, option);
    add_title(out, "KEYS");
    add_paragraph(out, "The setting keys is a list of keys, each with the command line that it "
                       "runs; an empty command takes a key away:");
    str_add(out, ".PP\n.nf\n.RS\nkeys = (\n    { key = \"Ctrl\\-S\"; command = \"snapshot "
                 "\\-\\-disk\\-only\"; },\n    { key = \"X\"; command = \"\"; }\n);\n.RE\n.fi\n");
    add_paragraph(out, "A key is a character, or F1 to F12, Enter, Esc, Tab, Space, Backspace, "
                       "Up, Down, Left, Right, Home, End, PgUp, PgDn, Ins or Del, with Ctrl-, Alt- "
                       "or Shift- before it. Commands are those of vmtui(1). By default:");
    add_keys(out);
    add_title(out, "SEE ALSO");
    str_add(out, ".BR vmtui (1)\n");
}
