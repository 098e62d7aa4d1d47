#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Every failure once: each call of our modules that may fail (allocations, verbs, queries: caller_fault.c)
# fails once in each place that a step of life comes to. Each time the step works all the same, or fails
# with a word and works on the next try; then traffic flows. All places and what came of them are printed.
# (Steps: steps.sh)
#
#	tests/vm/run --lane faults [--kernel debug] [--append 'ONLY=join'] faults/every-caller.sh
#
# lane: faults
# matrix: STEP=load,open,path,child,sysfs,settings,group,sendonly,events,link,pkey,error,netns,stream
# limit: 1800
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/faults/steps.sh"

FAULT=/sys/kernel/debug/caller_fault

fault_prepare()
{
	fabric_up 3
	# After the RDMA core, whose functions it probes, and before ours.
	modprobe caller_fault || skip "this kernel has no probes"
	sm_start sib2
	must_wait 20 all_active
	[ "$STEP" != load ] || return 0
	stack_load ours-ours
	if [ "$STEP" = open ]; then
		IFA=$(netdev_of sib0 ours)
		return
	fi
	hosts_take ours-ours
	host_add hostC
	spawn hostB socat -u TCP4-LISTEN:7000,reuseaddr,fork OPEN:/dev/null
	hears > "$TMPDIR/step" || fail "no traffic to begin with"
}

# told: what the kernel and the commands said since log_mark.
told()
{
	[ -s "$TMPDIR/words" ] || log_has 'sib[01]: ipoib_core|ib[01]: '
}

# both: the step, and back.
both()
{
	"do_$STEP" > "$TMPDIR/step" && "undo_$STEP" > "$TMPDIR/step"
}

# again: what failed works on the next try.
again()
{
	"undo_$STEP" > "$TMPDIR/step" && both
}

# fault_at NTH TARGET CALLER
fault_at()
{
	log_mark
	: > "$TMPDIR/words"
	echo "$*" > "$FAULT/arm"
	came=works
	both || came="failed: $(tr '\n' ' ' < "$TMPDIR/step") $(head -n 1 "$TMPDIR/words")"
	fired=$(cat "$FAULT/arm")
	echo 0 > "$FAULT/arm"
	[ "$fired" = fired ] || came="not reached again; $came"
	echo "# $*: $came"
	case $came in
	*failed*) told || fail "$*: nobody says why" ;;
	esac
	case $came in
	*failed*) again || again || fail "$*: does not work on the next try: $(cat "$TMPDIR/step")" ;;
	esac
	! log_has 'WARNING:|BUG:|Call Trace' || fail "$*: a report of the kernel"
}

fault_prepare
# What is done for the first time, and then what is done each time.
both || fail "the step itself does not work: $(cat "$TMPDIR/step" "$TMPDIR/words")"
echo 0 > "$FAULT/callers"
both || fail "the step does not work twice: $(cat "$TMPDIR/step" "$TMPDIR/words")"
awk '$1 > 0 { print $3, $4, $1 }' "$FAULT/callers" > "$TMPDIR/places"
note "$(wc -l < "$TMPDIR/places") places"
while read -r target caller hits; do
	case "$target $caller" in *${ONLY:-}*) ;; *) continue ;; esac
	fault_at 1 "$target" "$caller"
	# One of several calls in the same place, such as the second interface's.
	[ "$hits" -lt 3 ] || fault_at $((hits / 2 + 1)) "$target" "$caller"
done < "$TMPDIR/places"
