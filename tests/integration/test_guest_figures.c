// SPDX-License-Identifier: GPL-2.0-or-later
// What vmtui says about a running guest against what /proc says about its QEMU, and against what
// the guest itself says on its console.
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"
#include "guest/linux_guest.h"
#include "monitor/rates.h"

#define MIB     (UINT64_C(1024) * 1024)
#define MIB_KIB UINT64_C(1024)

static struct driver *driver;
static struct guest_shell *calm; // in the guest of that name; the other one is "busy"

static void start_guests(void)
{
    driver = embed_open();
    AUTO_FREE char *disk = linux_guest_disk("calm.qcow2", 64);
    linux_guest_define(&(struct linux_guest){.name = "calm", .disk = disk, .memory_mib = 192});
    linux_guest_define(&(struct linux_guest){.name = "busy", .words = "busy"});
    calm = guest_shell_open(driver, "calm");
    guest_shell_close(guest_shell_open(driver, "busy"));
}

static void close_all(void)
{
    guest_shell_close(calm);
    driver->ops->close(driver);
}

// --- CPU ---

// User and system time in a stat file of /proc.
static uint64_t cpu_time_in(const char *path)
{
    char line[1024] = "";
    unsigned long long user = 0, system = 0;
    FILE *file = fopen(path, "re");
    ck_assert_msg(file != NULL, "%s", path);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    fclose(file);
    const char *fields = strrchr(line, ')'); // the name before it may hold anything
    ck_assert_ptr_nonnull(fields);
    ck_assert_int_eq(
        sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &system),
        2);
    return (user + system) * (NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK));
}

static bool has_line(const char *path, const char *text)
{
    char line[64] = "";
    FILE *file = fopen(path, "re");
    if (file && !fgets(line, sizeof(line), file))
        line[0] = '\0';
    if (file)
        fclose(file);
    return str_starts_with(line, text);
}

// The thread that runs the guest's first vCPU.
static char *vcpu_stat_path(pid_t pid)
{
    AUTO_FREE char *tasks = memory_printf("/proc/%d/task", (int)pid);
    char *path = NULL;
    DIR *folder = opendir(tasks);
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; !path && (entry = readdir(folder));) {
        AUTO_FREE char *name = memory_printf("%s/%s/comm", tasks, entry->d_name);
        if (has_line(name, "CPU 0/"))
            path = memory_printf("%s/%s/stat", tasks, entry->d_name);
    }
    closedir(folder);
    ck_assert_ptr_nonnull(path);
    return path;
}

struct moment {
    struct vm_sample vm;
    uint64_t process_ns, vcpu_ns; // as /proc says, right after the sample
};

static void take_moment(const char *name, struct moment *moment)
{
    AUTO_FREE char *process = memory_printf("/proc/%d/stat", (int)embed_pid(name));
    AUTO_FREE char *vcpu = vcpu_stat_path(embed_pid(name));
    const struct vm_sample *vm = embed_sample(driver, name);
    moment->process_ns = cpu_time_in(process);
    moment->vcpu_ns = cpu_time_in(vcpu);
    vm_sample_copy(&moment->vm, vm);
    embed_release();
}

// Both in milliseconds of CPU time in the same interval.
static void assert_agree(const char *what, uint64_t shown_ns, uint64_t proc_ns)
{
    double shown_ms = (double)shown_ns / 1e6, proc_ms = (double)proc_ns / 1e6;
    double allowed_ms = 150 + 0.1 * proc_ms;
    ck_assert_msg(shown_ms > proc_ms - allowed_ms && shown_ms < proc_ms + allowed_ms,
                  "%s: shown %.0f ms, /proc says %.0f ms", what, shown_ms, proc_ms);
}

