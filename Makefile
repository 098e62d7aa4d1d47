# SPDX-License-Identifier: GPL-2.0
# ipoib-accel: run `make help`. How modules are compiled is in Kbuild.
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
# Which of tests/vm/kernels.tab `make vm`, `make demo` and `make check-quick` boot.
KERNEL ?=

# "cd" of scripts would go elsewhere, and say so.
unexport CDPATH
# Who has become root by su(1) may not have depmod there.
export PATH := $(or $(PATH),/usr/bin:/bin):/usr/sbin:/sbin
# The half of a path in front of a space is somebody else's, and there are rm -rf below. Between two letters one
# at either end is seen too.
$(foreach path,KVER KDIR INSTALL_MOD_PATH DESTDIR,\
	$(if $(word 2,x$($(path))x),$(error $(path)="$($(path))": there is a space in it)))
$(if $(KVER),,$(error KVER= is empty, and there is a folder for each kernel))

features := ipoib_core/compat/generated/features.h
# The kernel that KDIR is for; KDIR may be given alone. (kernel.release of Debian's 5.10 and 6.1 has another
# version than their folders and modules.)
release = $(or $(shell sed -n 's/.* UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null),$(KVER))
updates = $(INSTALL_MOD_PATH)/lib/modules/$(release)/updates
# What an accel that is built alone needs of the core: IPOIB_DEVEL= of its Makefile.
devel = $(INSTALL_MOD_PATH)/usr/src/ipoib-accel-devel/$(release)

# Where kbuild puts the module that takes the name ib_ipoib. Others may have one of that name beside it.
shim = $(updates)/ipoib_core/shim/ib_ipoib.ko
boot := ipoib_core/boot

# As DKMS does it. Beside MLNX_OFED or DOCA ours would take the name, and could not be loaded.
look_before = ! reason=$$(IPOIB_ROOT=$(INSTALL_MOD_PATH) \
	$(boot)/passed-over --make $(release) $(abspath $(KDIR))) || \
	{ echo "ipoib-accel: $$reason. Nothing is installed." >&2; exit 1; }
# An ib_ipoib that the kernel refuses would keep in-tree's from being loaded. A root without /sys is for
# another machine, of which nothing is known.
withdraw_shim = [ ! -e $(INSTALL_MOD_PATH)/sys/module ] || \
	for shim in $(shim)*; do \
		[ -e "$$shim" ] || continue; \
		reason=$$(IPOIB_ROOT=$(INSTALL_MOD_PATH) $(boot)/signature-refused "$$shim") || continue; \
		echo "ipoib-accel: $$reason. The kernel's own ib_ipoib stays in charge of $(release)." \
			"'man 7 ipoib-accel', Secure Boot, says what to do."; \
		rm -f "$$shim"; \
	done

depmod = depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(release)
# Before anything of ours goes, or is written over: see there.
give_back = IPOIB_ROOT=$(INSTALL_MOD_PATH) $(boot)/give-back $(release) || :
# Also when some could not be installed, the core perhaps: the shim alone would keep in-tree's away.
take_away = $(give_back); rm -f $(shim)* $(updates)/ipoib_core/ipoib_core.ko* \
	$(foreach accel,accel_ref accel_mlx,$(updates)/$(accel)/$(accel).ko*) && $(depmod)

# Of another machine's root nothing is known of its images, nor with what they are made.
renew = $(if $(filter-out /,$(INSTALL_MOD_PATH)),,$(boot)/renew-initramfs --stale || :)
# Nor of its settings. As packages do.
look_after = $(if $(filter-out /,$(INSTALL_MOD_PATH)),,$(boot)/check-config || :)

.PHONY: help
help:
	@echo 'make modules          build for the kernel KVER=$(KVER) or headers KDIR=...'
	@echo '                      IPOIB_DEBUG=1: the core says which rule of ipoib_accel.h an accel breaks'
	@echo 'make modules_install  install them, with what an accel built alone needs (as root)'
	@echo 'make modules_uninstall  remove them from that kernel: ib_ipoib is in-tree'\''s again (as root)'
	@echo 'make ctl              ipoibctl, the program for administrators, in build/ctl; make ctl-install (as root)'
	@echo 'make deb, make rpm    packages in build/packages'
	@echo 'make demo             watch it work: two hosts on a simulated fabric, in a VM (as root)'
	@echo 'make vm               a shell in a VM with modules and tools in place (KERNEL=6.1|6.12)'
	@echo 'make check            builds, lint, unit tests, packages, the quick and the full tests in VMs'
	@echo 'make check-full       the same and the slow tests: many random sequences'
	@echo 'make check-quick      lint and the quick tests on one kernel, in ten minutes; SINCE=REV: of these'
	@echo '                      what concerns the files changed since that commit'
	@echo 'make check-debug      the tests in VMs on a kernel with KASAN, lockdep, kmemleak and more, built once'
	@echo 'make check-faults     each allocation, verb and query that ours make fails once; KERNEL=6.1: sooner'
	@echo 'make fuzz             hostile frames, answers and settings with new seeds, for MINUTES=60'
	@echo 'make soak             traffic, faults and settings on 16 HCAs for half an hour (TIME=1800): what was lost,'
	@echo '                      what has grown; SEED=, KERNEL=, DRIVERS=intree-intree and more: see tests/soak/run'
	@echo 'make matrix           builds and boots on every kernel within reach, ours beside in-tree: a table'
	@echo 'make check-install    the packages on a Debian in a VM: install, reboot, new kernel, purge, reboot'
	@echo 'make check-connectx   the stock mlx5 drivers on software ConnectX cards, which are no hardware'
	@echo 'make lint             compilers with more warnings, sparse, checkpatch, cppcheck, ...'
	@echo 'make unit             tests that need no kernel of ours to run'
	@echo 'make mutants          whether tests notice small mistakes made on purpose (150 of them: hours)'
	@echo 'make coverage         which lines of the modules the tests run, on the debug kernel: hours'
	@echo 'make bench            speed beside in-tree ib_ipoib and veth: table, chart (half an hour on two CPUs);'
	@echo '                      CASES="tcp4 req64": only these, see tests/bench/README.md'
	@echo 'make bench-quick      whether ours has become slower (a minute on two idle CPUs)'
	@echo 'make bench-mlx        accel_mlx beside in-tree over the same queues of mlx5_core: table'
	@echo 'make clean            remove what was built; fetched kernels stay in ~/.cache/ipoib-accel'

# /var, where DKMS builds, may be mounted noexec.
.PHONY: modules
modules:
	sh ./ipoib_core/compat/probe.sh $(KDIR) $(features)
	+$(MAKE) -C $(KDIR) M=$(CURDIR) modules

# INSTALL_MOD_PATH= is the root to install in. The kernel's build would run depmod only for the running
# kernel's own folder, and before modules are on the disk: a machine that loses its power then would find them
# empty, with the names.
.PHONY: modules_install
modules_install:
	@$(look_before)
	@$(give_back)
	+$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_DIR=updates DEPMOD=true modules_install || \
		{ $(MAKE) --no-print-directory modules_take_away; exit 1; }
	@$(withdraw_shim)
	find $(addprefix $(updates)/,ipoib_core accel_ref accel_mlx) -type f -name '*.ko*' -exec sync {} + && \
		$(depmod) || { $(take_away); exit 1; }
	install -d $(devel)
	install -m 644 ipoib_core/include/ipoib_accel.h Module.symvers $(devel)/
	@$(renew)
	@$(look_after)

# By a make of its own: make -n runs the line above, as it has another make in it, and may find that it fails.
.PHONY: modules_take_away
modules_take_away:
	$(take_away)

# A core that depmod still knows is the package's, and so is what accels need of it; if it is not lent.
.PHONY: modules_uninstall
modules_uninstall:
	$(take_away)
	grep -s '/ipoib_core\.ko' $(INSTALL_MOD_PATH)/lib/modules/$(release)/modules.dep | grep -qv weak-updates || \
		rm -rf $(devel)
	for dir in $(addprefix $(updates)/,ipoib_core/shim ipoib_core accel_ref accel_mlx) \
		$(updates) $(dir $(devel)); do \
		[ ! -d $$dir ] || rmdir --ignore-fail-on-non-empty $$dir || exit 1; \
	done
	@$(renew)

# What packages carry: the sources of the modules, for DKMS, the manual, and what concerns
# initramfs images.
version = $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
sources := Kbuild Makefile COPYING dkms.conf $(wildcard ipoib_core/Kbuild ipoib_core/*.[ch] \
	ipoib_core/include/*.h ipoib_core/include/uapi/*.h ipoib_core/netlink/* \
	ipoib_core/shim/* ipoib_core/boot/* ipoib_core/compat/*.* ipoib_core/compat/tests/*.c \
	accel_ref/Kbuild accel_ref/*.[ch] accel_mlx/Kbuild accel_mlx/*.[ch])
mandir = $(DESTDIR)/usr/share/man

.PHONY: install_sources
install_sources:
	for file in $(sources); do \
		install -D -m "$$([ -x $$file ] && echo 755 || echo 644)" $$file \
			$(DESTDIR)/usr/src/ipoib-accel-$(version)/$$file || exit 1; \
	done
	install -d $(DESTDIR)/usr/lib/ipoib-accel
	for script in renew-initramfs take-over give-back check-config passed-over signature-refused; do \
		ln -s ../../src/ipoib-accel-$(version)/ipoib_core/boot/$$script \
			$(DESTDIR)/usr/lib/ipoib-accel/$$script || exit 1; \
	done
	install -D -m 644 ipoib_core/boot/dracut.conf \
		$(DESTDIR)/usr/lib/dracut/dracut.conf.d/50-ipoib-accel.conf
	for page in ipoib_core/doc/* accel_ref/doc/* accel_mlx/doc/*; do \
		install -D -m 644 $$page $(mandir)/man$${page##*.}/$${page##*/} || exit 1; \
	done

# The program for administrators. DESTDIR= is another root to install in.
.PHONY: ctl
ctl:
	@pkg-config --exists libnl-genl-3.0 || tests/vm/deps.sh ctl
	+$(MAKE) -C ipoib_core/ctl

.PHONY: ctl-install
ctl-install:
	@pkg-config --exists libnl-genl-3.0 || tests/vm/deps.sh ctl
	+$(MAKE) -C ipoib_core/ctl install

.PHONY: deb
deb:
	@debian/build

.PHONY: rpm
rpm:
	@rpm/build

.PHONY: demo
demo:
	@tests/demo/demo $(KERNEL)

.PHONY: vm
vm:
	tests/vm/run $(if $(KERNEL),--kernel $(KERNEL)) --shell

.PHONY: check
check:
	@tests/check

.PHONY: check-full
check-full:
	@tests/check --full

.PHONY: check-quick
check-quick:
	@tests/check --quick $(if $(KERNEL),--kernel $(KERNEL)) $(if $(SINCE),--since $(SINCE))

.PHONY: check-debug
check-debug:
	@tests/check --debug

.PHONY: matrix
matrix:
	@tests/matrix

.PHONY: check-install
check-install:
	@tests/package/in-vm

.PHONY: check-faults
check-faults:
	@tests/faults/check $(KERNEL)

.PHONY: fuzz
fuzz:
	@tests/strangers/fuzz $(or $(MINUTES),60) $(KERNEL)

.PHONY: soak
soak:
	@tests/soak/run

.PHONY: check-connectx
check-connectx:
	@tests/connectx/check $(KERNEL)

.PHONY: lint
lint:
	@tests/vm/deps.sh lint
	@tests/run-each lint tests/lint/check-*

.PHONY: unit
unit:
	@tests/vm/deps.sh unit
	@tests/run-each unit tests/unit/*

.PHONY: coverage
coverage:
	@tests/coverage/run

.PHONY: mutants
mutants:
	@tests/mutants/run

.PHONY: bench
bench:
	@tests/bench/bench $(if $(CASES),--cases '$(CASES)')

.PHONY: bench-mlx
bench-mlx:
	@tests/bench/mlx $(KERNEL)

.PHONY: bench-quick
bench-quick:
	@tests/bench/bench --quick

.PHONY: clean
clean:
	-$(MAKE) -C $(KDIR) M=$(CURDIR) clean
	rm -rf ipoib_core/compat/generated build
