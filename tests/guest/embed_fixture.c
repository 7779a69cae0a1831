// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/embed_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

extern char **environ;

// The engine's threads come and go in our process, and the leak checker falls over one that is just
// ending. The same code is checked for leaks with libvirt's test driver.
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return 1;
}

static char root[64], uri[128];
static struct host_snapshot *held; // by embed_sample
static pthread_mutex_t heard_lock = PTHREAD_MUTEX_INITIALIZER;
static struct str heard; // "NAME WHAT\n" each

const char *embed_root(void)
{
    return root;
}

const char *embed_uri(void)
{
    return uri;
}

char *embed_path(const char *name)
{
    return memory_printf("%s/%s", root, name);
}

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "we");
    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void make_root(void)
{
    static const char config[] = "stdio_handler = \"file\"\n";
    static const char privileged[] = "stdio_handler = \"file\"\nuser = \"root\"\ngroup = \"root\"\n"
                                     "security_driver = \"none\"\nremember_owner = 0\n";
    const char *text = geteuid() == 0 ? privileged : config;
    // Short on purpose: libvirt's sockets lie far below it.
    str_format(root, sizeof(root), "/tmp/vmt.XXXXXX");
    if (!mkdtemp(root))
        exit(1);
    chmod(root, 0711);
    str_format(uri, sizeof(uri), "qemu:///embed?root=%s", root);
    AUTO_FREE char *folder = embed_path("etc");
    AUTO_FREE char *file = embed_path("etc/qemu.conf");
    AUTO_FREE char *log = memory_printf("3:file:%s/libvirt.log", root);
    mkdir(folder, 0755);
    write_file(file, text, strlen(text));
    setenv("LIBVIRT_LOG_OUTPUTS", log, 1);
}

static pid_t pid_in(const char *path)
{
    long pid = 0;
    FILE *file = fopen(path, "re");
    if (file) {
        if (fscanf(file, "%ld", &pid) != 1)
            pid = 0;
        fclose(file);
    }
    // A number may have been given to somebody else since.
    AUTO_FREE char *exe = memory_printf("/proc/%ld/cmdline", pid);
    char line[4096] = "";
    int fd = pid > 1 ? open(exe, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t length = fd >= 0 ? read(fd, line, sizeof(line) - 1) : 0;
    if (fd >= 0)
        close(fd);
    return length > 0 && memmem(line, (size_t)length, root, strlen(root)) ? (pid_t)pid : 0;
}

pid_t embed_pid(const char *name)
{
    AUTO_FREE char *path = memory_printf("%s/run/qemu/%s.pid", root, name);
    return pid_in(path);
}

static void kill_guests(void)
{
    AUTO_FREE char *pattern = embed_path("run/qemu/*.pid");
    glob_t found;
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        pid_t pid = strstr(found.gl_pathv[i], "driver.pid") ? 0 : pid_in(found.gl_pathv[i]);
        if (pid > 0)
            kill(pid, SIGKILL);
    }
    globfree(&found);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *position)
{
    (void)status, (void)kind, (void)position;
    return remove(path);
}

static void remove_root(void)
{
    // A killed QEMU may still write its last line.
    for (int i = 0; i < 50 && nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0; i++)
        clock_sleep_ms(20);
}

static int wait_limited(pid_t child, unsigned limit_s)
{
    int status;
    for (uint64_t end_ns = clock_monotonic_ns() + limit_s * NS_PER_SECOND;;) {
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        if (clock_monotonic_ns() > end_ns) {
            fprintf(stderr, "the tests did not end within %u seconds\n", limit_s);
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return 1;
        }
        clock_sleep_ms(20);
    }
}

int embed_fixture_main(Suite *(*make_suite)(void), unsigned limit_s)
{
    make_root();
    // libvirt's connection is the process's; a fork for each test would lose it.
    setenv("CK_FORK", "no", 1);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int result = check_main(make_suite());
        fflush(NULL);
        exit(result);
    }
    int result = child > 0 ? wait_limited(child, limit_s) : 1;
    kill_guests();
    remove_root();
    return result;
}

