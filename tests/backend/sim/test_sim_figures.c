// SPDX-License-Identifier: GPL-2.0-or-later
// What a simulated host shows: the same for the same seed, plausible, and cheap.
#include <string.h>
#include <unistd.h>

#include "backend/sim/sim_connection.h"
#include "check_main.h"
#include "core/clock.h"

#define SECOND UINT64_C(1000000000)

static struct sim_connection connection;

static void connect_to(const char *uri)
{
    sim_connect(&connection, uri);
    sim_world_advance(connection.world, SECOND);
}

static void teardown(void)
{
    sim_disconnect(&connection);
}

START_TEST(the_same_seed_gives_the_same_host)
{
    struct host_snapshot *snapshots[2];
    for (int i = 0; i < 2; i++) {
        connect_to("sim:///?vms=40&seed=9");
        sim_world_advance(connection.world, 90 * SECOND);
        snapshots[i] = sim_take_sample(&connection, NULL);
        if (i == 0)
            sim_disconnect(&connection);
    }
    for (size_t i = 0; i < 40; i++) {
        const struct vm_sample *a = &snapshots[0]->vms[i], *b = &snapshots[1]->vms[i];
        ck_assert_str_eq(a->uuid, b->uuid);
        ck_assert_str_eq(a->name, b->name);
        ck_assert_int_eq(a->state, b->state);
        ck_assert_uint_eq(a->unused_kib, b->unused_kib);
        ck_assert_uint_eq(a->disks[0].capacity_bytes, b->disks[0].capacity_bytes);
        ck_assert_uint_eq(a->disks[0].read_bytes, b->disks[0].read_bytes);
        // The clock of the two began at slightly different moments before it was taken over.
        double difference = (double)a->cpu_time_ns - (double)b->cpu_time_ns;
        ck_assert_double_lt(difference < 0 ? -difference : difference,
                            0.02 * (double)a->cpu_time_ns + 1e6);
    }
    host_snapshot_unref(snapshots[0]);
    host_snapshot_unref(snapshots[1]);
}
END_TEST

START_TEST(another_seed_or_host_gives_another)
{
    connect_to("sim:///?vms=5&seed=1&hosts=2&host=1");
    struct host_snapshot *first = sim_take_sample(&connection, NULL);
    sim_disconnect(&connection);
    connect_to("sim:///?vms=5&seed=1&hosts=2&host=2");
    struct host_snapshot *second = sim_take_sample(&connection, NULL);
    ck_assert_str_eq(first->name, "sim1");
    ck_assert_str_eq(second->name, "sim2");
    for (size_t i = 0; i < 5; i++)
        ck_assert_ptr_null(host_snapshot_find(second, first->vms[i].uuid));
    host_snapshot_unref(first);
    host_snapshot_unref(second);
}
END_TEST

START_TEST(how_often_one_looks_changes_nothing)
{
    uint64_t cpu_ns[2], written[2];
    for (int i = 0; i < 2; i++) {
        sim_connect(&connection, "sim:///?vms=10&seed=4");
        sim_world_advance(connection.world, 0);
        // Take the clock to a whole second, wherever it was.
        struct host_snapshot *snapshot = sim_take_sample(&connection, NULL);
        uint64_t cpu_before = sim_named(snapshot, "web1")->cpu_time_ns;
        uint64_t written_before = sim_named(snapshot, "db1")->disks[0].write_bytes;
        host_snapshot_unref(snapshot);
        for (int step = 0; step < (i == 0 ? 1 : 600); step++)
            sim_world_advance(connection.world, 60 * SECOND / (i == 0 ? 1 : 600));
        snapshot = sim_take_sample(&connection, NULL);
        cpu_ns[i] = sim_named(snapshot, "web1")->cpu_time_ns - cpu_before;
        written[i] = sim_named(snapshot, "db1")->disks[0].write_bytes - written_before;
        host_snapshot_unref(snapshot);
        if (i == 0)
            sim_disconnect(&connection);
    }
    ck_assert_double_eq_tol((double)cpu_ns[0] / (double)cpu_ns[1], 1, 0.02);
    ck_assert_double_eq_tol((double)written[0] / (double)written[1], 1, 0.02);
}
END_TEST

START_TEST(figures_stay_plausible)
{
    connect_to("sim:///?vms=200&seed=2");
    struct host_snapshot *before = sim_take_sample(&connection, NULL);
    for (int round = 0; round < 30; round++) {
        sim_world_advance(connection.world, 10 * SECOND);
        struct host_snapshot *now = sim_take_sample(&connection, NULL);
        for (size_t i = 0; i < now->vm_count; i++) {
            const struct vm_sample *vm = &now->vms[i], *old = &before->vms[i];
            if (vm->state != VM_STATE_RUNNING)
                continue;
            uint64_t cpu_ns = vm->cpu_time_ns - old->cpu_time_ns;
            ck_assert_uint_ge(vm->cpu_time_ns, old->cpu_time_ns);
            ck_assert_uint_le(cpu_ns, (uint64_t)(10.5 * 1e9) * vm->vcpus_current);
            ck_assert_uint_le(vm->balloon_kib, vm->memory_max_kib);
            ck_assert_uint_le(vm->available_kib, vm->balloon_kib);
            ck_assert_uint_le(vm->unused_kib, vm->usable_kib);
            ck_assert_uint_le(vm->usable_kib, vm->available_kib);
            ck_assert_uint_le(vm->unused_kib + vm->cache_kib, vm->available_kib + 1);
            for (size_t d = 0; d < vm->disk_count; d++)
                ck_assert_uint_le(vm->disks[d].allocation_bytes, vm->disks[d].capacity_bytes);
        }
        uint64_t host_ns = now->cpu_user_ns + now->cpu_system_ns + now->cpu_idle_ns +
                           now->cpu_iowait_ns - before->cpu_user_ns - before->cpu_system_ns -
                           before->cpu_idle_ns - before->cpu_iowait_ns;
        ck_assert_double_eq_tol((double)host_ns / 1e9, 10.0 * now->cpus, 0.1 * now->cpus);
        host_snapshot_unref(before);
        before = now;
    }
    host_snapshot_unref(before);
}
END_TEST

