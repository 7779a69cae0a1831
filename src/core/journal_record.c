// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/journal_record.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/utf8.h"

enum { DEPTH_MAX = 4 };

static const char *const event_names[] = {
    [JOURNAL_STARTED] = "started",
    [JOURNAL_ENDED] = "ended",
    [JOURNAL_EXPLAINED] = "explained",
};
_Static_assert(ARRAY_COUNT(event_names) == JOURNAL_EVENT_COUNT, "every event has a name");

static void add_text(struct json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *name, uint64_t number)
{
    json_object_object_add(object, name, json_object_new_int64((int64_t)number));
}

static void add_job(struct json_object *object, const struct job_info *job)
{
    add_text(object, "kind", operation_kind_name(job->kind));
    add_text(object, "host", job->host);
    add_text(object, "uuid", job->uuid);
    add_text(object, "vm", job->vm_name);
    add_text(object, "title", job->title);
    add_text(object, "command", job->command_line);
    add_number(object, "queued_wall_ms", job->queued_wall_ms);
    add_number(object, "started_wall_ms", job->started_wall_ms);
}

void journal_record_write(enum journal_event event, const struct journal_key *key,
                          const struct job_info *job, struct str *out)
{
    struct json_object *object = json_object_new_object();
    if (object == NULL)
        memory_exhausted("memory");
    add_text(object, "event", event_names[event]);
    add_number(object, "wall_ms", clock_wall_ms());
    add_text(object, "boot", key->boot_id);
    add_number(object, "pid", (uint64_t)key->pid);
    add_number(object, "process_start", key->process_start);
    add_number(object, "job", key->job_id);
    if (event == JOURNAL_STARTED && job != NULL)
        add_job(object, job);
    if (event == JOURNAL_ENDED && job != NULL) {
        add_text(object, "state", job_state_name(job->state));
        if (job->error.kind != ERROR_NONE)
            add_text(object, "error", job->error.text);
    }
    str_add(out, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
                                                            JSON_C_TO_STRING_NOSLASHESCAPE));
    str_add_char(out, '\n');
    json_object_put(object);
}

// Somebody may have edited the file, so its text is as foreign as any other.
static void read_text(struct json_object *object, const char *name, char *out, size_t size)
{
    struct json_object *member = NULL;
    out[0] = '\0';
    if (!json_object_object_get_ex(object, name, &member) ||
        !json_object_is_type(member, json_type_string))
        return;
    const char *text = json_object_get_string(member);
    utf8_scrub(text, strlen(text), out, size, false);
}

static uint64_t read_number(struct json_object *object, const char *name)
{
    struct json_object *member = NULL;
    if (!json_object_object_get_ex(object, name, &member) ||
        !json_object_is_type(member, json_type_int))
        return 0;
    int64_t number = json_object_get_int64(member);
    return number > 0 ? (uint64_t)number : 0;
}

static bool read_event(struct json_object *object, enum journal_event *event)
{
    char name[16];
    read_text(object, "event", name, sizeof(name));
    for (size_t i = 0; i < ARRAY_COUNT(event_names); i++) {
        if (strcmp(event_names[i], name) == 0) {
            *event = (enum journal_event)i;
            return true;
        }
    }
    return false;
}

static enum operation_kind read_kind(struct json_object *object)
{
    char name[64];
    read_text(object, "kind", name, sizeof(name));
    int kind = 0;
    while (kind < OPERATION_KIND_COUNT &&
           strcmp(operation_kind_name((enum operation_kind)kind), name) != 0)
        kind++;
    return (enum operation_kind)kind; // OPERATION_KIND_COUNT: of another version of vmtui
}

