#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An accel that goes and comes while the core and the fabric stay: with a name the ports wait for it
# and are bound when it is back; with auto they go to another one meanwhile.
#
# lane: quick
# check: 6.1
# limit: 60
# matrix: CHOICE=ref,auto
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 2
must modprobe ipoib_core "accel=$CHOICE"
must_wait 10 served_by sib0 ref
must_wait 10 served_by sib1 ref
must modprobe accel_min
[ "$(accel_of sib0)" = ref ] || fail "an accel that is no better took a port"

must rmmod accel_ref
case $CHOICE in
auto)
	must_wait 5 served_by sib0 min
	must_wait 5 served_by sib1 min
	must rmmod accel_min
	assert_log "sib1: .*waits for an accel"
	assert_told sib1 bind=5
	;;
ref) assert_no_interface sib0 ;;
esac
assert_no_interface sib1

must insmod "/lib/modules/$(uname -r)/updates/accel_ref.ko"
for hca in sib0 sib1; do
	netdev_of "$hca" ours > /dev/null || fail "$hca was not bound before insmod returned"
	[ "$(accel_of "$hca")" = ref ] || fail "$hca is served by $(accel_of "$hca")"
done

note "and it carries traffic"
hosts_up ours-ours
must_wait 10 can_ping hostA "$B4"
