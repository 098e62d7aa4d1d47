#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# rdma_cm finds the interfaces: address and route resolution, and a SIDR exchange, whose passive side
# asks the IPoIB driver which interface a request is for. Each way, by IPv4 and IPv6, and on P_Key
# children; also for what is not there.
#
#	hostA [PAIR's first]---sib0---+ switch +---sib1---[PAIR's second] hostB   rdma_cm_probe on both
#
# lane: slow PAIR=intree-intree
# lane: full PAIR=ours-intree
# lane: quick
# check: 6.12 PAIR=ours-ours
# kernel: 6.1 PAIR=intree-intree
# kernel: 6.12 PAIR=ours-intree
# limit: 180
# matrix: PAIR=ours-ours,ours-intree,intree-intree
. "${TESTS:=/tests}/lib/host.sh"

hosts_up "$PAIR"
children_of_hosts "$PAIR"
must modprobe rdma_cm_probe

cm_works hostA "$IFA" "$A4" hostB "$IFB" "$B4"
cm_works hostA "$IFA" "$A6" hostB "$IFB" "$B6"
# Beside in-tree, its idle interface on hostA's port is the first to answer for requests by SIDR, which
# name no GID: then ours is found by its children alone.
if [ "$PAIR" != ours-intree ]; then
	cm_works hostB "$IFB" "$B4" hostA "$IFA" "$A4"
	cm_works hostB "$IFB" "$B6" hostA "$IFA" "$A6"
fi
cm_works hostA "$IFA.8001" 10.9.1.1 hostB "$IFB.8001" 10.9.1.2
cm_works hostB "$IFB.8001" 10.9.1.2 hostA "$IFA.8001" 10.9.1.1
cm_works hostA "$IFA.8001" fd00:9:1::1 hostB "$IFB.8001" fd00:9:1::2
cm_works hostB "$IFB.8001" fd00:9:1::2 hostA "$IFA.8001" fd00:9:1::1

if [ "$PAIR" != ours-intree ]; then
	note "two links with the same P_Key: the address decides"
	must ip -n hostB link add link "$IFB" name twin type ipoib pkey 0x8001
	host_address hostB twin 10.9.1.3/32
	must ip -n hostB link set twin up
	must_wait 20 is_running hostB twin
	cm_works hostA "$IFA.8001" 10.9.1.1 hostB "$IFB.8001" 10.9.1.2
fi

note "nobody listens on this port; nobody has this address"
cm_refused hostA "$B4 4"
cm_refused hostA "10.9.0.77 7000"
[ "$PAIR" = intree-intree ] || assert_strict_clean
must rmmod rdma_cm_probe
