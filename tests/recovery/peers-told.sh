#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# After a link flap, when its LID has changed, and when the user has set the interface down and up, peers are told of its
# address by a gratuitous ARP request, at once and twice more, and the wire sees it; also where the address is a bond's,
# which follows that of its port. (The first one may go before OpenSM has led the group through the switch.) And routers are
# told of the groups that it listens to.
# (Topology: lib/outage.sh)
#
# lane: quick
# check: 6.1
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"

# told HOST: messages that its capture has seen.
told()
{
	grep -c "who-has $A4 .*tell $A4" "$TMPDIR/arp-$1" || :
}

# told_more HOST COUNT
told_more()
{
	[ "$(told "$1")" -ge $((told_before + $2)) ]
}

# sent_more COUNT: since sent_before, whether they arrive or not.
sent_more()
{
	[ "$(told hostA)" -ge $((sent_before + $1)) ]
}

# capture HOST INTERFACE OPTION...
capture()
{
	spawn "$1" tcpdump -Z root -n -l --immediate-mode -i "$2" "$3" "$4" "arp or igmp" > "$TMPDIR/arp-$1" 2> "$TMPDIR/arp-err-$1"
	captures="$captures $SPAWNED"
	must_wait 20 grep -q listening "$TMPDIR/arp-err-$1"
}

# reported_more: groups of hostA, since reported_before.
reported()
{
	grep -c 'igmp v3 report' "$TMPDIR/arp-hostA" || :
}

reported_more()
{
	[ "$(reported)" -gt "$reported_before" ]
}

# told_no_more: they are a second or two apart.
told_no_more()
{
	told_last=$(told hostB)
	! wait_for 3 told_since
}

told_since()
{
	[ "$(told hostB)" != "$told_last" ]
}

fabric_up 3
sm_start "$HCA_SM"
must_wait 20 all_active
stack_load ours-ours
hosts_take ours-ours
must_wait 10 can_ping hostA "$B4"
# Who joins reports that by himself, twice: within a moment, so that this is over.
echo 10 | on hostA tee "/proc/sys/net/ipv4/conf/$IFA/igmpv3_unsolicited_report_interval" > /dev/null
must ip -n hostA address add 239.1.2.3/32 dev "$IFA" autojoin
captures=
capture hostB "$IFB" -Q in
# Of any interface: that of one ends when it is set down.
capture hostA any -Q out

told_before=$(told hostB) sent_before=$(told hostA)
cable_out "$HCA_A"
must_wait 10 negate is_running hostA "$IFA"
# Until the stack has taken the queues' discipline away: it was told of the carrier late.
must_wait 10 on hostA grep -qx down "/sys/class/net/$IFA/operstate"
reported_before=$(reported)
cable_in "$HCA_A"
must_wait 20 is_running hostA "$IFA"
must_wait 10 told_more hostB 1
note "told after $WAITED ms"
must_wait 10 reported_more
must_wait 20 sent_more 3
must_wait 20 told_no_more

told_before=$(told hostB)
must ip -n hostA link set "$IFA" down
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
must_wait 10 told_more hostB 1
must_wait 20 told_no_more

note "as the port of a bond, which has no cause to tell of it"
must modprobe bonding max_bonds=0
must ip -n hostA address flush dev "$IFA"
bond_up hostA bond0 "$IFA"
must ip -n hostA address add "$A4/24" dev bond0
must_wait 10 can_ping hostA "$B4"
must_wait 20 told_no_more
told_before=$(told hostB)
knob "$HCA_A" lid $(($(port_lid "$HCA_A") + 200))
sm_sweep "$HCA_SM"
must_wait 10 told_more hostB 1
# shellcheck disable=SC2086 # a list
kill $captures

note "its port has another GID: the bond has it too, however seldom it looks at its ports"
must ip -n hostA link set bond0 type bond miimon 600000
sm_kill "$HCA_SM"
SM_CONF='subnet_prefix 0xfe80000000001234' sm_start "$HCA_SM"
bond_has_prefix()
{
	ip -n hostA -o link show dev bond0 | grep -q 'link/infiniband ..:..:..:..:fe:80:00:00:00:00:12:34:'
}
must_wait 20 bond_has_prefix
must_wait 20 can_ping hostA "$B4"

note "the user gives its port another GID: the bond has it too, and so has one above the port's child"
# shared_by BOND PORT: their addresses are the same.
shared_by()
{
	[ "$(lladdr hostA "$1")" = "$(lladdr hostA "$2")" ]
}

must_wait 20 has_pkey "$HCA_A" 0x8001
child_add hostA "$IFA" 0x8001 ours
must ip -n hostA link set "$IFA.8001" up
bond_up hostA bond1 "$IFA.8001"
must ip -n hostA link set bond1 type bond miimon 600000
own=$(lladdr hostA "$IFA")
for address in "${own%??}42" "$own"; do
	must ip -n hostA link set "$IFA" down
	must ip -n hostA link set "$IFA" address "$address"
	shared_by bond0 "$IFA" || fail "bond0 has $(lladdr hostA bond0), and its port $(lladdr hostA "$IFA")"
	shared_by bond1 "$IFA.8001" ||
		fail "bond1 has $(lladdr hostA bond1), and its port $(lladdr hostA "$IFA.8001")"
	must ip -n hostA link set "$IFA" up
done
must_wait 20 can_ping hostA "$B4"
assert_strict_clean
