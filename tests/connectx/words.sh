# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the tests of the software ConnectX share. Sourced by them, behind lib/host.sh.

# bound_cards: how many cards the stock driver has brought up.
bound_cards()
{
	(cd /sys/bus/pci/drivers/mlx5_core && ls -d 0000:*) 2> /dev/null | wc -l
}

# assert_mlx5_quiet: the stock drivers complained of nothing, except that the card has no vendor-specific
# PCI capability, and that a link of PCI Express that QEMU hides has no speed.
assert_mlx5_quiet()
{
	dmesg | grep mlx5 | grep -Ev 'firmware version|PCIe bandwidth|PTM is not|vendor specific ID' \
		> "$TMPDIR/mlx5" || return 0
	cat "$TMPDIR/mlx5"
	fail "the stock drivers have something to say"
}
