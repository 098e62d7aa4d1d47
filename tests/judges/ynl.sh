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
# limit: 180
. "${TESTS:=/tests}/lib/system.sh"

# ynl ARGUMENT...
ynl()
{
	"$TESTS/judges/ynl.py" "$TESTS/selftests/python" "$TESTS/netdev/ipoib.yaml" "$@"
}

# tells FILTER_OF_JQ COMMAND [FILTER]: the answer is so. Asked and looked at in told.
tells()
{
	printf '%s\n' "$1" >> "$TMPDIR/so"
	shift
	printf '%s\n' "$*" >> "$TMPDIR/questions"
}

# told: all that the client was asked since is so; to start it takes longer than to answer.
told()
{
	ynl dump < "$TMPDIR/questions" > "$TMPDIR/answers" || fail "the client ended"
	exec 3< "$TMPDIR/so" 4< "$TMPDIR/questions" 5< "$TMPDIR/answers"
	while read -r so <&3; do
		read -r question <&4
		read -r answer <&5 || fail "$question was not answered"
		printf '%s\n' "$answer" | jq -e "$so" > /dev/null || {
			printf '%s\n' "$answer"
			fail "$question: not so: $so"
		}
	done
	exec 3<&- 4<&- 5<&-
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

note "each command; filters, and refusals"
lid=$(port_lid sib1)
tells 'any(.[]; .accel == "ref" and ."accel-module" == "accel_ref" and .used == 2)' accel-get
tells 'length == 2 and all(.[]; .bind == "served" and ."port-state" == "active" and (.alias | length) > 1)' port-get
tells "length == 1 and .[0].ifname == \"$IFA\" and .[0].\"carrier-reason\" == \"carrier\" and .[0].pkey == \"0xffff\"" dev-get
tells 'any(.[]; .gid == "ff12:401b:ffff::ffff:ffff" and ."group-state" == "joined" and .membership == "full")' group-get
tells "any(.[]; .\"path-state\" == \"ready\" and .lid == $lid and .\"last-error\" == 0)" path-get
tells 'length > 4 and all(.[]; .cause != null and .packets >= 0)' drop-get
tells '[.[].table] == ["paths", "groups"] and all(.[]; .limit > 0)' table-get
tells 'length == 1 and .[0].hca == "sib1"' port-get '{"hca": "sib1", "port": 1}'
tells 'length == 0' port-get '{"hca": "sib9"}'
tells '.error | contains("no such interface of ipoib_core")' dev-get '{"ifname": "lo"}'
told

note "notifications"
ynl monitor > "$TMPDIR/heard" &
listener=$!
must_wait 90 grep -q listening "$TMPDIR/heard"
cable_out sib0
must_wait 30 heard ".name == \"dev-ntf\" and .msg.ifname == \"$IFA\" and .msg.\"carrier-reason\" == \"port-down\""
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
