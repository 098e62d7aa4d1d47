#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: deps.sh [KIND]
#
# Installs what this machine, a Debian 12 with git and make, lacks. KIND is what is wanted:
#	modules		to build this checkout's modules for stock kernels
#	run		the same and to boot them (make vm, demo, check-connectx, bench-quick)
#	root		to make Debian root file systems
#	package		to build packages and look at them (make deb, make rpm)
#	install		to boot machines that packages are installed on (make check-install)
#	matrix		to build and boot all kernels of kernels.tab, other architectures too
#	ctl		to build ipoibctl (make ctl)
#	lint		to run tests/lint
#	unit		to run tests/unit
#	check		to do all of `make check` (the default)
#	debug		to build the debug kernel too and boot it
#	bench		to measure and draw
# Asks nothing; does nothing at all when everything is there.
set -eu

build="gcc-12 gcc make libc6-dev libelf-dev dwarves bc binutils kmod git rsync cpio xz-utils zstd
	util-linux mount mawk debian-archive-keyring ca-certificates"
vm="qemu-system-x86 seabios ipxe-qemu"
ctl="gcc make libc6-dev libnl-3-dev libnl-genl-3-dev pkg-config"
root="mmdebstrap e2fsprogs mount debian-archive-keyring"
lint="mandoc clang sparse cppcheck shellcheck perl bison flex"
unit="dkms fakeroot openssl jq valgrind zsh"
package="make git rsync build-essential debhelper dh-dkms fakeroot lintian rpm rpmlint dnf createrepo-c cpio"
kernel="bison flex"
matrix="gcc-12-aarch64-linux-gnu libc6-dev-arm64-cross bison flex clang llvm lld"
bench="python3"

case ${1:-check} in
modules) wanted=$build ;;
run) wanted="$build $vm $ctl" ;;
root) wanted=$root ;;
package) wanted="$package $ctl" ;;
install) wanted="$build $vm $root $package $ctl" ;;
matrix) wanted="$build $vm $root $matrix $ctl" ;;
ctl) wanted=$ctl ;;
lint) wanted="$build $lint $ctl" ;;
unit) wanted="$build $vm $root $unit $package $ctl" ;;
check) wanted="$build $vm $root $lint $unit $package $ctl" ;;
debug) wanted="$build $vm $kernel $ctl" ;;
bench) wanted="$build $vm $bench $ctl" ;;
*)
	sed -n 's/^# Usage: /usage: /p; s/^#\t/\t/p' "$0" >&2
	exit 2
	;;
esac

# What is asked and does not have this state, or is not known to dpkg at all. Asking for each by itself
# would take longer than most of what calls this.
# shellcheck disable=SC2086 # a list
missing=$({ dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2> /dev/null || :; } |
	wanted=$wanted awk '
		$1 == "installed" { there[$2] = 1 }
		END {
			n = split(ENVIRON["wanted"], names, " ")
			for (i = 1; i <= n; i++)
				if (!there[names[i]]++) printf " %s", names[i]
		}')
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "deps.sh: as root, please: apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
echo "  installing:$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# A machine's package lists may be of any age, or not there: read them first. One broken source
# of other software must not matter, so only the installation decides.
apt-get update > "$log" 2>&1 < /dev/null || :
# shellcheck disable=SC2086 # a list
apt-get install -y -o Acquire::Retries=3 --no-install-recommends $missing >> "$log" 2>&1 < /dev/null || {
	cat "$log" >&2
	exit 1
}
