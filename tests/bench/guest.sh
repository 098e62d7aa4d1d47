# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Measures one driver, in a guest of `run --measure`: see bench, which sets DRIVER (ours, intree, veth),
# MTU (2044, 4092), SETUP (default, equal, plain, four), CASES, MODERATED (those that are measured once more
# with interrupts moderated) and, if ours shall have more than one, QUEUES. Prints lines "@WHAT CASE NUMBER":
# value; drops, packets for which no ring had room; lost, datagrams; hca, tx, rx: see meter.sh. WHAT begins
# with m when interrupts were moderated.
#
#	hostA [DRIVER]---sib0---+ switch +---sib1---[DRIVER] hostB	or	hostA ---veth--- hostB
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/bench/meter.sh"
. "$TESTS/bench/four.sh"

# No sweep of the subnet manager in the middle of a measurement.
SM_SWEEP=0
# Sends and receives of a ring when both drivers shall have the same.
EQUAL_RINGS="send_queue_size=512 recv_queue_size=1024"
# What `ethtool -C` sets for in-tree, which has nothing that adapts: see README.md.
: "${INTREE_MODERATION:=rx-usecs 16 rx-frames 32}"
# What begins the lines of figures: m while interrupts are moderated.
PASS=

# veth cuts nothing and so has no packets to handle when it is let: the software's limit for packets of
# this size is what it does with those that the sending stack has cut.
veth_up()
{
	host_add hostA
	host_add hostB
	must ip link add vethA mtu "$MTU" type veth peer name vethB mtu "$MTU"
	for end in A B; do
		host_take "host$end" "veth$end"
		must on "host$end" ethtool -K "veth$end" tso off gso off gro on
		must ip -n "host$end" link set "veth$end" up
	done
	IFA=vethA IFB=vethB
	host_address hostA "$IFA" "$A4/24" "$A6/64"
	host_address hostB "$IFB" "$B4/24" "$B6/64"
}

fabric_hosts_up()
{
	rings=
	# shellcheck disable=SC2153 # bench sets it
	[ "$SETUP" != equal ] || rings=$EQUAL_RINGS
	# Options outlive module parameters of stack_load, which knows nothing of rings.
	mkdir -p /etc/modprobe.d
	for module in ib_ipoib ipoib_core; do
		[ -z "$rings" ] || echo "options $module $rings"
	done > /etc/modprobe.d/rings.conf
	[ -z "${QUEUES:-}" ] || echo "options accel_ref tx_queues=$QUEUES" > /etc/modprobe.d/queues.conf
	SM_MTU=4
	[ "$MTU" = 2044 ] || SM_MTU=5
	hcas=2 offload=1
	[ "$SETUP" != four ] || hcas=4
	[ "$SETUP" != plain ] || offload=0
	fabric_up "$hcas" "mtu=$((MTU + 4))" meter=1 "offload=$offload"
	hosts_up "$DRIVER-$DRIVER"
	if [ "$SETUP" = four ]; then
		four_up
		meter_host 2 hostC
		meter_host 3 hostD
	fi
	meter_host 0 hostA
	meter_host 1 hostB
	must_wait 10 has_mtu hostA "$IFA" "$MTU"
	must_wait 10 has_mtu hostB "$IFB" "$MTU"
}

# moderate: interrupts of all hosts, as each driver can.
moderate()
{
	settings=$INTREE_MODERATION
	[ "$DRIVER" = intree ] || settings="adaptive-rx on"
	# shellcheck disable=SC2086 # a list
	for host in A:$IFA B:$IFB ${IFC:+C:$IFC} ${IFD:+D:$IFD}; do
		must on "host${host%%:*}" ethtool -C "${host#*:}" $settings
	done
}

# Packets for which there was no buffer: the wire takes no time, so a large send may be more than a ring.
overruns()
{
	[ "$DRIVER" = veth ] && echo 0 && return
	awk '$1 == "no_recv_wr" { print $2 }' "$SOFT_IB/drops" | grep . || echo 0
}

value()
{
	echo "@${PASS}value $1 $2"
}

# median FILE: of the first numbers of its lines.
median()
{
	sort -n "$1" | awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }'
}

# tcp_once ADDRESS STREAMS: notes the Mbit/s that arrived once TCP_WARM bytes had. The last interval has
# the end of the test in it.
tcp_once()
{
	spawn hostB iperf3 -s -1 -J -i 0.1 > "$TMPDIR/server" 2>&1 < /dev/null
	must_wait 10 iperf_listens hostB
	on hostA iperf3 -J -c "$1" -n "$TCP_BYTES" -P "$2" > "$TMPDIR/iperf" 2>&1 < /dev/null ||
		fail "iperf3: $(tail -n 5 "$TMPDIR/iperf")"
	wait "$SPAWNED" || :
	# shellcheck disable=SC2016 # jq's variables
	jq --argjson warm "$TCP_WARM" '
		[foreach .intervals[:-1][].sum as $now (
			{ came: 0, before: 0 };
			{ came: (.came + $now.bytes), before: .came, now: $now };
			select(.before >= $warm) | .now)] |
		(map(.bytes) | add) * 8 / (map(.seconds) | add) / 1e4 | floor / 100' \
		"$TMPDIR/server" >> "$TMPDIR/transfers"
}

