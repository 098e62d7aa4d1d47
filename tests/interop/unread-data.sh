#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Memory for packets is used again, but only when nobody holds it: what a socket has received and
# nobody has read stays as it is, whatever arrives meanwhile. And it is given back when nothing comes.
#
#	hostA [ours]---sib0---+ switch +---sib1---[ours] hostB
#
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

# counted NAME MORE: a counter of hostB's interface is larger than MORE.
counted()
{
	[ "$(ethtool_stat hostB "$IFB" "$1")" -gt "$2" ]
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

must counted 'rx.*_blocks_reused' 10
freed=$(ethtool_stat hostB "$IFB" 'rx.*_blocks_freed')
must_wait 20 counted 'rx.*_blocks_freed' "$freed"
assert_clean
