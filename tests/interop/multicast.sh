#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A program that joins a group gets what another host sends there, by IPv4 and IPv6, and the sender
# does not become a receiver: its membership is that of a sender only. It works in either order:
# the group's first sender before its first receiver, and again after the receiver left.
#
#	hostA socat sends          hostB socat joins and receives
#	[PAIR's first]---sib0---+ switch +---sib1---[PAIR's second]
#
# lane: slow PAIR=intree-ours
# lane: slow PAIR=intree-intree
# lane: full
# kernel: 6.12 PAIR=intree-intree
# kernel: 6.12 PAIR=ours-intree
# kernel: 6.1 PAIR=intree-ours
# limit: 120
# matrix: PAIR=ours-ours,ours-intree,intree-ours,intree-intree
. "${TESTS:=/tests}/lib/host.sh"

hosts_up "$PAIR"
clean_mark

# received GROUP_NUMBER TEXT
received()
{
	grep -qx "$2" "$TMPDIR/received$1"
}

# send TEXT SOCAT_ADDRESS: once; for wait_for, as the group may be under way to the switch.
send_until_received()
{
	echo "$2" | on hostA socat -u STDIN "$3" && received "$1" "$2"
}

# exchange NUMBER RECEIVER SENDER: a receiver joins, packets arrive, the receiver leaves.
exchange()
{
	note "socat $2"
	spawn hostB socat -u "$2" "CREATE:$TMPDIR/received$1"
	receiver=$SPAWNED
	must_wait 10 send_until_received "$1" "message $1" "$3"
	kill "$receiver"
	wait "$receiver" || :
}

to4="UDP4-DATAGRAM:239.1.2.3:7000,ip-multicast-if=$A4"
to6="UDP6-DATAGRAM:[ff15::1:2:3]:7000,so-bindtodevice=$IFA"
mgid4=ff12:401b:ffff::f01:203
mgid6=ff12:601b:ffff::1:2:3

note "nobody listens yet"
echo early | on hostA socat -u STDIN "$to4"
echo early | on hostA socat -u STDIN "$to6"

exchange 1 "UDP4-RECV:7000,ip-add-membership=239.1.2.3:$IFB" "$to4"
exchange 2 "UDP6-RECV:7000,ipv6-join-group=[ff15::1:2:3]:$IFB" "$to6"
# The group had members and lost them: the sender may not go on sending to a dead multicast LID.
exchange 3 "UDP4-RECV:7000,ip-add-membership=239.1.2.3:$IFB" "$to4"
exchange 4 "UDP6-RECV:7000,ipv6-join-group=[ff15::1:2:3]:$IFB" "$to6"

case ${ON:-} in
*-mlx | *-queues) note "mlx5_core does not count multicasts" ;;
*)
	[ "$(on hostB cat "/sys/class/net/$IFB/statistics/multicast")" -ge 4 ] || fail "multicasts are not counted"
	;;
esac

note "the sender is a member that only sends, the receiver has left"
sender=$(link_local hostA "$IFA")
receiver=$(link_local hostB "$IFB")
for mgid in "$mgid4" "$mgid6"; do
	group_members "$HCA_A" "$mgid"
	must_wait 10 is_group_member "$HCA_A" "$mgid" "$sender" 8
	must_wait 10 negate is_group_member "$HCA_A" "$mgid" "$receiver" 1
done
assert_clean
