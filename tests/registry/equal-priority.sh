#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Two accels serve a port equally well, and the one that registered first cannot start there: the
# other one is tried.
#
# lane: quick
# kernel: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

must modprobe ipoib_core accel=auto
must modprobe accel_bad mode=init priority=1
fabric_up 2
for hca in sib0 sib1; do
	must_wait 10 served_by "$hca" ref
	assert_log "$hca: .*accel bad failed"
	assert_log "$hca: .*fell back to accel ref"
done
