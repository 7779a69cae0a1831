// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE 1 // the strerror_r that returns its text

#include "core/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/str.h"
#include "core/utf8.h"

enum {
    TEXT_SIZE = sizeof(((struct error *)NULL)->text),
    // Room that is left for the reason when what failed has a very long name.
    PREFIX_SIZE = 256,
};

static const char *const kind_names[] = {
    [ERROR_NONE] = "NONE",
    [ERROR_OFFLINE] = "OFFLINE",
    [ERROR_DENIED] = "DENIED",
    [ERROR_NOT_FOUND] = "NOT_FOUND",
    [ERROR_EXISTS] = "EXISTS",
    [ERROR_BUSY] = "BUSY",
    [ERROR_UNSUPPORTED] = "UNSUPPORTED",
    [ERROR_TIMEOUT] = "TIMEOUT",
    [ERROR_CANCELLED] = "CANCELLED",
    [ERROR_NO_SPACE] = "NO_SPACE",
    [ERROR_INVALID] = "INVALID",
    [ERROR_FAILED] = "FAILED",
};
_Static_assert(ARRAY_COUNT(kind_names) == ERROR_KIND_COUNT, "every kind of error has a name");

static enum error_kind kind_of_errno(int errno_value)
{
    switch (errno_value) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
    case ENOTCONN:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
        return ERROR_OFFLINE;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERROR_DENIED;
    case ENOENT:
        return ERROR_NOT_FOUND;
    case EEXIST:
        return ERROR_EXISTS;
    case EBUSY:
    case EAGAIN:
    case ETXTBSY:
        return ERROR_BUSY;
    case ENOSYS:
    case EOPNOTSUPP:
        return ERROR_UNSUPPORTED;
    case ETIMEDOUT:
        return ERROR_TIMEOUT;
    case ECANCELED:
        return ERROR_CANCELLED;
    case ENOSPC:
    case EDQUOT:
        return ERROR_NO_SPACE;
    case EINVAL:
    case ENAMETOOLONG:
        return ERROR_INVALID;
    default:
        return ERROR_FAILED;
    }
}

// The arguments may point into the error that is about to be overwritten, so out is a local of the
// caller. Scrubbing never shortens, so what the first step cuts off would not have fitted anyway;
// the spare bytes keep a sequence whole across that cut.
static void format_scrubbed(char *out, size_t size, const char *format, va_list args)
{
    char raw[TEXT_SIZE + 4];
    if (vsnprintf(raw, sizeof(raw), format, args) < 0)
        raw[0] = '\0';
    utf8_scrub(raw, strlen(raw), out, size, false);
}

static void fill(struct error *err, enum error_kind kind, int code, const char *text)
{
    err->kind = kind;
    err->code = code;
    str_format(err->text, sizeof(err->text), "%s", text);
}

bool error_set(struct error *err, enum error_kind kind, int code, const char *format, ...)
{
    if (err == NULL)
        return false;
    char text[TEXT_SIZE];
    va_list args;
    va_start(args, format);
    format_scrubbed(text, sizeof(text), format, args);
    va_end(args);
    fill(err, kind, code, text);
    return false;
}

bool error_set_errno(struct error *err, int errno_value, const char *format, ...)
{
    if (err == NULL)
        return false;
    char what[PREFIX_SIZE];
    va_list args;
    va_start(args, format);
    format_scrubbed(what, sizeof(what), format, args);
    va_end(args);
    char reason[128];
    return error_set(err, kind_of_errno(errno_value), errno_value, "%s: %s", what,
                     strerror_r(errno_value, reason, sizeof(reason)));
}

void error_prefix(struct error *err, const char *format, ...)
{
    if (err == NULL)
        return;
    char prefix[PREFIX_SIZE];
    va_list args;
    va_start(args, format);
    format_scrubbed(prefix, sizeof(prefix), format, args);
    va_end(args);
    char text[TEXT_SIZE];
    str_format(text, sizeof(text), "%s: %s", prefix, err->text);
    fill(err, err->kind, err->code, text);
}

const char *error_kind_name(enum error_kind kind)
{
    if ((size_t)kind >= ARRAY_COUNT(kind_names))
        return "UNKNOWN";
    return kind_names[kind];
}
