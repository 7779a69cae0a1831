// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/model/console_port.h"

#include <stdlib.h>

void console_view_finish(struct console_view *view)
{
    if (view == NULL)
        return;
    free(view->cells);
    *view = (struct console_view){0};
}
