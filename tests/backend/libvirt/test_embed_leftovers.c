// SPDX-License-Identifier: GPL-2.0-or-later
// The note of autostarted VMs goes away with a reboot, and only then.
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/libvirt/embed/embed_leftovers.h"
#include "check_main.h"
#include "core/memory.h"

static char root[] = "/tmp/vmtui-left-XXXXXX";
static const char *const files[] = {"run/qemu/autostarted", "run/qemu/vmtui-boot-id"};

static char *below(const char *name)
{
    return memory_printf("%s/%s", root, name);
}

static void write_text(const char *name, const char *text)
{
    AUTO_FREE char *path = below(name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static bool exists(const char *name)
{
    AUTO_FREE char *path = below(name);
    return access(path, F_OK) == 0;
}

static void setup(void)
{
    strcpy(root + strlen(root) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    AUTO_FREE char *run = below("run");
    AUTO_FREE char *qemu = below("run/qemu");
    ck_assert_int_eq(mkdir(run, 0700), 0);
    ck_assert_int_eq(mkdir(qemu, 0700), 0);
}

static void teardown(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        AUTO_FREE char *path = below(files[i]);
        unlink(path);
    }
    AUTO_FREE char *run = below("run");
    AUTO_FREE char *qemu = below("run/qemu");
    rmdir(qemu);
    rmdir(run);
    rmdir(root);
}

START_TEST(another_boot_takes_the_marker_away)
{
    write_text("run/qemu/autostarted", "");
    write_text("run/qemu/vmtui-boot-id", "00000000-0000-0000-0000-000000000000\n");
    embed_forget_leftovers(root);
    ck_assert(!exists("run/qemu/autostarted"));
}
END_TEST

START_TEST(the_same_boot_keeps_it)
{
    embed_forget_leftovers(root);
    write_text("run/qemu/autostarted", "");
    embed_forget_leftovers(root);
    ck_assert(exists("run/qemu/autostarted"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("embed_leftovers");
    TCase *tests = tcase_create("autostart");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, another_boot_takes_the_marker_away);
    tcase_add_test(tests, the_same_boot_keeps_it);
    suite_add_tcase(suite, tests);
    return check_main(suite);
}