static void assert_cpu_time(const char *name, struct moment *was, struct moment *is)
{
    take_moment(name, was);
    clock_sleep_ms(3000);
    take_moment(name, is);
    ck_assert(is->vm.valid & VM_HAS_CPU_TIME);
    ck_assert_uint_eq(is->vm.vcpu_count, 1);
    ck_assert(is->vm.vcpus[0].has_time);
    assert_agree("the VM", is->vm.cpu_time_ns - was->vm.cpu_time_ns,
                 is->process_ns - was->process_ns);
    assert_agree("its vCPU", is->vm.vcpus[0].time_ns - was->vm.vcpus[0].time_ns,
                 is->vcpu_ns - was->vcpu_ns);
}

START_TEST(a_busy_vcpu_shows_what_its_thread_uses)
{
    struct moment was = {0}, is = {0};
    struct vm_rates rates = {0};
    struct guest_report report = {0};
    assert_cpu_time("busy", &was, &is);
    ck_assert_int_eq(vm_rates_step(&rates, &report, NULL, &was.vm, clock_wall_ms()), RATES_BEGUN);
    ck_assert_int_eq(vm_rates_step(&rates, &report, &was.vm, &is.vm, clock_wall_ms()),
                     RATES_MEASURED);
    // What it wants and does not get on a machine with other work to do is its ready time.
    ck_assert_uint_eq(rates.vcpu_count, 1);
    ck_assert_double_ge(rates.vcpus[0].ready_percent, 0);
    double wanted_percent = rates.vcpus[0].use_percent + rates.vcpus[0].ready_percent;
    ck_assert_msg(wanted_percent > 75 && wanted_percent < 125, "use %.0f %%, ready %.0f %%",
                  rates.vcpus[0].use_percent, rates.vcpus[0].ready_percent);
    vm_rates_finish(&rates);
    vm_sample_finish(&was.vm);
    vm_sample_finish(&is.vm);
}
END_TEST

START_TEST(an_idle_guest_shows_what_its_qemu_uses)
{
    struct moment was = {0}, is = {0};
    assert_cpu_time("calm", &was, &is);
    vm_sample_finish(&was.vm);
    vm_sample_finish(&is.vm);
}
END_TEST

// --- memory ---

static bool has_memory_figures(const struct vm_sample *vm, uint64_t number)
{
    const uint64_t wanted = VM_HAS_MEMORY_MAX | VM_HAS_BALLOON | VM_HAS_UNUSED | VM_HAS_AVAILABLE |
                            VM_HAS_USABLE | VM_HAS_CACHE | VM_HAS_SWAP | VM_HAS_MAJOR_FAULTS |
                            VM_HAS_RSS | VM_HAS_LAST_UPDATE;
    (void)number;
    return (vm->valid & wanted) == wanted;
}

static uint64_t guest_meminfo(const char *key)
{
    AUTO_FREE char *command = memory_printf("awk '/^%s:/ {print $2}' /proc/meminfo", key);
    return guest_shell_number(calm, command);
}

static void assert_near(const char *what, uint64_t shown_kib, uint64_t true_kib,
                        uint64_t allowed_kib)
{
    uint64_t apart = shown_kib > true_kib ? shown_kib - true_kib : true_kib - shown_kib;
    ck_assert_msg(apart <= allowed_kib, "%s: shown %llu KiB, in truth %llu KiB", what,
                  (unsigned long long)shown_kib, (unsigned long long)true_kib);
}

