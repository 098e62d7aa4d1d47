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
#
# kbuild and the kernel's headers cost far more than the tests. So kbuild compiles the control alone,
# and with the command that it used the compiler reads all tests as one file, the headers once. Where
# that does not work out to the last question kbuild compiles each by itself. PROBE_SLOWLY=1: at once.
set -eu
# Of Turkish "i" is no "I" in small.
export LC_ALL=C

kdir=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)

# The answers stay valid for the same headers, compiler and tests. Those for other kernels and
# compilers are kept beside OUTPUT.h: a tree that is built for several asks each once.
stamp=$(cat "$kdir/.config" "$kdir/include/generated/utsrelease.h" "$here"/probe.sh \
	"$here"/tests/*.c 2>/dev/null | cksum)
stamp="/* probed: $kdir ${ARCH:-} ${CROSS_COMPILE:-} ${CC:-cc} ${LLVM:-} $stamp */"
if [ -f "$out" ] && [ "$(head -n 1 "$out")" = "$stamp" ]; then
	exit 0
fi
known=$out.$(echo "$stamp" | cksum | cut -d ' ' -f 1)
if [ -f "$known" ] && [ "$(head -n 1 "$known")" = "$stamp" ]; then
	cp "$known" "$out.$$"
	mv "$out.$$" "$out"
	exit 0
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
cp "$here"/tests/*.c "$tmp"/
names=$(for file in "$tmp"/*.c; do basename "$file" .c; done)

echo 'ccflags-y := -Werror -Wno-unused -Wno-missing-prototypes -Wno-missing-declarations' \
	> "$tmp/Kbuild"
for name in $names; do
	echo "obj-m += $name.o" >> "$tmp/Kbuild"
done

# kbuild NAME...: leaves NAME.o of those that compile; that one does not is an answer, not an error.
# MAKEFLAGS of a calling make would bring in its variables (M=, W=1) and its job server.
kbuild()
{
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -k -j"$(nproc)" -C "$kdir" M="$tmp" \
		${CC:+CC="$CC"} ${LLVM:+LLVM="$LLVM"} "$@" > "$tmp/log" 2>&1 || :
}

# all_in_one DIRECTORY: asks the compiler there, which is where kbuild called it from, and leaves a file
# yes/NAME for each test that compiles. A "yes" is said by a compilation that found nothing wrong, a
# "no" by an error in that very test. Fails, having said nothing, when there is any doubt.
all_in_one()
{
	command=$(sed -n 's/^\(saved\)\{0,1\}cmd_[^ ]* := *\(.*\) -c -o .*/\2/p' \
		"$tmp/.control.o.cmd" | head -n 1 | sed 's/\$\$/$/g; s/\\#/#/g')
	[ -n "$command" ] || return 1
	rm -rf "$tmp/one"
	mkdir "$tmp/one"
	left="control wrong"
	echo 'struct wrong_there_is_none wrong_one;' > "$tmp/one/wrong.c"
	for name in $names; do
		# In one file each needs names of its own: those that start in the first column,
		# where they are no members of something.
		own=$(sed -nE 's/^[a-z][^(=]*[ *]([a-z0-9_]+)( = |\().*/\1/p' "$tmp/$name.c" |
			sort -u | sed "s/.*/s,(^|[^.>a-z0-9_])&\\\\b,\\\\1&_of_$name,g/")
		sed -E "$own" "$tmp/$name.c" > "$tmp/one/$name.c" || return 1
		[ "$name" = control ] || left="$left $name"
	done

	# A header that is not there ends a compilation: the tests behind it are asked again.
	while :; do
		for name in $left; do
			echo "#include \"$tmp/one/$name.c\""
		done > "$tmp/one/all.c"
		(cd "$1" && eval "$command -fsyntax-only \"\$tmp/one/all.c\"") \
			> "$tmp/one/log" 2>&1 && break
		# Two tests with one name: of a kind of definition that is not looked for above.
		! grep -E 'redefinition|redeclared|conflicting types' "$tmp/one/log" |
			grep -qv '_of_' || return 1
		bad=$(sed -nE "s,^$tmp/one/([a-z0-9_]+)\.c:[0-9:]+ (fatal )?error: .*,\1,p" \
			"$tmp/one/log" | sort -u)
		[ -n "$bad" ] || return 1
		before=$left
		left=
		for name in $before; do
			echo "$bad" | grep -qx "$name" || left="$left $name"
		done
		# Each round has one less, or the log speaks of something else.
		[ "$left" != "$before" ] || return 1
	done
	# A compiler that takes everything, or nothing, is one that was called in a wrong way.
	case " $left " in
	*' wrong '*) return 1 ;;
	*' control '*) ;;
	*) return 1 ;;
	esac
	mkdir "$tmp/yes"
	for name in $left; do
		: > "$tmp/yes/$name"
	done
}

one_by_one()
{
	# shellcheck disable=SC2046 # a list
	kbuild $(for name in $names; do echo "$name.o"; done)
	mkdir "$tmp/yes"
	for name in $names; do
		[ ! -f "$tmp/$name.o" ] || : > "$tmp/yes/$name"
	done
}

echo "  PROBE   $kdir"
kbuild control.o
if [ ! -f "$tmp/control.o" ]; then
	cat "$tmp/log" >&2
	echo "probe.sh: cannot compile even an empty module against $kdir (log above)" >&2
	exit 1
fi
# kbuild works in the kernel's folder, from 6.13 on in the module's.
if [ -n "${PROBE_SLOWLY:-}" ] || { ! all_in_one "$kdir" && ! all_in_one "$tmp"; }; then
	one_by_one
fi

mkdir -p "$(dirname "$out")"
{
	echo "$stamp"
	for name in $names; do
		macro=HAVE_$(echo "$name" | tr '[:lower:]' '[:upper:]')
		if [ -f "$tmp/yes/$name" ]; then
			echo "#define $macro 1"
		else
			echo "/* $macro is not there */"
		fi
	done
} > "$out.$$"
cp "$out.$$" "$known.$$"
mv "$known.$$" "$known"
mv "$out.$$" "$out"