int embed_run_program(const char *const arguments[])
{
    pid_t pid;
    int status;
    if (posix_spawnp(&pid, arguments[0], NULL, NULL, (char *const *)arguments, environ) != 0)
        return 127;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

char *embed_boot_disk(const char *name, const char *format)
{
    // cli; ds = 0; print the text at 7c17 on port 3f8; sti; hlt for ever
    static const unsigned char code[] =
        "\xfa\x31\xc0\x8e\xd8\xbe\x17\x7c\xba\xf8\x03\xac\x84\xc0\x74\x03\xee\xeb\xf8\xfb\xf4\xeb"
        "\xfc"
        "HELLO BOOT\r\n";
    static unsigned char image[1024 * 1024];
    char *path = embed_path(name);
    memcpy(image, code, sizeof(code));
    image[510] = 0x55;
    image[511] = 0xaa;
    AUTO_FREE char *raw =
        strcmp(format, "raw") == 0 ? memory_strdup(path) : memory_printf("%s.raw", path);
    write_file(raw, image, sizeof(image));
    if (strcmp(format, "raw") != 0) {
        const char *const convert[] = {"qemu-img", "convert", "-f", "raw", "-O",
                                       format,     raw,       path, NULL};
        ck_assert_int_eq(embed_run_program(convert), 0);
        unlink(raw);
    }
    return path;
}

static char *guest_xml(const struct embed_guest *guest)
{
    struct str xml;
    str_init(&xml);
    str_printf(&xml,
               "<domain type='qemu'><name>%s</name><memory unit='MiB'>16</memory>"
               "<vcpu current='1'>2</vcpu><os><type arch='x86_64' machine='pc'>hvm</type></os>"
               "<features><acpi/><tcg><tb-cache unit='MiB'>8</tb-cache></tcg></features><devices>",
               guest->name);
    if (guest->disk)
        str_printf(&xml,
                   "<disk type='file' device='disk'><driver name='qemu' type='%s'/>"
                   "<source file='%s'/><target dev='vda' bus='virtio'/></disk>",
                   guest->format, guest->disk);
    str_add(&xml, guest->more_devices);
    str_add(&xml, "<controller type='usb' model='none'/><serial type='pty'/><console type='pty'/>"
                  "<memballoon model='virtio'/></devices></domain>");
    return str_take(&xml);
}

// libvirt itself, because there is no operation that defines a VM. The engine must be open: a
// second handle in the same process shares it, and is kept, because a process has few openings.
static virConnectPtr own_handle(void)
{
    static virConnectPtr connection;
    if (!connection)
        connection = virConnectOpen(uri);
    ck_assert_msg(connection != NULL, "%s", virGetLastErrorMessage());
    return connection;
}

void embed_define(const struct embed_guest *guest)
{
    AUTO_FREE char *xml = guest_xml(guest);
    virConnectPtr connection = own_handle();
    virDomainPtr vm = guest->transient ? virDomainCreateXML(connection, xml, 0)
                                       : virDomainDefineXML(connection, xml);
    ck_assert_msg(vm != NULL, "%s", virGetLastErrorMessage());
    if (!guest->transient && !guest->off)
        ck_assert_msg(virDomainCreate(vm) == 0, "%s", virGetLastErrorMessage());
    virDomainFree(vm);
}

void embed_clear(void)
{
    virDomainPtr *vms = NULL;
    virConnectPtr connection = own_handle();
    int count = virConnectListAllDomains(connection, &vms, 0);
    kill_guests();
    for (int i = 0; i < count; i++) {
        if (virDomainIsActive(vms[i]) == 1)
            virDomainDestroy(vms[i]);
        virDomainUndefineFlags(vms[i], VIR_DOMAIN_UNDEFINE_MANAGED_SAVE |
                                           VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA);
        virDomainFree(vms[i]);
    }
    free(vms);
}

static void on_vm_changed(void *context, const char *uuid, const char *name, const char *what)
{
    (void)context, (void)uuid;
    pthread_mutex_lock(&heard_lock);
    str_printf(&heard, "%s %s\n", name ? name : "", what);
    pthread_mutex_unlock(&heard_lock);
}

struct driver *embed_open(void)
{
    struct error err = {0};
    struct driver_settings settings = {.tick_s = 1, .listener = {.vm_changed = on_vm_changed}};
    pthread_mutex_lock(&heard_lock);
    if (!heard.text)
        str_init(&heard);
    pthread_mutex_unlock(&heard_lock);
    struct driver *driver = libvirt_driver_ops.open(uri, &settings, &err);
    ck_assert_msg(driver != NULL, "%s", err.text);
    return driver;
}

const struct vm_sample *embed_sample(struct driver *driver, const char *name)
{
    struct error err = {0};
    struct interest interest = {.all = true};
    embed_release();
    held = driver->ops->sample(driver, &interest, &err);
    ck_assert_msg(held != NULL, "%s", err.text);
    host_snapshot_freeze(held);
    for (size_t i = 0; i < held->vm_count; i++)
        if (strcmp(held->vms[i].name, name) == 0)
            return &held->vms[i];
    return NULL;
}

void embed_release(void)
{
    host_snapshot_unref(held);
    held = NULL;
}

struct error embed_execute(struct driver *driver, enum operation_kind kind, const char *name,
                           const char *text, uint64_t number, unsigned flags)
{
    struct error err = {0};
    struct operation_control control = {0};
    const struct vm_sample *vm = embed_sample(driver, name);
    ck_assert_msg(vm != NULL, "%s is not listed", name);
    struct operation *operation = operation_create(kind, vm, "embed");
    operation->name = memory_strdup(text);
    operation->disk = memory_strdup(text);
    operation->number = (unsigned)number;
    operation->memory_kib = number;
    operation->size_bytes = number;
    operation->flags = flags;
    bool done = driver->ops->execute(driver, operation, &control, &err);
    ck_assert_int_eq(done, err.kind == ERROR_NONE);
    operation_destroy(operation);
    embed_release();
    return err;
}

bool embed_heard(const char *vm_name, const char *what)
{
    AUTO_FREE char *line = memory_printf("%s %s\n", vm_name, what);
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&heard_lock);
        bool found = strstr(heard.text, line) != NULL;
        pthread_mutex_unlock(&heard_lock);
        if (found)
            return true;
        clock_sleep_ms(20);
    }
    return false;
}

void embed_forget_heard(void)
{
    pthread_mutex_lock(&heard_lock);
    str_clear(&heard);
    pthread_mutex_unlock(&heard_lock);
}
