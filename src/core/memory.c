// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE 1 // vasprintf

#include "core/memory.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void abort_hook(void);

static _Atomic(abort_hook *) the_hook;

// Only the first thread reports. A second one must not abort while the terminal is still being
// restored, so it waits to be killed; the first one coming back through its own hook goes on.
static void run_hook_once(void)
{
    static atomic_flag taken = ATOMIC_FLAG_INIT;
    static _Thread_local bool mine;
    if (mine)
        return;
    while (atomic_flag_test_and_set(&taken))
        pause();
    mine = true;
    abort_hook *hook = atomic_load(&the_hook);
    if (hook != NULL)
        hook();
}

void memory_exhausted(const char *what)
{
    run_hook_once();
    char line[128];
    int length = snprintf(line, sizeof(line), "vmtui: out of %.80s\n", what);
    if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0) {
        // Nobody is left to tell.
    }
    abort();
}

static void *checked(void *pointer)
{
    if (pointer == NULL)
        memory_exhausted("memory");
    return pointer;
}

// A size of 0 still gives memory: NULL would be taken for "not there".
void *memory_alloc(size_t size)
{
    return checked(calloc(1, size > 0 ? size : 1));
}

void *memory_array(size_t count, size_t size)
{
    if (count == 0 || size == 0)
        return memory_alloc(0);
    return checked(calloc(count, size));
}

void *memory_resize(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        memory_exhausted("memory");
    return checked(realloc(old, bytes > 0 ? bytes : 1));
}

char *memory_strdup(const char *text)
{
    return text != NULL ? checked(strdup(text)) : NULL;
}

char *memory_strndup(const char *text, size_t length)
{
    return text != NULL ? checked(strndup(text, length)) : NULL;
}

char *memory_printf(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    return checked(text);
}

void memory_set_abort_hook(void (*hook)(void))
{
    atomic_store(&the_hook, hook);
}

// The variable is a pointer of some other type; reading it as a void * would break aliasing rules.
void memory_auto_free(void *pointer_to_pointer)
{
    void *pointer;
    memcpy(&pointer, pointer_to_pointer, sizeof(pointer));
    free(pointer);
}
