# SPDX-License-Identifier: GPL-2.0
# Included by the Makefiles of accels: one is built alone, against an installed core, as a third-party
# accel would be:
#
#	make -C accel_NAME KDIR=/lib/modules/VERSION/build
#
# IPOIB_DEVEL is where `make modules_install` put the core's header and symbol versions. Only kbuild
# reads the Kbuild file beside this one; building all modules together does not come through here.
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
release = $(or $(shell sed -n 's/.* UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null),$(KVER))
IPOIB_DEVEL ?= /usr/src/ipoib-accel-devel/$(release)

modules: features
.PHONY: features
features:
	sh ../ipoib_core/compat/probe.sh $(KDIR) ../ipoib_core/compat/generated/features.h

.PHONY: modules modules_install clean
modules modules_install clean:
	+$(MAKE) -C $(KDIR) M=$(CURDIR) IPOIB_DEVEL=$(IPOIB_DEVEL) \
		KBUILD_EXTRA_SYMBOLS=$(IPOIB_DEVEL)/Module.symvers \
		$(if $(filter modules_install,$@),INSTALL_MOD_DIR=updates) $@
