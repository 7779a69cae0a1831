// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/event_entry.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/str.h"

static void say(struct log_entry *entry, const char *what, const char *colon, const char *why)
{
    bool reason = why[0] != '\0';
    str_format(entry->text, sizeof(entry->text), "%s%s%s", what, reason ? colon : "", why);
}

static void at_least(struct log_entry *entry, enum severity severity)
{
    if (entry->severity < severity)
        entry->severity = severity;
}

// " in 0.9 s", " in 2 min 5 s", " in 1 h 2 min"; empty when it is not known.
static void format_duration(uint64_t from_ms, uint64_t to_ms, char *out, size_t size)
{
    out[0] = '\0';
    if (from_ms == 0 || to_ms < from_ms)
        return;
    unsigned long long tenths = (to_ms - from_ms + 50) / 100;
    unsigned long long seconds = (to_ms - from_ms + 500) / MS_PER_SECOND;
    if (tenths < 600)
        snprintf(out, size, " in %llu.%llu s", tenths / 10, tenths % 10);
    else if (seconds < 3600)
        snprintf(out, size, " in %llu min %llu s", seconds / 60, seconds % 60);
    else
        snprintf(out, size, " in %llu h %llu min", seconds / 3600, seconds / 60 % 60);
}

static bool make_job(const struct job_info *job, struct log_entry *entry)
{
    char took[48], what[sizeof(job->title) + 64];
    if (!job_state_is_final(job->state))
        return false;
    str_format(entry->vm_name, sizeof(entry->vm_name), "%s", job->vm_name);
    str_format(entry->command_line, sizeof(entry->command_line), "%s", job->command_line);
    format_duration(job->started_wall_ms, job->ended_wall_ms, took, sizeof(took));
    switch (job->state) {
    case JOB_DONE:
        str_format(what, sizeof(what), "%s done%s", job->title, took);
        say(entry, what, "", "");
        break;
    case JOB_CANCELLED:
        str_format(what, sizeof(what), "%s cancelled%s", job->title,
                   job->started_wall_ms == 0 ? " before it began" : "");
        say(entry, what, "", "");
        break;
    case JOB_UNKNOWN:
        str_format(what, sizeof(what), "%s may or may not be done", job->title);
        say(entry, what, ": ", job->error.text);
        at_least(entry, SEVERITY_WARN);
        break;
    default:
        str_format(what, sizeof(what), "%s failed", job->title);
        say(entry, what, ": ", job->error.text);
        at_least(entry, SEVERITY_WARN);
    }
    return true;
}

static bool make_vm(const struct event *event, struct log_entry *entry)
{
    if (event->text[0] == '\0')
        return false;
    const char *who = event->vm_name[0] != '\0' ? "" : "a VM ";
    str_format(entry->text, sizeof(entry->text), "%s%s", who, event->text);
    return true;
}

// Attempts to reconnect go on for hours and are all alike: only news are told. That the first one
// worked is none either: a script that lists every minute would push out all that matters.
static bool make_connection(const struct event *event, struct connection_story *story,
                            struct log_entry *entry)
{
    const char *why = event->error.text;
    bool online = event->connection == CONNECTION_ONLINE;
    if (event->connection == CONNECTION_CONNECTING)
        return false;
    if (story->told && story->state == event->connection &&
        (online || strcmp(story->why, why) == 0))
        return false;
    bool lost = story->told && story->was_online && story->state != CONNECTION_OFFLINE;
    bool stalled = story->told && story->state == CONNECTION_STALLED;
    bool first = !story->told;
    story->told = true;
    story->state = event->connection;
    str_format(story->why, sizeof(story->why), "%s", why);
    if (online) {
        say(entry, stalled ? "the hypervisor answers again" : "connected", "", "");
        story->was_online = true;
        return !first;
    } else if (event->connection == CONNECTION_STALLED) {
        say(entry, "the hypervisor does not answer", ": ", why);
        at_least(entry, SEVERITY_WARN);
    } else {
        say(entry, lost ? "connection lost" : "no connection", ": ", why);
        at_least(entry, lost ? SEVERITY_ALARM : SEVERITY_WARN);
    }
    return true;
}

bool event_entry_make(const struct event *event, struct connection_story *story,
                      struct log_entry *entry)
{
    *entry = (struct log_entry){.wall_ms = event->wall_ms, .severity = event->severity};
    str_format(entry->host, sizeof(entry->host), "%s", event->host);
    str_format(entry->vm_name, sizeof(entry->vm_name), "%s", event->vm_name);
    switch (event->kind) {
    case EVENT_JOB:
        return make_job(&event->job, entry);
    case EVENT_VM:
        return make_vm(event, entry);
    case EVENT_CONNECTION:
        return make_connection(event, story, entry);
    case EVENT_NOTICE:
        str_format(entry->text, sizeof(entry->text), "%s", event->text);
        return event->text[0] != '\0';
    }
    return false;
}
