// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/execute/qemu_img.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/utf8.h"

#define TIMEOUT_MS 60000
#define OUTPUT_MAX (1024u * 1024)
#define CHAIN_MAX  512

extern char **environ;

bool qemu_img_installed(void)
{
    const char *path = getenv("PATH");
    AUTO_FREE char *copy = memory_strdup(path ? path : "/usr/bin:/bin");
    char *rest = NULL;
    for (char *folder = strtok_r(copy, ":", &rest); folder; folder = strtok_r(NULL, ":", &rest)) {
        AUTO_FREE char *program = memory_printf("%s/qemu-img", folder);
        if (access(program, X_OK) == 0)
            return true;
    }
    return false;
}

// Output and error output both into out_fd; signals as a fresh program expects them.
static int spawn(const char *const arguments[], int out_fd, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out_fd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, out_fd, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int failure =
        posix_spawnp(pid, arguments[0], &files, &attributes, (char *const *)arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failure;
}

// Until end of file; false when the deadline passed first.
static bool read_all(int fd, struct str *output)
{
    uint64_t deadline_ns = clock_monotonic_ns() + TIMEOUT_MS * NS_PER_MS;
    char buffer[4096];
    for (;;) {
        uint64_t now_ns = clock_monotonic_ns();
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (now_ns >= deadline_ns)
            return false;
        if (poll(&wait, 1, (int)((deadline_ns - now_ns) / NS_PER_MS) + 1) <= 0)
            continue;
        ssize_t got = read(fd, buffer, sizeof(buffer));
        if (got == 0 || (got < 0 && errno != EINTR))
            return true;
        if (got > 0 && output->length < OUTPUT_MAX)
            str_add_bytes(output, buffer, (size_t)got);
    }
}

static bool finish(pid_t pid, bool in_time, const struct str *output, struct error *err)
{
    int status = 0;
    if (!in_time)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!in_time)
        return error_set(err, ERROR_TIMEOUT, 0, "qemu-img did not end within %d seconds",
                         TIMEOUT_MS / 1000);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    const char *text = output->text;
    if (str_starts_with(text, "qemu-img: "))
        text += strlen("qemu-img: ");
    AUTO_FREE char *line = memory_strndup(text, strcspn(text, "\n"));
    bool full = strstr(line, "No space left on device") != NULL;
    return error_set(err, full ? ERROR_NO_SPACE : ERROR_FAILED, 0, "qemu-img: %s",
                     line[0] ? line : "it failed without a reason");
}

bool qemu_img_run(const char *const arguments[], struct str *output, struct error *err)
{
    int ends[2];
    pid_t pid;
    struct str own;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, errno, "cannot run qemu-img");
    str_init(&own);
    int failure = spawn(arguments, ends[1], &pid);
    close(ends[1]);
    bool done = false;
    if (failure)
        error_set_errno(err, failure, "cannot run qemu-img");
    else
        done = finish(pid, read_all(ends[0], &own), &own, err);
    close(ends[0]);
    if (done && output)
        str_add_bytes(output, own.text, own.length);
    str_finish(&own);
    return done;
}

static void add_path(struct qemu_img_chain *chain, struct json_object *image, const char *key)
{
    struct json_object *value;
    if (chain->count >= CHAIN_MAX || !json_object_object_get_ex(image, key, &value))
        return;
    const char *path = json_object_get_string(value);
    if (!path)
        return;
    chain->paths = memory_resize(chain->paths, chain->count + 1, sizeof(*chain->paths));
    chain->paths[chain->count++] = memory_strdup(path);
}

bool qemu_img_backing_chain(const char *path, const char *format, struct qemu_img_chain *chain,
                            struct error *err)
{
    const char *arguments[10] = {"qemu-img", "info", "-U", "--backing-chain", "--output=json"};
    size_t count = 5;
    struct str output;
    if (format) {
        arguments[count++] = "-f";
        arguments[count++] = format;
    }
    arguments[count] = path;
    str_init(&output);
    if (!qemu_img_run(arguments, &output, err)) {
        str_finish(&output);
        return false;
    }
    *chain = (struct qemu_img_chain){0};
    struct json_object *images = json_tokener_parse(output.text);
    str_finish(&output);
    if (!json_object_is_type(images, json_type_array)) {
        json_object_put(images);
        return error_set(err, ERROR_FAILED, 0, "qemu-img info gave no list of images");
    }
    for (size_t i = 0; i < json_object_array_length(images); i++) {
        struct json_object *image = json_object_array_get_idx(images, i);
        add_path(chain, image, "filename");
        add_path(chain, image, "full-backing-filename");
    }
    json_object_put(images);
    return true;
}

void qemu_img_chain_finish(struct qemu_img_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        free(chain->paths[i]);
    free(chain->paths);
    *chain = (struct qemu_img_chain){0};
}
