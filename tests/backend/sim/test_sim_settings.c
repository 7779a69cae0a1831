// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "backend/driver.h"
#include "backend/sim/sim.h"
#include "check_main.h"

START_TEST(defaults_are_a_dozen_of_mixed_vms)
{
    struct sim_settings settings;
    ck_assert(sim_settings_parse("sim:///", &settings, NULL));
    ck_assert_uint_eq(settings.vms, 12);
    ck_assert_uint_eq(settings.hosts, 1);
    ck_assert_uint_eq(settings.host, 1);
    ck_assert_uint_eq(settings.seed, 1);
    ck_assert_int_eq(settings.scenario, SIM_SCENARIO_MIXED);
    ck_assert(!settings.refuse);
}
END_TEST

START_TEST(every_parameter_is_understood)
{
    struct sim_settings settings;
    ck_assert(sim_settings_parse("sim:///?hosts=3&host=2&vms=20000&seed=18446744073709551615&"
                                 "scenario=burst&stall_ms=5&stall_at_s=6&stall_for_s=30&fail=8&"
                                 "hang=9&refuse=1&open_delay_ms=10&",
                                 &settings, NULL));
    ck_assert_uint_eq(settings.hosts, 3);
    ck_assert_uint_eq(settings.host, 2);
    ck_assert_uint_eq(settings.vms, 20000);
    ck_assert_uint_eq(settings.seed, UINT64_MAX);
    ck_assert_int_eq(settings.scenario, SIM_SCENARIO_BURST);
    ck_assert_uint_eq(settings.stall_ms, 5);
    ck_assert_uint_eq(settings.stall_at_s, 6);
    ck_assert_uint_eq(settings.stall_for_s, 30);
    ck_assert_uint_eq(settings.fail, 8);
    ck_assert_uint_eq(settings.hang, 9);
    ck_assert(settings.refuse);
    ck_assert_uint_eq(settings.open_delay_ms, 10);
}
END_TEST

static const struct {
    const char *uri, *says;
} bad[] = {
    {"sim:///?vms=20001", "\"vms\" must be a whole number from 0 to 20000, not \"20001\""},
    {"sim:///?vms=-1", "\"vms\""},
    {"sim:///?vms=+1", "\"vms\""},
    {"sim:///?vms= 1", "\"vms\""},
    {"sim:///?vms=", "\"vms\""},
    {"sim:///?vms", "\"vms\" needs a value"},
    {"sim:///?vms=12x", "\"vms\""},
    {"sim:///?seed=18446744073709551616", "\"seed\""},
    {"sim:///?scenario=calm", "\"scenario\" must be idle, mixed or burst"},
    {"sim:///?refuse=yes", "\"refuse\" must be 0 or 1"},
    {"sim:///?fail=101", "\"fail\""},
    {"sim:///?host=2", "\"host\" is 2"},
    {"sim:///?host=0&hosts=2", "\"host\""},
    {"sim:///?colour=blue", "no parameter \"colour\""},
    {"sim:///path", "a path, \"path\""},
    {"sim://elsewhere/", "sim:///"},
    {"sim:", "sim:///"},
};

START_TEST(what_is_wrong_is_named)
{
    struct sim_settings settings = {.vms = 77};
    struct error err = {.kind = ERROR_NONE};
    ck_assert(!sim_settings_parse(bad[_i].uri, &settings, &err));
    ck_assert_int_eq(err.kind, ERROR_INVALID);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s: %s", bad[_i].uri, err.text);
    ck_assert_uint_eq(settings.vms, 77);
}
END_TEST

START_TEST(the_driver_is_found_by_its_uri)
{
    ck_assert_ptr_eq(driver_for_uri("sim:///?vms=1"), &sim_driver_ops);
    ck_assert_ptr_eq(driver_for_uri("test:///default"), &libvirt_driver_ops);
    ck_assert_ptr_eq(driver_for_uri("simulation:///"), &libvirt_driver_ops);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_settings");
    TCase *tests = tcase_create("settings");
    tcase_add_test(tests, defaults_are_a_dozen_of_mixed_vms);
    tcase_add_test(tests, every_parameter_is_understood);
    tcase_add_loop_test(tests, what_is_wrong_is_named, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tests, the_driver_is_found_by_its_uri);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
