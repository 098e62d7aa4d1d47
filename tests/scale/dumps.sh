#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# 10,000 paths and 500 groups are told by netlink in a second, each once, while paths are evicted too, and no lock that
# traffic takes is held for long.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: slow
# kernel: 6.12
# limit: 240
. "${TESTS:=/tests}/lib/host.sh"

PATHS=10000 MORE=2000 GROUPS_JOINED=500

# For fail: neighbours by the thousand would push out of the log what failed.
show_state()
{
	ethtool_stat hostA "$IFA" tx_dropped
}

# nl ARGUMENT...: asks in hostA.
nl()
{
	on hostA "$TESTS/netdev/nl" "$@"
}

# told COMMAND: how many of ib0, of different GIDs.
told()
{
	nl "$1" "ifname=$IFA" | sed -n 's/.* gid=\([^ ]*\) .*/\1/p' | sort -u | wc -l
}

has_told()
{
	[ "$(told "$1")" -ge "$2" ]
}

# dump COMMAND NUMBER: takes no longer than a second, and tells nothing twice.
dump()
{
	dump_from=$(now_ms)
	nl "$1" "ifname=$IFA" > "$TMPDIR/dump" || fail "$1"
	dump_ms=$(($(now_ms) - dump_from))
	is "$1: GIDs told twice" "$(sed 's/.* gid=\([^ ]*\) .*/\1/' "$TMPDIR/dump" | sort | uniq -d | wc -l)" 0
	[ "$(grep -c gid= "$TMPDIR/dump")" -ge "$2" ] || fail "$1: $(grep -c gid= "$TMPDIR/dump"), expected $2"
	note "$1: $(wc -l < "$TMPDIR/dump") in $dump_ms ms"
	[ "$dump_ms" -le $((1000 * TIME_SCALE)) ] || fail "$1 took $dump_ms ms"
}

# While a dump goes through a table it takes the table's lock, which who sends takes too, once for each row: that is
# one walk, ipoib_dest_next(), and a copy of what that found. dump_holds COMMAND NUMBER has the kernel's tracer write
# down each walk that takes half a millisecond or longer. When the host is busy a hypervisor lets some of them wait so
# long, wherever they are; not one of a hundred.
dump_holds()
{
	[ -e "$TRACING/trace" ] || must mount -t tracefs nodev "$TRACING"
	echo ipoib_dest_next > "$TRACING/set_ftrace_filter" || fail "cannot trace ipoib_dest_next()"
	echo 500 > "$TRACING/tracing_thresh"
	echo function_graph > "$TRACING/current_tracer"
	dump "$1" "$2"
	holds=$(grep -c ipoib_dest_next "$TRACING/trace" || :)
	grep ipoib_dest_next "$TRACING/trace" | sort -rnk 2 | head -n 3
	echo nop > "$TRACING/current_tracer"
	echo 0 > "$TRACING/tracing_thresh"
	: > "$TRACING/set_ftrace_filter"
	note "$1: the lock was held $holds times for half a millisecond or longer"
	[ $((holds * 100)) -le "$2" ] || fail "$1: $holds of $2 holds of the lock took half a millisecond or longer"
}

hosts_up ours-ours
must_wait 10 can_ping hostA "$B4"

note "$GROUPS_JOINED groups and $PATHS paths"
awk -v number="$GROUPS_JOINED" -v dev="$IFA" 'BEGIN {
	for (i = 1; i <= number; i++)
		printf "address add fd00:99::1:%x/128 dev %s nodad\n", i, dev
}' > "$TMPDIR/batch"
awk -v number=$((PATHS + MORE)) -v dev="$IFA" 'BEGIN {
	printf "address add 10.10.255.250/16 dev %s\n", dev
	lladdr = "00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00"
	for (i = 0; i < number; i++)
		printf "neighbour replace 10.10.%d.%d dev %s nud permanent lladdr %s:%02x:%02x\n", i / 256, i % 256,
			dev, lladdr, i / 256, i % 256
}' >> "$TMPDIR/batch"
must ip -n hostA -batch "$TMPDIR/batch"
on hostA "$TESTS/strangers/flood" peers 10.10.0.0 "$PATHS"
must_wait 60 has_told path-get "$PATHS"
must_wait 60 has_told group-get "$GROUPS_JOINED"

dump path-get "$PATHS"
dump group-get "$GROUPS_JOINED"
dump path-get "$PATHS"
dump_holds path-get "$PATHS"
dump_holds group-get "$GROUPS_JOINED"

note "fewer may be there, and strangers are evicted while they are told"
echo 2000 > /sys/module/ipoib_core/parameters/max_paths || fail "cannot set max_paths"
spawn hostA "$TESTS/strangers/flood" peers "10.10.$((PATHS / 256)).$((PATHS % 256))" "$MORE"
flooding=$SPAWNED
while :; do
	nl path-get "ifname=$IFA" > "$TMPDIR/dump" || fail "path-get while paths are evicted"
	is "GIDs told twice" "$(sed 's/.* gid=\([^ ]*\) .*/\1/' "$TMPDIR/dump" | sort | uniq -d | wc -l)" 0
	! has_ended "$flooding" || break
done
[ "$(told path-get)" -lt "$PATHS" ] || fail "nothing was evicted"
