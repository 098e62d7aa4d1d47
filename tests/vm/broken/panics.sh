#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
# Takes the kernel with it. The tests that come after it still run, in a new guest.
# lane: broken
echo c > /proc/sysrq-trigger
