// SPDX-License-Identifier: GPL-2.0-or-later
// Completions for the shells people use. They know commands, options and choices; names of VMs are
// left out, since asking for them would open the hypervisor at a press of Tab.
#include "core/command/command_docs.h"
#include "core/command/shell_options.h"

static bool in_shell(const struct command_spec *spec)
{
    return (spec->flags & COMMAND_SHELL) != 0;
}

static void add_shell_option_words(struct str *out)
{
    for (const struct shell_option_spec *option = shell_option_table; option->name != NULL;
         option++) {
        if (!option->hidden)
            str_printf(out, " --%s", option->name);
    }
}

// "-c|--connect|--config": options that take a value, as a case pattern.
static void add_valued_pattern(struct str *out)
{
    bool first = true;
    for (const struct shell_option_spec *option = shell_option_table; option->name != NULL;
         option++) {
        if (option->hidden || option->value_name == NULL)
            continue;
        if (!first)
            str_add_char(out, '|');
        first = false;
        if (option->letter != '\0')
            str_printf(out, "-%c|", option->letter);
        str_printf(out, "--%s", option->name);
    }
}

static void add_bash_commands(struct str *out)
{
    str_add(out, "    case $command in\n    '') words=\"");
    bool first = true;
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        if (!in_shell(spec))
            continue;
        str_printf(out, "%s%s", first ? "" : " ", spec->name);
        first = false;
    }
    str_add(out, "\" ;;\n");
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        if (!in_shell(spec) || command_argument_count(spec) == 0)
            continue;
        str_printf(out, "    %s", spec->name);
        if (spec->alias != NULL)
            str_printf(out, "|%s", spec->alias);
        str_add(out, ") words=\"");
        bool none = true;
        for (size_t i = 0; i < command_argument_count(spec); i++) {
            if (spec->arguments[i].positional)
                continue;
            str_printf(out, "%s--%s", none ? "" : " ", spec->arguments[i].name);
            none = false;
        }
        str_add(out, "\" ;;\n");
    }
    str_add(out, "    esac\n");
}

static void add_bash_choices(struct str *out)
{
    str_add(out, "    case $command:$previous in\n");
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        for (size_t i = 0; in_shell(spec) && i < command_argument_count(spec); i++) {
            const struct argument_spec *argument = &spec->arguments[i];
            if (argument->positional || argument->type == ARGUMENT_FLAG)
                continue;
            const char *choices = argument->type == ARGUMENT_CHOICE ? argument->choices : "";
            str_printf(out, "    %s:--%s) words=\"%s\"; only=yes ;;\n", spec->name, argument->name,
                       choices);
        }
    }
    str_add(out, "    esac\n");
}

void command_docs_bash(struct str *out)
{
    str_add(out,
            "# bash completion for vmtui; made by vmtui --generate bash\n"
            "_vmtui()\n{\n"
            "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
            "    local command= words= only= i\n"
            "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
            "        case ${COMP_WORDS[i]} in\n        ");
    add_valued_pattern(out);
    str_add(out,
            ") ((i++)) ;;\n"
            "        -*) ;;\n"
            "        *) command=${COMP_WORDS[i]}; break ;;\n"
            "        esac\n"
            "    done\n"
            "    case $previous in\n"
            "    --config|--theme) mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); "
            "return ;;\n"
            "    -c|--connect) words=\"qemu:///system qemu:///session qemu:///embed\"; only=yes "
            ";;\n"
            "    esac\n");
    add_bash_choices(out);
    str_add(out, "    if [ -z \"$only\" ]; then\n");
    add_bash_commands(out);
    str_add(out, "    words=\"$words");
    add_shell_option_words(out);
    str_add(out, "\"\n    fi\n"
                 "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                 "}\n"
                 "complete -F _vmtui vmtui\n");
}

// Inside '...[help]' of _arguments and 'name:help' of _describe.
static void add_zsh_text(struct str *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            str_add(out, "'\\''");
        else if (*text == '[' || *text == ']' || *text == ':' || *text == '\\')
            str_printf(out, "\\%c", *text);
        else
            str_add_char(out, *text);
    }
}

