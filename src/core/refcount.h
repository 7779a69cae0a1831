// SPDX-License-Identifier: GPL-2.0-or-later
// The counter inside shared, frozen objects. The last unref orders every earlier use before the
// release, so that the object's memory can be freed on any thread.
#ifndef VMTUI_CORE_REFCOUNT_H
#define VMTUI_CORE_REFCOUNT_H

#include <stdatomic.h>
#include <stdbool.h>

struct refcount {
    atomic_uint holders;
};

static inline void refcount_init(struct refcount *count)
{
    atomic_init(&count->holders, 1);
}

static inline void refcount_ref(struct refcount *count)
{
    atomic_fetch_add_explicit(&count->holders, 1, memory_order_relaxed);
}

// True when this was the last holder, who must free the object.
static inline bool refcount_unref(struct refcount *count)
{
    return atomic_fetch_sub_explicit(&count->holders, 1, memory_order_acq_rel) == 1;
}

#endif
