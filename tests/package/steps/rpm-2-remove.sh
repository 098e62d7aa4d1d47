# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Ours, by rdma-core's service. Then dnf remove, which touches nothing that runs.

sees()
{
	serves ours
}

does()
{
	say "dnf remove"
	dnf_do remove ipoib-accel-dkms
	each_kernel assert_intree
	files_compare before
}

remains()
{
	serves_still ours
}
