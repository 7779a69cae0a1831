// SPDX-License-Identifier: GPL-2.0-or-later
// UTF-8 in, columns out. Text from a hypervisor, a guest or a file is scrubbed once, where it
// enters (utf8_scrub), so that the rest of the program can trust it. Widths come from the C
// library's wcwidth in the LC_CTYPE that main set. Pure functions; any thread.
#ifndef VMTUI_CORE_UTF8_H
#define VMTUI_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xFFFDu

// Decodes one code point from text (at most length bytes). Returns the bytes used, at least 1 when
// length > 0; a broken, overlong or surrogate sequence yields UTF8_REPLACEMENT and uses one byte.
size_t utf8_decode(const char *text, size_t length, uint32_t *code_point);
// Writes 1-4 bytes (no NUL) and returns their number; anything unencodable becomes U+FFFD.
size_t utf8_encode(uint32_t code_point, char out[4]);
// Columns of one code point: 0 (combining), 1 or 2; control characters count as 1 (drawn as '?').
int utf8_code_point_width(uint32_t code_point);
// Columns of a whole string.
size_t utf8_width(const char *text);
// Bytes of the longest prefix of text that fits into `columns`, never splitting a cluster.
size_t utf8_prefix(const char *text, size_t columns);
// Length of text without the sequence that a cut left incomplete at its end, if there is one.
size_t utf8_trim_partial(const char *text, size_t length);
// Copies text into out (size bytes, NUL-terminated), making every control character (C0, DEL, C1,
// bidi controls, line and paragraph separators) and broken byte visible as U+FFFD or '?'.
// keep_newlines keeps '\n' and turns '\t' into a space. Returns false when it was shortened.
bool utf8_scrub(const char *text, size_t length, char *out, size_t size, bool keep_newlines);
// The same into fresh memory, at most max_bytes of input, newlines not kept; the caller frees.
// NULL in, NULL out.
char *utf8_scrub_dup(const char *text, size_t max_bytes);

#endif