# tcp_metered CASE ADDRESS STREAMS [NUMBER]: one more, to see whose instructions they are, of each KB.
tcp_metered()
{
	spawn hostB iperf3 -s -1 > "$TMPDIR/server" 2>&1 < /dev/null
	must_wait 10 iperf_listens hostB
	meter_on
	on hostA iperf3 -c "$2" -n "$TCP_BYTES" -P "$3" > "$TMPDIR/iperf" 2>&1 < /dev/null ||
		fail "iperf3: $(tail -n 5 "$TMPDIR/iperf")"
	meter_off "$1" $((${TCP_BYTES%M} * 1024)) "${4:-1}"
	wait "$SPAWNED" || :
}

# tcp CASE ADDRESS STREAMS [NUMBER]: the median of TCP_TRANSFERS: how far the window was open when the
# first packets were lost is chance, and stays part of a transfer.
tcp()
{
	: > "$TMPDIR/transfers"
	while [ "$(wc -l < "$TMPDIR/transfers")" -lt "$TCP_TRANSFERS" ]; do
		tcp_once "$2" "$3"
	done
	note "$1: $(tr '\n' ' ' < "$TMPDIR/transfers")"
	value "$1" "$(median "$TMPDIR/transfers")"
	! metered || tcp_metered "$@"
}

# metered: whether shares are asked for. A profile has them anyway.
metered()
{
	[ "$SETUP" != equal ] && [ "$DRIVER" != veth ] && [ -z "${MARK:-}" ]
}

# udp_metered CASE DATAGRAMS ARGUMENTS: what netload says, and once more to see whose instructions a
# datagram's are.
udp_metered()
{
	metered_case=$1 metered_units=$2
	shift 2
	udp "$metered_case" "$@" || return 0
	metered || return 0
	meter_on
	on hostA /netload "$@" > /dev/null || fail "netload $*"
	meter_off "$metered_case" "$metered_units"
}

# udp CASE ARGUMENTS: what netload says. Stable kernels have come to refuse UDP GSO on an interface without checksums.
udp()
{
	udp_case=$1
	shift
	if ! on hostA /netload "$@" > "$TMPDIR/udp" 2> "$TMPDIR/udp.complaint"; then
		cat "$TMPDIR/udp.complaint"
		if [ "$udp_case" != udp_gso ] || ! grep -q 'Input/output error' "$TMPDIR/udp.complaint"; then
			fail "netload $*"
		fi
		note "$udp_case cannot be had here"
		return 1
	fi
	read -r udp_value udp_lost < "$TMPDIR/udp"
	value "$udp_case" "$udp_value"
	[ "${udp_lost:-0}" = 0 ] || echo "@${PASS}lost $udp_case $udp_lost"
}

# sent_by_queues: packets that each TX queue of hostA has sent.
sent_by_queues()
{
	on hostA ethtool -S "$IFA" | sed -n 's/^ *tx[0-9][0-9]*_packets: //p'
}

# flows QUEUES: datagrams a second of FLOWS flows together, the median of FLOWS_RUNS: which CPU waits for
# which is chance, a percent of it.
flows()
{
	: > "$TMPDIR/rates"
	while [ "$(wc -l < "$TMPDIR/rates")" -lt "$FLOWS_RUNS" ]; do
		on hostA /netload floods "$B4" "$FLOWS_PORT" 64 32 "$((DATAGRAMS / 4))" "$FLOWS" >> "$TMPDIR/rates" ||
			fail "netload floods"
	done
	note "flows: $(tr '\n' ' ' < "$TMPDIR/rates")"
	value "flows_q$1" "$(median "$TMPDIR/rates")"
	flows_lost=$(awk '{ n += $2 } END { print n + 0 }' "$TMPDIR/rates")
	[ "$flows_lost" = 0 ] || echo "@${PASS}lost flows_q$1 $flows_lost"
}

