# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Words of tests that run in the Debian root, under systemd: the host under test is the guest itself,
# with what a distribution configures networks by. `. "$TESTS/lib/system.sh"` brings host.sh too.
#
#	the guest [IFA]---sib0---+        +---sib1---[IFB] hostB 10.9.0.2 fd00:9::2
#	(alias hostA)            | switch |                dnsmasq
#	                         +--------+
. "${TESTS:=/tests}/lib/host.sh"

# system_up PAIR: fabric, OpenSM, drivers, and hostB ready; IFA is left as the driver made it.
system_up()
{
	fabric_up 2
	sm_start sib0
	must_wait 20 all_active
	must_wait 10 has_pkey sib0 0x8001
	must_wait 10 has_pkey sib1 0x8001
	# For words that want a namespace's name.
	must ip netns attach hostA $$
	host_add hostB
	system_drivers "$1"
}

# system_drivers PAIR: the drivers, again if they were unloaded, and hostB's interface.
system_drivers()
{
	stack_load "$1"
	# Names are udev's business.
	must udevadm settle
	IFA=$(netdev_of sib0 "${1%-*}") || fail "no interface on sib0"
	IFB=$(netdev_of sib1 "${1#*-}") || fail "no interface on sib1"
	host_take hostB "$IFB"
	host_address hostB "$IFB" "$B4/24" "$B6/64"
	must ip -n hostB link set "$IFB" up
	must_wait 20 is_running hostB "$IFB"
}

# peer_child PAIR: hostB's P_Key child, IFB.8001, with 10.9.1.2 and fd00:9:1::2.
peer_child()
{
	child_add hostB "$IFB" 0x8001 "${1#*-}"
	host_address hostB "$IFB.8001" 10.9.1.2/24 fd00:9:1::2/64
	must ip -n hostB link set "$IFB.8001" up
	must_wait 20 is_running hostB "$IFB.8001"
}

# peer_dhcp: dnsmasq on hostB hands out 10.9.0.50 to 59, and says so in $TMPDIR/dnsmasq.
peer_dhcp()
{
	spawn hostB dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --log-dhcp \
		--interface="$IFB" --dhcp-range=10.9.0.50,10.9.0.59,1h --dhcp-authoritative \
		--no-ping --dhcp-leasefile="$TMPDIR/leases" --log-facility="$TMPDIR/dnsmasq" \
		--pid-file="$TMPDIR/dnsmasq.pid" --user=root
	must_wait 10 peer_dhcp_listens
}

peer_dhcp_listens()
{
	on hostB ss -Hlun 'sport = :67' | grep -q .
}

# assert_lease CLIENT_ID: dnsmasq gave IFA its address, by RFC 4390: hardware type 32 without an
# address, known by the client identifier, a regular expression.
assert_lease()
{
	lease=$(awk '{ print $2, $3, $5 }' "$TMPDIR/leases")
	note "lease: $lease"
	[ "$(echo "$lease" | wc -l)" = 1 ] || fail "not one lease: $lease"
	echo "$lease" | grep -Eq "^20- 10\.9\.0\.5[0-9] $1\$" || fail "the lease is '$lease'"
	has_address "$IFA" "$(echo "$lease" | cut -d ' ' -f 2)" ||
		fail "$IFA has not the address that dnsmasq gave"
}

# has_address INTERFACE ADDRESS: ready for use.
has_address()
{
	ip -o address show dev "$1" | grep -v tentative | grep -qF " $2/"
}

# service_start UNIT: and what it says goes to the test's log when it does not start.
service_start()
{
	note "starting $1"
	if ! systemctl start "$1"; then
		journalctl -b -u "$1" -n 30 --no-pager
		fail "$1 does not start"
	fi
}

# property INTERFACE NAME: what udev knows of it.
property()
{
	udevadm info --query=property "/sys/class/net/$1" | sed -n "s/^$2=//p"
}
