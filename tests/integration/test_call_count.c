// SPDX-License-Identifier: GPL-2.0-or-later
// A tick costs the same number of round trips for 1 VM as for 100. This program's own functions
// stand before libvirt's of the same name: each counts its call and passes it on. What the backend
// imports and what is counted is compared, so that nothing new goes uncounted.
#include <dlfcn.h>
#include <libvirt/libvirt.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "guest/embed_fixture.h"

#define RUNNING_MOST 30
#define ALL_VMS      100
#define WARM_TICKS   3
#define TICKS        7

static atomic_uint total;
static atomic_bool counting; // while a sample runs

// Defines libvirt's NAME here.
#define COUNTED(type, name, parameters, arguments)                                                 \
    static unsigned name##_calls;                                                                  \
    type name parameters                                                                           \
    {                                                                                              \
        static _Atomic(void *) next;                                                               \
        type(*real) parameters;                                                                    \
        if (!atomic_load(&next))                                                                   \
            atomic_store(&next, dlsym(RTLD_NEXT, #name));                                          \
        void *found = atomic_load(&next);                                                          \
        memcpy(&real, &found, sizeof(real));                                                       \
        if (atomic_load(&counting)) {                                                              \
            atomic_fetch_add(&total, 1);                                                           \
            __atomic_add_fetch(&name##_calls, 1, __ATOMIC_RELAXED);                                \
        }                                                                                          \
        return real arguments;                                                                     \
    }

#define COUNTED_FUNCTIONS                                                                          \
    COUNTED(int, virConnectGetAllDomainStats,                                                      \
            (virConnectPtr a, unsigned b, virDomainStatsRecordPtr **c, unsigned d), (a, b, c, d))  \
    COUNTED(int, virDomainListGetStats,                                                            \
            (virDomainPtr * a, unsigned b, virDomainStatsRecordPtr **c, unsigned d), (a, b, c, d)) \
    COUNTED(int, virConnectListAllDomains, (virConnectPtr a, virDomainPtr * *b, unsigned c),       \
            (a, b, c))                                                                             \
    COUNTED(virDomainPtr, virDomainLookupByUUIDString, (virConnectPtr a, const char *b), (a, b))   \
    COUNTED(virDomainPtr, virDomainLookupByName, (virConnectPtr a, const char *b), (a, b))         \
    COUNTED(char *, virDomainGetXMLDesc, (virDomainPtr a, unsigned b), (a, b))                     \
    COUNTED(int, virDomainIsPersistent, (virDomainPtr a), (a))                                     \
    COUNTED(int, virDomainIsActive, (virDomainPtr a), (a))                                         \
    COUNTED(int, virDomainHasManagedSaveImage, (virDomainPtr a, unsigned b), (a, b))               \
    COUNTED(int, virDomainGetAutostart, (virDomainPtr a, int *b), (a, b))                          \
    COUNTED(int, virDomainSnapshotNum, (virDomainPtr a, unsigned b), (a, b))                       \
    COUNTED(int, virDomainListAllSnapshots,                                                        \
            (virDomainPtr a, virDomainSnapshotPtr * *b, unsigned c), (a, b, c))                    \
    COUNTED(virDomainSnapshotPtr, virDomainSnapshotCurrent, (virDomainPtr a, unsigned b), (a, b))  \
    COUNTED(char *, virDomainSnapshotGetXMLDesc, (virDomainSnapshotPtr a, unsigned b), (a, b))     \
    COUNTED(int, virDomainListAllCheckpoints,                                                      \
            (virDomainPtr a, virDomainCheckpointPtr * *b, unsigned c), (a, b, c))                  \
    COUNTED(int, virDomainGetState, (virDomainPtr a, int *b, int *c, unsigned d), (a, b, c, d))    \
    COUNTED(int, virDomainGetInfo, (virDomainPtr a, virDomainInfoPtr b), (a, b))                   \
    COUNTED(int, virDomainGetControlInfo, (virDomainPtr a, virDomainControlInfoPtr b, unsigned c), \
            (a, b, c))                                                                             \
    COUNTED(int, virDomainGetBlockInfo,                                                            \
            (virDomainPtr a, const char *b, virDomainBlockInfoPtr c, unsigned d), (a, b, c, d))    \
    COUNTED(int, virDomainGetVcpusFlags, (virDomainPtr a, unsigned b), (a, b))                     \
    COUNTED(int, virDomainGetJobStats,                                                             \
            (virDomainPtr a, int *b, virTypedParameterPtr *c, int *d, unsigned e),                 \
            (a, b, c, d, e))                                                                       \
    COUNTED(int, virDomainMemoryStats,                                                             \
            (virDomainPtr a, virDomainMemoryStatPtr b, unsigned c, unsigned d), (a, b, c, d))      \
    COUNTED(int, virDomainSetMemoryStatsPeriod, (virDomainPtr a, int b, unsigned c), (a, b, c))    \
    COUNTED(int, virNodeGetInfo, (virConnectPtr a, virNodeInfoPtr b), (a, b))                      \
    COUNTED(int, virNodeGetCPUStats,                                                               \
            (virConnectPtr a, int b, virNodeCPUStatsPtr c, int *d, unsigned e), (a, b, c, d, e))   \
    COUNTED(int, virNodeGetMemoryStats,                                                            \
            (virConnectPtr a, int b, virNodeMemoryStatsPtr c, int *d, unsigned e),                 \
            (a, b, c, d, e))                                                                       \
    COUNTED(virConnectPtr, virConnectOpen, (const char *a), (a))                                   \
    COUNTED(virConnectPtr, virConnectOpenReadOnly, (const char *a), (a))                           \
    COUNTED(char *, virConnectGetHostname, (virConnectPtr a), (a))                                 \
    COUNTED(int, virConnectGetVersion, (virConnectPtr a, unsigned long *b), (a, b))                \
    COUNTED(int, virConnectGetLibVersion, (virConnectPtr a, unsigned long *b), (a, b))             \
    COUNTED(                                                                                       \
        char *, virConnectGetDomainCapabilities,                                                   \
        (virConnectPtr a, const char *b, const char *c, const char *d, const char *e, unsigned f), \
        (a, b, c, d, e, f))

COUNTED_FUNCTIONS

#undef COUNTED
#define COUNTED(type, name, parameters, arguments) {#name, &name##_calls},
static const struct {
    const char *name;
    unsigned *calls;
} counted[] = {COUNTED_FUNCTIONS};

// They read what is in this process already, or release it.
static const char *const local[] = {"virDomainGetUUIDString",  "virDomainGetName",
                                    "virDomainGetID",          "virDomainRef",
                                    "virDomainFree",           "virDomainSnapshotGetName",
                                    "virDomainSnapshotFree",   "virDomainStatsRecordListFree",
                                    "virConnectRef",           "virConnectClose",
                                    "virEventRemoveTimeout",   "virEventAddTimeout",
                                    "virConnectIsAlive",       "virConnectGetType",
                                    "virConnectSetKeepAlive",  "virTypedParamsGet",
                                    "virTypedParamsGetULLong", "virTypedParamsFree",
                                    "virGetLastError",         "virGetLastErrorCode",
                                    "virGetLastErrorMessage",  "virSetErrorFunc",
                                    "virInitialize",           "virEventRegisterDefaultImpl",
                                    "virEventRunDefaultImpl",  "virStorageVolFree"};

// Only ever called because somebody asked for it, or once a connection; none of them by a sample.
static const char *const on_request[] = {"virDomainCreate",
                                         "virDomainCreateWithFlags",
                                         "virDomainDestroy",
                                         "virDomainShutdown",
                                         "virDomainShutdownFlags",
                                         "virDomainReboot",
                                         "virDomainReset",
                                         "virDomainSuspend",
                                         "virDomainResume",
                                         "virDomainPMWakeup",
                                         "virDomainManagedSave",
                                         "virDomainAbortJob",
                                         "virDomainSetAutostart",
                                         "virDomainRename",
                                         "virDomainDefineXML",
                                         "virDomainUndefine",
                                         "virDomainUndefineFlags",
                                         "virDomainSnapshotCreateXML",
                                         "virDomainSnapshotLookupByName",
                                         "virDomainRevertToSnapshot",
                                         "virDomainSnapshotDelete",
                                         "virDomainSetVcpusFlags",
                                         "virDomainSetMemoryFlags",
                                         "virDomainBlockResize",
                                         "virDomainOpenConsole",
                                         "virStorageVolLookupByPath",
                                         "virStorageVolResize",
                                         "virStorageVolDelete",
                                         "virStorageVolGetXMLDesc",
                                         "virStreamNew",
                                         "virStreamFree",
                                         "virStreamSend",
                                         "virStreamRecv",
                                         "virStreamAbort",
                                         "virStreamEventAddCallback",
                                         "virStreamEventUpdateCallback",
                                         "virStreamEventRemoveCallback",
                                         "virConnectRegisterCloseCallback",
                                         "virConnectUnregisterCloseCallback",
                                         "virConnectDomainEventRegisterAny",
                                         "virConnectDomainEventDeregisterAny"};

static bool is_counted(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(counted); i++)
        if (strcmp(counted[i].name, name) == 0)
            return true;
    return false;
}

static bool is_known(const char *name)
{
    bool known = is_counted(name);
    for (size_t i = 0; i < ARRAY_COUNT(local); i++)
        known |= strcmp(local[i], name) == 0;
    for (size_t i = 0; i < ARRAY_COUNT(on_request); i++)
        known |= strcmp(on_request[i], name) == 0;
    return known;
}

START_TEST(every_function_of_libvirt_that_the_backend_calls_is_known_here)
{
    const char *build = getenv("BUILD");
    AUTO_FREE char *library = memory_printf("%s/libvmtui.a", build ? build : "build");
    AUTO_FREE char *command = memory_printf("nm -u '%s' 2>/dev/null | sort -u", library);
    char line[256], name[256];
    unsigned found = 0;
    const char *const try_nm[] = {"sh", "-c", "nm --version > /dev/null 2>&1", NULL};
    if (embed_run_program(try_nm) != 0) {
        SKIP_TEST("the list of counted functions", "there is no nm (package binutils)");
        return;
    }
    FILE *listing = popen(command, "re");
    ck_assert_ptr_nonnull(listing);
    while (fgets(line, sizeof(line), listing))
        // libvirt's functions, as opposed to anything else that begins like that
        if (sscanf(line, " U %255s", name) == 1 && strncmp(name, "vir", 3) == 0 && name[3] >= 'A' &&
            name[3] <= 'Z') {
            found++;
            ck_assert_msg(is_known(name), "%s: is it a round trip? then count it", name);
        }
    ck_assert_int_eq(pclose(listing), 0);
    ck_assert_uint_gt(found, 50);
}
END_TEST

static struct driver *driver;

static void open_engine(void)
{
    driver = embed_open();
}

static void close_engine(void)
{
    driver->ops->close(driver);
}

// As a screen would have it: some of them are looked at, one is in focus.
static void choose_interest(struct interest *interest)
{
    struct error err = {0};
    struct host_snapshot *snapshot = driver->ops->sample(driver, NULL, &err);
    ck_assert_msg(snapshot != NULL, "%s", err.text);
    host_snapshot_freeze(snapshot);
    for (size_t i = 0; i < snapshot->vm_count && i < 12; i++)
        memcpy(interest->visible[interest->visible_count++], snapshot->vms[i].uuid, VM_UUID_SIZE);
    memcpy(interest->focus, snapshot->vms[0].uuid, VM_UUID_SIZE);
    host_snapshot_unref(snapshot);
}

static int compare_numbers(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

struct tick_cost {
    size_t vms, running;
    unsigned calls; // the median of the ticks
    struct str text;
};

static unsigned count_one(const struct interest *interest, struct tick_cost *cost)
{
    struct error err = {0};
    atomic_store(&total, 0);
    for (size_t i = 0; i < ARRAY_COUNT(counted); i++)
        __atomic_store_n(counted[i].calls, 0, __ATOMIC_RELAXED);
    atomic_store(&counting, true);
    struct host_snapshot *snapshot = driver->ops->sample(driver, interest, &err);
    atomic_store(&counting, false);
    ck_assert_msg(snapshot != NULL, "%s", err.text);
    host_snapshot_freeze(snapshot);
    cost->vms = snapshot->vm_count;
    cost->running = 0;
    for (size_t i = 0; i < snapshot->vm_count; i++)
        cost->running += snapshot->vms[i].state == VM_STATE_RUNNING;
    host_snapshot_unref(snapshot);
    str_clear(&cost->text);
    for (size_t i = 0; i < ARRAY_COUNT(counted); i++)
        if (*counted[i].calls > 0)
            str_printf(&cost->text, "%s %u, ", counted[i].name, *counted[i].calls);
    return atomic_load(&total);
}

// The median, because a tick in which something was late looks for the culprit, VM by VM.
static struct tick_cost cost_of_a_tick(void)
{
    struct tick_cost cost = {0};
    struct interest *interest = memory_alloc(sizeof(*interest));
    unsigned calls[TICKS];
    str_init(&cost.text);
    choose_interest(interest);
    for (unsigned i = 0; i < WARM_TICKS; i++)
        count_one(interest, &cost);
    for (unsigned i = 0; i < TICKS; i++) {
        calls[i] = count_one(interest, &cost);
        clock_sleep_ms(100);
    }
    qsort(calls, TICKS, sizeof(calls[0]), compare_numbers);
    cost.calls = calls[TICKS / 2];
    free(interest);
    return cost;
}

static void add_guests(unsigned from, unsigned to, bool off)
{
    for (unsigned i = from; i < to; i++) {
        AUTO_FREE char *name = memory_printf("vm%u", i);
        AUTO_FREE char *disk = embed_boot_disk(name, "raw");
        embed_define(
            &(struct embed_guest){.name = name, .disk = disk, .format = "raw", .off = off});
    }
}

START_TEST(a_tick_costs_the_same_for_one_and_for_a_hundred)
{
    add_guests(0, 1, false);
    struct tick_cost one = cost_of_a_tick();
    ck_assert_uint_eq(one.vms, 1);
    ck_assert_uint_eq(one.running, 1);
    add_guests(1, RUNNING_MOST, false);
    add_guests(RUNNING_MOST, ALL_VMS, true);
    struct tick_cost many = cost_of_a_tick();
    ck_assert_uint_eq(many.vms, ALL_VMS);
    ck_assert_uint_eq(many.running, RUNNING_MOST);
    printf("a tick's calls: %s for one VM, %s for a hundred\n", one.text.text, many.text.text);
    ck_assert_msg(one.calls == many.calls, "one VM: %u (%s); %u VMs: %u (%s)", one.calls,
                  one.text.text, ALL_VMS, many.calls, many.text.text);
    // The two bulk calls, and one VM's definition in turn.
    ck_assert_uint_ge(many.calls, 2);
    ck_assert_uint_le(many.calls, 10);
    str_finish(&one.text);
    str_finish(&many.text);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("call count");
    TCase *tcase = tcase_create("calls");
    tcase_add_unchecked_fixture(tcase, open_engine, close_engine);
    tcase_add_test(tcase, every_function_of_libvirt_that_the_backend_calls_is_known_here);
    tcase_add_test(tcase, a_tick_costs_the_same_for_one_and_for_a_hundred);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 280);
}
