#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# accel_ref with two TX queues on the stock mlx5_ib: each has a queue pair of its own that sends as its own number,
# all sizes arrive, by both, and everything goes away again. In a guest that bounces what is mapped for DMA (tests/vm/run
# --append swiotlb=force) what the driver does not sync is not what was sent, and what it does not unmap stays there.
#
#	hostA [accel_ref]---mlx5_0---+ switch +---mlx5_1---[accel_ref] hostB
#
# lane: connectx
# limit: 240
. "$TESTS/connectx/words.sh"
. "$TESTS/lib/host.sh"

# mapped: slots of bounce buffers in use.
mapped()
{
	cat /sys/kernel/debug/swiotlb/io_tlb_used 2> /dev/null || echo 0
}

mapped_at_most()
{
	[ "$(mapped)" -le "$1" ]
}

mkdir -p /etc/modprobe.d
echo "options accel_ref tx_queues=2" > /etc/modprobe.d/queues.conf
cards_up
sm_start mlx5_2
must_wait 30 all_active
before=$(mapped)
ours_load ref ref
hosts_take ours-ours
on hostA ethtool -l "$IFA" | grep -Eq '^TX:[[:space:]]+2' || fail "there are not two TX queues"
all_sizes_arrive
tcp_all_ways
for queue in 0 1; do
	[ "$(ethtool_stat hostA "$IFA" "tx${queue}_packets")" -gt 0 ] || fail "queue $queue sent nothing"
done
[ "$(ethtool_stat hostA "$IFA" restarts)" = 0 ] || fail "the data path was restarted"
note "mapped before $before, with interfaces $(mapped)"
! grep -qw swiotlb=force /proc/cmdline || [ "$(mapped)" -gt $((before + 500)) ] || fail "the guest does not bounce"
ip netns del hostA
ip netns del hostB
stack_unload
must_wait 10 mapped_at_most "$before"
assert_mlx5_quiet
