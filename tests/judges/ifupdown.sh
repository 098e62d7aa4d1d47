#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# ifupdown's ifup and ifdown run an interface and a P_Key child, as /etc/network/interfaces of existing
# installations has them. Debian's makes and deletes a child by create_child and delete_child itself
# when it is named so; older ones do not, hence the pre-up.
# Stanzas of connected mode, as users have them, do not come up unless they overlook what is refused; the log says why.
# (Topology: lib/system.sh, and IFA.8001, IFB.8001 in the partition 0x8001: 10.9.1.0/24)
#
# root: debian
# lane: full
# kernel: 6.12
# limit: 240
# matrix: PAIR=ours-ours,intree-intree
. "${TESTS:=/tests}/lib/system.sh"

system_up "$PAIR"
peer_child "$PAIR"
child=$IFA.8001
cat > "$TMPDIR/interfaces" <<END
iface $IFA inet static
	address $A4/24
	mtu 2000
	pre-up echo datagram > /sys/class/net/$IFA/mode
iface $IFA inet6 static
	address $A6/64
iface $child inet static
	address 10.9.1.1/24
	pre-up test -e /sys/class/net/$child || echo 0x8001 > /sys/class/net/$IFA/create_child
END
mkdir -p /run/network
must ifup --interfaces "$TMPDIR/interfaces" "$IFA" "$child"
has_mtu hostA "$IFA" 2000 || fail "the MTU is $(mtu_of hostA "$IFA")"
must_wait 20 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"
must_wait 20 can_ping hostA 10.9.1.2

must ifdown --interfaces "$TMPDIR/interfaces" "$child" "$IFA"
must_wait 10 test ! -e "/sys/class/net/$child"
! has_address "$IFA" "$A4" || fail "the address stays"
must ifup --interfaces "$TMPDIR/interfaces" "$IFA"
must_wait 20 can_ping hostA "$B4"
must ifdown --interfaces "$TMPDIR/interfaces" "$IFA"
[ "$PAIR" = ours-ours ] || exit 0

# set_up LINE...: the interface, by a stanza with these lines.
set_up()
{
	printf 'iface %s inet static\n\taddress %s/24\n' "$IFA" "$A4" > "$TMPDIR/interfaces"
	printf '\t%s\n' "$@" >> "$TMPDIR/interfaces"
	ifup --interfaces "$TMPDIR/interfaces" "$IFA"
}

# set_down: what it has left half done, too.
set_down()
{
	ifdown --force --interfaces "$TMPDIR/interfaces" "$IFA" || :
	must ip address flush dev "$IFA"
}

note "connected mode"
mode="echo connected > /sys/class/net/$IFA/mode"
! set_up "pre-up $mode" "mtu 65520" || fail "connected mode is taken"
set_down
! set_up "mtu 65520" "post-up $mode || true" || fail "the MTU of connected mode is taken"
set_down
is "lines of the log" "$(dmesg | grep -c "$IFA: there is no connected mode.* leave them out of the configuration, see")" 1
must set_up "pre-up $mode || true" "post-up ip link set $IFA mtu 65520 || true"
must_wait 20 can_ping hostA "$B4"
set_down
