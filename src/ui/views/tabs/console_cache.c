// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "core/clock.h"
#include "ui/views/tabs/console_internal.h"

#define RETRY_NS      NS_PER_SECOND
#define RETRY_SLOW_NS (10 * NS_PER_SECOND)

static void close_console(struct open_console *console)
{
    if (console->port != NULL)
        console->port->ops->close(console->port);
    console_view_finish(&console->shown);
    *console = (struct open_console){0};
}

void console_close_all(struct console_tab *tab)
{
    for (size_t i = 0; i < CONSOLES_MAX; i++)
        close_console(&tab->consoles[i]);
}

struct open_console *console_find(struct console_tab *tab, const char *uuid)
{
    for (size_t i = 0; i < CONSOLES_MAX; i++)
        if (tab->consoles[i].port != NULL && strcmp(tab->consoles[i].uuid, uuid) == 0)
            return &tab->consoles[i];
    return NULL;
}

// A free one has never been used, so that it comes first.
static struct open_console *least_recently_used(struct console_tab *tab)
{
    struct open_console *least = &tab->consoles[0];
    for (size_t i = 1; i < CONSOLES_MAX; i++)
        if (tab->consoles[i].used < least->used)
            least = &tab->consoles[i];
    return least;
}

struct open_console *console_of(struct console_tab *tab, const struct board_host *host,
                                const struct board_vm *vm)
{
    struct open_console *console = console_find(tab, vm->sample->uuid);
    if (console == NULL) {
        const struct ui_services *services = &ui_settings(tab->view.ui)->services;
        if (services->open_console == NULL)
            return NULL;
        struct console_port *port =
            services->open_console(services->context, host->name, vm->sample->uuid);
        if (port == NULL)
            return NULL;
        console = least_recently_used(tab);
        close_console(console);
        console->port = port;
        memcpy(console->uuid, vm->sample->uuid, sizeof(console->uuid));
        console->reconnect_ns = ui_now_ns(tab->view.ui);
    }
    console->used = ++tab->uses;
    return console;
}

void console_reconnect(struct open_console *console, bool force, uint64_t now_ns)
{
    console->reconnect_ns = now_ns;
    console->port->ops->reconnect(console->port, force);
}

void console_keep_connected(struct open_console *console, const struct board_vm *vm,
                            uint64_t now_ns)
{
    if (console->shown.state != CONSOLE_CLOSED || !vm_state_is_active(vm->sample->state) ||
        vm->sample->hung)
        return;
    uint64_t wait_ns = RETRY_NS;
    switch (console->shown.error.kind) {
    case ERROR_BUSY: // asking again and again would only get in the other client's way
    case ERROR_DENIED:
    case ERROR_UNSUPPORTED:
        return;
    case ERROR_TIMEOUT:
    case ERROR_FAILED:
        wait_ns = RETRY_SLOW_NS;
        break;
    default: // off and on again, or the connection came back
        break;
    }
    if (now_ns - console->reconnect_ns >= wait_ns)
        console_reconnect(console, false, now_ns);
}
