// SPDX-License-Identifier: GPL-2.0-or-later
// A latest-wins slot between threads: putting a new value releases an unread older one. Its eventfd
// becomes readable on put and is cleared by take, so that a poll loop can wait for it.
#ifndef VMTUI_CORE_MAILBOX_H
#define VMTUI_CORE_MAILBOX_H

struct mailbox;

// release is called (on the putting or destroying thread) for values nobody took. The result is
// never NULL.
struct mailbox *mailbox_create(void (*release)(void *value));
void mailbox_destroy(struct mailbox *box);          // takes NULL; releases what is inside
void mailbox_put(struct mailbox *box, void *value); // takes ownership of a non-NULL value
void *mailbox_take(struct mailbox *box);            // NULL when empty; the caller owns it
int mailbox_fd(const struct mailbox *box);          // for poll(POLLIN); owned by the mailbox

#endif
