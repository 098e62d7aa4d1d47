#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# 64 P_Key children of one port, 1000 neighbours and 500 multicast groups on a fabric of 16 HCAs come
# up, lose the link and get it back, and go down; ours takes no longer than in-tree and no more memory,
# and asks the SA for 1000 unreachable peers with a bound. The same steps with both, one after the
# other, and a table of both at the end.
#
#	hostA [ib0, ib0.8001 ... ib0.8040]---sib0---+ switch +===sib1 ... sib14
#	                                            +--------+---sib15  OpenSM
#
# lane: slow
# kernel: 6.12
# limit: 300
. "${TESTS:=/tests}/lib/host.sh"

CHILDREN=64 NEIGHBOURS=1000 GROUPS_JOINED=500
# Differences that are noise on a machine with other guests: per cent, and milliseconds or kilobytes.
NOISE=25 NOISE_MS=300 NOISE_KB=4096

# each COUNT FORMAT: FORMAT (of awk's printf) with 1 to COUNT.
each()
{
	awk -v count="$1" -v format="$2\n" 'BEGIN {
		for (i = 1; i <= count; i++) printf format, i, i
	}'
}

memory_kb()
{
	echo 3 > /proc/sys/vm/drop_caches
	memory_in_use
}

# measured NAME VALUE
measured()
{
	note "$driver: $1 $2"
	echo "$1 $2" >> "$TMPDIR/scale-$driver"
}

# timed NAME SECONDS COMMAND...: how long until it succeeds.
timed()
{
	timed_name=$1 timed_seconds=$2
	shift 2
	must_wait "$timed_seconds" "$@"
	measured "$timed_name" $(($(now_ms) - began))
}

# with_carrier COUNT: so many interfaces of hostA have it.
with_carrier()
{
	[ "$(ip -n hostA -o link show up | grep -c '[<,]LOWER_UP[,>].*link/infiniband')" = "$1" ]
}

# asked KIND: requests of sib0 to the SA.
asked()
{
	sed -n "s/^$1 //p" "$SOFT_IB/sib0/sa"
}

# groups_joined: the SA's answers have come: no request for one is on its way or due.
groups_joined()
{
	groups_before=$groups_now
	groups_now=$(asked join)
	[ "$groups_now" -ge $((GROUPS_JOINED + CHILDREN)) ] && [ "$groups_now" = "$groups_before" ]
}

# batch HOST FILE
batch()
{
	must ip -n "$1" -batch "$2"
}

# probed: the kernel has given up on all of them.
probed()
{
	! ip -n hostA neighbour show nud probe | grep -q .
}