// Its definition asks for no reports; that the figures come at all is vmtui's doing.
START_TEST(memory_figures_are_the_guests_own)
{
    guest_wait(driver, "calm", 20, has_memory_figures, 0);
    AUTO_FREE char *filled = guest_shell_ask(calm, "dd if=/dev/zero of=/tmp/fill bs=1M count=24 "
                                                   "2>/dev/null; ls -l /tmp/fill | wc -l");
    ck_assert_str_eq(filled, "1");
    uint64_t total = guest_meminfo("MemTotal"), unused = guest_meminfo("MemFree");
    uint64_t usable = guest_meminfo("MemAvailable");
    uint64_t cache = guest_meminfo("Cached") + guest_meminfo("Buffers");
    clock_sleep_ms(5000); // two reports
    const struct vm_sample *vm = guest_wait(driver, "calm", 5, has_memory_figures, 0);
    ck_assert_uint_eq(vm->memory_max_kib, 192 * MIB_KIB);
    ck_assert_uint_eq(vm->balloon_kib, 192 * MIB_KIB);
    ck_assert_uint_eq(vm->available_kib, total);
    ck_assert_uint_ge(vm->cache_kib, 24 * MIB_KIB);
    assert_near("cache", vm->cache_kib, cache, 4 * MIB_KIB);
    assert_near("unused", vm->unused_kib, unused, 6 * MIB_KIB);
    assert_near("usable", vm->usable_kib, usable, 6 * MIB_KIB);
    embed_release();
    guest_shell_type(calm, "rm /tmp/fill");
}
END_TEST

