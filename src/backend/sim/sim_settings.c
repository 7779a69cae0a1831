// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend/sim/sim.h"
#include "core/memory.h"
#include "core/str.h"

struct parameter {
    const char *name;
    size_t offset; // of an unsigned in struct sim_settings
    unsigned minimum, maximum;
};

static const struct parameter parameters[] = {
    {"hosts", offsetof(struct sim_settings, hosts), 1, 64},
    {"host", offsetof(struct sim_settings, host), 1, 64},
    {"vms", offsetof(struct sim_settings, vms), 0, 20000},
    {"stall_ms", offsetof(struct sim_settings, stall_ms), 0, 600000},
    {"stall_at_s", offsetof(struct sim_settings, stall_at_s), 0, 86400},
    {"stall_for_s", offsetof(struct sim_settings, stall_for_s), 0, 86400},
    {"fail", offsetof(struct sim_settings, fail), 0, 100},
    {"hang", offsetof(struct sim_settings, hang), 0, 20000},
    {"open_delay_ms", offsetof(struct sim_settings, open_delay_ms), 0, 600000},
};

static const char *const scenario_names[] = {
    [SIM_SCENARIO_IDLE] = "idle",
    [SIM_SCENARIO_MIXED] = "mixed",
    [SIM_SCENARIO_BURST] = "burst",
};

static bool parse_number(const char *text, unsigned long long *value)
{
    // strtoull takes blanks and signs, a parameter doesn't.
    if (text[0] < '0' || text[0] > '9')
        return false;
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static bool parse_unsigned(const struct parameter *parameter, const char *value,
                           struct sim_settings *settings, struct error *err)
{
    unsigned long long number;
    if (!parse_number(value, &number) || number < parameter->minimum || number > parameter->maximum)
        return error_set(err, ERROR_INVALID, 0,
                         "sim: \"%s\" must be a whole number from %u to %u, not \"%s\"",
                         parameter->name, parameter->minimum, parameter->maximum, value);
    *(unsigned *)((char *)settings + parameter->offset) = (unsigned)number;
    return true;
}

static bool parse_scenario(const char *value, struct sim_settings *settings, struct error *err)
{
    for (size_t i = 0; i < ARRAY_COUNT(scenario_names); i++) {
        if (strcmp(value, scenario_names[i]) == 0) {
            settings->scenario = (enum sim_scenario)i;
            return true;
        }
    }
    return error_set(err, ERROR_INVALID, 0,
                     "sim: \"scenario\" must be idle, mixed or burst, not \"%s\"", value);
}

static bool parse_seed(const char *value, struct sim_settings *settings, struct error *err)
{
    unsigned long long number;
    if (!parse_number(value, &number))
        return error_set(err, ERROR_INVALID, 0,
                         "sim: \"seed\" must be a whole number below 2^64, not \"%s\"", value);
    settings->seed = number;
    return true;
}

static bool parse_refuse(const char *value, struct sim_settings *settings, struct error *err)
{
    if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
        return error_set(err, ERROR_INVALID, 0, "sim: \"refuse\" must be 0 or 1, not \"%s\"",
                         value);
    settings->refuse = value[0] == '1';
    return true;
}

static bool parse_parameter(const char *name, const char *value, struct sim_settings *settings,
                            struct error *err)
{
    if (strcmp(name, "scenario") == 0)
        return parse_scenario(value, settings, err);
    if (strcmp(name, "seed") == 0)
        return parse_seed(value, settings, err);
    if (strcmp(name, "refuse") == 0)
        return parse_refuse(value, settings, err);
    for (size_t i = 0; i < ARRAY_COUNT(parameters); i++) {
        if (strcmp(name, parameters[i].name) == 0)
            return parse_unsigned(&parameters[i], value, settings, err);
    }
    return error_set(err, ERROR_INVALID, 0, "sim: there is no parameter \"%s\"", name);
}

static bool parse_query(char *query, struct sim_settings *settings, struct error *err)
{
    char *rest = query;
    for (char *part; (part = strsep(&rest, "&")) != NULL;) {
        if (part[0] == '\0')
            continue;
        char *value = strchr(part, '=');
        if (value == NULL)
            return error_set(err, ERROR_INVALID, 0, "sim: \"%s\" needs a value, as in \"%s=1\"",
                             part, part);
        *value++ = '\0';
        if (!parse_parameter(part, value, settings, err))
            return false;
    }
    if (settings->host > settings->hosts)
        return error_set(err, ERROR_INVALID, 0,
                         "sim: \"host\" is %u, but \"hosts\" says that there are only %u",
                         settings->host, settings->hosts);
    return true;
}

bool sim_settings_parse(const char *uri, struct sim_settings *settings, struct error *err)
{
    const char *rest = uri + strlen("sim:");
    if (!str_starts_with(uri, "sim:") || !str_starts_with(rest, "///"))
        return error_set(err, ERROR_INVALID, 0,
                         "a simulated host is written sim:///?vms=12&seed=1, not \"%s\"", uri);
    rest += strlen("///");
    if (rest[0] != '\0' && rest[0] != '?')
        return error_set(err, ERROR_INVALID, 0, "sim: a path, \"%s\", means nothing here", rest);
    struct sim_settings parsed = {
        .hosts = 1, .host = 1, .vms = 12, .seed = 1, .scenario = SIM_SCENARIO_MIXED};
    AUTO_FREE char *query = memory_strdup(rest[0] == '?' ? rest + 1 : rest);
    if (!parse_query(query, &parsed, err))
        return false;
    *settings = parsed;
    return true;
}
