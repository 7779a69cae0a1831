// SPDX-License-Identifier: GPL-2.0-or-later
// Memory and vCPUs of libvirt's mock VM, as `vmtui resize` changes them: now and for the next boot.
// libvirt's two setters are looked at, and made to fail, on their way.
#include <dlfcn.h>
#include <libvirt/libvirt.h>
#include <string.h>

#include "backend/driver.h"
#include "check_main.h"
#include "core/command/command.h"
#include "core/memory.h"

static struct driver *driver;
static unsigned memory_flags[4], vcpu_flags[4];
static size_t memory_calls, vcpu_calls;
static unsigned failing; // flags of the calls that fail

int virDomainSetMemoryFlags(virDomainPtr vm, unsigned long kib, unsigned flags)
{
    int (*real)(virDomainPtr, unsigned long, unsigned) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "virDomainSetMemoryFlags");
    ck_assert_ptr_nonnull(real);
    if (memory_calls < ARRAY_COUNT(memory_flags))
        memory_flags[memory_calls++] = flags;
    return real(vm, flags == failing ? 0 : kib, flags);
}

int virDomainSetVcpusFlags(virDomainPtr vm, unsigned count, unsigned flags)
{
    int (*real)(virDomainPtr, unsigned, unsigned) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "virDomainSetVcpusFlags");
    ck_assert_ptr_nonnull(real);
    if (vcpu_calls < ARRAY_COUNT(vcpu_flags))
        vcpu_flags[vcpu_calls++] = flags;
    return real(vm, flags == failing ? 0 : count, flags);
}

static void setup(void)
{
    struct driver_settings settings = {.tick_s = 1};
    struct error err = {0};
    driver = libvirt_driver_ops.open("test:///default", &settings, &err);
    ck_assert_msg(driver != NULL, "%s", err.text);
    memory_calls = vcpu_calls = 0;
    failing = 0;
}

static void teardown(void)
{
    driver->ops->close(driver);
}

static struct host_snapshot *sample(void)
{
    struct interest interest = {.all = true};
    struct error err = {0};
    struct host_snapshot *host = driver->ops->sample(driver, &interest, &err);
    ck_assert_msg(host != NULL, "%s", err.text);
    ck_assert_uint_eq(host->vm_count, 1);
    return host;
}

// Runs the line on the one VM, in every operation that it is made into; the last one's error.
static struct error run(const char *line)
{
    struct command_call call = {0};
    struct operation *operations[COMMAND_OPERATION_MAX] = {NULL};
    struct operation_control control = {0};
    struct error err = {0};
    struct host_snapshot *host = sample();
    ck_assert_msg(command_parse_line(&call, line, &err), "%s", err.text);
    size_t count = command_to_operations(&call, host, &host->vms[0], operations, &err);
    ck_assert_msg(count > 0, "%s", err.text);
    for (size_t i = 0; i < count; i++) {
        if (!driver->ops->execute(driver, operations[i], &control, &err))
            ck_assert_int_ne(err.kind, ERROR_NONE);
        operation_destroy(operations[i]);
    }
    command_call_finish(&call);
    host_snapshot_unref(host);
    return err;
}

// What the next sample says of it.
static void check_vm(unsigned long memory_kib, int vcpus)
{
    struct host_snapshot *host = sample();
    ck_assert_uint_eq(host->vms[0].balloon_kib, memory_kib);
    ck_assert_uint_eq(host->vms[0].vcpus_current, (unsigned)vcpus);
    host_snapshot_unref(host);
}

// The next boot's values, seen by booting.
static void reboot(void)
{
    static const enum operation_kind kinds[] = {OPERATION_FORCE_OFF, OPERATION_START};
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        struct host_snapshot *host = sample();
        struct operation *operation = operation_create(kinds[i], &host->vms[0], "test");
        struct operation_control control = {0};
        struct error err = {0};
        ck_assert_msg(driver->ops->execute(driver, operation, &control, &err), "%s", err.text);
        operation_destroy(operation);
        host_snapshot_unref(host);
    }
}

START_TEST(memory_changes_now_and_for_the_next_boot)
{
    struct error err = run("resize test --memory 1000M");
    ck_assert_msg(err.kind == ERROR_NONE, "%s", err.text);
    ck_assert_uint_eq(memory_calls, 2);
    ck_assert_uint_eq(memory_flags[0], VIR_DOMAIN_MEM_LIVE);
    ck_assert_uint_eq(memory_flags[1], VIR_DOMAIN_MEM_CONFIG);
    check_vm(1024000, 2);
    reboot();
    check_vm(1024000, 2);
}
END_TEST

START_TEST(vcpus_change_now_and_for_the_next_boot)
{
    struct error err = run("resize test --vcpus 1");
    ck_assert_msg(err.kind == ERROR_NONE, "%s", err.text);
    ck_assert_uint_eq(vcpu_calls, 2);
    ck_assert_uint_eq(vcpu_flags[0], VIR_DOMAIN_VCPU_LIVE);
    ck_assert_uint_eq(vcpu_flags[1], VIR_DOMAIN_VCPU_CONFIG);
    check_vm(2097152, 1);
    reboot();
    check_vm(2097152, 1);
}
END_TEST

static const struct {
    const char *line;
    unsigned failing;
    unsigned long memory_kib;
    int vcpus;
    const char *text;
} halves[] = {
    {"resize test --memory 1000M", VIR_DOMAIN_MEM_CONFIG, 1024000, 2,
     "the memory of test changed now, but not for the next boot: "},
    {"resize test --vcpus 1", VIR_DOMAIN_VCPU_CONFIG, 2097152, 1,
     "the vCPUs of test changed now, but not for the next boot: "},
};

START_TEST(half_of_it_is_told)
{
    failing = halves[_i].failing;
    struct error err = run(halves[_i].line);
    ck_assert_int_ne(err.kind, ERROR_NONE);
    ck_assert_msg(strncmp(err.text, halves[_i].text, strlen(halves[_i].text)) == 0, "%s", err.text);
    ck_assert_str_ne(err.text + strlen(halves[_i].text), "");
    check_vm(halves[_i].memory_kib, halves[_i].vcpus);
}
END_TEST

// When the first half fails nothing was done, and the second is not tried.
START_TEST(nothing_is_done_for_the_next_boot_when_now_fails)
{
    failing = VIR_DOMAIN_MEM_LIVE;
    struct error err = run("resize test --memory 1000M");
    ck_assert_int_ne(err.kind, ERROR_NONE);
    ck_assert_ptr_null(strstr(err.text, "next boot"));
    ck_assert_uint_eq(memory_calls, 1);
    check_vm(2097152, 2);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("libvirt_resize");
    TCase *tests = tcase_create("resize");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, memory_changes_now_and_for_the_next_boot);
    tcase_add_test(tests, vcpus_change_now_and_for_the_next_boot);
    tcase_add_loop_test(tests, half_of_it_is_told, 0, ARRAY_COUNT(halves));
    tcase_add_test(tests, nothing_is_done_for_the_next_boot_when_now_fails);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(make_suite());
}
