// SPDX-License-Identifier: GPL-2.0-or-later
// One situation after the other: what is done, how much, and with which words.
#include <string.h>

#include "allocator/allocator_fixture.h"
#include "check_main.h"

static struct fixture fixture;

static void close_fixture(void)
{
    fixture_close(&fixture);
}

static const struct decision *step(double seconds)
{
    fixture_step(&fixture, seconds);
    return fixture_decision(&fixture, 0);
}

static void check_text(const struct decision *decision, const char *wanted)
{
    char text[320];
    decision_text(decision, "web1", "db2", text, sizeof(text));
    ck_assert_msg(strstr(text, wanted) != NULL, "said \"%s\", not \"%s\"", text, wanted);
}

START_TEST(grows_to_its_demand_at_once)
{
    fixture_open(&fixture, 1, 64 * GIB);
    fixture.vms[0].usable_kib = 0;
    const struct decision *decision = step(5);
    ck_assert_int_eq(decision->code, DECISION_GROW);
    ck_assert_int_eq(decision->new_value, 5033164); // 4 GiB and 20 %
    check_text(decision, "web1 mem 4.0->4.8 GiB GROW: D 4.80 (W 4.00, headroom 0.80, slope 0.00/s, "
                         "debt 0.00), entitled to ");
}
END_TEST

START_TEST(shrinks_for_somebody_else_and_grows_him_when_it_is_there)
{
    fixture_open(&fixture, 2, 12 * GIB); // 12 - 2 - 2 * 0.125 = 9.75 GiB
    fixture.vms[0].current_kib = fixture.vms[0].target_kib = 5 * GIB;
    fixture.vms[0].usable_kib = 4 * GIB;
    fixture.vms[1].current_kib = fixture.vms[1].target_kib = 4864 * MIB; // 4.75 GiB
    fixture.vms[1].usable_kib = 0;
    const struct decision *decision = step(5);
    ck_assert_int_eq(fixture.plan.budget_kib, 9984 * MIB);
    ck_assert_int_eq(decision->code, DECISION_SHRINK_URGENT);
    ck_assert_int_eq(decision->new_value, 4 * GIB); // four steps of 5 %
    check_text(decision, "SHRINK_URGENT: D 1.25 (W 1.00, headroom 0.25, slope 0.00/s, debt 0.00), "
                         "entitled to ");
    check_text(decision, "db2 waits for 0.95");
    // Nothing is given out before the guest has let go of it.
    ck_assert_int_eq(fixture_decision(&fixture, 1)->code, DECISION_POOL_EMPTY);
    check_text(fixture_decision(&fixture, 1), "it waits, and nothing is free");
    fixture.vms[0].target_kib = 4 * GIB;
    step(1);
    ck_assert_int_eq(fixture_decision(&fixture, 1)->code, DECISION_POOL_EMPTY);
    fixture.vms[0].current_kib = 4 * GIB;
    fixture.vms[0].usable_kib = 3 * GIB;
    step(1);
    ck_assert_int_eq(fixture_decision(&fixture, 1)->code, DECISION_GROW);
    ck_assert_int_eq(fixture_decision(&fixture, 1)->new_value, 5836 * MIB + 819); // 1.2 * 4.75 GiB
}
END_TEST

START_TEST(shrinks_slowly_when_only_the_pool_is_low)
{
    fixture_open(&fixture, 1, 12 * GIB); // 12 - 2 - 0.125
    fixture.vms[0].max_kib = 16 * GIB;
    fixture.vms[0].current_kib = fixture.vms[0].target_kib = 9 * GIB + 896 * MIB;
    fixture.vms[0].usable_kib = 8 * GIB;
    fixture.vms[0].rss_kib = -1;
    ck_assert_int_eq(step(5)->code, DECISION_COOLDOWN); // not three ticks yet
    check_text(fixture_decision(&fixture, 0), "COOLDOWN: changed or busy a short while ago");
    ck_assert_int_eq(step(5)->code, DECISION_COOLDOWN);
    const struct decision *decision = step(5);
    ck_assert_int_eq(decision->code, DECISION_SHRINK_STEP);
    // 5 % of the budget of 9.875 GiB are to be ready: that is one step of 5 %.
    ck_assert_int_eq(decision->new_value, 9836954);
}
END_TEST

