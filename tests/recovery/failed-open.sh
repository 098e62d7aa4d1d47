#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The data path cannot be opened again after the P_Key came back, nor after a restart, as the HCA
# refuses: it is tried on, without an event and without an administrator, and traffic goes on.
# (Topology: lib/outage.sh)
#
# lane: full
# check: 6.1
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"

outage_up ours-ours

note "after the P_Key came back"
knob sib1 pkeys "0 0x0000"
must_wait 5 negate is_running hostB "$IFB"
log_mark
# As long as it is looked at.
knob sib1 modify_error_once 1000000
knob sib1 pkeys "0 0xffff"
assert_log "$IFB: accel ref cannot open"
says ' error=[1-9][0-9]* tries=[1-9] .*carrier=0 reason=4 ' on hostB "$TESTS/netdev/nl" dev-get
explains hostB "$IFB" "broken: no carrier: accel ref cannot start its queues: .* \(failed [0-9]+ time"
knob sib1 modify_error_once 0
must_wait 40 is_running hostB "$IFB"
assert_resumes "opened at last"

note "after a restart"
log_mark
knob sib1 recv_error_once 1
knob sib1 modify_error_once 4
must_wait 40 used_up sib1 modify_error_once
assert_log "$IFB: accel ref cannot open again"
must_wait 20 is_running hostB "$IFB"
assert_resumes "opened again at last"
explains_well hostB "$IFB"
pings_stop
assert_strict_clean
