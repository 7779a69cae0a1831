// SPDX-License-Identifier: GPL-2.0-or-later
// The serial console of a simulated guest: boots, asks for a login, echoes, and knows a few
// commands that are meant to hurt whoever shows its output.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/sim/sim_world.h"
#include "backend/worker_thread.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/str.h"

enum { INPUT_MAX = 4096, LINE_SIZE = 256 };

struct sim_console {
    struct console_stream base;
    struct sim_world *world;
    char uuid[VM_UUID_SIZE];
    char vm_name[64];
    struct console_sink sink;
    pthread_t guest;
    // Under the world's lock, like the two below:
    bool closing, evicted;
    char input[INPUT_MAX];
    size_t input_length;
    // The guest thread's own:
    char line[LINE_SIZE];
    size_t line_length;
    bool logged_in, flooding;
    uint64_t flood_line;
};

static void print(struct sim_console *console, const char *text)
{
    console->sink.output(console->sink.context, text, strlen(text));
}

static void prompt(struct sim_console *console)
{
    char text[256];
    if (console->logged_in)
        snprintf(text, sizeof(text), "%s:~# ", console->vm_name);
    else
        snprintf(text, sizeof(text),
                 "\r\nSimulated Linux 1.0 %s ttyS0\r\n\r\n%s login: ", console->vm_name,
                 console->vm_name);
    print(console, text);
}

static void print_colors(struct sim_console *console)
{
    char text[64];
    for (unsigned i = 0; i < 16; i++) {
        snprintf(text, sizeof(text), "\033[48;5;%um  \033[0m", i);
        print(console, text);
    }
    print(console, "\r\n\033[1mbold\033[0m \033[4munderline\033[0m \033[7mreverse\033[0m "
                   "\033[31mred\033[0m \033[38;5;208morange\033[0m\r\n");
}

// What a hostile guest would try on the terminal of whoever looks at it.
static void print_nasty(struct sim_console *console)
{
    print(console, "\033]0;owned by the guest\007\033]2;owned by the guest\033\\");
    print(console, "\033]52;c;b3duZWQ=\007\033P+q544e\033\\\033[21t\033[6n\033c");
    for (unsigned i = 0; i < 100; i++)
        print(console, "\007");
    print(console, "\r\nnasty things were sent\r\n");
}

static void run_command(struct sim_console *console)
{
    const char *line = console->line;
    if (!console->logged_in) {
        console->logged_in = line[0] != '\0';
    } else if (strcmp(line, "flood") == 0) {
        console->flooding = true;
        return;
    } else if (strcmp(line, "colors") == 0) {
        print_colors(console);
    } else if (strcmp(line, "title") == 0) {
        print_nasty(console);
    } else if (strcmp(line, "exit") == 0) {
        console->logged_in = false;
    } else if (strcmp(line, "help") == 0) {
        print(console, "flood  colors  title  exit\r\n");
    } else if (line[0] != '\0') {
        print(console, "no such command; try help\r\n");
    }
    prompt(console);
}

static void type(struct sim_console *console, char c)
{
    if (console->flooding) {
        console->flooding = false;
        prompt(console);
    } else if (c == '\r' || c == '\n') {
        print(console, "\r\n");
        console->line[console->line_length] = '\0';
        console->line_length = 0;
        run_command(console);
    } else if (c == '\b' || c == 0x7f) {
        if (console->line_length > 0) {
            console->line_length--;
            print(console, "\b \b");
        }
    } else if ((unsigned char)c >= 0x20 && console->line_length < LINE_SIZE - 1) {
        console->line[console->line_length++] = c;
        console->sink.output(console->sink.context, &c, 1);
    }
}

static void flood(struct sim_console *console)
{
    char chunk[4096];
    size_t length = 0;
    while (length < sizeof(chunk) - 80)
        length += (size_t)snprintf(chunk + length, sizeof(chunk) - length,
                                   "%012llu the quick brown fox jumps over the lazy dog\r\n",
                                   (unsigned long long)console->flood_line++);
    console->sink.output(console->sink.context, chunk, length);
}

enum console_end { CONSOLE_GOES_ON, CONSOLE_CLOSING, CONSOLE_EVICTED, CONSOLE_VM_OFF };

// Waits for at most ms, until there is something to do; takes what was typed.
static enum console_end look(struct sim_console *console, uint64_t ms, char *input, size_t *length)
{
    struct sim_world *world = console->world;
    enum console_end end = CONSOLE_GOES_ON;
    sim_world_lock(world);
    if (ms > 0 && console->input_length == 0 && !console->closing && !console->evicted)
        sim_world_wait(world, ms);
    const struct sim_vm *vm = sim_world_vm(world, console->uuid);
    if (console->closing)
        end = CONSOLE_CLOSING;
    else if (console->evicted)
        end = CONSOLE_EVICTED;
    else if (vm == NULL || !vm_state_is_active(vm->state))
        end = CONSOLE_VM_OFF;
    // A stopped guest reads nothing.
    *length = 0;
    if (end == CONSOLE_GOES_ON && vm->state == VM_STATE_RUNNING && !vm->hung) {
        *length = console->input_length;
        memcpy(input, console->input, console->input_length);
        console->input_length = 0;
    }
    sim_world_unlock(world);
    return end;
}