START_TEST(whoever_does_not_follow_gets_his_target_back)
{
    fixture_open(&fixture, 1, 6 * GIB);  // no surplus to grow by
    fixture.vms[0].target_kib = 3 * GIB; // and stays at 4
    step(5);
    step(5);
    const struct decision *decision = step(5);
    ck_assert_int_eq(decision->code, DECISION_GIVE_BACK);
    ck_assert_int_eq(decision->new_value, 4 * GIB);
    check_text(decision, "its balloon did not follow, the target is taken back");
    check_text(decision, "for 30 s");
    fixture.vms[0].target_kib = 4 * GIB;
    decision = step(5);
    ck_assert_int_eq(decision->code, DECISION_UNRESPONSIVE);
    ck_assert_double_eq_tol(decision->seconds, 25, 1e-6);
    fixture.vms[0].target_kib = 3 * GIB; // tried again, in vain again
    for (int i = 0; i < 2; i++)
        step(20);
    ck_assert_int_eq(step(20)->code, DECISION_UNRESPONSIVE);
    check_text(fixture_decision(&fixture, 0), "for 40 s"); // of 60
}
END_TEST

// A shrink of VM 0 from 5 to 4 GiB on behalf of VM 1, carried out.
static void shrink_for_another(void)
{
    fixture_open(&fixture, 2, 12 * GIB);
    fixture.vms[0].current_kib = fixture.vms[0].target_kib = fixture.vms[0].rss_kib = 5 * GIB;
    fixture.vms[0].usable_kib = 4 * GIB;
    fixture.vms[1].current_kib = fixture.vms[1].target_kib = 4864 * MIB;
    fixture.vms[1].usable_kib = 0;
    ck_assert_int_eq(step(5)->new_value, 4 * GIB);
    fixture.vms[0].current_kib = fixture.vms[0].target_kib = 4 * GIB;
    fixture.vms[0].usable_kib = 3 * GIB;
}

START_TEST(a_shrink_that_made_it_swap_is_undone)
{
    shrink_for_another();
    fixture.vms[0].rss_kib = 4 * GIB;
    fixture.vms[0].usable_kib = 0;
    fixture.vms[0].swap_out_kib = 100 * MIB;
    fixture.vms[0].swap_in_kib = 2 * MIB;
    fixture.vms[1].usable_kib = 4 * GIB; // does not need it any more
    const struct decision *decision = step(5);
    ck_assert_int_eq(decision->code, DECISION_REGRET);
    ck_assert_int_eq(decision->new_value, 4992 * MIB); // half of the budget: its part
    check_text(decision, "it swapped after the last shrink, which is undone");
}
END_TEST

START_TEST(a_little_swapping_is_no_regret)
{
    shrink_for_another();
    fixture.vms[0].rss_kib = 4 * GIB;
    fixture.vms[0].swap_in_kib = 1 * MIB;
    fixture.vms[1].usable_kib = 4 * GIB;
    ck_assert_int_ne(step(5)->code, DECISION_REGRET);
}
END_TEST

START_TEST(a_shrink_that_gave_the_host_nothing_is_noticed)
{
    shrink_for_another(); // and the process stays at 5 GiB
    fixture.vms[1].current_kib = fixture.vms[1].target_kib = 4 * GIB;
    fixture.vms[1].usable_kib = 3 * GIB;
    for (int i = 0; i < 3; i++)
        ck_assert(!fixture.plan.rows[0].fixed), step(5);
    const struct decision *decision = step(5);
    ck_assert_int_eq(decision->code, DECISION_INEFFECTIVE);
    ck_assert_int_eq(decision->new_value, 5 * GIB);
    ck_assert(fixture.plan.rows[0].fixed); // charged as a whole from now on
    ck_assert_int_eq(fixture.plan.rows[0].charge_kib, 8 * GIB);
    check_text(decision, "it shrank and the host got nothing, taken back");
    fixture.vms[0].current_kib = fixture.vms[0].target_kib = 5 * GIB;
    ck_assert_int_eq(step(5)->code, DECISION_INEFFECTIVE_HOLD);
}
END_TEST

START_TEST(pressure_comes_before_priority_and_priority_before_need)
{
    // 13.5 GiB, of which 124 MiB are free and much is with the idle fourth; each wants 260 MiB.
    fixture_open(&fixture, 4, 16 * GIB);
    for (int i = 0; i < 4; i++) {
        fixture.vms[i].current_kib = fixture.vms[i].target_kib = (i < 3 ? 3100 : 4400) * MIB;
        fixture.vms[i].rss_kib = fixture.vms[i].current_kib;
        fixture.vms[i].usable_kib = (i < 3 ? 300 : 3400) * MIB;
    }
    fixture.vms[0].usable_kib = 280 * MIB; // needs it most
    fixture.vms[2].policy.priority = 5;
    step(5);
    ck_assert_int_eq(fixture_decision(&fixture, 2)->code, DECISION_GROW);
    ck_assert_int_eq(fixture_decision(&fixture, 2)->new_value, 3224 * MIB);
    ck_assert_int_eq(fixture_decision(&fixture, 0)->code, DECISION_POOL_EMPTY);
    fixture.vms[1].usable_kib = 10 * MIB; // nearly out of memory
    step(5);
    ck_assert_int_eq(fixture_decision(&fixture, 1)->code, DECISION_GROW);
    ck_assert_int_eq(fixture_decision(&fixture, 2)->code, DECISION_POOL_EMPTY);
}
END_TEST

