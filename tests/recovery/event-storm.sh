#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Of another SM that asks nobody to register again the RDMA core says only that it changed: memberships are
# asked for anew. What all hosts ask for after an event, and again after a refusal, they ask for one after the other: groups,
# paths, and not at once with the next event. And events in storms do no harm, though the RDMA core writes its GIDs anew
# meanwhile. (By the fabric's own events: cards have neither.)
# (Topology: lib/outage.sh)
#
# lane: quick
# check: 6.12
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

outage_up ours-ours 8

# Of another SM the SA client says nothing, as long as that does not ask for it.
note "an SM that may know no groups: they are joined again"
trace_on ipoib/ipoib_join_asked
port_event "$HCA_A" sm_change
# Of this one: others may be new just now.
assert_traced "ipoib_join_asked: dev=$IFA gid=ff12:401b:ffff::ffff:ffff "
trace_off

# spread LEAST MS REGEX COMMAND...: at least so many lines of what is asked for after COMMAND come within no less than so many
# milliseconds. Three tries: by chance they may be close together once, or an SM takes its time.
spread()
{
	spread_least=$1 spread_ms=$2 spread_of=$3
	shift 3
	for try in 1 2 3; do
		trace_on ipoib/ipoib_join_asked ipoib/ipoib_path_asked
		"$@"
		must_wait 20 spread_came
		note "$(times_traced "$spread_of") asked for within $(spread_of "$spread_of") ms"
		[ "$(spread_of "$spread_of")" -lt "$spread_ms" ] || return 0
	done
	grep -E "$spread_of" "$TRACING/trace"
	fail "all at once: $spread_of"
}

spread_came()
{
	[ "$(times_traced "$spread_of")" -ge "$spread_least" ]
}

note "groups that were lost together are joined one after the other, whatever event comes next"
# The first one is being joined again. (Without a process: within moments.)
begun()
{
	while read -r line; do
		case $line in
		*ipoib_join_asked*) return ;;
		esac
	done < "$TRACING/trace"
	return 1
}

sm_and_another()
{
	port_event "$HCA_A" sm_change
	until begun; do :; done
	port_event "$HCA_A" port_active
}

seq 10 | sed "s,.*,address add 239.2.0.&/32 dev $IFA autojoin," > "$TMPDIR/batch"
must ip -n hostA -batch "$TMPDIR/batch"
must on hostA "$TESTS/strangers/flood" groups "$A4" 8
spread 18 60 "ipoib_join_asked: dev=$IFA gid=ff12:401b:ffff::f0[12]:[0-9a-f]+ tries=0" sm_and_another

note "peers that are not there are asked for again one after the other"
crowd 60
# send_to ADDRESS COUNT: from now on, all the time, to so many neighbours.
send_to()
{
	[ -z "${sender:-}" ] || kill "$sender"
	spawn hostA dash -c "while :; do '$TESTS/strangers/flood' peers $1 $2; done"
	sender=$SPAWNED
}

# send_to_others: each time.
send_to_others()
{
	send_to "10.10.0.$(((try - 1) * 20))" 20
}

# For the second time: by then chance has had its part twice, and sends are more seldom on a slow machine than on others.
spread 20 400 "ipoib_path_asked: dev=$IFA gid=fe80::200:.* tries=2" send_to_others

note "and after an event so are those that are there"
for hca in $(hcas); do
	gid=$(tr -d : < "/sys/class/infiniband/$hca/ports/1/gids/0" | sed 's/../:&/g')
	echo "neighbour replace 10.10.1.${hca#sib} dev $IFA nud permanent lladdr 00:00:00:48$gid"
done > "$TMPDIR/batch"
must ip -n hostA -batch "$TMPDIR/batch"
there="ipoib_path_asked: dev=$IFA gid=fe80::253:4942:.* tries=0"
# hostB is known.
spread 7 0 "$there" send_to 10.10.1.0 8
spread 8 400 "$there" port_event "$HCA_A" port_active
kill "$sender"
trace_off

# storm EVENT: 300 of them at hostA's port.
storm()
{
	storm_left=300
	while [ "$storm_left" -gt 0 ]; do
		echo "$1" > "$SOFT_IB/$HCA_A/event"
		storm_left=$((storm_left - 1))
	done
}

note "the RDMA core writes its GIDs anew while another event is looked at"
storm client_reregister &
storms=$!
storm gid_change &
storms="$storms $!"
storm sm_change
# shellcheck disable=SC2086 # a list
wait $storms
# A machine that is slow has still events to look at.
OUTAGE_LIMIT=20
assert_resumes "three storms"
! log_has "GID .* was taken" || fail "a GID was taken for one that is gone"
explains_well hostA "$IFA"
pings_stop
assert_strict_clean
