// SPDX-License-Identifier: GPL-2.0-or-later
// A growing byte string. Invariant: text is never NULL and always ends with a NUL at text[length];
// an initialised, empty one owns no memory. Not thread-safe; one owner.
#ifndef VMTUI_CORE_STR_H
#define VMTUI_CORE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
    char *text;
    size_t length;   // bytes, without the NUL
    size_t capacity; // bytes owned; 0 while text is the shared empty string
};

void str_init(struct str *s);
void str_finish(struct str *s); // takes NULL or a zeroed one
void str_clear(struct str *s);
void str_add(struct str *s, const char *text); // NULL adds nothing
void str_add_bytes(struct str *s, const char *bytes, size_t length);
void str_add_char(struct str *s, char c);
void str_printf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *s, const char *format, va_list args);
// Gives the text to the caller, who frees it; the string is empty afterwards. Never NULL.
char *str_take(struct str *s);

// snprintf that never cuts a UTF-8 sequence in half. Returns false when the text was shortened.
bool str_format(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool str_starts_with(const char *text, const char *prefix);
const char *str_or_dash(const char *text);    // "-" for NULL: how the unknown is shown
bool str_equal(const char *a, const char *b); // NULL equals only NULL
// Finds needle without regard to ASCII case; NULL when it is not there.
const char *str_find_ignoring_case(const char *haystack, const char *needle);
// Numbers first by value, then text: vm2 before vm10. Total order (ties broken by bytes).
int str_compare_natural(const char *a, const char *b);

#endif
