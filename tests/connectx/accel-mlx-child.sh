#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# P_Key children of accel_mlx, which receive on their parents' queues: they talk with each other, small and
# in bulk, beside their parents; they go while both carry traffic, again and again, and the parents do not
# notice. What mlx5_core cannot do with them is refused, and the log says why. Where it sets queues aside, for
# time stamps (ASIDE=1) and for classes of traffic (2), a child has as many channels as its parent all the same,
# for a packet on the parent's last one ends in a panic otherwise: in-tree's child of two queues shows it.
#
#	hostA [ib0, ib0.8001]---mlx5_2---+ switch +---mlx5_3---[ib1, ib1.8001] hostB
#
# lane: connectx ASIDE=1
# lane: connectx-long
# limit: 300
# matrix: ASIDE=1,2,0
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_3
. "$TESTS/lib/host.sh"

# joins_reach COUNT: hostA's card has asked so often, since the knob was set to 0, to join a group.
joins_reach()
{
	card_knob "$HCA_A" sa_joins
	[ "$CARD_VALUE" -ge "$1" ]
}

ROUNDS=3
# Of a command.
CREATE_RQ=0x908
cards_up mlx5_2:ptp_queues:$((ASIDE > 0)) mlx5_2:qos_leaves:$((ASIDE / 2))
sm_partitions "Default=0x7fff, ipoib, mtu=4, rate=3, defmember=full : ALL=full;
second=0x0001, ipoib, mtu=4, rate=3, defmember=full : ALL=full;
third=0x0002, ipoib, mtu=4, rate=3, Q_Key=0x1234, defmember=full : ALL=full;"
sm_start mlx5_0
must_wait 10 all_active
must modprobe ipoib_core "accel=none,pci:$(pci_of mlx5_2)/1:mlx,pci:$(pci_of mlx5_3)/1:mlx"
must_wait 10 served_by "$HCA_A" mlx
must_wait 10 served_by "$HCA_B" mlx
hosts_take ours-ours
must_wait 10 has_pkey "$HCA_A" 0x8001
must_wait 10 has_pkey "$HCA_B" 0x8001

note "refused"
host_add elsewhere
! ip -n hostA link add link "$IFA" name c netns elsewhere type ipoib pkey 0x8001 2> /dev/null ||
	fail "a child was made in another network namespace"
assert_log 'only in their parent.s network namespace'
! ip -n hostA link add link "$IFA" name c numrxqueues 1 type ipoib pkey 0x8001 2> /dev/null ||
	fail "a child has fewer queues than its parent"
assert_log 'a P_Key child needs 2 queues both ways.* has 1'
if [ "$ASIDE" -gt 0 ]; then
	queues=$((ASIDE + 1))
	! ip -n hostA link add link "$IFA" name c numtxqueues "$queues" type ipoib pkey 0x8001 2> /dev/null ||
		fail "a child has fewer channels than its parent"
	assert_log "makes 1 channels of a P_Key child.s $queues transmit queues, and its parent has 2"
fi

note "a partition with another Q_Key"
must_wait 10 has_pkey "$HCA_A" 0x8002
child_add hostA "$IFA" 0x8002 ours
must ip -n hostA link set "$IFA.8002" up
assert_log "$IFA.8002: the broadcast group has Q_Key 0x00001234"
card_knob "$HCA_A" sa_joins 0
must_wait 10 joins_reach 2
[ "$(dmesg | grep -c 'the broadcast group has Q_Key')" = 1 ] || fail "that is said more than once"
! is_running hostA "$IFA.8002" || fail "there is a carrier"
child_delete hostA "$IFA" 0x8002 ours

note "a child comes up for the first time because its parent does"
must ip -n hostA link set "$IFA" down
child_add hostA "$IFA" 0x8001 ours
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA.8001"
child_delete hostA "$IFA" 0x8001 ours

note "its parent is up, but waits for its GID, and has no queues: that is told of too"
must ip -n hostA link set "$IFA" down
child_add hostA "$IFA" 0x8001 ours
address=$(lladdr hostA "$IFA")
must ip -n hostA link set "$IFA" address "${address%??}76"
own=$(lladdr hostA "$IFA.8001")
must ip -n hostA link set "$IFA.8001" address "${own%??}${address##*:}"
must ip -n hostA link set "$IFA" up
assert_log "$IFA.8001: receives on the queues of $IFA, which is down, or waits for its P_Key or GID"
explains hostA "$IFA.8001" "broken: has carrier, but nothing arrives: .* its parent $IFA, which waits for its GID"
must ip -n hostA link set "$IFA" down
must ip -n hostA link set "$IFA" address "$address"
child_delete hostA "$IFA" 0x8001 ours

