// SPDX-License-Identifier: GPL-2.0-or-later
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "core/command/command.h"

struct matching {
    const struct host_snapshot *host;
    void (*found)(void *context, const struct vm_sample *vm);
    void *context;
};

static bool name_is(const struct vm_sample *vm, const char *word)
{
    return strcmp(vm->name, word) == 0;
}

static bool uuid_is(const struct vm_sample *vm, const char *word)
{
    return strcasecmp(vm->uuid, word) == 0;
}

static bool pattern_fits(const struct vm_sample *vm, const char *word)
{
    return fnmatch(word, vm->name, FNM_NOESCAPE) == 0;
}

static size_t match_all(const struct matching *m, const char *word,
                        bool (*fits)(const struct vm_sample *vm, const char *word))
{
    size_t count = 0;
    for (size_t i = 0; i < m->host->vm_count; i++) {
        if (!fits(&m->host->vms[i], word))
            continue;
        m->found(m->context, &m->host->vms[i]);
        count++;
    }
    return count;
}

// A name may itself look like a UUID or a pattern: what is exactly so called comes first.
size_t command_match_target(const char *word, const struct host_snapshot *host,
                            void (*found)(void *context, const struct vm_sample *vm), void *context)
{
    if (host == NULL || word == NULL || *word == '\0')
        return 0;
    const struct matching m = {.host = host, .found = found, .context = context};
    size_t count = match_all(&m, word, name_is);
    if (count == 0)
        count = match_all(&m, word, uuid_is);
    if (count == 0 && strpbrk(word, "*?[") != NULL)
        count = match_all(&m, word, pattern_fits);
    return count;
}
