# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Measures one driver of the queues that mlx5_core has for IPoIB, in a guest of `run --measure` with software
# ConnectX cards: see mlx, which sets DRIVER (ours, intree). Prints a line "@value CASE WHAT NUMBER" of each.
#
#	hostA [DRIVER]---mlx5_2---+ switch +---mlx5_3---[DRIVER] hostB
. "${TESTS:=/tests}/connectx/words.sh"
HCA_A=mlx5_2 HCA_B=mlx5_3
. "$TESTS/lib/host.sh"

: "${TCP_BYTES:=128M}" "${DATAGRAMS:=20000}"
# No sweep of the subnet manager in the middle of a measurement.
SM_SWEEP=0

# busy_ns: nanoseconds in which the CPU was not idle, which are instructions.
busy_ns()
{
	awk '/^now at/ { now = $3 } /idle_sleeptime/ { idle += $3 } END { printf "%.0f\n", now - idle }' \
		/proc/timer_list
}

packets()
{
	on hostB cat "/sys/class/net/$IFB/statistics/rx_packets"
}

# interrupts: of the cards, so far.
interrupts()
{
	awk '/mlx5/ { n += $2 } END { print n + 0 }' /proc/interrupts
}

# measure CASE UNITS COMMAND...: COMMAND moves UNITS (megabits, datagrams) to hostB.
measure()
{
	measure_case=$1 measure_units=$2
	shift 2
	measure_packets=$(packets)
	measure_interrupts=$(interrupts)
	measure_busy=$(busy_ns)
	"$@" > "$TMPDIR/measured" 2>&1 < /dev/null || {
		cat "$TMPDIR/measured"
		fail "$*"
	}
	measure_busy=$(($(busy_ns) - measure_busy))
	measure_packets=$(($(packets) - measure_packets))
	measure_interrupts=$(($(interrupts) - measure_interrupts))
	echo "@value $measure_case speed $((measure_units * 1000000000 / measure_busy))"
	echo "@value $measure_case instructions $((measure_busy / measure_packets))"
	echo "@value $measure_case interrupts $((measure_interrupts * 1000 / measure_packets))"
	note "$measure_case: $measure_packets packets, $measure_busy ns"
}

# tcp ADDRESS
tcp_to()
{
	spawn hostB iperf3 -s -1 > "$TMPDIR/server" 2>&1 < /dev/null
	must_wait 10 iperf_listens hostB
	on hostA iperf3 -c "$1" -n "$TCP_BYTES"
	wait "$SPAWNED" || :
}

cards_up
sm_start mlx5_0
must_wait 10 all_active
case $DRIVER in
ours) drivers_take mlx mlx ;;
intree) drivers_take intree intree ;;
esac
is_enhanced hostA "$IFA" || fail "$IFA is not the card driver's"
must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostA "$B6"
spawn hostB /netload serve 7777
must_wait 10 on hostA /netload rr "$B4" 7777 64 10

megabits=$((${TCP_BYTES%M} * 8388608 / 1000000))
for round in 1 2 3; do
	measure tcp4 "$megabits" tcp_to "$B4"
	measure tcp6 "$megabits" tcp_to "$B6"
	measure udp64 "$DATAGRAMS" on hostA /netload flood "$B4" 7777 64 32 "$DATAGRAMS"
	measure udp1472 "$DATAGRAMS" on hostA /netload flood "$B4" 7777 1472 32 "$DATAGRAMS"
done
! log_has 'hw csum failure' || fail "the stack found a checksum that the card did not"
