// SPDX-License-Identifier: GPL-2.0-or-later
// Key names: whatever is read can be written, and reads back as the same key. Then the same bytes
// as input from a terminal: all of them are used up in the end.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "ui/screen/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name)
{
    struct key key, again;
    char written[32];
    if (!key_parse(name, &key))
        return;
    key_format(&key, written, sizeof(written));
    if (!key_parse(written, &again) || !key_equal(&key, &again))
        abort();
}

static void take_all(struct input *input, uint64_t now_ns)
{
    struct key key;
    while (input_next(input, now_ns, &key)) {
        char written[32];
        key_format(&key, written, sizeof(written));
        if (key.code >= KEY_CODE_COUNT || written[0] == '\0' ||
            (key.code == KEY_CODE_PASTE && strlen(key.paste) != key.paste_length))
            abort();
    }
}

static void check_input(const uint8_t *data, size_t size)
{
    struct input *input = memory_alloc(sizeof(*input));
    input_init(input);
    uint64_t now_ns = 1;
    while (size > 0) {
        size_t length = 1 + data[0] % 40;
        length = length < size ? length : size;
        if (input_space(input) < length)
            abort();
        input_feed(input, (const char *)data, length, now_ns);
        take_all(input, now_ns);
        now_ns += (uint64_t)(data[0] & 0xC0) * 1000000;
        data += length;
        size -= length;
    }
    for (int i = 0; i < 3; i++) {
        now_ns += UINT64_C(6000000000);
        take_all(input, now_ns);
    }
    if (input->length != 0 || input->pasting)
        abort();
    input_finish(input);
    free(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FREE char *name = memory_strndup((const char *)data, size < 64 ? size : 64);
    check_name(name);
    check_input(data, size);
    return 0;
}
