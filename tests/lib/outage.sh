# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Traffic across an event, and how soon it goes on. Sourced by host.sh.
#
#	hostA [ib0]---sib0---+        +---sib2  OpenSM
#	hostB [ib1]---sib1---+ switch +---sib3  another OpenSM, in tests of hand-over
#
# The subnet manager has a port of its own, so that what befalls a host's port does not befall it.

# Seconds of guest time within which traffic goes on by itself once the fabric is ready again.
OUTAGE_LIMIT=5

# outage_up PAIR [HCAS]: two hosts, and echo requests ten times a second both ways: IPv4 from hostA,
# IPv6 from hostB.
outage_up()
{
	fabric_up "${2:-3}"
	sm_start "$HCA_SM"
	must_wait 20 all_active
	stack_load "$1"
	hosts_take "$1"
	pings_start "$B4" "$A6"
}

# pings_start ADDRESS_OF_B ADDRESS_OF_A
pings_start()
{
	must_wait 10 can_ping hostA "$1"
	must_wait 10 can_ping hostB "$2"
	spawn hostA ping -n -D -O -i 0.1 "$1" > "$TMPDIR/pings-hostA" 2>&1 < /dev/null
	PINGS=$SPAWNED
	spawn hostB ping -n -D -O -i 0.1 "$2" > "$TMPDIR/pings-hostB" 2>&1 < /dev/null
	PINGS="$PINGS $SPAWNED"
	must_wait 10 pings_answered hostA 2
	must_wait 10 pings_answered hostB 2
}

# pings_stop [MOST]: and say how long the longest pause was, which is no longer than so many seconds: by the requests in a row
# that were not answered, and no more than three in a row were answered later than that. By the clock the guest may have
# stood still.
pings_stop()
{
	# shellcheck disable=SC2086 # a list
	kill $PINGS
	for pings_host in hostA hostB; do
		awk -F '[][]' -v host="$pings_host" -v most="$((${1:-1000000} * TIME_SCALE))" '
			/bytes from/ && !/DUP!/ {
				if (last && $2 - last > max) max = $2 - last
				last = $2
				seq = $0; sub(/.*icmp_seq=/, "", seq); seq += 0
				if (seen && (seq - seen) / 10 > lost) lost = (seq - seen) / 10
				if (seq > seen) seen = seq
				time = $0; sub(/.*time=/, "", time)
				late = time + 0 > most * 1000 ? late + 1 : 0
				if (late > latest) latest = late
			}
			END {
				printf "# %s: longest pause of answers: %.1f s, %.1f s by requests, %d in a row were late\n",
					host, max, lost, latest
				exit lost > most || latest > 3
			}
		' "$TMPDIR/pings-$pings_host" || fail "the pause was longer than $((${1:-0} * TIME_SCALE)) s"
	done
}

pings_count()
{
	grep -c 'bytes from' "$TMPDIR/pings-$1" || :
}

# pings_answered HOST COUNT: whether HOST has had so many answers.
pings_answered()
{
	[ "$(pings_count "$1")" -ge "$2" ]
}

# pings_stand_still HOST: none of its last requests was answered.
pings_stand_still()
{
	! tail -n 8 "$TMPDIR/pings-$1" | grep -q 'bytes from'
}

pings_resumed()
{
	pings_answered hostA "$resumed_a" && pings_answered hostB "$resumed_b"
}

# assert_resumes EVENT: the fabric is ready again from now on: answers come, both ways, in time.
assert_resumes()
{
	resumed_a=$(($(pings_count hostA) + 3))
	resumed_b=$(($(pings_count hostB) + 3))
	resumed_from=$(now_ms)
	if ! wait_for "$OUTAGE_LIMIT" pings_resumed; then
		tail -n 5 "$TMPDIR/pings-hostA" "$TMPDIR/pings-hostB"
		ip -n hostA neighbour
		ip -n hostB neighbour
		fabric_state
		wait_for 30 pings_resumed || fail "$1: no traffic within $((35 * TIME_SCALE)) s"
		fail "$1: traffic went on only $(($(now_ms) - resumed_from)) ms after the fabric was ready"
	fi
	note "$1: traffic goes on, three answers each way after $WAITED ms"
}

# assert_group_works: the hosts' memberships of the broadcast group are those of the present SM:
# with forgotten neighbours, addresses are found again.
assert_group_works()
{
	ip -n hostA neighbour flush all
	ip -n hostB neighbour flush all
	assert_resumes "$1, neighbours forgotten"
}

# tcp_start: a transfer without an end from hostA to hostB. tcp_moves: whether hostB has got more
# since tcp_mark.
tcp_start()
{
	iperf_server hostB
	traffic_start hostA "$B4"
	tcp_mark
	must_wait 10 tcp_moves
}

tcp_received()
{
	on hostB ss -Htni state established 'sport = :5201' |
		sed -n 's/.*bytes_received:\([0-9]*\).*/\1/p' | sort -n | tail -n 1
}

tcp_mark()
{
	TCP_MARK=$(tcp_received)
}

tcp_moves()
{
	tcp_now=$(tcp_received)
	[ "${tcp_now:-0}" -gt $((${TCP_MARK:-0} + 100000)) ]
}

# assert_tcp_moves EVENT [SECONDS]: within so many, OUTAGE_LIMIT unless said.
assert_tcp_moves()
{
	tcp_mark
	must_wait "${2:-$OUTAGE_LIMIT}" tcp_moves
	note "$1: TCP goes on, 100 kB more after $WAITED ms"
}
