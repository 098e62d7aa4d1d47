# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The control, with in-tree's driver. Then apt install, which touches nothing that runs.

sees()
{
	serves intree
	assert_intree "$(uname -r)"
}

does()
{
	files_note before
	say "apt install"
	apt-get install -y --no-install-recommends ./packages/ipoib-accel-dkms_*_all.deb
	each_kernel assert_ours
	[ -e /usr/share/man/man7/ipoib-accel.7.gz ] || fail "no manual"
}

remains()
{
	serves_still intree
}
