#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The firmware of hostA's card dies. mlx5_core finds it, takes all that is above the card away, and starts it
# anew: there is a new interface, of the same driver, which works. (Topology and drivers: faults.sh.)
#
# In-tree's watchdog waits for a second only, mlx5_core's look at the firmware for two.
# allow-dmesg: NETDEV WATCHDOG|WARNING: .*(dev_watchdog|sch_generic)|Call Trace|cut here
#
# lane: connectx-long
# limit: 240
# matrix: DRIVER=mlx,ref,intree-queues,intree-plain
. "$TESTS/connectx/words.sh"
. "$TESTS/connectx/faults.sh"
. "$TESTS/lib/host.sh"

case $DRIVER in
intree*) whose=intree ;;
*) whose=ours ;;
esac

served_again()
{
	case $whose in
	intree) netdev_of "$HCA_A" intree ;;
	*) served_by "$HCA_A" "$DRIVER" ;;
	esac
}

fault_hosts
log_mark
card_knob "$HCA_A" health 1
must_wait 60 log_has 'health recovery succeeded|Health recovery|health recovery flow'
must_wait 60 fault_taken "$HCA_A" health
must_wait 60 served_again
must_wait 30 port_is "$HCA_A" ACTIVE
IFA=$(netdev_of "$HCA_A" "$whose") || fail "no new interface"
host_take hostA "$IFA"
host_address hostA "$IFA" "$A4/24" "$A6/64"
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
# The new interface may have another hardware address, of which the kernel may tell hostB before it has done
# with its look for duplicates of the IPv6 address: hostB would use the old one until that is no longer fresh.
ip -n hostB neighbour flush all
goes_on "the firmware died"
[ "$whose" = intree ] || ! log_has 'Call Trace|cut here|WATCHDOG' || fail "the kernel warns"
