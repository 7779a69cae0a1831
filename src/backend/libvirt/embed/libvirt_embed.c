// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/embed/libvirt_embed.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/bounded_call.h"
#include "backend/libvirt/embed/embed_config.h"
#include "backend/libvirt/embed/embed_leftovers.h"
#include "backend/libvirt/libvirt_connect.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/paths.h"
#include "core/str.h"
#include "core/utf8.h"

#define SETTLE_MS 4000
// libvirt makes sockets like ROOT/lib/qemu/domain-1-twenty-characters-of/monitor.sock below it.
#define ROOT_MAX_BYTES 48

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *opened_root;     // under lock; libvirt keeps it until the process ends
static virConnectPtr kept[2]; // under lock; by read_only; never closed

bool libvirt_embed_is(const char *uri)
{
    return str_starts_with(uri, "qemu:///embed") && strchr("?", uri[13]) != NULL;
}

char *libvirt_embed_default_root(struct error *err)
{
    AUTO_FREE char *state = paths_state_dir(err);
    return state ? memory_printf("%s/embed", state) : NULL;
}

char *libvirt_embed_uri(const char *root)
{
    struct str uri;
    str_init(&uri);
    str_add(&uri, "qemu:///embed?root=");
    for (const char *c = root; *c; c++)
        if (isalnum((unsigned char)*c) || strchr("/-_.~", *c))
            str_add_char(&uri, *c);
        else
            str_printf(&uri, "%%%02X", (unsigned char)*c);
    return str_take(&uri);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : isxdigit((unsigned char)c) ? tolower(c) - 'a' + 10 : -1;
}

// The value of ?root=, decoded; NULL when there is none. Caller frees.
static char *root_of(const char *uri)
{
    const char *value = strstr(uri, "?root=") ? strstr(uri, "?root=") : strstr(uri, "&root=");
    if (!value)
        return NULL;
    struct str root;
    str_init(&root);
    for (value += 6; *value && !strchr("&;#", *value); value++) {
        int high = *value == '%' ? hex_digit(value[1]) : -1;
        int low = high >= 0 ? hex_digit(value[2]) : -1;
        str_add_char(&root, low >= 0 ? (char)(high * 16 + low) : *value);
        value += low >= 0 ? 2 : 0;
    }
    return str_take(&root);
}

static bool make_folders(const char *path, struct error *err)
{
    AUTO_FREE char *copy = memory_strdup(path);
    for (char *slash = strchr(copy + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        if (mkdir(copy, 0755) < 0 && errno != EEXIST)
            return error_set_errno(err, errno, "cannot create %s", copy);
        if (!slash)
            return true;
        *slash = '/';
    }
}

// Refuses a second root, as libvirt would, but in words.
static bool check_unclaimed(const char *root, struct error *err)
{
    pthread_mutex_lock(&lock);
    bool free_or_same = !opened_root || strcmp(opened_root, root) == 0;
    if (!free_or_same)
        error_set(err, ERROR_UNSUPPORTED, 0,
                  "one process can open one embedded engine, and this one uses %s already",
                  opened_root);
    pthread_mutex_unlock(&lock);
    return free_or_same;
}

static bool check_root(const char *root, struct error *err)
{
    if (root[0] != '/')
        return error_set(err, ERROR_INVALID, 0,
                         "the embedded engine's root must be an absolute path, not \"%s\"", root);
    if (strlen(root) > ROOT_MAX_BYTES)
        return error_set(
            err, ERROR_INVALID, 0,
            "the path of the embedded engine's root, %s, is too long: sockets below it "
            "leave room for %d bytes; choose another one with embed_root",
            root, ROOT_MAX_BYTES);
    return true;
}

// The state folder is closed to others, but QEMU, as a user of its own, must pass through it to the
// guests' files. What lies in there keeps its own modes.
static void open_way(const char *root)
{
    struct stat status;
    AUTO_FREE char *parent = memory_strndup(root, (size_t)(strrchr(root, '/') - root));
    if (geteuid() == 0 && stat(parent, &status) == 0 && status.st_uid == 0)
        (void)chmod(parent, (status.st_mode & 07777) | S_IXGRP | S_IXOTH);
}

// The root that the URI, the setting or the default names, made if it is not there. Caller frees.
static char *make_root(const char *uri, const char *embed_root, struct error *err)
{
    AUTO_FREE char *root = root_of(uri);
    if (root && !root[0]) {
        free(root);
        root = NULL;
    }
    if (!root && embed_root && embed_root[0])
        root = memory_strdup(embed_root);
    bool by_default = !root;
    if (by_default)
        root = libvirt_embed_default_root(err);
    if (!root || !check_root(root, err))
        return NULL;
    AUTO_FREE char *etc = memory_printf("%s/etc", root);
    AUTO_FREE char *known = realpath(root, NULL);
    if (!check_unclaimed(known ? known : root, err) || !make_folders(etc, err))
        return NULL;
    char *real = realpath(root, NULL);
    if (!real)
        error_set_errno(err, errno, "%s", root);
    else if (by_default)
        open_way(real);
    return real;
}

char *libvirt_embed_prepare(const char *uri, const char *embed_root, const char *qemu_user,
                            char **notice, struct error *err)
{
    AUTO_FREE char *root = make_root(uri, embed_root, err);
    if (!root || !check_root(root, err) || !check_unclaimed(root, err) ||
        !embed_config_write(root, qemu_user, notice, err))
        return NULL;
    return libvirt_embed_uri(root);
}

// The process that locks DIR/run/qemu/driver.pid; 0 when nobody does.
static pid_t holder_of(const char *root)
{
    static const char *const places[] = {"run/qemu/driver.pid", "run/driver.pid"};
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        AUTO_FREE char *path = memory_printf("%s/%s", root, places[i]);
        struct flock ask = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        bool asked = fcntl(fd, F_GETLK, &ask) == 0;
        close(fd);
        if (asked && ask.l_type != F_UNLCK && ask.l_pid > 0)
            return ask.l_pid;
    }
    return 0;
}