static uint64_t rss_in_proc(pid_t pid)
{
    char line[256];
    unsigned long long kib = 0;
    AUTO_FREE char *path = memory_printf("/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    while (kib == 0 && fgets(line, sizeof(line), file))
        sscanf(line, "VmRSS: %llu", &kib);
    fclose(file);
    return kib;
}

START_TEST(rss_is_that_of_the_qemu_process)
{
    static const char *const names[] = {"calm", "busy"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const struct vm_sample *vm = embed_sample(driver, names[i]);
        uint64_t rss_kib = rss_in_proc(embed_pid(names[i]));
        ck_assert(vm->valid & VM_HAS_RSS);
        ck_assert_uint_gt(rss_kib, 20 * MIB_KIB);
        assert_near("RSS", vm->rss_kib, rss_kib, rss_kib / 5);
        embed_release();
    }
}
END_TEST

static bool has_balloon_of(const struct vm_sample *vm, uint64_t kib)
{
    return vm->balloon_kib == kib;
}

static bool has_available_of(const struct vm_sample *vm, uint64_t kib)
{
    return (vm->valid & VM_HAS_AVAILABLE) && vm->available_kib == kib;
}

START_TEST(the_balloon_moves_and_the_guest_follows)
{
    uint64_t before_kib = guest_meminfo("MemTotal");
    guest_do(driver, OPERATION_SET_BALLOON, "calm", NULL, 120 * MIB_KIB, OPERATION_FLAG_LIVE);
    guest_wait(driver, "calm", 30, has_balloon_of, 120 * MIB_KIB);
    ck_assert_uint_eq(guest_meminfo("MemTotal"), before_kib - 72 * MIB_KIB);
    guest_wait(driver, "calm", 15, has_available_of, before_kib - 72 * MIB_KIB);
    guest_do(driver, OPERATION_SET_BALLOON, "calm", NULL, 192 * MIB_KIB, OPERATION_FLAG_LIVE);
    guest_wait(driver, "calm", 30, has_balloon_of, 192 * MIB_KIB);
    ck_assert_uint_eq(guest_meminfo("MemTotal"), before_kib);
    guest_wait(driver, "calm", 15, has_available_of, before_kib);
    embed_release();
}
END_TEST

// --- disk ---

static struct disk_sample disk_now(void)
{
    const struct vm_sample *vm = embed_sample(driver, "calm");
    ck_assert_uint_eq(vm->disk_count, 1);
    ck_assert_str_eq(vm->disks[0].target, "vda");
    struct disk_sample disk = vm->disks[0];
    const unsigned wanted = DISK_HAS_READ | DISK_HAS_WRITE | DISK_HAS_READ_TIME |
                            DISK_HAS_WRITE_TIME | DISK_HAS_FLUSH | DISK_HAS_CAPACITY |
                            DISK_HAS_ALLOCATION;
    ck_assert_uint_eq(disk.valid & wanted, wanted);
    embed_release();
    disk.target = disk.source = NULL;
    return disk;
}

START_TEST(disk_counters_match_what_the_guest_moved)
{
    struct disk_sample was = disk_now();
    guest_shell_number(calm, "dd if=/dev/zero of=/dev/vda bs=64k count=64 conv=notrunc,fsync "
                             "2>/dev/null; echo $?");
    struct disk_sample is = disk_now();
    ck_assert_uint_ge(is.write_bytes - was.write_bytes, 4 * MIB);
    ck_assert_uint_lt(is.write_bytes - was.write_bytes, 8 * MIB);
    ck_assert_uint_gt(is.write_requests, was.write_requests);
    ck_assert_uint_gt(is.write_time_ns, was.write_time_ns);
    ck_assert_uint_gt(is.flush_requests, was.flush_requests);
    ck_assert_uint_eq(is.capacity_bytes, 64 * MIB);
    ck_assert_uint_ge(is.allocation_bytes, 4 * MIB);

    was = is;
    guest_shell_number(calm, "echo 3 > /proc/sys/vm/drop_caches; "
                             "dd if=/dev/vda of=/dev/null bs=64k count=64 2>/dev/null; echo $?");
    is = disk_now();
    ck_assert_uint_ge(is.read_bytes - was.read_bytes, 4 * MIB);
    ck_assert_uint_lt(is.read_bytes - was.read_bytes, 8 * MIB);
    ck_assert_uint_gt(is.read_requests, was.read_requests);
    ck_assert_uint_gt(is.read_time_ns, was.read_time_ns);
}
END_TEST

// --- states and restarts ---

static void assert_state(enum vm_state state, const char *reason)
{
    const struct vm_sample *vm = embed_sample(driver, "busy");
    ck_assert_str_eq(vm_state_name(vm->state), vm_state_name(state));
    ck_assert(vm->valid & VM_HAS_REASON);
    ck_assert_str_eq(vm->reason, reason);
    embed_release();
}

START_TEST(states_and_their_reasons_are_told)
{
    assert_state(VM_STATE_RUNNING, "booted");
    guest_do(driver, OPERATION_PAUSE, "busy", NULL, 0, 0);
    assert_state(VM_STATE_PAUSED, "user");
    guest_do(driver, OPERATION_RESUME, "busy", NULL, 0, 0);
    assert_state(VM_STATE_RUNNING, "resumed");
    guest_do(driver, OPERATION_FORCE_OFF, "busy", NULL, 0, 0);
    assert_state(VM_STATE_SHUT_OFF, "forced off");
    guest_do(driver, OPERATION_START, "busy", NULL, 0, 0);
    assert_state(VM_STATE_RUNNING, "booted");
    kill(embed_pid("busy"), SIGKILL);
    guest_wait(driver, "busy", 20, guest_has_state, VM_STATE_SHUT_OFF);
    assert_state(VM_STATE_SHUT_OFF, "crashed");
}
END_TEST

struct watching {
    struct vm_sample was;
    struct vm_rates rates;
    struct guest_report report;
    unsigned begun, measured;
};

// The guest writes nothing and reads little meanwhile: 4 MiB of earlier writes would be a spike.
static void watch_once(struct watching *watching)
{
    const struct vm_sample *is = embed_sample(driver, "calm");
    const struct vm_sample *was = watching->was.name ? &watching->was : NULL;
    enum rates_step step =
        vm_rates_step(&watching->rates, &watching->report, was, is, clock_wall_ms());
    watching->begun += step == RATES_BEGUN;
    watching->measured += step == RATES_MEASURED;
    const struct vm_rates *rates = &watching->rates;
    if (step == RATES_BEGUN) {
        ck_assert_double_eq(rates->cpu_percent, RATE_UNKNOWN);
        ck_assert_double_eq(rates->disk_write_bytes, RATE_UNKNOWN);
    } else if (step == RATES_MEASURED) {
        ck_assert_double_ge(rates->cpu_percent, 0);
        ck_assert_double_lt(rates->disk_write_bytes, 256 * 1024);
        ck_assert_double_lt(rates->disk_read_bytes, 1024 * 1024);
    }
    if (step != RATES_KEPT) {
        vm_sample_finish(&watching->was);
        watching->was = (struct vm_sample){0};
        vm_sample_copy(&watching->was, is);
    }
    embed_release();
}

static void watch_for(struct watching *watching, unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        watch_once(watching);
        clock_sleep_ms(500);
    }
}

