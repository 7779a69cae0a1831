// SPDX-License-Identifier: GPL-2.0-or-later
// What jobs leave on disk, and what is said about those that an earlier vmtui did not see the end
// of.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/session_inner.h"
#include "core/memory.h"
#include "core/str.h"

struct unfinished {
    struct session *session;
    struct journal_key *keys;
    size_t count;
};

static const char *next_step(enum operation_kind kind)
{
    switch (kind) {
    case OPERATION_SNAPSHOT_CREATE:
    case OPERATION_SNAPSHOT_REVERT:
    case OPERATION_SNAPSHOT_DELETE:
        return "snapshots";
    default:
        return "list";
    }
}

static void explain(void *context, const struct job_info *job, const struct journal_key *key)
{
    struct unfinished *unfinished = context;
    struct session *session = unfinished->session;
    if (strcmp(job->host, session->host_name) != 0)
        return;
    pthread_mutex_lock(&session->lock);
    session_notice(session, SEVERITY_WARN, job->uuid, job->vm_name,
                   "\"%s\" was cut off when an earlier vmtui ended; it may or may not have "
                   "happened. To see: vmtui %s %s",
                   job->title, next_step(job->kind), job->vm_name);
    pthread_mutex_unlock(&session->lock);
    unfinished->keys =
        memory_resize(unfinished->keys, unfinished->count + 1, sizeof(*unfinished->keys));
    unfinished->keys[unfinished->count++] = *key;
}

static void complain_once(struct session *session, const struct error *err)
{
    pthread_mutex_lock(&session->lock);
    if (!session->journal_failed)
        session_notice(session, SEVERITY_WARN, "", "", "jobs are not recorded on disk: %s",
                       err->text);
    session->journal_failed = true;
    pthread_mutex_unlock(&session->lock);
}

void session_report_unfinished(struct session *session)
{
    if (session->journal_path == NULL)
        return;
    struct error err = {.kind = ERROR_NONE};
    struct unfinished unfinished = {.session = session};
    if (!journal_read_unfinished(session->journal_path, explain, &unfinished, &err))
        complain_once(session, &err);
    struct journal *journal = journal_open(session->journal_path, &err);
    if (journal == NULL)
        complain_once(session, &err);
    for (size_t i = 0; journal != NULL && i < unfinished.count; i++)
        journal_append_explained(journal, &unfinished.keys[i], NULL);
    free(unfinished.keys);
    pthread_mutex_lock(&session->lock);
    session->journal = journal;
    pthread_mutex_unlock(&session->lock);
}

// A full disk is no reason not to shut a VM down.
void session_journal_started(struct session *session, const struct job_info *job)
{
    struct error err = {.kind = ERROR_NONE};
    if (session->journal != NULL && !journal_append_started(session->journal, job, &err))
        complain_once(session, &err);
}

void session_journal_ended(struct session *session, const struct job_info *job)
{
    struct error err = {.kind = ERROR_NONE};
    if (session->journal != NULL && !journal_append_ended(session->journal, job, &err))
        complain_once(session, &err);
}
