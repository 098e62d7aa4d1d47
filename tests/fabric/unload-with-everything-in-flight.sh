#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# rmmod soft_ib at any moment: under OpenSM, IP traffic, ibping, packets held by delay and reorder, a
# stuck send queue, cables that flap and traps that nobody represses. Nothing of it may leave a
# warning, a module that cannot go, or a process that hangs.
#
#	hostA [ib0]---sib0---switch---sib1---[ib1] hostB
#	                        |
#	                      sib2 (flaps)
#
# limit: 300
# kernel: 6.1
# lane: full
#
# debugfs of every kernel up to now warns when a file is opened in the few instructions between the
# module's last reference and MODULE_STATE_GOING: the cable that flaps does that now and then. A file
# that were left for good, which says the same, is looked for by name.
# allow-dmesg: WARNING: .*fs/debugfs/file\.c:.*full_proxy_open|cut here|Call Trace
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

flap()
{
	while [ -e "$SOFT_IB/sib2/link" ]; do
		echo down > "$SOFT_IB/sib2/link" || :
		echo up > "$SOFT_IB/sib2/link" || :
	done 2> /dev/null
}

ping_for_ever()
{
	ibping -C sib0 -f "$1" > /dev/null 2>&1 < /dev/null
}

for round in 1 2 3; do
	note "round $round"
	fabric_up 3
	rm -rf "$SM_DIR"
	hosts_up intree-intree
	must_wait 10 can_ping hostA "$B4"
	lid=$(port_lid sib1)
	ibping_server sib1
	server=$!
	ping_for_ever "$lid" &
	pinger=$!
	iperf_server hostB
	traffic_start hostA "$B4"
	case $round in
	1)
		knob sib0 delay_us 50000
		knob sib0 reorder_ppm 500000
		;;
	2) knob sib0 stuck_sq 1 ;;
	3) sm_kill sib0 ;;
	esac
	flap &
	flapper=$!
	sleep 0.5
	# Not while a knob is being written, of course: its file holds the module.
	must_wait 60 rmmod soft_ib
	must [ ! -e "$SOFT_IB" ]
	wait "$flapper" || :
	traffic_stop
	kill -9 "$server" "$pinger" 2> /dev/null || :
	pkill -9 iperf3 || :
	pkill -9 ibping || :
	pkill -9 opensm || :
	wait || :
	must ip netns del hostA
	must ip netns del hostB
	must timeout $((30 * TIME_SCALE)) rmmod ib_ipoib
done
