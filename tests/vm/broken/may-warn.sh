#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
# The kernel may say so: passes.
# lane: broken
# allow-dmesg: made/up.c
echo 'WARNING: CPU: 0 PID: 1 at made/up.c:1' > /dev/kmsg
