// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/linux_guest.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

#define BOOT_LIMIT_MS   120000
#define ANSWER_LIMIT_MS 60000
#define KNOCK_MS        700

struct guest_shell {
    struct console_stream *stream;
    char *name;
    unsigned asked;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct str printed; // under lock; without carriage returns
};

// The kernel or the initramfs; the caller frees.
static char *guest_file(const char *name)
{
    const char *folder = getenv("GUEST");
    AUTO_FREE char *path = memory_printf("%s/%s", folder ? folder : "build/guest", name);
    return realpath(path, NULL);
}

START_TEST(no_kernel_for_the_guests)
{
    SKIP_TEST("tests in a Linux guest", "its kernel is not there; tools/demo-guest makes it");
}
END_TEST

bool linux_guest_is_missing(Suite *suite)
{
    AUTO_FREE char *kernel = guest_file("vmlinuz");
    AUTO_FREE char *initramfs = guest_file("initramfs.gz");
    if (kernel && initramfs)
        return false;
    TCase *tcase = tcase_create("missing");
    tcase_add_test(tcase, no_kernel_for_the_guests);
    suite_add_tcase(suite, tcase);
    return true;
}

static void add_devices(struct str *xml, const struct linux_guest *guest)
{
    if (guest->disk)
        str_printf(xml,
                   "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
                   "<source file='%s'/><target dev='vda' bus='virtio'/></disk>",
                   guest->disk);
    str_add(xml, "<controller type='usb' model='none'/><serial type='pty'/><console type='pty'/>");
    if (guest->balloon_period_s > 0)
        str_printf(xml, "<memballoon model='virtio'><stats period='%u'/></memballoon>",
                   guest->balloon_period_s);
    else
        str_add(xml, "<memballoon model='virtio'/>");
}

static char *guest_xml(const struct linux_guest *guest)
{
    AUTO_FREE char *kernel = guest_file("vmlinuz");
    AUTO_FREE char *initramfs = guest_file("initramfs.gz");
    unsigned vcpus = guest->vcpus > 0 ? guest->vcpus : 1;
    // QEMU dies of a vCPU that is added when a small cache has been shared out already.
    bool grows = guest->most_vcpus > vcpus;
    struct str xml;
    str_init(&xml);
    // Emulated also where KVM would be usable, so that a test means the same everywhere.
    str_printf(&xml,
               "<domain type='qemu'><name>%s</name><memory unit='MiB'>%u</memory>"
               "<vcpu current='%u'>%u</vcpu><os><type arch='x86_64' machine='pc'>hvm</type>"
               "<kernel>%s</kernel><initrd>%s</initrd>"
               "<cmdline>console=ttyS0 quiet no_timer_check panic=1 name=%s %s</cmdline></os>"
               "<features><acpi/>%s</features><devices>",
               guest->name, guest->memory_mib > 0 ? guest->memory_mib : 96, vcpus,
               grows ? guest->most_vcpus : vcpus, kernel, initramfs, guest->name,
               guest->words ? guest->words : "",
               grows ? "" : "<tcg><tb-cache unit='MiB'>16</tb-cache></tcg>");
    add_devices(&xml, guest);
    str_add(&xml, "</devices></domain>");
    return str_take(&xml);
}

void linux_guest_define(const struct linux_guest *guest)
{
    AUTO_FREE char *xml = guest_xml(guest);
    virConnectPtr connection = virConnectOpen(embed_uri());
    ck_assert_msg(connection != NULL, "%s", virGetLastErrorMessage());
    virDomainPtr vm = virDomainDefineXML(connection, xml);
    ck_assert_msg(vm != NULL, "%s", virGetLastErrorMessage());
    ck_assert_msg(virDomainCreate(vm) == 0, "%s", virGetLastErrorMessage());
    virDomainFree(vm);
    virConnectClose(connection);
}

char *linux_guest_disk(const char *name, unsigned size_mib)
{
    char *path = embed_path(name);
    AUTO_FREE char *size = memory_printf("%uM", size_mib);
    const char *const create[] = {"qemu-img", "create", "-q", "-f", "qcow2", path, size, NULL};
    ck_assert_int_eq(embed_run_program(create), 0);
    return path;
}

static void on_output(void *context, const char *bytes, size_t length)
{
    struct guest_shell *shell = context;
    pthread_mutex_lock(&shell->lock);
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != '\r' && bytes[i] != '\0')
            str_add_char(&shell->printed, bytes[i]);
    pthread_cond_broadcast(&shell->changed);
    pthread_mutex_unlock(&shell->lock);
}

static void on_closed(void *context, const struct error *why)
{
    (void)context, (void)why;
}

// True when the guest has printed text; false after the time is up.
static bool wait_for(struct guest_shell *shell, const char *text, uint64_t limit_ms)
{
    struct timespec deadline = clock_deadline(clock_monotonic_ns() + limit_ms * NS_PER_MS);
    int failure = 0;
    pthread_mutex_lock(&shell->lock);
    while (!strstr(shell->printed.text, text) && failure == 0)
        failure = pthread_cond_clockwait(&shell->changed, &shell->lock, CLOCK_MONOTONIC, &deadline);
    bool found = strstr(shell->printed.text, text) != NULL;
    pthread_mutex_unlock(&shell->lock);
    return found;
}

