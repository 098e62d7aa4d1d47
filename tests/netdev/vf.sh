#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# ip link set X vf N: state and GUIDs of virtual functions get to the HCA and are shown; what is itself
# a virtual function has no say, not even about its own address.
#
#	ib0---sib0 with vf 0, vf 1
#
# lane: quick
# check: 6.12
# kernel: 6.12 DRIVER=intree
# limit: 60
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

# vf_shows N REGEX
vf_shows()
{
	ip -s -d link show dev "$link" > "$TMPDIR/link"
	sed -n "/^ *vf $1 /,/^ *vf [^$1]/p" "$TMPDIR/link" | grep -Eiq "$2" || {
		cat "$TMPDIR/link"
		fail "vf $1 does not show '$2'"
	}
}

fabric_up 1 vfs=2
stack_load "$DRIVER-$DRIVER"
link=$(netdev_of sib0 "$DRIVER")

must ip link set "$link" vf 0 state enable
must ip link set "$link" vf 1 state disable
must ip link set "$link" vf 1 node_guid 02:11:22:33:44:55:66:01
must ip link set "$link" vf 1 port_guid 02:11:22:33:44:55:66:02
vf_shows 0 'link-state enable'
vf_shows 1 'link-state disable'
vf_shows 1 'NODE_GUID 02:11:22:33:44:55:66:01'
vf_shows 1 'PORT_GUID 02:11:22:33:44:55:66:02'
vf_shows 1 '\b1001\b'
! ip link set "$link" vf 2 state enable 2> /dev/null || fail "a VF that there is not was set"

if [ "$DRIVER" = ours ]; then
	note "who has a child, or a network namespace of his own, does not set them, and with a child does not see them"
	must ip link add link "$link" name child type ipoib pkey 0x8001
	! ip link set dev child vf 0 state disable 2> "$TMPDIR/error" || fail "a child sets a VF"
	grep -q 'not supported' "$TMPDIR/error" || fail "refused otherwise: $(cat "$TMPDIR/error")"
	! ip -d link show dev child | grep -q '^ *vf 0' || fail "a child shows the VFs"
	must ip link delete child
fi
if [ "$DRIVER" = ours ] && [ ! -e /proc/self/ns/user ]; then
	note "this kernel has no user namespaces: whether their owners set VFs is not seen"
elif [ "$DRIVER" = ours ]; then
	unshare --user --map-root-user --net sleep 60 &
	owner=$!
	must_wait 10 is_another_net "$owner"
	must ip link set "$link" netns "$owner"
	! nsenter --target "$owner" --user --net --preserve-credentials "$(command -v ip)" link set dev "$link" vf 0 state disable \
		2> "$TMPDIR/error" || fail "the owner of a network namespace sets a VF"
	grep -q 'not permitted' "$TMPDIR/error" || fail "refused otherwise: $(cat "$TMPDIR/error")"
	must nsenter --target "$owner" --net "$(command -v ip)" link set "$link" netns 1
	kill "$owner"
fi
stack_unload
fabric_down

note "as a virtual function"
fabric_up 1 vfs=2 virtual=1
stack_load "$DRIVER-$DRIVER"
link=$(netdev_of sib0 "$DRIVER")
! ip link set "$link" vf 0 state enable 2> "$TMPDIR/error" || fail "a VF set up another one"
grep -q 'not supported' "$TMPDIR/error" || fail "refused otherwise: $(cat "$TMPDIR/error")"
address=$(ip -o link show dev "$link" | sed -n 's,.*link/infiniband \([^ ]*\) .*,\1,p')
! ip link set "$link" address "$(echo "$address" | sed 's/..$/ee/')" 2> "$TMPDIR/error" ||
	fail "a VF changed its own address"
grep -q 'not supported' "$TMPDIR/error" || fail "refused otherwise: $(cat "$TMPDIR/error")"
stack_unload
fabric_down
