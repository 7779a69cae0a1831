// SPDX-License-Identifier: GPL-2.0-or-later
// The connection that the contract's tests share, and how they ask and wait.
#ifndef VMTUI_TESTS_BACKEND_CONTRACT_CONTRACT_CONNECTION_H
#define VMTUI_TESTS_BACKEND_CONTRACT_CONTRACT_CONNECTION_H

#include "backend/contract/contract.h"
#include "core/model/operation.h"

extern const struct contract_fixture *contract;

void contract_open(void); // checked fixtures
void contract_close(void);
struct driver *contract_driver(void);
unsigned contract_changes(void); // what the listener was told so far
bool contract_can(enum host_capability capability);
enum host_capability contract_needs(enum operation_kind kind);
struct host_snapshot *contract_sample(bool with_focus);
// The fixture's VM; NULL when it is not there.
const struct vm_sample *contract_vm(const struct host_snapshot *snapshot);
struct operation *contract_operation(enum operation_kind kind); // on the fixture's VM
struct error contract_run(struct operation *operation);         // takes it
struct error contract_do(enum operation_kind kind, unsigned flags);
// Runs it and fails the test when it fails.
void contract_must(struct operation *operation);
void contract_must_do(enum operation_kind kind, unsigned flags);
// Samples until matches says yes; fails the test after the fixture's deadline.
void contract_wait(const char *what, bool (*matches)(const struct vm_sample *vm));
void contract_wait_state(enum vm_state state);
// After a request that makes no sense: any refusal will do, but none that says "broken".
void contract_refused_or_done(struct error err, const char *what);

#endif
