# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The control, with in-tree's driver. Then dnf install, which touches nothing that runs.

sees()
{
	serves intree
	assert_intree "$(uname -r)"
}

does()
{
	dnf_do install stub
	files_note before
	say "dnf install"
	dnf_do install ipoib-accel-dkms
	each_kernel assert_ours
}

remains()
{
	serves_still intree
}
