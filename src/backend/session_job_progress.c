// SPDX-License-Identifier: GPL-2.0-or-later
// How far running jobs are: what their drivers count, made into a rate and a time that is left.
#include "backend/session_inner.h"
#include "core/clock.h"

static void look_at_bytes(struct job *job, uint64_t now_ns)
{
    struct job_info *info = &job->info;
    double seconds = (double)(now_ns - job->looked_ns) / 1e9;
    uint64_t done = atomic_load(&job->control.done_bytes);
    uint64_t total = atomic_load(&job->control.total_bytes);
    if (done >= job->looked_bytes && seconds > 0) {
        double rate = (double)(done - job->looked_bytes) / seconds;
        info->rate_bytes_per_s =
            info->rate_bytes_per_s > 0 ? info->rate_bytes_per_s * 0.7 + rate * 0.3 : rate;
    }
    job->looked_bytes = done;
    info->progress = (struct job_progress){true, done, total};
    info->eta_s = -1;
    if (info->rate_bytes_per_s > 0 && total >= done)
        info->eta_s = (double)(total - done) / info->rate_bytes_per_s;
}

static void tell_silence(struct session *session, struct job *job, uint64_t now_ns)
{
    uint64_t since_ns = now_ns - job->started_ns;
    if (job->told_silence || job->info.progress.known ||
        since_ns < session->timing.silence * NS_PER_MS)
        return;
    job->told_silence = true;
    session_notice(session, SEVERITY_WARN, job->info.uuid, job->info.vm_name,
                   "\"%s\" has been running for %llu s without a sign of how far it is",
                   job->info.title, (unsigned long long)(since_ns / NS_PER_SECOND));
}

void job_look(struct session *session, struct job *job, uint64_t now_ns, uint64_t *wake_ns)
{
    uint64_t next_ns = job->looked_ns + session->timing.progress * NS_PER_MS;
    if (now_ns < next_ns) {
        session_earlier(wake_ns, next_ns);
        return;
    }
    bool cancellable = atomic_load(&job->control.cancellable);
    bool changed = cancellable != job->info.cancellable;
    job->info.cancellable = cancellable;
    if (atomic_load(&job->control.progress_known)) {
        look_at_bytes(job, now_ns);
        changed = true;
    }
    job->looked_ns = now_ns;
    session_earlier(wake_ns, now_ns + session->timing.progress * NS_PER_MS);
    if (changed)
        job_post(session, job);
    tell_silence(session, job, now_ns);
}
