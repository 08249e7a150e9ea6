# zfw - one Makefile, not recursive.  `make help` lists the targets.
#
# Everything built goes below $(B).  A second build with other flags is
# another $(B): `make B=build-asan SAN=address,undefined check`.

B	?= build
SAN	?=
CC	?= gcc
PREFIX	?= /usr/local
SBINDIR	?= $(PREFIX)/sbin
BINDIR	?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/zfw
MANDIR	?= $(PREFIX)/share/man
DATADIR	?= $(PREFIX)/share/zfw
SYSCONFDIR ?= /etc
STATEDIR ?= /var/lib/zfw
RUNDIR	?= /run/zfw
VERSION	:= 0.1.0

WARN	:= -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes \
	   -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings \
	   -Wformat=2 -Wundef -Wvla
HARDEN	:= -fstack-protector-strong -fstack-clash-protection \
	   -fcf-protection=full -fPIE
ifneq ($(findstring clang,$(CC)),clang)
HARDEN	+= -fzero-call-used-regs=used-gpr -ftrivial-auto-var-init=zero
endif
ifeq ($(SAN),)
HARDEN	+= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
SANF	:=
else
SANF	:= -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
CFLAGS	?= -O2 -g
CPPFLAGS += -D_GNU_SOURCE -DZFW_VERSION='"$(VERSION)"' \
	   -DZFW_LIBEXECDIR='"$(LIBEXECDIR)"' -DZFW_STATEDIR='"$(STATEDIR)"' \
	   -DZFW_RUNDIR='"$(RUNDIR)"' -DZFW_SYSCONFDIR='"$(SYSCONFDIR)"' -I.
ALL_CF	= -std=gnu11 $(CFLAGS) $(WARN) $(HARDEN) $(SANF) $(CPPFLAGS) -MMD -MP
ALL_LF	= -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANF) $(LDFLAGS)

# What each program is made of.  `_L` are its libraries: the table of
# docs/ARCHITECTURE.md, checked by `make lint`.
include programs.mk

PROGRAMS := zfwd zfw-engine zfw-front zfw-journal zfw-join zfwctl zfw-whitelist zfw-replay zfw-fp zfw-stats

.PHONY: all help deps build demo check check-unit check-e2e check-asan \
	lint fuzz bench install clean golden-update stats
all: build
build: $(PROGRAMS:%=$(B)/%)

# Libraries whose pkg-config file is missing or misnamed, and the rest.
LIBS_kyotocabinet := -lkyotocabinet
LIBS_libm	:= -lm
LIBS_libconfuse	:= -lconfuse
LIBS_libpcap	:= -lpcap
LIBS_libjansson	:= -ljansson
LIBS_libcunit	:= -lcunit
LIBS_libmnl	:= -lmnl
LIBS_libnftnl	:= -lnftnl
LIBS_libnetfilter_queue := -lnetfilter_queue
LIBS_libevent_core := -levent_core
LIBS_libseccomp	:= -lseccomp
LIBS_libcap-ng	:= -lcap-ng
LIBS_libsodium	:= -lsodium
LIBS_libcares	:= -lcares
LIBS_libsystemd	:= -lsystemd
LIBS_libpcre2-8	:= -lpcre2-8
LIBS_libmicrohttpd := -lmicrohttpd
LIBS_libmaxminddb := -lmaxminddb

SRC	:= $(wildcard fp/*.c daemon/*.c nft/*.c db/*.c front/*.c tools/*.c)
TESTSRC	:= $(wildcard tests/unit/*/test_*.c)
TOOLSRC	:= $(wildcard tests/tools/*.c)
FUZZSRC	:= $(wildcard tests/fuzz/fuzz_*.c)
UNIT	:= $(TESTSRC:%.c=$(B)/%)
TTOOLS	:= $(TOOLSRC:tests/tools/%.c=$(B)/tests/tools/%)
FUZZERS	:= $(FUZZSRC:tests/fuzz/%.c=$(B)/fuzz/%)

# A test names what it links in its first lines: `zt-link: fp/addr fp/sig`,
# `zt-libs: libpcap`.  Nothing else is linked: that is the dependency test.
# `@NAME` stands for NAME_O of programs.mk: for tools that need whole stages.
ztl	= $(sort $(foreach w,$(shell sed -n '1,30s/.*zt-link: *//p' $(1)),\
	   $(if $(filter @%,$(w)),$($(w:@%=%)_O),$(w))))
ztlibs	= $(foreach l,$(shell sed -n '1,20s/.*zt-libs: *//p' $(1)),$(LIBS_$(l)))

$(B)/%.o: %.c Makefile programs.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CF) -c -o $@ $<

