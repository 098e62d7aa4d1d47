#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Memory for packets is used again, but only when nobody holds it: what a socket has received and
# nobody has read stays as it is, whatever arrives meanwhile: single packets among others', and more at once
# than is ever kept. And it is given back when nothing comes.
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
	on "$1" ss -Htn state connected "sport = :$2" |
		awk -v least="$3" '$2 + 0 >= least { found = 1 } END { exit !found }'
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
# The window of a socket that nobody reads from stays as large as it was in the beginning.
must on hostB sysctl -qw net.ipv4.tcp_rmem='4096 33554432 33554432'
head -c 12000000 /dev/urandom > "$TMPDIR/sent"
spawn hostB socat -u TCP-LISTEN:7000 "OPEN:$TMPDIR/read,creat,trunc"
reader=$SPAWNED
must_wait 10 listens
kill -STOP "$reader"
# One packet by itself, and some of iperf's; then the rest, when it is told to.
mkfifo "$TMPDIR/rest"
# shellcheck disable=SC2016 # its own
spawn hostA sh -c '{
	for n in $(seq 0 39); do
		dd "if=$1/sent" bs=1400 "skip=$n" count=1 2> /dev/null
		sleep 0.05
	done
	cat "$1/rest"
	tail -c +56001 "$1/sent"
} | socat -u - "TCP:$2:7000"' sh "$TMPDIR" "$B4"
iperf_server hostB
iperf_run hostA "$B4" 5
must_wait 10 socket_holds hostB 7000 56000
freed=$(counted blocks_freed)
: > "$TMPDIR/rest"
must_wait 20 socket_holds hostB 7000 10000000
freed=$(($(counted blocks_freed) - freed))
note "the socket holds $(on hostB ss -Htn state connected 'sport = :7000' | awk '{ print $2 }') bytes"
kill -CONT "$reader"
must_wait 20 reader_is_done
cmp "$TMPDIR/sent" "$TMPDIR/read" || fail "what was read is not what was sent"

[ "$freed" -gt 20 ] || fail "blocks more than are kept: $freed"
[ "$(counted blocks_reused)" -gt 10 ] || fail "blocks used again: $(counted blocks_reused)"
must_wait 20 only_the_ring
note "blocks a moment later: $(blocks_now)"
assert_clean
