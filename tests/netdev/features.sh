#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Offloads are on where the HCA has them, IPv4 only, can be switched, and are fixed off where it has not;
# traffic flows either way.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# kernel: 6.12 DRIVER=intree
# limit: 120
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

# feature NAME VALUE
feature()
{
	on hostA ethtool -k "$IFA" > "$TMPDIR/features"
	grep -Eq "^[[:space:]]*$1: $2\$" "$TMPDIR/features" ||
		fail "not '$1: $2': $(grep "$1:" "$TMPDIR/features")"
}

# tcp: some of it arrives
tcp()
{
	iperf_run hostA "$B4" 1
	iperf_run hostA "$B6" 1
}

hosts_up "$DRIVER-$DRIVER"
iperf_server hostB
feature rx-checksumming on
feature tx-checksum-ipv4 on
feature tx-checksum-ipv6 'off \[fixed\]'
feature scatter-gather on
feature tcp-segmentation-offload on
feature tx-tcp6-segmentation 'off \[fixed\]'
feature vlan-challenged 'on \[fixed\]'
feature highdma 'on.*'

note "switched off"
must on hostA ethtool -K "$IFA" tx off rx off
feature tx-checksum-ipv4 off
feature tx-tcp-segmentation 'off( \[requested on\])?'
feature rx-checksumming off
tcp
must on hostA ethtool -K "$IFA" tx on rx on
feature tx-tcp-segmentation on
kill "$IPERF_SERVER"
ip netns del hostA
ip netns del hostB
stack_unload
sm_stop
fabric_down

note "an HCA without"
fabric_up 2 offload=0
sm_start sib0
hosts_up "$DRIVER-$DRIVER"
iperf_server hostB
feature rx-checksumming 'off \[fixed\]'
feature tx-checksum-ipv4 'off \[fixed\]'
feature tx-tcp-segmentation 'off \[fixed\]'
tcp
assert_strict_clean
