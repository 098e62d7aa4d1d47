# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# For tests of what packages run, and of ipoibctl: IPOIB_ROOT, a made-up root of another machine, which is forgotten.
boot=$PWD/ipoib_core/boot
IPOIB_ROOT=$(mktemp -d)
trap 'rm -rf "$IPOIB_ROOT"' EXIT
export IPOIB_ROOT
# Programs that a test makes come before the real ones.
PATH=$IPOIB_ROOT/bin:$PATH

fail()
{
	echo "FAIL: $*"
	exit 1
}

# file NAME LINE...: the root has it.
file()
{
	mkdir -p "$(dirname "$IPOIB_ROOT/$1")"
	made=$IPOIB_ROOT/$1
	shift
	printf '%s\n' "$@" > "$made"
}

# program NAME LINE...: the root has this script of sh.
program()
{
	name=$1
	shift
	file "bin/$name" '#!/bin/sh' "$@"
	chmod +x "$IPOIB_ROOT/bin/$name"
}
