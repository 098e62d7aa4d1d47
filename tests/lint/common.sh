# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced by the lint scripts, which run in the top folder: which files there are, and what was looked
# at before. Only what was found clean is remembered, so a finding is found each time.

# A checkout of somebody else, as root: git must list its files all the same.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'

tests/vm/deps.sh lint || exit 1

LINT_CACHE=${IPOIB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ipoib-accel}/lint

# sources [PATTERN...]: our files that match, git's and those it does not know yet.
# shellcheck disable=SC2120 # PATTERN may be left out
sources()
{
	git ls-files -co --exclude-standard -- "$@" | sort -u |
		while read -r file; do
			[ ! -f "$file" ] || echo "$file"
		done
}

# scripts: every shell script, by its name or its first line.
scripts()
{
	# shellcheck disable=SC2119
	sources | awk '
		/\.sh$/ { print; next }
		/\.([ch]|md|tab)$/ { next }
		{
			first = ""
			getline first < $0
			close($0)
			if (first ~ /^#!.*\/(env )?(ba|da)?sh/) print
		}'
}

# digest FILE|WORD...: one number for the contents of files and for other words.
digest()
{
	for digest_word; do
		if [ -f "$digest_word" ]; then
			cat "$digest_word"
		else
			echo "$digest_word"
		fi
	done | sha1sum | cut -d ' ' -f 1
}

# each_cached NAME KEY COMMAND...: COMMAND with those of the files on stdin that it did not find clean
# before, as many at a time as there are CPUs. KEY stands for all that the verdict on a file depends on
# beside that file and COMMAND: the tool's version, its data, other files that it reads.
each_cached()
{
	each_marks=$LINT_CACHE/$1
	shift
	mkdir -p "$each_marks"
	find "$each_marks" -type f -mtime +60 -delete
	each_key=$(digest "$@")
	shift
	each_todo=$(xargs -r -d '\n' sha1sum -- | while read -r hash file; do
		[ -e "$each_marks/$each_key-$hash-$(echo "$file" | tr / ,)" ] || echo "$file"
	done)
	[ -n "$each_todo" ] || return 0
	# Two rounds for each CPU: the starts of programs cost, and so does an idle CPU at the end.
	each_count=$(echo "$each_todo" | wc -l)
	echo "$each_todo" | xargs -r -d '\n' -P "$(nproc)" \
		-n $(((each_count - 1) / (2 * $(nproc)) + 1)) \
		tests/lint/batch "$each_marks/$each_key" "$#" "$@"
}

# once_cached NAME KEY COMMAND...: COMMAND, unless it found nothing wrong with the same KEY before, which
# stands for all that its verdict depends on.
once_cached()
{
	once_mark=$LINT_CACHE/$1/$(digest "$2")
	[ ! -e "$once_mark" ] || return 0
	shift 2
	"$@" || return 1
	mkdir -p "${once_mark%/*}"
	: > "$once_mark"
}

# connectx_clean NAME MAKE_ARGUMENT...: the software ConnectX, a program, compiles without a warning.
connectx_clean()
{
	connectx_name=$1
	shift
	connectx_files=$(git ls-files -co --exclude-standard -- tests/connectx/Makefile 'tests/connectx/*.[ch]' \
		tests/connectx/reserved.awk tests/connectx/build-server)
	# shellcheck disable=SC2086 # a list
	once_cached "connectx-$connectx_name" \
		"$(digest $connectx_files "$*" "$(cc --version)" "$(clang --version)" \
			"$(tests/vm/fetch-kernel 6.12)/.key")" \
		connectx_compile "$connectx_name" "$@"
}

connectx_compile()
{
	connectx_out=build/connectx-$1
	shift
	CONNECTX_OUT=$connectx_out tests/connectx/build-server --always-make "-j$(nproc)" "$@" > /dev/null
}

# ctl_clean NAME MAKE_ARGUMENT...: ipoibctl compiles without a warning, and what its test has.
ctl_clean()
{
	ctl_name=$1
	shift
	# shellcheck disable=SC2046 # a list
	once_cached "ctl-$ctl_name" \
		"$(digest $(git ls-files -co --exclude-standard -- ipoib_core/ctl tests/ctl ipoib_core/include) \
			"$*" "$(cc --version)" "$(clang --version)")" \
		ctl_compile "$ctl_name" "$@"
}

ctl_compile()
{
	ctl_out=$PWD/build/ctl-$1
	shift
	make -s -C ipoib_core/ctl --always-make "-j$(nproc)" OUT="$ctl_out" "$@" "$ctl_out/ipoibctl" tests >&2
}

# modules_clean KERNEL VARIANT MAKE_ARGUMENT...: build-modules has no warning for it.
modules_clean()
{
	once_cached "$2" "$(tests/vm/build-modules --key "$@")" modules_compile "$@"
}

modules_compile()
{
	modules_out=$(tests/vm/build-modules "$@") && [ ! -s "$modules_out/warnings" ]
}
