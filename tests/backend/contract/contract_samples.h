// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the contract; contract.c puts them together.
#ifndef VMTUI_TESTS_BACKEND_CONTRACT_CONTRACT_SAMPLES_H
#define VMTUI_TESTS_BACKEND_CONTRACT_CONTRACT_SAMPLES_H

#include <check.h>

void contract_add_sample_tests(TCase *tests);
void contract_add_operation_tests(TCase *tests);
void contract_add_refusal_tests(TCase *tests);
void contract_add_console_tests(TCase *tests);

#endif
