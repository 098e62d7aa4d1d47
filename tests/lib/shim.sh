# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The shim ib_ipoib.ko, as it is where the package is installed: preferred to in-tree's module of that
# name. Guests have it aside, as most tests want in-tree's. Sourced by tests about it.

SHIM_ROOT=$TMPDIR/shim

# shim_install: modprobe_shim finds it from now on; the kernel's own requests do not.
shim_install()
{
	shim_modules=$SHIM_ROOT/lib/modules/$(uname -r)
	rm -rf "$shim_modules"
	mkdir -p "$shim_modules"
	must cp -rs "/lib/modules/$(uname -r)/." "$shim_modules/"
	# depmod replaces them, and must not do so through the links.
	find "$shim_modules" -maxdepth 1 -type l ! -name 'modules.builtin*' ! -name modules.order \
		-exec rm {} +
	mkdir -p "$shim_modules/updates/dkms"
	must cp /vm/shim/ib_ipoib.ko "$shim_modules/updates/dkms/ib-ipoib.ko"
	must depmod -b "$SHIM_ROOT" "$(uname -r)"
}

# shim_remove: as the package's removal leaves it: there is nothing of ours for modprobe_shim any more.
shim_remove()
{
	for module in ib-ipoib ipoib_core accel_ref accel_mlx; do
		find "$shim_modules" -name "$module.ko*" -exec rm {} +
	done
	must depmod -b "$SHIM_ROOT" "$(uname -r)"
}

# modprobe_shim ARGUMENT...: modprobe, where the shim is installed. SHIM_CONF is a directory with
# modprobe.d files.
modprobe_shim()
{
	modprobe -d "$SHIM_ROOT" ${SHIM_CONF:+-C "$SHIM_CONF"} "$@"
}

# shim_take_over: as shim_install, for the kernel's own requests and everybody else too, until
# shim_give_back or the end of the test.
shim_take_over()
{
	mkdir -p "/lib/modules/$(uname -r)/updates/dkms"
	trap shim_give_back EXIT
	must cp /vm/shim/ib_ipoib.ko "/lib/modules/$(uname -r)/updates/dkms/ib-ipoib.ko"
	must depmod
}

shim_give_back()
{
	trap - EXIT
	rm -f "/lib/modules/$(uname -r)/updates/dkms/ib-ipoib.ko"
	must depmod
}
