// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/views/tabs/snapshot_tree.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/memory.h"
#include "core/str.h"

#define NONE SIZE_MAX

struct node {
    size_t parent, first_child, next_sibling;
    bool placed;
};

// Parents usually stand just before their children.
static size_t parent_of(const struct vm_detail *detail, size_t child)
{
    const char *parent = detail->snapshots[child].parent;
    if (parent == NULL)
        return NONE;
    for (size_t i = child; i-- > 0;)
        if (str_equal(detail->snapshots[i].name, parent))
            return i;
    for (size_t i = child + 1; i < detail->snapshot_count; i++)
        if (str_equal(detail->snapshots[i].name, parent))
            return i;
    return NONE;
}

static struct node *link_nodes(const struct vm_detail *detail)
{
    size_t count = detail->snapshot_count;
    struct node *nodes = memory_array(count + 1, sizeof(*nodes));
    for (size_t i = 0; i < count; i++)
        nodes[i] = (struct node){parent_of(detail, i), NONE, NONE, false};
    for (size_t i = count; i-- > 0;) {
        size_t parent = nodes[i].parent;
        if (parent == NONE)
            continue;
        nodes[i].next_sibling = nodes[parent].first_child;
        nodes[parent].first_child = i;
    }
    return nodes;
}

static size_t next_unplaced(const struct node *nodes, size_t at)
{
    while (at != NONE && nodes[at].placed)
        at = nodes[at].next_sibling;
    return at;
}

// Depth first, and no snapshot twice: a host that reports a circle of parents ends it here.
static size_t place_tree(struct node *nodes, size_t root, struct snapshot_row *rows)
{
    size_t at = root, count = 0;
    for (unsigned depth = 0;;) {
        nodes[at].placed = true;
        rows[count++] = (struct snapshot_row){at, depth};
        size_t next = next_unplaced(nodes, nodes[at].first_child);
        if (next != NONE) {
            depth++;
        } else {
            while (at != root && (next = next_unplaced(nodes, nodes[at].next_sibling)) == NONE) {
                at = nodes[at].parent;
                depth--;
            }
            if (at == root)
                return count;
        }
        at = next;
    }
}

void snapshot_tree_rows(const struct vm_detail *detail, struct snapshot_row *rows)
{
    struct node *nodes = link_nodes(detail);
    size_t placed = 0;
    for (size_t i = 0; i < detail->snapshot_count; i++)
        if (nodes[i].parent == NONE)
            placed += place_tree(nodes, i, rows + placed);
    for (size_t i = 0; i < detail->snapshot_count; i++)
        if (!nodes[i].placed) // in a circle
            placed += place_tree(nodes, i, rows + placed);
    free(nodes);
}