START_TEST(what_is_under_way_counts_as_given)
{
    fixture_open(&fixture, 1, 64 * GIB);
    fixture.vms[0].usable_kib = 0;
    ck_assert_int_eq(step(5)->new_value, 5033164);
    fixture.vms[0].in_flight = true;
    step(5);
    ck_assert_int_eq(fixture.plan.charged_kib, 5033164);
    fixture.vms[0].in_flight = false; // refused
    step(5);
    ck_assert_int_eq(fixture.plan.charged_kib, 4 * GIB);
}
END_TEST

START_TEST(an_emergency_takes_a_fifth_and_gives_nothing)
{
    fixture_open(&fixture, 2, 64 * GIB);
    fixture.input.available_kib = 2 * GIB; // below 4 %
    fixture.vms[1].usable_kib = 0;
    const struct decision *decision = step(5);
    ck_assert(fixture.plan.emergency);
    ck_assert_double_eq(fixture.plan.next_tick_s, 1);
    ck_assert_int_eq(decision->code, DECISION_SHRINK_EMERGENCY);
    ck_assert_int_eq(decision->new_value, 3355443); // 80 %
    ck_assert_int_eq(fixture_decision(&fixture, 1)->code, DECISION_EMERGENCY_HOLD);
    fixture.vms[0].current_kib = fixture.vms[0].target_kib = 3355443;
    fixture.input.available_kib = 10 * GIB;
    fixture.input.pressure_some = 3; // still 2 or more
    step(40);
    ck_assert(fixture.plan.emergency);
    fixture.input.pressure_some = 1;
    step(1);
    step(29);
    ck_assert(fixture.plan.emergency);
    step(1);
    ck_assert(!fixture.plan.emergency);
}
END_TEST

START_TEST(what_the_host_has_limits_the_budget)
{
    fixture_open(&fixture, 1, 64 * GIB);
    fixture.vms[0].usable_kib = 0;
    fixture.input.available_kib = 3 * GIB; // beyond 2 % and the emulator's 128 MiB: 1.595 GiB
    step(5);
    ck_assert_int_eq(fixture.plan.budget_kib, 5866783);
    fixture.input.available_kib = INT64_C(60) * GIB;
    step(5);
    ck_assert_int_eq(fixture.plan.budget_kib, 62951261); // 64 GiB - 6 % - 128 MiB
}
END_TEST

static void check_left_alone(enum decision_code code, const char *words)
{
    const struct decision *decision = step(5);
    ck_assert_str_eq(decision_code_name(decision->code), decision_code_name(code));
    ck_assert(!decision->changes);
    check_text(decision, words);
    fixture_close(&fixture);
    fixture_open(&fixture, 1, 64 * GIB);
    fixture.vms[0].usable_kib = 0; // would grow
}

START_TEST(some_are_left_alone)
{
    fixture_open(&fixture, 1, 64 * GIB);
    fixture.vms[0].policy.mem = ALLOCATOR_OFF;
    check_left_alone(DECISION_OFF, "OFF: the allocator is off for it");
    fixture.vms[0].block = BALLOON_HUGEPAGES;
    check_left_alone(DECISION_FIXED, "FIXED: its memory cannot be ballooned");
    fixture.vms[0].settled_s = 119;
    check_left_alone(DECISION_SETTLING, "SETTLING: just started, paused or migrating");
    fixture.vms[0].migrating = true;
    check_left_alone(DECISION_SETTLING, "SETTLING");
    fixture.vms[0].in_flight = true;
    check_left_alone(DECISION_IN_FLIGHT, "IN_FLIGHT: the last change is still under way");
    fixture.vms[0].other_writer = true;
    check_left_alone(DECISION_OTHER_WRITER, "somebody else changed it, left alone");
    fixture.vms[0].usable_kib = fixture.vms[0].unused_kib = -1;
    fixture.input.total_kib = 6 * GIB; // no surplus to grow by
    check_left_alone(DECISION_BLIND, "BLIND: the guest does not report its memory, left alone");
}
END_TEST

