// SPDX-License-Identifier: GPL-2.0-or-later
// Records are appended in one write each. The lock on path.lock keeps two vmtui from making the
// file anew at once; appending goes on without it when its holder was stopped, since O_APPEND alone
// keeps lines whole.
#include "core/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/journal_record.h"
#include "core/memory.h"
#include "core/paths.h"

enum {
    COMPACT_BYTES = 1024 * 1024,
    READ_BYTES_MAX = 16 * 1024 * 1024,
    LOCK_WAIT_MS = 2000,
    LOCK_STEP_MS = 10,
};

struct journal {
    pthread_mutex_t mutex; // over everything below
    char *path;
    int lock_fd;
    int fd;
    off_t compact_at; // grows when making the file anew fails or does not help
    struct journal_key self;
};

static int open_file(const char *path)
{
    return open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

struct journal *journal_open(const char *path, struct error *err)
{
    AUTO_FREE char *lock_path = memory_printf("%s.lock", path);
    int fd = open_file(path);
    if (fd < 0) {
        error_set_errno(err, errno, "cannot open the journal %s", path);
        return NULL;
    }
    int lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock_fd < 0) {
        error_set_errno(err, errno, "cannot open the journal's lock %s", lock_path);
        close(fd);
        return NULL;
    }
    struct journal *journal = memory_alloc(sizeof(*journal));
    pthread_mutex_init(&journal->mutex, NULL);
    journal->path = memory_strdup(path);
    journal->fd = fd;
    journal->lock_fd = lock_fd;
    journal->compact_at = COMPACT_BYTES;
    journal_key_of_this_process(&journal->self);
    return journal;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    close(journal->fd);
    close(journal->lock_fd);
    pthread_mutex_destroy(&journal->mutex);
    free(journal->path);
    free(journal);
}

