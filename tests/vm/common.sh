# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced by the host-side scripts here: where things are, messages, and cache entries that
# several runs can ask for at the same time.

VM_DIR=$(cd "$(dirname "$0")/../vm" && pwd)
TOP=${IPOIB_TOP:-$(cd "$VM_DIR/../.." && pwd)}
CACHE=${IPOIB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ipoib-accel}
export VM_DIR TOP CACHE

# A checkout of somebody else, as root: git must list its files all the same.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'

die()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

# say TEXT: progress, on stderr, because stdout of many of these scripts is their answer.
say()
{
	[ -n "${QUIET:-}" ] || echo "  $*" >&2
}

# cached DIR KEY COMMAND...: makes DIR by running COMMAND with an empty directory as its last
# argument, unless DIR exists and was made with the same KEY. The directory is renamed into place
# when complete, under a lock, so neither a kill nor a second run at the same time can leave or
# see a half-made one.
cached()
{
	cached_dir=$1
	cached_key=$2
	shift 2
	mkdir -p "$(dirname "$cached_dir")"
	if [ "$(cat "$cached_dir/.key" 2>/dev/null)" = "$cached_key" ]; then
		return 0
	fi
	(
		flock 9
		[ "$(cat "$cached_dir/.key" 2>/dev/null)" != "$cached_key" ] || exit 0
		rm -rf "$cached_dir.tmp"
		mkdir "$cached_dir.tmp"
		"$@" "$cached_dir.tmp" || exit 1
		echo "$cached_key" > "$cached_dir.tmp/.key"
		if [ -e "$cached_dir" ]; then
			rm -rf "$cached_dir.old"
			mv "$cached_dir" "$cached_dir.old"
		fi
		mv "$cached_dir.tmp" "$cached_dir"
		rm -rf "$cached_dir.old"
	) 9> "$cached_dir.lock" || exit 1
}

# setting NAME KEY DEFAULT: what kernels.tab sets for the kernel NAME; several of a KEY, all of them.
setting()
{
	awk -v name="$1" -v key="$2=" -v default="$3" '
		$1 == name {
			for (i = 2; i <= NF; i++) {
				if (index($i, key) == 1) found = found " " substr($i, length(key) + 1)
			}
		}
		END { print found == "" ? default : substr(found, 2) }' "$VM_DIR/kernels.tab"
}

# contract_checks NAME: IPOIB_DEBUG of the modules for the kernel NAME: that of the environment, be it empty,
# or what kernels.tab says.
contract_checks()
{
	echo "${IPOIB_DEBUG-$(setting "$1" debug '')}"
}

# summary PASSED FAILED SKIPPED: the closing line.
summary()
{
	echo "$1 passed, $2 failed$([ "$3" = 0 ] || echo ", $3 skipped")"
}