static void add_zsh_argument(struct str *out, const struct argument_spec *argument)
{
    str_printf(out, " '--%s[", argument->name);
    add_zsh_text(out, argument->help);
    str_add_char(out, ']');
    if (argument->type == ARGUMENT_CHOICE)
        str_printf(out, ":%s:(%s)", argument->name, argument->choices);
    else if (argument->type != ARGUMENT_FLAG)
        str_printf(out, ":%s:", argument->name);
    str_add_char(out, '\'');
}

static void add_zsh_shell_options(struct str *out)
{
    for (const struct shell_option_spec *option = shell_option_table; option->name != NULL;
         option++) {
        if (option->hidden)
            continue;
        str_add(out, "        ");
        if (option->letter != '\0')
            str_printf(out, "'*'{-%c,--%s}'[", option->letter, option->name);
        else
            str_printf(out, "'--%s[", option->name);
        add_zsh_text(out, option->help);
        str_add_char(out, ']');
        if (option->value_name != NULL)
            str_printf(out, ":%s:%s", option->value_name,
                       str_equal(option->value_name, "FILE") ? "_files" : "");
        str_add(out, "'\n");
    }
}

void command_docs_zsh(struct str *out)
{
    str_add(out, "#compdef vmtui\n# Made by vmtui --generate zsh\n_vmtui()\n{\n"
                 "    local -a commands options\n    local context state state_descr line\n"
                 "    typeset -A opt_args\n    commands=(\n");
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        if (!in_shell(spec))
            continue;
        str_printf(out, "        '%s:", spec->name);
        add_zsh_text(out, spec->help);
        str_add(out, "'\n");
    }
    str_add(out, "    )\n    options=(\n");
    add_zsh_shell_options(out);
    str_add(out, "    )\n"
                 "    _arguments -C $options '1:command:->command' '*::argument:->argument' && "
                 "return\n"
                 "    case $state in\n"
                 "    command) _describe -t commands command commands ;;\n"
                 "    argument)\n        case $words[1] in\n");
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        if (!in_shell(spec))
            continue;
        str_printf(out, "        %s", spec->name);
        if (spec->alias != NULL)
            str_printf(out, "|%s", spec->alias);
        str_add(out, ") _arguments $options");
        for (size_t i = 0; i < command_argument_count(spec); i++) {
            if (!spec->arguments[i].positional)
                add_zsh_argument(out, &spec->arguments[i]);
        }
        str_add(out, spec->target != COMMAND_TARGET_NONE ? " '*:VM:' ;;\n" : " ;;\n");
    }
    str_add(out, "        esac ;;\n    esac\n}\n_vmtui \"$@\"\n");
}

static void add_fish_text(struct str *out, const char *text)
{
    str_add_char(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            str_add_char(out, '\\');
        str_add_char(out, *text);
    }
    str_add_char(out, '\'');
}

static void add_fish_shell_options(struct str *out)
{
    for (const struct shell_option_spec *option = shell_option_table; option->name != NULL;
         option++) {
        if (option->hidden)
            continue;
        str_add(out, "complete -c vmtui");
        if (option->letter != '\0')
            str_printf(out, " -s %c", option->letter);
        str_printf(out, " -l %s", option->name);
        if (option->value_name != NULL)
            str_add(out, str_equal(option->value_name, "FILE") ? " -r -F" : " -x");
        str_add(out, " -d ");
        add_fish_text(out, option->help);
        str_add_char(out, '\n');
    }
}

void command_docs_fish(struct str *out)
{
    str_add(out, "# fish completion for vmtui; made by vmtui --generate fish\n"
                 "complete -c vmtui -f\n");
    add_fish_shell_options(out);
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        if (!in_shell(spec))
            continue;
        str_printf(out, "complete -c vmtui -n __fish_use_subcommand -a %s -d ", spec->name);
        add_fish_text(out, spec->help);
        str_add_char(out, '\n');
        for (size_t i = 0; i < command_argument_count(spec); i++) {
            const struct argument_spec *argument = &spec->arguments[i];
            if (argument->positional)
                continue;
            str_printf(out, "complete -c vmtui -n '__fish_seen_subcommand_from %s' -l %s",
                       spec->name, argument->name);
            if (argument->type == ARGUMENT_CHOICE)
                str_printf(out, " -x -a '%s'", argument->choices);
            else if (argument->type != ARGUMENT_FLAG)
                str_add(out, " -x");
            str_add(out, " -d ");
            add_fish_text(out, argument->help);
            str_add_char(out, '\n');
        }
    }
}
