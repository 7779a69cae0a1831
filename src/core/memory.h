// SPDX-License-Identifier: GPL-2.0-or-later
// Allocation that never returns NULL: when memory runs out, the terminal is restored through the
// exit hook, one line says so, and the program aborts. Nothing from outside may size these freely:
// callers bound what they take from a hypervisor, a guest or a file first. Any thread.
#ifndef VMTUI_CORE_MEMORY_H
#define VMTUI_CORE_MEMORY_H

#include <stddef.h>

void *memory_alloc(size_t size);               // zeroed
void *memory_array(size_t count, size_t size); // zeroed; aborts on overflow of count * size
void *memory_resize(void *old, size_t count, size_t size); // the grown part is not zeroed
char *memory_strdup(const char *text);                     // NULL in, NULL out
char *memory_strndup(const char *text, size_t length); // at most length bytes; NULL in, NULL out
char *memory_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

// `hook` runs once, on the failing thread, before abort; it must be async-signal-safe in spirit.
void memory_set_abort_hook(void (*hook)(void));
// The same end when something else runs out that the program cannot do without:
// "vmtui: out of file descriptors".
void memory_exhausted(const char *what) __attribute__((noreturn));

// Releases what the variable points at when it leaves scope: `AUTO_FREE char *name = ...`.
void memory_auto_free(void *pointer_to_pointer);
#define AUTO_FREE __attribute__((cleanup(memory_auto_free)))

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
