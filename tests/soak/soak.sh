#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A fabric in use for TIME seconds: hosts with P_Key children, TCP streams of which each byte is looked at, pings,
# and meanwhile random events, faults and settings (ops.sh). After each round of them all streams move again and
# answers come fast; then traffic pauses, the invariants hold (lib/invariants.sh), and what is in use is counted.
# At the end nothing was lost or changed, and nothing has grown. All numbers are in a table.
#
#	h0 [ib, p1 ... pN]---sib0---+        +---sib14  OpenSM
#	 ...                        | switch +
#	h13 [ib, p1 ... pN]--sib13--+        +---sib15  another one, now and then
#
# The same again: `make soak SEED=...`; see tests/soak/run for what else can be given.
#
# lane: soak
# limit: 2700
# matrix: DRIVERS=ours-ours,intree-intree
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/soak/ops.sh"

: "${TIME:=1800}" "${NODES:=16}" "${CHILDREN:=64}" "${RATE:=60000}"
# Rounds until what is taken once has been taken, and those without which a leak does not show.
WARM_UP=3 ROUNDS_LEAST=12
# Milliseconds: of a hundred answers while nothing happens, and while all that does, one may take longer.
P99_CALM=$((100 * TIME_SCALE)) P99_ALL=$((3000 * TIME_SCALE))
# Seconds until each stream has moved after a round: TCP has waited for as long as the trouble was, and waits
# as long again.
MOVES=60
: "${SEED:=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}"
# shellcheck disable=SC2153 # of the matrix
DRIVER=${DRIVERS%-*}
HOSTS=$((NODES - 2))
SOAK_SM=sib$HOSTS SOAK_SM2=sib$((HOSTS + 1))
PARTITIONS=$(((CHILDREN + HOSTS - 1) / HOSTS))
CHAOS_SWEEP='' CHAOS_STATE=$((SEED & 0x7fffffff)) SENDERS='' PINGERS='' STREAMS=0 SOAK_BAD='' longest_wait=0 streams_bad=0
echo "# SEED=$SEED TIME=$TIME NODES=$NODES CHILDREN=$CHILDREN"
[ "$HOSTS" -ge 2 ] || fail "NODES=$NODES: two hosts and two subnet managers are the least"

# each_host COMMAND...: with the host's number as the last argument.
each_host()
{
	each=0
	while [ "$each" -lt "$HOSTS" ]; do
		"$@" "$each"
		each=$((each + 1))
	done
}

# has_child PARTITION NUMBER: whether the host with that number has a child in the partition.
has_child()
{
	[ $((($1 - 1) * HOSTS + $2)) -lt "$CHILDREN" ]
}

# ---- hosts

# host_make NUMBER: up, with children and addresses, and a batch for ip that sets them all up.
host_make()
{
	made=$1
	link=$(netdev_of "sib$made" "$DRIVER") || fail "no interface of $DRIVER on sib$made"
	echo "$link" > "$TMPDIR/link.$made"
	host_add "h$made"
	# An address of IPv6 would go when the link is set down.
	on "h$made" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/keep_addr_on_down'
	host_take "h$made" "$link"
	on "h$made" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6'
	host_address "h$made" "$link" "10.9.0.$((made + 1))/24" "fd00:9::$((made + 1))/64"
	echo "link set $link mtu 2044 up" > "$TMPDIR/up.$made"
	partition=0
	while [ "$partition" -lt "$PARTITIONS" ]; do
		partition=$((partition + 1))
		has_child "$partition" "$made" || continue
		must ip -n "h$made" link add link "$link" name "p$partition" type ipoib \
			pkey "$(printf '0x80%02x' "$partition")"
		host_address "h$made" "p$partition" "10.10.$partition.$((made + 1))/24"
		echo "link set p$partition up" >> "$TMPDIR/up.$made"
	done
	host_up "$made"
}

# host_up NUMBER: all of it, and none of what comes and goes.
host_up()
{
	children_away "h$1"
	must ip -n "h$1" -batch "$TMPDIR/up.$1"
}

# runs NUMBER: all that it has is up, with carrier.
runs()
{
	[ "$(ip -n "h$1" -o link show up | grep -c '[<,]LOWER_UP[,>].*link/infiniband')" = \
		"$(wc -l < "$TMPDIR/up.$1")" ]
}

all_run()
{
	run=0
	while [ "$run" -lt "$HOSTS" ]; do
		runs "$run" || return 1
		run=$((run + 1))
	done
}

# ---- traffic

serve()
{
	spawn "h$1" "$TESTS/soak/stream" serve 7000 "$TMPDIR/streams" >> "$TMPDIR/served" 2>&1 < /dev/null
	must_wait 10 listens "h$1"
}

listens()
{
	on "$1" ss -Hltn 'sport = :7000' | grep -q .
}

