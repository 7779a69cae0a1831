// SPDX-License-Identifier: GPL-2.0-or-later
// Reading vmtui.conf from memory, apart from the file, so that it can be fuzzed. The only room that
// knows libconfig.
#ifndef VMTUI_CORE_CONFIG_SETTINGS_FILE_H
#define VMTUI_CORE_CONFIG_SETTINGS_FILE_H

#include <stddef.h>

#include "core/config/config.h"

// The same as config_load; label stands for the file in errors.
bool settings_file_read(struct config *config, const char *label, const char *bytes, size_t length,
                        struct error *err);

#endif
