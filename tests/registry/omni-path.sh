#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Ports of Omni-Path say that they speak InfiniBand, but their addresses and records are others: they
# are left alone, and the log says so.
#
# lane: quick
# kernel: 6.12
# limit: 30
. "${TESTS:=/tests}/lib/host.sh"

must modprobe ipoib_core accel=ref
fabric_up 1 opa=1
assert_log 'sib0: .*port 1 left alone: Omni-Path'
assert_no_interface sib0
