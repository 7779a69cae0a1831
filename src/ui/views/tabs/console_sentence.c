// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "ui/views/tabs/console_internal.h"

void console_command_key(const struct console_tab *tab, const char *command, struct str *out)
{
    struct str keys;
    str_init(&keys);
    keymap_keys_of(ui_keymap(tab->view.ui), command, &keys);
    const char *comma = strchr(keys.text, ',');
    size_t length = comma != NULL ? (size_t)(comma - keys.text) : keys.length;
    if (length > 0)
        str_add_bytes(out, keys.text, length);
    else
        str_printf(out, ":%s", command); // bound to no key
    str_finish(&keys);
}

// "press u to start it"; while the keys go to the guest they have to be taken back first.
static void add_advice(const struct console_tab *tab, const char *command, const char *what,
                       struct str *out)
{
    struct str key;
    str_init(&key);
    console_command_key(tab, command, &key);
    str_printf(out, "%s%s %s to %s", tab->typing ? "leave with Ctrl-], then " : "",
               key.text[0] == ':' && key.length > 1 ? "type" : "press", key.text, what);
    str_finish(&key);
}

static bool lacks_serial(const struct board_vm *vm)
{
    const struct vm_definition *definition = vm->sample->definition;
    return definition != NULL && !definition->has_serial_console;
}

static bool is_online(const struct board_host *host)
{
    return host->snapshot != NULL && host->connection == CONNECTION_ONLINE;
}

bool console_can_open(const struct board_host *host, const struct board_vm *vm)
{
    return is_online(host) && host_snapshot_can(host->snapshot, HOST_CAN_CONSOLE) &&
           vm_state_is_active(vm->sample->state) && !vm->sample->hung && !lacks_serial(vm);
}

static void sentence_of_state(const struct console_tab *tab, const struct vm_sample *vm,
                              struct str *out)
{
    if (vm->state == VM_STATE_PAUSED) {
        str_printf(out, "%s is paused: ", vm->name);
        add_advice(tab, "pause-toggle", "let it run on", out);
    } else if (vm->state == VM_STATE_CRASHED) {
        str_printf(out, "%s has crashed: ", vm->name);
        add_advice(tab, "start", "start it again", out);
    } else if (!vm_state_is_active(vm->state)) {
        str_printf(out, "%s is off: ", vm->name);
        add_advice(tab, "start", "start it", out);
    }
}

static void sentence_of_stream(const struct console_tab *tab, const struct console_view *shown,
                               const char *name, struct str *out)
{
    if (shown->state == CONSOLE_CONNECTING) {
        str_printf(out, "opening the console of %s ...", name);
    } else if (shown->state == CONSOLE_CLOSED && shown->error.kind == ERROR_BUSY) {
        str_add(out, "another client holds this console: press T to take it over");
    } else if (shown->state == CONSOLE_CLOSED && shown->error.kind == ERROR_NONE) {
        str_printf(out, "the console of %s has closed; it opens again by itself", name);
    } else if (shown->state == CONSOLE_CLOSED) {
        str_printf(out, "the console of %s is closed: %s; ", name, shown->error.text);
        add_advice(tab, "console", "try again", out);
    }
}

void console_sentence(const struct console_tab *tab, const struct open_console *console,
                      const struct board_host *host, const struct board_vm *vm, struct str *out)
{
    const struct vm_sample *sample = vm->sample;
    if (!is_online(host)) {
        str_printf(out, "%s cannot be reached at present; consoles open when it can", host->name);
    } else if (!host_snapshot_can(host->snapshot, HOST_CAN_CONSOLE)) {
        str_printf(out, "this connection to %s offers no consoles", host->name);
    } else if (sample->hung) {
        str_printf(out, "%s does not answer: its console comes back when it does, or ",
                   sample->name);
        add_advice(tab, "force-off", "switch it off", out);
    } else if (lacks_serial(vm)) {
        str_printf(out, "%s has no serial console in its definition: add <serial type='pty'/>",
                   sample->name);
    } else {
        sentence_of_state(tab, sample, out);
        if (out->length == 0 && console != NULL)
            sentence_of_stream(tab, &console->shown, sample->name, out);
        else if (out->length == 0)
            str_printf(out, "opening the console of %s ...", sample->name);
    }
}
