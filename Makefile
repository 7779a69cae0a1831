# SPDX-License-Identifier: GPL-2.0-or-later
# vmtui. `make help` names the targets; V=1 shows every command in full.

PREFIX       ?= /usr/local
DESTDIR      ?=
BUILD        ?= build
SANITIZE     ?=
FUZZ_SECONDS ?= 10
V            ?= 0
VERSION      := 0.1.0

comma := ,
ifneq ($(SANITIZE),)
BUILD := build/sanitize-$(subst $(comma),-,$(SANITIZE))
# With the sanitizers' checks in the code, gcc sees ways through it that are none.
SANITIZERS := -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -Wno-format-truncation -Wno-maybe-uninitialized
CFLAGS ?= -O1 -g
endif
ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS ?= -O2 -g

PACKAGES := libvirt libvirt-qemu ncursesw vterm libconfig libxml-2.0 json-c
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wno-format-nonliteral
CPPFLAGS += -Isrc -D_GNU_SOURCE -DVMTUI_VERSION='"$(VERSION)"' \
            -DVMTUI_THEME_DIR='"$(PREFIX)/share/vmtui/themes"'
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(CFLAGS) $(SANITIZERS) -pthread $(PACKAGE_CFLAGS)
ALL_LDFLAGS = $(SANITIZERS) $(LDFLAGS) -pthread
LIBS       := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm
CHECK_LIBS := $(shell pkg-config --libs check 2>/dev/null)