static char *process_name(pid_t pid)
{
    char name[64] = "";
    AUTO_FREE char *path = memory_printf("/proc/%d/comm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file) {
        if (!fgets(name, sizeof(name), file))
            name[0] = '\0';
        fclose(file);
    }
    name[strcspn(name, "\n")] = '\0';
    return name[0] ? utf8_scrub_dup(name, sizeof(name)) : memory_strdup("a process");
}

// libvirt looks this user up before it reads the qemu.conf that may name another one.
static void explain_missing_user(struct error *err)
{
    const char *name = strchr(err->text, '\'');
    AUTO_FREE char *user = memory_strndup(name ? name + 1 : "", name ? strcspn(name + 1, "'") : 0);
    error_set(err, ERROR_UNSUPPORTED, err->code,
              "libvirt's QEMU driver, run by root, needs the user %s, which this machine lacks: "
              "install libvirt-daemon-system, or create it with \"adduser --system --group %s\"",
              user, user);
}

static bool explain_held(const char *root, pid_t pid, struct error *err)
{
    AUTO_FREE char *name = pid ? process_name(pid) : NULL;
    if (pid)
        return error_set(err, ERROR_BUSY, err->code,
                         "the embedded engine in %s is held by %s (pid %d); one process can hold "
                         "it at a time",
                         root, name, (int)pid);
    return error_set(err, ERROR_BUSY, err->code,
                     "the embedded engine in %s is held by another process; one can hold it at a "
                     "time",
                     root);
}

static void explain(const char *uri, struct error *err)
{
    if (strstr(err->text, "Failed to parse user '"))
        explain_missing_user(err);
    if (!strstr(err->text, "pid file"))
        return;
    AUTO_FREE char *root = root_of(uri);
    explain_held(root, holder_of(root), err);
}

