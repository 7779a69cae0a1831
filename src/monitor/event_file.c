// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/event_file.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/memory.h"
#include "core/paths.h"
#include "core/str.h"
#include "core/utf8.h"
#include "monitor/event_log.h"

#define COMPACT_AT_BYTES (512 * 1024)
#define READ_MAX_BYTES   (2 * 1024 * 1024) // of the end of a file that outgrew us
#define LINE_MAX_BYTES   8192

struct event_file {
    char *path;
    int fd;           // for appending; -1 until needed
    bool torn;        // the file does not end with a line's end
    off_t compact_at; // grows when the entries to be kept are long
};

static const char *const severity_names[] = {"info", "warn", "alarm"};

struct event_file *event_file_create(const char *path)
{
    struct event_file *file = memory_alloc(sizeof(*file));
    file->path = memory_strdup(path);
    file->fd = -1;
    file->compact_at = COMPACT_AT_BYTES;
    return file;
}

static void close_file(struct event_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}

void event_file_destroy(struct event_file *file)
{
    if (file == NULL)
        return;
    close_file(file);
    free(file->path);
    free(file);
}

// --- one line ---

static bool text_member(json_object *object, const char *key, bool needed, char *out, size_t size)
{
    json_object *member;
    if (!json_object_object_get_ex(object, key, &member))
        return !needed;
    if (!json_object_is_type(member, json_type_string))
        return false;
    utf8_scrub(json_object_get_string(member), (size_t)json_object_get_string_len(member), out,
               size, false);
    return true;
}

static bool entry_from_object(json_object *object, struct log_entry *entry)
{
    json_object *time;
    if (!json_object_is_type(object, json_type_object) ||
        !json_object_object_get_ex(object, "time_ms", &time) ||
        !json_object_is_type(time, json_type_int) || json_object_get_int64(time) < 0)
        return false;
    char severity[16] = "";
    struct log_entry found = {.wall_ms = (uint64_t)json_object_get_int64(time)};
    if (!text_member(object, "text", true, found.text, sizeof(found.text)) ||
        !text_member(object, "severity", false, severity, sizeof(severity)) ||
        !text_member(object, "host", false, found.host, sizeof(found.host)) ||
        !text_member(object, "vm", false, found.vm_name, sizeof(found.vm_name)) ||
        !text_member(object, "command", false, found.command_line, sizeof(found.command_line)))
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(severity_names); i++)
        if (strcmp(severity, severity_names[i]) == 0)
            found.severity = (enum severity)i;
    *entry = found;
    return true;
}

static bool entry_from_line(const char *line, size_t length, struct log_entry *entry)
{
    if (length < 2 || length > LINE_MAX_BYTES || line[0] != '{' || line[length - 1] != '}')
        return false;
    struct json_tokener *tokener = json_tokener_new_ex(4);
    if (tokener == NULL)
        return false;
    json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
    json_object *object = json_tokener_parse_ex(tokener, line, (int)length);
    bool good = object != NULL && json_tokener_get_parse_end(tokener) == length &&
                entry_from_object(object, entry);
    json_object_put(object);
    json_tokener_free(tokener);
    return good;
}

static void add_member(json_object *object, const char *key, const char *text)
{
    if (text[0] != '\0')
        json_object_object_add(object, key, json_object_new_string(text));
}

static void add_line(struct str *out, const struct log_entry *entry)
{
    json_object *object = json_object_new_object();
    json_object_object_add(object, "time_ms", json_object_new_int64((int64_t)entry->wall_ms));
    json_object_object_add(object, "severity",
                           json_object_new_string(severity_names[entry->severity]));
    add_member(object, "host", entry->host);
    add_member(object, "vm", entry->vm_name);
    json_object_object_add(object, "text", json_object_new_string(entry->text));
    add_member(object, "command", entry->command_line);
    str_add(out, json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE |
                                                            JSON_C_TO_STRING_PLAIN));
    str_add_char(out, '\n');
    json_object_put(object);
}

// --- reading ---

// At most READ_MAX_BYTES of the end; false only for a read error.
static bool read_end(int fd, struct str *text)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    if (!S_ISREG(status.st_mode)) // a device may never end
        return true;
    off_t at = status.st_size > READ_MAX_BYTES ? status.st_size - READ_MAX_BYTES : 0;
    char buffer[16384];
    while (text->length < READ_MAX_BYTES) {
        ssize_t got = pread(fd, buffer, sizeof(buffer), at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        str_add_bytes(text, buffer, (size_t)got);
        at += got;
    }
    return true;
}

