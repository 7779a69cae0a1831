// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/views/vm_list_cells.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/quantity.h"
#include "core/str.h"

#define READY_HURTS_PERCENT 5
#define CPU_BUSY_PERCENT    90 // of each vCPU

uint32_t spinner_character(unsigned turn, enum glyph_set glyphs)
{
    static const uint32_t braille[] = {0x280b, 0x2819, 0x2838, 0x2834};
    static const char ascii[] = ".oOo";
    return glyphs == GLYPHS_UNICODE ? braille[turn % 4] : (uint32_t)ascii[turn % 4];
}

struct vm_sign vm_sign(const struct board_vm *vm, enum glyph_set glyphs, unsigned spinner)
{
    bool unicode = glyphs == GLYPHS_UNICODE;
    if (vm->sample->hung)
        return (struct vm_sign){'!', ROLE_ALARM};
    if (vm->job_id != 0)
        return (struct vm_sign){spinner_character(spinner, glyphs), ROLE_ACCENT};
    switch (vm->sample->state) {
    case VM_STATE_RUNNING:
    case VM_STATE_IDLE:
        return (struct vm_sign){unicode ? 0x25cf : ' ', ROLE_OK};
    case VM_STATE_PAUSED:
    case VM_STATE_SUSPENDED:
        return (struct vm_sign){unicode ? 0x2016 : '=', ROLE_WARN};
    case VM_STATE_SHUTTING_DOWN:
        return (struct vm_sign){unicode ? 0x25bc : 'v', ROLE_WARN};
    case VM_STATE_CRASHED:
        return (struct vm_sign){'x', ROLE_ALARM};
    case VM_STATE_SHUT_OFF:
        return (struct vm_sign){unicode ? 0x25cb : '.', ROLE_DIM};
    default:
        return (struct vm_sign){'?', ROLE_DIM};
    }
}

enum role vm_state_word(const struct vm_row *row, uint64_t now_ns, char *out, size_t size)
{
    const struct vm_sample *sample = row->vm->sample;
    if (sample->hung) {
        char age[QUANTITY_SIZE];
        if (sample->sampled_ns == 0 || sample->sampled_ns > now_ns) {
            str_format(out, size, "hung");
        } else {
            quantity_duration(age, (double)(now_ns - sample->sampled_ns) / NS_PER_SECOND);
            str_format(out, size, "hung %s", age);
        }
        return ROLE_ALARM;
    }
    switch (sample->state) {
    case VM_STATE_SHUT_OFF: {
        bool saved = sample->valid & VM_HAS_MANAGED_SAVE && sample->has_managed_save;
        str_format(out, size, "%s", saved ? "saved" : "off");
        return ROLE_DIM;
    }
    case VM_STATE_SHUTTING_DOWN:
        str_format(out, size, "stopping");
        return ROLE_WARN;
    case VM_STATE_SUSPENDED:
        str_format(out, size, "asleep");
        return ROLE_WARN;
    case VM_STATE_UNKNOWN:
        str_format(out, size, "unknown");
        return ROLE_DIM;
    case VM_STATE_RUNNING:
    case VM_STATE_IDLE:
        str_format(out, size, "running");
        return ROLE_OK;
    default:
        str_format(out, size, "%s", vm_state_name(sample->state));
        return sample->state == VM_STATE_CRASHED ? ROLE_ALARM : ROLE_WARN;
    }
}

bool vm_ready_hurts(const struct board_vm *vm)
{
    return vm->rates.ready_percent >= READY_HURTS_PERCENT;
}

// Where several figures make one, what is not known of them is left out.
static double both(double a, double b)
{
    if (a < 0 && b < 0)
        return RATE_UNKNOWN;
    return (a > 0 ? a : 0) + (b > 0 ? b : 0);
}

static enum role count_of_vcpus(const struct vm_sample *sample, char *out, size_t size)
{
    if (sample->valid & VM_HAS_VCPU_COUNT)
        snprintf(out, size, "%u", sample->vcpus_current);
    else
        str_format(out, size, "-");
    return vm_state_is_active(sample->state) ? ROLE_TEXT : ROLE_DIM;
}

static enum role cpu_role(const struct vm_row *row)
{
    const struct vm_sample *sample = row->vm->sample;
    unsigned vcpus = sample->valid & VM_HAS_VCPU_COUNT ? sample->vcpus_current : 1;
    return row->vm->rates.cpu_percent >= CPU_BUSY_PERCENT * (double)vcpus ? ROLE_WARN : ROLE_CPU;
}

enum role vm_figure(const struct vm_row *row, enum vm_column column, double cpu_percent, char *out,
                    size_t size)
{
    const struct vm_sample *sample = row->vm->sample;
    const struct vm_rates *rates = &row->vm->rates;
    char text[QUANTITY_SIZE] = "-";
    enum role role = ROLE_TEXT;
    double value = RATE_UNKNOWN;
    bool active = vm_state_is_active(sample->state);
    switch (column) {
    case VM_COLUMN_VCPU:
        return count_of_vcpus(sample, out, size);
    case VM_COLUMN_TIME:
        value = sample->valid & VM_HAS_CPU_TIME && active
                    ? (double)sample->cpu_time_ns / NS_PER_SECOND
                    : RATE_UNKNOWN;
        quantity_duration(text, value);
        break;
    case VM_COLUMN_CPU:
        value = active ? cpu_percent : RATE_UNKNOWN;
        quantity_percent(text, value, 1);
        role = cpu_role(row);
        break;
    case VM_COLUMN_READY:
        value = active ? rates->ready_percent : RATE_UNKNOWN;
        quantity_percent(text, value, 1);
        role = vm_ready_hurts(row->vm) ? ROLE_WARN : ROLE_TEXT;
        strcat(text, vm_ready_hurts(row->vm) ? "!" : " "); // colour alone would not do
        break;
    case VM_COLUMN_DISK:
        value = active ? both(rates->disk_read_bytes, rates->disk_write_bytes) : RATE_UNKNOWN;
        quantity_rate(text, value);
        role = ROLE_DISK;
        break;
    case VM_COLUMN_NET:
        value = active ? both(rates->net_rx_bytes, rates->net_tx_bytes) : RATE_UNKNOWN;
        quantity_rate(text, value);
        role = ROLE_NET;
        break;
    default:
        break;
    }
    str_format(out, size, "%s", text);
    return value > 0 ? role : ROLE_DIM; // a nought or a dash needs no colour
}

double vm_memory(const struct vm_row *row, char *out, size_t size)
{
    const struct vm_sample *sample = row->vm->sample;
    double used_kib = row->vm->rates.memory_used_kib;
    double balloon_kib = sample->valid & VM_HAS_BALLOON ? (double)sample->balloon_kib : -1;
    char used[QUANTITY_SIZE], balloon[QUANTITY_SIZE];
    quantity_memory(used, used_kib);
    quantity_memory(balloon, balloon_kib);
    size_t length = strlen(used);
    if (length > 0 && used[length - 1] == balloon[strlen(balloon) - 1] && used_kib > 0)
        used[length - 1] = '\0'; // the same unit is said once
    str_format(out, size, "%s/%s", used, balloon);
    return used_kib >= 0 && balloon_kib > 0 ? used_kib / balloon_kib : -1;
}