static void watching_finish(struct watching *watching)
{
    vm_sample_finish(&watching->was);
    vm_rates_finish(&watching->rates);
}

static char *boot_id(void)
{
    return guest_shell_ask(calm, "cat /proc/sys/kernel/random/boot_id");
}

static void assert_survives(struct watching *watching, const char *typed)
{
    watch_for(watching, 2);
    struct vm_sample *was = &watching->was;
    uint64_t cpu_time_ns = was->cpu_time_ns, written = was->disks[0].write_bytes;
    pid_t pid = embed_pid("calm");
    AUTO_FREE char *boot_before = boot_id();
    if (typed)
        guest_shell_type(calm, typed);
    else
        guest_do(driver, OPERATION_RESET, "calm", NULL, 0, 0);
    watch_for(watching, 8);
    guest_shell_wait(calm);
    // The guest began anew, its QEMU did not.
    AUTO_FREE char *boot_after = boot_id();
    ck_assert_str_ne(boot_after, boot_before);
    ck_assert_int_eq(embed_pid("calm"), pid);
    ck_assert_uint_gt(watching->was.cpu_time_ns, cpu_time_ns);
    ck_assert_uint_ge(watching->was.disks[0].write_bytes, written);
}

START_TEST(reset_and_reboot_make_no_spike)
{
    struct watching watching = {0};
    guest_shell_number(calm, "dd if=/dev/zero of=/dev/vda bs=64k count=64 conv=notrunc,fsync "
                             "2>/dev/null; echo $?");
    assert_survives(&watching, NULL);
    assert_survives(&watching, "reboot -f");
    ck_assert_uint_eq(watching.begun, 1);
    ck_assert_uint_ge(watching.measured, 12);
    watching_finish(&watching);
}
END_TEST

START_TEST(another_run_begins_anew)
{
    struct watching watching = {0};
    guest_shell_number(calm, "dd if=/dev/zero of=/dev/vda bs=64k count=64 conv=notrunc,fsync "
                             "2>/dev/null; echo $?");
    watch_for(&watching, 2);
    uint64_t written = watching.was.disks[0].write_bytes;
    ck_assert_uint_ge(written, 4 * MIB);
    guest_do(driver, OPERATION_FORCE_OFF, "calm", NULL, 0, 0);
    guest_do(driver, OPERATION_START, "calm", NULL, 0, 0);
    watch_for(&watching, 8);
    ck_assert_uint_eq(watching.begun, 2);
    ck_assert_uint_lt(watching.was.disks[0].write_bytes, written);
    watching_finish(&watching);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("guest figures");
    if (linux_guest_is_missing(suite))
        return suite;
    TCase *tcase = tcase_create("figures");
    tcase_add_unchecked_fixture(tcase, start_guests, close_all);
    tcase_add_test(tcase, a_busy_vcpu_shows_what_its_thread_uses);
    tcase_add_test(tcase, an_idle_guest_shows_what_its_qemu_uses);
    tcase_add_test(tcase, memory_figures_are_the_guests_own);
    tcase_add_test(tcase, rss_is_that_of_the_qemu_process);
    tcase_add_test(tcase, the_balloon_moves_and_the_guest_follows);
    tcase_add_test(tcase, disk_counters_match_what_the_guest_moved);
    tcase_add_test(tcase, states_and_their_reasons_are_told);
    tcase_add_test(tcase, reset_and_reboot_make_no_spike);
    tcase_add_test(tcase, another_run_begins_anew);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return embed_fixture_main(make_suite, 280);
}