note "a child comes up for the first time because its parent, which is down, gets an address that the port has"
child_add hostA "$IFA" 0x8001 ours
must ip -n hostA link set "$IFA" address "${address%??}77"
must ip -n hostA link set "$IFA.8001" up
assert_log "$IFA.8001: no carrier: GID .* is not in the port.s table"
must ip -n hostA link set "$IFA" address "$address"
must_wait 20 is_running hostA "$IFA.8001"
must ip -n hostA link set "$IFA" up
child_delete hostA "$IFA" 0x8001 ours
log_mark

note "a child is up first"
child_add hostA "$IFA" 0x8001 ours
must ip -n hostA link set "$IFA" down
must ip -n hostA link set "$IFA.8001" up
assert_log "receives on the queues of $IFA, which is down"
explains hostA "$IFA.8001" "broken: has carrier, but nothing arrives: .* its parent $IFA, which is not set up"
must ip -n hostA link set "$IFA" up
! on hostA ethtool -L "$IFA" combined 1 2> /dev/null || fail "channels changed, with a child"
must_wait 20 is_running hostA "$IFA"

iperf_server hostB
# It has to go on, not to be fast: what the emulated CPUs do not spend on it is the test's.
traffic_start hostA "$B4" -b 20M
child_add hostB "$IFB" 0x8001 ours
children_up hostA "$IFA.8001" hostB "$IFB.8001"
ping_sizes hostA 10.9.1.2 64 2016 20000
ping_sizes hostB fd00:9:1::1 64 2016
spawn hostB iperf3 -s -p 5301
must_wait 10 on hostA iperf3 -c 10.9.1.2 -p 5301 -t 1
note "on all queues of the parent"
must_wait 10 on hostA iperf3 -c 10.9.1.2 -p 5301 -t 1 -R -P 8

note "MTU"
must ip -n hostA link set "$IFA" mtu 1500
ping_sizes hostA 10.9.1.2 2016
ping_sizes hostB 10.9.1.1 2016
must ip -n hostA link set "$IFA" mtu 2044

for round in $(seq "$ROUNDS"); do
	note "round $round of $ROUNDS"
	spawn hostB ping -q -f -s 1000 10.9.1.1 > /dev/null
	flood=$SPAWNED
	tcp_mark
	must_wait 10 tcp_moves
	child_delete hostA "$IFA" 0x8001 ours
	tcp_mark
	must_wait 10 tcp_moves
	kill "$flood"
	wait "$flood" || :
	child_add hostA "$IFA" 0x8001 ours
	children_up hostA "$IFA.8001"
done
ping_sizes hostA 10.9.1.2 64 2016

note "a child cannot be opened the first time, and a peer still sends to the number that it has from the last one"
own=$(lladdr hostA "$IFA.8001")
child_delete hostA "$IFA" 0x8001 ours
floods=
# By their addresses they go to all queues.
for to in 10.9.1.11 10.9.1.12 10.9.1.13 10.9.1.14; do
	must ip -n hostB neighbour replace "$to" dev "$IFB.8001" nud permanent lladdr "$own"
	spawn hostB socat -u -b 100 OPEN:/dev/zero "UDP-SENDTO:$to:9"
	floods="$floods $SPAWNED"
done
card_knob "$HCA_A" refuse "$CREATE_RQ"
! { ip -n hostA link add link "$IFA" name again type ipoib pkey 0x8001 &&
	ip -n hostA link set again up; } 2> /dev/null || fail "a child has queues that its card refused"
must_wait 10 fault_taken "$HCA_A" refuse
# shellcheck disable=SC2086 # a list
kill $floods
child_add hostA "$IFA" 0x8001 ours
[ "$(lladdr hostA "$IFA.8001" | cut -c 1-11)" = "$(echo "$own" | cut -c 1-11)" ] || fail "it has another number"
children_up hostA "$IFA.8001"
ping_sizes hostA 10.9.1.2 64 2016

