// SPDX-License-Identifier: GPL-2.0-or-later
// What only a simulated host can be made to do; what every host must do is in ../contract.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "backend/sim/sim_connection.h"
#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"

static struct sim_connection connection;

static void setup(void)
{
    sim_connect(&connection, "sim:///?vms=6&seed=5");
}

static void teardown(void)
{
    sim_disconnect(&connection);
}

struct background {
    pthread_t thread;
    struct operation *operation;
    struct operation_control control;
    struct error err;
    atomic_bool ended;
};

static void *run_in_background(void *arg)
{
    struct background *background = arg;
    connection.driver->ops->execute(connection.driver, background->operation, &background->control,
                                    &background->err);
    atomic_store(&background->ended, true);
    return NULL;
}

static struct background *begin(enum operation_kind kind, const char *vm_name)
{
    struct background *background = memory_alloc(sizeof(*background));
    background->operation = sim_operation(&connection, kind, vm_name);
    ck_assert_int_eq(pthread_create(&background->thread, NULL, run_in_background, background), 0);
    return background;
}

static struct error finish(struct background *background)
{
    pthread_join(background->thread, NULL);
    struct error err = background->err;
    operation_destroy(background->operation);
    free(background);
    return err;
}

static enum vm_state state_of(const char *name)
{
    struct host_snapshot *snapshot = sim_take_sample(&connection, NULL);
    enum vm_state state = sim_named(snapshot, name)->state;
    host_snapshot_unref(snapshot);
    return state;
}

START_TEST(a_shutdown_takes_a_while_and_is_told)
{
    struct error err = sim_run(&connection, sim_operation(&connection, OPERATION_SHUTDOWN, "web1"));
    ck_assert_int_eq(err.kind, ERROR_NONE);
    ck_assert_int_eq(state_of("web1"), VM_STATE_SHUTTING_DOWN);
    for (int i = 0; i < 400 && state_of("web1") != VM_STATE_SHUT_OFF; i++)
        clock_sleep_ms(10);
    ck_assert_int_eq(state_of("web1"), VM_STATE_SHUT_OFF);
    for (int i = 0; i < 100 && atomic_load(&connection.changes) < 2; i++)
        clock_sleep_ms(10);
    ck_assert_uint_ge(atomic_load(&connection.changes), 2);
}
END_TEST

START_TEST(a_save_shows_its_bytes)
{
    struct background *save = begin(OPERATION_SAVE, "web1");
    uint64_t last = 0, total = 0;
    unsigned steps = 0;
    while (!atomic_load(&save->ended)) {
        if (atomic_load(&save->control.progress_known)) {
            uint64_t done = atomic_load(&save->control.done_bytes);
            total = atomic_load(&save->control.total_bytes);
            ck_assert_uint_ge(done, last);
            ck_assert_uint_le(done, total);
            steps += done > last;
            last = done;
        }
        clock_sleep_ms(20);
    }
    ck_assert_uint_gt(total, 1024 * 1024);
    ck_assert_uint_ge(steps, 20);
    ck_assert_int_eq(finish(save).kind, ERROR_NONE);
    struct host_snapshot *snapshot = sim_take_sample(&connection, NULL);
    ck_assert(sim_named(snapshot, "web1")->has_managed_save);
    ck_assert_str_eq(sim_named(snapshot, "web1")->reason, "saved");
    host_snapshot_unref(snapshot);
}
END_TEST

START_TEST(a_cancelled_save_leaves_the_vm_running)
{
    struct background *save = begin(OPERATION_SAVE, "web1");
    while (!atomic_load(&save->control.cancellable))
        clock_sleep_ms(5);
    uint64_t began_ns = clock_monotonic_ns();
    atomic_store(&save->control.cancel_asked, true);
    ck_assert_int_eq(finish(save).kind, ERROR_CANCELLED);
    ck_assert_uint_lt(clock_monotonic_ns() - began_ns, 500 * NS_PER_MS);
    ck_assert_int_eq(state_of("web1"), VM_STATE_RUNNING);
}
END_TEST

