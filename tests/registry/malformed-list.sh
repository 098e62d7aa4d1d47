#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# accel= that cannot be read: modprobe fails, and the log shows the part that is wrong and how to write
# it. Afterwards a good one loads.
#
# lane: quick
# check: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 2
while read -r list item; do
	log_mark
	assert_refused "accel=$list: .*\"$item\"" ipoib_core "accel=$list"
	[ ! -d /sys/module/ipoib_core ] || fail "accel=$list is loaded all the same"
done <<END
Ref! Ref!
sib0:ref sib0:ref
sib0/1: sib0/1:
ref,
sib0/x:ref sib0/x:ref
sib0/0:ref sib0/0:ref
/1:ref /1:ref
sib0/1:ref,sib0/1:none sib0/1:none
ref,none none
usb:1/1:ref usb:1/1:ref
driver:soft_ib/1:ref driver:soft_ib/1:ref
driver:soft_ib driver:soft_ib
pci:0000:3b:00.0/1 pci:0000:3b:00.0/1
pci:0000:3b:00.0:ref pci:0000:3b:00.0:ref
pci:3b:00.0/1:ref pci:3b:00.0/1:ref
pci:0000:3b:00.0/1:ref,pci:0:3B:0.0/1:none pci:0:3B:0.0/1:none
guid:0x0002c90300a1b2/1:ref guid:0x0002c90300a1b2/1:ref
guid:0x0002c90300a1b2c3/1:ref,guid:0002:c903:00a1:b2c3/1:none guid:0002:c903:00a1:b2c3/1:none
a_name_much_longer_than_any a_name_much_longer_than_any
END
log_mark
assert_refused 'cannot read .* not a node GUID of 16' ipoib_core accel=guid:1/1:ref
must modprobe ipoib_core accel=none,sib1/1:ref
must_wait 10 served_by sib1 ref
assert_no_interface sib0
