// SPDX-License-Identifier: GPL-2.0-or-later
// A thousand VMs must not slow the keyboard down. The bound is far above what it takes (well below
// 1 ms each on an ordinary machine), so that only a change of kind is noticed.
#include <stdlib.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "ui/ui_fixture.h"

#define ROUNDS   200
#define BOUND_MS 5.0
#define BOARD_MS 25.0

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static bool is_sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

static double median_of_keys_ms(struct ui_fixture *fixture)
{
    static const char *const keys[] = {"j", "PgDn", "k", "Space", "t", "G", "g"};
    double times[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        uint64_t begin = clock_monotonic_ns();
        ui_fixture_keys(fixture, keys[i % ARRAY_COUNT(keys)]);
        times[i] = (double)(clock_monotonic_ns() - begin) / NS_PER_MS;
    }
    qsort(times, ROUNDS, sizeof(times[0]), compare_doubles);
    return times[ROUNDS / 2];
}

START_TEST(test_key_to_frame_with_a_thousand_vms)
{
    const struct ui_fixture_settings settings = {60, 200, GLYPHS_UNICODE, false, false};
    struct ui_fixture fixture;
    ui_fixture_open(&fixture, &settings, fixture_board_many(1000));
    double keys_ms = median_of_keys_ms(&fixture);
    uint64_t begin = clock_monotonic_ns();
    ui_set_board(fixture.ui, fixture_board_many(1000));
    double board_ms = (double)(clock_monotonic_ns() - begin) / NS_PER_MS;
    printf("key to frame: %.2f ms; a new board (made and taken over): %.2f ms\n", keys_ms,
           board_ms);
    if (is_sanitized())
        SKIP_TEST("key to frame with a thousand VMs", "sanitizers are slow");
    else
        ck_assert_msg(keys_ms < BOUND_MS && board_ms < BOARD_MS, "%.2f ms, %.2f ms", keys_ms,
                      board_ms);
    ui_fixture_close(&fixture);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ui speed");
    TCase *speed = tcase_create("speed");
    tcase_set_timeout(speed, 60);
    tcase_add_test(speed, test_key_to_frame_with_a_thousand_vms);
    suite_add_tcase(suite, speed);
    return check_main(suite);
}