START_TEST(a_hung_vm_answers_only_force_off)
{
    ck_assert(sim_script_hang(connection.world, "web1", true));
    struct background *pause = begin(OPERATION_PAUSE, "web1");
    clock_sleep_ms(500);
    ck_assert(!atomic_load(&pause->ended));
    struct error err =
        sim_run(&connection, sim_operation(&connection, OPERATION_FORCE_OFF, "web1"));
    ck_assert_int_eq(err.kind, ERROR_NONE);
    ck_assert_int_eq(finish(pause).kind, ERROR_INVALID);
    ck_assert_int_eq(state_of("web1"), VM_STATE_SHUT_OFF);
}
END_TEST

START_TEST(a_hung_vm_heals)
{
    ck_assert(sim_script_hang(connection.world, "web1", true));
    struct background *pause = begin(OPERATION_PAUSE, "web1");
    clock_sleep_ms(200);
    ck_assert(sim_script_hang(connection.world, "web1", false));
    ck_assert_int_eq(finish(pause).kind, ERROR_NONE);
    ck_assert_int_eq(state_of("web1"), VM_STATE_PAUSED);
}
END_TEST

START_TEST(the_next_operation_can_be_made_to_fail)
{
    sim_script_fail_next(connection.world, ERROR_NO_SPACE, "the disk is full");
    struct error err = sim_run(&connection, sim_operation(&connection, OPERATION_PAUSE, "web1"));
    ck_assert_int_eq(err.kind, ERROR_NO_SPACE);
    ck_assert_str_eq(err.text, "the disk is full");
    err = sim_run(&connection, sim_operation(&connection, OPERATION_PAUSE, "web1"));
    ck_assert_int_eq(err.kind, ERROR_NONE);
}
END_TEST

START_TEST(stalled_commands_wait)
{
    sim_script_stall_commands(connection.world, 600);
    uint64_t began_ns = clock_monotonic_ns();
    struct error err = sim_run(&connection, sim_operation(&connection, OPERATION_PAUSE, "web1"));
    ck_assert_int_eq(err.kind, ERROR_NONE);
    ck_assert_uint_ge(clock_monotonic_ns() - began_ns, 600 * NS_PER_MS);
}
END_TEST

START_TEST(a_vm_that_vanishes_meanwhile_is_not_found)
{
    struct background *save = begin(OPERATION_SAVE, "web1");
    while (!atomic_load(&save->control.progress_known))
        clock_sleep_ms(5);
    ck_assert(sim_script_vanish(connection.world, "web1"));
    ck_assert_int_eq(finish(save).kind, ERROR_NOT_FOUND);
}
END_TEST

START_TEST(a_dropped_connection_fails_everything)
{
    struct background *save = begin(OPERATION_SAVE, "web1");
    while (!atomic_load(&save->control.progress_known))
        clock_sleep_ms(5);
    sim_script_drop_connections(connection.world, "the daemon is gone");
    struct error err = finish(save);
    ck_assert_int_eq(err.kind, ERROR_OFFLINE);
    ck_assert_str_eq(err.text, "the daemon is gone");
    struct interest interest = {.all = true};
    ck_assert_ptr_null(connection.driver->ops->sample(connection.driver, &interest, &err));
    ck_assert_int_eq(err.kind, ERROR_OFFLINE);
    for (int i = 0; i < 100 && atomic_load(&connection.losses) == 0; i++)
        clock_sleep_ms(10);
    ck_assert_uint_eq(atomic_load(&connection.losses), 1);
}
END_TEST

static struct operation *snapshot_operation(enum operation_kind kind, const char *name,
                                            unsigned flags)
{
    struct operation *operation = sim_operation(&connection, kind, "web1");
    operation->name = memory_strdup(name);
    operation->flags = flags;
    return operation;
}

// "a" for a root, "b<a" for a child, "*" behind the current one.
static void check_tree(const char *expected)
{
    char tree[128] = "";
    struct host_snapshot *snapshot = sim_take_sample(&connection, "web1");
    const struct vm_detail *detail = sim_named(snapshot, "web1")->detail;
    for (size_t i = 0; i < detail->snapshot_count; i++) {
        const struct vm_snapshot_info *info = &detail->snapshots[i];
        size_t length = strlen(tree);
        snprintf(tree + length, sizeof(tree) - length, "%s%s%s%s%s", i > 0 ? " " : "", info->name,
                 info->parent != NULL ? "<" : "", info->parent != NULL ? info->parent : "",
                 info->current ? "*" : "");
    }
    ck_assert_uint_eq(sim_named(snapshot, "web1")->snapshot_count, detail->snapshot_count);
    host_snapshot_unref(snapshot);
    ck_assert_str_eq(tree, expected);
}

