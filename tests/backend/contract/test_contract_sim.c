// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/contract/contract.h"
#include "backend/sim/sim.h"
#include "check_main.h"

static const struct contract_fixture fixture = {
    .name = "contract_sim",
    .driver = &sim_driver_ops,
    .uri = "sim:///?vms=20&seed=11",
    .running_vm = "web1",
    .grow_disk = "vda",
    .obeys_shutdown = true,
    .balloon_follows = true,
    .has_figures = true,
    .starts_paused = true,
    .can_add_vcpus = true,
    .can_lose_vcpus = true,
    .deadline_ms = 6000,
    .case_timeout_s = 40,
    .clean = sim_worlds_forget, // the next test begins anew
};

int main(void)
{
    return check_main(contract_suite(&fixture));
}
