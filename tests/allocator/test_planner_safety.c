// SPDX-License-Identifier: GPL-2.0-or-later
// The planner against guests and an actuator that do whatever they like. The budget that must never
// be exceeded by a grow is worked out here, from the host's size alone.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/allocator_fixture.h"
#include "allocator/guard.h"
#include "check_main.h"

enum { TICKS = 6000, VMS = 24 };

struct chaos {
    struct fixture fixture;
    uint64_t random;
    int64_t pending_kib[VMS]; // decided, not yet carried out; -1: nothing
    int64_t wanted_kib[VMS];
    bool gone[VMS], silent[VMS], deaf[VMS], hollow[VMS];
    struct allocator_vm present[VMS];
    size_t place[VMS]; // which VM stands at a place of the input
    unsigned codes[DECISION_CODE_COUNT];
    unsigned grows, shrinks, comings;
};

static bool chance(struct chaos *chaos, double probability)
{
    return fixture_random(&chaos->random) < probability;
}

// What one VM does until the next tick.
static void live(struct chaos *chaos, size_t i)
{
    struct allocator_vm *vm = &chaos->fixture.vms[i];
    if (chance(chaos, 0.02))
        chaos->wanted_kib[i] = fixture_between(&chaos->random, 200 * MIB, 7 * GIB);
    if (chance(chaos, 0.005))
        chaos->deaf[i] = !chaos->deaf[i];
    if (chance(chaos, 0.005))
        chaos->silent[i] = !chaos->silent[i];
    if (chance(chaos, 0.003))
        chaos->hollow[i] = !chaos->hollow[i];
    vm->paused = chance(chaos, vm->paused ? 0.9 : 0.003);
    vm->migrating = chance(chaos, 0.002);
    vm->other_writer = chance(chaos, 0.001);
    vm->settled_s = chance(chaos, 0.001) ? 0 : vm->settled_s + 5;
    if (!chaos->deaf[i] && chance(chaos, 0.8)) {
        double part = fixture_random(&chaos->random) * 1.5;
        int64_t way = vm->target_kib - vm->current_kib;
        vm->current_kib += part >= 1 ? way : (int64_t)(part * (double)way);
    }
    if (chance(chaos, 0.01)) // deflates by itself
        vm->current_kib += fixture_between(&chaos->random, 0, vm->max_kib - vm->current_kib);
    int64_t used = chaos->wanted_kib[i] < vm->current_kib ? chaos->wanted_kib[i] : vm->current_kib;
    vm->usable_kib = chaos->silent[i] && chance(chaos, 0.5) ? -1 : vm->current_kib - used;
    vm->unused_kib = vm->cache_kib = -1;
    if (!chaos->hollow[i] || vm->current_kib > vm->rss_kib)
        vm->rss_kib = vm->current_kib;
    if (chaos->wanted_kib[i] > used) {
        vm->swap_out_kib += 50 * MIB;
        vm->swap_in_kib += chance(chaos, 0.5) ? 40 * MIB : 0;
    }
    if (chance(chaos, 0.002))
        vm->swap_in_kib = vm->swap_out_kib = fixture_between(&chaos->random, -1, 9 * GIB);
    if (!chaos->silent[i])
        vm->last_update_s += chance(chaos, 0.9);
}

static void carry_out(struct chaos *chaos, size_t i)
{
    struct allocator_vm *vm = &chaos->fixture.vms[i];
    if (chaos->pending_kib[i] < 0 || chance(chaos, 0.4))
        return;
    if (chance(chaos, 0.8)) // else it is refused
        vm->target_kib = chaos->pending_kib[i];
    chaos->pending_kib[i] = -1;
    vm->in_flight = false;
}

// All that may be touched at the worst, grows of this tick included; sets *grows.
static int64_t worst_case(const struct chaos *chaos, const struct allocator_input *input,
                          bool *grows)
{
    int64_t sum = 0;
    for (size_t n = 0; n < input->vm_count; n++) {
        const struct allocator_vm *vm = &input->vms[n];
        int64_t most = vm->current_kib > vm->target_kib ? vm->current_kib : vm->target_kib;
        size_t i = chaos->place[n];
        if (chaos->pending_kib[i] > most)
            most = chaos->pending_kib[i];
        for (size_t d = 0; d < chaos->fixture.plan.decision_count; d++) {
            const struct decision *decision = &chaos->fixture.plan.decisions[d];
            if (decision->vm != n || !decision->changes || decision->resource != DECISION_MEMORY ||
                decision->new_value <= most || decision->code == DECISION_INEFFECTIVE)
                continue;
            most = decision->new_value;
            *grows = true;
        }
        sum += most;
    }
    return sum;
}

// Some VMs leave and come back, so the input's places change.
static void compose(struct chaos *chaos, struct allocator_input *input)
{
    size_t count = 0;
    for (size_t i = 0; i < VMS; i++) {
        if (chance(chaos, 0.003)) {
            chaos->gone[i] = !chaos->gone[i];
            chaos->comings++;
        }
        if (chaos->gone[i])
            continue;
        chaos->place[count] = i;
        chaos->present[count++] = chaos->fixture.vms[i];
    }
    input->vms = chaos->present;
    input->vm_count = count;
}

