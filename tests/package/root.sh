# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# For tests of what packages run, and of ipoibctl: ROOT, a made-up root of another machine, which is forgotten.
boot=$PWD/ipoib_core/boot
ROOT=$(mktemp -d)
trap 'rm -rf "$ROOT"' EXIT
export ROOT
# Programs that a test makes come before the real ones.
PATH=$ROOT/bin:$PATH

fail()
{
	echo "FAIL: $*"
	exit 1
}

# file NAME LINE...: the root has it.
file()
{
	mkdir -p "$(dirname "$ROOT/$1")"
	made=$ROOT/$1
	shift
	printf '%s\n' "$@" > "$made"
}

# program NAME LINE...: the root has this script of sh.
program()
{
	name=$1
	shift
	file "bin/$name" '#!/bin/sh' "$@"
	chmod +x "$ROOT/bin/$name"
}
