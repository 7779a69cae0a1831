// SPDX-License-Identifier: GPL-2.0-or-later
// Screens as they were when a person looked at them and found them good. `UPDATE_GOLDENS=1 make
// check` (or one test program run so) writes them anew; then look at every difference in git.
#ifndef VMTUI_TESTS_UI_GOLDEN_H
#define VMTUI_TESTS_UI_GOLDEN_H

#include "ui/screen/frame.h"

// Fails the test when text is not what tests/ui/goldens/NAME.txt holds. Tests run in the project's
// root, or find it by the environment variable VMTUI_SOURCE.
void golden_check(const char *name, const char *text);
void golden_check_frame(const char *name, const struct frame *frame);
// Text, then the role of every cell: for what only colours and attributes tell.
void golden_check_roles(const char *name, const struct frame *frame);

#endif
