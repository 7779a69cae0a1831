// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/str.h"

START_TEST(empty_string_owns_nothing)
{
    struct str s;
    str_init(&s);
    ck_assert_str_eq(s.text, "");
    ck_assert_uint_eq(s.length, 0);
    ck_assert_uint_eq(s.capacity, 0);
    str_clear(&s);
    str_add(&s, NULL);
    str_add(&s, "");
    str_add_bytes(&s, NULL, 0);
    str_printf(&s, "%s", "");
    ck_assert_uint_eq(s.capacity, 0);
}
END_TEST

START_TEST(finish_takes_null_and_zeroed)
{
    struct str zeroed = {0};
    str_finish(NULL);
    str_finish(&zeroed);
    ck_assert_str_eq(zeroed.text, "");
    str_add(&zeroed, "usable again");
    ck_assert_str_eq(zeroed.text, "usable again");
    str_finish(&zeroed);
    str_finish(&zeroed);
}
END_TEST

START_TEST(additions_append)
{
    struct str s;
    str_init(&s);
    str_add(&s, "vm");
    str_add_char(&s, '-');
    str_add_bytes(&s, "a\0b", 3);
    str_printf(&s, "%03d", 7);
    ck_assert_uint_eq(s.length, 9);
    ck_assert_mem_eq(s.text, "vm-a\0b007", 10);
    str_clear(&s);
    ck_assert_str_eq(s.text, "");
    str_add(&s, "x");
    ck_assert_str_eq(s.text, "x");
    str_finish(&s);
}
END_TEST

START_TEST(grows_over_many_additions)
{
    struct str s;
    str_init(&s);
    for (int i = 0; i < 10000; i++)
        str_add(&s, "abc");
    ck_assert_uint_eq(s.length, 30000);
    ck_assert_str_eq(s.text + 29994, "abcabc");
    str_finish(&s);
}
END_TEST

START_TEST(printf_of_any_length)
{
    struct str s;
    str_init(&s);
    str_printf(&s, "%255s", "r");
    ck_assert_uint_eq(s.length, 255);
    str_clear(&s);
    str_printf(&s, "%256s", "r");
    ck_assert_uint_eq(s.length, 256);
    ck_assert_str_eq(s.text + 254, " r");
    str_clear(&s);
    str_printf(&s, "%5000d|%s", 1, "end");
    ck_assert_uint_eq(s.length, 5004);
    ck_assert_str_eq(s.text + 4998, " 1|end");
    str_finish(&s);
}
END_TEST

START_TEST(may_be_added_to_itself)
{
    struct str s;
    str_init(&s);
    str_add(&s, "0123456789abcdef0123456789abcde");
    str_add(&s, s.text);
    ck_assert_str_eq(s.text, "0123456789abcdef0123456789abcde0123456789abcdef0123456789abcde");
    str_clear(&s);
    str_add(&s, "ab");
    for (int i = 0; i < 8; i++)
        str_printf(&s, "%s", s.text);
    ck_assert_uint_eq(s.length, 512);
    ck_assert_str_eq(s.text + 508, "abab");
    str_finish(&s);
}
END_TEST

START_TEST(take_gives_the_text_away)
{
    struct str s;
    str_init(&s);
    AUTO_FREE char *empty = str_take(&s);
    ck_assert_str_eq(empty, "");
    str_add(&s, "mine");
    AUTO_FREE char *text = str_take(&s);
    ck_assert_str_eq(text, "mine");
    ck_assert_str_eq(s.text, "");
    ck_assert_uint_eq(s.capacity, 0);
    str_finish(&s);
}
END_TEST

START_TEST(format_never_cuts_a_character)
{
    char out[8];
    ck_assert(str_format(out, sizeof(out), "%s", "1234567"));
    ck_assert_str_eq(out, "1234567");
    ck_assert(!str_format(out, sizeof(out), "%s", "12345678"));
    ck_assert_str_eq(out, "1234567");
    ck_assert(!str_format(out, sizeof(out), "12345%s", "\u20ac")); // three bytes, room for two
    ck_assert_str_eq(out, "12345");
    ck_assert(str_format(out, sizeof(out), "1234%s", "\u20ac"));
    ck_assert_str_eq(out, "1234\u20ac");
    ck_assert(!str_format(out, sizeof(out), "1234%sx", "\u20ac"));
    ck_assert_str_eq(out, "1234\u20ac");
    ck_assert(!str_format(out, sizeof(out), "1234%s", "\U0001F600"));
    ck_assert_str_eq(out, "1234");
    ck_assert(!str_format(out, 1, "x"));
    ck_assert_str_eq(out, "");
    out[0] = 'k';
    ck_assert(!str_format(out, 0, "x"));
    ck_assert_int_eq(out[0], 'k');
}
END_TEST

START_TEST(comparisons)
{
    ck_assert(str_starts_with("qemu:///system", "qemu"));
    ck_assert(str_starts_with("qemu", ""));
    ck_assert(!str_starts_with("qem", "qemu"));
    ck_assert(str_equal("a", "a"));
    ck_assert(!str_equal("a", "A"));
    ck_assert(str_equal(NULL, NULL));
    ck_assert(!str_equal(NULL, ""));
    ck_assert(!str_equal("", NULL));
}
END_TEST

START_TEST(find_ignores_ascii_case_only)
{
    ck_assert_str_eq(str_find_ignoring_case("Web-Server", "SERV"), "Server");
    ck_assert_str_eq(str_find_ignoring_case("aaab", "AAB"), "aab");
    ck_assert_str_eq(str_find_ignoring_case("abc", ""), "abc");
    ck_assert_str_eq(str_find_ignoring_case("", ""), "");
    ck_assert_ptr_null(str_find_ignoring_case("abc", "abcd"));
    ck_assert_ptr_null(str_find_ignoring_case("", "a"));
    ck_assert_ptr_null(str_find_ignoring_case("\u00c9", "\u00e9"));
    ck_assert_ptr_null(str_find_ignoring_case("[", "{"));
}
END_TEST

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

// In their order, so that every pair checks the order and that it is total.
START_TEST(natural_order)
{
    static const char *const ordered[] = {
        "",
        "007",
        "07",
        "7",
        "10",
        "99999999999999999999998",
        "99999999999999999999999",
        "VM1",
        "a",
        "vm",
        "vm-1",
        "vm0",
        "vm00",
        "vm01",
        "vm1",
        "vm01a",
        "vm1a",
        "vm1a2",
        "vm1a10",
        "vm2",
        "vm10",
        "vma",
        "\u00e9",
    };
    int count = (int)ARRAY_COUNT(ordered);
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++)
            ck_assert_msg(sign(str_compare_natural(ordered[i], ordered[j])) == sign(i - j),
                          "'%s' and '%s'", ordered[i], ordered[j]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("str");
    TCase *tc = tcase_create("str");
    tcase_add_test(tc, empty_string_owns_nothing);
    tcase_add_test(tc, finish_takes_null_and_zeroed);
    tcase_add_test(tc, additions_append);
    tcase_add_test(tc, grows_over_many_additions);
    tcase_add_test(tc, printf_of_any_length);
    tcase_add_test(tc, may_be_added_to_itself);
    tcase_add_test(tc, take_gives_the_text_away);
    tcase_add_test(tc, format_never_cuts_a_character);
    tcase_add_test(tc, comparisons);
    tcase_add_test(tc, find_ignores_ascii_case_only);
    tcase_add_test(tc, natural_order);
    suite_add_tcase(suite, tc);
    return check_main(suite);
}
