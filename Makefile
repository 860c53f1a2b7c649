# bounce-analyzer - see 'make help'
#
# One file.  Everything made goes to build/$(MODE)/, so modes never mix.  'make report' and 'make test' start on
# a machine without a compiler: they install what is missing first and then call this Makefile again, so that it
# asks the compiler afresh what there is.
# Yours: CC CFLAGS LDFLAGS PREFIX DESTDIR V=1 DEVELOPER=1, kept in config.mak if you like.

-include config.mak

MODE     ?= release
PREFIX   ?= /usr/local
LIBDIR   ?= $(PREFIX)/lib
DESTDIR  ?=
ifeq ($(origin CC),default)
CC       := $(if $(filter tsan,$(MODE)),clang,gcc)
endif
B        := build/$(MODE)
Q        := $(if $(V),,@)
say       = $(if $(V),,@echo "  $(1)")
AGAIN    := $(MAKE) --no-print-directory

OPT.release := -O2 -g
OPT.debug   := -O1 -g -DBNC_DEBUG
OPT.asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DBNC_DEBUG
OPT.ubsan   := -O1 -g -fsanitize=undefined -fno-sanitize-recover=all -DBNC_DEBUG
OPT.tsan    := -O1 -g -fsanitize=thread -DBNC_DEBUG
OPT.fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -DBNC_DEBUG
CFLAGS   ?= $(OPT.$(MODE))

# Optional libraries, by what the compiler finds; each can be switched off: make WITH_ISAL=0.  One run of the
# preprocessor answers for all; without a compiler (a fresh machine) all are 0 and nothing is said.
PROBED   := $(shell for h in isa-l libdeflate zstd zip libpsl idn2 sqlite3; do \
              printf '\#if __has_include(<%s.h>)\nhas_%s\n\#endif\n' $$h $$h; done | $(CC) -E -P -x c - 2>/dev/null)
has       = $(if $(filter has_$(1),$(PROBED)),1,0)
WITH_ISAL   ?= $(call has,isa-l)
WITH_LIBDEFLATE ?= $(call has,libdeflate)
WITH_ZSTD   ?= $(call has,zstd)
WITH_ZIP    ?= $(call has,zip)
WITH_PSL    ?= $(call has,libpsl)
WITH_IDN2   ?= $(call has,idn2)
WITH_SQLITE ?= $(call has,sqlite3)
# libzip is loaded when an archive is met, by the name that the linker would note.
ZIP_SONAME  := $(if $(filter 1,$(WITH_ZIP)),$(shell objdump -p "$$($(CC) -print-file-name=libzip.so)" | awk '$$1 == "SONAME" { print $$2 }'))

FEATURES := -DBNC_WITH_ISAL=$(WITH_ISAL) -DBNC_WITH_LIBDEFLATE=$(WITH_LIBDEFLATE) -DBNC_WITH_ZSTD=$(WITH_ZSTD) -DBNC_WITH_ZIP=$(WITH_ZIP) \
            -DBNC_WITH_PSL=$(WITH_PSL) -DBNC_WITH_IDN2=$(WITH_IDN2) -DBNC_WITH_SQLITE=$(WITH_SQLITE) \
            -DBNC_ZIP_SONAME='"$(ZIP_SONAME)"'
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
ifdef DEVELOPER
WARN     += -Werror -Wcast-align -Wwrite-strings -Wundef -Wformat=2 -Wno-format-nonliteral
endif
# The build folder's name stays out of the debug information, so the same sources give the same bytes anywhere.
ALL_CFLAGS := -std=gnu11 -fopenmp -fvisibility=hidden -ffile-prefix-map=$(CURDIR)=. -Isrc -Iinclude -I$(B) $(FEATURES) $(WARN) $(CFLAGS)
LIBS     := -lcsv -lz -lm \
            $(if $(filter 1,$(WITH_ISAL)),-lisal) $(if $(filter 1,$(WITH_LIBDEFLATE)),-ldeflate) $(if $(filter 1,$(WITH_ZSTD)),-lzstd) $(if $(filter 1,$(WITH_ZIP)),-ldl) \
            $(if $(filter 1,$(WITH_PSL)),-lpsl) $(if $(filter 1,$(WITH_IDN2)),-lidn2) $(if $(filter 1,$(WITH_SQLITE)),-lsqlite3)

