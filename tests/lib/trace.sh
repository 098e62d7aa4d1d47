# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The kernel's trace of events. Sourced by host.sh.

TRACING=/sys/kernel/tracing

# trace_on EVENT...: from now on; EVENT is SYSTEM/NAME, or a whole SYSTEM. What was traced before is forgotten.
trace_on()
{
	[ -e "$TRACING/trace" ] || must mount -t tracefs nodev "$TRACING"
	: > "$TRACING/trace"
	for trace_event; do
		echo 1 > "$TRACING/events/$trace_event/enable" || fail "there is no event $trace_event"
	done
}

trace_off()
{
	echo 0 > "$TRACING/events/enable"
}

# traced REGEX: a line of the trace.
traced()
{
	grep -Eq -e "$1" "$TRACING/trace"
}

# times_traced REGEX: in how many lines of the trace.
times_traced()
{
	grep -Ec -e "$1" "$TRACING/trace" || :
}

# spread_of REGEX: milliseconds from the first to the last line of the trace that has it.
spread_of()
{
	sed -En "s/.* ([0-9]+)\.([0-9]{3})[0-9]*: $1.*/\1\2/p" "$TRACING/trace" |
		awk 'NR == 1 { first = $1 } { last = $1 } END { print last - first }'
}

# paths_asked GID: by hostA, once for each however often the SA client repeats it; "" are all paths.
paths_asked()
{
	times_traced "ipoib_path_asked: dev=$IFA gid=$1"
}

# assert_traced REGEX: within a moment.
assert_traced()
{
	wait_for 10 traced "$1" || {
		tail -n 60 "$TRACING/trace"
		fail "not traced: $1"
	}
}
