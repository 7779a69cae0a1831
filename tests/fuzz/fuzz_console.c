// SPDX-License-Identifier: GPL-2.0-or-later
// What a guest prints, with resizes and looks at the screen in between. The input's first byte of
// each 64 says what happens before the rest is fed.
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <wchar.h>

#include "backend/console/emulator.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore_output(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
}

static void check_cells(const struct console_view *view)
{
    for (size_t i = 0; i < (size_t)view->rows * view->columns; i++) {
        const struct console_cell *cell = &view->cells[i];
        uint32_t first = cell->characters[0];
        if (cell->width == 0) {
            if (i % view->columns == 0 || view->cells[i - 1].width != 2)
                abort();
        } else if (first != 0 && wcwidth((wchar_t)first) != cell->width) {
            abort();
        }
        for (int k = 0; k < CONSOLE_CLUSTER_MAX; k++)
            if (cell->characters[k] != 0 &&
                (cell->characters[k] < 0x20 ||
                 (cell->characters[k] >= 0x7F && cell->characters[k] < 0xA0)))
                abort();
    }
}

static void act(struct emulator *emulator, uint8_t what, struct console_view *view)
{
    size_t found;
    if ((what & 3) == 1)
        emulator_resize(emulator, 1 + (what >> 2) % 40, 1 + (what >> 3) * 5);
    else if (what == 2)
        emulator_soft_reset(emulator);
    else if ((what & 7) == 6)
        emulator_search(emulator, "a", what, (what & 8) != 0, &found);
    else if ((what & 15) == 15)
        emulator_copy(emulator, what, view);
    check_cells(view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct console_view view = {0};
    struct emulator *emulator = emulator_create(50, ignore_output, NULL);
    while (size > 1) {
        act(emulator, data[0], &view);
        size_t length = size - 1 < 63 ? size - 1 : 63;
        const char *bytes = (const char *)data + 1;
        data += length + 1;
        size -= length + 1;
        while (emulator_feed(emulator, &bytes, &length))
            ;
    }
    emulator_copy(emulator, 10, &view);
    check_cells(&view);
    emulator_copy(emulator, 0, &view);
    check_cells(&view);
    emulator_destroy(emulator);
    console_view_finish(&view);
    return 0;
}
