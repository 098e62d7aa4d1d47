#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Memory for packets is used again, but only when nobody holds it: what a socket has received and
# nobody has read stays as it is, whatever arrives meanwhile. And it is given back when nothing comes.
#
#	hostA [ours]---sib0---+ switch +---sib1---[ours] hostB
#
# check: 6.1
# limit: 90
# lane: full
. "${TESTS:=/tests}/lib/host.sh"

# socket_holds HOST PORT BYTES: that many have arrived at least.
socket_holds()
{
	on "$1" ss -Htn state established "sport = :$2" |
		awk -v least="$3" '$1 >= least { found = 1 } END { exit !found }'
}

listens()
{
	on hostB ss -Hltn 'sport = :7000' | grep -q .
}

reader_is_done()
{
	! kill -0 "$reader" 2>/dev/null
}

# counted NAME: a counter of hostB's interface.
counted()
{
	ethtool_stat hostB "$IFB" "rx.*_$1"
}

# blocks_now: those that were used up, whose buffers may be in the ring, or held, or free again.
blocks_now()
{
	echo $(($(counted blocks_kept) - $(counted blocks_reused) - $(counted blocks_freed)))
}

# only_the_ring: what the ring's 256 buffers are of: 37 blocks of 7 each when all are new, but those of
# small packets have stayed in it. Without it being looked after, as many as are ever kept: 256.
only_the_ring()
{
	[ "$(blocks_now)" -le 200 ]
}

hosts_up ours-ours
must_wait 10 can_ping hostA "$B4"
clean_mark
head -c 500000 /dev/urandom > "$TMPDIR/sent"
spawn hostB socat -u TCP-LISTEN:7000 "OPEN:$TMPDIR/read,creat,trunc"
reader=$SPAWNED
must_wait 10 listens
kill -STOP "$reader"
spawn hostA socat -u "OPEN:$TMPDIR/sent" "TCP:$B4:7000"
must_wait 10 socket_holds hostB 7000 20000

note "the socket holds $(on hostB ss -Htn state established 'sport = :7000' | awk '{ print $1 }') bytes"
iperf_server hostB
iperf_run hostA "$B4" 5
kill -CONT "$reader"
must_wait 20 reader_is_done
cmp "$TMPDIR/sent" "$TMPDIR/read" || fail "what was read is not what was sent"

[ "$(counted blocks_reused)" -gt 10 ] || fail "blocks used again: $(counted blocks_reused)"
note "blocks at the end of the traffic: $(blocks_now)"
must_wait 20 only_the_ring
note "blocks a moment later: $(blocks_now)"
assert_clean
