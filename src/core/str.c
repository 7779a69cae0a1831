// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

enum { SMALLEST_CAPACITY = 32 };

// Shared by every empty string, so nobody may write to it, not even its NUL.
static char no_text[1];

void str_init(struct str *s)
{
    *s = (struct str){.text = no_text};
}

void str_finish(struct str *s)
{
    if (s == NULL)
        return;
    if (s->capacity > 0)
        free(s->text);
    str_init(s);
}

void str_clear(struct str *s)
{
    s->length = 0;
    if (s->capacity > 0)
        s->text[0] = '\0';
}

static void reserve(struct str *s, size_t more)
{
    size_t needed;
    if (__builtin_add_overflow(s->length + 1, more, &needed))
        memory_exhausted("memory");
    if (needed <= s->capacity)
        return;
    size_t capacity = s->capacity > 0 ? s->capacity * 2 : SMALLEST_CAPACITY;
    if (capacity < needed)
        capacity = needed;
    s->text = memory_resize(s->capacity > 0 ? s->text : NULL, capacity, 1);
    s->capacity = capacity;
}

void str_add(struct str *s, const char *text)
{
    if (text != NULL)
        str_add_bytes(s, text, strlen(text));
}

void str_add_bytes(struct str *s, const char *bytes, size_t length)
{
    if (length == 0)
        return;
    // The bytes may be a part of the string itself, which moves when it grows.
    size_t offset = (uintptr_t)bytes - (uintptr_t)s->text;
    bool inside = s->capacity > 0 && offset < s->length;
    reserve(s, length);
    memmove(s->text + s->length, inside ? s->text + offset : bytes, length);
    s->length += length;
    s->text[s->length] = '\0';
}

void str_add_char(struct str *s, char c)
{
    str_add_bytes(s, &c, 1);
}

void str_printf(struct str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_vprintf(s, format, args);
    va_end(args);
}

// Formats outside the string first: an argument may be a part of it.
void str_vprintf(struct str *s, const char *format, va_list args)
{
    char small[256];
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(small, sizeof(small), format, args);
    if (length > 0 && (size_t)length < sizeof(small)) {
        str_add_bytes(s, small, (size_t)length);
    } else if (length > 0) {
        size_t size = (size_t)length + 1;
        AUTO_FREE char *large = memory_alloc(size);
        vsnprintf(large, size, format, again);
        str_add_bytes(s, large, (size_t)length);
    }
    va_end(again);
}

char *str_take(struct str *s)
{
    char *text = s->capacity > 0 ? s->text : memory_strdup("");
    str_init(s);
    return text;
}

bool str_format(char *buffer, size_t size, const char *format, ...)
{
    if (size == 0)
        return false;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(buffer, size, format, args);
    va_end(args);
    if (length < 0)
        buffer[0] = '\0';
    if (length >= 0 && (size_t)length < size)
        return true;
    buffer[utf8_trim_partial(buffer, strlen(buffer))] = '\0';
    return false;
}

bool str_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_equal(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

// Not tolower(): the result must not depend on the locale.
static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool starts_with_ignoring_case(const char *text, const char *prefix)
{
    for (; *prefix != '\0'; text++, prefix++) {
        if (ascii_lower(*text) != ascii_lower(*prefix))
            return false;
    }
    return true;
}

const char *str_find_ignoring_case(const char *haystack, const char *needle)
{
    do {
        if (starts_with_ignoring_case(haystack, needle))
            return haystack;
    } while (*haystack++ != '\0');
    return NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Compares the numbers at *a and *b and steps past them. By length and digits rather than by value,
// because names may hold numbers of any length.
static int compare_numbers(const char **a, const char **b)
{
    while (**a == '0')
        (*a)++;
    while (**b == '0')
        (*b)++;
    int difference = 0;
    for (; is_digit(**a) && is_digit(**b); (*a)++, (*b)++) {
        if (difference == 0)
            difference = **a - **b;
    }
    if (is_digit(**a) || is_digit(**b))
        return is_digit(**a) ? 1 : -1;
    return difference;
}

int str_compare_natural(const char *a, const char *b)
{
    const char *x = a;
    const char *y = b;
    while (*x != '\0' && *y != '\0') {
        int difference;
        if (is_digit(*x) && is_digit(*y))
            difference = compare_numbers(&x, &y);
        else
            difference = (unsigned char)*x++ - (unsigned char)*y++;
        if (difference != 0)
            return difference;
    }
    if (*x != *y)
        return *x == '\0' ? -1 : 1;
    return strcmp(a, b);
}

const char *str_or_dash(const char *text)
{
    return text != NULL ? text : "-";
}
