# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the tests of the software ConnectX share. Sourced by them, before lib/host.sh. There are four
# cards, of which the last two have the offloads of enhanced IPoIB:
#
#	hostA [ib0]---mlx5_0---+        +---mlx5_1---[ib1] hostB
#	                       | switch |
#	     enhanced: mlx5_2--+        +--mlx5_3 :enhanced

# shellcheck disable=SC2034 # for host.sh
HCA_A=mlx5_0 HCA_B=mlx5_1 HCAS='mlx5_*' FABRIC=connectx/fabric.sh
# After its last request ping waits but for twice the longest time that an answer took, or for the interval.
# The cards are a process of a machine that may be busy, which can take longer.
# shellcheck disable=SC2034 # for ping_sizes
PING_OPTIONS="-c 2 -i 0.7"

# bound_cards: how many cards the stock driver has brought up.
bound_cards()
{
	(cd /sys/bus/pci/drivers/mlx5_core && ls -d 0000:*) 2> /dev/null | wc -l
}

# cards_up [HCA:KNOB:VALUE...]: the stock drivers have all cards, whose links are up and wait for a subnet
# manager. All other knobs are as they are at first.
cards_up()
{
	for card in mlx5_0 mlx5_1 mlx5_2 mlx5_3; do
		card_knob "$card" default
	done
	for card; do
		card_knob "${card%%:*}" "$(echo "${card#*:}" | cut -d : -f 1)" "${card##*:}"
	done
	must modprobe mlx5_ib
	for card in mlx5_0 mlx5_1 mlx5_2 mlx5_3; do
		must_wait 10 test -e "/sys/class/infiniband/$card/ports/1/state"
		must_wait 10 port_is "$card" INIT
	done
	fabric_umad
}

# drivers_take DRIVER_A DRIVER_B: HCA_A's interface becomes hostA's, HCA_B's hostB's: ours, by these accels, or
# both the kernel's own (intree).
drivers_take()
{
	if [ "$1" = intree ]; then
		must modprobe ib_ipoib
		must_wait 10 netdev_of "$HCA_A" intree
		must_wait 10 netdev_of "$HCA_B" intree
		hosts_take intree-intree
		return
	fi
	ours_load "$1" "$2"
	hosts_take ours-ours
}

# ours_load ACCEL_A ACCEL_B: for HCA_A and HCA_B; other cards have no interface of ours.
ours_load()
{
	must modprobe ipoib_core "accel=$(accels "$HCA_A:$1" "$HCA_B:$2")"
	must_wait 10 served_by "$HCA_A" "$1"
	must_wait 10 served_by "$HCA_B" "$2"
}

# card_knob HCA KNOB [VALUE]: turns a knob of its card, or reads it: its value, into CARD_VALUE. README.md
# lists them. The third serial line is the socket that takes them.
card_knob()
{
	[ $# = 2 ] || note "knob: $1 $2 $3"
	stty -F /dev/ttyS2 raw -echo
	{
		echo "card${1#mlx5_} $2 ${3-}" >&8
		read -r card_answer CARD_VALUE <&8
	} 8<> /dev/ttyS2
	[ "$card_answer" = ok ] || fail "card_knob $*: $card_answer $CARD_VALUE"
}

# fault_taken HCA KNOB: whether all that were asked for have come.
fault_taken()
{
	card_knob "$1" "$2"
	[ "$CARD_VALUE" = 0 ]
}

# pci_of HCA: its card's address.
pci_of()
{
	basename "$(readlink -f "/sys/class/infiniband/$1/device")"
}

# commands HCA NAME: how many of these its driver has given its card.
commands()
{
	cat "/sys/kernel/debug/mlx5/$(pci_of "$1")/commands/$2/n"
}

# assert_mlx5_quiet: the stock drivers warned of nothing, except that the card has no vendor-specific PCI
# capability. Ours, whose messages name the card's driver too, may say why there is no carrier.
assert_mlx5_quiet()
{
	dmesg -r | grep '^<[0-4]>.*mlx5' | grep -Ev 'vendor specific ID|: no carrier: ' > "$TMPDIR/mlx5" || return 0
	cat "$TMPDIR/mlx5"
	fail "the stock drivers have something to say"
}

# all_sizes_arrive: both ways, by IPv4 and IPv6, fragments too; and what is sent to everybody.
all_sizes_arrive()
{
	for way in "hostA $B4" "hostB $A4" "hostA $B6" "hostB $A6"; do
		# shellcheck disable=SC2086 # a list
		ping_sizes $way 64 511 1500 1995 2016 20000
	done
	for host in hostA hostB; do
		on "$host" sh -c 'echo 0 > /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts'
	done
	assert_broadcast_ping hostA 10.9.0.255 "$B4"
	assert_broadcast_ping hostB 10.9.0.255 "$A4"
}

# is_enhanced HOST INTERFACE: whether the card driver made its queues.
is_enhanced()
{
	on "$1" ethtool -S "$2" | grep -q tx_tso_packets
}

# tcp_all_ways: TCP from hostA by IPv4 and IPv6, and back; four connections each.
tcp_all_ways()
{
	for server in hostA hostB; do
		iperf_server "$server"
	done
	for to in "$B4" "$B6"; do
		iperf_run hostA "$to" 2 -P 4
	done
	iperf_run hostB "$A4" 2 -P 4
}

# assert_enhanced_counts: after tcp_all_ways, the card driver's queues of hostA were used as they should be.
assert_enhanced_counts()
{
	for counter in tx_tso_packets rx_csum_complete rx0_packets rx1_packets; do
		[ "$(ethtool_stat hostA "$IFA" $counter)" -gt 0 ] || fail "$counter of hostA is 0"
	done
	for error in tx_queue_dropped tx_cqe_err rx_wqe_err tx_drop_malformed tx_drop_path_queue; do
		[ "$(ethtool_stat hostA "$IFA" $error)" = 0 ] || fail "$error of hostA is not 0"
	done
	! log_has 'hw csum failure' || fail "the stack found a checksum that the card did not"
}

# accels HCA:ACCEL...: the value of accel= that has these, and nothing on other cards.
accels()
{
	accels_of "$(hcas)" "$@"
}

# accels_of HCAS HCA:ACCEL...: the same, of HCAS that need not be there yet.
accels_of()
{
	accels_value=
	accels_all=$1
	shift
	for accels_hca in $accels_all; do
		accels_one=none
		for accels_wish; do
			[ "${accels_wish%:*}" != "$accels_hca" ] || accels_one=${accels_wish#*:}
		done
		accels_value=$accels_value${accels_value:+,}$accels_hca/1:$accels_one
	done
	echo "$accels_value"
}

# ours_first HCA:ACCEL: accel_mlx or accel_ref will have this port, and the kernel's own ib_ipoib, by
# intree_beside, the others. In-tree looks for free ports when it is loaded: it has to come second. But it
# does not load where ours has the rtnl kind, which therefore in-tree has while ours is loaded. To be called
# before cards_up.
ours_first()
{
	must modprobe ib_ipoib
	must modprobe ipoib_core "accel=$(accels_of "mlx5_0 mlx5_1 mlx5_2 mlx5_3" "$1")"
	must rmmod ib_ipoib
}

# intree_beside HCA:ACCEL: in-tree comes too, after ours_first and cards_up.
intree_beside()
{
	must_wait 10 served_by "${1%:*}" "${1#*:}"
	must modprobe ib_ipoib
	must_wait 10 netdev_of "$HCA_B" intree
	[ "${1#*:}" != mlx ] || assert_log "${1%:*}.*couldn.t register ipoib port"
}

# cards_of ON: ON says hostA's driver and hostB's, such as mlx-plain:
#
#	mlx, ref	ours, with that accel
#	queues, plain	in-tree, over the card driver's queues, or over plain datagrams
#
# Sets which cards these are, and which are for subnet managers; and ours's ACCEL and the PAIR of lib/.
cards_of()
{
	ACCEL=${1%-*}
	case $ACCEL in
	mlx) HCA_A=mlx5_2 HCA_SM=mlx5_0 ;;
	*) HCA_A=mlx5_0 HCA_SM=mlx5_2 ;;
	esac
	case $1 in
	*-mlx | *-queues) HCA_B=mlx5_3 HCA_SM2=mlx5_1 ;;
	*) HCA_B=mlx5_1 HCA_SM2=mlx5_3 ;;
	esac
	case $1 in
	*-queues | *-plain) PAIR=ours-intree ;;
	*) PAIR=ours-ours ;;
	esac
}