# The shipped signatures are part of that object.
$(B)/fp/sigfile_ours.o: fp/zfw.fp

# So are style and script of the page of statistics.
$(B)/tools/stats_html_asset.o: tools/stats_html.css tools/stats_html.js

define PROGRAM
$(B)/$(1): $$($(1)_O:%=$(B)/%.o)
	$$(Q)$$(CC) $$(ALL_CF) $$(ALL_LF) -o $$@ $$^ $$(foreach l,$$($(1)_L),$$(LIBS_$$(l)))
	@echo "  LINK $(1)"
endef
$(foreach p,$(PROGRAMS),$(eval $(call PROGRAM,$(p))))

.SECONDEXPANSION:
$(UNIT) $(TTOOLS): $(B)/%: $(B)/%.o $$(addprefix $(B)/,$$(addsuffix .o,$$(call ztl,$$*.c)))
	$(Q)$(CC) $(ALL_CF) $(ALL_LF) -o $@ $^ $(call ztlibs,$*.c) -lcunit
	@echo "  LINK $*"

# Fuzzers are whole-program clang builds of their own: instrumented sources.
$(FUZZERS): $(B)/fuzz/%: tests/fuzz/%.c $$(addsuffix .c,$$(call ztl,tests/fuzz/$$*.c))
	@mkdir -p $(@D)
	$(Q)clang -std=gnu11 -O1 -g $(CPPFLAGS) -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all -o $@ $(filter %.c,$^) $(call ztlibs,tests/fuzz/$*.c)
	@echo "  FUZZER $*"

$(B)/fuzz/fuzz_sigfile: fp/zfw.fp

Q	:= $(if $(V),,@)
-include $(shell find $(B) -name '*.d' 2>/dev/null)

help:
	@sed -n 's/^#: //p' Makefile

#: make deps           install what is missing (Debian packages; as root)
deps:
	@sh tests/deps.sh

#: make build          all programs, below ./build
#: make demo           the main job on real input, two network namespaces (root)
demo:
	@sh tests/deps.sh demo
	@$(MAKE) --no-print-directory build $(B)/tests/tools/ztraffic
	@bash tests/e2e/demo.sh $(B)

#: make check          all tests; end-to-end ones too when run as root
check:
	@sh tests/deps.sh check
	@sh tests/deps.sh e2e || echo "check: no browser: its cases are skipped"
	@$(MAKE) --no-print-directory build ttools unit
	@bash tests/run.sh $(B) unit golden scenario days tally outside e2e

#: make check-unit     unit, golden and scenario tests only
check-unit: build ttools unit
	@bash tests/run.sh $(B) unit golden scenario days tally outside

#: make accuracy       zombies against servers on made days: docs/ACCURACY.md
.PHONY: accuracy
accuracy:
	@$(MAKE) --no-print-directory $(B)/zfw-replay \
	    $(B)/tests/tools/daygen $(B)/tests/tools/dayscore
	@bash tests/accuracy.sh $(B)

#: make check-e2e      end-to-end tests only (root)
#: E2E_CONFINE=1 make check-e2e   the same, confined as the systemd units do
check-e2e: build ttools
	@bash tests/run.sh $(B) e2e

#: make check-kernel   end-to-end tests on Debian's kernels, under QEMU (root)
.PHONY: check-kernel
check-kernel:
	@sh tests/deps.sh kernel || echo "check-kernel: not all packages"
	@$(MAKE) --no-print-directory build ttools
	@bash tests/kernel/run.sh $(B)

unit: $(UNIT)
ttools: $(TTOOLS)
.PHONY: unit ttools

#: make check-asan     unit, golden and scenario tests under ASan and UBSan
check-asan:
	@$(MAKE) --no-print-directory B=build-asan SAN=address,undefined \
	    CFLAGS='-O1 -g' check-unit

#: make fuzz           each fuzz target for FUZZ_S seconds (default 20)
FUZZ_S	?= 20
fuzz: $(FUZZERS)
	@bash tests/fuzz/run.sh $(B) $(FUZZ_S)

#: make lint           format, cppcheck, headers, layers, man pages, commits
lint:
	@bash tests/lint.sh

#: make golden-update  rewrite the golden files; review the diff
golden-update: build ttools
	@bash tests/golden/run.sh $(B) --update

#: make bench          measurements, side by side with what users would pick
bench:
	@sh tests/deps.sh bench
	@$(MAKE) --no-print-directory build ttools
	@bash tests/bench.sh $(B)