static bool take_lock(const struct journal *journal)
{
    for (int waited = 0; waited <= LOCK_WAIT_MS; waited += LOCK_STEP_MS) {
        if (flock(journal->lock_fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        clock_sleep_ms(LOCK_STEP_MS);
    }
    return false;
}

// True when another vmtui made the file anew, or somebody removed it.
static bool file_moved(const struct journal *journal)
{
    struct stat mine;
    struct stat there;
    if (fstat(journal->fd, &mine) != 0 || stat(journal->path, &there) != 0)
        return true;
    return mine.st_ino != there.st_ino || mine.st_dev != there.st_dev;
}

static bool reopen(struct journal *journal, struct error *err)
{
    int fd = open_file(journal->path);
    if (fd < 0)
        return error_set_errno(err, errno, "cannot open the journal %s", journal->path);
    close(journal->fd);
    journal->fd = fd;
    return true;
}

static bool ends_torn(int fd, off_t size)
{
    char last = '\n';
    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

// One record, on disk when it returns true. A record that does not fit is taken back, where nobody
// else can have written behind it.
static bool write_record(struct journal *journal, const struct str *line, bool locked,
                         struct error *err)
{
    struct stat before;
    if (fstat(journal->fd, &before) != 0)
        return error_set_errno(err, errno, "cannot write the journal %s", journal->path);
    struct str whole;
    str_init(&whole);
    if (ends_torn(journal->fd, before.st_size))
        str_add_char(&whole, '\n');
    str_add_bytes(&whole, line->text, line->length);
    bool done = paths_write_all(journal->fd, whole.text, whole.length);
    int why = errno;
    str_finish(&whole);
    if (done && fdatasync(journal->fd) == 0)
        return true;
    if (done || (locked && ftruncate(journal->fd, before.st_size) != 0))
        why = errno;
    return error_set_errno(err, why, "cannot write the journal %s", journal->path);
}

struct records {
    char *bytes;
    size_t length;
    struct entry {
        const char *line; // in bytes
        size_t length;    // with the newline
        struct journal_record record;
        bool open;
    } * entries;
    size_t count, capacity;
};

static void records_finish(struct records *records)
{
    free(records->bytes);
    free(records->entries);
}

static bool read_bytes(struct records *records, int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return false;
    // Of a file that somebody blew up, the end is what counts.
    off_t from = info.st_size > READ_BYTES_MAX ? info.st_size - READ_BYTES_MAX : 0;
    size_t size = (size_t)(info.st_size - from);
    records->bytes = memory_alloc(size + 1);
    while (records->length < size) {
        ssize_t got = pread(fd, records->bytes + records->length, size - records->length,
                            from + (off_t)records->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        records->length += (size_t)got;
    }
    return true;
}

static void close_entry(struct records *records, const struct journal_key *key)
{
    for (size_t i = records->count; i > 0; i--) {
        struct entry *entry = &records->entries[i - 1];
        if (journal_key_equal(&entry->record.key, key)) {
            entry->open = false;
            return;
        }
    }
}

static void add_line(struct records *records, const char *line, size_t length)
{
    struct journal_record record;
    if (!journal_record_read(line, length, &record))
        return;
    if (record.event != JOURNAL_STARTED) {
        close_entry(records, &record.key);
        return;
    }
    if (records->count == records->capacity) {
        records->capacity = records->capacity > 0 ? records->capacity * 2 : 16;
        records->entries =
            memory_resize(records->entries, records->capacity, sizeof(*records->entries));
    }
    records->entries[records->count++] =
        (struct entry){.line = line, .length = length, .record = record, .open = true};
}

static void drop_closed(struct records *records)
{
    size_t kept = 0;
    for (size_t i = 0; i < records->count; i++) {
        if (records->entries[i].open)
            records->entries[kept++] = records->entries[i];
    }
    records->count = kept;
}

static bool read_records(struct records *records, int fd)
{
    enum { DROP_AT = 64 };
    *records = (struct records){0};
    if (!read_bytes(records, fd))
        return false;
    const char *at = records->bytes;
    const char *end = at + records->length;
    size_t drop_at = DROP_AT;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline != NULL ? newline + 1 : end;
        if (newline != NULL) // what has no newline is torn
            add_line(records, at, (size_t)(next - at));
        at = next;
        if (records->count >= drop_at) {
            drop_closed(records);
            drop_at = records->count + DROP_AT;
        }
    }
    drop_closed(records);
    return true;
}

// Keeps the old file as path.1 and begins a new one with the jobs that are not finished. When it
// fails the old file just grows on.
static void compact(struct journal *journal)
{
    struct records records;
    struct str kept;
    str_init(&kept);
    bool done = read_records(&records, journal->fd);
    for (size_t i = 0; done && i < records.count; i++)
        str_add_bytes(&kept, records.entries[i].line, records.entries[i].length);
    AUTO_FREE char *old_path = memory_printf("%s.1", journal->path);
    if (done) {
        unlink(old_path);
        if (link(journal->path, old_path) == 0 &&
            paths_write_atomically(journal->path, kept.text, kept.length, NULL))
            reopen(journal, NULL);
    }
    struct stat info;
    off_t size = fstat(journal->fd, &info) == 0 ? info.st_size : 0;
    journal->compact_at = size * 2 > COMPACT_BYTES ? size * 2 : COMPACT_BYTES;
    records_finish(&records);
    str_finish(&kept);
}

static bool append_locked(struct journal *journal, const struct str *line, bool locked,
                          struct error *err)
{
    if (file_moved(journal) && !reopen(journal, err))
        return false;
    if (!write_record(journal, line, locked, err))
        return false;
    // Without the lock the file may have been made anew in between; twice is better than never.
    if (!locked && file_moved(journal))
        return reopen(journal, err) && write_record(journal, line, locked, err);
    struct stat info;
    if (locked && fstat(journal->fd, &info) == 0 && info.st_size > journal->compact_at)
        compact(journal);
    return true;
}

static bool append(struct journal *journal, enum journal_event event, const struct journal_key *key,
                   const struct job_info *job, struct error *err)
{
    struct str line;
    str_init(&line);
    journal_record_write(event, key, job, &line);
    pthread_mutex_lock(&journal->mutex);
    bool locked = take_lock(journal);
    bool done = append_locked(journal, &line, locked, err);
    if (locked)
        flock(journal->lock_fd, LOCK_UN);
    pthread_mutex_unlock(&journal->mutex);
    str_finish(&line);
    return done;
}

bool journal_append_started(struct journal *journal, const struct job_info *job, struct error *err)
{
    struct journal_key key = journal->self;
    key.job_id = job->id;
    return append(journal, JOURNAL_STARTED, &key, job, err);
}

bool journal_append_ended(struct journal *journal, const struct job_info *job, struct error *err)
{
    struct journal_key key = journal->self;
    key.job_id = job->id;
    return append(journal, JOURNAL_ENDED, &key, job, err);
}

bool journal_append_explained(struct journal *journal, const struct journal_key *key,
                              struct error *err)
{
    return append(journal, JOURNAL_EXPLAINED, key, NULL, err);
}

bool journal_read_unfinished(const char *path,
                             void (*found)(void *context, const struct job_info *job,
                                           const struct journal_key *key),
                             void *context, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return true;
    if (fd < 0)
        return error_set_errno(err, errno, "cannot read the journal %s", path);
    struct records records;
    bool done = read_records(&records, fd);
    int why = errno;
    close(fd);
    if (!done)
        error_set_errno(err, why, "cannot read the journal %s", path);
    for (size_t i = 0; done && i < records.count; i++) {
        const struct journal_record *record = &records.entries[i].record;
        if (!journal_key_process_lives(&record->key))
            found(context, &record->job, &record->key);
    }
    records_finish(&records);
    return done;
}
