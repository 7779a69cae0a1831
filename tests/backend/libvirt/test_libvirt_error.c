// SPDX-License-Identifier: GPL-2.0-or-later
#include "backend/libvirt/libvirt_error.h"

#include <libvirt/virterror.h>

#include "check_main.h"

static const struct {
    int code;
    const char *message;
    enum error_kind kind;
    const char *text;
} cases[] = {
    {VIR_ERR_NO_DOMAIN, "Domain not found: no domain with matching uuid '1-2-3' (web1)",
     ERROR_NOT_FOUND, "web1 is gone"},
    {VIR_ERR_NO_SUPPORT, "this function is not supported by the connection driver: virDomainReset",
     ERROR_UNSUPPORTED, "this hypervisor cannot do that to web1"},
    {VIR_ERR_OPERATION_INVALID, "Requested operation is not valid: domain is not running",
     ERROR_INVALID, "web1 is not running"},
    {VIR_ERR_OPERATION_TIMEOUT,
     "Timed out during operation: cannot acquire state change lock (held by "
     "monitor=remoteDispatch)",
     ERROR_TIMEOUT, "web1 does not answer: an earlier operation on it has not finished"},
    {VIR_ERR_AGENT_UNRESPONSIVE, "Guest agent is not responding: QEMU guest agent is not connected",
     ERROR_TIMEOUT, "the guest agent of web1 does not answer: is qemu-guest-agent running in it?"},
    {VIR_ERR_ARGUMENT_UNSUPPORTED, "argument unsupported: QEMU guest agent is not configured",
     ERROR_UNSUPPORTED,
     "web1 has no guest agent: its definition lacks the channel org.qemu.guest_agent.0"},
    {VIR_ERR_OPERATION_FAILED, "operation failed: Active console session exists for this domain",
     ERROR_BUSY, "Active console session exists for this domain"},
    {VIR_ERR_INTERNAL_ERROR,
     "internal error: operation failed: cannot write: No space left on device.\n", ERROR_NO_SPACE,
     "cannot write: No space left on device"},
    {VIR_ERR_SYSTEM_ERROR,
     "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
     ERROR_OFFLINE, "no libvirt daemon runs there: /var/run/libvirt/libvirt-sock is missing"},
    {VIR_ERR_SYSTEM_ERROR, "Failed to connect socket to '/run/x': Connection refused",
     ERROR_OFFLINE, "no libvirt daemon listens at /run/x"},
    {VIR_ERR_SYSTEM_ERROR, "Failed to connect socket to '/run/x': Permission denied", ERROR_DENIED,
     "this user may not open /run/x; its owner or its group may"},
    {VIR_ERR_SYSTEM_ERROR, "End of file while reading data: Input/output error", ERROR_OFFLINE,
     "the hypervisor's daemon ended before it answered"},
    {VIR_ERR_SYSTEM_ERROR, "Cannot recv data: Connection reset by peer", ERROR_OFFLINE,
     "the hypervisor's daemon ended before it answered"},
    {VIR_ERR_SYSTEM_ERROR, "Unable to read from monitor: Connection reset by peer", ERROR_FAILED,
     "the QEMU of web1 ended unexpectedly"},
    {VIR_ERR_AUTH_FAILED, "authentication failed: access denied by policy", ERROR_DENIED,
     "access denied by policy"},
    {VIR_ERR_OPERATION_DENIED, "operation forbidden for read only access", ERROR_DENIED,
     "operation forbidden for read only access"},
    {VIR_ERR_DOM_EXIST, "domain 'x' already exists", ERROR_EXISTS, "domain 'x' already exists"},
    {VIR_ERR_OPERATION_ABORTED, "operation aborted: domain save job: canceled by client",
     ERROR_CANCELLED, "domain save job: canceled by client"},
    {0, "", ERROR_FAILED, "the hypervisor gave no reason"},
    {0, NULL, ERROR_FAILED, "the hypervisor gave no reason"},
    // Nothing of what a guest may have named reaches the terminal as a control.
    {VIR_ERR_INTERNAL_ERROR, "internal error: a\033[2Jb", ERROR_FAILED, "a?[2Jb"},
};

START_TEST(an_error_becomes_a_kind_and_a_sentence)
{
    struct error err = {0};
    ck_assert(!libvirt_error_map(&err, cases[_i].code, cases[_i].message, "web1"));
    ck_assert_int_eq(err.kind, cases[_i].kind);
    ck_assert_str_eq(err.text, cases[_i].text);
    ck_assert_int_eq(err.code, cases[_i].code);
}
END_TEST

START_TEST(without_a_name_it_is_the_vm)
{
    struct error err = {0};
    libvirt_error_map(&err, VIR_ERR_NO_DOMAIN, "Domain not found", NULL);
    ck_assert_str_eq(err.text, "the VM is gone");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("libvirt_error");
    TCase *tests = tcase_create("mapping");
    tcase_add_loop_test(tests, an_error_becomes_a_kind_and_a_sentence, 0,
                        sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tests, without_a_name_it_is_the_vm);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return check_main(make_suite());
}
