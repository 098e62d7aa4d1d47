#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
# One script, two tests, of which one fails; both leave modules, a namespace and a process behind
# that the runner has to remove.
# lane: broken
# matrix: VALUE=good,bad
modprobe ib_ipoib
ip netns add left-over
ip netns exec left-over setsid sleep 1000 &
[ "$VALUE" = good ]
