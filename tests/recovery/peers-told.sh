#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# After a link flap, when its LID has changed, and when the user has set the interface down and up, peers are told of its
# address by a gratuitous ARP request, at once and twice more, and the wire sees it; also where the address is a bond's. (The
# first one may go before OpenSM has led the group through the switch.)
# (Topology: lib/outage.sh)
#
# lane: quick
# check: 6.1
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"

told()
{
	grep -c "who-has $A4 .*tell $A4" "$TMPDIR/arp" || :
}

told_more()
{
	[ "$(told)" -ge $((told_before + $1)) ]
}

# told_no_more: they are a second or two apart.
told_no_more()
{
	told_last=$(told)
	! wait_for 3 told_since
}

told_since()
{
	[ "$(told)" != "$told_last" ]
}

fabric_up 3
sm_start "$HCA_SM"
must_wait 20 all_active
stack_load ours-ours
hosts_take ours-ours
must_wait 10 can_ping hostA "$B4"
spawn hostB tcpdump -Z root -n -l --immediate-mode -i "$IFB" arp > "$TMPDIR/arp" 2> "$TMPDIR/arp-err"
capture=$SPAWNED
must_wait 20 grep -q listening "$TMPDIR/arp-err"

told_before=$(told)
cable_out "$HCA_A"
must_wait 10 negate is_running hostA "$IFA"
# Until the stack has taken the queues' discipline away: it was told of the carrier late.
must_wait 10 on hostA grep -qx down "/sys/class/net/$IFA/operstate"
cable_in "$HCA_A"
must_wait 20 is_running hostA "$IFA"
must_wait 5 told_more 1
note "told after $WAITED ms"
must_wait 8 told_more 2
must_wait 20 told_no_more

told_before=$(told)
must ip -n hostA link set "$IFA" down
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
must_wait 5 told_more 1
must_wait 20 told_no_more

note "as the port of a bond, which has no cause to tell of it"
must modprobe bonding max_bonds=0
must ip -n hostA address flush dev "$IFA"
bond_up hostA bond0 "$IFA"
must ip -n hostA address add "$A4/24" dev bond0
must_wait 10 can_ping hostA "$B4"
must_wait 20 told_no_more
told_before=$(told)
knob "$HCA_A" lid $(($(port_lid "$HCA_A") + 200))
sm_sweep "$HCA_SM"
must_wait 10 told_more 1
kill "$capture"
assert_strict_clean
