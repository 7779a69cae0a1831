// SPDX-License-Identifier: GPL-2.0-or-later
// The only user of ncurses: opens and restores the real terminal, flushes frames, reads keys.
// Exactly one may be open at a time. UI thread only, except terminal_restore_now.
#ifndef VMTUI_UI_SCREEN_TERMINAL_H
#define VMTUI_UI_SCREEN_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/config/config.h"
#include "core/error.h"
#include "ui/screen/frame.h"
#include "ui/screen/key.h"
#include "ui/screen/theme.h"

struct terminal;

struct terminal_settings {
    enum tristate unicode, colour;
    bool mouse;
    const struct theme *theme; // copied
};

// Fails when stdin or stdout is no terminal or TERM is unknown, with a sentence.
struct terminal *terminal_open(const struct terminal_settings *settings, struct error *err);
void terminal_close(struct terminal *terminal);   // takes NULL; the screen is as it was before
int terminal_fd(const struct terminal *terminal); // readable when keys wait
// The next key that waits; false when there is none (or input has ended: see terminal_ended).
bool terminal_read(struct terminal *terminal, struct key *key);
// Milliseconds until terminal_read may give a key though no byte comes (a lone Escape); UINT64_MAX:
// it will not.
uint64_t terminal_wait_ms(const struct terminal *terminal);
bool terminal_ended(const struct terminal *terminal); // end of file or hang-up on input
void terminal_size(struct terminal *terminal, int *rows, int *columns); // asks the tty anew
enum glyph_set terminal_glyphs(const struct terminal *terminal);
// Shows the frame; writes only what changed, and never blocks. False when the frame was not taken,
// because the terminal has not read what went before: wait until terminal_output_fd is writable.
bool terminal_flush(struct terminal *terminal, const struct frame *frame);
bool terminal_send(struct terminal *terminal); // goes on sending; false while some still waits
int terminal_output_fd(const struct terminal *terminal);
uint64_t terminal_bytes_sent(const struct terminal *terminal); // since it was opened
void terminal_redraw(struct terminal *terminal);               // the next flush writes everything
void terminal_bell(struct terminal *terminal);                 // at most two a second
void terminal_set_theme(struct terminal *terminal, const struct theme *theme);
void terminal_suspend(struct terminal *terminal); // for SIGTSTP: gives the terminal back
void terminal_resume(struct terminal *terminal);
// From any thread or a fatal signal handler: puts the tty's modes back and leaves the alternate
// screen with plain writes. Does nothing when none is open.
void terminal_restore_now(void);
// Fatal signals, and memory running out, restore the terminal before they end the program.
void terminal_install_crash_handlers(void);

#endif
