// SPDX-License-Identifier: GPL-2.0-or-later
// What must be refused, and how.
#include <string.h>

#include "backend/contract/contract_connection.h"
#include "backend/contract/contract_samples.h"
#include "core/memory.h"

// With arguments that would do if the rest was right.
static struct operation *any_operation(enum operation_kind kind)
{
    struct operation *operation = contract_operation(kind);
    operation->name = memory_strdup("contract-any");
    operation->disk = memory_strdup(contract->grow_disk != NULL ? contract->grow_disk : "vda");
    operation->number = 1;
    operation->memory_kib = 128 * 1024;
    operation->size_bytes = UINT64_C(1) << 40;
    return operation;
}

START_TEST(an_unknown_vm_is_not_found)
{
    for (int kind = 0; kind < OPERATION_KIND_COUNT; kind++) {
        struct operation *operation = any_operation((enum operation_kind)kind);
        strcpy(operation->uuid, "deadbeef-dead-4ead-beef-deadbeefdead");
        struct error err = contract_run(operation);
        bool claimed = contract_can(contract_needs((enum operation_kind)kind));
        ck_assert_msg(err.kind == ERROR_NOT_FOUND || (!claimed && err.kind == ERROR_UNSUPPORTED),
                      "%s: %s: %s", operation_kind_name((enum operation_kind)kind),
                      error_kind_name(err.kind), err.text);
    }
}
END_TEST

START_TEST(what_is_not_claimed_is_unsupported)
{
    for (int kind = 0; kind < OPERATION_KIND_COUNT; kind++) {
        if (contract_can(contract_needs((enum operation_kind)kind)))
            continue;
        struct error err = contract_run(any_operation((enum operation_kind)kind));
        ck_assert_msg(err.kind == ERROR_UNSUPPORTED, "%s: %s: %s",
                      operation_kind_name((enum operation_kind)kind), error_kind_name(err.kind),
                      err.text);
    }
    contract_wait_state(VM_STATE_RUNNING);
}
END_TEST

START_TEST(a_broken_uuid_does_no_harm)
{
    struct operation *operation = any_operation(OPERATION_PAUSE);
    strcpy(operation->uuid, "no uuid at all");
    struct error err = contract_run(operation);
    ck_assert_msg(err.kind == ERROR_NOT_FOUND || err.kind == ERROR_INVALID, "%s: %s",
                  error_kind_name(err.kind), err.text);
}
END_TEST

START_TEST(missing_arguments_are_invalid)
{
    static const enum operation_kind kinds[] = {
        OPERATION_RENAME,    OPERATION_SNAPSHOT_REVERT, OPERATION_SNAPSHOT_DELETE,
        OPERATION_SET_VCPUS, OPERATION_SET_BALLOON,     OPERATION_DISK_GROW,
    };
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        struct error err = contract_do(kinds[i], 0);
        ck_assert_msg(err.kind == ERROR_INVALID || err.kind == ERROR_NOT_FOUND ||
                          err.kind == ERROR_UNSUPPORTED,
                      "%s: %s: %s", operation_kind_name(kinds[i]), error_kind_name(err.kind),
                      err.text);
    }
}
END_TEST

void contract_add_refusal_tests(TCase *tests)
{
    tcase_add_test(tests, an_unknown_vm_is_not_found);
    tcase_add_test(tests, what_is_not_claimed_is_unsupported);
    tcase_add_test(tests, a_broken_uuid_does_no_harm);
    tcase_add_test(tests, missing_arguments_are_invalid);
}
