# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The cases that need more than two hosts, or more than one program a host. Sourced by guest.sh, for the
# setup `four`: hostA to hostD with sib0 to sib3 on one switch. hostC forwards what hostA and hostB
# send to each other's second address, in and out by its one interface.
# shellcheck disable=SC2154 # A4 and the like are host.sh's

C4=10.9.0.3 D4=10.9.0.4 FAR_A=10.98.0.1 FAR_B=10.99.0.1
: "${INCAST_MBPS:=10000}" "${ROUNDS:=60}" "${INCAST_BYTES:=262144}" "${REQUESTS:=2000}" "${PROBES:=1000}"

four_up()
{
	host_joins hostC sib2 "$DRIVER" "$C4/24"
	IFC=$JOINED
	host_joins hostD sib3 "$DRIVER" "$D4/24"
	IFD=$JOINED
	host_address hostA lo "$FAR_A/32"
	host_address hostB lo "$FAR_B/32"
	on hostC sh -c "echo 0 > /proc/sys/net/ipv4/conf/all/send_redirects
		echo 0 > /proc/sys/net/ipv4/conf/$IFC/send_redirects
		echo 1 > /proc/sys/net/ipv4/ip_forward"
	must ip -n hostC route add "$FAR_A" via "$A4"
	must ip -n hostC route add "$FAR_B" via "$B4"
	must ip -n hostA route add "$FAR_B" via "$C4" src "$FAR_A"
	must ip -n hostB route add "$FAR_A" via "$C4" src "$FAR_B"
	for host in A B C D; do
		spawn "host$host" /tcpload serve 7900
		must_wait 10 tcp_listens "host$host" 7900
	done
	must_wait 10 can_ping hostB "$C4"
	must_wait 10 can_ping hostB "$D4"
	must_wait 10 can_ping hostA "$FAR_B"
}

tcp_listens()
{
	on "$1" ss -Hltn "sport = :$2" | grep -q .
}

# loop CASE HOST ARGUMENTS: a closed loop of tcpload: its rate, and microseconds.
loop()
{
	loop_case=$1 loop_host=$2
	shift 2
	on "$loop_host" /tcpload "$@" > "$TMPDIR/loop" || fail "tcpload $*"
	read -r loop_rate loop_p50 loop_p99 < "$TMPDIR/loop"
	value "$loop_case" "$loop_rate"
	value "${loop_case}_p50" "$((loop_p50 / 1000)).$((loop_p50 / 100 % 10))"
	value "${loop_case}_p99" "$((loop_p99 / 1000)).$((loop_p99 / 100 % 10))"
}

# Three answer at once, each by a wire that is faster than the receiver: what is too much for its ring is lost.
incast()
{
	incast_before=$(overruns)
	for hca in sib0 sib2 sib3; do
		knob "$hca" rate_mbps "$INCAST_MBPS"
	done
	loop incast hostB together 7900 "$INCAST_BYTES" "$ROUNDS" "$A4" "$C4" "$D4"
	for hca in sib0 sib2 sib3; do
		knob "$hca" rate_mbps 0
	done
	value incast_lost $(($(overruns) - incast_before))
}

# Both TCP and small datagrams through hostC, of which the receiver's figures are.
forwarding()
{
	tcp fwd_tcp "$FAR_B" 1 2
	udp fwd_udp flood "$FAR_B" 7777 64 32 "$DATAGRAMS"
	meter_on
	on hostA /netload flood "$FAR_B" 7777 64 32 "$DATAGRAMS" > /dev/null || fail "netload flood"
	meter_off fwd_udp $((DATAGRAMS * 11 / 10)) 2
}

# The CPU's use at 10000 datagrams a second, and at 328 Mbit/s in writes of 16 KB.
fixed()
{
	meter_on
	on hostA /netload paced "$B4" 7777 1472 100 10000
	meter_off fixed_udp 10000
	meter_use fixed_udp
	meter_on
	on hostA /tcpload paced "$B4" 7900 16384 400 2500
	meter_off fixed_tcp 40000
	meter_use fixed_tcp
}

# Round trips among streams both ways, datagrams and requests, none of which takes all there is.
mixed()
{
	mixed_pids=
	spawn hostA /tcpload paced "$B4" 7900 16384 800 1000000
	mixed_pids="$mixed_pids $SPAWNED"
	spawn hostB /tcpload paced "$A4" 7900 16384 900 1000000
	mixed_pids="$mixed_pids $SPAWNED"
	spawn hostC /netload paced "$B4" 7777 1472 230 1000000
	mixed_pids="$mixed_pids $SPAWNED"
	spawn hostD /tcpload paced "$B4" 7900 512 170 1000000
	mixed_pids="$mixed_pids $SPAWNED"
	on hostA /netload probe "$B4" 7777 64 510 "$PROBES" > "$TMPDIR/mixed" || fail "netload probe"
	# shellcheck disable=SC2086 # a list
	kill $mixed_pids
	for pid in $mixed_pids; do
		wait "$pid" 2> /dev/null || :
	done
	read -r mixed_p50 mixed_p99 mixed_lost < "$TMPDIR/mixed"
	value mixed_p50 "$((mixed_p50 / 1000)).$((mixed_p50 / 100 % 10))"
	value mixed_p99 "$((mixed_p99 / 1000)).$((mixed_p99 / 100 % 10))"
	value mixed_lost "$mixed_lost"
}

# A stream beside four whose reader takes 16 KB a millisecond each, and whose packets wait for it in
# memory of the driver's.
slow_reader()
{
	spawn hostB /tcpload slow 7910 16384 1000
	slow_reader=$SPAWNED
	must_wait 10 tcp_listens hostB 7910
	spawn hostA /tcpload push "$B4" 7910 4
	slow_writer=$SPAWNED
	tcp slow "$B4" 1
	kill "$slow_writer" "$slow_reader"
	wait "$slow_writer" "$slow_reader" 2> /dev/null || :
}

# four_case CASE
four_case()
{
	case $1 in
	incast) incast ;;
	req4) loop req4 hostA requests "$B4" 7900 4096 16384 4 "$REQUESTS" ;;
	req64) loop req64 hostA requests "$B4" 7900 4096 16384 64 $((REQUESTS * 2)) ;;
	fwd) forwarding ;;
	fixed) fixed ;;
	mixed) mixed ;;
	slow) slow_reader ;;
	*) fail "no case '$1'" ;;
	esac
}
