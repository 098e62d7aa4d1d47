#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# TCP segments that come one after another are gathered by accel_ref before GRO sees them, and what is forwarded then is
# cut again into what came, byte for byte: by the HCA, by accel_ref, by the stack. What must not be gathered is not (each
# rule of GRO, gathers.c has the cases), and stays in its place. Off with rx-gro-hw, with gro and with rx; on children; on
# HCAs that verify no checksums; and over a wire that loses, doubles, reorders and garbles TCP delivers what was sent.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB, a router
#	                     |        +---sib2---[ib2] hostC, which has what hostB forwards
#
# CASES=some: of those over IPv6, which take the same way, each third one.
#
# lane: slow CASES=all
# lane: full
# check: 6.1
# limit: 300
# matrix: CASES=some,all
. "${TESTS:=/tests}/lib/host.sh"

program=$TESTS/netdev/gathers
C4=10.9.0.3 C6=fd00:9::3 TO4=10.7.0.9 TO6=fd00:7::9
PORT=20000

# hosts_with WORDS PARAMETER=VALUE...: hosts with such HCAs; hostC sees each packet by itself.
hosts_with()
{
	note "HCAs: $1"
	shift
	fabric_up 3 "$@"
	sm_start sib0
	hosts_up ours-ours
	host_joins hostC sib2 ours "$C4/24" "$C6/64"
	IFC=$JOINED
	must on hostC ethtool -K "$IFC" gro off
	must on hostB sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 \
		"net.ipv4.conf.$IFB.send_redirects=0" net.ipv6.conf.all.forwarding=1
	must ip -n hostB route add "$TO4/32" via "$C4"
	must ip -n hostB route add "$TO6/128" via "$C6"
	for address in "$C4" "$C6"; do
		must_wait 10 can_ping hostB "$address"
	done
	for address in "$B4" "$B6"; do
		must_wait 10 can_ping hostA "$address"
	done
	# So that what is sent in a row is there in a row.
	must on hostB ethtool -C "$IFB" rx-usecs 50000 rx-frames 64
	spawn hostC "$program" see "$IFC" > "$TMPDIR/seen"
	seer=$SPAWNED
	must_wait 10 grep -q ready "$TMPDIR/seen"
	router=$(lladdr hostB "$IFB")
	counts
}

hosts_gone()
{
	kill "$seer"
	must invariants_check
	ip netns del hostA
	ip netns del hostB
	ip netns del hostC
	stack_unload
	sm_stop
	fabric_down
}

# counts: GATHERED and GATHERS of hostB so far. Each process takes its time in a guest: few a case.
counts()
{
	on hostB ethtool -S "$IFB" | awk '$1 == "rx0_gathered:" { gathered = $2 } $1 == "rx0_gathers:" { gathers = $2 }
		END { print gathered, gathers }' > "$TMPDIR/counts"
	read -r GATHERED GATHERS < "$TMPDIR/counts"
}

arrived()
{
	[ "$(grep -c "^$ports " "$TMPDIR/seen")" -ge "$number" ]
}

# in_order: of each flow (the first word) the same lines came as were sent, in the same order.
in_order()
{
	awk -v ports="^$ports\$" 'FNR == NR { sent[$1] = sent[$1] $0 "\n"; came[$1] = ""; next }
		$1 ~ ports { came[$1] = came[$1] $0 "\n" }
		END {
			for (flow in came)
				if (came[flow] != sent[flow]) {
					print "sent:\n" sent[flow] "came:\n" came[flow]
					wrong = 1
				}
			exit wrong
		}' "$TMPDIR/sent" "$TMPDIR/seen"
}

# case_sent v4|v6 NAME: all that was sent is forwarded as it was, of each flow in order; DONE tells what was gathered.
case_sent()
{
	from=$A4 to=$TO4
	[ "$1" = v4 ] || from=$A6 to=$TO6
	# The flows of a case have ports that differ in the last digit alone.
	PORT=$((PORT + 10))
	ports="${PORT%?}."
	before=$GATHERED gathers_before=$GATHERS
	must on hostA "$program" send "$2" "$IFA" "$router" "$from" "$to" "$PORT" > "$TMPDIR/sent"
	number=$(grep -c . "$TMPDIR/sent")
	wait_for 10 arrived || {
		cat "$TMPDIR/sent" "$TMPDIR/seen"
		fail "$1 $2: not all segments were forwarded"
	}
	in_order || fail "$1 $2: what was forwarded is not what came"
	counts
	DONE="$((GATHERED - before)) in $((GATHERS - gathers_before))"
}

# gathers v4|v6 NAME GATHERED GATHERS: and so many were gathered. They may have come in two rows where the guest was held up,
# and always do so on a kernel that takes several times as long: there no more than so many may be.
gathers()
{
	for try in $(seq 20); do
		case_sent "$1" "$2"
		[ "$DONE" != "$3 in $4" ] || return 0
		note "$1 $2: $DONE gathered"
		[ "${DONE%% *}" -le "$3" ] || break
		# Not slower than its host is.
		[ "$TIME_SCALE" = "$BUSY" ] || return 0
	done
	fail "$1 $2: of segments in a row not $3 in $4 were gathered"
}

