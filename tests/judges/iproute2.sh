#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What administrators type with iproute2 works, and what its JSON says is what scripts expect: P_Key
# children added, changed, renamed, moved to another namespace and deleted, singly and in a batch,
# counters, and events for `ip monitor`.
#
#	hostA [IF]----------sib0---+ switch +---sib1---[IF] hostB
#	      [c1: 0x8001 ]-/               \----------[c1: 0x8001]
#	other [c1, later]
#
# lane: slow DRIVER=intree
# lane: quick
# check: 6.1
# kernel: 6.1 DRIVER=intree
# limit: 90
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

hosts_up "$DRIVER-$DRIVER"
must_wait 10 has_pkey sib0 0x8001
must_wait 10 has_pkey sib1 0x8001

# link_is HOST INTERFACE JQ_CONDITION
link_is()
{
	ip -n "$1" -d -s -j link show dev "$2" > "$TMPDIR/link" || return 1
	jq -e ".[0] | $3" "$TMPDIR/link" > /dev/null
}

assert_link()
{
	link_is "$@" || {
		cat "$TMPDIR/link"
		fail "$2 on $1: not '$3'"
	}
}

refused()
{
	! ip -n hostA link "$@" > "$TMPDIR/error" 2>&1 || fail "ip link $* succeeded"
	note "ip link $*: $(cat "$TMPDIR/error")"
}

spawn hostA ip monitor link > "$TMPDIR/monitor"
monitor=$SPAWNED

note "the port's own interface"
assert_link hostA "$IFA" '.link_type == "infiniband" and .mtu == 2044 and .operstate == "UP"'
assert_link hostA "$IFA" '.linkinfo | .info_kind == "ipoib" and
	.info_data == {key: "0xffff", mode: "datagram", umcast: "0000"}'
assert_link hostA "$IFA" '.address | test("^[08]0(:[0-9a-f]{2}){19}$")'
assert_link hostA "$IFA" '.broadcast | test("^00:ff:ff:ff:ff:12:40:1b:ff:ff(:00){6}(:ff){4}$")'
ip -n hostA link delete "$IFA" 2> /dev/null || :
assert_link hostA "$IFA" '.linkinfo.info_kind == "ipoib"'

note "a child: added, shown, changed"
for host in "hostA $IFA" "hostB $IFB"; do
	must ip -n "${host% *}" link add link "${host#* }" name c1 type ipoib pkey 0x8001 \
		mode datagram umcast 0
done
assert_link hostA c1 ".link == \"$IFA\" and .link_type == \"infiniband\" and (.flags | index(\"UP\") | not)"
assert_link hostA c1 '.linkinfo | .info_kind == "ipoib" and
	.info_data == {key: "0x8001", mode: "datagram", umcast: "0000"}'
assert_link hostA c1 '.broadcast | test("^00:ff:ff:ff:ff:12:40:1b:80:01:")'
must ip -n hostA link set c1 type ipoib umcast 1
assert_link hostA c1 '.linkinfo.info_data.umcast == "0001"'
must ip -n hostA link set c1 type ipoib mode datagram umcast 0
assert_link hostA c1 '.linkinfo.info_data == {key: "0x8001", mode: "datagram", umcast: "0000"}'
ip -n hostA link show type ipoib | grep -q ' c1@' || fail "'type ipoib' does not show c1"
must ip -n hostA link set c1 txqueuelen 77 alias "second partition"
assert_link hostA c1 '.txqlen == 77 and .ifalias == "second partition"'
must ip -n hostA link set c1 name storage
must ip -n hostA link set storage name c1
refused add link "$IFA" name c9 type ipoib pkey 0x18001
refused add link "$IFA" name c9 type ipoib pkey 0x8000
refused add name c9 type ipoib pkey 0x8001
refused add link lo name c9 type ipoib pkey 0x8001
refused add link c1 name c9 type ipoib pkey 0x8002
refused add link "$IFA" name v5 type vlan id 5
refused set c1 type ipoib mode sideways

note "traffic and counters"
children_up hostA c1 hostB c1
assert_link hostA c1 '.mtu == 2044 and .operstate == "UP" and (.flags | index("LOWER_UP") != null)'
ping_sizes hostA 10.9.1.2 64 2016 5000
assert_link hostA c1 '.stats64 | .rx.packets >= 9 and .tx.packets >= 9 and .rx.bytes > 15000 and
	.tx.bytes > 15000 and .rx.errors == 0 and .tx.errors == 0 and .rx.dropped == 0'
must ip -n hostA link set c1 mtu 1500
assert_link hostA c1 '.mtu == 1500'
refused set c1 mtu 100000

note "to another namespace, and back under another name"
host_add other
must ip -n hostA link set c1 netns other name moved
assert_link other moved '.linkinfo.info_data.key == "0x8001" and .mtu == 1500'
host_address other moved 10.9.1.1/24
must ip -n other link set moved up
must_wait 20 is_running other moved
ping_sizes other 10.9.1.2 64
must ip -n other link set moved netns hostA name c1
must ip -n hostA link delete c1
must_wait 5 negate ip -n hostA link show dev c1

note "in a batch"
{
	for n in 1 2 3; do
		echo "link add link $IFA name b$n type ipoib pkey 0x800$n"
		echo "link set b$n up"
		echo "address add 10.9.2$n.1/24 dev b$n"
	done
} > "$TMPDIR/batch"
must ip -n hostA -batch "$TMPDIR/batch"
for n in 1 2 3; do
	assert_link hostA b$n ".linkinfo.info_data.key == \"0x800$n\""
done
printf 'link delete b%s\n' 1 2 3 > "$TMPDIR/batch"
must ip -n hostA -batch "$TMPDIR/batch"
[ "$(ip -n hostA -j link show type ipoib | jq 'map(select(. != {})) | length')" = 1 ] ||
	fail "there are more interfaces than before"

note "ip monitor saw it"
kill "$monitor"
for event in 'c1@.* state DOWN' 'c1@.*LOWER_UP' 'Deleted .*c1@' 'Deleted .*b3@'; do
	grep -q "$event" "$TMPDIR/monitor" || {
		cat "$TMPDIR/monitor"
		fail "no event '$event'"
	}
done
[ "$DRIVER" = intree ] || assert_strict_clean
