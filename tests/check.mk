# SPDX-License-Identifier: GPL-2.0
#
# The jobs of tests/check, which gives MODE (all, quick, full, debug), KERNELS, and TESTS where not all are
# wanted (what tests/changed-since prints), and what each waits for.
#
# Guests first, as many at the same time as there are CPUs: each has two of its own, which spin for each other
# when they are kept waiting. On two CPUs nine tests in each of one, two, three guests took 95, 100, 177 s, and
# 97, 89, 116 s of CPU each. Beside them, as many at a time and with hardly any priority, what only works: lint,
# packages; it has the time in which guests wait. Jobs start in the order of the lists: the long ones first.

GUESTS ?= $(shell nproc)
OTHERS ?= $(shell nproc)
first := $(firstword $(KERNELS))
run := tests/vm/run --no-build
cards := $(run) --cards 4 --enhanced 2 --lane
lint := $(patsubst tests/lint/check-%,lint-%,$(wildcard tests/lint/check-*))
# Of the unit tests one boots guests; of those that are long two say little that the other packages' tests do not, and
# one starts ipoibctl a thousand times by what makes it slow.
long_unit := unit-autopkgtest-passes unit-dkms-of-other-releases unit-ctl-is-clean
# The first two compile as users' machines do, each for another kernel; the next ones install what came of that.
packages := unit-deb-installs-and-goes unit-rpm-installs-and-goes unit-initramfs-takes-ours
unit := $(packages) $(filter-out unit-harness-sees-failures $(long_unit) $(packages),\
	$(patsubst tests/unit/%,unit-%,$(wildcard tests/unit/*)))

builds := $(addprefix build-,$(KERNELS))
lanes := share
cards_lane := connectx
guests.all := $(addprefix vm-,$(KERNELS)) cards-6.12 debian-$(first) two-vms matrix-5.10 \
	cards-6.1 no-ipv6 unit-harness-sees-failures
others.all := $(unit) $(lint)

guests.quick := $(addprefix vm-,$(KERNELS))
others.quick := $(lint)

# What only it has: tests/only-full. Every kernel of the table but the debug kernel, which is the stock one of another row.
guests.full := $(guests.all) $(addprefix vm-slow-,$(KERNELS)) \
	$(addprefix matrix-,$(shell awk '!/^\#/ && NF && $$1 != "debug" { print $$1 }' tests/vm/kernels.tab))
others.full := $(others.all) $(long_unit) fresh-machine

guests.debug := unit-harness-sees-failures vm-debug cards-debug no-ipv6
others.debug :=

ifneq ($(MODE),full)
# clang reads what users get; gcc reads all, with as many warnings.
export LINT_TESTS :=
# That unit tests see mistakes made by hand.
export MISTAKES :=
endif
ifeq ($(MODE),quick)
lanes := quick
lint_kernels := LINT_KERNELS=$(first)
else ifeq ($(MODE),full)
export FUZZ_STEPS := 10000
lanes := all
cards_lane := connectx-long
else ifeq ($(MODE),debug)
lanes := short
endif
ifneq ($(TESTS),)
lanes := since
in_guests := $(filter-out lint/% unit/% connectx connectx/%,$(TESTS))
on_cards := $(filter connectx connectx/%,$(TESTS))
guests.quick := $(if $(in_guests),vm-$(first)) $(if $(on_cards),cards-6.12) \
	$(filter unit-harness-sees-failures,$(TESTS:unit/%=unit-%))
others.quick := $(filter $(lint) $(unit),$(TESTS:lint/%=lint-%) $(TESTS:unit/%=unit-%))
endif

.PHONY: check guests others
check: guests others
# Numbers of jobs of their own; without MAKEFLAGS make does not speak of that.
guests others:
	MAKEFLAGS= $(MAKE) -sk --no-print-directory -j$(if $(filter guests,$@),$(GUESTS),$(OTHERS)) -f tests/check.mk \
		MODE='$(MODE)' KERNELS='$(KERNELS)' TESTS='$(TESTS)' all-$@

.PHONY: all-guests all-others
all-guests: $(if $(strip $(guests.$(MODE))),$(builds)) $(guests.$(MODE))
all-others: $(others.$(MODE))

build-%:
	tests/job --test $@ tests/vm/build-modules $*

vm-slow-%: build-%
	tests/job $@ $(run) --kernel $* --root busybox --lane slow

vm-%: build-%
	tests/job $@ $(run) --kernel $* --root busybox --lane $(lanes) $(in_guests)

# These wait for all builds, or make would start them before a longer one that waits for another build.
debian-%: build-% | $(builds)
	tests/job $@ $(run) --kernel $* --root debian --lane $(lanes)

cards-%: build-% | $(builds)
	tests/job $@ $(cards) $(cards_lane) --kernel $* $(or $(on_cards),$(cards_tests))

# On the older kernel, the peer is in-tree over the same queues: one test says whether it is another one.
cards-6.1: cards_tests := connectx/accel-mlx:intree+mlx5_3
cards-6.1: cards_lane := connectx-long

# A kernel without IPv6 has no tables of it, and what looks into them there is an oops.
no-ipv6: $(builds)
	tests/job $@ $(run) --kernel $(first) --append ipv6.disable=1 --lane no-ipv6

two-vms: $(builds)
	tests/job $@ tests/run-each connectx tests/connectx/two-vms

matrix-%: | $(builds)
	tests/job $@ tests/matrix $*

unit-harness-sees-failures: | $(builds)
unit-%:
	KERNEL=$(first) tests/job $@ nice -n 19 tests/run-each unit tests/unit/$*

# Each target of `make help` on a machine that has nothing of what it needs.
fresh-machine:
	tests/job --test $@ nice -n 19 tests/package/fresh-machine

lint-%:
	$(lint_kernels) tests/job $@ nice -n 19 tests/run-each lint tests/lint/check-$*