# run DRIVER: everything, from loading it to removing it.
run()
{
	driver=$1
	memory=$(memory_kb)
	stack_load "$driver-$driver"
	link=$(netdev_of sib0 "$driver")
	host_add hostA
	on hostA sh -c 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
		echo 1000 > /proc/sys/net/ipv4/igmp_max_memberships'
	host_take hostA "$link"
	on hostA sh -c "echo 5 > /proc/sys/net/ipv4/neigh/$link/ucast_solicit
		echo 0 > /proc/sys/net/ipv4/neigh/$link/mcast_solicit"
	echo 0 > "$SOFT_IB/sib0/sa"

	began=$(now_ms)
	each "$CHILDREN" "link add link $link name c%04x type ipoib pkey 0x80%02x" > "$TMPDIR/batch"
	batch hostA "$TMPDIR/batch"
	measured "children made, ms" $(($(now_ms) - began))
	began=$(now_ms)
	must ip -n hostA link set "$link" up
	each "$CHILDREN" "link set c%04x up" > "$TMPDIR/batch"
	batch hostA "$TMPDIR/batch"
	timed "children up, ms" 60 with_carrier $((CHILDREN + 1))

	must ip -n hostA address add 10.0.0.1/16 dev "$link"
	awk -v count="$GROUPS_JOINED" -v link="$link" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "address add 239.1.%d.%d/32 dev %s autojoin\n", i / 250, i % 250 + 1, link
	}' > "$TMPDIR/batch"
	groups_now=0
	began=$(now_ms)
	batch hostA "$TMPDIR/batch"
	timed "groups joined, ms" 90 groups_joined

	# GIDs of ports that are there, and many QPs behind each.
	for hca in $(hcas); do
		[ "$hca" = sib0 ] || cat "/sys/class/infiniband/$hca/ports/1/gids/0"
	done > "$TMPDIR/gids"
	awk -v count="$NEIGHBOURS" -v link="$link" '
		{ gsub(/:/, ""); gsub(/../, ":&"); gids[NR] = $0 }
		END {
			for (i = 0; i < count; i++)
				printf "neighbour add 10.0.%d.%d lladdr 00:00:%02x:%02x%s dev %s nud probe\n",
					1 + i / 250, i % 250 + 1, 1 + i / 256, i % 256,
					gids[i % NR + 1], link
		}' "$TMPDIR/gids" > "$TMPDIR/batch"
	sent=$(sent_by hostA "$link")
	began=$(now_ms)
	batch hostA "$TMPDIR/batch"
	timed "1000 neighbours, ms" 60 packets_out "$NEIGHBOURS"
	measured "memory, kB" $(($(memory_kb) - memory))
	must_wait 30 probed

	# The same with GIDs that nobody has.
	awk '{
		$2 = "replace"
		$5 = substr($5, 1, 50) sprintf(":ee:%02x:%02x", NR / 256, NR % 256)
		print
	}' "$TMPDIR/batch" > "$TMPDIR/batch.unreachable"
	paths=$(asked path)
	batch hostA "$TMPDIR/batch.unreachable"
	must_wait 30 probed
	measured "queries for 1000 unreachable peers" $(($(asked path) - paths))

	cable_out sib0
	must_wait 10 with_carrier 0
	cable_in sib0
	must_wait 20 port_is sib0 ACTIVE
	began=$(now_ms)
	timed "link back, ms" 60 with_carrier $((CHILDREN + 1))

	began=$(now_ms)
	must ip -n hostA link set "$link" down
	measured "all down, ms" $(($(now_ms) - began))
	began=$(now_ms)
	must ip -n hostA link set "$link" up
	timed "all up again, ms" 60 with_carrier $((CHILDREN + 1))
	began=$(now_ms)
	stack_unload
	measured "driver removed, ms" $(($(now_ms) - began))
	must ip netns delete hostA
}

# packets_out COUNT: so many more than at the start.
packets_out()
{
	[ "$(sent_by hostA "$link")" -ge $((sent + $1)) ]
}

each "$CHILDREN" "p%d=0x%04x, ipoib, mtu=4, rate=3, defmember=full : ALL=full;" > "$TMPDIR/partitions"
echo 8192 > /proc/sys/net/ipv4/neigh/default/gc_thresh3
echo 8192 > /proc/sys/net/ipv4/neigh/default/gc_thresh2
echo 8192 > /proc/sys/net/ipv4/neigh/default/gc_thresh1
fabric_up 16
sm_partitions "Default=0x7fff, ipoib, mtu=4, rate=3, defmember=full : ALL=full;
$(cat "$TMPDIR/partitions")"
sm_start sib15
must_wait 60 all_active
must_wait 20 has_pkey sib0 0x8040

run ours
run intree

awk -v noise="$NOISE" -v ms="$NOISE_MS" -v kb="$NOISE_KB" '
	{ value = $NF; sub(/ [0-9]*$/, "") }
	FNR == NR { ours[$0] = value; order[++n] = $0; next }
	{ intree[$0] = value }
	END {
		printf "%-40s %10s %10s\n", "", "ours", "in-tree"
		for (i = 1; i <= n; i++) {
			name = order[i]
			most = intree[name] * (100 + noise) / 100
			most += name ~ /ms$/ ? ms : name ~ /kB$/ ? kb : 0
			bad = ours[name] > most
			worse = worse || bad
			printf "%-40s %10d %10d%s\n", name, ours[name], intree[name],
				bad ? "  worse" : ""
		}
		exit worse
	}' "$TMPDIR/scale-ours" "$TMPDIR/scale-intree" || fail "ours is worse than in-tree"
assert_strict_clean
