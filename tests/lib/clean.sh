# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# That nothing went wrong under way, whatever arrived in the end. Sourced by host.sh.

# Of what ethtool -S counts, that which no healthy traffic moves.
CLEAN_ETHTOOL='err|drop|short|timeout|restart|repair|abandoned|no_memory|no_room|too_long|failed'

# ethtool_errors HOST INTERFACE: one line.
ethtool_errors()
{
	on "$1" ethtool -S "$2" | grep -E "$CLEAN_ETHTOOL" | tr -s ' \n' ' '
}

# ethtool_stat HOST INTERFACE NAME: the sum over the counters whose names match, 0 without any.
ethtool_stat()
{
	on "$1" ethtool -S "$2" | awk -v name="^($3):\$" '$1 ~ name { n += $2 } END { print n + 0 }'
}

# ethtool_says REGEX ETHTOOL_ARGUMENT...: on hostA.
ethtool_says()
{
	ethtool_what=$1
	shift
	says "$ethtool_what" on hostA ethtool "$@"
}

# clean_mark: from here on no error may be counted, by either host or by the fabric, until
# assert_clean. What the fabric dropped before is forgotten.
clean_mark()
{
	drops_forget
	CLEAN_A="$(read_errors hostA "$IFA") $(ethtool_errors hostA "$IFA")"
	CLEAN_B="$(read_errors hostB "$IFB") $(ethtool_errors hostB "$IFB")"
}

# assert_clean [CAUSE...]: no counter of errors moved since clean_mark, strict mode saw nothing, and
# the fabric dropped nothing but for the CAUSEs and what is in order:
# - no_recv_wr: the wire takes no time, so a sender's burst may overrun any ring;
# - no_mcast_qp: the tables still lead to a host that has left a group;
# - no_route, below 40: OpenSM answers a join before it has programmed the switch, on a busy machine long before.
assert_clean()
{
	assert_strict_clean
	assert_drops no_recv_wr no_mcast_qp 'no_route [1-3]?[0-9]' "$@"
	clean_now="$(read_errors hostA "$IFA") $(ethtool_errors hostA "$IFA")"
	[ "$clean_now" = "$CLEAN_A" ] || clean_moved hostA "$CLEAN_A" "$clean_now"
	clean_now="$(read_errors hostB "$IFB") $(ethtool_errors hostB "$IFB")"
	[ "$clean_now" = "$CLEAN_B" ] || clean_moved hostB "$CLEAN_B" "$clean_now"
}

clean_moved()
{
	echo "before: $2"
	echo "after:  $3"
	fail "error counters of $1 moved"
}

# show_state: for fail().
show_state()
{
	fabric_state
	for host in $(ip netns list | cut -d ' ' -f 1); do
		echo "--- $host"
		ip -n "$host" -o link show | cut -c 1-120
		ip -n "$host" neighbour show
		for link in $(ip -n "$host" -o link show | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
			[ "$link" = lo ] ||
				on "$host" ethtool -S "$link" | grep -v ': 0$' | tr -s ' \n' ' '
		done
	done
}