// Good entries of the file, in a ring of max whose oldest one is at *first.
static bool load(struct event_file *file, size_t max, struct log_entry *ring, size_t *first,
                 size_t *count, struct error *err)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    *first = *count = 0;
    if (fd < 0)
        return errno == ENOENT || error_set_errno(err, errno, "%s", file->path);
    struct str text;
    str_init(&text);
    bool done = read_end(fd, &text);
    if (!done)
        error_set_errno(err, errno, "%s", file->path);
    close(fd);
    file->torn = text.length > 0 && text.text[text.length - 1] != '\n';
    for (size_t at = 0; done && at < text.length;) {
        const char *line = text.text + at;
        const char *end = memchr(line, '\n', text.length - at);
        size_t length = end != NULL ? (size_t)(end - line) : text.length - at;
        if (entry_from_line(line, length, &ring[(*first + *count) % max])) {
            if (*count < max)
                ++*count;
            else
                *first = (*first + 1) % max;
        }
        at += length + 1;
    }
    str_finish(&text);
    return done;
}

bool event_file_read(struct event_file *file, size_t max,
                     void (*each)(void *context, const struct log_entry *entry), void *context,
                     struct error *err)
{
    AUTO_FREE struct log_entry *ring = memory_array(max, sizeof(*ring));
    size_t first, count;
    if (!load(file, max, ring, &first, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        each(context, &ring[(first + i) % max]);
    return true;
}

// --- writing ---

static void collect_line(void *context, const struct log_entry *entry)
{
    add_line(context, entry);
}

static bool write_aside(const char *path, const struct str *text, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_set_errno(err, errno, "%s", path);
    bool done = paths_write_all(fd, text->text, text->length) && fsync(fd) == 0;
    int why = errno;
    if (close(fd) != 0 && done) {
        done = false;
        why = errno;
    }
    return done || error_set_errno(err, why, "%s", path);
}

// The file itself, not our memory, is what is kept: another program may have appended to it. A
// failure costs nothing but space.
static void compact(struct event_file *file)
{
    struct error why;
    struct error *err = &why;
    struct str text;
    str_init(&text);
    AUTO_FREE char *aside = memory_printf("%s.new-%ld", file->path, (long)getpid());
    bool done = event_file_read(file, EVENT_LOG_ENTRIES_MAX, collect_line, &text, err) &&
                write_aside(aside, &text, err);
    if (done && rename(aside, file->path) != 0)
        done = error_set_errno(err, errno, "%s", file->path);
    if (!done) {
        unlink(aside);
        log_warn("the event log could not be shortened: %s", why.text);
    }
    // A failure is not tried again with every entry.
    off_t kept = (off_t)text.length;
    file->compact_at = done ? kept + COMPACT_AT_BYTES / 2 : file->compact_at + COMPACT_AT_BYTES / 2;
    if (file->compact_at < COMPACT_AT_BYTES)
        file->compact_at = COMPACT_AT_BYTES;
    if (done)
        file->torn = false;
    str_finish(&text);
    close_file(file);
}

// Somebody (a second program that compacted, or a person) may have replaced the file.
static bool still_there(const struct event_file *file)
{
    struct stat ours, named;
    return file->fd >= 0 && fstat(file->fd, &ours) == 0 && stat(file->path, &named) == 0 &&
           ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

static bool open_for_append(struct event_file *file, struct error *err)
{
    if (still_there(file))
        return true;
    close_file(file);
    file->fd =
        open(file->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    return file->fd >= 0 || error_set_errno(err, errno, "%s", file->path);
}

bool event_file_append(struct event_file *file, const struct log_entry *entry, struct error *err)
{
    if (!open_for_append(file, err))
        return false;
    struct str line;
    str_init(&line);
    if (file->torn)
        str_add_char(&line, '\n');
    add_line(&line, entry);
    bool done = paths_write_all(file->fd, line.text, line.length);
    if (!done)
        error_set_errno(err, errno, "%s", file->path);
    str_finish(&line);
    file->torn = !done;
    struct stat status;
    if (done && fstat(file->fd, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size > file->compact_at)
        compact(file);
    return done;
}
