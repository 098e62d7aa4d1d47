#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What tools see of an interface: ip -d link, ethtool and sysfs answer as they do for in-tree's, with
# more where in-tree has nothing to say; netconsole is refused.
#
# lane: quick
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

fabric_up 2
sm_start sib0
stack_load ours-ours
link=$(netdev_of sib1 ours)
sys=/sys/class/net/$link
must ip link set "$link" up
must_wait 20 grep -qx 1 "$sys/carrier"

# reads FILE VALUE
reads()
{
	[ "$(cat "$sys/$1")" = "$2" ] || fail "$1 is '$(cat "$sys/$1")', expected '$2'"
}

note "ip"
guid=$(port_guid sib1 | sed 's/^0x//; s/../:&/g')
says "link/infiniband 00:..:..:..:fe:80:00:00:00:00:00:00$guid brd" ip link show dev "$link"
says 'brd 00:ff:ff:ff:ff:12:40:1b:ff:ff:00:00:00:00:00:00:ff:ff:ff:ff' ip link show dev "$link"
says 'ipoib pkey +0xffff mode +datagram umcast +0000' ip -d link show dev "$link"
says 'BROADCAST,MULTICAST,UP,LOWER_UP' ip link show dev "$link"
says 'mtu 2044 ' ip link show dev "$link"
says 'maxmtu 65520' ip -d link show dev "$link"

note "ethtool"
says '^driver: ib_ipoib' ethtool -i "$link"
says '^version: ipoib-accel .* ref' ethtool -i "$link"
says '^bus-info: soft_ib\.1' ethtool -i "$link"
says '^firmware-version: .' ethtool -i "$link"
says 'Link detected: yes' ethtool "$link"
says 'Speed: [1-9][0-9]+Mb/s' ethtool "$link"
says 'Duplex: Full' ethtool "$link"
for name in rx_packets tx_packets rx_bytes tx_bytes tx_errors rx_dropped tx_dropped multicast; do
	says "^ +$name: [0-9]+" ethtool -S "$link"
done
for cause in malformed too_long not_open path_queue path_limit unreachable mcast_queue mcast_limit; do
	says "^ +tx_drop_$cause: 0" ethtool -S "$link"
done
says '^TX:[[:space:]]+512' ethtool -g "$link"
says ' qlen 256\b' ip -o link show dev "$link"
says '^RX:[[:space:]]+256' ethtool -g "$link"
says '^TX:[[:space:]]+1' ethtool -l "$link"
says '^RX:[[:space:]]+1' ethtool -l "$link"
must ethtool -C "$link" rx-usecs 17 rx-frames 5
says '^rx-usecs:[[:space:]]+17' ethtool -c "$link"
says '^rx-frames:[[:space:]]+5' ethtool -c "$link"
! ethtool -C "$link" rx-usecs 70000 2> /dev/null || fail "rx-usecs of more than 16 bits"
says '^rx-usecs:[[:space:]]+17' ethtool -c "$link"

note "sysfs"
reads type 32
reads addr_len 20
reads dev_id 0x0
reads dev_port 0
reads mode datagram
reads pkey 0xffff
reads umcast 0
[ "$(readlink -f "$sys/device")" = "$(readlink -f /sys/class/infiniband/sib1/device)" ] ||
	fail "the interface's device is not the HCA's"

note "netpoll"
log_mark
# Kernels differ in whether that fails.
modprobe netconsole "netconsole=6665@10.9.0.1/$link,6666@10.9.0.2/" 2> /dev/null || :
assert_log "netpoll: .*$link.* support polling"

note "without carrier"
cable_out sib1
must_wait 10 grep -qx 0 "$sys/carrier"
says 'Link detected: no' ethtool "$link"
says 'Speed: Unknown' ethtool "$link"
