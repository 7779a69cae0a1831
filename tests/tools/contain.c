// SPDX-License-Identifier: GPL-2.0-or-later
// contain SECONDS COMMAND...: runs a test so that nothing of it outlives it. Every process that the
// command leaves behind, a detached QEMU too, falls to this one, which reaps it at once (the
// machine's PID 1 may be slow at that). Exit status: the command's; 124 when the time was up; 99
// when it ended well but processes were left, which are named on stderr and killed.
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STATUS_LEFT_BEHIND = 99, STATUS_TIME_UP = 124, STATUS_NOT_RUN = 127, GRACE_S = 3 };

static volatile sig_atomic_t stop_signal;

static void on_stop(int number)
{
    stop_signal = number;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void name_process(int pid, char *name, size_t size)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    FILE *file = fopen(path, "r");
    size_t length = file != NULL ? fread(name, 1, size - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    for (size_t i = 0; i < length; i++)
        if (name[i] == '\0')
            name[i] = ' ';
    name[length] = '\0';
}

// Killing the direct children is enough: theirs become ours, and the next round finds them.
static void kill_children(bool tell)
{
    char path[64], name[160];
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "r");
    int pid;
    while (file != NULL && fscanf(file, "%d", &pid) == 1) {
        name_process(pid, name, sizeof(name));
        if (tell && name[0] != '\0')
            fprintf(stderr, "left behind: process %d, %s\n", pid, name);
        kill(pid, SIGKILL);
    }
    if (file != NULL)
        fclose(file);
}

// Reaps until no child is left, or the time is up. Sets *status when the command itself ends.
static bool reap_until(double end_s, pid_t command, int *status, bool only_command)
{
    for (;;) {
        int ended;
        pid_t pid = waitpid(-1, &ended, WNOHANG);
        if (pid < 0 && errno == ECHILD)
            return true;
        if (pid == command) {
            *status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
            if (only_command)
                return true;
        }
        if (pid > 0)
            continue;
        if (now_s() > end_s || (only_command && stop_signal != 0))
            return false;
        usleep(20 * 1000);
    }
}

static void kill_all(pid_t command)
{
    int ignored;
    for (int round = 0; round < 100; round++) {
        kill_children(false);
        if (reap_until(now_s() + 0.1, command, &ignored, false))
            return;
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: contain SECONDS COMMAND...\n");
        return 2;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    struct sigaction action = {.sa_handler = on_stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    pid_t command = fork();
    if (command == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(STATUS_NOT_RUN);
    }
    int status = STATUS_NOT_RUN;
    if (!reap_until(now_s() + atof(argv[1]), command, &status, true)) {
        if (stop_signal == 0)
            fprintf(stderr, "not done after %s s: killed\n", argv[1]);
        // Asked kindly first, so that it can put its things away.
        kill(command, SIGTERM);
        reap_until(now_s() + GRACE_S, command, &status, true);
        kill_all(command);
        return stop_signal != 0 ? 128 + stop_signal : STATUS_TIME_UP;
    }
    if (reap_until(now_s() + GRACE_S, command, &status, false))
        return status;
    kill_children(true);
    kill_all(command);
    return status != 0 ? status : STATUS_LEFT_BEHIND;
}
