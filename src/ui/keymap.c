// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/keymap.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/memory.h"

struct binding {
    struct key key;
    char *command_line;
};

// In the order in which people should read a command's keys: the table's, then the user's own.
struct keymap {
    struct binding *bindings;
    size_t count, capacity;
};

static struct binding *find(const struct keymap *keymap, const struct key *key)
{
    for (size_t i = 0; i < keymap->count; i++) {
        if (key_equal(&keymap->bindings[i].key, key))
            return &keymap->bindings[i];
    }
    return NULL;
}

static void unbind(struct keymap *keymap, const struct key *key)
{
    struct binding *binding = find(keymap, key);
    if (binding == NULL)
        return;
    free(binding->command_line);
    size_t index = (size_t)(binding - keymap->bindings);
    keymap->count--;
    memmove(binding, binding + 1, (keymap->count - index) * sizeof(*binding));
}

static void bind(struct keymap *keymap, const struct key *key, const char *command_line)
{
    unbind(keymap, key);
    if (keymap->count == keymap->capacity) {
        keymap->capacity = keymap->capacity == 0 ? 64 : keymap->capacity * 2;
        keymap->bindings =
            memory_resize(keymap->bindings, keymap->capacity, sizeof(*keymap->bindings));
    }
    keymap->bindings[keymap->count++] =
        (struct binding){.key = *key, .command_line = memory_strdup(command_line)};
}

static bool bind_defaults(struct keymap *keymap, const struct command_spec *spec, struct error *err)
{
    char name[COMMAND_KEY_SIZE], command_line[COMMAND_LINE_SIZE];
    unsigned position = 0;
    while (command_next_default_key(spec, &position, name, command_line)) {
        struct key key;
        if (!key_parse(name, &key))
            return error_set(err, ERROR_INVALID, 0,
                             "the command %s has a key \"%s\", which does not exist", spec->name,
                             name);
        if (find(keymap, &key) == NULL)
            bind(keymap, &key, command_line);
    }
    return true;
}

static bool check_command(const char *command_line, const char *key, struct error *err)
{
    size_t length = strcspn(command_line, " \t");
    AUTO_FREE char *name = memory_strndup(command_line, length);
    const struct command_spec *spec = command_find(name);
    if (spec == NULL)
        return error_set(err, ERROR_INVALID, 0, "key \"%s\": there is no command \"%s\"", key,
                         name);
    if (!(spec->flags & COMMAND_SCREEN))
        return error_set(err, ERROR_INVALID, 0,
                         "key \"%s\": the command \"%s\" is for the shell only", key, name);
    return true;
}

static bool bind_configured(struct keymap *keymap, const struct config_binding *configured,
                            struct error *err)
{
    struct key key;
    if (!key_parse(configured->key, &key))
        return error_set(err, ERROR_INVALID, 0, "there is no key \"%s\" to bind", configured->key);
    const char *command_line = configured->command + strspn(configured->command, " \t");
    if (command_line[0] == '\0') {
        unbind(keymap, &key);
        return true;
    }
    if (!check_command(command_line, configured->key, err))
        return false;
    bind(keymap, &key, command_line);
    return true;
}

struct keymap *keymap_create(const struct config *config, struct error *err)
{
    struct keymap *keymap = memory_alloc(sizeof(*keymap));
    bool done = true;
    for (const struct command_spec *spec = command_table; done && spec->name != NULL; spec++)
        done = bind_defaults(keymap, spec, err);
    for (size_t i = 0; done && config != NULL && i < config->binding_count; i++) {
        done = bind_configured(keymap, &config->bindings[i], err);
        if (!done && config->bindings[i].line > 0)
            error_prefix(err, "line %u", config->bindings[i].line);
    }
    if (done)
        return keymap;
    keymap_destroy(keymap);
    return NULL;
}

void keymap_destroy(struct keymap *keymap)
{
    if (keymap == NULL)
        return;
    for (size_t i = 0; i < keymap->count; i++)
        free(keymap->bindings[i].command_line);
    free(keymap->bindings);
    free(keymap);
}

const char *keymap_lookup(const struct keymap *keymap, const struct key *key)
{
    const struct binding *binding = find(keymap, key);
    return binding == NULL ? NULL : binding->command_line;
}

void keymap_keys_of(const struct keymap *keymap, const char *command_line, struct str *out)
{
    bool first = true;
    for (size_t i = 0; i < keymap->count; i++) {
        if (strcmp(keymap->bindings[i].command_line, command_line) != 0)
            continue;
        char name[32];
        key_format(&keymap->bindings[i].key, name, sizeof(name));
        str_printf(out, "%s%s", first ? "" : ", ", name);
        first = false;
    }
}
