// SPDX-License-Identifier: GPL-2.0-or-later
// What may stand where the cursor is in a command line: commands, options, choices, names of VMs,
// disks and snapshots.
#ifndef VMTUI_UI_WIDGETS_COMPLETION_H
#define VMTUI_UI_WIDGETS_COMPLETION_H

#include <stddef.h>

struct ui;

#define COMPLETION_MAX 256

struct completion {
    size_t from;                 // byte at which the word to be replaced begins
    char *words[COMPLETION_MAX]; // quoted as the prompt wants them
    size_t count;
};

void completion_find(struct completion *completion, const struct ui *ui, const char *line,
                     size_t cursor);
void completion_finish(struct completion *completion); // takes a zeroed one
// Bytes that all words have in common.
size_t completion_common(const struct completion *completion);

#endif