START_TEST(the_states_are_mostly_running)
{
    connect_to("sim:///?vms=1000&seed=7");
    struct host_snapshot *snapshot = sim_take_sample(&connection, NULL);
    unsigned states[VM_STATE_COUNT] = {0};
    for (size_t i = 0; i < snapshot->vm_count; i++)
        states[snapshot->vms[i].state]++;
    ck_assert_uint_ge(states[VM_STATE_RUNNING], 780);
    ck_assert_uint_ge(states[VM_STATE_SHUT_OFF], 60);
    ck_assert_uint_ge(states[VM_STATE_PAUSED], 10);
    ck_assert_int_eq(sim_named(snapshot, "web1")->state, VM_STATE_RUNNING);
    host_snapshot_unref(snapshot);
}
END_TEST

START_TEST(definitions_are_shared_between_samples)
{
    connect_to("sim:///?vms=3");
    struct host_snapshot *first = sim_take_sample(&connection, NULL);
    struct host_snapshot *second = sim_take_sample(&connection, "web1");
    ck_assert_ptr_nonnull(sim_named(first, "web1")->definition);
    ck_assert_ptr_eq(sim_named(first, "web1")->definition, sim_named(second, "web1")->definition);
    ck_assert_ptr_null(sim_named(first, "web1")->detail);
    ck_assert_ptr_nonnull(sim_named(second, "web1")->detail);
    ck_assert_ptr_null(sim_named(second, "db1")->detail);
    host_snapshot_unref(first);
    host_snapshot_unref(second);
}
END_TEST

START_TEST(a_hung_vm_keeps_its_old_figures)
{
    connect_to("sim:///?vms=5");
    ck_assert(sim_script_hang(connection.world, "web1", true));
    struct host_snapshot *first = sim_take_sample(&connection, NULL);
    sim_world_advance(connection.world, 10 * SECOND);
    struct host_snapshot *second = sim_take_sample(&connection, NULL);
    const struct vm_sample *a = sim_named(first, "web1"), *b = sim_named(second, "web1");
    ck_assert(b->hung);
    ck_assert_uint_eq(a->sampled_ns, b->sampled_ns);
    ck_assert_uint_eq(a->cpu_time_ns, b->cpu_time_ns);
    ck_assert_uint_eq(sim_named(second, "db1")->sampled_ns - sim_named(first, "db1")->sampled_ns,
                      10 * SECOND);
    host_snapshot_unref(first);
    host_snapshot_unref(second);
}
END_TEST

static uint64_t resident_kib(void)
{
    unsigned long long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%llu %llu", &total, &resident), 2);
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_MEASURABLE 0
#else
#define MEMORY_IS_MEASURABLE 1
#endif

START_TEST(a_thousand_vms_are_small_and_ten_thousand_work)
{
    uint64_t before_kib = resident_kib();
    connect_to("sim:///?vms=1000&seed=7");
    struct host_snapshot *kept[4];
    for (int i = 0; i < 4; i++) { // as many as are alive at a time in the program
        sim_world_advance(connection.world, 2 * SECOND);
        kept[i] = sim_take_sample(&connection, NULL);
    }
    if (MEMORY_IS_MEASURABLE)
        ck_assert_uint_le(resident_kib() - before_kib, 24 * 1024);
    for (int i = 0; i < 4; i++)
        host_snapshot_unref(kept[i]);
    sim_disconnect(&connection);

    connect_to("sim:///?vms=10000&seed=7");
    sim_world_advance(connection.world, 2 * SECOND);
    struct host_snapshot *big = sim_take_sample(&connection, NULL);
    ck_assert_uint_eq(big->vm_count, 10000);
    for (size_t i = 1; i < big->vm_count; i++)
        ck_assert_int_lt(strcmp(big->vms[i - 1].uuid, big->vms[i].uuid), 0);
    host_snapshot_unref(big);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_figures");
    TCase *tests = tcase_create("figures");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, the_same_seed_gives_the_same_host);
    tcase_add_test(tests, another_seed_or_host_gives_another);
    tcase_add_test(tests, how_often_one_looks_changes_nothing);
    tcase_add_test(tests, figures_stay_plausible);
    tcase_add_test(tests, the_states_are_mostly_running);
    tcase_add_test(tests, definitions_are_shared_between_samples);
    tcase_add_test(tests, a_hung_vm_keeps_its_old_figures);
    tcase_add_test(tests, a_thousand_vms_are_small_and_ten_thousand_work);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