static void read_job(struct json_object *object, struct job_info *job)
{
    job->id = read_number(object, "job");
    job->kind = read_kind(object);
    job->state = JOB_UNKNOWN;
    job->eta_s = -1.0;
    read_text(object, "host", job->host, sizeof(job->host));
    read_text(object, "uuid", job->uuid, sizeof(job->uuid));
    read_text(object, "vm", job->vm_name, sizeof(job->vm_name));
    read_text(object, "title", job->title, sizeof(job->title));
    read_text(object, "command", job->command_line, sizeof(job->command_line));
    job->queued_wall_ms = read_number(object, "queued_wall_ms");
    job->started_wall_ms = read_number(object, "started_wall_ms");
    error_set(&job->error, ERROR_FAILED, 0,
              "vmtui ended while this was going on; whether it happened is not known");
}

static struct json_object *parse(const char *line, size_t length)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    if (tokener == NULL)
        return NULL;
    struct json_object *object = json_tokener_parse_ex(tokener, line, (int)length);
    if (json_tokener_get_error(tokener) != json_tokener_success ||
        !json_object_is_type(object, json_type_object)) {
        json_object_put(object);
        object = NULL;
    }
    json_tokener_free(tokener);
    return object;
}

bool journal_record_read(const char *line, size_t length, struct journal_record *record)
{
    enum { LINE_MAX_BYTES = 64 * 1024 };
    if (length == 0 || length > LINE_MAX_BYTES)
        return false;
    struct json_object *object = parse(line, length);
    if (object == NULL)
        return false;
    *record = (struct journal_record){0};
    read_text(object, "boot", record->key.boot_id, sizeof(record->key.boot_id));
    uint64_t pid = read_number(object, "pid");
    record->key.pid = pid <= INT32_MAX ? (int)pid : 0;
    record->key.process_start = read_number(object, "process_start");
    record->key.job_id = read_number(object, "job");
    bool known = read_event(object, &record->event) && record->key.job_id != 0;
    if (known && record->event == JOURNAL_STARTED)
        read_job(object, &record->job);
    json_object_put(object);
    return known;
}

bool journal_key_equal(const struct journal_key *a, const struct journal_key *b)
{
    return a->job_id == b->job_id && a->pid == b->pid && a->process_start == b->process_start &&
           strcmp(a->boot_id, b->boot_id) == 0;
}

static bool read_small_file(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, out, size - 1);
    close(fd);
    out[got > 0 ? got : 0] = '\0';
    return got > 0;
}

static void read_boot_id(char *out, size_t size)
{
    char text[64];
    if (!read_small_file("/proc/sys/kernel/random/boot_id", text, sizeof(text)))
        text[0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    str_format(out, size, "%s", text);
}

// Field 22 of /proc/PID/stat; 0 when there is no such process. The name in field 2 may hold blanks
// and parentheses, so counting begins after its last one.
static uint64_t process_start_of(int pid)
{
    char path[64];
    char stat[1024];
    str_format(path, sizeof(path), "/proc/%d/stat", pid);
    if (!read_small_file(path, stat, sizeof(stat)))
        return 0;
    const char *at = strrchr(stat, ')');
    for (int field = 2; at != NULL && field < 22; field++) {
        at = strchr(at, ' ');
        if (at != NULL)
            at++;
    }
    return at != NULL ? strtoull(at, NULL, 10) : 0;
}

void journal_key_of_this_process(struct journal_key *key)
{
    *key = (struct journal_key){.pid = (int)getpid()};
    read_boot_id(key->boot_id, sizeof(key->boot_id));
    key->process_start = process_start_of(key->pid);
}

bool journal_key_process_lives(const struct journal_key *key)
{
    char boot_id[40];
    read_boot_id(boot_id, sizeof(boot_id));
    if (strcmp(boot_id, key->boot_id) != 0 || key->pid <= 0)
        return false;
    uint64_t start = process_start_of(key->pid);
    if (start != 0)
        return key->process_start == 0 || start == key->process_start;
    // No /proc, or one that hides other users' processes.
    return kill(key->pid, 0) == 0 || errno == EPERM;
}
