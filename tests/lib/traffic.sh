# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Traffic between hosts, and what it must not leave behind. Sourced by host.sh.

# can_ping HOST ADDRESS: one answer within a second; for wait_for.
can_ping()
{
	on "$1" ping -n -q -c 1 -W 1 "$2"
}

# has_ended PID: for wait_for.
has_ended()
{
	! kill -0 "$1" 2> /dev/null
}

# udp_listens HOST PORT: for wait_for.
udp_listens()
{
	on "$1" ss -Hlun "sport = :$2" | grep -q .
}

# napi_ids_of HOST ADDRESS FROM: which NAPI ten datagrams say that they came by, one after the other from host
# FROM to ADDRESS of HOST, is in $TMPDIR/napi.
napi_ids_of()
{
	spawn "$1" "$TESTS/netdev/napi-ids" 7000 10 > "$TMPDIR/napi"
	napi_reader=$SPAWNED
	must_wait 10 udp_listens "$1" 7000
	for number in 1 2 3 4 5 6 7 8 9 10; do
		echo "number $number" | on "$3" socat -u - "UDP-SENDTO:$2:7000"
	done
	must_wait 10 has_ended "$napi_reader"
}

# crowd PEERS: hostA knows so many neighbours, from 10.10.0.0 on, that are not there.
crowd()
{
	awk -v dev="$IFA" -v peers="$1" 'BEGIN {
		printf "address add 10.10.255.250/16 dev %s\n", dev
		lladdr = "00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00"
		for (i = 0; i < peers; i++)
			printf "neighbour replace 10.10.%d.%d dev %s nud permanent lladdr %s:%02x:%02x\n",
				i / 256, i % 256, dev, lladdr, i / 256, i % 256
	}' > "$TMPDIR/batch"
	must ip -n hostA -batch "$TMPDIR/batch"
}

# none_lost FILE COUNT: ping, which with -c and -w goes on until it has COUNT answers, was answered by then what it
# has sent first: after its last request it would wait no longer than twice as long as an answer has taken.
none_lost()
{
	awk -v count="$2" '
		/ bytes from / && !/DUP!/ { sub(/.*icmp_seq=/, ""); n += $1 + 0 <= count }
		END { exit n + 0 != count }' "$1"
}

# assert_ping HOST ADDRESS SIZE [COUNT]: COUNT (3) echo requests with SIZE bytes of payload, none
# lost. The first answer may need address and path resolution: it is not part of the count.
assert_ping()
{
	must_wait 10 can_ping "$1" "$2"
	if ! on "$1" ping -n -c "${4:-3}" -i 0.1 -w 20 -s "$3" "$2" > "$TMPDIR/ping" 2>&1; then
		cat "$TMPDIR/ping"
		fail "ping $2 with $3 bytes from $1"
	fi
	none_lost "$TMPDIR/ping" "${4:-3}" || {
		cat "$TMPDIR/ping"
		fail "ping $2 with $3 bytes from $1: answers were lost"
	}
}

