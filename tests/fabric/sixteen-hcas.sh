#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Sixteen HCAs on one switch: all ACTIVE, all found, each reachable from the first; 64 load and
# unload.
#
#	sib0 (opensm)---switch===sib1 ... sib15
#
# limit: 180
# kernel: 6.12
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

fabric_up 16
sm_start sib0
must_wait 30 all_active
is "HCAs found" "$(ibnetdiscover | grep -c '^Ca')" 16
for hca in $(hcas); do
	says 'Channel Adapter' smpquery nodeinfo "$(port_lid "$hca")"
done
assert_strict_clean
sm_stop sib0
must fabric_down

must modprobe soft_ib hcas=64
is "HCAs" "$(hcas | wc -w)" 64
must fabric_down
