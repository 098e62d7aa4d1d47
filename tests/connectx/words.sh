# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the tests of the software ConnectX share. Sourced by them, before lib/host.sh. There are four
# cards, of which the last two have the offloads of enhanced IPoIB:
#
#	hostA [ib0]---mlx5_0---+        +---mlx5_1---[ib1] hostB
#	                       | switch |
#	     enhanced: mlx5_2--+        +--mlx5_3 :enhanced

HCA_A=mlx5_0 HCA_B=mlx5_1 HCAS='mlx5_*'

# bound_cards: how many cards the stock driver has brought up.
bound_cards()
{
	(cd /sys/bus/pci/drivers/mlx5_core && ls -d 0000:*) 2> /dev/null | wc -l
}

# cards_up: the stock drivers have all cards, whose links are up and wait for a subnet manager.
cards_up()
{
	must modprobe mlx5_ib
	for card in mlx5_0 mlx5_1 mlx5_2 mlx5_3; do
		must_wait 10 test -e "/sys/class/infiniband/$card/ports/1/state"
		must_wait 10 port_is "$card" INIT
	done
	fabric_umad
}

# assert_mlx5_quiet: the stock drivers warned of nothing, except that the card has no vendor-specific PCI
# capability.
assert_mlx5_quiet()
{
	dmesg -r | grep '^<[0-4]>.*mlx5' | grep -v 'vendor specific ID' > "$TMPDIR/mlx5" || return 0
	cat "$TMPDIR/mlx5"
	fail "the stock drivers have something to say"
}

# sizes_arrive HOST ADDRESS SIZE...: some echo requests of each payload size, none lost. After the last one
# ping waits but for twice the longest time that an answer took, or for the interval. The cards are a
# process of a machine that may be busy, which can take longer: the interval is a long one.
sizes_arrive()
{
	ping_host=$1 ping_to=$2
	shift 2
	must_wait 10 can_ping "$ping_host" "$ping_to"
	for size; do
		on "$ping_host" ping -n -q -c 2 -i 0.7 -s "$size" "$ping_to" > "$TMPDIR/ping" 2>&1 &&
			grep -q ' 0% packet loss' "$TMPDIR/ping" && continue
		cat "$TMPDIR/ping"
		fail "ping $ping_to with $size bytes from $ping_host"
	done
}

# nic_counter HOST INTERFACE NAME: of ethtool -S; 0 if there is none.
nic_counter()
{
	on "$1" ethtool -S "$2" | awk -v name="$3:" '$1 == name { value = $2 } END { print value + 0 }'
}

# is_enhanced HOST INTERFACE: whether the card driver made its queues.
is_enhanced()
{
	on "$1" ethtool -S "$2" | grep -q tx_tso_packets
}
