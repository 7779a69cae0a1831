// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/clock.h"

#include <errno.h>

uint64_t clock_monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t clock_wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * MS_PER_SECOND + (uint64_t)now.tv_nsec / NS_PER_MS;
}

// Until an absolute moment: a relative sleep that is resumed after each signal drifts.
void clock_sleep_ms(uint64_t ms)
{
    uint64_t now = clock_monotonic_ns();
    uint64_t longest_ms = (UINT64_MAX - now) / NS_PER_MS;
    uint64_t sleep_ms = ms < longest_ms ? ms : longest_ms;
    struct timespec deadline = clock_deadline(now + sleep_ms * NS_PER_MS);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) == EINTR)
        continue;
}

struct timespec clock_deadline(uint64_t monotonic_ns)
{
    return (struct timespec){
        .tv_sec = (time_t)(monotonic_ns / NS_PER_SECOND),
        .tv_nsec = (long)(monotonic_ns % NS_PER_SECOND),
    };
}

static void format_local(uint64_t wall_ms, const char *format, char *out, size_t size)
{
    if (size == 0)
        return;
    time_t seconds = (time_t)(wall_ms / MS_PER_SECOND);
    struct tm local;
    // strftime leaves the buffer undefined when the text does not fit.
    if (localtime_r(&seconds, &local) == NULL || strftime(out, size, format, &local) == 0)
        out[0] = '\0';
}

void clock_format_time(uint64_t wall_ms, char *out, size_t size)
{
    format_local(wall_ms, "%H:%M:%S", out, size);
}

void clock_format_date_time(uint64_t wall_ms, char *out, size_t size)
{
    format_local(wall_ms, "%Y-%m-%d %H:%M:%S", out, size);
}
