// SPDX-License-Identifier: GPL-2.0-or-later
// Writes docs/ALLOCATOR-RESULTS.md to stdout: every planner in every scenario of the simulator, the
// gates, and how long a plan takes. allocator_bench [SEEDS]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "allocator/baselines/baseline.h"
#include "allocator/entitlement.h"
#include "allocator/simulate.h"
#include "core/memory.h"

enum { FIRST_SEED = 1001, ROUNDS = 15 };

static int missed;

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct simulation_metrics measure(const char *policy, const char *scenario, unsigned seeds)
{
    struct simulation simulation = {.policy = policy, .scenario = scenario, .seed = FIRST_SEED};
    struct simulation_metrics metrics;
    struct error err = {0};
    if (!simulation_run_seeds(&simulation, seeds, &metrics, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    return metrics;
}

static void gate(const char *what, double value, double limit)
{
    bool held = value <= limit;
    missed += !held;
    printf("| %s | %.3g | %.3g | %s |\n", what, value, limit, held ? "yes" : "**no**");
}

static double part(double ours, double theirs)
{
    return theirs > 0 ? ours / theirs : 1;
}

static void gates_of(const char *scenario, double limit, unsigned seeds)
{
    const char *others[] = {"static", "proxmox-80", "proxmox-budget", "mom"};
    struct simulation_metrics ours = measure("vmtui", scenario, seeds), theirs;
    char what[128];
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        theirs = measure(others[i], scenario, seeds);
        snprintf(what, sizeof(what), "%s: unmet, part of %s's", scenario, others[i]);
        gate(what, part(ours.unmet_gib_s, theirs.unmet_gib_s), limit);
    }
    theirs = measure("qubes", scenario, seeds);
    snprintf(what, sizeof(what), "%s: unmet, part of qubes's", scenario);
    gate(what, part(ours.unmet_gib_s, theirs.unmet_gib_s), 0.5);
    snprintf(what, sizeof(what), "%s: changes, part of qubes's", scenario);
    gate(what, part(ours.actuations, theirs.actuations), 1.0 / 3);
}

static void print_gates(unsigned seeds)
{
    const struct simulation_scenario *scenario;
    double overcommit = 0, unsafe = 0;
    puts("## Gates\n\n| gate | value | limit | held |\n|---|--:|--:|---|");
    gates_of("mixed", 0.20, seeds);
    gates_of("tight", 0.50, seeds);
    gates_of("tight-default", 0.50, seeds);
    for (size_t i = 0; (scenario = simulation_scenario_at(i)) != NULL; i++) {
        struct simulation_metrics ours = measure("vmtui", scenario->name, seeds);
        overcommit += ours.overcommit_s;
        unsafe += ours.unsafe_grows;
    }
    gate("all: seconds in which the host itself had too little", overcommit, 0);
    gate("all: grows beyond the budget", unsafe, 0);
    puts("");
}

static void print_scenarios(unsigned seeds)
{
    const struct simulation_scenario *scenario;
    for (size_t i = 0; (scenario = simulation_scenario_at(i)) != NULL; i++) {
        const struct contestant *one;
        struct str table;
        double ours = 0, unavoidable = 0;
        char worse[128] = "";
        str_init(&table);
        simulation_table_row(&table, NULL, NULL);
        for (size_t j = 0; (one = contestant_at(j)) != NULL; j++) {
            struct simulation_metrics metrics = measure(one->name, scenario->name, seeds);
            simulation_table_row(&table, one->name, &metrics);
            if (j == 0) {
                ours = metrics.unmet_gib_s;
                unavoidable = metrics.unavoidable_gib_s;
            } else if (metrics.unmet_gib_s < ours && strlen(worse) + 32 < sizeof(worse)) {
                strcat(strcat(worse, worse[0] != '\0' ? ", " : ""), one->name);
            }
        }
        printf("## %s\n\n%s. Unavoidable: %.0f GiB\302\267s.%s%s%s\n\n%s\n", scenario->name,
               scenario->what, unavoidable, worse[0] != '\0' ? " Less unmet than ours: **" : "",
               worse, worse[0] != '\0' ? "**." : "", table.text);
        str_finish(&table);
    }
}

static double pick(uint64_t *state, double lo, double hi)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return lo + (hi - lo) * (double)(*state >> 11) * 0x1.0p-53;
}

// Median of ROUNDS, us.
static double median(double *times)
{
    for (int i = 1; i < ROUNDS; i++)
        for (int j = i; j > 0 && times[j] < times[j - 1]; j--) {
            double moved = times[j];
            times[j] = times[j - 1];
            times[j - 1] = moved;
        }
    return times[ROUNDS / 2];
}

