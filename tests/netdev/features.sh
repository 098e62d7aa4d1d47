#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Offloads are on and can be switched: with in-tree where the HCA has them, IPv4 only; with ours also what accel_ref
# does in the HCA's place, which is large packets and their checksums, both ways. Traffic flows either way.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# kernel: 6.12 DRIVER=intree
# check: 6.1
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
feature scatter-gather on
feature tcp-segmentation-offload on
if ours "cuts for no HCA, and gathers for none"; then
	feature rx-gro-hw on
	feature tx-checksum-ipv6 on
	feature tx-tcp6-segmentation on
	feature tx-udp-segmentation on
else
	feature rx-gro-hw 'off \[fixed\]'
	feature tx-checksum-ipv6 'off \[fixed\]'
	feature tx-tcp6-segmentation 'off \[fixed\]'
fi
feature vlan-challenged 'on \[fixed\]'
feature highdma 'on.*'

note "switched off"
must on hostA ethtool -K "$IFA" tx off rx off
feature tx-checksum-ipv4 off
feature tx-tcp-segmentation 'off( \[requested on\])?'
feature rx-checksumming off
feature rx-gro-hw 'off( \[(requested on|fixed)\])?'
trusted=$(ethtool_stat hostA "$IFA" rx0_csum_ok)
tcp
if ours "has no such counter"; then
	is "checksums that the HCA was trusted with" "$(ethtool_stat hostA "$IFA" rx0_csum_ok)" "$trusted"
fi
must on hostA ethtool -K "$IFA" tx on rx on
feature tx-tcp-segmentation on
if ours "has no such counter"; then
	iperf_run hostA "$B4" 1
	[ "$(ethtool_stat hostA "$IFA" rx0_csum_ok)" -gt "$trusted" ] || fail "no checksum was left to the HCA"
fi
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
if ours "neither cuts nor sums for an HCA"; then
	feature rx-checksumming on
	feature rx-gro-hw on
	for name in tx-checksum-ipv4 tx-checksum-ipv6 tx-tcp-segmentation tx-tcp6-segmentation tx-udp-segmentation; do
		feature "$name" on
	done
else
	feature rx-checksumming 'off \[fixed\]'
	feature tx-checksum-ipv4 'off \[fixed\]'
	feature tx-tcp-segmentation 'off \[fixed\]'
fi
tcp
assert_strict_clean
