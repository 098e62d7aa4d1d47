#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own selftests of network drivers (tools/testing/selftests/drivers/net): ping.py (IPv4, IPv6,
# TCP both ways), queues.py (netlink's view of the queues), stats.py. A
# case may be skipped, or be expected to fail, only where the driver does not have what it asks for,
# and none of those that are named below.
# (Topology: lib/system.sh)
#
# root: debian
# lane: full
# kernel: 6.12
# limit: 240
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/system.sh"

drivers_net=$TESTS/selftests/python/tools/testing/selftests/drivers/net

system_up "$DRIVER-$DRIVER"
host_address hostA "$IFA" "$A4/24" "$A6/64"
must ip link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"
cat > "$drivers_net/net.config" <<END
NETIF=$IFA
LOCAL_V4=$A4
LOCAL_V6=$A6
REMOTE_V4=$B4
REMOTE_V6=$B6
REMOTE_TYPE=netns
REMOTE_ARGS=hostB
END

# knows_kind: the kernel's description of rtnetlink, by which its client reads, does not have all kinds of links,
# and the client gives up at one that it has not. ipoib's attributes are those of include/uapi/linux/if_link.h.
knows_kind()
{
	sed -i -e '/^    name: linkinfo-data-msg$/,/^    formats:$/s/^    formats:$/&\
      -\
        value: ipoib\
        attribute-set: linkinfo-ipoib-attrs/' -e '/^    name: linkinfo-bond-attrs$/i\
    name: linkinfo-ipoib-attrs\
    name-prefix: ifla-ipoib-\
    attributes:\
      - { name: pkey, type: u16 }\
      - { name: mode, type: u16 }\
      - { name: umcast, type: u16 }\
  -' "$TESTS/selftests/python/Documentation/netlink/specs/rt_link.yaml"
}

# selftest NAME CASE...: NAME.py ends well, and so do the CASEs, none of which is skipped.
selftest()
{
	test_name=$1
	shift
	note "$test_name.py"
	(cd "$drivers_net" && python3 "./$test_name.py") > "$TMPDIR/$test_name" 2>&1 || {
		cat "$TMPDIR/$test_name"
		fail "$test_name.py ended with an error"
	}
	cat "$TMPDIR/$test_name"
	! grep -q '^not ok' "$TMPDIR/$test_name" || fail "$test_name.py: something failed"
	for test_case; do
		grep -Eq "^ok [0-9]+ $test_name\.$test_case\$" "$TMPDIR/$test_name" ||
			fail "$test_name.py: $test_case did not pass"
	done
}

selftest ping test_v4 test_v6 test_tcp
# It changes receive queues, of which there is one.
selftest queues get_queues
knows_kind
if [ "$DRIVER" = ours ]; then
	selftest stats pkt_byte_sum qstat_by_ifindex
else
	selftest stats
fi
assert_strict_clean
