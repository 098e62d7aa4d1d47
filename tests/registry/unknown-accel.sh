#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# accel= with the name of no module: the core loads, makes no interface, and says what to do.
#
# lane: quick
# check: 6.12
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 2
must modprobe ipoib_core accel=nonsense
for hca in sib0 sib1; do
	assert_log "$hca: .*no interface.*accel=nonsense.*accel_nonsense.*(install|accel=auto)"
	assert_no_interface "$hca"
	assert_told "$hca" 'wanted="nonsense"' bind=6
done
must rmmod ipoib_core
