#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Packets that the stack gives in a row: when the core drops the last one of such a list, those before it are
# sent all the same by accel_mlx, and do not wait for a next one. With in-tree they would.
#
#	hostA [ib0]---mlx5_2---+ switch +---mlx5_3---[ib1] hostB
#
# lane: connectx
# limit: 180
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_3
. "$TESTS/lib/host.sh"

LIST=5

arrived()
{
	on hostB nstat -asz UdpNoPorts | awk '$1 == "UdpNoPorts" { print $2 }'
}

have_arrived()
{
	[ "$(arrived)" = "$1" ]
}

# waits NUMBER: so many packets do, in netem; mq counts them too.
waits()
{
	[ "$(on hostA tc -s qdisc show dev "$IFA" |
		awk '$1 == "qdisc" { kind = $2 } $1 == "backlog" && kind == "netem" { print $3 + 0 }')" = "$1" ]
}

# sender NAME ADDRESS: a program that sends each 1000 bytes that are written to $TMPDIR/NAME.
sender()
{
	mkfifo "$TMPDIR/$1"
	spawn hostA socat -u -b 1000 "OPEN:$TMPDIR/$1" "$2"
	# It stays while this is open.
	case $1 in
	good) exec 5> "$TMPDIR/good" ;;
	bad) exec 6> "$TMPDIR/bad" ;;
	esac
}

cards_up
sm_start mlx5_0
must_wait 10 all_active
drivers_take mlx mlx
must_wait 10 can_ping hostA "$B4"
must on hostA ethtool -L "$IFA" combined 1
must on hostA tc qdisc replace dev "$IFA" root handle 1: mq
note "the stack gives lists to a queue that has shown how much it takes"
iperf_server hostB
iperf_run hostA "$B4" 2
note "hostA sends nothing of its own"
must ip -n hostA neighbour replace "$B4" dev "$IFA" nud permanent lladdr "$(lladdr hostB "$IFB")"
must on hostA sysctl -qw "net.ipv6.conf.$IFA.disable_ipv6=1"
sender good "UDP-SENDTO:$B4:9"
sender bad "INTERFACE:$IFA"
before=$(arrived)
# What comes meanwhile is given in a row when the time, which begins here, is over.
must on hostA tc qdisc replace dev "$IFA" parent 1:1 netem slot 10s 10s
dd if=/dev/zero bs=1000 count="$LIST" 2> /dev/null >&5
must_wait 8 waits "$LIST"
# Of a type that IPoIB does not have (RFC 4391 section 6).
printf '%020d\377\377\0\0%0100d' 0 0 >&6
must_wait 30 have_arrived $((before + LIST))
[ "$(ethtool_stat hostA "$IFA" tx_drop_malformed)" = 1 ] || fail "the last packet was not dropped"
[ "$(ethtool_stat hostA "$IFA" tx_xmit_more)" = 0 ] || fail "the card driver was told to wait for more"
assert_mlx5_quiet
