// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers as people read them, in few columns; unknown (below 0 or NAN) is "-". Pure.
#ifndef VMTUI_CORE_QUANTITY_H
#define VMTUI_CORE_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

#define QUANTITY_SIZE 32

// "812K", "3.1M", "48M": bytes a second, at most 5 columns.
void quantity_rate(char out[QUANTITY_SIZE], double bytes_per_s);
// "2.9G", "512M": at most 5 columns.
void quantity_memory(char out[QUANTITY_SIZE], double kib);
// "8.1 GiB" in full.
void quantity_bytes(char out[QUANTITY_SIZE], double bytes);
// "37", "212", "1.2" below ten when `fine`.
void quantity_percent(char out[QUANTITY_SIZE], double percent, int fine);
// "1.2 ms", "41 ms", "1.3 s".
void quantity_latency(char out[QUANTITY_SIZE], double ms);
// "0:16", "1:02:03", "3d 4h".
void quantity_duration(char out[QUANTITY_SIZE], double seconds);
// "80", "1.2k".
void quantity_count(char out[QUANTITY_SIZE], double count);

#endif