static void take_decisions(struct chaos *chaos)
{
    for (size_t d = 0; d < chaos->fixture.plan.decision_count; d++) {
        const struct decision *decision = &chaos->fixture.plan.decisions[d];
        chaos->codes[decision->code]++;
        if (!decision->changes || decision->advised || decision->resource != DECISION_MEMORY)
            continue;
        size_t i = chaos->place[decision->vm];
        struct allocator_vm *vm = &chaos->fixture.vms[i];
        ck_assert(!vm->in_flight && !vm->paused && !vm->migrating);
        ck_assert_int_ne(vm->policy.mem, ALLOCATOR_OFF);
        ck_assert_int_eq(vm->block, BALLOON_USABLE);
        ck_assert_int_le(decision->new_value, vm->max_kib);
        ck_assert_int_gt(decision->new_value, 0);
        *(decision->new_value > decision->old_value ? &chaos->grows : &chaos->shrinks) += 1;
        chaos->pending_kib[i] = decision->new_value;
        vm->in_flight = true;
    }
}

static void chaos_open(struct chaos *chaos, uint64_t seed)
{
    *chaos = (struct chaos){.random = seed};
    fixture_open(&chaos->fixture, VMS, 96 * GIB);
    for (size_t i = 0; i < VMS; i++) {
        struct allocator_vm *vm = &chaos->fixture.vms[i];
        vm->current_kib = vm->target_kib = vm->rss_kib = 3 * GIB;
        vm->policy.mem_min_kib = 512 * MIB;
        vm->policy.priority = (int)(i % 3);
        vm->policy.cpu = ALLOCATOR_OFF;
        chaos->wanted_kib[i] = 1 * GIB;
        chaos->pending_kib[i] = -1;
    }
    chaos->fixture.vms[3].policy.mem = ALLOCATOR_OFF;
    chaos->fixture.vms[4].policy.mem = ALLOCATOR_ADVISE;
    chaos->fixture.vms[5].block = BALLOON_HOSTDEV;
}

static void run_chaos(struct chaos *chaos)
{
    struct allocator_input *input = &chaos->fixture.input;
    for (int tick = 0; tick < TICKS; tick++) {
        for (size_t i = 0; i < VMS; i++) {
            carry_out(chaos, i);
            live(chaos, i);
        }
        input->total_kib = (tick / 500 % 3 == 2 ? 64 : 96) * GIB; // it shrinks at times
        input->available_kib = -1;
        input->pressure_some = chance(chaos, 0.004) ? 12 : -1;
        input->now_s += chaos->fixture.plan.next_tick_s > 0 ? chaos->fixture.plan.next_tick_s : 5;
        compose(chaos, input);
        allocator_step(chaos->fixture.allocator, input, &chaos->fixture.plan);
        bool grows = false;
        int64_t worst = worst_case(chaos, input, &grows);
        // 6 % of 96 or 64 GiB stay with the host, and 128 MiB with each VM's emulator.
        int64_t budget =
            input->total_kib - input->total_kib * 6 / 100 - (int64_t)input->vm_count * 128 * MIB;
        if (grows)
            ck_assert_int_le(worst, budget);
        take_decisions(chaos);
    }
}

START_TEST(no_grow_beyond_the_budget_whatever_happens)
{
    unsigned codes[DECISION_CODE_COUNT] = {0};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct chaos chaos;
        chaos_open(&chaos, seed);
        run_chaos(&chaos);
        // The generator does vary.
        ck_assert_uint_gt(chaos.grows, 1000);
        ck_assert_uint_gt(chaos.shrinks, 1000);
        ck_assert_uint_gt(chaos.comings, 100);
        for (int code = 0; code < DECISION_CODE_COUNT; code++)
            codes[code] += chaos.codes[code];
        fixture_close(&chaos.fixture);
    }
    for (int code = 0; code < DECISION_CODE_COUNT; code++) {
        bool elsewhere = code == DECISION_SET_WEIGHT || code == DECISION_SET_LIMIT;
        if (code == DECISION_GUARDED) // the planner itself never gives the guard a reason
            ck_assert_uint_eq(codes[code], 0);
        else if (!elsewhere)
            ck_assert_msg(codes[code] > 0, "%s was never reached", decision_code_name(code));
    }
}
END_TEST

