# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The demo, in the guest. Sourced with DRIVER=ours or intree.
. "$TESTS/lib/host.sh"

# quiet COMMAND...: its output only if it fails.
quiet()
{
	"$@" > "$TMPDIR/quiet" 2>&1 || {
		cat "$TMPDIR/quiet"
		fail "'$*'"
	}
}

step_number=0
# step WORDS: a heading.
step()
{
	step_number=$((step_number + 1))
	printf '\n  %d. %s\n' "$step_number" "$*"
}

# show COMMAND...: as if somebody had typed it.
show()
{
	echo "     \$ $*"
	"$@" > "$TMPDIR/show" 2>&1 || show_status=$?
	sed -e 's/^/       /' "$TMPDIR/show"
	[ "${show_status:-0}" = 0 ] || fail "'$*' ended with status $show_status"
}

# said WORDS: a result in a sentence.
said()
{
	echo "       $*"
}

step "Two simulated cards and a switch (soft_ib.ko), Linux $(uname -r)"
quiet fabric_up 2
for hca in $(hcas); do
	said "$hca: port 1 is $(port_state "$hca")"
done

step "OpenSM, the subnet manager, finds and configures them"
sm_start sib0 > /dev/null
must_wait 10 all_active
for hca in $(hcas); do
	said "$hca: port 1 is $(port_state "$hca"), LID $(port_lid "$hca")"
done

step "The driver"
case $DRIVER in
ours) show modprobe ipoib_core accel=ref ;;
*) show modprobe ib_ipoib ;;
esac
must_wait 10 netdev_of sib0 "$DRIVER"
must_wait 10 netdev_of sib1 "$DRIVER"
lsmod | awk '$1 ~ /^(ipoib_core|accel_ref|ib_ipoib)$/ { print "       " $1 ", " $2 " bytes" }'

step "An interface for each card; each moves to a host of its own (a network namespace)"
quiet hosts_take "$DRIVER-$DRIVER"
show ip -n hostA -br address show dev "$IFA"
show ip -n hostB -br address show dev "$IFB"

step "Details of one of them"
show ip -n hostA -d link show dev "$IFA"
show ip netns exec hostA ethtool -i "$IFA"
[ "$DRIVER" = intree ] || show ipoibctl -n hostA show

step "IPv4 and IPv6"
quiet must_wait 10 can_ping hostA "$B4"
quiet must_wait 10 can_ping hostA "$B6"
show ip netns exec hostA ping -c 3 -i 0.2 "$B4"
show ip netns exec hostA ping -c 3 -i 0.2 "$B6"
show ip -n hostA neighbour show dev "$IFA"

step "Throughput (everything is emulated, this machine's CPUs too: a sign of life, no measure)"
iperf_server hostB
iperf_run hostA "$B4" 5 > /dev/null
said "iperf3, TCP over IPv4, 5 s: $IPERF_MBIT Mbit/s"
iperf_run hostA "$B6" 5 > /dev/null
said "iperf3, TCP over IPv6, 5 s: $IPERF_MBIT Mbit/s"

step "Nothing went wrong on the way"
said "error counters: $(for end in "hostA $IFA" "hostB $IFB"; do
	# shellcheck disable=SC2086 # host and interface
	read_errors $end
done | tr ' ' '\n' | awk -F = '{ sum += $2 } END { print sum + 0 }')"
said "misuse of the card that the simulation noticed: $(strict_total)"
said "warnings of the kernel: $(dmesg | grep -c -E -f /vm/splats || :)"

printf '\n  That was IP over InfiniBand. To look around in there yourself: make vm\n\n'
