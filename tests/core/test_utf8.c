// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/utf8.h"

struct sequence {
    const char *bytes;
    size_t length;
    uint32_t code_point;
    size_t used;
};

static const struct sequence sequences[] = {
    {"A", 1, 0x41, 1},
    {"\0", 1, 0x00, 1},
    {"\x7f", 1, 0x7F, 1},
    {"\xc2\x80", 2, 0x80, 2},
    {"\xdf\xbf", 2, 0x7FF, 2},
    {"\xe0\xa0\x80", 3, 0x800, 3},
    {"\xed\x9f\xbf", 3, 0xD7FF, 3},
    {"\xee\x80\x80", 3, 0xE000, 3},
    {"\xef\xbf\xbf", 3, 0xFFFF, 3},
    {"\xf0\x90\x80\x80", 4, 0x10000, 4},
    {"\xf4\x8f\xbf\xbf", 4, 0x10FFFF, 4},
    {"\x80", 1, 0xFFFD, 1},             // a continuation alone
    {"\xc0\x80", 2, 0xFFFD, 1},         // overlong
    {"\xc1\xbf", 2, 0xFFFD, 1},         // overlong
    {"\xe0\x9f\xbf", 3, 0xFFFD, 1},     // overlong
    {"\xf0\x8f\xbf\xbf", 4, 0xFFFD, 1}, // overlong
    {"\xed\xa0\x80", 3, 0xFFFD, 1},     // surrogate
    {"\xed\xbf\xbf", 3, 0xFFFD, 1},     // surrogate
    {"\xf4\x90\x80\x80", 4, 0xFFFD, 1}, // above U+10FFFF
    {"\xf5\x80\x80\x80", 4, 0xFFFD, 1},
    {"\xff", 1, 0xFFFD, 1},
    {"\xe2\x82", 2, 0xFFFD, 1}, // ends too early
    {"\xc3(", 2, 0xFFFD, 1},
    {"\xe2\x82(", 3, 0xFFFD, 1},
};

START_TEST(decode_sequences)
{
    const struct sequence *row = &sequences[_i];
    // Memory of exactly that size, so that a sanitizer sees a read past the end.
    AUTO_FREE char *exact = memory_alloc(row->length);
    memcpy(exact, row->bytes, row->length);
    uint32_t code_point = 0;
    ck_assert_uint_eq(utf8_decode(exact, row->length, &code_point), row->used);
    ck_assert_uint_eq(code_point, row->code_point);
}
END_TEST

START_TEST(encode_sequences)
{
    const struct sequence *row = &sequences[_i]; // the first eleven are whole
    char out[4];
    ck_assert_uint_eq(utf8_encode(row->code_point, out), row->length);
    ck_assert_mem_eq(out, row->bytes, row->length);
}
END_TEST

START_TEST(encode_the_unencodable)
{
    char out[4];
    ck_assert_uint_eq(utf8_encode(0xD800, out), 3);
    ck_assert_mem_eq(out, "\xef\xbf\xbd", 3);
    ck_assert_uint_eq(utf8_encode(0x110000, out), 3);
    ck_assert_mem_eq(out, "\xef\xbf\xbd", 3);
}
END_TEST

START_TEST(widths)
{
    ck_assert_int_eq(utf8_code_point_width('a'), 1);
    ck_assert_int_eq(utf8_code_point_width(0x00), 1);
    ck_assert_int_eq(utf8_code_point_width(0x1B), 1);
    ck_assert_int_eq(utf8_code_point_width(0x7F), 1);
    ck_assert_int_eq(utf8_code_point_width(0x9B), 1);
    ck_assert_int_eq(utf8_code_point_width(0xE9), 1);
    ck_assert_int_eq(utf8_code_point_width(0x0301), 0);
    ck_assert_int_eq(utf8_code_point_width(0x200D), 0);
    ck_assert_int_eq(utf8_code_point_width(0x6F22), 2);
    ck_assert_int_eq(utf8_code_point_width(0x1F600), 2);
    ck_assert_int_eq(utf8_code_point_width(0x2588), 1);
    ck_assert_int_eq(utf8_code_point_width(0xFFFD), 1);
    ck_assert_uint_eq(utf8_width(""), 0);
    ck_assert_uint_eq(utf8_width("e\u0301\u6F22x"), 4);
    ck_assert_uint_eq(utf8_width("\xff\xfe"), 2);
}
END_TEST

START_TEST(prefix_keeps_clusters)
{
    static const char text[] = "ae\u0301\u6F22z"; // a | e+acute (3 bytes) | wide (3 bytes) | z
    ck_assert_uint_eq(utf8_prefix(text, 0), 0);
    ck_assert_uint_eq(utf8_prefix(text, 1), 1);
    ck_assert_uint_eq(utf8_prefix(text, 2), 4);
    ck_assert_uint_eq(utf8_prefix(text, 3), 4); // the wide one does not fit by half
    ck_assert_uint_eq(utf8_prefix(text, 4), 7);
    ck_assert_uint_eq(utf8_prefix(text, 5), 8);
    ck_assert_uint_eq(utf8_prefix(text, 99), 8);
    ck_assert_uint_eq(utf8_prefix("", 5), 0);
}
END_TEST

