// SPDX-License-Identifier: GPL-2.0-or-later
#include "check_main.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/quantity.h"

#define KIB 1024.0
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)

static const struct {
    double value;
    const char *text;
} rates[] =
    {
        {0, "0"},
        {0.3, "0"},
        {1, "1B"},
        {1023, "1023B"},
        {1023.6, "1.0K"},
        {1024, "1.0K"},
        {812 * KIB, "812K"},
        {9.94 * KIB, "9.9K"},
        {9.96 * KIB, "10K"},
        {3.14 * MIB, "3.1M"},
        {48 * MIB, "48M"},
        {1023 * MIB, "1023M"},
        {1.5 * GIB, "1.5G"},
        {2 * TIB, "2.0T"},
        {1e30, "1023E"},
        {INFINITY, "1023E"},
        {-1, "-"},
        {NAN, "-"},
},
  memories[] =
      {
          // KiB
          {0, "0"},
          {512, "512K"},
          {512 * 1024, "512M"},
          {2.5 * 1024, "2.5M"},
          {2.9 * MIB, "2.9G"},
          {48.2 * MIB, "48.2G"},
          {99.96 * MIB, "100G"},
          {1000 * MIB, "1000G"},
          {2 * GIB, "2.0T"},
          {-1, "-"},
          {NAN, "-"},
},
  bytes[] =
      {
          {0, "0 B"},
          {512, "512 B"},
          {1536, "1.5 KiB"},
          {8.1 * GIB, "8.1 GiB"},
          {11.4 * GIB, "11.4 GiB"},
          {212 * MIB, "212 MiB"},
          {99.97 * MIB, "100 MiB"},
          {3 * TIB, "3.0 TiB"},
          {-1, "-"},
          {NAN, "-"},
},
  latencies[] =
      {
          // ms
          {0, "0 ms"},     {0.004, "0 ms"}, {0.04, "0.04 ms"}, {0.3, "0.3 ms"},  {1.2, "1.2 ms"},
          {9.96, "10 ms"}, {41, "41 ms"},   {999.4, "999 ms"}, {999.6, "1.0 s"}, {1300, "1.3 s"},
          {41000, "41 s"}, {-1, "-"},       {NAN, "-"},
},
  durations[] =
      {
          // s
          {0, "0:00"},      {16, "0:16"},      {59.6, "1:00"},    {754, "12:34"},
          {3599, "59:59"},  {3600, "1:00:00"}, {3723, "1:02:03"}, {86399, "23:59:59"},
          {86400, "1d 0h"}, {273600, "3d 4h"}, {-1, "-"},         {NAN, "-"},
},
  counts[] = {
      {0, "0"},       {80, "80"},      {999, "999"},    {999.6, "1.0k"}, {1234, "1.2k"},
      {12345, "12k"}, {1.2e6, "1.2M"}, {3.4e9, "3.4G"}, {-1, "-"},       {NAN, "-"},
};

static void check(void (*write)(char out[QUANTITY_SIZE], double value), double value,
                  const char *wanted)
{
    char text[QUANTITY_SIZE];
    write(text, value);
    ck_assert_str_eq(text, wanted);
}

#define TABLE_TEST(name, table, function)                                                          \
    START_TEST(name)                                                                               \
    {                                                                                              \
        for (size_t i = 0; i < ARRAY_COUNT(table); i++)                                            \
            check(function, (table)[i].value, (table)[i].text);                                    \
    }                                                                                              \
    END_TEST

TABLE_TEST(rates_fit_five_columns, rates, quantity_rate)
TABLE_TEST(memory_fits_five_columns, memories, quantity_memory)
TABLE_TEST(bytes_in_full, bytes, quantity_bytes)
TABLE_TEST(latency_in_ms_or_s, latencies, quantity_latency)
TABLE_TEST(duration_as_a_clock, durations, quantity_duration)
TABLE_TEST(count_in_thousands, counts, quantity_count)

START_TEST(no_rate_is_wider_than_five_columns)
{
    char text[QUANTITY_SIZE];
    for (double value = 0.1; value < 1e25; value *= 1.013) {
        quantity_rate(text, value);
        ck_assert_msg(strlen(text) <= 5, "%g: %s", value, text);
        quantity_memory(text, value);
        ck_assert_msg(strlen(text) <= 5, "%g: %s", value, text);
    }
}
END_TEST

START_TEST(percent)
{
    static const struct {
        double value;
        int fine;
        const char *text;
    } table[] = {
        {0, 0, "0"},      {0, 1, "0.0"},   {1.24, 1, "1.2"},     {1.24, 0, "1"},
        {9.94, 1, "9.9"}, {9.96, 1, "10"}, {37, 1, "37"},        {212.4, 0, "212"},
        {-0.1, 1, "-"},   {NAN, 0, "-"},   {1e300, 0, "999999"},
    };
    char text[QUANTITY_SIZE];
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        quantity_percent(text, table[i].value, table[i].fine);
        ck_assert_str_eq(text, table[i].text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quantity");
    TCase *tests = tcase_create("quantity");
    tcase_add_test(tests, rates_fit_five_columns);
    tcase_add_test(tests, memory_fits_five_columns);
    tcase_add_test(tests, bytes_in_full);
    tcase_add_test(tests, latency_in_ms_or_s);
    tcase_add_test(tests, duration_as_a_clock);
    tcase_add_test(tests, count_in_thousands);
    tcase_add_test(tests, no_rate_is_wider_than_five_columns);
    tcase_add_test(tests, percent);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
