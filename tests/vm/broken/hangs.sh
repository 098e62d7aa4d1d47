#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
# Takes longer than its limit, and so does a child that left its process group.
# lane: broken
# limit: 3
setsid sleep 1000 &
sleep 1000