// The last that was printed, for a failure's message; the caller frees.
static char *last_words(struct guest_shell *shell)
{
    pthread_mutex_lock(&shell->lock);
    size_t length = shell->printed.length, kept = length < 400 ? length : 400;
    char *words = memory_strdup(shell->printed.text + length - kept);
    pthread_mutex_unlock(&shell->lock);
    return words;
}

void guest_shell_type(struct guest_shell *shell, const char *line)
{
    AUTO_FREE char *typed = memory_printf("%s\n", line);
    size_t length = strlen(typed);
    ck_assert_uint_eq(shell->stream->ops->write(shell->stream, typed, length), length);
}

void guest_shell_wait(struct guest_shell *shell)
{
    // Quotes keep what the terminal echoes from looking like what the shell answers.
    AUTO_FREE char *knock = memory_printf("echo @he''re%u@", ++shell->asked);
    AUTO_FREE char *answer = memory_printf("@here%u@", shell->asked);
    bool answered = false;
    for (unsigned waited_ms = 0; !answered && waited_ms < BOOT_LIMIT_MS; waited_ms += KNOCK_MS) {
        guest_shell_type(shell, knock);
        answered = wait_for(shell, answer, KNOCK_MS);
    }
    AUTO_FREE char *words = last_words(shell);
    ck_assert_msg(answered, "no shell answers in %s, which said: %s", shell->name, words);
}

struct guest_shell *guest_shell_open(struct driver *driver, const char *name)
{
    struct error err = {0};
    struct guest_shell *shell = memory_alloc(sizeof(*shell));
    struct console_sink sink = {.context = shell, .output = on_output, .closed = on_closed};
    const struct vm_sample *vm = embed_sample(driver, name);
    ck_assert_msg(vm != NULL, "%s is not listed", name);
    shell->name = memory_strdup(name);
    pthread_mutex_init(&shell->lock, NULL);
    pthread_cond_init(&shell->changed, NULL);
    str_init(&shell->printed);
    shell->stream = driver->ops->console_open(driver, vm->uuid, false, &sink, &err);
    ck_assert_msg(shell->stream != NULL, "%s", err.text);
    embed_release();
    guest_shell_wait(shell);
    return shell;
}

char *guest_shell_ask(struct guest_shell *shell, const char *command)
{
    unsigned number = ++shell->asked;
    AUTO_FREE char *line =
        memory_printf("echo @be''gin%u@; %s; echo @e''nd%u@", number, command, number);
    AUTO_FREE char *begin = memory_printf("@begin%u@\n", number);
    AUTO_FREE char *end = memory_printf("@end%u@", number);
    guest_shell_type(shell, line);
    bool answered = wait_for(shell, end, ANSWER_LIMIT_MS);
    AUTO_FREE char *words = last_words(shell);
    ck_assert_msg(answered, "%s does not answer \"%s\", it said: %s", shell->name, command, words);
    pthread_mutex_lock(&shell->lock);
    const char *from = strstr(shell->printed.text, begin);
    const char *to = strstr(shell->printed.text, end);
    char *answer = from && from + strlen(begin) <= to
                       ? memory_strndup(from + strlen(begin), (size_t)(to - from) - strlen(begin))
                       : memory_strdup("");
    str_clear(&shell->printed);
    pthread_mutex_unlock(&shell->lock);
    size_t length = strlen(answer);
    if (length > 0 && answer[length - 1] == '\n')
        answer[length - 1] = '\0';
    return answer;
}

uint64_t guest_shell_number(struct guest_shell *shell, const char *command)
{
    AUTO_FREE char *answer = guest_shell_ask(shell, command);
    char *end;
    uint64_t number = strtoull(answer, &end, 10);
    ck_assert_msg(end != answer && *end == '\0', "\"%s\" printed \"%s\"", command, answer);
    return number;
}

void guest_shell_close(struct guest_shell *shell)
{
    if (!shell)
        return;
    shell->stream->ops->close(shell->stream);
    pthread_mutex_destroy(&shell->lock);
    pthread_cond_destroy(&shell->changed);
    str_finish(&shell->printed);
    free(shell->name);
    free(shell);
}

const struct vm_sample *guest_wait(struct driver *driver, const char *name, unsigned limit_s,
                                   bool (*holds)(const struct vm_sample *vm, uint64_t number),
                                   uint64_t number)
{
    for (uint64_t end_ns = clock_monotonic_ns() + limit_s * NS_PER_SECOND;;) {
        const struct vm_sample *vm = embed_sample(driver, name);
        if (vm && holds(vm, number))
            return vm;
        ck_assert_msg(clock_monotonic_ns() < end_ns,
                      "%s: not within %u s; state %s, %u vCPUs, balloon %llu KiB", name, limit_s,
                      vm ? vm_state_name(vm->state) : "not listed", vm ? vm->vcpus_current : 0,
                      vm ? (unsigned long long)vm->balloon_kib : 0);
        clock_sleep_ms(500);
    }
}

bool guest_has_state(const struct vm_sample *vm, uint64_t number)
{
    return vm->state == (enum vm_state)number;
}

void guest_do(struct driver *driver, enum operation_kind kind, const char *name, const char *text,
              uint64_t number, unsigned flags)
{
    struct error err = embed_execute(driver, kind, name, text, number, flags);
    ck_assert_msg(err.kind == ERROR_NONE, "%s %s: %s", operation_kind_name(kind), name, err.text);
}
