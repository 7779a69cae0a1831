// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/driver.h"

#include "core/memory.h"

static const struct driver_ops *const drivers[] = {&sim_driver_ops, &libvirt_driver_ops};

// libvirt says best what is wrong with a URI that nobody knows.
const struct driver_ops *driver_for_uri(const char *uri)
{
    for (size_t i = 0; i < ARRAY_COUNT(drivers); i++) {
        if (drivers[i]->accepts(uri))
            return drivers[i];
    }
    return &libvirt_driver_ops;
}