START_TEST(snapshots_form_a_tree)
{
    static const struct {
        enum operation_kind kind;
        const char *name;
        unsigned flags;
        const char *tree;
    } steps[] = {
        {OPERATION_SNAPSHOT_CREATE, "a", 0, "a*"},
        {OPERATION_SNAPSHOT_CREATE, "b", 0, "a b<a*"},
        {OPERATION_SNAPSHOT_CREATE, "c", 0, "a b<a c<b*"},
        {OPERATION_SNAPSHOT_REVERT, "a", 0, "a* b<a c<b"},
        {OPERATION_SNAPSHOT_CREATE, "d", OPERATION_FLAG_DISK_ONLY, "a b<a c<b d<a*"},
        {OPERATION_SNAPSHOT_DELETE, "b", 0, "a c<a d<a*"},
        {OPERATION_SNAPSHOT_REVERT, "c", 0, "a c<a* d<a"},
        {OPERATION_SNAPSHOT_CREATE, "e", 0, "a c<a d<a e<c*"},
        {OPERATION_SNAPSHOT_DELETE, "a", OPERATION_FLAG_CHILDREN_ONLY, "a*"},
        {OPERATION_SNAPSHOT_CREATE, "f", 0, "a f<a*"},
        {OPERATION_SNAPSHOT_DELETE, "a", OPERATION_FLAG_CHILDREN, ""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        struct error err =
            sim_run(&connection, snapshot_operation(steps[i].kind, steps[i].name, steps[i].flags));
        ck_assert_msg(err.kind == ERROR_NONE, "%zu: %s", i, err.text);
        check_tree(steps[i].tree);
    }
}
END_TEST

START_TEST(a_shrunk_balloon_takes_effect_and_stops_at_what_is_used)
{
    sim_world_advance(connection.world, 20 * NS_PER_SECOND);
    // A world whose clock is turned by hand does operations only when it is turned.
    struct background *set = memory_alloc(sizeof(*set));
    set->operation = sim_operation(&connection, OPERATION_SET_BALLOON, "web1");
    set->operation->memory_kib = 1;
    set->operation->flags = OPERATION_FLAG_LIVE;
    ck_assert_int_eq(pthread_create(&set->thread, NULL, run_in_background, set), 0);
    while (!atomic_load(&set->ended)) {
        sim_world_advance(connection.world, 100 * NS_PER_MS);
        clock_sleep_ms(1);
    }
    ck_assert_int_eq(finish(set).kind, ERROR_NONE);
    sim_world_advance(connection.world, 60 * NS_PER_SECOND);
    struct host_snapshot *snapshot = sim_take_sample(&connection, NULL);
    const struct vm_sample *vm = sim_named(snapshot, "web1");
    ck_assert_uint_gt(vm->balloon_kib, 64 * 1024);
    ck_assert_uint_lt(vm->balloon_kib, vm->memory_max_kib * 9 / 10);
    host_snapshot_unref(snapshot);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_operations");
    TCase *tests = tcase_create("operations");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_shutdown_takes_a_while_and_is_told);
    tcase_add_test(tests, a_save_shows_its_bytes);
    tcase_add_test(tests, a_cancelled_save_leaves_the_vm_running);
    tcase_add_test(tests, a_hung_vm_answers_only_force_off);
    tcase_add_test(tests, a_hung_vm_heals);
    tcase_add_test(tests, the_next_operation_can_be_made_to_fail);
    tcase_add_test(tests, stalled_commands_wait);
    tcase_add_test(tests, a_vm_that_vanishes_meanwhile_is_not_found);
    tcase_add_test(tests, a_dropped_connection_fails_everything);
    tcase_add_test(tests, snapshots_form_a_tree);
    tcase_add_test(tests, a_shrunk_balloon_takes_effect_and_stops_at_what_is_used);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
