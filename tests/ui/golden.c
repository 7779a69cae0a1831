// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/golden.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/str.h"

static char *golden_path(const char *name)
{
    const char *root = getenv("VMTUI_SOURCE");
    return memory_printf("%s/tests/ui/goldens/%s.txt", root ? root : ".", name);
}

static bool read_file(const char *path, struct str *out)
{
    char bytes[4096];
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    for (size_t count; (count = fread(bytes, 1, sizeof(bytes), file)) > 0;)
        str_add_bytes(out, bytes, count);
    fclose(file);
    return true;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    fputs(text, file);
    fclose(file);
}

static void show_difference(const char *expected, const char *found)
{
    for (int line = 1; *expected || *found; line++) {
        size_t expected_length = strcspn(expected, "\n"), found_length = strcspn(found, "\n");
        if (expected_length != found_length || memcmp(expected, found, found_length) != 0)
            printf("line %d\n-%.*s\n+%.*s\n", line, (int)expected_length, expected,
                   (int)found_length, found);
        expected += expected_length + (expected[expected_length] == '\n');
        found += found_length + (found[found_length] == '\n');
    }
    fflush(stdout);
}

void golden_check(const char *name, const char *text)
{
    AUTO_FREE char *path = golden_path(name);
    AUTO_FREE char *found = memory_printf("%s\n", text);
    const char *update = getenv("UPDATE_GOLDENS");
    if (update && *update && strcmp(update, "0") != 0) {
        write_file(path, found);
        return;
    }
    struct str expected;
    str_init(&expected);
    bool there = read_file(path, &expected);
    bool same = there && strcmp(expected.text, found) == 0;
    if (there && !same)
        show_difference(expected.text, found);
    str_finish(&expected);
    ck_assert_msg(there, "%s is missing: UPDATE_GOLDENS=1 writes it", path);
    ck_assert_msg(same, "the screen differs from %s", path);
}

void golden_check_frame(const char *name, const struct frame *frame)
{
    struct str text;
    str_init(&text);
    frame_to_text(frame, &text);
    golden_check(name, text.text);
    str_finish(&text);
}

void golden_check_roles(const char *name, const struct frame *frame)
{
    struct str text;
    str_init(&text);
    frame_to_text(frame, &text);
    str_add(&text, "\n----\n");
    frame_to_roles(frame, &text);
    golden_check(name, text.text);
    str_finish(&text);
}