static enum console_end live(struct sim_console *console)
{
    char input[INPUT_MAX];
    for (;;) {
        size_t length;
        enum console_end end = look(console, console->flooding ? 0 : 100, input, &length);
        if (end != CONSOLE_GOES_ON)
            return end;
        for (size_t i = 0; i < length; i++)
            type(console, input[i]);
        if (console->flooding)
            flood(console);
    }
}

static void let_go(struct sim_console *console)
{
    struct sim_vm *vm = sim_world_vm(console->world, console->uuid);
    if (vm != NULL && vm->console == console)
        vm->console = NULL;
}

static void *guest_main(void *arg)
{
    struct sim_console *console = arg;
    print(console, "[    0.000000] Simulated Linux version 1.0\r\n"
                   "[    0.412000] simulated processor online\r\n"
                   "[    1.104000] virtio_blk virtio1: [vda] ready\r\n"
                   "[    1.730000] systemd-ish[1]: reached target multi-user\r\n");
    prompt(console);
    enum console_end end = live(console);
    sim_world_lock(console->world);
    let_go(console);
    sim_world_unlock(console->world);
    struct error why = {.kind = ERROR_NONE};
    error_set(&why, ERROR_BUSY, 0, "another client took the console of %s", console->vm_name);
    if (end == CONSOLE_EVICTED)
        console->sink.closed(console->sink.context, &why);
    else if (end == CONSOLE_VM_OFF)
        console->sink.closed(console->sink.context, NULL);
    return NULL;
}

static size_t console_write(struct console_stream *stream, const char *bytes, size_t length)
{
    struct sim_console *console = (struct sim_console *)stream;
    sim_world_lock(console->world);
    size_t room = INPUT_MAX - console->input_length;
    size_t taken = length < room ? length : room;
    memcpy(console->input + console->input_length, bytes, taken);
    console->input_length += taken;
    pthread_cond_broadcast(&console->world->changed);
    sim_world_unlock(console->world);
    return taken;
}

static void console_close(struct console_stream *stream)
{
    struct sim_console *console = (struct sim_console *)stream;
    sim_world_lock(console->world);
    console->closing = true;
    let_go(console);
    pthread_cond_broadcast(&console->world->changed);
    sim_world_unlock(console->world);
    pthread_join(console->guest, NULL);
    sim_world_release(console->world);
    free(console);
}

static const struct console_stream_ops stream_ops = {
    .write = console_write,
    .close = console_close,
};

static struct sim_vm *find_for_console(struct sim_world *world, const char *uuid, bool force,
                                       struct error *err)
{
    struct sim_vm *vm = sim_world_vm(world, uuid);
    if (vm == NULL) {
        error_set(err, ERROR_NOT_FOUND, 0, "there is no such VM (any more)");
        return NULL;
    }
    if (!vm_state_is_active(vm->state)) {
        error_set(err, ERROR_INVALID, 0, "%s is not running, so it has no console", vm->name);
        return NULL;
    }
    if (vm->console != NULL && !force) {
        error_set(err, ERROR_BUSY, 0, "somebody else has the console of %s open", vm->name);
        return NULL;
    }
    return vm;
}

struct console_stream *sim_console_open(struct sim_world *world, const char *uuid, bool force,
                                        const struct console_sink *sink, struct error *err)
{
    struct sim_console *console = NULL;
    sim_world_lock(world);
    sim_advance(world);
    struct sim_vm *vm = find_for_console(world, uuid, force, err);
    if (vm != NULL) {
        console = memory_alloc(sizeof(*console));
        console->base.ops = &stream_ops;
        console->world = sim_world_ref(world);
        memcpy(console->uuid, vm->uuid, sizeof(console->uuid));
        str_format(console->vm_name, sizeof(console->vm_name), "%s", vm->name);
        console->sink = *sink;
        if (vm->console != NULL)
            vm->console->evicted = true;
        vm->console = console;
        if (!worker_thread_start(&console->guest, guest_main, console)) {
            vm->console = NULL;
            free(console);
            console = NULL;
            refcount_unref(&world->refs); // the caller still holds it
            error_set(err, ERROR_FAILED, 0, "there are too many threads already");
        }
        pthread_cond_broadcast(&world->changed);
    }
    sim_world_unlock(world);
    return console != NULL ? &console->base : NULL;
}
