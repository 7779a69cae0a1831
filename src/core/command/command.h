// SPDX-License-Identifier: GPL-2.0-or-later
// The table of everything that vmtui can do. Keys, the ':' prompt, the palette, the help screen,
// the shell, its completions and the manual page are all made from it. Pure; any thread.
#ifndef VMTUI_CORE_COMMAND_COMMAND_H
#define VMTUI_CORE_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/model/model.h"
#include "core/model/operation.h"
#include "core/str.h"

enum command_target {
    COMMAND_TARGET_NONE,
    COMMAND_TARGET_ONE_VM, // exactly one
    COMMAND_TARGET_VMS,    // the marked ones, else the selected one; from the shell: one or more
    COMMAND_TARGET_ANY_VMS // from the shell: none means all
};

enum command_flag {
    COMMAND_CHANGES = 1u << 0,   // changes something on the host: hidden by --readonly
    COMMAND_CONFIRM = 1u << 1,   // asks first, Cancel being the default
    COMMAND_TYPE_NAME = 1u << 2, // the VM's name must be typed
    COMMAND_SCREEN = 1u << 3,    // means something on the screen
    COMMAND_SHELL = 1u << 4,     // means something from the shell
    COMMAND_HIDDEN = 1u << 5,    // movement and the like: not in the palette
    // Asks on the screen only, where a slip of a finger is enough; whoever types it in a shell
    // means it.
    COMMAND_CONFIRM_SCREEN = 1u << 6,
};

enum command_group {
    COMMAND_GROUP_POWER,
    COMMAND_GROUP_SNAPSHOT,
    COMMAND_GROUP_RESIZE,
    COMMAND_GROUP_MANAGE,
    COMMAND_GROUP_LOOK,
    COMMAND_GROUP_MOVE,
    COMMAND_GROUP_PROGRAM,
    COMMAND_GROUP_COUNT
};

enum argument_type {
    ARGUMENT_FLAG,   // --children
    ARGUMENT_TEXT,   // --name before-upgrade
    ARGUMENT_NUMBER, // --vcpus 4
    ARGUMENT_SIZE,   // --memory 4G: bytes; K M G T are powers of 1024, a bare number is MiB
    ARGUMENT_CHOICE, // --mode acpi
    ARGUMENT_SECONDS // --interval 2 (fractions allowed)
};

struct argument_spec {
    const char *name; // without dashes: "name"
    enum argument_type type;
    bool positional; // may be given without --name, in table order, after the targets
    bool required;
    const char *choices;      // "auto acpi agent"; of other types: words allowed besides ("next")
    const char *default_text; // NULL: absent
    double minimum, maximum;  // numbers, bytes, seconds
    const char *help;
};

#define COMMAND_ARGUMENT_MAX 8

struct command_spec {
    const char *name;  // "force-off"
    const char *alias; // or NULL
    enum command_group group;
    enum command_target target;
    unsigned flags;  // enum command_flag
    int operation;   // enum operation_kind, or -1 when it is not one
    int needs;       // enum host_capability, or -1
    unsigned states; // bit per enum vm_state in which it makes sense; 0: any
    // Default keys, blank-separated; "KEY=WORD" runs the command with that argument: "s F5",
    // "1=metrics 2=console". NULL: none. Read by command_next_default_key.
    const char *keys;
    const char *help;                                     // one line, imperative, no full stop
    struct argument_spec arguments[COMMAND_ARGUMENT_MAX]; // ended by a NULL name
};

// Ended by a row whose name is NULL.
extern const struct command_spec command_table[];

const struct command_spec *command_find(const char *name); // name or alias; NULL when unknown

#define COMMAND_KEY_SIZE  32
#define COMMAND_LINE_SIZE 128

// Steps through a command's default keys: set *position to 0 before the first call; false when
// there is none left. Fills the key's name and the command line that it runs ("tab metrics").
bool command_next_default_key(const struct command_spec *spec, unsigned *position,
                              char key[COMMAND_KEY_SIZE], char command_line[COMMAND_LINE_SIZE]);
const char *command_group_title(enum command_group group); // "Power", "Snapshots", ...
size_t command_argument_count(const struct command_spec *spec);

// A command line, parsed and checked against its spec.
struct command_call {
    const struct command_spec *spec;
    char **targets; // VM names, UUIDs or shell patterns, as typed
    size_t target_count;
    char *values[COMMAND_ARGUMENT_MAX]; // per spec argument; NULL when absent and without default
};

// Parses words (argv style; words[0] is the command's name). On the screen targets may be left out,
// and required arguments of commands that are operations (see command_missing).
// Errors are usage errors (ERROR_INVALID) that name the offending word.
bool command_parse(struct command_call *call, size_t word_count, const char *const *words,
                   bool from_shell, struct error *err);
// Splits a line as a shell would (quotes and backslashes, no expansion), then command_parse.
bool command_parse_line(struct command_call *call, const char *line, struct error *err);
void command_call_finish(struct command_call *call); // takes a zeroed one
bool command_flag_given(const struct command_call *call, const char *argument);
const char *command_text(const struct command_call *call, const char *argument); // NULL: absent
// A number, bytes or seconds; false when absent, or when it is one of the argument's words
// ("next").
bool command_number(const struct command_call *call, const char *argument, double *value);
// The first required argument that was left out; a dialog asks for it. NULL: none is missing.
const struct argument_spec *command_missing(const struct command_call *call);
// Sets an argument after parsing (a dialog's answer), checked as if it had been typed; NULL takes
// it back.
bool command_set(struct command_call *call, const char *argument, const char *value,
                 struct error *err);
// "vmtui snapshot web1 --name before-upgrade", quoted for a shell, with that target (NULL: with the
// call's own targets).
void command_format(const struct command_call *call, const char *target, struct str *out);

// True when the call makes sense for this VM on this host now; else err says why not, in words.
bool command_allowed(const struct command_spec *spec, const struct host_snapshot *host,
                     const struct vm_sample *vm, struct error *err);
// Makes the operations (one `resize` can be several) for one VM. The caller owns the array's
// entries; at most COMMAND_OPERATION_MAX. Returns 0 and fills err on failure.
#define COMMAND_OPERATION_MAX 6
size_t command_to_operations(const struct command_call *call, const struct host_snapshot *host,
                             const struct vm_sample *vm,
                             struct operation *operations[COMMAND_OPERATION_MAX],
                             struct error *err);
// What would happen, a sentence a line (now, at the next boot, impossible and why).
void command_preview(const struct command_call *call, const struct host_snapshot *host,
                     const struct vm_sample *vm, struct str *out);
// VMs of the snapshot that a target word names: exact name, UUID, or a pattern with * ? [ ].
// Calls found for each; returns how many.
size_t command_match_target(const char *word, const struct host_snapshot *host,
                            void (*found)(void *context, const struct vm_sample *vm),
                            void *context);
// Sizes as people write them: "4G", "512M", "1.5GiB"; false when it is not one.
bool command_parse_size(const char *text, uint64_t *bytes);
// Adds one word as /bin/sh would read it back.
void command_quote(struct str *out, const char *word);
// Splits as a shell would; the words are one block, released by one free. NULL and err on a quote
// that does not end.
char **command_split_words(const char *line, size_t *count, struct error *err);

#endif
