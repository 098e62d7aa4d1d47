#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Random sequences of what fabrics and administrators do, under traffic both ways: after each, traffic
# flows, and when it pauses the invariants hold (lib/invariants.sh); over all of them nothing leaks.
# (Topology: ops.sh)
#
# The seed is printed. The same sequences again, or as many as wanted:
#	tests/vm/run --lane slow --append 'SEED=12345 COUNT=200' random/sequences.sh
#
# lane: full SEQUENCES=5
# lane: slow
# kernel: 6.12 SEQUENCES=5
# matrix: SEQUENCES=5,100
# limit: 1800
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/random/ops.sh"

COUNT=${COUNT:-$SEQUENCES}
: "${SEED:=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}"
echo "# SEED=$SEED COUNT=$COUNT"
CHAOS_SWEEP='' CHAOS_FORGETS='' LOADS=''

# load HOST COMMAND...: again and again: it ends when its interface goes.
load()
{
	load_host=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	spawn "$load_host" dash -c 'busybox renice -n 19 -p $$
		while :; do "$@"; sleep 0.1; done' load "$@" > /dev/null 2>&1 < /dev/null
	LOADS="$LOADS $SPAWNED"
}

# loads_signal STOP|CONT: all of it pauses, or goes on; who starts the commands first.
loads_signal()
{
	for pid in $LOADS; do
		kill "-$1" "$pid" || fail "a load has ended"
		# shellcheck disable=SC2046 # a list, maybe empty
		quietly kill "-$1" $(cat "/proc/$pid/task/$pid/children")
	done
}

outage_up ours-ours
pings_stop
host_add hostC
spawn hostB socat -u TCP4-LISTEN:7000,reuseaddr,fork OPEN:/dev/null
load hostA socat -u OPEN:/dev/zero TCP4:"$B4":7000,connect-timeout=1
load hostA ping -n -q -A -i 0.01 -s 1900 "$B6"
load hostB ping -n -q -A -i 0.01 "$A4"

sequence=0
while [ "$sequence" -lt "$COUNT" ]; do
	sequence=$((sequence + 1))
	CHAOS_STATE=$(((SEED + sequence * 2654435) & 0x7fffffff))
	chance 5
	steps=$((DRAWN + 3))
	note "sequence $sequence: $steps operations"
	# shellcheck disable=SC2086 # a list
	operations "$steps" $CHAOS_OPS
	chaos_settle
	loads_signal STOP
	# An answer that went to a port's old LID was lost; and with the new one, or an event that may mean as much, the RDMA
	# core forgets what it asked for, answered or not: who does not want the group any more never leaves it. A new SA
	# has no such membership.
	if [ "$CHAOS_FORGETS" ] && ! invariants_check; then
		op_sm
	fi
	CHAOS_FORGETS=
	must invariants_check
	loads_signal CONT
	[ "$COUNT" -lt 12 ] || leak_sample
done
[ "$COUNT" -lt 12 ] || assert_no_leak
