#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Where the package is installed, what loads IPoIB at boot loads ours: rdma-core's own service, which
# knows but in-tree's name; options for that name hold, udev names the interface as ever, and networkd
# configures it. Where the package has gone the same service loads in-tree's again, and the same files
# configure it.
# (Topology: lib/system.sh)
#
# root: debian
# lane: full
# kernel: 6.12
# limit: 240
. "${TESTS:=/tests}/lib/system.sh"
. "$TESTS/lib/shim.sh"

# loaded_by_service ours|intree: whose interface is there once the service has run, configured.
loaded_by_service()
{
	note "$1, by rdma-core's service"
	must systemctl restart rdma-load-modules@infiniband.service
	must_wait 20 netdev_of sib0 "$1"
	must_wait 20 netdev_of sib1 "$1"
	must udevadm settle
	IFA=$(netdev_of sib0 "$1")
	IFB=$(netdev_of sib1 "$1")
	is "sib0's interface" "$IFA" ib0
	host_take hostB "$IFB"
	host_address hostB "$IFB" "$B4/24" "$B6/64"
	must ip -n hostB link set "$IFB" up
	must_wait 30 has_address "$IFA" "$A4"
	must_wait 20 is_running hostB "$IFB"
	must_wait 20 can_ping hostA "$B4"
	must_wait 20 can_ping hostA "$B6"
	is "receives of ib0" "$(cat /sys/module/ib_ipoib/parameters/recv_queue_size)" 1024
}

fabric_up 2
sm_start sib0
must_wait 20 all_active
must ip netns attach hostA $$
host_add hostB
mkdir -p /run/modprobe.d /run/systemd/network
echo 'options ib_ipoib recv_queue_size=1000' > /run/modprobe.d/ib_ipoib.conf
cat > /run/systemd/network/10-ib0.network <<END
[Match]
Name=ib0
[Network]
Address=$A4/24
Address=$A6/64
END
service_start systemd-networkd

shim_take_over
loaded_by_service ours
ethtool -g "$IFA" | awk '/^Current/ { now = 1 } now && $1 == "RX:" { exit $2 != 1024 }
	END { if (!now) exit 1 }' || fail "the RX ring is otherwise: $(ethtool -g "$IFA")"

note "removed while somebody has a file of debugfs open: the core stays, as the manual says; and then it goes"
exec 7< /sys/kernel/debug/ipoib/"$IFA"_path
! modprobe -r ib_ipoib || fail "it was removed while it was in use"
[ -d /sys/module/ipoib_core ] || fail "what is in use is gone"
exec 7<&-
must modprobe -r ib_ipoib
[ ! -d /sys/module/ipoib_core ] || fail "the core has stayed"

shim_give_back
loaded_by_service intree
must modprobe -r ib_ipoib
rm /run/modprobe.d/ib_ipoib.conf
assert_strict_clean
