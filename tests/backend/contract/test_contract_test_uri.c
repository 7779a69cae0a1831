// SPDX-License-Identifier: GPL-2.0-or-later
// libvirt's own mock hypervisor. Each test has a process, and so a host, of its own.
#include "backend/contract/contract.h"
#include "check_main.h"

static const struct contract_fixture fixture = {
    .name = "contract_test_uri",
    .driver = &libvirt_driver_ops,
    .uri = "test:///default",
    .running_vm = "test",
    .obeys_shutdown = true,
    .balloon_follows = true,
    .refuses_vaguely = true,
    .can_add_vcpus = true,
    .can_lose_vcpus = true,
    .deadline_ms = 6000,
    .case_timeout_s = 60,
};

int main(void)
{
    return check_main(contract_suite(&fixture));
}
