# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Ours, on the new kernel. Then apt purge, which touches nothing that runs.

sees()
{
	case $(uname -r) in
	6.12.*) ;;
	*) fail "the kernel is $(uname -r)" ;;
	esac
	serves ours
}

does()
{
	say "apt purge"
	apt-get purge -y ipoib-accel-dkms
	each_kernel assert_intree
	files_compare before 'linux-*' pahole
}

remains()
{
	serves_still ours
}
