#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# ethtool: what in-tree answers is answered alike; rings and channels, which it has not, can be set
# under traffic, and counters say which queue did what.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# kernel: 6.12 DRIVER=intree
# check: 6.12
# limit: 120
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

# refuses ETHTOOL_ARGUMENT...
refuses()
{
	! on hostA ethtool "$@" > "$TMPDIR/says" 2>&1 || fail "ethtool $* succeeded"
	note "ethtool $*: $(tail -n 1 "$TMPDIR/says")"
}

# sends_more_than N
sends_more_than()
{
	[ "$(sent_by hostA "$IFA")" -gt "$1" ]
}

# posted sends|receives: the most of a queue pair of hostA's that the HCA holds.
posted()
{
	awk -v what="$1" '$1 == "qp" && $4 == "ipoib_core" {
		n = what == "sends" ? $6 : $10
		if (n > most) most = n
	} END { print most + 0 }' "$SOFT_IB/sib0/census"
}

posted_at_most()
{
	[ "$(posted "$1")" -le "$2" ]
}

flows()
{
	must_wait 10 sends_more_than $(($(sent_by hostA "$IFA") + 100))
}

fabric_up 2
if ours "has one queue"; then
	# Not as an argument: the core, which is loaded first, may load it without any.
	mkdir -p /etc/modprobe.d
	echo "options accel_ref tx_queues=4" > /etc/modprobe.d/queues.conf
	must modprobe accel_ref
	must_wait 10 served_by sib0 ref
	must_wait 10 served_by sib1 ref
	rm /etc/modprobe.d/queues.conf
fi
hosts_up "$DRIVER-$DRIVER"
must_wait 10 can_ping hostA "$B4"

note "link"
ethtool_says 'Speed: [1-9][0-9]+Mb/s' "$IFA"
ethtool_says 'Duplex: Full' "$IFA"
ethtool_says 'Auto-negotiation: on' "$IFA"
ethtool_says 'Port: Other' "$IFA"
ethtool_says 'PHYAD: 255' "$IFA"
ethtool_says 'Link detected: yes' "$IFA"
ethtool_says '^driver: ib_ipoib$' -i "$IFA"
ethtool_says '^bus-info: soft_ib.0$' -i "$IFA"

note "the counters that in-tree has come first, in its order"
[ "$(on hostA ethtool -S "$IFA" | sed -n '2,9s/^ *\([a-z_]*\): .*/\1/p' | tr '\n' ' ')" = \
	"rx_packets tx_packets rx_bytes tx_bytes tx_errors rx_dropped tx_dropped multicast " ] ||
	fail "$(on hostA ethtool -S "$IFA" | head -n 9)"

note "coalescing"
[ "$DRIVER" != ours ] || ethtool_says '^Adaptive RX: off' -c "$IFA"
must on hostA ethtool -C "$IFA" rx-usecs 17 rx-frames 5
ethtool_says '^rx-usecs:[[:space:]]+17' -c "$IFA"
ethtool_says '^rx-frames:[[:space:]]+5' -c "$IFA"
must on hostA ethtool -C "$IFA" rx-usecs 65535
refuses -C "$IFA" rx-usecs 65536
refuses -C "$IFA" rx-frames 65536
ethtool_says '^rx-usecs:[[:space:]]+65535' -c "$IFA"
[ "$DRIVER" != ours ] || explains hostA "$IFA" "note: what comes in may wait for 65535 us before this host is interrupted"
must on hostA ethtool -C "$IFA" rx-usecs 0 rx-frames 0

