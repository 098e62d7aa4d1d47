# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Words for the tests of soft_ib itself. Source lib/host.sh first.

# counter HCA NAME: a PMA counter of the port, as the fabric has it.
counter()
{
	sed -n "s/^$2 //p" "$SOFT_IB/$1/counters"
}

# at_least WHAT GOT LEAST
at_least()
{
	[ "$2" -ge "$3" ] || fail "$1: $2, expected $3 or more"
}

# ibping_server HCA: in the background until the test ends.
ibping_server()
{
	ibping -C "$1" -S > "$TMPDIR/ibping-server-$1" 2>&1 < /dev/null &
}

# ibpings HCA LID [COUNT [MS]]: how many of COUNT (5) ibpings to LID come back within MS (200).
ibpings()
{
	ibping -C "$1" -f -c "${3:-5}" -t "${4:-200}" "$2" > "$TMPDIR/ibping" 2>&1 || :
	sed -n 's/.* \([0-9]*\) received.*/\1/p' "$TMPDIR/ibping"
}

can_ibping()
{
	[ "$(ibpings "$1" "$2" 1 500)" = 1 ]
}

# pings HOST ADDRESS COUNT [OPTION...]: how many of COUNT pings came back; the output is in
# $TMPDIR/pings.
pings()
{
	pings_host=$1
	pings_to=$2
	pings_count=$3
	shift 3
	on "$pings_host" ping -n -c "$pings_count" -i 0.02 -W 1 "$@" "$pings_to" \
		> "$TMPDIR/pings" 2>&1 || :
	sed -n 's/.* \([0-9]*\) received.*/\1/p' "$TMPDIR/pings"
}

# all_come HOST ADDRESS COUNT [OPTION...]: pings come back, however late, until there are COUNT answers, and these are
# to the first COUNT.
all_come()
{
	pings "$@" -w 10 > /dev/null
	none_lost "$TMPDIR/pings" "$3"
}
