// SPDX-License-Identifier: GPL-2.0-or-later
// The list of sequences that pass. Used by filter.c only; each call emits at most 400 bytes.
#ifndef VMTUI_BACKEND_CONSOLE_FILTER_SEQUENCES_H
#define VMTUI_BACKEND_CONSOLE_FILTER_SEQUENCES_H

#include "backend/console/filter.h"

// Puts one whole sequence into the portion being made.
void filter_emit(struct filter *filter, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void filter_escape(struct filter *filter, char final); // ESC final
void filter_csi(struct filter *filter, char final);    // filter->leader, arguments, ...

#endif
