# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Words that every test uses: verdicts, waiting. Sourced by host.sh.

: "${TMPDIR:=/tmp}"

# note WORDS: a line of the log that says what the test does next, with the guest's uptime.
note()
{
	# shellcheck disable=SC2034 # the rest of the line
	read -r note_at note_rest < /proc/uptime
	echo "# $note_at: $*"
}

# fail WORDS: ends the test, showing what the fabric and the hosts have counted; and says it again, for who sees
# the last lines alone.
fail()
{
	echo "FAIL: $*"
	show_state 2>&1 | sed 's/^/  /'
	echo "FAIL: $*"
	exit 1
}

# skip REASON: ends the test as not possible here. The reason is printed in the summary.
skip()
{
	echo "SKIP: $*"
	exit 77
}

# now_ms: guest time in milliseconds since boot, to a hundredth of a second; forks nothing.
now_ms()
{
	# shellcheck disable=SC2034 # the rest of the line
	read -r now_at now_rest < /proc/uptime
	echo "${now_at%.*}${now_at#*.}0"
}

# is WHAT GOT WANTED: fails the test when the two differ.
is()
{
	[ "$2" = "$3" ] || fail "$1: $2, expected $3"
}

# says REGEX COMMAND...: COMMAND succeeds, and a line of its output matches.
says()
{
	says_what=$1
	shift
	"$@" > "$TMPDIR/says" 2>&1 || { cat "$TMPDIR/says"; fail "'$*' failed"; }
	grep -Eq -e "$says_what" "$TMPDIR/says" || {
		cat "$TMPDIR/says"
		fail "'$*' does not say '$says_what'"
	}
}

# TIME_SCALE is how much slower than a stock kernel this one is: each limit of guest time is multiplied
# by it (see kernels.tab).
: "${TIME_SCALE:=1}"

# wait_for SECONDS COMMAND...: runs COMMAND until it succeeds; fails when it has not within SECONDS
# of guest time. The only place where a test sleeps. Prints nothing; WAITED is how long it took,
# in milliseconds.
wait_for()
{
	wait_start=$(now_ms)
	wait_seconds=$(($1 * TIME_SCALE))
	shift
	wait_loop "$wait_start" $((wait_start + wait_seconds * 1000)) "$@"
}

# wait_loop START END COMMAND...: its own arguments, not variables, so that COMMAND may wait too.
wait_loop()
{
	while ! wait_try "$@"; do
		[ "$(now_ms)" -lt "$2" ] || return 1
		sleep 0.05
	done
	# shellcheck disable=SC2034 # for the caller
	WAITED=$(($(now_ms) - $1))
}

wait_try()
{
	shift 2
	"$@" > /dev/null 2>&1
}

# must COMMAND...: fails the test when COMMAND fails, saying which it was.
must()
{
	"$@" || fail "'$*' ended with status $?"
}

# must_wait SECONDS COMMAND...: wait_for, failing the test.
must_wait()
{
	wait_for "$@" || fail "not within $(($1 * TIME_SCALE)) s: $(shift; echo "$*")"
}

# negate COMMAND...: "not", for wait_for.
negate()
{
	! "$@"
}

# log_mark: log_has and assert_log are from now on about later kernel messages only.
log_mark()
{
	LOG_FROM=$(dmesg | wc -l)
}

# log_has REGEX, assert_log REGEX: a kernel message of this test.
log_has()
{
	dmesg | tail -n "+$((${LOG_FROM:-0} + 1))" | grep -Eq "$1"
}

assert_log()
{
	must_wait 5 log_has "$1"
}
