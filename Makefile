# SPDX-License-Identifier: GPL-2.0-or-later
# vmtui. `make help` names the targets.

PREFIX   ?= /usr/local
DESTDIR  ?=
BUILD    ?= build
CC       ?= gcc
VERSION  := 0.1.0
SANITIZE ?=

ifneq ($(SANITIZE),)
BUILD := build/sanitize-$(subst $(comma),-,$(SANITIZE))
endif
comma := ,

PACKAGES := libvirt libvirt-qemu ncursesw vterm libconfig libxml-2.0 json-c
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wno-format-nonliteral
SANITIZERS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer)
CFLAGS   ?= -O2 -g
CPPFLAGS += -Isrc -D_GNU_SOURCE -DVMTUI_VERSION='"$(VERSION)"' \
            -DVMTUI_THEME_DIR='"$(PREFIX)/share/vmtui/themes"'
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(CFLAGS) $(SANITIZERS) -pthread \
             $(shell pkg-config --cflags $(PACKAGES))
LIBS     = $(shell pkg-config --libs $(PACKAGES)) -lm

SOURCES := $(filter-out src/main.c,$(shell find src -name '*.c'))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o)
TESTS   := $(patsubst tests/%.c,$(BUILD)/tests/%,$(shell find tests -name 'test_*.c'))

.PHONY: all tests clean
all: $(BUILD)/vmtui

$(BUILD)/vmtui: $(BUILD)/obj/src/main.o $(BUILD)/libvmtui.a
	$(CC) $(SANITIZERS) $(LDFLAGS) -pthread -o $@ $^ $(LIBS)

$(BUILD)/libvmtui.a: $(OBJECTS)
	rm -f $@; ar rcs $@ $^

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/libvmtui.a
	@mkdir -p $(@D)
	$(CC) $(SANITIZERS) $(LDFLAGS) -pthread -o $@ $^ $(shell pkg-config --libs check) $(LIBS)

tests: $(TESTS)
$(BUILD)/obj/tests/%.o: CPPFLAGS += -Itests

clean:
	rm -rf build

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
