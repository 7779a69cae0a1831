// SPDX-License-Identifier: GPL-2.0-or-later
// Defaults that scale down, and each broken rule with its words.
#include <math.h>
#include <string.h>

#include "allocator/allocator_fixture.h"
#include "check_main.h"

START_TEST(defaults_of_a_large_vm)
{
    struct vm_policy policy;
    struct vm_limits limits;
    vm_policy_init(&policy);
    ck_assert_int_eq(policy.mem, ALLOCATOR_ADVISE);
    ck_assert_int_eq(policy.cpu, ALLOCATOR_ADVISE);
    ck_assert_double_eq(policy.shares, 1000);
    vm_limits_make(&limits, &policy, 8 * GIB);
    ck_assert_int_eq(limits.min_kib, 2 * GIB);
    ck_assert_int_eq(limits.max_kib, 8 * GIB);
    ck_assert_int_eq(limits.headroom_kib, 256 * MIB);
    ck_assert_int_eq(limits.step_kib, 64 * MIB);
    ck_assert_int_eq(limits.progress_kib, 16 * MIB);
    ck_assert_int_eq(limits.overhead_kib, 128 * MIB);
}
END_TEST

START_TEST(defaults_scale_down)
{
    struct vm_policy policy;
    struct vm_limits limits;
    struct host_policy host;
    vm_policy_init(&policy);
    host_policy_init(&host);
    vm_limits_make(&limits, &policy, 128 * MIB);
    ck_assert_int_eq(limits.min_kib, 48 * MIB);
    ck_assert_int_eq(limits.headroom_kib, 16 * MIB);
    ck_assert_int_eq(limits.step_kib, 4 * MIB);
    ck_assert_int_eq(limits.progress_kib, 1 * MIB);
    ck_assert_int_eq(limits.overhead_kib, 32 * MIB);
    ck_assert_int_eq(host_reserve_kib(&host, 4 * GIB), 1 * GIB);
    ck_assert_int_eq(host_reserve_kib(&host, 16 * GIB), 2 * GIB);
    ck_assert_int_eq(host_reserve_kib(&host, 100 * GIB), 6 * GIB);
}
END_TEST

START_TEST(minimum_is_never_above_maximum)
{
    struct vm_policy policy;
    struct vm_limits limits;
    vm_policy_init(&policy);
    policy.mem_max_kib = 1 * GIB;
    policy.mem_min_kib = 3 * GIB;
    vm_limits_make(&limits, &policy, 8 * GIB);
    ck_assert_int_eq(limits.min_kib, 1 * GIB);
    ck_assert_int_eq(limits.max_kib, 1 * GIB);
}
END_TEST

static struct vm_policy good(void)
{
    struct vm_policy policy;
    vm_policy_init(&policy);
    return policy;
}

static void refuse(struct vm_policy policy, const char *rule)
{
    struct error err = {0};
    ck_assert(!vm_policy_check(&policy, 8 * GIB, 4, &err));
    ck_assert_int_eq(err.kind, ERROR_INVALID);
    ck_assert_msg(strstr(err.text, rule) != NULL, "said \"%s\"", err.text);
}

START_TEST(a_bad_policy_is_refused_with_its_rule)
{
    struct vm_policy policy = good();
    struct error err = {0};
    ck_assert(vm_policy_check(&policy, 8 * GIB, 4, &err));
    policy.mem_min_kib = 9 * GIB;
    refuse(policy, "mem_min (9.0 GiB) is above mem_max (8.0 GiB)");
    policy = good();
    policy.mem_min_kib = 4 * GIB;
    policy.mem_max_kib = 2 * GIB;
    refuse(policy, "mem_min (4.0 GiB) is above mem_max (2.0 GiB)");
    policy.mem_max_kib = 16 * GIB;
    refuse(policy, "mem_max (16.0 GiB) is above what the VM may have (8.0 GiB)");
    policy.mem_max_kib = 0;
    refuse(policy, "mem_max cannot be 0");
    policy = good();
    policy.mem_min_kib = -2;
    refuse(policy, "cannot be below 0");
    policy = good();
    policy.shares = 0;
    refuse(policy, "shares must be from 1 to 1000000");
    policy.shares = NAN;
    refuse(policy, "shares must be");
    policy = good();
    policy.priority = 5000;
    refuse(policy, "priority must be from -1000 to 1000");
    policy = good();
    policy.cpu_reservation = 5;
    refuse(policy, "cpu_reservation (5.00) is above the number of vCPUs (4)");
    policy.cpu_limit = 2;
    refuse(policy, "cpu_reservation (5.00) is above cpu_limit (2.00)");
    policy = good();
    policy.cpu_limit = -1;
    refuse(policy, "numbers of CPUs, 0 or more");
    policy.cpu_limit = 0.001;
    refuse(policy, "cpu_limit cannot be below 0.01");
}
END_TEST

static void refuse_host(struct host_policy policy, const char *rule)
{
    struct error err = {0};
    ck_assert(!host_policy_check(&policy, 64 * GIB, &err));
    ck_assert_msg(strstr(err.text, rule) != NULL, "said \"%s\"", err.text);
}

START_TEST(a_bad_host_policy_is_refused_with_its_rule)
{
    struct host_policy host, fine;
    struct error err = {0};
    host_policy_init(&fine);
    ck_assert(host_policy_check(&fine, 64 * GIB, &err));
    host = fine;
    host.mem_reserve_kib = 64 * GIB;
    refuse_host(host, "mem_reserve (64.0 GiB) leaves nothing of the host's 64.0 GiB");
    host.mem_reserve_kib = -5;
    refuse_host(host, "mem_reserve cannot be below 0");
    host = fine;
    host.overcommit = 9;
    refuse_host(host, "overcommit must be from 0.1 to 4.0");
    host = fine;
    host.ready_pool = 0.9;
    refuse_host(host, "ready_pool must be from 0.0 to 0.5");
    host = fine;
    host.cpu_reserve = -0.1;
    refuse_host(host, "cpu_reserve must be");
    host = fine;
    host.idle_tax = 1;
    refuse_host(host, "idle_tax must be from 0.0 to 0.99");
    ck_assert(policies_fit(&fine, 64 * GIB, 8, 40 * GIB, 7, &err));
    ck_assert(!policies_fit(&fine, 64 * GIB, 8, 61 * GIB, 7, &err));
    ck_assert_ptr_nonnull(
        strstr(err.text, "mem_min add up to 61.0 GiB, the host can give 60.2 GiB"));
    ck_assert(!policies_fit(&fine, 64 * GIB, 8, 40 * GIB, 8, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "add up to 8.00 CPUs, the host can give 7.60 CPUs"));
}
END_TEST

static Suite *policy_suite(void)
{
    Suite *suite = suite_create("policy");
    TCase *tcase = tcase_create("policy");
    tcase_add_test(tcase, defaults_of_a_large_vm);
    tcase_add_test(tcase, defaults_scale_down);
    tcase_add_test(tcase, minimum_is_never_above_maximum);
    tcase_add_test(tcase, a_bad_policy_is_refused_with_its_rule);
    tcase_add_test(tcase, a_bad_host_policy_is_refused_with_its_rule);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return check_main(policy_suite());
}
