// SPDX-License-Identifier: GPL-2.0-or-later
// What a person at a terminal feels, measured from outside: runs vmtui in a pseudo terminal and
// times what it writes. pty_bench [--keys N] [--warm S] [--idle S] [--tick S] [--size WxH] --
// COMMAND... Prints one "name value" a line: first_frame_ms, key_p50_ms, key_p99_ms, key_max_ms,
// idle_bytes_per_tick, rss_kib, cpu_percent.
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KEY_ANSWER_LIMIT_MS = 5000, QUIET_MS = 30, SEEN_BYTES = 256 * 1024 };

// What only a drawn frame holds (the key bar, its last line), and what only a moved selection
// draws.
static const char frame_text[] = "Quit", selection_text[] = ">";

struct bench {
    int fd;
    pid_t pid;
    int keys;
    double warm_s, idle_s, tick_s;
    struct winsize size;
    uint64_t bytes;
    char seen[SEEN_BYTES]; // written since the last forget; what does not fit is dropped
    size_t seen_length;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

// Reads what comes within wait_ms; returns the bytes, 0 when nothing came, -1 at the end.
static ssize_t take(struct bench *bench, int wait_ms)
{
    char buffer[65536];
    struct pollfd poll_fd = {.fd = bench->fd, .events = POLLIN};
    if (poll(&poll_fd, 1, wait_ms) <= 0)
        return 0;
    ssize_t count = read(bench->fd, buffer, sizeof(buffer));
    if (count <= 0)
        return -1;
    bench->bytes += (uint64_t)count;
    size_t room = sizeof(bench->seen) - bench->seen_length;
    size_t kept = (size_t)count < room ? (size_t)count : room;
    memcpy(bench->seen + bench->seen_length, buffer, kept);
    bench->seen_length += kept;
    return count;
}

// Waits until text was written since the last forget; false when it did not come in time.
static int take_until(struct bench *bench, const char *text)
{
    double end = now_ms() + KEY_ANSWER_LIMIT_MS;
    while (memmem(bench->seen, bench->seen_length, text, strlen(text)) == NULL) {
        int left_ms = (int)(end - now_ms());
        if (left_ms <= 0 || take(bench, left_ms) < 0)
            return 0;
    }
    return 1;
}

static void forget(struct bench *bench)
{
    bench->seen_length = 0;
}

static void take_for(struct bench *bench, double seconds)
{
    double end = now_ms() + seconds * 1e3;
    while (now_ms() < end)
        if (take(bench, (int)(end - now_ms()) + 1) < 0)
            return;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double measure_first_frame(struct bench *bench, double start_ms)
{
    return take_until(bench, frame_text) ? now_ms() - start_ms : -1;
}

// Keys that move the selection, from the key to its mark at the new place: what the screen draws by
// itself meanwhile (ages, figures) has no such mark.
static void measure_keys(struct bench *bench)
{
    double *latencies = calloc((size_t)bench->keys, sizeof(*latencies));
    int lost = 0;
    for (int i = 0; i < bench->keys; i++) {
        while (take(bench, QUIET_MS) > 0)
            ;
        forget(bench);
        double start_ms = now_ms();
        if (write(bench->fd, i / 8 % 2 == 0 ? "j" : "k", 1) != 1 ||
            !take_until(bench, selection_text))
            lost++;
        latencies[i] = now_ms() - start_ms;
    }
    qsort(latencies, (size_t)bench->keys, sizeof(*latencies), by_value);
    printf("key_p50_ms %.2f\n", latencies[bench->keys / 2]);
    printf("key_p99_ms %.2f\n", latencies[bench->keys * 99 / 100]);
    printf("key_max_ms %.2f\n", latencies[bench->keys - 1]);
    printf("keys_unanswered %d\n", lost);
    free(latencies);
}

static long proc_number(pid_t pid, const char *file, const char *name)
{
    char path[64], line[256];
    long value = -1;
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    FILE *stream = fopen(path, "r");
    while (stream != NULL && fgets(line, sizeof(line), stream) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = atol(line + strlen(name) + 1);
    if (stream != NULL)
        fclose(stream);
    return value;
}

static double cpu_s(pid_t pid)
{
    char path[64], line[1024];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *stream = fopen(path, "r");
    unsigned long user = 0, system = 0;
    if (stream != NULL && fgets(line, sizeof(line), stream) != NULL) {
        char *rest = strrchr(line, ')');
        if (rest != NULL)
            sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                   &system);
    }
    if (stream != NULL)
        fclose(stream);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void measure_idle(struct bench *bench)
{
    while (take(bench, QUIET_MS) > 0)
        ;
    bench->bytes = 0;
    double start_cpu_s = cpu_s(bench->pid);
    take_for(bench, bench->idle_s);
    printf("idle_bytes_per_tick %.0f\n", (double)bench->bytes / (bench->idle_s / bench->tick_s));
    printf("cpu_percent %.2f\n", 100 * (cpu_s(bench->pid) - start_cpu_s) / bench->idle_s);
}

static int usage(void)
{
    fprintf(stderr, "usage: pty_bench [--keys N] [--warm S] [--idle S] [--tick S] [--size WxH] -- "
                    "COMMAND...\n");
    return 2;
}

static int parse(struct bench *bench, int argc, char **argv)
{
    int i = 1;
    for (; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        if (strcmp(name, "--keys") == 0)
            bench->keys = atoi(value);
        else if (strcmp(name, "--warm") == 0)
            bench->warm_s = atof(value);
        else if (strcmp(name, "--idle") == 0)
            bench->idle_s = atof(value);
        else if (strcmp(name, "--tick") == 0)
            bench->tick_s = atof(value);
        else if (strcmp(name, "--size") != 0 ||
                 sscanf(value, "%hux%hu", &bench->size.ws_col, &bench->size.ws_row) != 2)
            return 0;
    }
    return i + 1 < argc ? i + 1 : 0;
}

int main(int argc, char **argv)
{
    static struct bench bench = {
        .keys = 0, .warm_s = 3, .tick_s = 2, .size = {.ws_col = 80, .ws_row = 24}};
    int command = parse(&bench, argc, argv);
    if (command == 0)
        return usage();
    double start_ms = now_ms();
    bench.pid = forkpty(&bench.fd, NULL, NULL, &bench.size);
    if (bench.pid == 0) {
        execvp(argv[command], argv + command);
        _exit(127);
    }
    double first_frame_ms = measure_first_frame(&bench, start_ms);
    printf("first_frame_ms %.1f\n", first_frame_ms);
    if (first_frame_ms >= 0) {
        take_for(&bench, bench.warm_s);
        if (bench.keys > 0)
            measure_keys(&bench);
        if (bench.idle_s > 0)
            measure_idle(&bench);
        printf("rss_kib %ld\n", proc_number(bench.pid, "status", "VmRSS:"));
    }
    fflush(stdout);
    kill(bench.pid, SIGTERM);
    take_for(&bench, 0.5);
    kill(bench.pid, SIGKILL);
    waitpid(bench.pid, NULL, 0);
    return first_frame_ms >= 0 ? 0 : 1;
}