# ping_sizes HOST ADDRESS SIZE...: some echo requests of each payload size, none lost. How many, and how
# fast, is in PING_OPTIONS.
ping_sizes()
{
	ping_host=$1 ping_to=$2
	shift 2
	must_wait 10 can_ping "$ping_host" "$ping_to"
	# One visit to the host for all of them: each costs a tenth of a second in an emulated guest. After its
	# last request ping waits for no more than twice the longest time that an answer took; whether one
	# that it has not seen is lost the host's own count says, a moment later.
	# shellcheck disable=SC2016 # for the inner shell
	on "$ping_host" dash -c '
		answers()
		{
			awk "/^Icmp: [0-9]/ { n += \$11 } /^Icmp6InEchoReplies/ { n += \$2 } END { print n }" \
				/proc/net/snmp /proc/net/snmp6
		}
		all_came()
		{
			for try in 1 2 3 4 5 6 7 8 9 10; do
				[ $(($(answers) - before)) -lt "$asked" ] || return 0
				sleep 0.1
			done
			return 1
		}
		to=$1 options=$2
		shift 2
		asked=0 before=$(answers)
		for size; do
			out=$(ping -n -q $options -W 5 -s "$size" "$to" 2>&1) || {
				echo "$out"
				exit 1
			}
			count=${out%% packets transmitted*}
			asked=$((asked + ${count##*[!0-9]}))
			case $out in
			*" 0% packet loss"*) ;;
			*) all_came || { echo "$out"; exit 1; } ;;
			esac
		done' ping_sizes "$ping_to" "${PING_OPTIONS:--c 3 -i 0.01}" "$@" ||
		fail "ping $ping_to from $ping_host with one of these sizes: $*"
}

# assert_broadcast_ping HOST ADDRESS PEER...: one request to a broadcast or multicast address,
# answered by each PEER (as ping prints it).
assert_broadcast_ping()
{
	ping_host=$1 ping_to=$2
	shift 2
	must_wait 10 broadcast_answered "$@"
}

broadcast_answered()
{
	on "$ping_host" ping -n -b -c 2 -i 0.3 -W 2 "$ping_to" > "$TMPDIR/ping" 2>&1 || :
	for peer; do
		grep -q "from $peer" "$TMPDIR/ping" || return 1
	done
}

# read_errors HOST INTERFACE: every error and drop counter of the interface, one line; equal lines
# before and after some traffic mean that none moved.
read_errors()
{
	on "$1" sh -c "cd /sys/class/net/$2/statistics && grep . *" |
		grep -Ev '^[rt]x_(bytes|packets):|^multicast:' | tr '\n' ' '
}

# assert_errors_still HOST INTERFACE BEFORE: BEFORE is an earlier answer of read_errors.
assert_errors_still()
{
	errors_after=$(read_errors "$1" "$2")
	[ "$errors_after" = "$3" ] ||
		fail "error counters of $2 on $1 moved: $3 -> $errors_after"
}

# iperf_server HOST [OPTION...]: in the background until the test ends, listening on port 5201.
iperf_server()
{
	iperf_host=$1
	shift
	spawn "$iperf_host" iperf3 -s "$@" > "$TMPDIR/iperf-server-$iperf_host" 2>&1 < /dev/null
	# shellcheck disable=SC2034 # for the caller
	IPERF_SERVER=$SPAWNED
	must_wait 10 iperf_listens "$iperf_host"
}

iperf_listens()
{
	on "$1" ss -Hltn 'sport = :5201' | grep -q .
}

# iperf_run HOST ADDRESS SECONDS [OPTION...]: to a server there; IPERF_MBIT is what arrived, in
# Mbit/s. Fails when the transfer failed or moved nothing.
iperf_run()
{
	iperf_host=$1 iperf_to=$2 iperf_seconds=$3
	shift 3
	must_wait 10 iperf_accepted "$@"
	# It may say in its report alone that it could not connect.
	if [ "$(cat "$TMPDIR/iperf-status")" != 0 ] ||
		jq -e 'has("error")' "$TMPDIR/iperf" > /dev/null; then
		jq -r '.error // empty' "$TMPDIR/iperf" || tail -n 20 "$TMPDIR/iperf"
		fail "iperf3 from $iperf_host to $iperf_to"
	fi
	IPERF_MBIT=$(jq '(.end.sum_received // .end.sum).bits_per_second / 1e6 | floor' \
		"$TMPDIR/iperf")
	note "iperf3 $iperf_host -> $iperf_to $*: $IPERF_MBIT Mbit/s"
	jq -e '(.end.sum_received // .end.sum).bytes > 0' "$TMPDIR/iperf" > /dev/null ||
		fail "iperf3 from $iperf_host to $iperf_to moved nothing"
}

# iperf_accepted OPTION...: one transfer, unless the server is still closing the one before.
iperf_accepted()
{
	iperf_status=0
	on "$iperf_host" iperf3 -J -c "$iperf_to" -t "$iperf_seconds" "$@" \
		> "$TMPDIR/iperf" 2>&1 < /dev/null || iperf_status=$?
	echo "$iperf_status" > "$TMPDIR/iperf-status"
	! grep -q 'server is busy' "$TMPDIR/iperf"
}

# traffic_start HOST ADDRESS [OPTION...]: iperf3 without an end, in the background, to a server
# that runs there; for what has to happen under load. traffic_stop ends it, however it fares.
traffic_start()
{
	traffic_host=$1 traffic_to=$2
	shift 2
	must_wait 20 traffic_accepted "$@"
}

traffic_accepted()
{
	spawn "$traffic_host" iperf3 -c "$traffic_to" -t 80000 "$@" \
		> "$TMPDIR/traffic" 2>&1 < /dev/null
	TRAFFIC=$SPAWNED
	if wait_for 10 traffic_is_told "$traffic_host" && traffic_flows "$traffic_host"; then
		return 0
	fi
	traffic_stop
	return 1
}

# traffic_is_told HOST: it flows, or has ended since the server is still busy with the one before.
traffic_is_told()
{
	traffic_flows "$1" || has_ended "$TRAFFIC"
}

traffic_flows()
{
	[ "$(on "$1" ss -Htn state established 'dport = :5201' | wc -l)" -ge 2 ]
}

traffic_stop()
{
	kill -9 "$TRAFFIC" 2>/dev/null || :
	wait "$TRAFFIC" 2>/dev/null || :
}

# stream_both SECONDS [OPTION...]: iperf3 TCP over IPv4 and IPv6 at the same time, each with data
# in both directions, hostA being the client. STREAM_V4 and STREAM_V6 are the Mbit/s that arrived,
# "A-to-B B-to-A". Fails when one failed or moved nothing in a direction.
stream_both()
{
	stream_seconds=$1
	shift
	for version in 4 6; do
		spawn hostB iperf3 -s -1 -p "520$version" \
			> "$TMPDIR/stream-server$version" 2>&1 < /dev/null
	done
	must_wait 10 stream_listens 5204
	must_wait 10 stream_listens 5206
	stream_pids=
	for version in 4 6; do
		stream_to=$B4
		[ "$version" = 4 ] || stream_to=$B6
		spawn hostA iperf3 -c "$stream_to" -p "520$version" -t "$stream_seconds" --bidir \
			--forceflush "$@" > "$TMPDIR/stream$version" 2>&1 < /dev/null
		stream_pids="$stream_pids $SPAWNED"
	done
	stream_status=0
	for pid in $stream_pids; do
		wait "$pid" || stream_status=$?
	done
	STREAM_V4=$(stream_result 4)
	STREAM_V6=$(stream_result 6)
	note "TCP for $stream_seconds s, Mbit/s there and back: IPv4 $STREAM_V4, IPv6 $STREAM_V6"
	[ "$stream_status" = 0 ] && stream_moved "$STREAM_V4" && stream_moved "$STREAM_V6" && return
	tail -n 20 "$TMPDIR/stream4" "$TMPDIR/stream6" "$TMPDIR/stream-server4" \
		"$TMPDIR/stream-server6"
	fail "a TCP stream failed or stood still"
}

stream_listens()
{
	on hostB ss -Hltn "sport = :$1" | grep -q .
}

# What the receivers of both directions saw over the whole time.
stream_result()
{
	awk '/receiver$/ {
		for (i = 2; i <= NF; i++) {
			if ($i ~ /bits\/sec$/) {
				unit = $i ~ /^G/ ? 1000 : $i ~ /^M/ ? 1 : 0.001
				printf "%s%.3f", sep, $(i - 1) * unit
				sep = " "
			}
		}
	}' "$TMPDIR/stream$1"
}

stream_moved()
{
	echo "$1" | grep -Eq '^[0-9.]+ [0-9.]+$' && ! echo "$1" | grep -Eq '(^| )0\.000( |$)'
}
