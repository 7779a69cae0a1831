// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE 1 // wcwidth

#include "core/utf8.h"

#include <string.h>
#include <wchar.h>

#include "core/memory.h"

// Bytes that a sequence with this first byte should have; 0 for one that cannot be first.
static size_t sequence_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static bool is_scalar(uint32_t code_point)
{
    return code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
}

size_t utf8_decode(const char *text, size_t length, uint32_t *code_point)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    *code_point = UTF8_REPLACEMENT;
    if (length == 0)
        return 0;
    unsigned char first = (unsigned char)text[0];
    size_t wanted = sequence_length(first);
    if (wanted == 0 || wanted > length)
        return 1;
    uint32_t value = wanted == 1 ? first : first & (0x7Fu >> wanted);
    for (size_t i = 1; i < wanted; i++) {
        if (!is_continuation(text[i]))
            return 1;
        value = value << 6 | ((unsigned char)text[i] & 0x3F);
    }
    if (value < smallest[wanted] || !is_scalar(value))
        return 1;
    *code_point = value;
    return wanted;
}

size_t utf8_encode(uint32_t code_point, char out[4])
{
    if (!is_scalar(code_point))
        code_point = UTF8_REPLACEMENT;
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    out[0] = (char)((0xF00u >> length & 0xF0) | code_point);
    return length;
}

size_t utf8_trim_partial(const char *text, size_t length)
{
    size_t tail = 0;
    while (tail < 3 && tail < length && is_continuation(text[length - 1 - tail]))
        tail++;
    if (tail == length)
        return length;
    size_t first = length - 1 - tail;
    bool partial = sequence_length((unsigned char)text[first]) > tail + 1;
    return partial ? first : length;
}

static bool is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

int utf8_code_point_width(uint32_t code_point)
{
    if (code_point < 0x7F || is_control(code_point))
        return 1;
    // What this C library does not know, it cannot draw either: one '?'.
    int width = wcwidth((wchar_t)code_point);
    return width < 0 ? 1 : width;
}

size_t utf8_width(const char *text)
{
    size_t columns = 0;
    size_t left = strlen(text);
    while (left > 0) {
        uint32_t code_point;
        size_t used = utf8_decode(text, left, &code_point);
        columns += (size_t)utf8_code_point_width(code_point);
        text += used;
        left -= used;
    }
    return columns;
}

// A cluster is a base and the code points of no width that follow it, so stopping at the first code
// point that does not fit never separates the two.
size_t utf8_prefix(const char *text, size_t columns)
{
    size_t length = strlen(text);
    size_t taken = 0;
    while (taken < length) {
        uint32_t code_point;
        size_t used = utf8_decode(text + taken, length - taken, &code_point);
        size_t width = (size_t)utf8_code_point_width(code_point);
        if (width > columns)
            break;
        columns -= width;
        taken += used;
    }
    return taken;
}

// Code points that reorder or break the lines of whoever shows them, and so can disguise a name.
static bool is_disguise(uint32_t c)
{
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

static uint32_t scrubbed(uint32_t code_point, bool keep_newlines)
{
    if (keep_newlines && code_point == '\n')
        return '\n';
    if (keep_newlines && code_point == '\t')
        return ' ';
    if (code_point < 0x20 || code_point == 0x7F)
        return '?';
    if (is_control(code_point) || is_disguise(code_point))
        return UTF8_REPLACEMENT;
    return code_point;
}

bool utf8_scrub(const char *text, size_t length, char *out, size_t size, bool keep_newlines)
{
    if (size == 0)
        return false;
    size_t written = 0;
    while (length > 0) {
        uint32_t code_point;
        size_t used = utf8_decode(text, length, &code_point);
        char bytes[4];
        size_t count = utf8_encode(scrubbed(code_point, keep_newlines), bytes);
        if (count >= size - written)
            break;
        memcpy(out + written, bytes, count);
        written += count;
        text += used;
        length -= used;
    }
    out[written] = '\0';
    return length == 0;
}

char *utf8_scrub_dup(const char *text, size_t max_bytes)
{
    if (text == NULL)
        return NULL;
    size_t length = strnlen(text, max_bytes);
    if (length == max_bytes)
        length = utf8_trim_partial(text, length);
    // A broken byte grows into the three bytes of U+FFFD, so this is the most there can be.
    char *out = memory_array(length + 1, 3);
    utf8_scrub(text, length, out, (length + 1) * 3, false);
    return memory_resize(out, strlen(out) + 1, 1);
}
