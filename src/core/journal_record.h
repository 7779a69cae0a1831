// SPDX-License-Identifier: GPL-2.0-or-later
// One line of the journal, as text and as values. Shared by the files of the journal.
#ifndef VMTUI_CORE_JOURNAL_RECORD_H
#define VMTUI_CORE_JOURNAL_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/journal.h"
#include "core/str.h"

enum journal_event { JOURNAL_STARTED, JOURNAL_ENDED, JOURNAL_EXPLAINED, JOURNAL_EVENT_COUNT };

struct journal_record {
    enum journal_event event;
    struct journal_key key;
    struct job_info job; // of STARTED only
};

// Adds the line with its newline; job is NULL for EXPLAINED.
void journal_record_write(enum journal_event event, const struct journal_key *key,
                          const struct job_info *job, struct str *out);
// False when the line is torn or is none of ours.
bool journal_record_read(const char *line, size_t length, struct journal_record *record);
bool journal_key_equal(const struct journal_key *a, const struct journal_key *b);
// Fills all but job_id with the present process.
void journal_key_of_this_process(struct journal_key *key);
bool journal_key_process_lives(const struct journal_key *key);

#endif
