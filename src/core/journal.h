// SPDX-License-Identifier: GPL-2.0-or-later
// What was begun and what became of it, on disk, so that a job that a crash cut off is found at the
// next start. A file of JSON lines, synced record by record, shared by every vmtui that runs; over
// 1 MiB it is moved to path.1 and begun anew with the unfinished jobs. Any thread.
#ifndef VMTUI_CORE_JOURNAL_H
#define VMTUI_CORE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/model/job.h"

struct journal;

// Which job of which process, across processes and reboots.
struct journal_key {
    char boot_id[40];
    int pid;
    uint64_t process_start; // in the kernel's ticks since that boot
    uint64_t job_id;
};

// Creates the file (0600) when it is not there; its folder must exist. NULL and err on failure.
struct journal *journal_open(const char *path, struct error *err);
void journal_close(struct journal *journal); // takes NULL
// True once the record is safely on disk. Failure (a full disk) leaves every older record as it
// was.
bool journal_append_started(struct journal *journal, const struct job_info *job, struct error *err);
bool journal_append_ended(struct journal *journal, const struct job_info *job, struct error *err);
// An unfinished job was explained to the person: it is not found again.
bool journal_append_explained(struct journal *journal, const struct journal_key *key,
                              struct error *err);
// Calls found for each job that began and did not end, and whose vmtui lives no more; its state is
// JOB_UNKNOWN. A missing file has none; broken lines are skipped.
bool journal_read_unfinished(const char *path,
                             void (*found)(void *context, const struct job_info *job,
                                           const struct journal_key *key),
                             void *context, struct error *err);

#endif
