// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/widgets/completion.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"
#include "ui/ui_state.h"

// The words before the cursor; the last one is what is being typed.
struct typed {
    char **words;
    size_t count;
    char *last;
};

static void offer(struct completion *completion, const struct typed *typed, const char *word)
{
    if (completion->count == COMPLETION_MAX || !str_starts_with(word, typed->last))
        return;
    for (size_t i = 0; i < completion->count; i++)
        if (strcmp(completion->words[i], word) == 0)
            return;
    struct str quoted;
    str_init(&quoted);
    command_quote(&quoted, word);
    completion->words[completion->count++] = str_take(&quoted);
}

static void offer_choices(struct completion *completion, const struct typed *typed,
                          const char *choices)
{
    while (choices && *choices) {
        size_t length = strcspn(choices, " ");
        AUTO_FREE char *word = memory_strndup(choices, length);
        if (length > 0)
            offer(completion, typed, word);
        choices += length + (choices[length] == ' ');
    }
}

static void offer_commands(struct completion *completion, const struct typed *typed,
                           const struct ui *ui)
{
    for (const struct command_spec *spec = command_table; spec->name; spec++)
        if (spec->flags & COMMAND_SCREEN && ui_command_visible(ui, spec))
            offer(completion, typed, spec->name);
}

static void offer_vms(struct completion *completion, const struct typed *typed, const struct ui *ui)
{
    const struct board *board = ui_board(ui);
    for (size_t h = 0; board && h < board->host_count; h++) {
        const struct host_snapshot *snapshot = board->hosts[h].snapshot;
        for (size_t v = 0; snapshot && v < snapshot->vm_count; v++)
            offer(completion, typed, snapshot->vms[v].name);
    }
}

// The VM whose disks and snapshots are meant: the one that was typed, else the selected one.
static const struct vm_sample *meant_vm(const struct ui *ui, const struct typed *typed)
{
    const struct board *board = ui_board(ui);
    const struct board_vm *vm;
    for (size_t w = 1; w + 1 < typed->count; w++)
        for (size_t h = 0; board && h < board->host_count; h++) {
            const struct host_snapshot *snapshot = board->hosts[h].snapshot;
            for (size_t v = 0; snapshot && v < snapshot->vm_count; v++)
                if (strcmp(snapshot->vms[v].name, typed->words[w]) == 0)
                    return &snapshot->vms[v];
        }
    return ui_selected(ui, NULL, &vm) ? vm->sample : NULL;
}

static void offer_values(struct completion *completion, const struct typed *typed,
                         const struct ui *ui, const struct command_spec *spec,
                         const struct argument_spec *argument)
{
    const struct vm_sample *vm = meant_vm(ui, typed);
    offer_choices(completion, typed, argument->choices);
    if (vm && strcmp(argument->name, "disk") == 0)
        for (size_t i = 0; i < vm->disk_count; i++)
            offer(completion, typed, vm->disks[i].target);
    if (vm && vm->detail && strcmp(argument->name, "name") == 0 &&
        spec->operation != OPERATION_SNAPSHOT_CREATE)
        for (size_t i = 0; i < vm->detail->snapshot_count; i++)
            offer(completion, typed, vm->detail->snapshots[i].name);
}

static const struct argument_spec *argument_named(const struct command_spec *spec, const char *word)
{
    for (size_t i = 0; i < command_argument_count(spec); i++)
        if (str_starts_with(word, "--") && strcmp(spec->arguments[i].name, word + 2) == 0)
            return &spec->arguments[i];
    return NULL;
}

static void offer_arguments(struct completion *completion, const struct typed *typed,
                            const struct ui *ui, const struct command_spec *spec)
{
    const struct argument_spec *before = argument_named(spec, typed->words[typed->count - 2]);
    if (before && before->type != ARGUMENT_FLAG) {
        offer_values(completion, typed, ui, spec, before);
        return;
    }
    if (spec->target != COMMAND_TARGET_NONE && !str_starts_with(typed->last, "-"))
        offer_vms(completion, typed, ui);
    for (size_t i = 0; i < command_argument_count(spec); i++) {
        const struct argument_spec *argument = &spec->arguments[i];
        if (argument->positional)
            offer_choices(completion, typed, argument->choices);
        AUTO_FREE char *option = memory_printf("--%s", argument->name);
        if (!argument->positional &&
            (str_starts_with(typed->last, "-") || completion->count == 0 || !typed->last[0]))
            offer(completion, typed, option);
    }
}

static size_t word_begin(const char *line, size_t cursor)
{
    size_t begin = 0;
    char quote = '\0';
    for (size_t i = 0; i < cursor; i++) {
        if (quote) {
            quote = line[i] == quote ? '\0' : quote;
        } else if (line[i] == '\'' || line[i] == '"') {
            quote = line[i];
        } else if (line[i] == '\\') {
            i++;
        } else if (line[i] == ' ') {
            begin = i + 1;
        }
    }
    return begin < cursor ? begin : cursor;
}

void completion_find(struct completion *completion, const struct ui *ui, const char *line,
                     size_t cursor)
{
    *completion = (struct completion){.from = word_begin(line, cursor)};
    AUTO_FREE char *before = memory_strndup(line, completion->from);
    AUTO_FREE char *last = memory_strndup(line + completion->from, cursor - completion->from);
    size_t count = 0, last_count = 0;
    AUTO_FREE char **words = command_split_words(before, &count, NULL);
    AUTO_FREE char **last_words = command_split_words(last, &last_count, NULL);
    // A quote that is still open: what stands behind it is what is being typed.
    const char *typing = last_words && last_count > 0        ? last_words[0]
                         : last[0] == '\'' || last[0] == '"' ? last + 1
                                                             : last;
    if (!words && completion->from > 0)
        return;
    AUTO_FREE char **all = memory_array(count + 1, sizeof(*all));
    for (size_t i = 0; i < count; i++)
        all[i] = words[i];
    all[count] = (char *)typing;
    struct typed typed = {all, count + 1, (char *)typing};
    const struct command_spec *spec = count > 0 ? command_find(words[0]) : NULL;
    if (count == 0)
        offer_commands(completion, &typed, ui);
    else if (spec)
        offer_arguments(completion, &typed, ui, spec);
}

void completion_finish(struct completion *completion)
{
    for (size_t i = 0; i < completion->count; i++)
        free(completion->words[i]);
    completion->count = 0;
}

size_t completion_common(const struct completion *completion)
{
    if (completion->count == 0)
        return 0;
    size_t common = strlen(completion->words[0]);
    for (size_t i = 1; i < completion->count; i++) {
        size_t same = 0;
        while (same < common && completion->words[i][same] == completion->words[0][same])
            same++;
        common = same;
    }
    return utf8_trim_partial(completion->words[0], common);
}