# stream_start HOST ADDRESS: one more.
stream_start()
{
	must_wait 20 can_ping "$1" "$2"
	STREAMS=$((STREAMS + 1))
	spawn "$1" "$TESTS/soak/stream" send "$STREAMS" "$2" 7000 "$RATE" >> "$TMPDIR/sent" 2>&1 < /dev/null
	SENDERS="$SENDERS $SPAWNED"
}

# ping_start HOST ADDRESS
ping_start()
{
	# Told nothing, ping opens a socket of the other family too, and never reads what comes to that: neighbour
	# discovery, until the socket is full.
	case $2 in
	*:*) family=-6 ;;
	*) family=-4 ;;
	esac
	spawn "$1" ping "$family" -n -i 0.2 "$2" >> "$TMPDIR/pings/$1-$2" 2>&1 < /dev/null
	PINGERS="$PINGERS $SPAWNED"
}

# traffic_of NUMBER: a stream to the next host, by IPv4 or IPv6, and in one of the partitions; a ping to one
# half way around.
traffic_of()
{
	from=$1 next=$((($1 + 1) % HOSTS + 1))
	case $((from % 2)) in
	0) stream_start "h$from" "10.9.0.$next" ;;
	1) stream_start "h$from" "fd00:9::$next" ;;
	esac
	[ "$from" -ge 8 ] || ping_start "h$from" "10.9.0.$(((from + HOSTS / 2) % HOSTS + 1))"
	[ "$PARTITIONS" -gt 0 ] || return 0
	partition=$((from % PARTITIONS + 1))
	has_child "$partition" "$from" && has_child "$partition" $((next - 1)) || return 0
	stream_start "h$from" "10.10.$partition.$next"
	[ "$from" -ge 4 ] || ping_start "h$from" "10.10.$partition.$next"
}

# traffic_signal STOP|CONT
traffic_signal()
{
	# shellcheck disable=SC2086 # lists
	kill "-$1" $SENDERS $PINGERS || { cat "$TMPDIR/sent" "$TMPDIR/served"; fail "a stream or a ping has ended"; }
}

streams_mark()
{
	grep . "$TMPDIR"/streams/* > "$TMPDIR/streams.mark"
}

# streams_moved: each of them, since streams_mark.
streams_moved()
{
	[ "$(grep . "$TMPDIR"/streams/* | awk -F : -v mark="$TMPDIR/streams.mark" '
		BEGIN { while ((getline < mark) > 0) before[$1] = $2 }
		$2 > before[$1]' | wc -l)" = "$STREAMS" ]
}

# pings_take NAME: the times of all answers since the last time, in microseconds, to $TMPDIR/rtt.NAME.
pings_take()
{
	for pings in "$TMPDIR"/pings/*; do
		awk -F 'time=' '/ time=[0-9.]* ms$/ { printf "%d\n", $2 * 1000 }' "$pings" >> "$TMPDIR/rtt.$1"
		: > "$pings"
	done
}

# pings_came COUNT: to each.
pings_came()
{
	for pings in "$TMPDIR"/pings/*; do
		[ "$(grep -c 'time=' "$pings")" -ge "$1" ] || return 1
	done
}

# streams_end: what was sent has arrived, of each.
streams_end()
{
	# shellcheck disable=SC2086 # lists
	kill -TERM $SENDERS
	# shellcheck disable=SC2086
	kill $PINGERS
	for pid in $SENDERS; do
		wait "$pid" || streams_bad=$((streams_bad + 1))
	done
	cat "$TMPDIR/served" "$TMPDIR/sent"
}

# ---- rounds

# round: some operations, and all is well again.
round()
{
	round=$((round + 1))
	chance 5
	steps=$((DRAWN + 2))
	note "round $round: $steps operations"
	# shellcheck disable=SC2086 # a list
	operations "$steps" $SOAK_OPS
	settle
	calm
	quiet
}

settle()
{
	for settle_fault in "$SOFT_IB"/sib*/*_once; do
		echo 0 > "$settle_fault"
	done
	[ -z "$CHAOS_SWEEP" ] || sm_sweep "$SOAK_SM"
	CHAOS_SWEEP=
	must_wait 30 all_active
	each_host host_up
	must_wait 60 all_run
}

# calm: traffic, and nothing else.
calm()
{
	streams_mark
	wait_for "$MOVES" streams_moved || { cat "$TMPDIR/served" "$TMPDIR/sent"; fail "a stream stands still"; }
	longest_wait=$((WAITED > longest_wait ? WAITED : longest_wait))
	pings_take all
	must_wait 20 pings_came 10
	pings_take calm
}

# quiet: no traffic. The objects of the RDMA core, all that interfaces have, are counted too.
quiet()
{
	traffic_signal STOP
	must invariants_check
	leak_sample
	rdma resource show | awk '
		{ for (i = 3; i < NF; i += 2) n[$i] += $(i + 1) }
		END { for (i in n) print "rdma." i, n[i] }' >> "$TMPDIR/leak.$leak_round"
	traffic_signal CONT
}

# ---- the table

