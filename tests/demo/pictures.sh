# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# In the guest: what the pictures of README.md are drawn of. This machine has two cards, hostB one more.
. "$TESTS/lib/host.sh"

# quiet COMMAND...: its output only if it fails.
quiet()
{
	"$@" > "$TMPDIR/quiet" 2>&1 || {
		cat "$TMPDIR/quiet"
		fail "'$*'"
	}
}

# shows NAME WORD...: what ipoibctl says, colours as {31}.
shows()
{
	echo "picture $1"
	shift
	echo "# SPDX-License-Identifier: GPL-2.0"
	echo "# A guest on the software fabric, Linux $(uname -r), by tests/demo/pictures"
	echo "\$ ipoibctl $*"
	ipoibctl -c "$@" | sed "s/$(printf '\033')\[\([0-9]*\)m/{\1}/g"
	echo "picture end"
}

mkdir -p /etc/modprobe.d
echo "options accel_ref tx_queues=2" > /etc/modprobe.d/queues.conf
quiet fabric_up 3
sm_partitions "Default=0x7fff, ipoib, mtu=5, rate=3, defmember=full : ALL=full;"
quiet sm_start sib2
quiet must_wait 20 all_active
quiet stack_load ours-ours
near=$(netdev_of sib0 ours) idle=$(netdev_of sib1 ours) far=$(netdev_of sib2 ours)
host_add hostB
host_take hostB "$far"
host_address hostB "$far" 10.9.0.2/24
must ip -n hostB link set "$far" up
must ip address add 10.9.0.1/24 dev "$near"
for link in "$near" "$idle"; do
	must ip link set "$link" up
	quiet must_wait 20 grep -qx 1 "/sys/class/net/$link/carrier"
done
quiet must_wait 10 ping -n -c 1 -W 1 10.9.0.2

quiet iperf_server hostB
iperf3 -c 10.9.0.2 -t 600 -P 2 > /dev/null 2>&1 &
iperf3 -c 10.9.0.2 -p 5202 -t 600 > /dev/null 2>&1 &
spawn hostB iperf3 -s -p 5202 > /dev/null 2>&1
traffic_on()
{
	[ "$(ethtool_stat_here tx_packets)" -gt 5000 ]
}
ethtool_stat_here()
{
	ethtool -S "$near" | sed -n "s/^ *$1: //p"
}
quiet must_wait 30 traffic_on
shows top top -b -n 1 -d 2 dev "$near"
# shellcheck disable=SC2046 # a list
kill $(jobs -p) 2> /dev/null || :

must ip link add link "$near" name "$near.8005" type ipoib pkey 0x8005
must ip link set "$near.8005" up
! ping -n -c 3 -i 0.2 -W 1 10.9.0.77 > /dev/null || fail "nobody answers"
quiet cable_out sib1
quiet must_wait 10 grep -qx 0 "/sys/class/net/$idle/carrier"
shows explain explain
