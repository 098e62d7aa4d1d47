#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Usage: probe.sh KDIR OUTPUT.h
#
# Compiles every tests/*.c beside this script against the kernel in KDIR and writes OUTPUT.h with
# "#define HAVE_<NAME> 1" for each one that compiles. Kernel versions are never looked at: stable
# and enterprise kernels carry backports, so only the compiler knows which API a kernel has.
# tests/control.c uses no API that ever changed: when it fails the kernel headers or the compiler
# are broken, and every other answer would be a lie, so the probe fails with its log.
set -eu

kdir=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)

# The answers stay valid for the same headers, compiler and tests.
stamp=$(cat "$kdir/.config" "$kdir/include/generated/utsrelease.h" "$here"/probe.sh \
	"$here"/tests/*.c 2>/dev/null | cksum)
stamp="/* probed: $kdir ${CC:-cc} ${LLVM:-} $stamp */"
if [ -f "$out" ] && [ "$(head -n 1 "$out")" = "$stamp" ]; then
	exit 0
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
cp "$here"/tests/*.c "$tmp"/

targets=
echo 'ccflags-y := -Werror -Wno-unused -Wno-missing-prototypes -Wno-missing-declarations' \
	> "$tmp/Kbuild"
for src in "$tmp"/*.c; do
	name=$(basename "$src" .c)
	targets="$targets $name.o"
	echo "obj-m += $name.o" >> "$tmp/Kbuild"
done

echo "  PROBE   $kdir"
# A test that does not compile is an answer, not an error. MAKEFLAGS of a calling make would
# bring in its variables (M=, W=1) and its job server.
# shellcheck disable=SC2086 # the targets are words
env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -k -j"$(nproc)" -C "$kdir" M="$tmp" \
	${CC:+CC="$CC"} ${LLVM:+LLVM="$LLVM"} $targets > "$tmp/log" 2>&1 || :

if [ ! -f "$tmp/control.o" ]; then
	cat "$tmp/log" >&2
	echo "probe.sh: cannot compile even an empty module against $kdir (log above)" >&2
	exit 1
fi

mkdir -p "$(dirname "$out")"
{
	echo "$stamp"
	for src in "$here"/tests/*.c; do
		name=$(basename "$src" .c)
		macro=HAVE_$(echo "$name" | tr '[:lower:]' '[:upper:]')
		if [ -f "$tmp/$name.o" ]; then
			echo "#define $macro 1"
		else
			echo "/* $macro is not there */"
		fi
	done
} > "$out.tmp"
mv "$out.tmp" "$out"
