#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# A new OpenSM gives the subnet another prefix: the ports' GIDs change, and with them the hardware
# addresses of the interfaces and every way to a peer. Traffic goes on, by addresses found again.
# (Topology: lib/outage.sh)
#
# lane: quick
# check: 6.12
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

# address_has HOST INTERFACE PREFIX: whether the GID in the hardware address begins with it.
address_has()
{
	ip -n "$1" -o link show dev "$2" | grep -q "link/infiniband 00:..:..:..:$3:"
}

# The hosts' memberships and the addresses of their neighbours go first.
OUTAGE_LIMIT=15
outage_up ours-ours
sm_kill "$HCA_SM"
SM_CONF='subnet_prefix 0xfe80000000001234' sm_start "$HCA_SM"
must_wait 10 all_active
must_wait 10 address_has hostA "$IFA" fe:80:00:00:00:00:12:34
must_wait 10 address_has hostB "$IFB" fe:80:00:00:00:00:12:34
assert_resumes "the subnet has another prefix"
explains_well hostA "$IFA"
explains_well hostB "$IFB"
pings_stop
assert_strict_clean