static struct decision cpu_decision(size_t vm, enum decision_resource resource)
{
    for (size_t i = 0; i < fixture.plan.decision_count; i++)
        if (fixture.plan.decisions[i].vm == vm && fixture.plan.decisions[i].resource == resource)
            return fixture.plan.decisions[i];
    return (struct decision){.code = DECISION_CODE_COUNT};
}

START_TEST(weights_follow_shares_and_keep_their_sum)
{
    struct allocator_vcpu vcpus[2] = {{0, 0, true}, {0, 0, true}};
    fixture_open(&fixture, 2, 64 * GIB);
    fixture.input.cpus = 1;
    for (int i = 0; i < 2; i++) {
        fixture.vms[i].vcpus = &vcpus[i];
        fixture.vms[i].vcpu_count = 1;
        fixture.vms[i].original_weight = fixture.vms[i].weight = 100;
    }
    fixture.vms[1].policy.shares = 4000;
    fixture.vms[1].policy.cpu_limit = 0.9;
    step(5);
    ck_assert_int_eq(cpu_decision(0, DECISION_CPU_WEIGHT).code, DECISION_BLIND);
    ck_assert_int_eq(cpu_decision(1, DECISION_CPU_LIMIT).new_value, 900);
    for (int i = 0; i < 2; i++) // both want all they can get
        vcpus[i] = (struct allocator_vcpu){2500000000, 2500000000, true};
    step(5);
    struct decision slow = cpu_decision(0, DECISION_CPU_WEIGHT);
    struct decision fast = cpu_decision(1, DECISION_CPU_WEIGHT);
    ck_assert_int_eq(slow.code, DECISION_SET_WEIGHT);
    ck_assert_int_eq(slow.new_value, 40); // 1:4 of 200
    ck_assert_int_eq(fast.new_value, 160);
    check_text(&fast, "web1 cpu weight 100->160 SET_WEIGHT: demand 0.90 CPUs, ideal weight 160");
    ck_assert_int_eq(cpu_decision(1, DECISION_CPU_LIMIT).code, DECISION_CODE_COUNT); // only once
    step(5);
    ck_assert_int_eq(cpu_decision(0, DECISION_CPU_WEIGHT).code, DECISION_COOLDOWN);
    fixture.vms[0].weight = 40;
    fixture.vms[1].weight = 160;
    step(5);
    ck_assert_int_eq(cpu_decision(1, DECISION_CPU_WEIGHT).code, DECISION_DEADBAND);
}
END_TEST

START_TEST(every_code_has_its_words)
{
    for (int code = 0; code < DECISION_CODE_COUNT; code++) {
        struct decision decision = {
            .code = (enum decision_code)code, .old_value = 512 * MIB, .new_value = 512 * MIB};
        char text[256];
        decision_text(&decision, "web1", NULL, text, sizeof(text));
        ck_assert_ptr_eq(strstr(text, "web1 mem 512 MiB "), text);
        ck_assert_ptr_nonnull(strstr(text, decision_code_name(decision.code)));
    }
    ck_assert_str_eq(decision_code_name(DECISION_CODE_COUNT), "UNKNOWN");
}
END_TEST

static Suite *planner_actions_suite(void)
{
    Suite *suite = suite_create("planner_actions");
    TCase *tcase = tcase_create("planner_actions");
    tcase_add_checked_fixture(tcase, NULL, close_fixture);
    tcase_add_test(tcase, grows_to_its_demand_at_once);
    tcase_add_test(tcase, shrinks_for_somebody_else_and_grows_him_when_it_is_there);
    tcase_add_test(tcase, shrinks_slowly_when_only_the_pool_is_low);
    tcase_add_test(tcase, whoever_does_not_follow_gets_his_target_back);
    tcase_add_test(tcase, a_shrink_that_made_it_swap_is_undone);
    tcase_add_test(tcase, a_little_swapping_is_no_regret);
    tcase_add_test(tcase, a_shrink_that_gave_the_host_nothing_is_noticed);
    tcase_add_test(tcase, pressure_comes_before_priority_and_priority_before_need);
    tcase_add_test(tcase, what_is_under_way_counts_as_given);
    tcase_add_test(tcase, an_emergency_takes_a_fifth_and_gives_nothing);
    tcase_add_test(tcase, what_the_host_has_limits_the_budget);
    tcase_add_test(tcase, some_are_left_alone);
    tcase_add_test(tcase, weights_follow_shares_and_keep_their_sum);
    suite_add_tcase(suite, tcase);
    TCase *words = tcase_create("words");
    tcase_add_test(words, every_code_has_its_words);
    suite_add_tcase(suite, words);
    return suite;
}

int main(void)
{
    return check_main(planner_actions_suite());
}
