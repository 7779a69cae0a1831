// SPDX-License-Identifier: GPL-2.0-or-later
// Between ncurses and the tty: ncurses writes into a file in memory, and from there the bytes go
// out as fast as the terminal takes them, so that one that nobody reads cannot hold up the program.
#ifndef VMTUI_UI_SCREEN_TERMINAL_OUTPUT_H
#define VMTUI_UI_SCREEN_TERMINAL_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/error.h"
#include "core/str.h"

struct terminal_output {
    FILE *capture; // given to ncurses
    int fd;        // the tty, non-blocking where it could be opened anew
    bool fd_is_own;
    struct str waiting;
    size_t sent;    // bytes of `waiting`
    bool failed;    // the tty is gone
    uint64_t bytes; // sent since the beginning
};

bool terminal_output_open(struct terminal_output *output, int tty_fd, struct error *err);
void terminal_output_close(struct terminal_output *output); // takes a zeroed one
void terminal_output_add(struct terminal_output *output, const char *text);
// Takes what ncurses wrote and sends what can be sent now. True when nothing waits any more.
bool terminal_output_send(struct terminal_output *output);
// Goes on sending for at most timeout_ms.
void terminal_output_finish(struct terminal_output *output, int timeout_ms);

#endif