# flows_by_queues: the same with one TX queue and with all; each must send at least half of its share.
flows_by_queues()
{
	for queues in 1 "$QUEUES"; do
		must on hostA ethtool -L "$IFA" tx "$queues"
		must on hostB ethtool -L "$IFB" tx "$queues"
		sent_by_queues > "$TMPDIR/sent"
		flows "$queues"
		sent_by_queues | paste "$TMPDIR/sent" - | awk '{ print $2 - $1 }' > "$TMPDIR/shares"
		note "packets of each queue: $(tr '\n' ' ' < "$TMPDIR/shares")"
		least=$((FLOWS_RUNS * DATAGRAMS * FLOWS / queues / 8))
		[ "$(awk -v least=$least '$1 >= least' "$TMPDIR/shares" | wc -l)" = "$queues" ] ||
			fail "not each of $queues queues carries its share"
	done
}

# wire_rate MBPS: of both HCAs; 0: as fast as the CPU.
wire_rate()
{
	[ "$DRIVER" != veth ] || return 0
	knob sib0 rate_mbps "$1"
	knob sib1 rate_mbps "$1"
}

# Round trips of ping while TCP uses all there is, in microseconds, as exact as ping says them. On a
# wire that is slower than what either driver can send: what one queues in front of it is what counts.
ping_p99()
{
	wire_rate "$WIRE_MBPS"
	spawn hostB iperf3 -s > "$TMPDIR/server" 2>&1 < /dev/null
	server=$SPAWNED
	must_wait 10 iperf_listens hostB
	traffic_start hostA "$B4"
	on hostA ping -n -c "$PINGS" -i 0.002 "$B4" > "$TMPDIR/ping" 2>&1 ||
		fail "ping: $(tail -n 5 "$TMPDIR/ping")"
	traffic_stop
	kill "$server"
	wait "$server" 2>/dev/null || :
	wire_rate 0
	sed -n 's/.*time=\([0-9.]*\) ms/\1/p' "$TMPDIR/ping" | sort -n > "$TMPDIR/times"
	value ping_p99 "$(awk '{ t[NR] = $1 } END { print t[int((NR * 99 + 99) / 100)] * 1000 }' \
		"$TMPDIR/times")"
	value ping_p50 "$(median "$TMPDIR/times" | awk '{ print $1 * 1000 }')"
}

# As many packets with either MTU: a shorter transfer has too few intervals.
[ "$MTU" = 2044 ] || : "${TCP_BYTES:=320M}"
: "${TCP_BYTES:=160M}" "${TCP_WARM:=50000000}" "${TCP_TRANSFERS:=3}"
: "${DATAGRAMS:=20000}" "${PINGS:=200}" "${WIRE_MBPS:=1000}" "${FLOWS:=8}" "${FLOWS_RUNS:=5}"
: "${FLOWS_PORT:=7800}"
WITH_WARM=$((DATAGRAMS * 11 / 10))
if [ "$DRIVER" = veth ]; then
	veth_up
else
	fabric_hosts_up
fi
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"
spawn hostB /netload serve 7777
spawn hostB /netload serve "$FLOWS_PORT" "$FLOWS"
must_wait 10 on hostA /netload rr "$B4" 7777 64 10

# one_case CASE
one_case()
{
	case $1 in
	tcp4) tcp "$1" "$B4" 1 ;;
	tcp6) tcp "$1" "$B6" 1 ;;
	tcp4x8) tcp "$1" "$B4" 8 ;;
	tcp6x8) tcp "$1" "$B6" 8 ;;
	udp64) udp_metered "$1" "$WITH_WARM" flood "$B4" 7777 64 32 "$DATAGRAMS" ;;
	udp1472) udp_metered "$1" "$WITH_WARM" flood "$B4" 7777 1472 32 "$DATAGRAMS" ;;
	udp_gso) udp_metered "$1" "$WITH_WARM" gso "$B4" 7777 1472 40 "$DATAGRAMS" ;;
	flows) if [ -z "${QUEUES:-}" ]; then flows 1; else flows_by_queues; fi ;;
	rr64) udp "$1" rr "$B4" 7777 64 $((DATAGRAMS / 5)) ;;
	ping) ping_p99 ;;
	truesize) udp "$1" truesize "$B4" 7777 $((MTU - 28)) ;;
	*) four_case "$1" ;;
	esac
}

# all_cases CASES
all_cases()
{
	for case in $1; do
		before=$(overruns)
		[ -z "${MARK:-}" ] || /netload mark
		one_case "$case"
		[ -z "${MARK:-}" ] || /netload mark
		lost=$(($(overruns) - before))
		[ "$lost" = 0 ] || echo "@${PASS}drops $case $lost"
	done
}

all_cases "$CASES"
if [ -n "${MODERATED:-}" ] && [ "$DRIVER" != veth ]; then
	moderate
	PASS=m
	all_cases "$MODERATED"
fi
[ "$DRIVER" = veth ] || assert_strict_clean
if [ -n "${MARK:-}" ]; then
	echo "@symbols x x"
	grep -i ' [tw] ' /proc/kallsyms | gzip | base64
	echo "@end x x"
fi
