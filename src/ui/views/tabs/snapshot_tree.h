// SPDX-License-Identifier: GPL-2.0-or-later
// The snapshots of a VM as the rows of a tree, depth first. Pure.
#ifndef VMTUI_UI_VIEWS_TABS_SNAPSHOT_TREE_H
#define VMTUI_UI_VIEWS_TABS_SNAPSHOT_TREE_H

#include "core/model/model.h"

struct snapshot_row {
    size_t snapshot; // index into the detail's
    unsigned depth;  // 0: it has no parent that is there
};

// rows has room for all of the detail's snapshots; each gets one row, below its parent's, also
// where a host reports a parent that is not there, or parents in a circle.
void snapshot_tree_rows(const struct vm_detail *detail, struct snapshot_row *rows);

#endif