static bool all_settled(virConnectPtr connection)
{
    virDomainPtr *vms = NULL;
    bool settled = true;
    int count = virConnectListAllDomains(connection, &vms, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
    for (int i = 0; i < count; i++) {
        virDomainControlInfo info;
        if (virDomainGetControlInfo(vms[i], &info, 0) == 0 && info.state != VIR_DOMAIN_CONTROL_OK)
            settled = false;
        virDomainFree(vms[i]);
    }
    free(vms);
    return settled;
}

// libvirt adopts each guest in a thread that holds the guest's job until it is done.
static void settle(virConnectPtr connection)
{
    uint64_t deadline_ns = clock_monotonic_ns() + SETTLE_MS * NS_PER_MS;
    while (!all_settled(connection) && clock_monotonic_ns() < deadline_ns)
        clock_sleep_ms(20);
}

// The one opening of the process. libvirt initialises its driver at the first one, and never again:
// an opening that failed cannot be repeated, and two at a time would trip over each other. So it
// has a worker that finishes whoever waits, and what comes of it is kept.
struct engine_opening {
    char *uri;
    bool read_only, opened;
    struct error error;
};

static bool opening;         // under lock: a worker is at it
static struct error failure; // under lock: of the first opening; ERROR_NONE when there was none

// Takes place in the worker; a process that holds the root already is no failure of libvirt's.
static bool check_unheld(const char *uri, struct error *err)
{
    AUTO_FREE char *root = root_of(uri);
    pthread_mutex_lock(&lock);
    bool ours = opened_root != NULL;
    pthread_mutex_unlock(&lock);
    // Looking at the lock file would lose a lock of our own.
    pid_t pid = ours ? 0 : holder_of(root);
    if (pid)
        return explain_held(root, pid, err);
    if (!ours)
        embed_forget_leftovers(root);
    return true;
}

static void open_run(void *arg)
{
    struct engine_opening *engine = arg;
    if (!check_unheld(engine->uri, &engine->error))
        return;
    virConnectPtr connection =
        libvirt_connect(engine->uri, engine->read_only, UINT64_MAX, &engine->error);
    engine->opened = connection != NULL;
    if (connection)
        settle(connection);
    else
        explain(engine->uri, &engine->error);
    pthread_mutex_lock(&lock);
    if (connection && !opened_root)
        opened_root = root_of(engine->uri);
    if (connection)
        kept[engine->read_only] = connection; // with its reference
    else if (!opened_root)
        failure = engine->error;
    pthread_mutex_unlock(&lock);
}

static void opening_end(void *arg)
{
    struct engine_opening *engine = arg;
    pthread_mutex_lock(&lock);
    opening = false;
    pthread_mutex_unlock(&lock);
    free(engine->uri);
    free(engine);
}

enum turn { TURN_KEPT, TURN_FAILED, TURN_OPEN, TURN_WAIT };

static enum turn take_turn(bool read_only, virConnectPtr *connection, struct error *err)
{
    enum turn turn = TURN_WAIT;
    pthread_mutex_lock(&lock);
    if (kept[read_only]) {
        turn = TURN_KEPT;
        *connection = kept[read_only];
        virConnectRef(*connection);
    } else if (failure.kind != ERROR_NONE) {
        turn = TURN_FAILED;
        error_set(err, failure.kind, failure.code,
                  "%s; when that is mended, start vmtui anew: the engine can be opened once",
                  failure.text);
    } else if (!opening) {
        turn = TURN_OPEN;
        opening = true;
    }
    pthread_mutex_unlock(&lock);
    return turn;
}

static bool open_engine(const char *uri, bool read_only, uint64_t timeout_ms, struct error *err)
{
    struct engine_opening *engine = memory_alloc(sizeof(*engine));
    engine->uri = memory_strdup(uri);
    engine->read_only = read_only;
    if (bounded_call(open_run, engine, opening_end, timeout_ms, NULL) != BOUNDED_CALL_DONE)
        return error_set(err, ERROR_TIMEOUT, 0, "the embedded engine is still starting");
    bool opened = engine->opened;
    if (!opened)
        error_set(err, engine->error.kind, engine->error.code, "%s", engine->error.text);
    opening_end(engine);
    return opened;
}

virConnectPtr libvirt_embed_connect(const char *uri, bool read_only, uint64_t timeout_ms,
                                    struct error *err)
{
    uint64_t end_ns = clock_monotonic_ns() + timeout_ms * NS_PER_MS;
    virConnectPtr connection = NULL;
    for (;;) {
        uint64_t now_ns = clock_monotonic_ns();
        enum turn turn = take_turn(read_only, &connection, err);
        if (turn == TURN_KEPT || turn == TURN_FAILED)
            return connection;
        uint64_t left_ms = now_ns < end_ns ? (end_ns - now_ns) / NS_PER_MS : 0;
        if (turn == TURN_OPEN && !open_engine(uri, read_only, left_ms, err))
            return NULL;
        if (turn == TURN_WAIT && left_ms == 0) {
            error_set(err, ERROR_TIMEOUT, 0, "the embedded engine is still starting");
            return NULL;
        }
        if (turn == TURN_WAIT)
            clock_sleep_ms(50);
    }
}
