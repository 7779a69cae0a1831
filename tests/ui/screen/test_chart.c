// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <math.h>

#include "ui/screen/chart.h"
#include "ui/screen/frame_fixture.h"

static const struct {
    double fraction;
    int columns;
    const char *ascii, *unicode;
} bars[] = {
    {0, 5, "-----", "░░░░░"},    {1, 5, "#####", "█████"}, {0.6, 5, "###--", "███░░"},
    {0.5, 5, "###--", "██▌░░"},  {0.375, 1, "-", "▍"},     {0.99, 4, "####", "████"},
    {0.03, 5, "-----", "▏░░░░"}, {7, 3, "###", "███"},     {INFINITY, 2, "##", "██"},
    {-1, 5, "  -", "  -"},       {NAN, 4, " -", " -"},     {0.5, 0, "", ""},
};

START_TEST(bar)
{
    start(GLYPHS_ASCII, 1, 8);
    chart_bar(&frame, NULL, 0, 0, bars[_i].columns, bars[_i].fraction, ROLE_CPU);
    ck_assert_str_eq(text(), bars[_i].ascii);
    finish();
    start(GLYPHS_UNICODE, 1, 8);
    chart_bar(&frame, NULL, 0, 0, bars[_i].columns, bars[_i].fraction, ROLE_CPU);
    ck_assert_str_eq(text(), bars[_i].unicode);
    finish();
}
END_TEST

START_TEST(bar_roles_and_clip)
{
    start(GLYPHS_UNICODE, 1, 8);
    struct rect clip = {0, 0, 1, 6};
    chart_bar(&frame, &clip, 0, 1, 6, 0.5, ROLE_CPU);
    ck_assert_str_eq(text(), " ███░░");
    ck_assert_str_eq(roles(), "agggrraa");
    finish();
}
END_TEST

START_TEST(spark_levels)
{
    static const float values[] = {0, 0.01f, 12.5f, 25, 50, 75, 99, 100, 250, NAN, 30};
    start(GLYPHS_UNICODE, 1, 12);
    chart_spark(&frame, NULL, 0, 0, 12, values, 11, 100, ROLE_NET);
    ck_assert_str_eq(text(), " ▁▁▂▃▅▇███ ▃");
    ck_assert_str_eq(roles(), "ajjjjjjjjjjj");
    finish();
    start(GLYPHS_ASCII, 1, 12);
    chart_spark(&frame, NULL, 0, 0, 12, values, 11, 100, ROLE_NET);
    ck_assert_str_eq(text(), "  .:-+#@@@ -");
    finish();
}
END_TEST

START_TEST(spark_of_many_values_keeps_peaks)
{
    static const float values[] = {0, 0, 0, 100, 0, 0, 0, 50};
    start(GLYPHS_UNICODE, 1, 4);
    chart_spark(&frame, NULL, 0, 0, 4, values, 8, 100, ROLE_NET);
    ck_assert_str_eq(text(), "▁█▁▅");
    chart_spark(&frame, NULL, 0, 0, 2, values, 8, 100, ROLE_NET);
    ck_assert_str_eq(text(), "█▅▁▅");
    chart_spark(&frame, NULL, 0, 0, 4, values, 0, 100, ROLE_NET);
    ck_assert_str_eq(text(), "█▅▁▅");
    chart_spark(&frame, NULL, 0, 0, 4, values, 8, 0, ROLE_NET);
    ck_assert_str_eq(text(), "▁▁▁▁");
    finish();
}
END_TEST

// Two columns of dots a cell, four dots high: the heights are 1, 2, 3, 4 of 4 and so on.
START_TEST(area_in_braille)
{
    static const float values[] = {25, 50, 75, 100, 0, NAN, NAN, NAN};
    start(GLYPHS_UNICODE, 1, 4);
    chart_area(&frame, (struct rect){0, 0, 1, 4}, values, 8, 100, ROLE_CPU);
    // Dots 7 and 6 8 (0x40 | 0xa0), dots 2 3 7 and all on the right (0x46 | 0xb8), dot 7 (0x40).
    ck_assert_str_eq(text(), "\u28e0\u28fe\u2840");
    ck_assert_str_eq(roles(), "ggga");
    finish();
}
END_TEST

