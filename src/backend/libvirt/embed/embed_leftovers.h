// SPDX-License-Identifier: GPL-2.0-or-later
// What an engine that ended leaves below its root. libvirt keeps the process numbers of running
// guests where a daemon's are gone after a reboot, but the engine's are not, and it ends whatever
// process has such a number now when it can't adopt it.
#ifndef VMTUI_BACKEND_LIBVIRT_EMBED_LEFTOVERS_H
#define VMTUI_BACKEND_LIBVIRT_EMBED_LEFTOVERS_H

// Forgets the guests whose process number was given to another process meanwhile: libvirt then
// finds them shut off. After a reboot, lets the engine start its autostart VMs again. To be called
// while nobody has the engine open.
void embed_forget_leftovers(const char *root);

#endif
