// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "core/command/command.h"
#include "core/memory.h"
#include "core/str.h"

static const char *const group_titles[] = {
    [COMMAND_GROUP_POWER] = "Power",   [COMMAND_GROUP_SNAPSHOT] = "Snapshots",
    [COMMAND_GROUP_RESIZE] = "Resize", [COMMAND_GROUP_MANAGE] = "Manage",
    [COMMAND_GROUP_LOOK] = "Look",     [COMMAND_GROUP_MOVE] = "Move",
    [COMMAND_GROUP_PROGRAM] = "vmtui",
};
_Static_assert(ARRAY_COUNT(group_titles) == COMMAND_GROUP_COUNT, "every group has a title");

const char *command_group_title(enum command_group group)
{
    return (size_t)group < ARRAY_COUNT(group_titles) ? group_titles[group] : "";
}

const struct command_spec *command_find(const char *name)
{
    if (name == NULL)
        return NULL;
    for (const struct command_spec *spec = command_table; spec->name != NULL; spec++) {
        if (strcmp(spec->name, name) == 0 || str_equal(spec->alias, name))
            return spec;
    }
    return NULL;
}

size_t command_argument_count(const struct command_spec *spec)
{
    size_t count = 0;
    while (count < COMMAND_ARGUMENT_MAX && spec->arguments[count].name != NULL)
        count++;
    return count;
}

bool command_next_default_key(const struct command_spec *spec, unsigned *position,
                              char key[COMMAND_KEY_SIZE], char command_line[COMMAND_LINE_SIZE])
{
    if (spec->keys == NULL)
        return false;
    const char *word = spec->keys + *position;
    word += strspn(word, " ");
    size_t length = strcspn(word, " ");
    if (length == 0)
        return false;
    *position = (unsigned)(word + length - spec->keys);
    // A key may itself be "=", so the sign that counts is never the first character.
    const char *sign = length > 1 ? memchr(word + 1, '=', length - 1) : NULL;
    size_t key_length = sign != NULL ? (size_t)(sign - word) : length;
    str_format(key, COMMAND_KEY_SIZE, "%.*s", (int)key_length, word);
    if (sign == NULL)
        str_format(command_line, COMMAND_LINE_SIZE, "%s", spec->name);
    else
        str_format(command_line, COMMAND_LINE_SIZE, "%s %.*s", spec->name,
                   (int)(length - key_length - 1), sign + 1);
    return true;
}
