#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Devices get other names while the core is loaded, as from rdma-core's udev rules, and another one gets the
# old name. Choices by name stay with the device that had it first, and come into force when a device gets
# a name; those by GUID and by driver do not care. What fits no port is told of.
#
#	sib0 by GUID    sib1 by name, renamed    sib2 renamed to a name that is chosen    sib3 renamed to sib1
#
# lane: quick
# kernel: 6.12
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

# guid HCA: as sysfs has it, in groups of four digits.
guid()
{
	cat "/sys/class/infiniband/$1/node_guid"
}

rename()
{
	note "$1 becomes $2"
	must rdma dev set "$1" name "$2"
}

fabric_up 4
must modprobe ipoib_core "accel=ref,guid:$(guid sib0)/1:none,sib1/1:none,two/1:min,sib9/1:none,sib1/2:none"
for hca in sib2 sib3; do
	must_wait 10 served_by "$hca" ref
done
for hca in sib0 sib1; do
	must_wait 10 log_has "$hca: .*left alone.*none"
	assert_no_interface "$hca"
done

rename sib0 zero
rename sib1 one
rename sib2 two
rename sib3 sib1
must_wait 10 served_by two min
assert_log 'two: .*accel=min now, not ref'
must_wait 10 log_has 'sib1: .*"sib1/1:none" of accel= does not count for this device, but for the one at soft_ib.1'
must_wait 10 log_has '"sib9/1:none" fits no InfiniBand port'
assert_log '"sib1/2:none" fits no InfiniBand port'
! log_has '"(guid|two|sib1/1).* fits no' || fail "what fits was told not to"
served_by sib1 ref || fail "a device that was given the name lost its interface"
for hca in zero one; do
	assert_no_interface "$hca"
done
rename two sib2
served_by sib2 min || fail "the choice did not stay with the device"

note "the driver's devices appear again, by their first names"
fabric_down
fabric_up 4
must_wait 10 served_by sib2 min
must_wait 10 served_by sib3 ref
assert_no_interface sib0
assert_no_interface sib1

note "by driver"
must rmmod accel_min
must rmmod accel_ref
must rmmod ipoib_core
must modprobe ipoib_core "accel=auto,driver:soft_ib:none,guid:0x$(guid sib3 | tr -d :)/1:ref"
must_wait 10 served_by sib3 ref
for hca in sib0 sib1 sib2; do
	assert_no_interface "$hca"
done