if ours "has no more"; then
	note "adaptive moderation is there when asked for, and ends when somebody sets it by hand"
	ethtool_says '^Adaptive RX: off' -c "$IFA"
	must on hostA ethtool -C "$IFA" adaptive-rx on
	ethtool_says '^Adaptive RX: on' -c "$IFA"
	must on hostA ethtool -C "$IFA" tx-usecs 3
	ethtool_says '^Adaptive RX: on' -c "$IFA"
	must on hostA ethtool -C "$IFA" rx-usecs 9
	ethtool_says '^Adaptive RX: off' -c "$IFA"
	must on hostA ethtool -C "$IFA" adaptive-rx on rx-usecs 0 tx-usecs 0
	ethtool_says '^Adaptive RX: on' -c "$IFA"

	note "rings and channels, under traffic"
	ethtool_says 'software-transmit' -T "$IFA"
	iperf_server hostB
	traffic_start hostA "$B4" -P 4
	ethtool_says '^TX:[[:space:]]+4' -l "$IFA"
	for rings in "16 8" "1 1" "256 128"; do
		must on hostA ethtool -G "$IFA" rx "${rings% *}" tx "${rings#* }"
		ethtool_says "^RX:[[:space:]]+${rings% *}\$" -g "$IFA"
		ethtool_says "^TX:[[:space:]]+${rings#* }\$" -g "$IFA"
		flows
		must_wait 5 posted_at_most receives "${rings% *}"
	done
	must on hostA ethtool -L "$IFA" tx 1
	ethtool_says '^TX:[[:space:]]+1' -l "$IFA"
	flows
	must on hostA ethtool -L "$IFA" tx 4
	flows
	traffic_stop
	note "no more sends than the ring's limit, with an HCA that completes none; BQL does not count small ones"
	must on hostA ethtool -G "$IFA" tx 8
	stops=$(ethtool_stat hostA "$IFA" 'tx[0-3]_stops')
	knob sib0 stuck_sq 1
	# By its path: busybox's taskset would run a ping of its own, which knows none of these words.
	on hostA taskset 1 "$(command -v ping)" -n -q -c 40 -l 40 -W 0 -w 1 -s 100 "$B4" > /dev/null || :
	held=$(posted sends)
	knob sib0 stuck_sq 0
	# By the same queue, before the ring is made anew, and before the watchdog comes.
	must on hostA taskset 1 "$(command -v ping)" -n -q -c 1 -w 3 "$B4"
	must on hostA ethtool -G "$IFA" tx 128
	is "sends that the HCA held" "$held" 8
	[ "$(ethtool_stat hostA "$IFA" 'tx[0-3]_stops')" -gt "$stops" ] || fail "that the queue was stopped is not counted"

	note "multicasts leave from the queue pair that the address names, whichever CPU sends"
	packets=$(ethtool_stat hostA "$IFA" 'tx[1-3]_packets')
	first=$(ethtool_stat hostA "$IFA" tx0_packets)
	for mask in 1 2; do
		on hostA taskset "$mask" "$(command -v ping)" -n -q -c 10 -i 0.05 -W 0.1 -I "$IFA" 239.1.2.3 > /dev/null || :
	done
	first=$(($(ethtool_stat hostA "$IFA" tx0_packets) - first))
	[ "$first" -ge 20 ] || fail "$first multicasts were sent, of 20"
	# The kernel may ask a neighbour meanwhile.
	packets=$(($(ethtool_stat hostA "$IFA" 'tx[1-3]_packets') - packets))
	[ "$packets" -lt 5 ] || fail "$packets packets left by other queues"
	# Two CPUs: what each sends has a queue of its own.
	for queue in "0 1" "1 2"; do
		mask=$(on hostA cat "/sys/class/net/$IFA/queues/tx-${queue% *}/xps_cpus")
		[ "$mask" = "${queue#* }" ] || fail "CPUs of queue ${queue% *}: $mask"
	done
	note "which CPU sends by which queue: as the user has said before an interface is up for the first time"
	must ip -n hostA link add link "$IFA" name child type ipoib pkey 0x8001
	xps=/sys/class/net/child/queues/tx-0/xps_cpus
	must on hostA sh -c "echo 2 > $xps"
	must ip -n hostA link set child up
	is "CPUs of queue 0" "$(on hostA cat "$xps")" 2
	must ip -n hostA link delete child
	refuses -G "$IFA" rx 257
	refuses -G "$IFA" tx 0
	refuses -G "$IFA" rx-mini 1
	refuses -L "$IFA" tx 5
	refuses -L "$IFA" tx 0
	refuses -L "$IFA" rx 2

	note "by queue"
	[ "$(ethtool_stat hostA "$IFA" 'tx[0-3]_packets')" -gt 0 ] || fail "no queue has sent"
	total=$(ethtool_stat hostA "$IFA" 'tx_packets')
	queues=$(ethtool_stat hostA "$IFA" 'tx[0-9]+_packets')
	[ "$queues" -ge "$total" ] || fail "$queues packets of queues, $total in all"
	[ "$(ethtool_stat hostA "$IFA" 'tx[1-3]_packets')" -gt 0 ] || fail "only one queue has sent"
fi
assert_strict_clean

note "without carrier"
cable_out sib0
must_wait 10 negate is_running hostA "$IFA"
ethtool_says 'Link detected: no' "$IFA"
ethtool_says 'Speed: Unknown' "$IFA"
[ "$DRIVER" != ours ] || invariants_not sa "its port has no cable"
