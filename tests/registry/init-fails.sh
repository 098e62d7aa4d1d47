#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An accel that was taken for a port cannot start there. With accel=auto the port goes to accel_ref and
# the log says so; asked for by name, the port has no interface and the log says why, once. It is tried again, until
# it can.
#
# lane: quick MODE=init
# lane: full
# limit: 60
# matrix: MODE=init,mq,small,settings
. "${TESTS:=/tests}/lib/host.sh"

# EIO is what accel_bad says, EINVAL what the core says of too little room for itself.
error=5
[ "$MODE" != small ] || error=22

note "auto"
must modprobe ipoib_core accel=auto
must modprobe accel_bad "mode=$MODE"
fabric_up 2
for hca in sib0 sib1; do
	must_wait 10 served_by "$hca" ref
	assert_log "$hca: .*accel bad failed"
	assert_log "$hca: .*fell back to accel ref"
	! log_has "$hca: .*no interface" || fail "an accel that was still being loaded was taken for none"
	assert_told "$hca" 'wanted="auto"' 'accel="ref"' priority=1 bind=1 'refused="bad"' \
		"refused-error=$error"
done
rmmod accel_bad
[ "$(accel_of sib0)" = ref ] || fail "sib0 lost its interface with an accel that did not serve it"
fabric_down
stack_unload
log_mark

note "by name"
must modprobe ipoib_core accel=bad,sib1/1:ref
must modprobe accel_bad "mode=$MODE"
must modprobe soft_ib hcas=2
must_wait 10 served_by sib1 ref
assert_log "sib0: .*accel bad failed"
assert_log "sib0: .*no interface.*by name"
assert_no_interface sib0
assert_told sib0 'wanted="bad"' bind=8 'refused="bad"' "refused-error=$error"
assert_told sib1 'wanted="ref"' 'accel="ref"' bind=0
rmmod accel_bad
[ "$MODE" = init ] || exit 0

note "by name, and it can the third time"
log_mark
must modprobe accel_bad mode=init times=2
must_wait 10 served_by sib0 bad
failed=$(dmesg | tail -n "+$((LOG_FROM + 1))" | grep -c 'sib0: .*accel bad failed to start')
is "messages of two failures" "$failed" 1
rmmod accel_bad
