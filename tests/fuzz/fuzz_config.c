// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as vmtui.conf: read or refused, never a crash, a leak or a broken configuration.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config/config.h"
#include "core/config/settings_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

// libconfig 1.5 keeps the beginning of a text that stands before a syntax error.
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig.so\n";
}

static void check(const struct config *config)
{
    bool sound = config->tick_s >= 0.5 && config->tick_s <= 60.0 && config->executors >= 1 &&
                 config->executors <= 32 && config->unicode <= TRISTATE_NO &&
                 config->connect != NULL && strlen(config->connect) <= 4096 &&
                 config->binding_count <= 1000;
    if (!sound)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config;
    struct error err = {0};
    config_init_defaults(&config);
    bool done = settings_file_read(&config, "fuzz", (const char *)data, size, &err);
    if (!done && (err.kind == ERROR_NONE || strncmp(err.text, "fuzz:", 5) != 0))
        abort();
    check(&config);
    config_finish(&config);
    return 0;
}

#ifdef FUZZ_MAIN // runs over the files named as arguments, without a fuzzer
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        static uint8_t bytes[2 * 1024 * 1024];
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL) {
            perror(argv[i]);
            return 1;
        }
        size_t size = fread(bytes, 1, sizeof(bytes), file);
        fclose(file);
        LLVMFuzzerTestOneInput(bytes, size);
    }
    return 0;
}
#endif