note "a child is set down with a send under way, which does not fail"
# stopping: who sets it down waits for the send.
stopping()
{
	grep -q mlx_child_stop "/proc/$setting/stack"
}

# under_way: the card has something to send of the child's, as BQL counts it.
under_way()
{
	on hostA sh -c "grep -qv '^0$' /sys/class/net/$IFA.8001/queues/tx-*/byte_queue_limits/inflight"
}

# send_stands: the card does no more sends, and has one of the child's.
send_stands()
{
	card_knob "$HCA_A" stuck_sq 100
	spawn hostA ping -q -c 1 -W 1 10.9.1.2 > /dev/null
	must_wait 10 under_way
}

# waited_for: the send goes on in the second that it is waited for, and is.
waited_for()
{
	log_mark
	send_stands
	spawn hostA ip link set "$IFA.8001" down
	setting=$SPAWNED
	late=
	wait_for 10 stopping || late=1
	card_knob "$HCA_A" stuck_sq 0
	wait "$setting" || fail "it was not set down"
	must ip -n hostA link set "$IFA.8001" up
	must_wait 20 is_running hostA "$IFA.8001"
	must_wait 10 can_ping hostA 10.9.1.2
	[ -z "$late" ] && ! log_has "does not end the sends"
}

# Who is slow to let it go on may be late.
waited_for || { sleep 6 && waited_for; } || { sleep 6 && waited_for; } || fail "the send was not waited for"
send_stands
must ip -n hostA link set "$IFA.8001" down
assert_log "$IFA.8001: the card does not end the sends of queue"
card_knob "$HCA_A" stuck_sq 0
must ip -n hostA link set "$IFA.8001" up
must_wait 20 is_running hostA "$IFA.8001"
ping_sizes hostA 10.9.1.2 64 2016

note "each command by which its queue pair is made ready is refused once: the next try opens it"
for interface in "$IFA.8001" "$IFA"; do
	for command in 0x502 0x503 0x504; do
		must ip -n hostA link set "$interface" down
		card_knob "$HCA_A" refuse "$command"
		! ip -n hostA link set "$interface" up 2> /dev/null || fail "$interface is up without $command"
		fault_taken "$HCA_A" refuse || fail "$command was not asked for"
		must ip -n hostA link set "$interface" up
		must_wait 20 is_running hostA "$interface"
	done
done
must ip -n hostA link set "$IFA.8001" up
must_wait 20 is_running hostA "$IFA.8001"
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA 10.9.1.2

note "who makes a child is killed while somebody else has the lock of all interfaces: mlx5_core gets its threads all the same"
# waits_for_lock: that process, in its write to the file.
waits_for_lock()
{
	grep -q kernfs_fop_write_iter "/proc/$making/stack"
}

card_knob "$HCA_B" stuck_command 1
spawn hostB ip link set "$IFB" down
has_lock=$SPAWNED
must_wait 20 fault_taken "$HCA_B" stuck_command
ip netns exec hostA sh -c "echo 0x8002 > /sys/class/net/$IFA/create_child" &
making=$!
must_wait 10 waits_for_lock
kill -9 "$making"
card_knob "$HCA_B" stuck_command 0
wait "$making" || :
wait "$has_lock" || fail "the other interface was not set down"
must ip -n hostB link set "$IFB" up
must_wait 20 is_running hostB "$IFB"
must ip -n hostA link show "$IFA.8002" > /dev/null
child_delete hostA "$IFA" 0x8002 ours
# The parent's objects of the card were the child's, too.
must on hostA ethtool -G "$IFA" rx 256
must_wait 20 is_running hostA "$IFA"
ping_sizes hostA "$B4" 64 2016

note "the root of a container makes the log say so much, and no more"
# Twice what it may: where all is slow the time may be over within which that is counted.
i=0
while [ "$((i += 1))" -le 260 ]; do
	echo "link add link $IFA name c numrxqueues 1 type ipoib pkey 0x8001"
done > "$TMPDIR/batch"
! ip -n hostA -force -batch "$TMPDIR/batch" 2> /dev/null || fail "a child has fewer queues than its parent"
log_mark
child_add hostA "$IFA" 0x8002 ours
must ip -n hostA link set "$IFA.8002" up
card_knob "$HCA_A" sa_joins 0
must_wait 10 joins_reach 2
! log_has 'the broadcast group has Q_Key' || fail "the Q_Key of a partition can be told of for ever"
