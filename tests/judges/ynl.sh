#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's generic netlink client (tools/net/ynl) takes our specification for one of its own: it fits the kernel's
# schema, and with nothing else the client asks each command, filters, understands what the kernel complains of, and
# hears notifications.
# (Topology: lib/system.sh)
#
# root: debian
# lane: full
# check: 6.12
# limit: 120
. "${TESTS:=/tests}/lib/system.sh"

# ynl ARGUMENT...
ynl()
{
	"$TESTS/judges/ynl.py" "$TESTS/selftests/python" "$TESTS/netdev/ipoib.yaml" "$@"
}

# tells FILTER_OF_JQ COMMAND [FILTER]: the answer is so.
tells()
{
	tells_what=$1
	shift
	ynl dump "$@" > "$TMPDIR/answer" 2> "$TMPDIR/error" || {
		cat "$TMPDIR/error"
		fail "$* was not answered"
	}
	jq -e "$tells_what" "$TMPDIR/answer" > /dev/null || {
		cat "$TMPDIR/answer"
		fail "$*: not so: $tells_what"
	}
}

# heard FILTER_OF_JQ
heard()
{
	grep '^{' "$TMPDIR/heard" | jq -es "any(.[]; $1)"
}

system_up ours-ours
host_address hostA "$IFA" "$A4/24" "$A6/64"
must ip link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
must_wait 10 can_ping hostA "$B4"

note "each command"
lid=$(port_lid sib1)
tells 'any(.[]; .accel == "ref" and ."accel-module" == "accel_ref" and .used == 2)' accel-get
tells 'length == 2 and all(.[]; .bind == "served" and ."port-state" == "active" and (.alias | length) > 1)' port-get
tells "length == 1 and .[0].ifname == \"$IFA\" and .[0].\"carrier-reason\" == \"carrier\" and .[0].pkey == \"0xffff\"" dev-get
tells 'any(.[]; .gid == "ff12:401b:ffff::ffff:ffff" and ."group-state" == "joined" and .membership == "full")' group-get
tells "any(.[]; .\"path-state\" == \"ready\" and .lid == $lid and .\"last-error\" == 0)" path-get
tells 'length > 4 and all(.[]; .cause != null and .packets >= 0)' drop-get
tells '[.[].table] == ["paths", "groups"] and all(.[]; .limit > 0)' table-get

note "filters, and refusals"
tells 'length == 1 and .[0].hca == "sib1"' port-get '{"hca": "sib1", "port": 1}'
tells 'length == 0' port-get '{"hca": "sib9"}'
! ynl dump dev-get '{"ifname": "lo"}' > "$TMPDIR/answer" 2> "$TMPDIR/error" || fail "lo is an interface of ours"
grep -q 'no such interface of ipoib_core' "$TMPDIR/error" || {
	cat "$TMPDIR/error"
	fail "the client does not say what the kernel complains of"
}

note "notifications"
ynl monitor > "$TMPDIR/heard" &
listener=$!
must_wait 20 grep -q listening "$TMPDIR/heard"
cable_out sib0
must_wait 10 heard ".name == \"dev-ntf\" and .msg.ifname == \"$IFA\" and .msg.\"carrier-reason\" == \"port-down\""
cable_in sib0
must_wait 20 is_running hostA "$IFA"
knob sib0 recv_error_once 1
restarted()
{
	on hostA ping -c 1 -W 1 "$B4"
	heard ".name == \"notice-ntf\" and .msg.ifname == \"$IFA\" and .msg.notice == \"restarted\" and .msg.count >= 1"
}
must_wait 20 restarted
kill "$listener"
must_wait 20 can_ping hostA "$B4"
assert_strict_clean
