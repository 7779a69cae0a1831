// SPDX-License-Identifier: GPL-2.0-or-later
// What the planner promises against the others, on a few seeds; docs/ALLOCATOR-RESULTS.md has more.
#include <string.h>

#include "allocator/baselines/baseline.h"
#include "allocator/simulate.h"
#include "check_main.h"

enum { SEEDS = 5 };

static struct simulation_metrics measure(const char *policy, const char *scenario)
{
    struct simulation simulation = {.policy = policy, .scenario = scenario, .seed = 101};
    struct simulation_metrics metrics;
    struct error err = {0};
    bool ran = simulation_run_seeds(&simulation, SEEDS, &metrics, &err);
    ck_assert_msg(ran, "%s", err.text);
    return metrics;
}

static void check_part(const char *other, const char *scenario, double part)
{
    struct simulation_metrics ours = measure("vmtui", scenario), theirs = measure(other, scenario);
    ck_assert_double_gt(theirs.unmet_gib_s, 0);
    ck_assert_msg(ours.unmet_gib_s <= part * theirs.unmet_gib_s, "%s: %.0f of %s's %.0f GiB*s",
                  scenario, ours.unmet_gib_s, other, theirs.unmet_gib_s);
}

START_TEST(a_fifth_of_the_shortage_where_there_is_room)
{
    const char *others[] = {"static", "proxmox-80", "proxmox-budget", "mom"};
    for (size_t i = 0; i < 4; i++)
        check_part(others[i], "mixed", 0.20);
}
END_TEST

START_TEST(half_of_the_shortage_where_there_is_little)
{
    const char *others[] = {"static", "proxmox-80", "proxmox-budget", "mom"};
    for (size_t i = 0; i < 4; i++)
        check_part(others[i], "tight", 0.50);
}
END_TEST

START_TEST(half_of_the_shortage_of_qubes_at_a_third_of_its_changes)
{
    struct simulation_metrics ours = measure("vmtui", "mixed"), theirs = measure("qubes", "mixed");
    ck_assert_double_gt(theirs.unmet_gib_s, 0);
    ck_assert_double_le(ours.unmet_gib_s, 0.5 * theirs.unmet_gib_s);
    ck_assert_double_gt(ours.actuations, 100);
    ck_assert_double_le(ours.actuations, theirs.actuations / 3);
    // With 40 GiB the half is not reached; it is still less, and far fewer changes.
    ours = measure("vmtui", "tight");
    theirs = measure("qubes", "tight");
    ck_assert_double_lt(ours.unmet_gib_s, theirs.unmet_gib_s);
    ck_assert_double_le(ours.actuations, theirs.actuations / 3);
}
END_TEST

START_TEST(the_host_is_never_overcommitted_by_us)
{
    const struct simulation_scenario *scenario;
    for (size_t i = 0; (scenario = simulation_scenario_at(i)) != NULL; i++) {
        struct simulation_metrics ours = measure("vmtui", scenario->name);
        ck_assert_msg(ours.overcommit_s == 0 && ours.unsafe_grows == 0, "%s: %.1f s, %.1f grows",
                      scenario->name, ours.overcommit_s, ours.unsafe_grows);
    }
    // The measure is able to see it.
    ck_assert_double_gt(measure("mom", "bursts").overcommit_s, 0);
    ck_assert_double_gt(measure("mom", "mixed").unsafe_grows, 0);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_hour)
{
    struct simulation simulation = {.policy = "vmtui", .scenario = "mixed", .seed = 7};
    struct simulation_metrics once, again, other;
    ck_assert(simulation_run(&simulation, &once, NULL));
    ck_assert(simulation_run(&simulation, &again, NULL));
    simulation.seed = 8;
    ck_assert(simulation_run(&simulation, &other, NULL));
    ck_assert_double_eq(once.moved_gib, again.moved_gib);
    ck_assert_double_eq(once.unmet_gib_s, again.unmet_gib_s);
    ck_assert_double_ne(once.moved_gib, other.moved_gib);
}
END_TEST

START_TEST(unknown_names_and_tiny_hosts_are_refused)
{
    struct simulation simulation = {.policy = "vmtui", .scenario = "nonsense", .seed = 1};
    struct simulation_metrics metrics;
    struct error err = {0};
    ck_assert(!simulation_run(&simulation, &metrics, &err));
    ck_assert_str_eq(err.text, "there is no scenario called nonsense");
    simulation.scenario = "mixed";
    simulation.policy = "magic";
    ck_assert(!simulation_run(&simulation, &metrics, &err));
    ck_assert_str_eq(err.text, "there is no policy called magic");
    simulation.policy = "vmtui";
    simulation.host_kib = 8 * GIB_KIB;
    ck_assert(!simulation_run(&simulation, &metrics, &err));
    ck_assert_str_eq(err.text, "this host is too small for the VMs of the scenario mixed");
    ck_assert(!simulation_run_seeds(&simulation, 0, &metrics, &err));
    ck_assert_str_eq(err.text, "at least one seed is needed");
}
END_TEST

static Suite *gates_suite(void)
{
    Suite *suite = suite_create("gates");
    TCase *tcase = tcase_create("gates");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_fifth_of_the_shortage_where_there_is_room);
    tcase_add_test(tcase, half_of_the_shortage_where_there_is_little);
    tcase_add_test(tcase, half_of_the_shortage_of_qubes_at_a_third_of_its_changes);
    tcase_add_test(tcase, the_host_is_never_overcommitted_by_us);
    tcase_add_test(tcase, the_same_seed_gives_the_same_hour);
    tcase_add_test(tcase, unknown_names_and_tiny_hosts_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return check_main(gates_suite());
}
