// SPDX-License-Identifier: GPL-2.0-or-later
// The embedded engine with a guest that is a boot sector: it halts, and listens to nothing.
#include <stdlib.h>

#include "backend/contract/contract.h"
#include "check_main.h"
#include "guest/embed_fixture.h"

static void make_guest(void)
{
    embed_clear(); // of what a test that failed has left
    char *disk = embed_boot_disk("contract.qcow2", "qcow2");
    struct embed_guest guest = {.name = "contract", .disk = disk, .format = "qcow2"};
    embed_define(&guest);
    free(disk);
}

static struct contract_fixture fixture = {
    .name = "contract_embed",
    .driver = &libvirt_driver_ops,
    .running_vm = "contract",
    .grow_disk = "vda",
    .has_figures = true,
    .starts_paused = true,
    .deadline_ms = 15000,
    .case_timeout_s = 120,
    .prepare = make_guest,
    .clean = embed_clear,
};

// Each test opens the engine in a process of its own: libvirt can take its QEMU driver into a
// process only about a dozen times.
static Suite *make_suite(void)
{
    setenv("CK_FORK", "yes", 1);
    fixture.uri = embed_uri();
    return contract_suite(&fixture);
}

int main(void)
{
    return embed_fixture_main(make_suite, 400);
}
