# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Ours, by rdma-core's service. Then a new kernel, whose own hook builds ours for it.

sees()
{
	serves ours
}

does()
{
	say "apt install of a kernel"
	apt-get install -y /var/tmp/kernel/*.deb
	dkms status ipoib-accel
	[ "$(each_kernel echo | wc -l)" = 2 ] || fail "there are not two kernels"
	each_kernel assert_ours
}

remains()
{
	serves_still ours
}
