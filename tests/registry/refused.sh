#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# An accel that the core cannot use is not registered, modprobe says that it failed, and the log what
# is wrong. What runs already is not disturbed.
#
# lane: quick
# check: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 2
must modprobe ipoib_core accel=ref
must_wait 10 served_by sib0 ref
must_wait 10 served_by sib1 ref
while read -r mode why; do
	log_mark
	assert_refused "accel .*refused.*$why" accel_bad "mode=${mode%:*}" "op=${mode#*:}"
	[ ! -d /sys/module/accel_bad ] || fail "accel_bad mode=$mode is loaded"
	[ "$(accel_of sib0)" = ref ] || fail "sib0 lost its interface"
done <<END
abi interface version [0-9]+, this ipoib_core has [0-9]+; rebuild
op:get_mq_param no get_mq_param$
op:update_netdev_settings no update_netdev_settings$
op:ib_dev_init no ib_dev_init$
op:ib_dev_open no ib_dev_open$
op:ib_dev_stop no ib_dev_stop$
op:set_qkey no set_qkey$
op:attach_mcast no attach_mcast$
op:detach_mcast no detach_mcast$
op:send no send$
op:ib_dev_cleanup no ib_dev_cleanup$
op:tx_posted no tx_posted or tx_completed
op:tx_completed no tx_posted or tx_completed
match no match
name "Not An Accel!"
duplicate another one of that name
END
