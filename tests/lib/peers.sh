# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# A host with several RX queues, and peers of either driver. Sourced by tests that need it, after host.sh.
#
#	hostA [ib0, 4 RX queues]---sib0---+ switch +---sib1---[ours] peer1
#	10.9.0.1 fd00:9::1                         +---sib2, ...---[in-tree] peer2, ...
#	                                           peerN: 10.9.0.1N fd00:9::1N

# peers_up N [OPTION...]: hostA with IFA, and N peers, all with carrier; OPTIONs of accel_ref beside rx_queues=4.
peers_up()
{
	PEERS=$1
	shift
	fabric_up $((PEERS + 1))
	sm_start sib0
	must_wait 20 all_active
	mkdir -p /etc/modprobe.d
	echo "options accel_ref rx_queues=4 $*" > /etc/modprobe.d/queues.conf
	must modprobe ib_ipoib
	must modprobe ipoib_core "accel=$(peers_ports)"
	must_wait 10 netdev_of sib0 ours
	must_wait 10 netdev_of sib1 ours
	rm /etc/modprobe.d/queues.conf
	host_joins hostA sib0 ours "$A4/24" "$A6/64"
	IFA=$JOINED
	peers_n=0
	while [ "$peers_n" -lt "$PEERS" ]; do
		peers_n=$((peers_n + 1))
		host_joins "peer$peers_n" "sib$peers_n" "$(peers_kind "$peers_n")" \
			"10.9.0.1$peers_n/24" "fd00:9::1$peers_n/64"
		echo "$JOINED" > "$TMPDIR/if-peer$peers_n"
		# An address is believed at once, as by a kernel that has had it for longer than a second.
		for family in ipv4 ipv6; do
			echo 0 | on "peer$peers_n" tee "/proc/sys/net/$family/neigh/$JOINED/locktime" > /dev/null
		done
	done
}

peers_kind()
{
	if [ "$1" = 1 ]; then
		echo ours
	else
		echo intree
	fi
}

peers_ports()
{
	peers_value=sib0/1:ref,sib1/1:ref
	for peers_n in $(seq 2 "$PEERS"); do
		peers_value=$peers_value,sib$peers_n/1:none
	done
	echo "$peers_value"
}

# peer_if N: its interface.
peer_if()
{
	cat "$TMPDIR/if-peer$1"
}

# peer_knows N ADDRESS: the number of hostA's QP in the peer's neighbour entry; "-" without one.
peer_knows()
{
	ip -n "peer$1" -j neighbour show "$2" dev "${3:-$(peer_if "$1")}" |
		jq -r '.[0].lladdr // "-"' | cut -c 4-11
}

# peers_know ADDRESS: those of all peers, in their order.
peers_know()
{
	for peers_n in $(seq "$PEERS"); do
		peer_knows "$peers_n" "$1"
	done | tr '\n' ' '
}

# peers_on QUEUES ADDRESS: the peers have so many different ones.
peers_on()
{
	[ "$(peers_know "$2" | tr ' ' '\n' | grep -c '^..:..:..$')" = "$PEERS" ] &&
		[ "$(peers_know "$2" | tr ' ' '\n' | grep . | sort -u | wc -l)" = "$1" ]
}

peers_are_apart()
{
	peers_on "$PEERS" "$1"
}

# peers_ping ADDRESS [INTERVAL]: all do, until peers_lost_nothing; seconds, 0.05.
peers_ping()
{
	peers_pings=
	for peers_n in $(seq "$PEERS"); do
		peer_echoes "$peers_n" > "$TMPDIR/echoes-peer$peers_n"
		spawn "peer$peers_n" ping -n -i "${2:-0.05}" -W 5 "$1" > "$TMPDIR/ping-peer$peers_n" 2>&1
		peers_pings="$peers_pings $SPAWNED"
	done
}

# peers_lost_nothing: of these pings, which end.
peers_lost_nothing()
{
	# shellcheck disable=SC2086 # a list
	kill -INT $peers_pings
	for peers_n in $(seq "$PEERS"); do
		must_wait 10 grep -q 'packet loss' "$TMPDIR/ping-peer$peers_n"
		# The last one may be under way, or several where the machine stands still.
		awk '/packets transmitted/ { exit !($1 - $4 <= 1) }' "$TMPDIR/ping-peer$peers_n" ||
			wait_for 5 peer_got_all "$peers_n" || fail "$(cat "$TMPDIR/ping-peer$peers_n")"
	done
}

# peer_echoes N: answers that it has had, to whomever.
peer_echoes()
{
	# shellcheck disable=SC2016 # awk's
	on "peer$1" awk '/^Icmp: [0-9]/ { n += $11 } /^Icmp6InEchoReplies/ { n += $2 } END { print n }' \
		/proc/net/snmp /proc/net/snmp6
}

# peer_got_all N: its ping has got all answers but those of its last requests, and the peer has had as many more since
# peers_ping.
peer_got_all()
{
	peers_sent=$(sed -n 's/ packets transmitted.*//p' "$TMPDIR/ping-peer$1")
	none_lost "$TMPDIR/ping-peer$1" "$(sed -n 's/.* bytes from .*icmp_seq=\([0-9]*\) .*/\1/p' \
		"$TMPDIR/ping-peer$1" | sort -n | tail -n 1)" &&
		[ $(($(peer_echoes "$1") - $(cat "$TMPDIR/echoes-peer$1"))) -ge "$peers_sent" ]
}

# queues_of HOST INTERFACE: packets that each RX queue has received, a line each.
queues_of()
{
	on "$1" ethtool -S "$2" | sed -n 's/^ *rx[0-9]*_packets: //p'
}

# queues_grew: each has received twenty packets and more since queues-before.
queues_grew()
{
	queues_of hostA "$IFA" > "$TMPDIR/queues-after"
	paste "$TMPDIR/queues-before" "$TMPDIR/queues-after" | awk '$2 - $1 < 20 { exit 1 }'
}

# all_queues_receive ADDRESS: what peers send to this address of hostA comes by all of its queues, and none gets lost.
# Who was put on the first one, by whatever hostA has told everybody, is told again meanwhile.
all_queues_receive()
{
	peers_ping "$1"
	must_wait 15 peers_are_apart "$1"
	queues_of hostA "$IFA" > "$TMPDIR/queues-before"
	must_wait 15 queues_grew
	note "packets of each queue before, after: $(paste "$TMPDIR/queues-before" "$TMPDIR/queues-after" | tr '\n' ';')"
	peers_lost_nothing
}

# dad_failed HOST INTERFACE ADDRESS
dad_failed()
{
	ip -n "$1" -6 address show dev "$2" dadfailed | grep -q "inet6 $3/"
}

# refuses_channels QUEUES
refuses_channels()
{
	! on hostA ethtool -L "$IFA" rx "$1" 2> /dev/null || fail "$1 RX queues are taken"
}