# all_cases v4|v6 [third]
all_cases()
{
	"$program" cases "$1" | awk -v third="${2:-}" '!third || FNR % 3 == 0' > "$TMPDIR/cases-$1"
	while read -r name number gathered packets; do
		gathers "$1" "$name" "$gathered" "$packets"
	done < "$TMPDIR/cases-$1"
	note "$1: $(wc -l < "$TMPDIR/cases-$1") cases"
}

feature()
{
	on hostB ethtool -k "$IFB" > "$TMPDIR/features"
	grep -Eq "^[[:space:]]*$1: $2\$" "$TMPDIR/features" || fail "not '$1: $2': $(grep "$1:" "$TMPDIR/features")"
}

# off_with FEATURE: nothing is gathered without it, and all is as before with it.
off_with()
{
	must on hostB ethtool -K "$IFB" "$1" off
	feature rx-gro-hw 'off( \[requested on\])?'
	gathers v4 plain 0 0
	gathers v6 plain 0 0
	must on hostB ethtool -K "$IFB" "$1" on
	feature rx-gro-hw on
	gathers v4 plain 10 1
}

hosts_with "with offloads"
feature rx-gro-hw on
feature large-receive-offload 'off \[fixed\]'
all_cases v4
all_cases v6 "$([ "$CASES" = all ] || echo third)"

note "as large as the user lets packets be"
must ip -n hostB link set "$IFB" gro_max_size 4000
gathers v6 plain 9 3
must ip -n hostB link set "$IFB" gro_max_size 65536
gathers v6 plain 10 1

note "the stack cuts"
must on hostB ethtool -K "$IFB" tso off tx-tcp6-segmentation off
for name in plain short-last psh-middle twice; do
	case_sent v4 "$name"
	case_sent v6 "$name"
done
must on hostB ethtool -K "$IFB" tso on tx-tcp6-segmentation on

for name in rx-gro-hw gro rx; do
	note "without $name"
	off_with "$name"
done
hosts_gone

hosts_with "without offloads" offload=0
feature rx-gro-hw on
summed=$(ethtool_stat hostB "$IFB" rx0_summed)
for name in plain short-last swapped two-flows; do
	# shellcheck disable=SC2046 # words
	for version in v4 v6; do
		gathers "$version" $("$program" cases "$version" | awk -v name="$name" '$1 == name { print $1, $3, $4 }')
	done
done
gathers v4 wrong-sum 9 2
gathers v6 wrong-sum 9 2
[ "$(ethtool_stat hostB "$IFB" rx0_summed)" -ge $((summed + 120)) ] || fail "nobody has verified checksums"
must on hostB ethtool -C "$IFB" rx-usecs 0 rx-frames 0

note "to sockets, over a wire that is not good; bytes are looked at"
spawn hostB "$TESTS/netdev/large-sends" receive 7300
receiver=$SPAWNED
receives()
{
	on hostB ss -Hltn 'sport = :7300' | grep -q .
}
must_wait 10 receives
while read -r name value; do
	knob sib0 "$name" "$value"
	for address in "$B4" "$B6"; do
		counts
		before=$GATHERED
		on hostA "$TESTS/netdev/large-sends" send "$address" 7300 "$(mtu_of hostA "$IFA")" lossy \
			> "$TMPDIR/sends" 2>&1 || {
			cat "$TMPDIR/sends"
			fail "$name: what was sent to $address did not arrive as it was"
		}
		counts
		note "$name $value: $(cat "$TMPDIR/sends"), $((GATHERED - before)) gathered"
		[ "$GATHERED" -gt "$before" ] || fail "nothing was gathered"
	done
	knob sib0 "$name" 0
done <<END
drop_ppm 10000
dup_ppm 50000
reorder_ppm 50000
END
knob sib1 garble_ppm 2000
for address in "$B4" "$B6"; do
	on hostA "$TESTS/netdev/large-sends" send "$address" 7300 "$(mtu_of hostA "$IFA")" lossy > "$TMPDIR/sends" 2>&1 || {
		cat "$TMPDIR/sends"
		fail "garbled: what was sent to $address did not arrive as it was"
	}
	note "garbled: $(cat "$TMPDIR/sends")"
done
knob sib1 garble_ppm 0
kill "$receiver"

note "children"
children_of_hosts ours-ours
iperf_server hostB
for address in 10.9.1.2 fd00:9:1::2; do
	before=$(ethtool_stat hostB "$IFB.8001" rx0_gathered)
	iperf_run hostA "$address" 1
	[ "$(ethtool_stat hostB "$IFB.8001" rx0_gathered)" -gt "$before" ] || fail "nothing was gathered on a child"
done
