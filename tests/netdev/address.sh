#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The hardware address: only the GUID can be set, while the link is down; children take it over; groups
# are joined once the port has been given that GUID, and with its own there is traffic again.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# check: 6.1
# kernel: 6.12 DRIVER=intree
# limit: 120
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

# address_of INTERFACE, in hostB
address_of()
{
	ip -n hostB -o link show dev "$1" | sed -n 's,.*link/infiniband \([^ ]*\) .*,\1,p'
}

# refuses REGEX ADDRESS
refuses()
{
	! ip -n hostB link set "$IFB" address "$2" 2> "$TMPDIR/error" || fail "the address $2 was taken"
	grep -Eq "$1" "$TMPDIR/error" || fail "$2 is refused otherwise: $(cat "$TMPDIR/error")"
}

# carrier_is INTERFACE 0|1, in hostB
carrier_is()
{
	[ "$(on hostB cat "/sys/class/net/$1/carrier")" = "$2" ]
}

hosts_up "$DRIVER-$DRIVER"
must_wait 10 can_ping hostA "$B4"
child_add hostB "$IFB" 0x8001 "$DRIVER"
first=$(address_of "$IFB")
qpn=$(echo "$first" | cut -c 1-11)
prefix=fe:80:00:00:00:00:00:00
alias=02:11:22:33:44:55:66:77

note "up, none"
refuses 'busy' "$qpn:$prefix:$alias"
must ip -n hostB link set "$IFB" down

note "down, the GUID alone"
refuses 'Invalid' "00:12:34:56:$prefix:$alias"
refuses 'Invalid' "40:$(echo "$qpn" | cut -c 4-):$prefix:$alias"
refuses 'Invalid' "$qpn:fe:80:00:00:00:00:00:01:$alias"
refuses 'Invalid' "$qpn:$prefix:00:00:00:00:00:00:00:00"
[ "$(address_of "$IFB")" = "$first" ] || fail "what was refused is in the address"
must ip -n hostB link set "$IFB" address "$qpn:$prefix:$alias"
[ "$(address_of "$IFB")" = "$qpn:$prefix:$alias" ] || fail "the address is $(address_of "$IFB")"
case $(address_of "$IFB.8001") in
"$qpn":*) fail "the child has the parent's QP number" ;;
*:"$prefix:$alias") ;;
*) fail "the child's address is $(address_of "$IFB.8001")" ;;
esac

note "a new child has it too, or one of its own"
must ip -n hostB link add link "$IFB" name like type ipoib pkey 0x8001
must ip -n hostB link add link "$IFB" name own \
	address "00:00:00:00:$prefix:02:aa:bb:cc:dd:ee:ff:00" type ipoib pkey 0x8001
case $(address_of like),$(address_of own) in
*:"$alias",*:02:aa:bb:cc:dd:ee:ff:00) ;;
*) fail "the new children's addresses: $(address_of like), $(address_of own)" ;;
esac
if ours "says nothing"; then
	note "and keeps it, whatever happens"
	log_mark
	echo 1 > /sys/module/ipoib_core/parameters/debug_level
	port_event sib1 client_reregister
	for child in like own; do
		assert_log "$child: events: light"
	done
	echo 0 > /sys/module/ipoib_core/parameters/debug_level
	case $(address_of like),$(address_of own) in
	*:"$alias",*:02:aa:bb:cc:dd:ee:ff:00) ;;
	*) fail "the new children's addresses are now $(address_of like), $(address_of own)" ;;
	esac
fi
must ip -n hostB link delete like
must ip -n hostB link delete own

note "not in the port's table: no carrier, and why"
log_mark
must ip -n hostB link set "$IFB" up
if ours "says nothing"; then
	assert_log "$IFB: no carrier: GID fe80:.*:0211:2233:4455:6677 of the address is not"
	explains hostB "$IFB" "broken: no carrier: the GID of the interface's address is not in the port's table"
fi
carrier_is "$IFB" 0 || fail "carrier without the GID"

if ours "is not told either"; then
	note "in the port's table: the link opens; OpenSM, whose SA does not know of it, refuses"
	log_mark
	knob sib1 guids "1 0x$(echo "$alias" | tr -d :)"
	assert_log "$IFB: .*join.*fail"
	# The group is there, and nothing says that this port could not be a member.
	explains hostB "$IFB" "broken: no carrier: the subnet administrator refuses to let it join the broadcast group .* \(failed"
	grep -q "has the group (MTU 2048, rate 10.0 Gbit/s), which this port could do" "$TMPDIR/explain" ||
		fail "explain does not say that the group is there: $(cat "$TMPDIR/explain")"

	note "taken again while it is open, of which the RDMA core tells nobody: it is seen, and told"
	log_mark
	knob sib1 guids "1 0x0"
	must_wait 15 log_has "$IFB: no carrier: GID fe80:.*:0211:2233:4455:6677 was taken from the port"
fi

if ours "opens none"; then
	note "a child that is up alone gets its parent's new address, and opens once the port has that"
	must_wait 10 has_pkey sib1 0x8001
	must ip -n hostB link set "$IFB" down
	must ip -n hostB link set "$IFB.8001" up
	alias=02:11:22:33:44:55:66:88
	must ip -n hostB link set "$IFB" address "$qpn:$prefix:$alias"
	log_mark
	knob sib1 guids "2 0x$(echo "$alias" | tr -d :)"
	assert_log "$IFB.8001: .*join.*fail"
fi

note "set back, it is the port's own again"
must ip -n hostB link set "$IFB" down
must ip -n hostB link set "$IFB" address "$first"
must ip -n hostB link set "$IFB" up
must_wait 20 carrier_is "$IFB" 1
must_wait 20 can_ping hostA "$B4"

if ours "sends to it, is no member of it, and says nothing"; then
	note "another broadcast address, of site scope: whoever sets that is told; its P_Key stays"
	broadcast=$(ip -n hostB -j link show dev "$IFB" | jq -r '.[0].broadcast')
	site=00:ff:ff:ff:ff:15:40:1b
	must ip -n hostB link set "$IFB" broadcast "$site:00:00:00:00:00:00:00:00:ff:ff:ff:ff"
	assert_log "$IFB: the broadcast address was changed"
	is "broadcast address" "$(ip -n hostB -j link show dev "$IFB" | jq -r '.[0].broadcast')" \
		"$site:$(echo "$broadcast" | cut -c 25-)"
	explains hostB "$IFB" "broken: the broadcast address was changed, to group ff15:.* is in ff12:"
	must ip -n hostB link set "$IFB" broadcast "$broadcast"
	must_wait 20 can_ping hostA "$B4"
	explains_well hostB "$IFB"
fi
assert_strict_clean
