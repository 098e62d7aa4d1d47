#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# accel_mlx cannot have a port. In-tree ib_ipoib has the card's queues: with accel=auto the port goes to
# accel_ref, asked for by name it gets no interface, and in-tree's goes on as if nothing had happened. A
# card without such queues is accel_ref's. The log says each time why.
#
# lane: connectx-long
# limit: 240
. "$TESTS/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_3
. "$TESTS/lib/host.sh"

cards_up
sm_start mlx5_0
must_wait 10 all_active
must modprobe ib_ipoib
must_wait 10 netdev_of mlx5_2 intree
must_wait 10 netdev_of mlx5_3 intree
hosts_take intree-intree
ping_sizes hostA "$B4" 64 2016
explains - driver "broken: another ib_ipoib, the kernel's own or OFED's, is loaded, not ours: it serves all ports"

note "by name"
must modprobe ipoib_core "accel=$(accels mlx5_2:mlx mlx5_1:mlx)"
assert_log "mlx5_2: accel_mlx: port 1: interface $IFA of another driver"
assert_log 'mlx5_2: ipoib_core: port 1: accel mlx failed to start'
assert_log 'mlx5_2: .*no interface.*by name'
assert_no_interface mlx5_2
assert_log 'mlx5_1: accel_mlx: port 1: .*no IPoIB queues'
assert_log 'mlx5_1: .*no interface: accel mlx does not serve this device'
assert_no_interface mlx5_1
held="failed to start: Device or resource busy; another driver may hold what it needs of the port"
explains - mlx5_2/1 "broken: has no interface: accel mlx $held"
explains - mlx5_1/1 "broken: has no interface: accel=mlx, which does not serve this device"
ping_sizes hostA "$B4" 64 2016
must rmmod accel_mlx
must rmmod ipoib_core
log_mark

note "auto"
must modprobe ipoib_core "accel=$(accels mlx5_2:auto mlx5_1:auto)"
must_wait 10 served_by mlx5_2 ref
must_wait 10 served_by mlx5_1 ref
assert_log 'mlx5_2: .*accel mlx failed to start'
assert_log 'mlx5_2: .*fell back to accel ref'
assert_log 'mlx5_1: accel_mlx: port 1: .*a port for accel_ref'
explains - "$(netdev_of mlx5_2 ours)" "limited: served by accel ref, for mlx $held"
explains - "$(netdev_of mlx5_1 ours)" "note: served by accel ref, though accel mlx is loaded: the card has no queues"
explains - driver "limited: ours \(ipoib_core .*\) and another ib_ipoib, .*, are loaded"
ping_sizes hostA "$B4" 64 2016