START_TEST(trim_partial)
{
    ck_assert_uint_eq(utf8_trim_partial("", 0), 0);
    ck_assert_uint_eq(utf8_trim_partial("ab", 2), 2);
    ck_assert_uint_eq(utf8_trim_partial("a\xe2", 2), 1);
    ck_assert_uint_eq(utf8_trim_partial("a\xe2\x82", 3), 1);
    ck_assert_uint_eq(utf8_trim_partial("a\xe2\x82\xac", 4), 4);
    ck_assert_uint_eq(utf8_trim_partial("a\xf0\x9f\x98", 4), 1);
    ck_assert_uint_eq(utf8_trim_partial("a\xf0\x9f\x98\x80", 5), 5);
    ck_assert_uint_eq(utf8_trim_partial("\xc3", 1), 0);
    ck_assert_uint_eq(utf8_trim_partial("\x80\x80", 2), 2); // broken, not cut
    ck_assert_uint_eq(utf8_trim_partial("a\x80\x80\x80\x80", 5), 5);
    ck_assert_uint_eq(utf8_trim_partial("a\xff", 2), 2);
}
END_TEST

#define SCRUB(text, out, keep) utf8_scrub(text, sizeof(text) - 1, out, sizeof(out), keep)

START_TEST(scrub_shows_what_could_harm)
{
    char out[64];
    ck_assert(SCRUB("plain \u00e9\u6F22", out, false));
    ck_assert_str_eq(out, "plain \u00e9\u6F22");
    ck_assert(SCRUB("\033]0;x\a\x7f\r\n\t", out, false));
    ck_assert_str_eq(out, "?]0;x?????");
    ck_assert(SCRUB("a\r\n\tb", out, true));
    ck_assert_str_eq(out, "a?\n b");
    ck_assert(SCRUB("a\0b", out, false));
    ck_assert_str_eq(out, "a?b");
    ck_assert(SCRUB("\xc2\x9b"
                    "31m",
                    out, false));
    ck_assert_str_eq(out, "\xef\xbf\xbd"
                          "31m");
    ck_assert(SCRUB("\xff\xe2\x82", out, false));
    ck_assert_str_eq(out, "\uFFFD\uFFFD\uFFFD");
    ck_assert(SCRUB("\u2028\u2029\u200e\u200f\u061c", out, true));
    ck_assert_str_eq(out, "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
    ck_assert(SCRUB("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", out, true));
    ck_assert_str_eq(out, "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
    ck_assert(SCRUB("\u200d\u2027\u202f\u2065\u206a", out, false));
    ck_assert_str_eq(out, "\u200d\u2027\u202f\u2065\u206a");
}
END_TEST

START_TEST(scrub_shortens_between_characters)
{
    char out[5];
    ck_assert(SCRUB("abcd", out, false));
    ck_assert_str_eq(out, "abcd");
    ck_assert(!SCRUB("abcde", out, false));
    ck_assert_str_eq(out, "abcd");
    ck_assert(!SCRUB("ab\u20ac", out, false));
    ck_assert_str_eq(out, "ab");
    ck_assert(SCRUB("a\u20ac", out, false));
    ck_assert_str_eq(out, "a\u20ac");
    ck_assert(utf8_scrub("", 0, out, 1, false));
    ck_assert_str_eq(out, "");
    ck_assert(!utf8_scrub("a", 1, out, 1, false));
    ck_assert_str_eq(out, "");
    out[0] = 'k';
    ck_assert(!utf8_scrub("a", 1, out, 0, false));
    ck_assert_int_eq(out[0], 'k');
}
END_TEST

static void assert_dup(const char *text, size_t max_bytes, const char *expected)
{
    AUTO_FREE char *copy = utf8_scrub_dup(text, max_bytes);
    ck_assert_str_eq(copy, expected);
}

START_TEST(scrub_dup)
{
    ck_assert_ptr_null(utf8_scrub_dup(NULL, 10));
    assert_dup("", 10, "");
    assert_dup("web\n1", 10, "web?1");
    assert_dup("\xff\xff\xff\xff", 10, "\uFFFD\uFFFD\uFFFD\uFFFD");
    assert_dup("abcdef", 3, "abc");
    assert_dup("ab\u20ac", 4, "ab"); // the cut leaves no half of a character to complain about
    assert_dup("abc", 0, "");
    assert_dup("huge limit", SIZE_MAX, "huge limit");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("utf8");
    TCase *tc = tcase_create("utf8");
    tcase_add_loop_test(tc, decode_sequences, 0, (int)ARRAY_COUNT(sequences));
    tcase_add_loop_test(tc, encode_sequences, 0, 11);
    tcase_add_test(tc, encode_the_unencodable);
    tcase_add_test(tc, widths);
    tcase_add_test(tc, prefix_keeps_clusters);
    tcase_add_test(tc, trim_partial);
    tcase_add_test(tc, scrub_shows_what_could_harm);
    tcase_add_test(tc, scrub_shortens_between_characters);
    tcase_add_test(tc, scrub_dup);
    suite_add_tcase(suite, tc);
    return check_main(suite);
}
