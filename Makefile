# bounce-analyzer - see 'make help'
#
# One file, no recursion.  Everything made goes to build/$(MODE)/, so modes never mix.
# Yours: CC CFLAGS LDFLAGS PREFIX DESTDIR V=1 DEVELOPER=1, kept in config.mak if you like.

-include config.mak

MODE     ?= release
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       ?= gcc
B        := build/$(MODE)
Q        := $(if $(V),,@)

OPT.release := -O2 -g
OPT.debug   := -O1 -g -DBNC_DEBUG
OPT.asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DBNC_DEBUG
OPT.ubsan   := -O1 -g -fsanitize=undefined -fno-sanitize-recover=all -DBNC_DEBUG
OPT.tsan    := -O1 -g -fsanitize=thread -DBNC_DEBUG
CFLAGS   ?= $(OPT.$(MODE))

# Optional libraries, by what the compiler finds; each can be switched off: make WITH_ISAL=0
try = $(shell printf '\#include <%s>\nint main(void){return 0;}\n' $(1) | $(CC) -fsyntax-only -x c - 2>/dev/null && echo 1 || echo 0)
WITH_ISAL   ?= $(call try,isa-l.h)
WITH_ZSTD   ?= $(call try,zstd.h)
WITH_ZIP    ?= $(call try,zip.h)
WITH_PSL    ?= $(call try,libpsl.h)
WITH_SQLITE ?= $(call try,sqlite3.h)
WITH_JSON   ?= $(call try,jansson.h)

FEATURES := -DBNC_WITH_ISAL=$(WITH_ISAL) -DBNC_WITH_ZSTD=$(WITH_ZSTD) -DBNC_WITH_ZIP=$(WITH_ZIP) \
            -DBNC_WITH_PSL=$(WITH_PSL) -DBNC_WITH_SQLITE=$(WITH_SQLITE) -DBNC_WITH_JSON=$(WITH_JSON)
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
ifdef DEVELOPER
WARN     += -Werror -Wcast-align -Wwrite-strings -Wundef -Wformat=2 -Wno-format-nonliteral
endif
ALL_CFLAGS := -std=gnu11 -fopenmp -fvisibility=hidden -Isrc -Iinclude -I$(B) $(FEATURES) $(WARN) $(CFLAGS)
LIBS     := -lcsv -lz -lm \
            $(if $(filter 1,$(WITH_ISAL)),-lisal) $(if $(filter 1,$(WITH_ZSTD)),-lzstd) $(if $(filter 1,$(WITH_ZIP)),-lzip) \
            $(if $(filter 1,$(WITH_PSL)),-lpsl) $(if $(filter 1,$(WITH_SQLITE)),-lsqlite3) $(if $(filter 1,$(WITH_JSON)),-ljansson)

ROOMS    := util tables ingest csv schema classify aggregate detect report engine
GEN_C    := $(wildcard src/tables/gen_*.c)
LIB_C    := $(filter-out $(GEN_C),$(foreach r,$(ROOMS),$(wildcard src/$(r)/*.c)))
LIB_O    := $(LIB_C:%.c=$(B)/%.o)
CMD_O    := $(patsubst %.c,$(B)/%.o,$(wildcard analyzer/*.c))
TEST_C   := $(wildcard tests/unit/test_*.c)
TEST_X   := $(TEST_C:%.c=$(B)/%)
LIB      := $(B)/libbounce.a
CMD      := $(B)/bounce-analyzer

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all test unit clean help

all: $(CMD)             ## build the command (default)

# ---- generated tables: CSV -> generator -> header ----
T        := src/tables
GEN_UTIL := src/util/table.c src/util/arena.c src/util/buf.c src/util/status.c
$(B)/gen_%: $(T)/gen_%.c $(GEN_UTIL)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O1 -g -Isrc -Iinclude -o $@ $^ -lcsv

# gen/NAME.h is made by gen_NAME from the tables listed here
GEN_H    := causes
causes.from := $(T)/causes.csv

define gen_rule
$(B)/gen/$(1).h: $(B)/gen_$(1) $$($(1).from)
	@mkdir -p $$(@D)
	$$(Q)$(B)/gen_$(1) $$($(1).from) > $$@
endef
$(foreach g,$(GEN_H),$(eval $(call gen_rule,$(g))))
GEN_DONE := $(GEN_H:%=$(B)/gen/%.h)

$(B)/%.o: %.c | $(GEN_DONE)
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC $<")
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_O)
	@rm -f $@
	$(Q)$(AR) rcs $@ $(LIB_O)

$(CMD): $(CMD_O) $(LIB)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(LIB)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

unit: $(TEST_X)         ## unit tests of this MODE
	@for t in $(TEST_X); do $$t || exit 1; done

clean:                  ## remove everything made
	rm -rf build

help:                   ## this text
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

-include $(LIB_O:.o=.d) $(CMD_O:.o=.d) $(TEST_X:=.d)
