// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/config/config.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/command_argument.h"
#include "core/config/option_value.h"
#include "core/memory.h"

static void set_default(const struct option_spec *option, struct config *config)
{
    double number = 0.0;
    switch (option->type) {
    case OPTION_TEXT:
    case OPTION_CHOICE:
        option_set_text(option, config, option->default_text, NULL);
        break;
    case OPTION_BOOL:
        option_set_bool(option, config, strcmp(option->default_text, "true") == 0, NULL);
        break;
    case OPTION_UNSIGNED:
    case OPTION_SECONDS:
        if (command_parse_decimal(option->default_text, &number) != NULL)
            option_set_number(option, config, number, option->type == OPTION_UNSIGNED, NULL);
        break;
    }
}

void config_init_defaults(struct config *config)
{
    *config = (struct config){0};
    for (const struct option_spec *option = option_table; option->name != NULL; option++)
        set_default(option, config);
}

void config_finish(struct config *config)
{
    if (config == NULL)
        return;
    for (const struct option_spec *option = option_table; option->name != NULL; option++) {
        char *text;
        if (option->type != OPTION_TEXT)
            continue;
        memcpy(&text, (char *)config + option->offset, sizeof(text));
        free(text);
    }
    for (size_t i = 0; i < config->binding_count; i++) {
        free(config->bindings[i].key);
        free(config->bindings[i].command);
    }
    free(config->bindings);
    *config = (struct config){0};
}

void config_add_binding(struct config *config, const char *key, const char *command)
{
    size_t count = config->binding_count + 1;
    config->bindings = memory_resize(config->bindings, count, sizeof(*config->bindings));
    config->bindings[count - 1] =
        (struct config_binding){.key = memory_strdup(key), .command = memory_strdup(command)};
    config->binding_count = count;
}

// Breaks a sentence into comment lines of at most 98 columns.
static void add_comment(struct str *out, const char *text)
{
    enum { WIDTH = 96 };
    while (*text != '\0') {
        size_t length = strlen(text);
        if (length > WIDTH) {
            length = WIDTH;
            while (length > 0 && text[length] != ' ')
                length--;
            if (length == 0)
                length = WIDTH;
        }
        str_printf(out, "# %.*s\n", (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
}

static void add_option(struct str *out, const struct option_spec *option)
{
    struct str comment;
    str_init(&comment);
    str_printf(&comment, "%s. It takes ", option->help);
    option_range_write(option, &comment);
    bool quoted = option->type == OPTION_TEXT || option->type == OPTION_CHOICE;
    const char *quote = quoted ? "\"" : "";
    str_printf(&comment, "; the default is %s%s%s.", quote, option->default_text, quote);
    str_add_char(out, '\n');
    add_comment(out, comment.text);
    str_printf(out, "%s = %s%s%s;\n", option->name, quote, option->default_text, quote);
    str_finish(&comment);
}

void config_example_write(struct str *out)
{
    str_add(out, "# SPDX-License-Identifier: GPL-2.0-or-later\n"
                 "# Settings of vmtui. Every option stands here with its default, so this file\n"
                 "# changes nothing as it is. Copy it to ~/.config/vmtui/vmtui.conf, or name it\n"
                 "# with vmtui --config FILE. vmtui.conf(5) says more.\n");
    for (const struct option_spec *option = option_table; option->name != NULL; option++)
        add_option(out, option);
    str_add(out, "\n# Keys, each with the command line that it runs, besides the default ones; an\n"
                 "# empty command takes a key away. For example:\n"
                 "# keys = (\n"
                 "#     { key = \"Ctrl-S\"; command = \"snapshot --disk-only\"; },\n"
                 "#     { key = \"X\"; command = \"\"; }\n"
                 "# );\n"
                 "keys = ( );\n");
}
