#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
# Exits with 0, but a module did what only a debug kernel sees. For "none" it sees nothing.
# lane: broken-debug
# matrix: WHAT=none,use_after_free,leak,lock_order,sleep,rcu,timer,list,index,reference
modprobe bad_module "what=$WHAT"
