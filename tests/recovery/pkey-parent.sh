#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The P_Key of the port's own interface is taken away and put back: no carrier meanwhile, the log
# says why, and traffic goes on within 5 s.
# (Topology: lib/outage.sh)
#
# lane: quick
# check: 6.1
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

outage_up ours-ours
knob "$HCA_B" pkeys "0 0x0000"
must_wait 5 negate is_running hostB "$IFB"
explains hostB "$IFB" "broken: no carrier: P_Key 0xffff is not in the table of port $HCA_B/1: "
must_wait 10 pings_stand_still hostA
assert_log "$IFB: no carrier: P_Key 0xffff .*taken"
knob "$HCA_B" pkeys "0 0xffff"
assert_resumes "the port's own P_Key back"
explains_well hostB "$IFB"
pings_stop
assert_strict_clean
