# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# In-tree's driver again.

sees()
{
	serves intree
	[ ! -d /sys/module/ipoib_core ] || fail "ipoib_core is loaded"
}

does()
{
	# What the last boots of it may have left.
	files_compare before 'linux-*' pahole
}

remains()
{
	serves_still intree
}
