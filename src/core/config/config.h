// SPDX-License-Identifier: GPL-2.0-or-later
// Every option of vmtui.conf, once: the table below makes the parser, the range checks, the manual
// page and the check of vmtui.conf.example. A struct config is plain values; after start-up it is
// read-only and may be read by any thread.
#ifndef VMTUI_CORE_CONFIG_CONFIG_H
#define VMTUI_CORE_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/str.h"

enum tristate { TRISTATE_AUTO, TRISTATE_YES, TRISTATE_NO };
enum cpu_percent_of { CPU_PERCENT_OF_VCPU, CPU_PERCENT_OF_VM, CPU_PERCENT_OF_HOST };

struct config_binding {
    char *key;     // "s", "F5", "Ctrl-P", "Space"
    char *command; // a command line: "snapshot", "move down"; "" takes the key away
    unsigned line; // of the file that said so; 0: none did
};

struct config {
    char *connect;         // URI; "" chooses (see vmtui(1))
    double tick_s;         // between two samples, 0.5..60
    char *theme;           // name of a theme or path of a theme file
    enum tristate unicode; // auto: from the locale
    enum tristate colour;  // auto: from terminfo
    bool mouse;
    unsigned scrollback_lines; // of each console
    unsigned chart_window_s;   // 60..3600, what charts show at start
    char *sort;                // column of the VM list: "name", "cpu", "memory", ...
    bool sort_inverted;
    enum cpu_percent_of cpu_percent_of;
    unsigned executors;         // commands at once per host
    unsigned command_timeout_s; // a quick command without an answer
    char *embed_root;           // "" : below the state directory
    char *embed_qemu_user;      // "auto", "root" or a user's name
    char *log_level;            // error, warn, info, debug
    struct config_binding *bindings;
    size_t binding_count;
};

enum option_type { OPTION_TEXT, OPTION_CHOICE, OPTION_BOOL, OPTION_UNSIGNED, OPTION_SECONDS };

struct option_spec {
    const char *name; // as written in the file: "tick"
    enum option_type type;
    size_t offset;           // in struct config
    double minimum, maximum; // of numbers
    // "auto yes no": of OPTION_CHOICE, in the enum's order; of OPTION_TEXT: what it may be, or NULL
    const char *choices;
    const char *unit;         // "s", "lines", or NULL
    const char *default_text; // as written in the file, without quotes
    const char *help;         // one sentence
};

// The table, ended by a row whose name is NULL.
extern const struct option_spec option_table[];

// The defaults. (Not "config_init": that name is libconfig's.)
void config_init_defaults(struct config *config);
void config_finish(struct config *config);
void config_add_binding(struct config *config, const char *key, const char *command);
// Reads a libconfig file over what is in *config. Errors name file and line: wrong type, out of
// range, unknown key, file over 1 MiB, binary file. On failure *config is unchanged.
bool config_load(struct config *config, const char *path, struct error *err);
// What vmtui.conf.example holds: every option with its help, range and default.
void config_example_write(struct str *out);
// "0.5 to 60 s", "auto, yes or no": what an option takes, in words.
void option_range_write(const struct option_spec *option, struct str *out);

#endif
