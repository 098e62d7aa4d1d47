#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: deps.sh [run|root|package|matrix|check|debug|bench]
#
# Installs what this machine lacks to build and boot (run), to make the Debian root file system
# (root), to build packages and
# look at them (package), to build for other architectures
# (matrix), to do all of `make check` (check, the default), to build the debug kernel too and boot it
# (debug), or to measure and draw (bench). Debian 12; asks nothing; does nothing at all when
# everything is there.
set -eu

build="gcc-12 gcc make libc6-dev libelf-dev dwarves bc binutils kmod git rsync cpio xz-utils zstd
	util-linux mawk debian-archive-keyring ca-certificates"
vm="qemu-system-x86 seabios ipxe-qemu"
root="mmdebstrap e2fsprogs debian-archive-keyring"
lint="mandoc clang sparse cppcheck shellcheck perl bison flex"
unit="dkms fakeroot"
package="make git rsync build-essential debhelper dh-dkms fakeroot lintian rpm rpmlint dnf createrepo-c cpio"
kernel="bison flex"
matrix="gcc-12-aarch64-linux-gnu libc6-dev-arm64-cross bison flex clang llvm lld"
bench="python3 gnuplot-nox"

case ${1:-check} in
run) wanted="$build $vm" ;;
root) wanted=$root ;;
package) wanted=$package ;;
matrix) wanted="$build $vm $root $matrix" ;;
check) wanted="$build $vm $root $lint $unit $package" ;;
debug) wanted="$build $vm $kernel" ;;
bench) wanted="$build $vm $bench" ;;
*)
	echo "usage: deps.sh [run|root|package|matrix|check|debug|bench]" >&2
	exit 2
	;;
esac

missing=
for package in $wanted; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
		missing="$missing $package"
done
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
apt-get install -y --no-install-recommends $missing >> "$log" 2>&1 < /dev/null || {
	cat "$log" >&2
	exit 1
}
