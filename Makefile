# Sluice: `make` builds bin/, `make test` proves it, `make demo` shows it.
# Adding a tool: its name in TOOLS, tools/x.c, man/x.1, tests/x.bats.
TOOLS = wdn-fetch paginate scrape records flatten explode fields dedupe \
	validate verify-ids pg-upsert batch-post
DATASETS = $(patsubst pipelines/%/pipeline,%,$(filter-out \
	pipelines/template/%,$(wildcard pipelines/*/pipeline)))

VERSION = 0.1.0
PREFIX = /usr/local
DESTDIR =

# The one list of packages: to run; to build, on top; to test, on top.
DEPS_RUN = bash ca-certificates curl gnuplot-nox jq libarchive-tools libcurl4 \
	libjq1 libpcre2-8-0 libpq5 libssl3 libxml2 libxxhash0 \
	postgresql-client unzip util-linux
DEPS_BUILD = gcc libc6-dev libcurl4-openssl-dev libjq-dev \
	libmicrohttpd-dev libpcre2-dev libpq-dev libssl-dev libxml2-dev libxxhash-dev \
	make pkg-config
DEPS_DEB = build-essential debhelper fakeroot lintian
DEPS_TEST = $(DEPS_DEB) bats brotli chromium clang clang-format clang-tidy \
	cppcheck debootstrap gunicorn libclang-rt-dev mandoc nginx openssl \
	parallel postgresql procps prometheus python3 python3-httpbin \
	python3-psycopg2 shellcheck systemd time webhook zip zstd

CC = gcc
CFLAGS = -O2 -g
WARN = -Wall -Wextra -Wpedantic -Wvla -Wshadow -Wmissing-prototypes \
	-Wstrict-prototypes -Wformat=2 $(if $(CI),-Werror)
HARDEN = -fPIE -fstack-protector-strong $(if $(SAN),,-D_FORTIFY_SOURCE=2)
SAN_FLAGS = -fsanitize=address -fsanitize=undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer
SANITIZE = $(if $(SAN),$(SAN_FLAGS))
CPPFLAGS = -D_GNU_SOURCE -DSLUICE_VERSION='"$(VERSION)"' -Itools/lib \
	$(shell pkg-config --cflags libpq libxml-2.0 2>/dev/null)
LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed
LIBS = -lcurl -lpq -ljq -lpcre2-8 -lxml2 -lxxhash -lcrypto -lm

COMPILE = $(CC) -std=c11 $(CFLAGS) $(WARN) $(HARDEN) $(SANITIZE) $(CPPFLAGS) \
	-MMD -MP
LINK = $(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS)

# V=1 shows the commands.
Q = $(if $(V),,@)
said = $(if $(V),,@echo "  $(1) $@")

# Each compiler and SAN=1 have objects of their own; bin/ is of the last one.
B = build/$(notdir $(firstword $(CC)))$(if $(SAN),-san)
LIB_O = $(patsubst tools/lib/%.c,$B/lib/%.o,$(wildcard tools/lib/*.c))
APID_O = $(patsubst tests/apid/%.c,$B/apid/%.o,$(wildcard tests/apid/*.c))
UNIT = $(patsubst tests/unit/%.c,bin/unit/%,$(wildcard tests/unit/*.c)) \
	bin/unit/json-plain
FUZZ = $(filter-out replay,$(patsubst tests/fuzz/%.c,%,$(wildcard \
	tests/fuzz/*.c)))
SOURCES = $(wildcard tools/*.[ch] tools/lib/*.[ch] tests/apid/*.[ch] \
	tests/unit/*.[ch] tests/bench/*.[ch] tests/fuzz/*.[ch] \
	tests/faults/*.c)
SCRIPTS = $(shell git grep -lE '^\#!/usr/bin/env (bash|bats)' -- \
	':!*.md' 2>/dev/null) \
	$(wildcard pipelines/*.sh pipelines/*/*.sh tools/*.bash tests/*.bash \
	tests/bench/*.bash)

all: $(TOOLS:%=bin/%)

bin/%: $B/%.o $B/libsluice.a $B/.stamp
	@mkdir -p $(@D)
	$(call said,LINK)
	$Q$(LINK) -o $@ $< $B/libsluice.a $(LIBS)

# libcurl brings libcrypto along, with most of the names that are looked up at
# a start: named first, they are found at once, and a start takes 8 % less.
bin/wdn-fetch bin/paginate bin/batch-post: \
	LIBS := -Wl,--no-as-needed -lcrypto -Wl,--as-needed $(LIBS)

bin/apid: $(APID_O) $B/.stamp
	@mkdir -p $(@D)
	$(call said,LINK)
	$Q$(LINK) -o $@ $(APID_O) -lmicrohttpd -lpthread

bin/unit/%: $B/unit/%.o $B/libsluice.a $B/.stamp
	@mkdir -p $(@D)
	$(call said,LINK)
	$Q$(LINK) -o $@ $< $B/libsluice.a $(LIBS)

# The tokenizer as it is built where there is no SSE2.
bin/unit/json-plain: tests/unit/json.c $(wildcard tools/lib/json*.c) \
		$B/libsluice.a $B/.stamp
	@mkdir -p $(@D)
	$(call said,LINK)
	$Q$(LINK) -std=c11 $(CPPFLAGS) -fPIE -DSLUICE_NO_SIMD -o $@ \
		$(filter %.c,$^) $B/libsluice.a

# A fuzz target over the files it is given; libFuzzer's is bin/fuzz/X-fuzz.
bin/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.c tests/fuzz/fuzz.h \
		$B/libsluice.a $B/.stamp
	@mkdir -p $(@D)
	$(call said,LINK)
	$Q$(LINK) -std=c11 $(CPPFLAGS) $(WARN) -fPIE -o $@ $(filter %.c,$^) \
		$B/libsluice.a $(LIBS)

bin/fuzz/%-fuzz: tests/fuzz/%.c tests/fuzz/fuzz.h $(wildcard tools/lib/*.c)
	@mkdir -p $(@D)
	$(call said,FUZZ)
	$Qclang -std=c11 -g -O1 $(CPPFLAGS) \
		-fsanitize=fuzzer -fsanitize=address -fsanitize=undefined \
		-fno-sanitize-recover=all -o $@ $(filter %.c,$^) $(LIBS)

$B/libsluice.a: $(LIB_O)
	$(call said,AR  )
	$Qrm -f $@ && ar rcs $@ $^

$B/%.o: tools/%.c
	@mkdir -p $(@D)
	$(call said,CC  )
	$Q$(COMPILE) -c -o $@ $<

$B/apid/%.o: tests/apid/%.c
	@mkdir -p $(@D)
	$(call said,CC  )
	$Q$(COMPILE) -c -o $@ $<

$B/unit/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(call said,CC  )
	$Q$(COMPILE) -c -o $@ $<

# Newer than what another variant linked into bin/.
$B/.stamp: FORCE
	@mkdir -p $B
	@[ "$$(cat build/.variant 2>/dev/null)" = $B ] && [ -e $@ ] || \
		{ echo $B > build/.variant; touch $@; }

.SECONDARY:
-include $(wildcard $B/*.d $B/*/*.d)

deps: deps-run deps-build deps-test
deps-run deps-build deps-test deps-deb: deps-%:
	@tests/deps $(DEPS_$(shell echo $* | tr a-z A-Z))

test: deps all bin/apid bin/bench/generate bin/failat.so bin/sent.so $(UNIT) \
		$(FUZZ:%=bin/fuzz/%)
	tests/run

# What tests preload: failat makes calls fail, sent tells when one is made.
bin/%.so: tests/faults/%.c
	@mkdir -p $(@D)
	$(call said,LINK)
	$Q$(CC) -std=c11 -O2 $(WARN) -D_GNU_SOURCE -fPIC -shared -o $@ $<

bin/bench/generate: $(wildcard tests/bench/*.[ch]) $B/.stamp
	@mkdir -p $(@D)
	$(call said,LINK)
	$Q$(LINK) -std=c11 $(CPPFLAGS) $(WARN) -fPIE -o $@ $(filter %.c,$^)

# What has to hold for hours, as long as one can wait.
SOAK_REQUESTS = 100000
SOAK_SECONDS = 10
SOAK_KILLS = 200
SOAK_ROWS = 1000000
SOAK_DATASET_KILLS = 10
SOAK_TIMES = 1
soak: deps all bin/apid bin/sent.so
	@for i in $$(seq $(SOAK_TIMES)); do SOAK_SAY=1 \
		SOAK_REQUESTS=$(SOAK_REQUESTS) SOAK_SECONDS=$(SOAK_SECONDS) \
		SOAK_KILLS=$(SOAK_KILLS) SOAK_ROWS=$(SOAK_ROWS) \
		tests/run tests/soak.bats tests/pg-soak.bats && \
		SOAK_SAY=1 SOAK_DATASET_KILLS=$(SOAK_DATASET_KILLS) \
		bats -f 'kills at random points' tests/pipelines/*.bats || \
		exit 1; \
	done

# ROWS="flatten verify": only these; BENCH_MB, BENCH_RUNS: see tests/bench.
bench: deps-run all bin/apid bin/bench/generate
	tests/bench/run $(ROWS)

# Each target for a minute; what breaks one is left in build/.
FUZZ_SECONDS = 60
fuzz: $(FUZZ:%=bin/fuzz/%-fuzz)
	@for t in $(FUZZ); do mkdir -p build/corpus/$$t && \
		LSAN_OPTIONS=suppressions=tests/lsan.supp \
		bin/fuzz/$$t-fuzz -max_total_time=$(FUZZ_SECONDS) \
		-verbosity=0 -print_final_stats=1 -artifact_prefix=build/$$t- \
		build/corpus/$$t tests/fuzz/corpus/$$t || exit 1; done

demo: deps-run deps-build deps-demo all bin/apid
	pipelines/demo
deps-demo:
	@tests/deps postgresql

# Against the server that the dataset's variables name, or else against apid.
$(DATASETS): deps-run deps-build deps-demo all bin/apid
	pipelines/demo $@ $(ARGS)

# NAME=toys: a dataset of one's own, from a template.
new-dataset:
	@pipelines/new-dataset $(NAME)

# DATASET=wdn: does its API answer as it did when its cassette was recorded?
live: all
	pipelines/live $(DATASET) $(CASSETTE)

# Parts, so that -j2 halves the time.
lint: format-check lint-text lint-cppcheck lint-tidy-1 lint-tidy-2

lint-text:
	shellcheck -x $(SCRIPTS)
	mandoc -Tlint -Wwarning man/*.[17]

lint-cppcheck:
	cppcheck --quiet --std=c11 --language=c --error-exitcode=1 \
		--enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem -Itools/lib $(CPPFLAGS) \
		tools tests/apid tests/bench tests/unit

TIDY_1 = $(wildcard tools/*.c tools/lib/[a-h]*.c)
TIDY_2 = $(wildcard tools/lib/[i-z]*.c)
lint-tidy-1 lint-tidy-2: lint-tidy-%:
	clang-tidy --quiet $(TIDY_$*) -- -std=c11 $(CPPFLAGS)

format-check:
	clang-format --dry-run -Werror $(SOURCES)

list-tools:
	@echo $(TOOLS)

# Where FHS wants things; `sluice-run` is pipelines/run. (Debian has a `sluice`
# that is something else.)
BIN = $(DESTDIR)$(PREFIX)/bin
MAN = $(DESTDIR)$(PREFIX)/share/man
SHARE = $(DESTDIR)$(PREFIX)/share/sluice
COMPLETIONS = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
install: all
	install -d $(BIN) $(MAN)/man1 $(MAN)/man7 $(SHARE) $(COMPLETIONS)
	install -m 755 $(TOOLS:%=bin/%) $(BIN)
	install -m 644 $(TOOLS:%=man/%.1) man/sluice-run.1 $(MAN)/man1
	install -m 644 man/sluice.7 $(MAN)/man7
	cp -R pipelines $(SHARE)
	chmod -R u=rwX,go=rX $(SHARE)
	ln -sf ../share/sluice/pipelines/run $(BIN)/sluice-run
	install -m 644 tools/completion.bash $(COMPLETIONS)/sluice-run
	for tool in $(TOOLS); do \
		ln -sf sluice-run $(COMPLETIONS)/$$tool || exit; done

# Services and times, for systemd; or for cron. Nothing is started by that.
UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/system
SYSUSERS = $(DESTDIR)$(PREFIX)/lib/sysusers.d
place = sed 's,/usr/local,$(PREFIX),g' $(1) >$(2) && chmod 644 $(2)
install-schedule: install
	install -d $(UNITS) $(UNITS)/sluice-.service.d \
		$(UNITS)/sluice@.service.d $(SYSUSERS)
	cd pipelines/schedule && for unit in *.service *.timer \
		../trigger/*.service; do \
		$(call place,"$$unit","$(UNITS)/$${unit##*/}") || exit; done
	cp -R pipelines/schedule/*.d $(UNITS)
	chmod -R u=rwX,go=rX $(UNITS)/sluice@*.d
	install -m 644 pipelines/schedule/hardening.conf \
		$(UNITS)/sluice-.service.d
	install -m 644 pipelines/schedule/hardening.conf \
		$(UNITS)/sluice@.service.d
	install -m 644 pipelines/schedule/sysusers.conf $(SYSUSERS)/sluice.conf

install-crontab: install
	install -d $(DESTDIR)/etc/cron.d
	$(call place,pipelines/schedule/crontab,$(DESTDIR)/etc/cron.d/sluice)

uninstall:
	rm -rf $(UNITS)/sluice@* $(UNITS)/sluice-.service.d
	rm -f $(UNITS)/sluice-postgres.service $(UNITS)/sluice-trigger.service \
		$(SYSUSERS)/sluice.conf $(DESTDIR)/etc/cron.d/sluice
	cd $(BIN) && rm -f $(TOOLS) sluice-run
	cd $(MAN)/man1 && rm -f $(TOOLS:%=%.1) sluice-run.1
	rm -f $(MAN)/man7/sluice.7
	cd $(COMPLETIONS) && rm -f $(TOOLS) sluice-run
	rm -rf $(SHARE)

# A package for Debian, in build/deb. The linker finds the libraries it needs.
ESSENTIAL = bash util-linux
deb: deps-build deps-deb
	tools/debian/build $(VERSION) "$(DEPS_BUILD)" "$(filter-out \
		$(ESSENTIAL) libc% libj% libp% libs% libx%,$(DEPS_RUN))"
	lintian --fail-on error build/deb/*.changes

clean:
	rm -rf bin build

FORCE:
.PHONY: all bench clean deb demo deps deps-run deps-build deps-deb \
	deps-test deps-demo format-check fuzz install install-crontab \
	install-schedule lint lint-text lint-cppcheck lint-tidy-1 lint-tidy-2 \
	list-tools live new-dataset soak test uninstall FORCE $(DATASETS)