START_TEST(the_guard_strikes_out_what_breaks_a_rule)
{
    struct fixture fixture;
    fixture_open(&fixture, 2, 64 * GIB);
    fixture_step(&fixture, 5);
    struct decision grow = {.vm = 0,
                            .resource = DECISION_MEMORY,
                            .code = DECISION_GROW,
                            .changes = true,
                            .old_value = 4 * GIB,
                            .new_value = 5 * GIB};
    fixture.plan.decisions[0] = grow;
    fixture.plan.decision_count = 1;
    fixture.plan.budget_kib = 9 * GIB;
    ck_assert_uint_eq(guard_plan(&fixture.input, &fixture.plan), 0);
    fixture.plan.budget_kib = 9 * GIB - 1;
    ck_assert_uint_eq(guard_plan(&fixture.input, &fixture.plan), 1);
    ck_assert_int_eq(fixture.plan.decisions[0].code, DECISION_GUARDED);
    ck_assert(!fixture.plan.decisions[0].changes);
    fixture.plan.budget_kib = 64 * GIB;
    grow.new_value = 9 * GIB; // above its maximum
    fixture.plan.decisions[0] = grow;
    ck_assert_uint_eq(guard_plan(&fixture.input, &fixture.plan), 1);
    grow.new_value = 1 * GIB; // below its minimum
    fixture.plan.decisions[0] = grow;
    ck_assert_uint_eq(guard_plan(&fixture.input, &fixture.plan), 1);
    fixture.vms[0].paused = true;
    grow.new_value = 5 * GIB;
    fixture.plan.decisions[0] = grow;
    ck_assert_uint_eq(guard_plan(&fixture.input, &fixture.plan), 1);
    char text[256];
    decision_text(&fixture.plan.decisions[0], "web1", NULL, text, sizeof(text));
    ck_assert_str_eq(text,
                     "web1 mem 4.0 GiB GUARDED: struck out: it would have broken a safety rule");
    fixture_close(&fixture);
}
END_TEST

START_TEST(nothing_is_done_at_the_fixpoint)
{
    struct fixture fixture;
    fixture_open(&fixture, 16, 64 * GIB);
    for (size_t i = 0; i < 16; i++) {
        fixture.vms[i].current_kib = fixture.vms[i].target_kib = 3 * GIB;
        fixture.vms[i].usable_kib = (int64_t)(1 + i % 2) * GIB;
        fixture.vms[i].rss_kib = 3 * GIB;
    }
    unsigned writes = 0;
    for (int tick = 0; tick < 400; tick++) {
        fixture_settle_host(&fixture);
        fixture_step(&fixture, 5);
        for (size_t d = 0; d < fixture.plan.decision_count; d++)
            writes += fixture.plan.decisions[d].changes;
        fixture_obey(&fixture);
        if (tick == 199) {
            ck_assert_uint_gt(writes, 0);
            writes = 0;
        }
    }
    ck_assert_uint_eq(writes, 0);
    fixture_close(&fixture);
}
END_TEST

START_TEST(advice_is_the_same_path_and_leaves_no_trace)
{
    struct fixture fixture;
    fixture_open(&fixture, 2, 64 * GIB);
    fixture.vms[0].policy.mem = ALLOCATOR_ADVISE;
    fixture.vms[0].usable_kib = 100 * MIB;
    for (int tick = 0; tick < 5; tick++) {
        fixture_step(&fixture, 5);
        const struct decision *decision = fixture_decision(&fixture, 0);
        ck_assert(decision->changes && decision->advised);
        ck_assert_int_eq(decision->code, DECISION_GROW);
    }
    fixture_close(&fixture);
}
END_TEST

START_TEST(ten_thousand_vms_and_none)
{
    struct fixture fixture;
    fixture_open(&fixture, FIXTURE_VMS_MAX, INT64_C(40000) * GIB);
    for (int tick = 0; tick < 5; tick++) {
        fixture_step(&fixture, 5);
        ck_assert_uint_eq(fixture.plan.row_count, FIXTURE_VMS_MAX);
        ck_assert_uint_ge(fixture.plan.decision_count, FIXTURE_VMS_MAX);
        fixture_obey(&fixture);
    }
    fixture.input.vm_count = 0;
    fixture_step(&fixture, 5);
    ck_assert_uint_eq(fixture.plan.decision_count, 0);
    fixture_close(&fixture);
}
END_TEST

START_TEST(a_host_without_room_says_so)
{
    struct fixture fixture;
    char text[256];
    fixture_open(&fixture, 8, 16 * GIB); // minima of 2 GiB each
    fixture_step(&fixture, 5);
    ck_assert(fixture.plan.overcommitted);
    allocator_plan_text(&fixture.plan, text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "OVERCOMMITTED: the minima do not fit, move a VM"));
    fixture_close(&fixture);
}
END_TEST

static Suite *planner_safety_suite(void)
{
    Suite *suite = suite_create("planner_safety");
    TCase *tcase = tcase_create("planner_safety");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, no_grow_beyond_the_budget_whatever_happens);
    tcase_add_test(tcase, the_guard_strikes_out_what_breaks_a_rule);
    tcase_add_test(tcase, nothing_is_done_at_the_fixpoint);
    tcase_add_test(tcase, advice_is_the_same_path_and_leaves_no_trace);
    tcase_add_test(tcase, ten_thousand_vms_and_none);
    tcase_add_test(tcase, a_host_without_room_says_so);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return check_main(planner_safety_suite());
}