#: make bench-NAME     one of them: log, fp, live, load, store, nft, drop,
#:                     latency, queue, compare (the last five as root)
bench-%:
	@sh tests/deps.sh bench
	@$(MAKE) --no-print-directory build ttools
	@bash tests/bench.sh $(B) $*

#: make soak           a gateway under load for SOAK_S seconds (3600), with
#:                     restarts, reloads, clock steps (root): docs/PERFORMANCE.md
.PHONY: soak
soak:
	@sh tests/deps.sh check
	@$(MAKE) --no-print-directory build ttools
	@SOAK_S=$(or $(SOAK_S),3600) bash tests/soak.sh $(B)

#: make stats          function and file sizes against the style's aims
stats:
	@bash tests/stats.sh

#: make install        below DESTDIR and PREFIX (default /usr/local)
SYSTEMDDIR ?= $(PREFIX)/lib/systemd/system
INSTALL_MAN = sed -e 's,/usr/local/libexec/zfw,$(LIBEXECDIR),g' \
	-e 's,/usr/local/sbin,$(SBINDIR),g'
INSTALL_UNIT = sed -e 's,@SBINDIR@,$(SBINDIR),g' \
	-e 's,@LIBEXECDIR@,$(LIBEXECDIR),g' \
	-e 's,/run/zfw\([ /]\|$$\),$(RUNDIR)\1,g' \
	-e 's,/var/lib/zfw\([ /]\|$$\),$(STATEDIR)\1,g'
install: build
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(BINDIR) \
	    $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(SYSCONFDIR) $(DESTDIR)$(DATADIR)
	install -m 755 $(B)/zfwd $(B)/zfwctl $(B)/zfw-whitelist $(B)/zfw-stats \
	    $(DESTDIR)$(SBINDIR)
	install -m 755 $(B)/zfw-replay $(B)/zfw-fp $(DESTDIR)$(BINDIR)
	install -m 644 fp/zfw.fp $(DESTDIR)$(DATADIR)
	install -m 755 $(B)/zfw-engine $(B)/zfw-front $(B)/zfw-journal $(B)/zfw-join \
	    $(DESTDIR)$(LIBEXECDIR)
	test -e $(DESTDIR)$(SYSCONFDIR)/zfwd.conf || \
	    install -m 644 docs/zfwd.conf $(DESTDIR)$(SYSCONFDIR)/zfwd.conf
	for s in 1 5 8; do \
	    install -d $(DESTDIR)$(MANDIR)/man$$s || exit 1; \
	    for f in docs/man/*.$$s; do \
		$(INSTALL_MAN) $$f >$(DESTDIR)$(MANDIR)/man$$s/$${f##*/} || exit 1; \
	    done; \
	done
	install -d $(DESTDIR)$(SYSTEMDDIR) $(DESTDIR)$(PREFIX)/lib/sysusers.d \
	    $(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(DESTDIR)$(SYSCONFDIR)/cron.d \
	    $(DESTDIR)$(SYSCONFDIR)/logrotate.d \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	for f in service/*.service.in; do \
	    u=$${f##*/}; \
	    $(INSTALL_UNIT) $$f >$(DESTDIR)$(SYSTEMDDIR)/$${u%.in} || exit 1; \
	done
	install -m 644 service/*.timer $(DESTDIR)$(SYSTEMDDIR)
	install -m 644 service/zfw.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/zfw.conf
	$(INSTALL_UNIT) service/zfw.tmpfiles >$(DESTDIR)$(PREFIX)/lib/tmpfiles.d/zfw.conf
	$(INSTALL_UNIT) service/zfw.cron.in >$(DESTDIR)$(SYSCONFDIR)/cron.d/zfw
	install -m 644 service/zfw.logrotate $(DESTDIR)$(SYSCONFDIR)/logrotate.d/zfw
	install -m 644 service/zfw.bash-completion \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/zfwctl
	for p in zfwd zfw-whitelist zfw-replay zfw-fp zfw-stats; do \
	    ln -sf zfwctl \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$p || exit 1; \
	done

#: make deb            a Debian package, below $(B)/deb
.PHONY: deb
deb:
	@sh tests/deps.sh deb
	@bash tests/deb.sh $(B)

#: make check-deb      that package in a fresh Debian below a directory, and the
#:                     quick start there with live traffic (root)
.PHONY: check-deb
check-deb: deb $(B)/tests/tools/ztraffic
	@bash tests/package.sh $(B)

clean:
	rm -rf build build-asan

print-%:
	@echo $($*)