# row WHAT VALUE [LIMIT [VERDICT]]: a VERDICT is why the test fails.
row()
{
	printf '%-44s %14s %14s%s\n' "$1" "$2" "${3:-}" "${4:+  $4}" >> "$TMPDIR/table"
	[ -z "${4:-}" ] || SOAK_BAD=1
}

# row_most WHAT VALUE LIMIT
row_most()
{
	row "$1" "$2" "$3" "$(awk -v value="$2" -v limit="$3" 'BEGIN { if (value == "" || value + 0 > limit + 0) print "TOO MUCH" }')"
}

# percentile PER_MILLE FILE: in milliseconds.
percentile()
{
	sort -n "$2" | awk -v per_mille="$1" '
		{ value[NR] = $1 }
		END { if (NR) printf "%.1f", value[int((NR - 1) * per_mille / 1000) + 1] / 1000 }'
}

row_pings()
{
	row "ping, $1: answers" "$(wc -l < "$TMPDIR/rtt.$2")"
	row "ping, $1: half within, ms" "$(percentile 500 "$TMPDIR/rtt.$2")"
	row_most "ping, $1: 99 % within, ms" "$(percentile 990 "$TMPDIR/rtt.$2")" "$3"
	row "ping, $1: longest, ms" "$(percentile 1000 "$TMPDIR/rtt.$2")"
}

# rows_growth: memory and objects after the warm-up.
rows_growth()
{
	# What is done seldom is done for the first time late: peers that were never spoken to, lists that grow once.
	warm=$((leak_round / 4 > WARM_UP ? leak_round / 4 : WARM_UP))
	first=$((warm + 1)) judged=$((leak_round > warm ? leak_round - warm : 0))
	if [ "$judged" -lt "$ROUNDS_LEAST" ]; then
		row "growth: not judged, rounds after warm-up" "$judged" "$ROUNDS_LEAST"
		[ "$judged" -ge 2 ] || return 0
	fi
	leak_growth "$first" > "$TMPDIR/leak.growth"
	while read -r name grown slope bad; do
		[ -z "$bad" ] || leak_counts "$name"
		case $name in
		pages | percpu) name="$name, kB" ;;
		esac
		row "growth: $name" "$grown" "$slope a round" "${bad:+A LEAK}"
	done < "$TMPDIR/leak.growth"
}

table()
{
	row "drivers" "$DRIVERS"
	row "kernel" "$(uname -r)"
	row "seed" "$SEED"
	row "HCAs; hosts; P_Key children" "$NODES; $HOSTS; $CHILDREN"
	row "seconds" "$((($(now_ms) - began) / 1000))"
	row "rounds; operations" "$round; $(wc -l < "$TMPDIR/operations")"
	sort "$TMPDIR/operations" | uniq -c | while read -r count name; do
		printf '%-44s %14s\n' "  $name" "$count" >> "$TMPDIR/table"
	done
	row_most "TCP streams lost or changed" "$streams_bad" 0
	row "TCP streams" "$STREAMS"
	row "bytes looked at" "$(cat "$TMPDIR"/streams/* | awk '{ n += $1 } END { print n + 0 }')"
	row "longest until all streams moved, ms" "$longest_wait" "$((MOVES * TIME_SCALE * 1000))"
	row_pings "all the time" all "$P99_ALL"
	row_pings "nothing else going on" calm "$P99_CALM"
	row "invariants held" "$round times"
	[ "$DRIVER" != ours ] || row_most "verbs used wrongly" "$(strict_total)" 0
	rows_growth
	echo "# table"
	printf '%-44s %14s %14s\n' what value limit
	cat "$TMPDIR/table"
}

partitions()
{
	sm_partitions "Default=0x7fff, ipoib, mtu=4, rate=3, defmember=full : ALL=full;
spare=$(printf '0x%04x' $((CHAOS_PKEY & 0x7fff))), ipoib, mtu=4, rate=3, defmember=full : ALL=full;
$(seq "$PARTITIONS" | while read -r partition; do
		printf 'p%d=0x%04x, ipoib, mtu=4, rate=3, defmember=full : ALL=full;\n' "$partition" "$partition"
	done)"
}

ours "left out: rings, channels, adaptive moderation; what the driver counts, and its use of verbs" || :
mkdir -p "$TMPDIR/streams" "$TMPDIR/pings" /etc/modprobe.d
echo 'options accel_ref tx_queues=2' > /etc/modprobe.d/soak.conf
fabric_up "$NODES"
partitions
sm_start "$SOAK_SM"
must_wait 60 all_active
must_wait 30 has_pkey "sib$((HOSTS - 1))" "$CHAOS_PKEY"
stack_load "$DRIVERS"
rm /etc/modprobe.d/soak.conf
each_host host_make
must_wait 60 all_run
each_host serve
each_host traffic_of
: > "$TMPDIR/operations"
note "$STREAMS streams"
round=0 began=$(now_ms)
calm
while [ $(($(now_ms) - began)) -lt $((TIME * 1000)) ]; do
	round
done
streams_end
table
[ -z "$SOAK_BAD" ] || fail "SEED=$SEED: see the table"
