// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <errno.h>
#include <string.h>

#include "core/error.h"

START_TEST(set_fills_every_field)
{
    struct error err = {0};
    ck_assert(!error_set(&err, ERROR_BUSY, 38, "%s is held by job %d", "web1", 7));
    ck_assert_int_eq(err.kind, ERROR_BUSY);
    ck_assert_int_eq(err.code, 38);
    ck_assert_str_eq(err.text, "web1 is held by job 7");
}
END_TEST

START_TEST(null_error_is_allowed)
{
    ck_assert(!error_set(NULL, ERROR_FAILED, 0, "nobody asks"));
    ck_assert(!error_set_errno(NULL, ENOENT, "nobody asks"));
    error_prefix(NULL, "nobody asks");
}
END_TEST

START_TEST(text_is_scrubbed)
{
    struct error err = {0};
    error_set(&err, ERROR_FAILED, 0, "a\033[31mb\nc%s", "\xff\u202e");
    ck_assert_str_eq(err.text, "a?[31mb?c\uFFFD\uFFFD");
    error_set(&err, ERROR_FAILED, 0, "disk");
    error_prefix(&err, "vm\t%s", "\x80");
    ck_assert_str_eq(err.text, "vm?\uFFFD: disk");
    error_set_errno(&err, ENOENT, "%s", "/tmp/\001");
    ck_assert_str_eq(err.text, "/tmp/?: No such file or directory");
}
END_TEST

START_TEST(arguments_may_be_the_error_itself)
{
    struct error err = {0};
    error_set(&err, ERROR_TIMEOUT, 1, "no answer");
    error_set(&err, err.kind, err.code, "web1: %s (%s)", err.text, err.text);
    ck_assert_str_eq(err.text, "web1: no answer (no answer)");
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    error_set(&err, ERROR_FAILED, 0, "db");
    error_prefix(&err, "<%s>", err.text);
    ck_assert_str_eq(err.text, "<db>: db");
    error_set(&err, ERROR_FAILED, 0, "f");
    error_set_errno(&err, EEXIST, "%s", err.text);
    ck_assert_str_eq(err.text, "f: File exists");
}
END_TEST

START_TEST(long_text_is_cut_between_characters)
{
    struct error err = {0};
    char many[2001];
    for (int i = 0; i < 1000; i++)
        memcpy(many + 2 * i, "\u00e9", 3);
    error_set(&err, ERROR_FAILED, 0, "%s", many);
    ck_assert_uint_eq(strlen(err.text), 382);
    ck_assert_str_eq(err.text + 380, "\u00e9");
    error_prefix(&err, "x");
    ck_assert_uint_eq(strlen(err.text), 383);
    ck_assert_int_eq(strncmp(err.text, "x: \u00e9\u00e9", 7), 0);
    ck_assert_str_eq(err.text + 381, "\u00e9");
}
END_TEST

START_TEST(the_cut_leaves_no_broken_character)
{
    struct error err = {0};
    char many[401];
    for (int i = 0; i < 100; i++)
        memcpy(many + 4 * i, "\U0001F600", 5);
    error_set(&err, ERROR_FAILED, 0, "%s", many);
    ck_assert_uint_eq(strlen(err.text), 380);
    ck_assert_str_eq(err.text + 376, "\U0001F600");
}
END_TEST

START_TEST(a_long_name_leaves_the_reason)
{
    struct error err = {0};
    char name[501];
    memset(name, 'n', 500);
    name[500] = '\0';
    error_set_errno(&err, ENOSPC, "%s", name);
    ck_assert_str_eq(err.text + 255, ": No space left on device");
}
END_TEST

START_TEST(errno_becomes_kind_and_text)
{
    static const struct {
        int value;
        enum error_kind kind;
        const char *text;
    } rows[] = {
        {ECONNREFUSED, ERROR_OFFLINE, "x: Connection refused"},
        {EPIPE, ERROR_OFFLINE, "x: Broken pipe"},
        {EACCES, ERROR_DENIED, "x: Permission denied"},
        {EPERM, ERROR_DENIED, "x: Operation not permitted"},
        {ENOENT, ERROR_NOT_FOUND, "x: No such file or directory"},
        {EEXIST, ERROR_EXISTS, "x: File exists"},
        {EBUSY, ERROR_BUSY, "x: Device or resource busy"},
        {ENOTSUP, ERROR_UNSUPPORTED, "x: Operation not supported"},
        {ETIMEDOUT, ERROR_TIMEOUT, "x: Connection timed out"},
        {ECANCELED, ERROR_CANCELLED, "x: Operation canceled"},
        {ENOSPC, ERROR_NO_SPACE, "x: No space left on device"},
        {EINVAL, ERROR_INVALID, "x: Invalid argument"},
        {EIO, ERROR_FAILED, "x: Input/output error"},
    };
    struct error err = {0};
    ck_assert(!error_set_errno(&err, rows[_i].value, "x"));
    ck_assert_int_eq(err.kind, rows[_i].kind);
    ck_assert_int_eq(err.code, rows[_i].value);
    ck_assert_str_eq(err.text, rows[_i].text);
}
END_TEST

START_TEST(kinds_have_names)
{
    ck_assert_str_eq(error_kind_name(ERROR_NONE), "NONE");
    ck_assert_str_eq(error_kind_name(ERROR_NO_SPACE), "NO_SPACE");
    ck_assert_str_eq(error_kind_name(ERROR_FAILED), "FAILED");
    ck_assert_str_eq(error_kind_name(ERROR_KIND_COUNT), "UNKNOWN");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("error");
    TCase *tc = tcase_create("error");
    tcase_add_test(tc, set_fills_every_field);
    tcase_add_test(tc, null_error_is_allowed);
    tcase_add_test(tc, text_is_scrubbed);
    tcase_add_test(tc, arguments_may_be_the_error_itself);
    tcase_add_test(tc, long_text_is_cut_between_characters);
    tcase_add_test(tc, the_cut_leaves_no_broken_character);
    tcase_add_test(tc, a_long_name_leaves_the_reason);
    tcase_add_loop_test(tc, errno_becomes_kind_and_text, 0, 13);
    tcase_add_test(tc, kinds_have_names);
    suite_add_tcase(suite, tc);
    return check_main(suite);
}
