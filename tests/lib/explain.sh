# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What ipoibctl explain says of a failure, and that it does not say it for longer. Of ours only. Sourced by host.sh.

# explains HOST SUBJECT REGEX: within seconds it says so of an interface or a port, "sib0/1", in HOST's namespace, or
# where the test is ("-"): REGEX begins with how bad it is, as in "broken: no carrier: ".
explains()
{
	if ! wait_for 20 explain_matches "$@"; then
		cat "$TMPDIR/explain"
		fail "ipoibctl explain does not say of $2 in $1: $3"
	fi
	note "explained after $WAITED ms: $(grep -E -e "^$2: $3" "$TMPDIR/explain" | head -n 1)"
}

# explains_well HOST INTERFACE: within seconds it has carrier, and nothing is broken, of its port too. A guest may well
# have too little CPU, which is no failure that is over.
explains_well()
{
	if ! wait_for 20 explain_finds_nothing "$@"; then
		cat "$TMPDIR/explain"
		fail "ipoibctl explain finds something broken with $2 in $1"
	fi
	note "nothing is broken, says explain after $WAITED ms"
}

explain_ask()
{
	case $1 in
	-) ipoibctl explain ;;
	*) ipoibctl -n "$1" explain ;;
	esac > "$TMPDIR/explain" 2>&1
}

explain_matches()
{
	explain_ask "$1" && grep -Eq -e "^$2: $3" "$TMPDIR/explain"
}

explain_finds_nothing()
{
	explain_ask "$1" && grep -q "^$2: ok: has carrier" "$TMPDIR/explain" &&
		! grep -q '^[^ ]*: broken: ' "$TMPDIR/explain"
}