static double solve_us(size_t count, enum entitlement_tier stop)
{
    struct entitlement_space space = {0};
    struct entitlement_row *vms = memory_array(count, sizeof(*vms));
    int64_t *out = memory_array(count, sizeof(*out));
    char(*uuids)[24] = memory_array(count, sizeof(*uuids));
    uint64_t random = 5;
    double times[ROUNDS];
    // Between what a tier's predecessor needs and what the tier needs.
    static const double budget_gib[] = {0.3, 1.8, 2.9, 5};
    for (size_t i = 0; i < count; i++) {
        double need = pick(&random, 0.5, 4) * (double)GIB_KIB;
        snprintf(uuids[i], sizeof(uuids[i]), "%zu", i);
        vms[i] = (struct entitlement_row){uuids[i],      pick(&random, 100, 4000), GIB_KIB / 2,
                                          (int64_t)need, (int64_t)(need * 1.3),    8 * GIB_KIB};
    }
    for (int round = 0; round < ROUNDS; round++) {
        double begin = now_us();
        entitlement_fill(vms, count, (int64_t)(budget_gib[stop] * (double)count * (double)GIB_KIB),
                         0, 0, out, &space);
        times[round] = now_us() - begin;
    }
    entitlement_space_finish(&space);
    free(vms);
    free(out);
    free(uuids);
    return median(times);
}

static double plan_us(size_t count)
{
    struct allocator *allocator = allocator_create();
    struct allocator_plan plan = {0};
    struct allocator_vm *vms = memory_array(count, sizeof(*vms));
    struct allocator_vcpu *vcpus = memory_array(count, sizeof(*vcpus));
    char(*uuids)[VM_UUID_SIZE] = memory_array(count, sizeof(*uuids));
    struct allocator_input input = {.total_kib = (int64_t)count * 4 * GIB_KIB,
                                    .available_kib = -1,
                                    .pressure_some = -1,
                                    .pressure_full = -1,
                                    .cpus = 64,
                                    .vms = vms,
                                    .vm_count = count};
    uint64_t random = 6;
    double times[ROUNDS];
    host_policy_init(&input.policy);
    for (size_t i = 0; i < count; i++) {
        snprintf(uuids[i], sizeof(uuids[i]), "00000000-0000-0000-0000-%012u", (unsigned)i);
        vms[i] = (struct allocator_vm){.uuid = uuids[i],
                                       .name = uuids[i],
                                       .settled_s = 1000,
                                       .max_kib = 8 * GIB_KIB,
                                       .current_kib = 3 * GIB_KIB,
                                       .target_kib = -1,
                                       .rss_kib = 3 * GIB_KIB,
                                       .unused_kib = -1,
                                       .cache_kib = -1,
                                       .period_s = 2,
                                       .vcpus = &vcpus[i],
                                       .vcpu_count = 1,
                                       .original_weight = 100,
                                       .weight = 100};
        vm_policy_init(&vms[i].policy);
    }
    for (int round = 0; round < ROUNDS; round++) {
        input.now_s += 5;
        for (size_t i = 0; i < count; i++) {
            vms[i].usable_kib = (int64_t)pick(&random, 0, 3 * (double)GIB_KIB);
            vms[i].last_update_s++;
            vcpus[i].time_ns += (uint64_t)pick(&random, 0, 5e9);
        }
        double begin = now_us();
        allocator_step(allocator, &input, &plan);
        times[round] = now_us() - begin;
    }
    allocator_plan_finish(&plan);
    allocator_destroy(allocator);
    free(vms);
    free(vcpus);
    free(uuids);
    return median(times);
}

static void print_times(void)
{
    static const size_t counts[] = {10, 100, 1000, 10000};
    static const double limits_us[] = {50, 500, 5000, 60000};
    puts("## How long a plan takes\n\nAs parts of the limit, on the machine that wrote this page: "
         "entitlement with the filling in each of the four tiers, and a whole tick (memory, CPU, "
         "guard, a decision about every VM).\n");
    puts("| VMs | limit ms | minimum | working set | demand | maximum | whole tick | held |\n"
         "|--:|--:|--:|--:|--:|--:|--:|---|");
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
        double worst = 0;
        printf("| %zu | %.2f |", counts[i], limits_us[i] / 1000);
        for (int tier = TIER_MIN; tier <= TIER_COUNT; tier++) {
            double time = tier < TIER_COUNT ? solve_us(counts[i], (enum entitlement_tier)tier)
                                            : plan_us(counts[i]);
            printf(" %.3f |", time / limits_us[i]);
            worst = time / limits_us[i] > worst ? time / limits_us[i] : worst;
        }
        printf(" %s |\n", worst <= 1 ? "yes" : "**no**");
        missed += worst > 1;
    }
}

int main(int argc, char **argv)
{
    unsigned seeds = argc > 1 ? (unsigned)atoi(argv[1]) : 20;
    printf(
        "# What the allocator's planner is worth\n\n"
        "Written by `make bench-allocator`: an hour of simulated time in steps of 1 s, means "
        "over %u seeds; peak commit and least satisfied are the worst of all. The guests' wishes "
        "are the same for every planner. `src/allocator/simulator` has the model, "
        "`src/allocator/baselines` the others, written from their published formulas; they get "
        "the limits, the pinned guests and (but for `proxmox-80` and `mom`) the budget that our "
        "planner has. Everybody begins with the parts that `static` keeps. A model is not a "
        "host: what these numbers rank is decisions, not hypervisors.\n\n"
        "`unmet` is memory that a guest wanted and had to swap, over time. `Unavoidable` is what "
        "would be unmet if all of the budget above the VMs' minima were always, at once, where it "
        "is wanted. Where the minima take nearly all of it (`tight-default`), the gates on "
        "unmet memory cannot be held by anybody who keeps them.\n\n",
        seeds);
    print_gates(seeds);
    print_scenarios(seeds);
    print_times();
    fprintf(stderr, "%d gates missed\n", missed);
    return 0;
}
