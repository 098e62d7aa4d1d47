#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# udev knows of our interfaces what it knows of in-tree's, so that the same names come out; and renames
# one by its address, as rdma-core's documented rule does (without its DRIVERS=="?*", as soft_ib's
# devices have no driver; so udev knows no path of them either, and they keep the kernel's names).
# (Topology: lib/system.sh)
#
# root: debian
# lane: full
# kernel: 6.12
# limit: 240
. "${TESTS:=/tests}/lib/system.sh"

# known INTERFACE: all but what numbers differ by.
known()
{
	udevadm info --query=property "/sys/class/net/$1" |
		grep -v -e '^IFINDEX=' -e '^USEC_INITIALIZED=' | sort
}

system_up intree-intree
link=$IFA
known "$IFA" > "$TMPDIR/intree"
stack_unload
system_drivers ours-ours
known "$IFA" > "$TMPDIR/ours"
[ "$IFA" = "$link" ] || fail "the interface is $IFA, in-tree's was $link"
diff "$TMPDIR/intree" "$TMPDIR/ours" || fail "udev knows other things of ours"
[ "$(property "$IFA" ID_NET_DRIVER)" = ib_ipoib ] ||
	fail "the driver is $(property "$IFA" ID_NET_DRIVER)"

note "a name by the rule"
tail=$(cut -d : -f 13- "/sys/class/net/$IFA/address")
mkdir -p /run/udev/rules.d
cat > /run/udev/rules.d/70-persistent-ipoib.rules <<END
ACTION=="add", SUBSYSTEM=="net", ATTR{type}=="32", ATTR{address}=="?*$tail", NAME="storage0"
END
must udevadm control --reload
for pair in intree-intree ours-ours; do
	stack_unload
	system_drivers "$pair"
	[ "$IFA" = storage0 ] || fail "$pair: the interface is $IFA"
done
echo 0x8001 > "/sys/class/net/$IFA/create_child" || fail "no child of a renamed interface"
must udevadm settle
[ -e "/sys/class/net/$IFA.8001" ] || fail "the child has another name"
