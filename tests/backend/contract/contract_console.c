// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdatomic.h>
#include <string.h>

#include "backend/contract/contract_connection.h"
#include "backend/contract/contract_samples.h"
#include "core/clock.h"

static atomic_ulong heard_bytes;
static atomic_uint heard_closed;

static void hear_output(void *context, const char *bytes, size_t length)
{
    (void)context, (void)bytes;
    atomic_fetch_add(&heard_bytes, length);
}

static void hear_closed(void *context, const struct error *why)
{
    (void)context, (void)why;
    atomic_fetch_add(&heard_closed, 1);
}

static struct console_stream *open_console(const char *uuid, bool force, struct error *err)
{
    static const struct console_sink sink = {NULL, hear_output, hear_closed};
    return contract_driver()->ops->console_open(contract_driver(), uuid, force, &sink, err);
}

static void vm_uuid(char *out)
{
    struct host_snapshot *snapshot = contract_sample(true);
    memcpy(out, contract_vm(snapshot)->uuid, VM_UUID_SIZE);
    host_snapshot_unref(snapshot);
}

START_TEST(a_console_opens_once_and_by_force_again)
{
    char uuid[VM_UUID_SIZE];
    struct error err = {.kind = ERROR_NONE};
    vm_uuid(uuid);
    struct console_stream *first = open_console(uuid, false, &err);
    if (!contract_can(HOST_CAN_CONSOLE)) {
        ck_assert_ptr_null(first);
        ck_assert_int_eq(err.kind, ERROR_UNSUPPORTED);
        return;
    }
    ck_assert_msg(first != NULL, "%s", err.text);
    ck_assert_ptr_null(open_console(uuid, false, &err));
    ck_assert_msg(err.kind == ERROR_BUSY, "%s: %s", error_kind_name(err.kind), err.text);
    struct console_stream *second = open_console(uuid, true, &err);
    ck_assert_msg(second != NULL, "%s", err.text);
    first->ops->close(first);
    second->ops->close(second);
    unsigned closed = atomic_load(&heard_closed);
    clock_sleep_ms(200);
    ck_assert_uint_eq(atomic_load(&heard_closed), closed);
}
END_TEST

START_TEST(a_console_closes_with_its_vm)
{
    if (!contract_can(HOST_CAN_CONSOLE))
        return;
    char uuid[VM_UUID_SIZE];
    struct error err = {.kind = ERROR_NONE};
    vm_uuid(uuid);
    atomic_store(&heard_closed, 0);
    struct console_stream *stream = open_console(uuid, false, &err);
    ck_assert_msg(stream != NULL, "%s", err.text);
    stream->ops->write(stream, "\r", 1);
    contract_must_do(OPERATION_FORCE_OFF, 0);
    for (unsigned i = 0; i < contract->deadline_ms / 10 && atomic_load(&heard_closed) == 0; i++)
        clock_sleep_ms(10);
    ck_assert_uint_eq(atomic_load(&heard_closed), 1);
    stream->ops->close(stream);
    ck_assert_ptr_null(open_console(uuid, false, &err));
    ck_assert_msg(err.kind == ERROR_INVALID, "%s: %s", error_kind_name(err.kind), err.text);
}
END_TEST

void contract_add_console_tests(TCase *tests)
{
    tcase_add_test(tests, a_console_opens_once_and_by_force_again);
    tcase_add_test(tests, a_console_closes_with_its_vm);
}
