// SPDX-License-Identifier: GPL-2.0-or-later
// Inside of a session, shared by the session_*.c files (and by tests, for the timing). One lock
// guards everything that is not fixed at creation; it is never held over a call of a driver or of
// the sink. The keeper thread decides and speaks to the sink; workers only call the driver: one a
// connection, which opens and samples, and one a running job. A worker that does not come back is
// left behind; it holds what it needs.
#ifndef VMTUI_BACKEND_SESSION_INNER_H
#define VMTUI_BACKEND_SESSION_INNER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend/driver.h"
#include "backend/session.h"
#include "core/journal.h"

struct session_timing { // milliseconds
    uint64_t open_deadline;
    uint64_t first_backoff, longest_backoff;
    uint64_t stall_slack;        // beside three ticks: a sample that takes longer is stalled
    uint64_t stall_give_up;      // after that much longer the connection is given up
    uint64_t soon_spacing;       // between samples that were asked for
    uint64_t progress;           // between two looks at the progress of jobs
    uint64_t silence;            // of a long job, until the person is told
    uint64_t hung_timeout;       // of a quick command to a VM that is known to hang
    uint64_t force_off_timeout;  // at least: libvirt itself takes 12 s for a hung QEMU
    uint64_t force_off_patience; // how long it waits for the VM's running job
    uint64_t cut_off;            // a job whose connection is gone has that long to come back
    uint64_t farewell;           // how long destroying waits
};

extern const struct session_timing session_default_timing;

enum connection_work { CONNECTION_OPENS, CONNECTION_IDLES, CONNECTION_SAMPLES };

struct connection { // one driver instance, and the worker that opens and samples it
    struct session *session;
    unsigned users;        // the worker, jobs, console streams; the last one closes the driver
    struct driver *driver; // NULL until it is open
    pthread_cond_t wanted; // a sample, or the end
    enum connection_work work;
    uint64_t work_since_ns;
    bool retired;     // nothing new begins on it; what it says is not heard
    bool left_behind; // its worker was in the driver when it was retired
    uint64_t retired_ns;
    bool lost; // the driver said so
    bool open_failed, sample_ended;
    struct error error;             // of lost, open_failed, or a sample without a snapshot
    struct host_snapshot *snapshot; // of sample_ended
    struct interest interest;       // for the sample that is wanted
};

struct job {
    struct job *next;
    struct session *session;
    struct connection *connection; // while it runs
    struct operation *operation;
    struct operation_control control;
    struct job_info info;
    uint64_t started_ns, deadline_ns; // UINT64_MAX: it may take as long as it takes
    uint64_t looked_ns, looked_bytes; // at its progress
    bool returned;                    // the driver has answered
    bool abandoned, told_silence;
};

struct session_stream;

struct posted {
    struct posted *next;
    struct event *event;
};

struct session {
    char *uri, *host_name, *embed_root, *embed_qemu_user, *journal_path;
    bool read_only;
    const struct driver_ops *driver;
    unsigned executors, command_timeout_s, scrollback_lines;
    struct session_sink sink;
    struct session_timing timing;
    pthread_t keeper;

    pthread_mutex_t lock;
    pthread_cond_t changed; // wakes the keeper
    unsigned holders;       // the owner, workers, connections, console openers
    unsigned workers;       // threads that may be in a driver
    bool started, stopping;

    struct posted *first_posted, **posted_end;
    unsigned posted_count;
    struct host_snapshot *unsent; // latest wins

    enum connection_state state;
    struct connection *connection; // NULL: none at present
    unsigned left_behind;          // connection workers that did not come back
    uint64_t next_try_ns, backoff_ms;

    double tick_s;
    uint64_t next_sample_ns, last_sample_ns; // when it is due; when one began
    bool soon;
    struct interest interest;
    uint64_t cost_ns, last_cost_ns; // of a sample: what it is taken to be, what it was
    unsigned failed_samples;
    struct host_snapshot *latest;

    struct job *jobs;  // queued and running, oldest first
    struct job *stuck; // timed out, their workers are still out there
    unsigned running_jobs, stuck_jobs;
    struct session_stream *streams;     // open consoles
    struct session_stream *told_stream; // the keeper is telling this one that it is over
    struct journal *journal;            // set before the first job runs
    bool journal_failed;                // and said so
};

// Before session_start, for tests.
void session_set_timing(struct session *session, const struct session_timing *timing);

// session.c
void session_hold(struct session *session); // the lock is held
void session_release(struct session *session);
bool session_start_worker(struct session *session, void *(*run)(void *), void *arg); // lock held
void session_worker_done(struct session *session);               // the worker's last call
void session_wake(struct session *session);                      // the lock is held
void session_post(struct session *session, struct event *event); // lock held; takes ownership
void session_notice(struct session *session, enum severity severity, const char *uuid,
                    const char *vm_name, const char *format, ...)
    __attribute__((format(printf, 5, 6))); // the lock is held
void session_earlier(uint64_t *wake_ns, uint64_t at_ns);

// session_connection.c; all but connection_release with the lock held.
void connection_step(struct session *session, uint64_t now_ns, uint64_t *wake_ns);
struct connection *connection_use(struct session *session); // NULL when there is none that is open
void connection_release(struct connection *connection);     // may block for the driver's close
void connection_retire(struct session *session);            // let go of the present one
// Retires the present one, if any, and plans the next try.
void connection_go_offline(struct session *session, const struct error *why);
void connection_set_state(struct session *session, enum connection_state state,
                          const struct error *why);

// session_sampler.c, with the lock held.
void sampler_begin(struct session *session); // a connection was opened
void sampler_step(struct session *session, uint64_t now_ns, uint64_t *wake_ns);
double sampler_tick_s(const struct session *session); // in force
bool sampler_knows_hung(const struct session *session, const char *uuid);

// session_jobs.c, with the lock held.
void jobs_step(struct session *session, uint64_t now_ns, uint64_t *wake_ns);
void jobs_drop_queued(struct session *session, enum job_state state, const struct error *why);

void jobs_free_queued(struct session *session); // of one that was never started
void job_post(struct session *session, const struct job *job);

// session_job_progress.c, with the lock held.
void job_look(struct session *session, struct job *job, uint64_t now_ns, uint64_t *wake_ns);

// session_console.c
// Tells consoles whose connection was retired; the lock is held, and let go meanwhile.
void consoles_end_orphans(struct session *session);

// session_job_text.c
struct job_info job_info_of(const struct operation *operation, const char *host);
void job_outcome_text(const struct job_info *job, char *out, size_t size);

// session_journal.c; without the lock.
void session_report_unfinished(struct session *session);
void session_journal_started(struct session *session, const struct job_info *job);
void session_journal_ended(struct session *session, const struct job_info *job);

#endif