# Everything but main.c is one library; tests link it. tests/**/*.c that are neither test_* nor fuzz_*
# are shared by the tests, except tests/tools/, whose files are programs that stand alone.
SOURCES  := $(filter-out src/main.c,$(shell find src -name '*.c'))
SUPPORT  := $(shell find tests -name '*.c' ! -name 'test_*' ! -name 'fuzz_*' ! -path 'tests/tools/*' ! -path 'tests/fuzz/*')
TESTS    := $(patsubst tests/%.c,$(BUILD)/tests/%,$(shell find tests -name 'test_*.c'))
FUZZERS  := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))
TOOLS    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/tools/*.c))
BENCHES  := $(patsubst %.c,$(BUILD)/%,$(wildcard bench/*.c))
objects   = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

ifeq ($(V),0)
Q    := @
show  = @printf '  %-7s %s\n' $(1) $(patsubst $(BUILD)/%,%,$@)
endif

.PHONY: all
all: $(BUILD)/vmtui ## build the program (the default)

##@ Using it

.PHONY: deps run demo demo-clean install uninstall
deps: ## install what is missing to build, test and run
	@tools/deps

run: $(BUILD)/vmtui ## open vmtui on this machine's own hypervisor
	@$(BUILD)/vmtui

demo: ## install what is missing, build, start three real guests and open vmtui on them
	@tools/deps
	@$(MAKE) --no-print-directory $(BUILD)/vmtui
	@BUILD=$(BUILD) tools/demo

demo-clean: ## stop and remove the demo's guests, and only those
	@BUILD=$(BUILD) tools/demo --clean

share := $(DESTDIR)$(PREFIX)/share
install: $(BUILD)/vmtui documents ## install below $(DESTDIR)$(PREFIX)
	install -D -m 755 $(BUILD)/vmtui $(DESTDIR)$(PREFIX)/bin/vmtui
	install -D -m 644 $(BUILD)/doc/vmtui.1 $(share)/man/man1/vmtui.1
	install -D -m 644 $(BUILD)/doc/vmtui.conf.5 $(share)/man/man5/vmtui.conf.5
	install -D -m 644 $(BUILD)/doc/vmtui.bash $(share)/bash-completion/completions/vmtui
	install -D -m 644 $(BUILD)/doc/vmtui.zsh $(share)/zsh/site-functions/_vmtui
	install -D -m 644 $(BUILD)/doc/vmtui.fish $(share)/fish/vendor_completions.d/vmtui.fish
	install -D -m 644 -t $(share)/vmtui/themes $(wildcard themes/*.conf)
	install -D -m 644 -t $(share)/doc/vmtui $(wildcard README.md vmtui.conf.example)

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/vmtui $(share)/man/man1/vmtui.1 $(share)/man/man5/vmtui.conf.5 \
	      $(share)/bash-completion/completions/vmtui $(share)/zsh/site-functions/_vmtui \
	      $(share)/fish/vendor_completions.d/vmtui.fish
	rm -rf $(share)/vmtui $(share)/doc/vmtui

##@ Working on it

.PHONY: tests test-tools check check-layers lint format format-check fuzz bench compdb clean help
tests: $(TESTS) ## build all test programs

test-tools: $(TOOLS)

check: ## build and run all tests, real guests included (SANITIZE=address,undefined or thread)
	@tools/deps
	@$(MAKE) --no-print-directory tests test-tools $(BUILD)/vmtui
	@BUILD=$(BUILD) SANITIZE=$(SANITIZE) tools/run-tests

check-layers: ## fail on an include that crosses a layer
	@tools/check-layers.sh

lint: ## clang-tidy, cppcheck, shellcheck and the layers
	@tools/lint

format: ## put every C file into the project's form
	@tools/format

format-check: ## fail where a C file is not in the project's form
	@tools/format --check

fuzz: ## run each fuzz target for FUZZ_SECONDS (needs clang)
	@$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang CFLAGS='-O1 -g' SANITIZE= WARNINGS= \
	    SANITIZERS='-fsanitize=fuzzer-no-link,address,undefined' fuzzers
	@tools/run-fuzzers build/fuzz $(FUZZ_SECONDS)

bench: $(BUILD)/vmtui $(TOOLS) $(BENCHES) ## measure what the project promises and print a table
	@BUILD=$(BUILD) bench/run

.PHONY: bench-allocator
bench-allocator: $(BUILD)/bench/allocator_bench ## measure the allocator's planner and rewrite docs/ALLOCATOR-RESULTS.md
	@$< > docs/ALLOCATOR-RESULTS.md.new && mv docs/ALLOCATOR-RESULTS.md.new docs/ALLOCATOR-RESULTS.md

compdb: ## write compile_commands.json for editors
	@tools/compdb '$(CC) $(subst ','\'',$(CPPFLAGS)) -Itests $(ALL_CFLAGS)' > compile_commands.json

clean: ## remove everything that was built (stop the demo first: make demo-clean)
	@if [ -e build/demo/engine-root ]; then echo "the demo is still there: run make demo-clean first" >&2; exit 1; fi
	rm -rf build

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
	     /^[a-z-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@printf '\nVariables: PREFIX DESTDIR BUILD SANITIZE FUZZ_SECONDS V=1 CFLAGS LDFLAGS\n'

# ---- how it is built

$(BUILD)/vmtui: $(call objects,src/main.c) $(BUILD)/libvmtui.a
	$(call show,LINK)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libvmtui.a: $(call objects,$(SOURCES))
$(BUILD)/libtestsupport.a: $(call objects,$(SUPPORT))
$(BUILD)/lib%.a:
	$(call show,AR)
	$(Q)rm -f $@; ar rcs $@ $^

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call show,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/tests/%.o $(BUILD)/obj/bench/%.o: CPPFLAGS += -Itests

$(TESTS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/libtestsupport.a $(BUILD)/libvmtui.a
	$(call show,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(LIBS)

$(TOOLS): $(BUILD)/%: $(BUILD)/obj/%.o
$(BENCHES): $(BUILD)/%: $(BUILD)/obj/%.o $(BUILD)/libvmtui.a
$(TOOLS) $(BENCHES):
	$(call show,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: fuzzers
fuzzers: $(FUZZERS)
$(FUZZERS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/libvmtui.a
	$(call show,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# Man pages and completions come from the program's own tables.
.PHONY: documents
documents: $(addprefix $(BUILD)/doc/,vmtui.1 vmtui.conf.5 vmtui.bash vmtui.zsh vmtui.fish)
$(BUILD)/doc/vmtui.1:      GENERATE := man
$(BUILD)/doc/vmtui.conf.5: GENERATE := man-conf
$(BUILD)/doc/vmtui.bash:   GENERATE := bash
$(BUILD)/doc/vmtui.zsh:    GENERATE := zsh
$(BUILD)/doc/vmtui.fish:   GENERATE := fish
$(BUILD)/doc/%: $(BUILD)/vmtui
	$(call show,DOC)
	@mkdir -p $(@D)
	$(Q)$(BUILD)/vmtui --generate $(GENERATE) > $@.new && mv $@.new $@

# Changes only when the flags do, and then everything is compiled anew. Also the place where a
# machine without the libraries is told what to do.
flags_now := $(CC) $(CPPFLAGS) $(ALL_CFLAGS)
.PHONY: force
$(BUILD)/flags: force
	@pkg-config --exists $(PACKAGES) || { echo "libraries are missing: tools/deps --check names them, tools/deps installs them" >&2; exit 1; }
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(flags_now))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(flags_now))' > $@

.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell [ -d $(BUILD)/obj ] && find $(BUILD)/obj -name '*.d')
