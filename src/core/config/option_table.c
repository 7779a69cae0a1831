// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "core/command/command_argument.h"
#include "core/config/config.h"

#define FIELD(name) .offset = offsetof(struct config, name)

const struct option_spec option_table[] = {
    {.name = "connect",
     .type = OPTION_TEXT,
     FIELD(connect),
     .default_text = "",
     .help = "The hypervisor to connect to, as a libvirt URI; empty: the first that answers of "
             "LIBVIRT_DEFAULT_URI, the system's daemon, the user's own, and the embedded engine"},
    {.name = "tick",
     .type = OPTION_SECONDS,
     FIELD(tick_s),
     .minimum = 0.5,
     .maximum = 60,
     .unit = "s",
     .default_text = "2.0",
     .help = "Time between two samples"},
    {.name = "theme",
     .type = OPTION_TEXT,
     FIELD(theme),
     .default_text = "default",
     .help = "Colours: the name of a theme, or the path of a theme file"},
    {.name = "unicode",
     .type = OPTION_CHOICE,
     FIELD(unicode),
     .choices = "auto yes no",
     .default_text = "auto",
     .help = "Draw with Unicode characters; auto: where the locale has them"},
    {.name = "colour",
     .type = OPTION_CHOICE,
     FIELD(colour),
     .choices = "auto yes no",
     .default_text = "auto",
     .help = "Draw in colour; auto: where the terminal has it"},
    {.name = "mouse",
     .type = OPTION_BOOL,
     FIELD(mouse),
     .default_text = "true",
     .help = "Use the mouse; with false the terminal's own selection works as usual"},
    {.name = "scrollback",
     .type = OPTION_UNSIGNED,
     FIELD(scrollback_lines),
     .minimum = 0,
     .maximum = 100000,
     .unit = "lines",
     .default_text = "5000",
     .help = "How much of each console is kept above its screen"},
    {.name = "chart_window",
     .type = OPTION_UNSIGNED,
     FIELD(chart_window_s),
     .minimum = 60,
     .maximum = 3600,
     .unit = "s",
     .default_text = "300",
     .help = "How much time the charts show at start"},
    {.name = "sort",
     .type = OPTION_TEXT,
     FIELD(sort),
     .choices = "name state vcpu cpu ready memory disk net time",
     .default_text = "name",
     .help = "The column by which the list of VMs is sorted at start"},
    {.name = "sort_inverted",
     .type = OPTION_BOOL,
     FIELD(sort_inverted),
     .default_text = "false",
     .help = "Sort from the other end at start"},
    {.name = "cpu_percent_of",
     .type = OPTION_CHOICE,
     FIELD(cpu_percent_of),
     .choices = "vcpu vm host",
     .default_text = "vcpu",
     .help = "What 100 % of processor use means: one vCPU, all vCPUs of the VM, or the whole host"},
    {.name = "executors",
     .type = OPTION_UNSIGNED,
     FIELD(executors),
     .minimum = 1,
     .maximum = 32,
     .unit = "commands",
     .default_text = "4",
     .help = "How many commands run at once on a host; those on one VM run one after the other"},
    {.name = "command_timeout",
     .type = OPTION_UNSIGNED,
     FIELD(command_timeout_s),
     .minimum = 1,
     .maximum = 600,
     .unit = "s",
     .default_text = "15",
     .help = "How long a command that should be quick may go without an answer"},
    {.name = "embed_root",
     .type = OPTION_TEXT,
     FIELD(embed_root),
     .default_text = "",
     .help = "The folder of the embedded engine, a short path; empty: below the state folder"},
    {.name = "embed_qemu_user",
     .type = OPTION_TEXT,
     FIELD(embed_qemu_user),
     .default_text = "auto",
     .help = "Who runs the QEMUs of an embedded engine that root started: auto, root, or a user's "
             "name; auto: the distribution's QEMU user where it can open what it needs"},
    {.name = "log_level",
     .type = OPTION_TEXT,
     FIELD(log_level),
     .choices = "error warn info debug",
     .default_text = "info",
     .help = "How much is written to the log in the state folder"},
    {.name = NULL}};

void option_range_write(const struct option_spec *option, struct str *out)
{
    switch (option->type) {
    case OPTION_BOOL:
        str_add(out, "true or false");
        return;
    case OPTION_UNSIGNED:
    case OPTION_SECONDS:
        str_printf(out, "%s from %.15g to %.15g",
                   option->type == OPTION_UNSIGNED ? "a whole number" : "a number", option->minimum,
                   option->maximum);
        if (option->unit != NULL)
            str_printf(out, " (%s)", option->unit);
        return;
    case OPTION_CHOICE:
    case OPTION_TEXT:
        if (option->choices != NULL)
            command_words_or(option->choices, out);
        else
            str_add(out, "a text");
        return;
    }
}