ROOMS    := util tables ingest csv schema classify aggregate detect report engine
GEN_C    := $(wildcard src/*/gen_*.c)
LIB_C    := $(filter-out $(GEN_C),$(foreach r,$(ROOMS),$(wildcard src/$(r)/*.c)))
LIB_O    := $(LIB_C:%.c=$(B)/%.o)
CMD_C    := $(filter-out analyzer/gen_%.c,$(wildcard analyzer/*.c))
CMD_O    := $(CMD_C:%.c=$(B)/%.o)
TEST_C   := $(wildcard tests/unit/test_*.c)
TEST_X   := $(TEST_C:%.c=$(B)/%)
LIB      := $(B)/libbounce.a
CMD      := $(B)/bounce-analyzer
# The build tools run on this machine whatever the mode, so they are built once, in release.
G        := build/release

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all lib unit deps report reports samples score test check asan ubsan tsan bench fuzz docs formats-doc install uninstall clean help FORCE

all: $(CMD)             ## build the command (default)
lib: $(LIB)

# ---- generated tables: CSV -> generator -> header ----
T        := src/tables
GEN_UTIL := src/util/table.c src/util/arena.c src/util/big.c src/util/buf.c src/util/status.c
# Headers are not followed here as they are for objects: any of these may be included by one that is.
GEN_SEES := $(T)/gen_print.h $(wildcard src/util/*.h include/bounce/*.h)
$(B)/gen_%: $(T)/gen_%.c $(GEN_UTIL) $(GEN_SEES)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O1 -g -Isrc -Iinclude -I$(B) -o $@ $(filter %.c,$^) -lcsv
$(B)/gen_words $(B)/gen_rules: $(wildcard src/classify/*.h src/csv/*.h src/schema/*.h src/tables/*.h)
$(B)/gen_words: $(addprefix src/classify/,collect.c phash.c token.c)
$(B)/gen_rules: $(addprefix src/classify/,compile.c rule_index.c automaton.c phash.c mask.c mask_codes.c mask_generic.c mask_avx2.c mask_avx512.c kept_words.c token.c token_kind.c vocabulary.c) src/tables/cause.c $(B)/gen/words.h $(B)/gen/causes.h

$(B)/gen_page: src/report/gen_page.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O1 -g -o $@ $<

# gen/NAME.h is made by gen_NAME, or NAME.by, from the tables listed here
GEN_H    := causes words rules advice
advice.from := $(T)/advice.csv $(T)/causes.csv
causes.from := $(T)/causes.csv
GEN_H    += thresholds
thresholds.from := $(T)/thresholds.csv
GEN_H    += page
page.from := src/report/page.css src/report/page.js
rules.from := $(addprefix $(T)/,providers.csv provider_domains.csv provider_codes.csv text_phrases.csv guards.csv word_classes.csv word_pairs.csv blocklists.csv enhanced_codes.csv reply_codes.csv labels.csv)
words.from := $(addprefix $(T)/,kept_words.csv provider_codes.csv text_phrases.csv blocklists.csv provider_domains.csv)
GEN_H    += formats
formats.from := $(T)/formats.csv $(T)/esp_columns.csv $(T)/esp_event_values.csv
GEN_H    += names findings layouts
names.from := $(T)/typo_targets.csv $(T)/role_addresses.csv
findings.from := $(T)/findings.csv
findings.by   := gen_rows
findings.cols := kind variant part text
layouts.from := $(T)/list_layouts.csv
layouts.by   := gen_rows
layouts.cols := name title header row source

define gen_rule
$(B)/gen/$(1).h: $(B)/$(or $($(1).by),gen_$(1)) $$($(1).from)
	@mkdir -p $$(@D)
	$$(Q)$$< $$($(1).from) $$($(1).cols) > $$@
endef
$(foreach g,$(GEN_H),$(eval $(call gen_rule,$(g))))
GEN_DONE := $(GEN_H:%=$(B)/gen/%.h) $(B)/gen/commit.h

# Files that change only when what they say changes: what 'git describe' answers, and the flags objects were made with.
rewrite   = printf '%s\n' $(1) | cmp -s - $@ || { mkdir -p $(@D); printf '%s\n' $(1) > $@; }
$(B)/gen/commit.h: FORCE
	@$(call rewrite,'#define BNC_COMMIT "$(shell git rev-parse --short=12 HEAD 2>/dev/null)"')
$(B)/flags: FORCE
	@$(call rewrite,'$(CC) $(FEATURES) $(CFLAGS)')

$(B)/%.o: %.c $(B)/flags | $(GEN_DONE)
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_O)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $(LIB_O)

$(CMD): $(CMD_O) $(LIB)
	$(call say,LD $@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(LIB)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -ljansson $(LIBS)
ifeq ($(WITH_ZIP),1) # these write archives
$(B)/tests/unit/test_source $(B)/tests/unit/test_ingest_oom: LIBS += -lzip
endif

# ---- fuzzers (MODE=fuzz CC=clang; see tests/fuzz/run.sh) and micro-benchmarks ----
$(B)/tests/fuzz/fuzz_config: $(filter-out %/main.o,$(CMD_O))
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(LIB)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIB) $(LIBS) -ljansson
$(B)/bench/micro/%: $(B)/bench/micro/%.o $(LIB)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# ---- documents made from the option table ----
DOCS     := analyzer/bounce-analyzer.1 packaging/completions/bounce-analyzer.bash \
            packaging/completions/_bounce-analyzer packaging/completions/bounce-analyzer.fish
$(B)/gen_docs: analyzer/gen_docs.c analyzer/options.c analyzer/suggest.c analyzer/options.def $(wildcard analyzer/*.h include/bounce/*.h)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O1 -g -Iinclude -Ianalyzer -o $@ $(filter %.c,$^)
$(DOCS): $(B)/gen_docs
	@mkdir -p $(@D)
	$(Q)$(B)/gen_docs $(@F) > $@
formats-doc: $(B)/tests/unit/test_formats_doc  ## docs/FORMATS.md, from the tables of formats
	$(Q)BNC_ACCEPT=1 $< >/dev/null
docs: $(DOCS)           ## man page and completions, from analyzer/options.def

# ---- samples/, from a seed; committed, so that reading them needs no compiler ----
SAMPLES  := pmta-accounting.csv smtp2go-events.csv mailgun-bounces.csv ses-events.jsonl nastiest-legal.csv
$(B)/gen_samples: bench/gen/gen_samples.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O1 -g -o $@ $<
samples: $(B)/gen_samples
	$(Q)for s in $(SAMPLES); do $(B)/gen_samples $$s > samples/$$s || exit 1; done
	$(Q)$(B)/gen_samples sendgrid-activity.csv | gzip -n9 > samples/sendgrid-activity.csv.gz

# ---- what people call ----
accept: docs formats-doc reports    ## after a change that is meant: renew what is compared (man page, reports/, examples in the documents)
	$(Q)for d in README.md docs/TUTORIAL.md; do ROOT=$(CURDIR) CMD=$(CURDIR)/$(CMD) sh tests/docs/examples.sh accept $$d; done
	$(Q)$(AGAIN) $(B)/tests/unit/test_report_schema && BNC_ACCEPT=1 $(B)/tests/unit/test_report_schema >/dev/null
deps:                   ## install the Debian packages that are missing
	$(Q)sh packaging/install-deps.sh build
report:                 ## from nothing: install, build, analyze samples/ into reports/
	$(Q)sh packaging/install-deps.sh build
	$(Q)$(AGAIN) MODE=release reports
reports: $(CMD)
	$(Q)sh reports/render.sh $(CMD) reports
test:                   ## from nothing: install, build, run every test
	$(Q)sh packaging/install-deps.sh test
	$(Q)sh tests/run.sh
check: $(CMD) $(TEST_X) ## unit and quick command-line tests: seconds, no network, no root
	$(Q)sh tests/run.sh --quick
unit: $(TEST_X)         ## unit tests of this MODE
	@for t in $(TEST_X); do $$t || exit 1; done
asan ubsan tsan:        ## build and run the suite under a sanitizer (tsan: clang)
	$(Q)sh packaging/install-deps.sh $@
	$(Q)sh tests/run.sh --mode $@
$(B)/gen_export: bench/gen/gen_export.c bench/gen/replies.def
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -o $@ $< -lm
MICRO    := $(patsubst bench/micro/%.c,$(B)/bench/micro/%,$(wildcard bench/micro/*.c))

$(B)/in_turn: bench/in_turn.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -o $@ $<
bench: $(CMD) $(B)/gen_export $(B)/in_turn $(MICRO)  ## measure; see bench/run.sh
	$(Q)sh bench/run.sh
fuzz:                   ## the fuzzers, a minute each (clang)
	$(Q)sh packaging/install-deps.sh fuzz
	$(Q)sh tests/fuzz/run.sh

VERSION  := $(shell sed -n 's/.*BNC_VERSION "\(.*\)".*/\1/p' include/bounce/version.h)
MANDIR   := $(DESTDIR)$(PREFIX)/share/man/man1
install: all            ## into $(DESTDIR)$(PREFIX)
	install -Dm755 $(CMD) $(DESTDIR)$(PREFIX)/bin/bounce-analyzer
	install -Dm644 analyzer/bounce-analyzer.1 $(MANDIR)/bounce-analyzer.1
	install -Dm644 packaging/completions/bounce-analyzer.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/bounce-analyzer
	install -Dm644 packaging/completions/_bounce-analyzer $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_bounce-analyzer
	install -Dm644 packaging/completions/bounce-analyzer.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/bounce-analyzer.fish
	install -Dm644 $(LIB) $(DESTDIR)$(LIBDIR)/libbounce.a
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig
	sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@LIBS@|-fopenmp $(strip $(LIBS))|; s|@VERSION@|$(VERSION)|' packaging/libbounce.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/libbounce.pc
	install -d $(DESTDIR)$(PREFIX)/include/bounce
	install -m644 include/bounce/*.h $(DESTDIR)$(PREFIX)/include/bounce

$(B)/score: tests/score.c $(LIB)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

score: $(B)/score       ## how good the classifier is: make score CORPUS=labelled.tsv [V=1 for every miss]
	$(B)/score $(if $(V),-v) $(CORPUS)

clean:                  ## remove everything made
	rm -rf build

help:                   ## this text
	@sed -n 's/^\([a-z][a-z ]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 28

-include $(LIB_O:.o=.d) $(CMD_O:.o=.d) $(TEST_X:=.d) $(wildcard $(B)/bench/micro/*.d $(B)/tests/fuzz/*.d)
