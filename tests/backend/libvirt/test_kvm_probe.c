// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/kvm_probe.h"

#include <stdlib.h>
#include <unistd.h>

#include "check_main.h"

static char path[] = "/tmp/vmt-cpuinfo.XXXXXX";

static void write_cpuinfo(const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void setup(void)
{
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void teardown(void)
{
    unlink(path);
}

static void expect(const char *device, bool usable, const char *why)
{
    struct str text;
    str_init(&text);
    ck_assert_int_eq(kvm_probe_paths(device, path, &text), usable);
    ck_assert_str_eq(text.text, why);
    str_finish(&text);
}

START_TEST(flags_decide_on_x86)
{
    write_cpuinfo("processor\t: 0\nflags\t\t: fpu vme svm sse\n");
    expect("/dev/null", true, "");
    write_cpuinfo("flags\t\t: fpu vmx\n");
    expect("/dev/null", true, "");
    write_cpuinfo("flags\t\t: fpu vmxx xsvm sse\nbugs\t: vmx\n");
    expect("/dev/null", false, "/dev/null is there, but the processor shows neither vmx nor svm");
}
END_TEST

START_TEST(without_flags_the_device_decides)
{
    write_cpuinfo("processor\t: 0\nFeatures\t: fp asimd\n");
    expect("/dev/null", true, "");
}
END_TEST

START_TEST(a_missing_device_is_named)
{
    write_cpuinfo("flags\t\t: svm\n");
    expect("/nonexistent/kvm", false,
           "/nonexistent/kvm is missing: virtualization is off in the firmware, or the kvm module "
           "is not loaded");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("kvm_probe");
    TCase *tests = tcase_create("probe");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, flags_decide_on_x86);
    tcase_add_test(tests, without_flags_the_device_decides);
    tcase_add_test(tests, a_missing_device_is_named);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(make_suite());
}
