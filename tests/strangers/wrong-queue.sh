#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Packets that name another TX queue than the one whose lock the stack holds, as tc leaves them, or one that the
# accel has not made, are dropped and counted; the other packets of their list are sent, without waiting for more.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# check: 6.12
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

mkdir -p /etc/modprobe.d
echo "options accel_ref tx_queues=2" > /etc/modprobe.d/queues.conf

# gives INTERFACE LOCKED NAMES DROPPED: of a list to the broadcast group so many are dropped, and the others have
# left before anybody sends again.
gives()
{
	sent=$(ethtool_stat hostA "$1" 'tx[0-9]*_packets')
	dropped=$(ethtool_stat hostA "$1" tx_drop_malformed)
	all=$(echo "$3" | tr , '\n' | wc -l)
	! on hostA modprobe wrong_queue "dev=$1" "locked=$2" "names=$3" 2> /dev/null ||
		fail "wrong_queue has stayed"
	is "dropped of $3, with the lock of $2" "$(($(ethtool_stat hostA "$1" tx_drop_malformed) - dropped))" "$4"
	must_wait 5 have_left "$1" $((sent + all - $4))
}

have_left()
{
	[ "$(ethtool_stat hostA "$1" 'tx[0-9]*_packets')" -ge "$2" ]
}

hosts_up ours-ours
children_of_hosts ours-ours
must_wait 10 can_ping hostA "$B4"
restarts=$(ethtool_stat hostA "$IFA" restarts)

note "two queues, and a child of which the stack thinks that it has one for each CPU at least"
for interface in "$IFA" "$IFA.8001"; do
	gives "$interface" 0 0,0 0
	gives "$interface" 1 1 0
	gives "$interface" 1 0 1
	gives "$interface" 0 0,0,1 1
	gives "$interface" 0 1,0 1
done

note "one queue, and one that ethtool took away"
must on hostA ethtool -L "$IFA" tx 1
gives "$IFA" 0 0,0,1 1
gives "$IFA" 1 1,1 0
must on hostA ethtool -L "$IFA" tx 2

is "restarts" "$(ethtool_stat hostA "$IFA" restarts)" "$restarts"
must can_ping hostA "$B4"
must can_ping hostA 10.9.1.2

note "a child with more queues than the accel makes"
must ip -n hostA link delete "$IFA.8001"
must ip -n hostA link add link "$IFA" name "$IFA.8001" numtxqueues 4 type ipoib pkey 0x8001
children_up hostA "$IFA.8001"
gives "$IFA.8001" 3 3 1
gives "$IFA.8001" 1 1,1 0
must_wait 10 can_ping hostA 10.9.1.2
