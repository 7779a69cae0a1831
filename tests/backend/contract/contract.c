// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/contract/contract.h"

#include "backend/contract/contract_connection.h"
#include "backend/contract/contract_samples.h"

Suite *contract_suite(const struct contract_fixture *fixture)
{
    static void (*const parts[])(TCase *) = {
        contract_add_sample_tests,
        contract_add_operation_tests,
        contract_add_refusal_tests,
        contract_add_console_tests,
    };
    static const char *const names[] = {"samples", "operations", "refusals", "console"};
    contract = fixture;
    Suite *suite = suite_create(fixture->name);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        TCase *tests = tcase_create(names[i]);
        tcase_set_timeout(tests, fixture->case_timeout_s);
        tcase_add_checked_fixture(tests, contract_open, contract_close);
        parts[i](tests);
        suite_add_tcase(suite, tests);
    }
    return suite;
}
