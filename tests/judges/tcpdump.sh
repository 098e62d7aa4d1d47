#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# tcpdump understands what it captures on an interface: ARP, IPv4 and IPv6, in and out. What hostA
# captures of a packet that it sends is what hostB captures of it, whichever driver each has.
#
#	hostA [PAIR's first]---sib0---+ switch +---sib1---[PAIR's second] hostB
#	tcpdump                                            tcpdump
#
# lane: full
# kernel: 6.12
# limit: 90
# matrix: PAIR=ours-intree,intree-intree
. "${TESTS:=/tests}/lib/host.sh"

hosts_up "$PAIR"
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"

# Not of it: router solicitations, which nobody receives, and announcements, ARP's and neighbour discovery's,
# which are repeated for some seconds.
packets='icmp or (icmp6 and not dst host ff02::2 and not dst host ff02::1) or (arp and arp[28:4] != arp[52:4])'

# capture HOST INTERFACE DIRECTION: what tcpdump prints, a packet with its bytes on one line.
capture()
{
	spawn "$1" tcpdump -Z root -i "$2" -Q "$3" -n -e -t -x -l --immediate-mode "$packets" \
		> "$TMPDIR/$1-$3" 2> "$TMPDIR/$1-$3.err"
	captures="$captures $SPAWNED"
	must_wait 10 grep -q 'listening on' "$TMPDIR/$1-$3.err"
	note "$1 $3: $(grep 'listening on' "$TMPDIR/$1-$3.err")"
}

# settled HOST INTERFACE: it does not ask any more whether somebody has its addresses. Nobody else is in the
# groups that it asks in, so that what is sent there is received by nobody.
settled()
{
	! ip -n "$1" -6 address show dev "$2" tentative | grep -q inet6
}

must_wait 10 settled hostA "$IFA"
must_wait 10 settled hostB "$IFB"

# marked: a request of a size of its own and its answer, which all captures see; what came before them is not
# looked at: one of the captures may have begun when another had not.
marked()
{
	on hostA ping -n -q -c 1 -W 1 -s 1000 "$B4"
}

# forgotten: neither host knows the other, nor may learn it from a request that the other has still to send.
forgotten()
{
	ip -n hostA neighbour flush all
	ip -n hostB neighbour flush all
	! { ip -n hostA neighbour && ip -n hostB neighbour; } | grep -Ev 'NOARP|PERMANENT'
}

captures=
for direction in in out; do
	capture hostA "$IFA" "$direction"
	capture hostB "$IFB" "$direction"
done
must_wait 20 marked
# Requests for the addresses are part of it.
must_wait 20 forgotten
must on hostA ping -n -q -c 2 -i 0.2 -W 10 -s 300 "$B4"
must on hostB ping -n -q -c 2 -i 0.2 -W 10 -s 300 "$A6"
# Of "-c" it takes the seconds that pass for requests that it has sent, also when it has stood still.
must on hostA arping -q -f -w 10 -I "$IFA" "$B4"
must on hostA arping -q -f -w 10 -I "$IFA" "$B4"

# packets FILE: since the mark, without what differs between sender and receiver: the kind of packet, the
# index of the interface and the sender's link address, which a receiver of InfiniBand is not told. Each
# once, as some are sent again.
packets()
{
	awk '/ ICMP echo .* length 1008$/ { marked = 1; all = "" }
		/^\t/ { all = all $0; next }
		{ all = all "\n" $0 }
		END { if (marked) print substr(all, 2) }' "$TMPDIR/$1" | tr -s '\t ' ' ' |
		sed -E 's/^ *(In|Out|B|M|P)? *(ifindex [0-9]+ )?([0-9a-f]{2}(:[0-9a-f]{2})+ )?//' | sort -u
}

# What may get lost while the SM leads a group through the switch that was new; and who asked so may learn it
# otherwise, and not ask again.
late=' > ff02::1:ff[0-9a-f:]*: ICMP6, neighbor solicitation'

same()
{
	packets "$1" > "$TMPDIR/sent"
	packets "$2" > "$TMPDIR/got"
	[ "$(wc -l < "$TMPDIR/got")" -gt 1 ] && ! grep -Fxvq -f "$TMPDIR/sent" "$TMPDIR/got" &&
		! grep -Fxv -f "$TMPDIR/got" "$TMPDIR/sent" | grep -qv "$late"
}

# assert_same SENT RECEIVED
assert_same()
{
	wait_for 15 same "$1" "$2" || {
		diff "$TMPDIR/sent" "$TMPDIR/got" || :
		fail "$1 and $2 are not the same packets"
	}
	note "$1: $(wc -l < "$TMPDIR/sent") packets; e.g. $(head -n 1 "$TMPDIR/sent" | cut -c 1-120)"
}

# has_seen FILE COUNT REGEX: at least so many lines.
has_seen()
{
	[ "$(grep -Ec "$3" "$TMPDIR/$1")" -ge "$2" ]
}

seen()
{
	wait_for 10 has_seen "$@" || {
		cat "$TMPDIR/$1"
		fail "$1: not $2 times '$3'"
	}
}

seen hostA-out 3 "ethertype ARP .*Request who-has $B4 .*tell $A4"
seen hostA-in 3 "ethertype ARP .*Reply $B4 is-at"
seen hostA-out 2 "ethertype IPv4 .* length [0-9]+: $A4 > $B4: ICMP echo request.* length 308"
seen hostA-in 2 "ethertype IPv4 .* $B4 > $A4: ICMP echo reply.* length 308"
seen hostB-out 2 "ethertype IPv6 .* $B6 > $A6: ICMP6, echo request.* length 308"
assert_same hostA-out hostB-in
assert_same hostB-out hostA-in
# shellcheck disable=SC2086 # a list
kill $captures || :
# In-tree's port may be told of what in-tree did.
case $PAIR in
ours-*)
	! grep "^$HCA_A " "$SOFT_IB/strict" || fail "soft_ib's strict mode counted violations of ours"
	;;
esac
