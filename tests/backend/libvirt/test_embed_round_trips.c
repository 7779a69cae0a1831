// SPDX-License-Identifier: GPL-2.0-or-later
// A sample costs the same number of libvirt calls for one VM and for a hundred. The calls are
// counted by functions of the same names, which stand before libvirt's.
#include <dlfcn.h>
#include <libvirt/libvirt.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "guest/embed_fixture.h"

#define RUNNING 30
#define DEFINED 100

static atomic_uint calls;

// Every call of libvirt's that would cross a wire to a daemon and that a sample may make.
#define COUNTED(type, name, parameters, arguments)                                                 \
    type name parameters                                                                           \
    {                                                                                              \
        type(*next) parameters = (type(*) parameters)dlsym(RTLD_NEXT, #name);                      \
        atomic_fetch_add(&calls, 1);                                                               \
        return next arguments;                                                                     \
    }

COUNTED(int, virConnectGetAllDomainStats,
        (virConnectPtr conn, unsigned int stats, virDomainStatsRecordPtr **list,
         unsigned int flags),
        (conn, stats, list, flags))
COUNTED(int, virDomainListGetStats,
        (virDomainPtr * vms, unsigned int stats, virDomainStatsRecordPtr **list,
         unsigned int flags),
        (vms, stats, list, flags))
COUNTED(int, virConnectListAllDomains, (virConnectPtr conn, virDomainPtr **vms, unsigned int flags),
        (conn, vms, flags))
COUNTED(virDomainPtr, virDomainLookupByUUIDString, (virConnectPtr conn, const char *uuid),
        (conn, uuid))
COUNTED(char *, virDomainGetXMLDesc, (virDomainPtr vm, unsigned int flags), (vm, flags))
COUNTED(int, virDomainGetInfo, (virDomainPtr vm, virDomainInfoPtr info), (vm, info))
COUNTED(int, virDomainGetState, (virDomainPtr vm, int *state, int *reason, unsigned int flags),
        (vm, state, reason, flags))
COUNTED(int, virDomainGetControlInfo,
        (virDomainPtr vm, virDomainControlInfoPtr info, unsigned int flags), (vm, info, flags))
COUNTED(int, virDomainIsActive, (virDomainPtr vm), (vm))
COUNTED(int, virDomainIsPersistent, (virDomainPtr vm), (vm))
COUNTED(int, virDomainGetAutostart, (virDomainPtr vm, int *autostart), (vm, autostart))
COUNTED(int, virDomainHasManagedSaveImage, (virDomainPtr vm, unsigned int flags), (vm, flags))
COUNTED(int, virDomainSnapshotNum, (virDomainPtr vm, unsigned int flags), (vm, flags))
COUNTED(int, virDomainListAllSnapshots,
        (virDomainPtr vm, virDomainSnapshotPtr **list, unsigned int flags), (vm, list, flags))
COUNTED(int, virDomainMemoryStats,
        (virDomainPtr vm, virDomainMemoryStatPtr stats, unsigned int count, unsigned int flags),
        (vm, stats, count, flags))
COUNTED(int, virDomainSetMemoryStatsPeriod, (virDomainPtr vm, int period, unsigned int flags),
        (vm, period, flags))

static struct driver *driver;

static void setup(void)
{
    driver = embed_open();
}

static void teardown(void)
{
    embed_release();
    embed_clear();
    driver->ops->close(driver);
}

static void define(int number, bool off)
{
    AUTO_FREE char *name = memory_printf("n%d", number);
    struct embed_guest guest = {.name = name, .off = off};
    embed_define(&guest);
}

static unsigned calls_of_a_sample(const struct interest *interest, size_t expected_vms)
{
    struct error err = {0};
    atomic_store(&calls, 0);
    struct host_snapshot *host = driver->ops->sample(driver, interest, &err);
    ck_assert_msg(host != NULL, "%s", err.text);
    ck_assert_uint_eq(host->vm_count, expected_vms);
    host_snapshot_unref(host);
    return atomic_load(&calls);
}

// After what is read once for each VM has been read.
static unsigned settled_calls(const struct interest *interest, size_t expected_vms)
{
    for (int i = 0; i < 10; i++)
        calls_of_a_sample(interest, expected_vms);
    return calls_of_a_sample(interest, expected_vms);
}

START_TEST(the_same_for_one_and_for_a_hundred)
{
    static const struct interest none, all = {.all = true};
    struct interest one = {.visible_count = 1};
    define(0, false);
    memcpy(one.visible[0], embed_sample(driver, "n0")->uuid, VM_UUID_SIZE);
    unsigned none_alone = settled_calls(&none, 1), all_alone = settled_calls(&all, 1),
             one_alone = settled_calls(&one, 1);
    ck_assert_uint_ge(none_alone, 2);
    ck_assert_uint_le(none_alone, 10);
    for (int i = 1; i < DEFINED; i++)
        define(i, i >= RUNNING);
    ck_assert_uint_eq(settled_calls(&none, DEFINED), none_alone);
    ck_assert_uint_eq(settled_calls(&all, DEFINED), all_alone);
    ck_assert_uint_eq(settled_calls(&one, DEFINED), one_alone);
}
END_TEST

// Nobody looks at them, and still each is asked within some ten seconds (ten rounds of a second).
START_TEST(the_rest_is_asked_in_turn)
{
    static const struct interest none;
    struct error err = {0};
    for (int i = 0; i < RUNNING; i++)
        define(i, false);
    for (int i = 0; i < 10; i++)
        calls_of_a_sample(&none, RUNNING);
    uint64_t before_ns = clock_monotonic_ns();
    struct host_snapshot *host = driver->ops->sample(driver, &none, &err);
    ck_assert_msg(host != NULL, "%s", err.text);
    size_t fresh = 0;
    for (size_t i = 0; i < host->vm_count; i++) {
        ck_assert(host->vms[i].valid & VM_HAS_RSS);
        fresh += host->vms[i].sampled_ns > before_ns;
    }
    // Some of them each time, not all.
    ck_assert_uint_ge(fresh, 1);
    ck_assert_uint_lt(fresh, RUNNING / 2);
    host_snapshot_unref(host);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("embed_round_trips");
    TCase *tests = tcase_create("calls");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_same_for_one_and_for_a_hundred);
    tcase_add_test(tests, the_rest_is_asked_in_turn);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 200);
}
