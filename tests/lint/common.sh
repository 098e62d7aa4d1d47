# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced by the lint scripts, which run in the top folder: which files there are.

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
	sources | while read -r file; do
		case $file in
		*.sh) echo "$file" ;;
		*.[ch] | *.md | *.tab) ;;
		*) ! head -n 1 "$file" | grep -qE '^#!.*/(env )?(ba|da)?sh' || echo "$file" ;;
		esac
	done
}