START_TEST(area_over_rows_and_stretched)
{
    static const float values[] = {50, 100};
    start(GLYPHS_UNICODE, 3, 4);
    chart_area(&frame, (struct rect){0, 0, 2, 4}, values, 2, 100, ROLE_CPU);
    ck_assert_str_eq(text(), "  \u28ff\u28ff\n\u28ff\u28ff\u28ff\u28ff\n");
    finish();
}
END_TEST

START_TEST(area_over_area_adds_dots)
{
    static const float low[] = {25, 25}, high[] = {100, NAN};
    start(GLYPHS_UNICODE, 1, 1);
    chart_area(&frame, (struct rect){0, 0, 1, 1}, high, 2, 100, ROLE_DIM);
    ck_assert_str_eq(text(), "\u2847");
    chart_area(&frame, (struct rect){0, 0, 1, 1}, low, 2, 100, ROLE_CPU);
    ck_assert_str_eq(text(), "\u28c7");
    ck_assert_str_eq(roles(), "g");
    finish();
}
END_TEST

START_TEST(area_in_ascii)
{
    static const float values[] = {0, 17, 34, 50, 67, 84, 100, NAN, 250};
    start(GLYPHS_ASCII, 2, 9);
    chart_area(&frame, (struct rect){0, 0, 2, 9}, values, 9, 100, ROLE_CPU);
    ck_assert_str_eq(text(), "    .:# #\n..:#### #");
    finish();
}
END_TEST

START_TEST(area_partly_outside_keeps_its_scale)
{
    static const float values[] = {100};
    start(GLYPHS_UNICODE, 2, 2);
    chart_area(&frame, (struct rect){-1, 1, 2, 4}, values, 1, 200, ROLE_CPU);
    ck_assert_str_eq(text(), " \u28ff\n");
    chart_area(&frame, (struct rect){0, 0, 0, 4}, values, 1, 200, ROLE_CPU);
    chart_area(&frame, (struct rect){0, 0, 1, 1}, values, 0, 200, ROLE_CPU);
    ck_assert_str_eq(text(), " \u28ff\n");
    finish();
}
END_TEST

static const struct {
    double value;
    bool bytes;
    double maximum;
} maxima[] = {
    {0, false, 1},
    {-3, false, 1},
    {NAN, false, 1},
    {INFINITY, false, 1},
    {1, false, 1},
    {1.1, false, 2},
    {3, false, 5},
    {37, false, 50},
    {100, false, 100},
    {101, false, 200},
    {501, false, 1000},
    {0.3, false, 0.5},
    {0.02, false, 0.02},
    {0, true, 1},
    {3, true, 5},
    {500, true, 500},
    {501, true, 1024},
    {3000, true, 5 * 1024},
    {600 * 1024, true, 1024 * 1024},
    {3.5 * 1024 * 1024, true, 5 * 1024 * 1024},
};

START_TEST(nice_maximum)
{
    ck_assert_double_eq_tol(chart_nice_maximum(maxima[_i].value, maxima[_i].bytes),
                            maxima[_i].maximum, 1e-9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chart");
    TCase *tests = tcase_create("chart");
    tcase_add_loop_test(tests, bar, 0, (int)(sizeof(bars) / sizeof(bars[0])));
    tcase_add_test(tests, bar_roles_and_clip);
    tcase_add_test(tests, spark_levels);
    tcase_add_test(tests, spark_of_many_values_keeps_peaks);
    tcase_add_test(tests, area_in_braille);
    tcase_add_test(tests, area_over_rows_and_stretched);
    tcase_add_test(tests, area_over_area_adds_dots);
    tcase_add_test(tests, area_in_ascii);
    tcase_add_test(tests, area_partly_outside_keeps_its_scale);
    tcase_add_loop_test(tests, nice_maximum, 0, (int)(sizeof(maxima) / sizeof(maxima[0])));
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
