// SPDX-License-Identifier: GPL-2.0-or-later
// Every entry is one write to an O_APPEND file, so that two programs can share a log without mixing
// their lines. The file's size and identity are asked of the file system rather than remembered,
// because the other program may have rotated it meanwhile.
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

enum {
    ROTATE_OVER_BYTES = 4 * 1024 * 1024,
    TEXT_SIZE = 2048,
    CLOSED = -1, // a threshold that lets no level through
};

static const char *const level_names[] = {
    [LOG_LEVEL_ERROR] = "ERROR",
    [LOG_LEVEL_WARN] = "WARN",
    [LOG_LEVEL_INFO] = "INFO",
    [LOG_LEVEL_DEBUG] = "DEBUG",
};

// Read without the lock, so that an entry nobody wants costs next to nothing.
static atomic_int threshold = CLOSED;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// All below: under lock.
static int log_fd = -1;
static char *log_path;
static uint64_t dropped; // entries since the last one that reached the file
static bool torn;        // the file ends in the middle of a line

static int open_for_append(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
}

// When it cannot be moved, a log that grows is better than none.
static void move_away(const char *path)
{
    AUTO_FREE char *old = memory_printf("%s.1", path);
    (void)rename(path, old);
}

static bool is_too_large(const struct stat *file)
{
    return S_ISREG(file->st_mode) && file->st_size > ROTATE_OVER_BYTES;
}

bool log_open(const char *path, enum log_level level, struct error *err)
{
    struct stat file;
    if (stat(path, &file) == 0 && is_too_large(&file))
        move_away(path);
    int fd = open_for_append(path);
    if (fd < 0)
        return error_set_errno(err, errno, "cannot open the log %s", path);
    log_close();
    pthread_mutex_lock(&lock);
    log_fd = fd;
    log_path = memory_strdup(path);
    atomic_store(&threshold, (int)level);
    pthread_mutex_unlock(&lock);
    return true;
}

void log_close(void)
{
    pthread_mutex_lock(&lock);
    atomic_store(&threshold, CLOSED);
    if (log_fd >= 0)
        close(log_fd);
    log_fd = -1;
    free(log_path);
    log_path = NULL;
    dropped = 0;
    torn = false;
    pthread_mutex_unlock(&lock);
}

static void rotate_when_large(void)
{
    struct stat mine;
    if (fstat(log_fd, &mine) != 0 || !is_too_large(&mine))
        return;
    struct stat named;
    bool still_there = stat(log_path, &named) == 0;
    if (still_there && named.st_dev == mine.st_dev && named.st_ino == mine.st_ino)
        move_away(log_path);
    int fd = open_for_append(log_path);
    if (fd < 0)
        return;
    close(log_fd);
    log_fd = fd;
    torn = false;
}

static bool write_all(const char *bytes, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t count = write(log_fd, bytes + done, length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        done += (size_t)count;
        torn = done < length;
    }
    return done == length;
}

static void add_line(struct str *lines, enum log_level level, const char *text)
{
    uint64_t now = clock_wall_ms();
    char date[32];
    clock_format_date_time(now, date, sizeof(date));
    str_printf(lines, "%s.%03u %-5s %s\n", date, (unsigned)(now % MS_PER_SECOND),
               level_names[level], text);
}

// What was lost is said together with the first entry that gets through, in the same write.
static void write_entry(enum log_level level, const char *text)
{
    struct str lines;
    str_init(&lines);
    if (torn)
        str_add_char(&lines, '\n');
    if (dropped > 0) {
        char note[64];
        str_format(note, sizeof(note), "%llu entries could not be written",
                   (unsigned long long)dropped);
        add_line(&lines, LOG_LEVEL_WARN, note);
    }
    add_line(&lines, level, text);
    if (write_all(lines.text, lines.length))
        dropped = 0;
    else
        dropped++;
    str_finish(&lines);
}

void log_write(enum log_level level, const char *format, ...)
{
    if ((int)level > atomic_load(&threshold))
        return;
    int saved_errno = errno;
    char raw[TEXT_SIZE];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);
    size_t used = length < 0 ? 0 : strlen(raw);
    if (used == sizeof(raw) - 1)
        used = utf8_trim_partial(raw, used);
    char text[TEXT_SIZE];
    utf8_scrub(raw, used, text, sizeof(text), false);
    pthread_mutex_lock(&lock);
    if (log_fd >= 0) { // it may have been closed since the first look
        rotate_when_large();
        write_entry(level, text);
    }
    pthread_mutex_unlock(&lock);
    errno = saved_errno;
}
