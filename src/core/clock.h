// SPDX-License-Identifier: GPL-2.0-or-later
// The two clocks: monotonic for intervals and deadlines, wall for what people read. Any thread.
#ifndef VMTUI_CORE_CLOCK_H
#define VMTUI_CORE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_MS     UINT64_C(1000000)
#define MS_PER_SECOND UINT64_C(1000)

uint64_t clock_monotonic_ns(void);
uint64_t clock_wall_ms(void); // since 1970, UTC
// Sleeps; a signal does not shorten it.
void clock_sleep_ms(uint64_t ms);
// A CLOCK_MONOTONIC deadline for pthread_cond_clockwait.
struct timespec clock_deadline(uint64_t monotonic_ns);
// "14:01:52" and "2026-11-22 14:01:52" in local time.
void clock_format_time(uint64_t wall_ms, char *out, size_t size);
void clock_format_date_time(uint64_t wall_ms, char *out, size_t size);

#endif
