// SPDX-License-Identifier: GPL-2.0-or-later
// One option's value: checked against its row and put into a struct config. Shared by the files of
// this folder; knows nothing of the file's syntax.
#ifndef VMTUI_CORE_CONFIG_OPTION_VALUE_H
#define VMTUI_CORE_CONFIG_OPTION_VALUE_H

#include <stdint.h>

#include "core/config/config.h"

const struct option_spec *option_find(const char *name); // NULL when there is none
// Each fails with "tick takes a number from 0.5 to 60 (s), not 0" and leaves the config as it was.
bool option_set_text(const struct option_spec *option, struct config *config, const char *value,
                     struct error *err);
bool option_set_number(const struct option_spec *option, struct config *config, double value,
                       bool whole, struct error *err);
bool option_set_bool(const struct option_spec *option, struct config *config, bool value,
                     struct error *err);
void config_copy(struct config *to, const struct config *from); // deep; *to is overwritten

#endif
