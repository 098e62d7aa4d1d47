# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the tests of faults share. Sourced by them, between words.sh and lib/host.sh. hostA's card is the one
# that fails; DRIVER is of both hosts:
#
#	mlx, intree-queues	accel_mlx, or in-tree's, over the card driver's queues
#	ref, intree-plain	accel_ref, or in-tree's, over datagrams of mlx5_ib
#
# The subnet manager has a card of its own. The control, in-tree, may not go on by itself: what it does is
# noted, and only a restart of its interface has to help.

case $DRIVER in
mlx | intree-queues) HCA_A=mlx5_2 HCA_B=mlx5_3 HCA_SM=mlx5_1 ;;
*) HCA_A=mlx5_0 HCA_B=mlx5_1 HCA_SM=mlx5_3 ;;
esac

RESTARTS=

# fault_hosts: both hosts talk, all the time.
fault_hosts()
{
	cards_up
	sm_start "$HCA_SM"
	must_wait 10 all_active
	drivers_take "${DRIVER%%-*}" "${DRIVER%%-*}"
	on hostA sh -c "echo 1 > /proc/sys/net/ipv6/conf/$IFA/keep_addr_on_down"
	pings_start "$B4" "$A6"
}

# goes_on EVENT: traffic does, within OUTAGE_LIMIT from now on. With RESTARTS ours too may need a restart.
goes_on()
{
	case $DRIVER$RESTARTS in
	intree* | *1) ;;
	*)
		assert_resumes "$1"
		return
		;;
	esac
	resumed_a=$(($(pings_count hostA) + 3))
	resumed_b=$(($(pings_count hostB) + 3))
	if wait_for 15 pings_resumed; then
		note "$1: $DRIVER goes on after $WAITED ms"
		return
	fi
	note "$1: $DRIVER does not go on within 15 s: set down and up"
	must ip -n hostA link set "$IFA" down
	must ip -n hostA link set "$IFA" up
	must_wait 20 is_running hostA "$IFA"
	assert_resumes "$1, set down and up"
}
