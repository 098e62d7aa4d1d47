#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Odd values for all that can be set of an interface under traffic: by root, then by a nobody who owns the
# network namespace that it was moved to. Others do not notice, and once the settings are what they were so is
# the traffic.
#
#	hostA [ib0, set]---sib0---+        +---sib2---[ib2] hostC, and OpenSM
#	hostB [ib1]--------sib1---+ switch +
#
# The seed is printed. The same settings again, or for as long as wanted:
#	tests/vm/run --lane slow --append 'SEED=12345 FOR=400' strangers/settings:60
#
# lane: slow
# limit: 900
# matrix: TIME=5,60
. "${TESTS:=/tests}/lib/host.sh"

C6=fd00:9::3
# Milliseconds that an answer to the bystander may take.
BOUND=$((100 * TIME_SCALE))
TIME=${FOR:-$TIME}
: "${SEED:=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}"
echo "# SEED=$SEED TIME=$TIME"

# bystander_start, assert_undisturbed: hostC and hostB talk meanwhile, by IPv6. With IPv4 hostB would give no answers when
# hostA has too many: a CPU sends those of all network namespaces by one socket (net/ipv4/icmp.c, icmp_xmit_lock()), and
# what waits on hostA, whose settings are odd, for the address of hostB has filled that.
bystander_start()
{
	spawn hostC ping -n -D -O -i 0.05 -c $((20 * TIME)) -W 5 "$B6" > "$TMPDIR/bystander" 2>&1 < /dev/null
	bystander=$SPAWNED
	spawn hostB ping -n -q -i 0.01 -s 1500 -w "$TIME" "$A4" > "$TMPDIR/load" 2>&1 < /dev/null
	load=$SPAWNED
}

assert_undisturbed()
{
	wait "$bystander" || { cat "$TMPDIR/bystander"; fail "the bystander was not answered"; }
	wait "$load" || :
	note "hostA's answers meanwhile: $(grep transmitted "$TMPDIR/load")"
	note "the bystander's: $(tail -n 2 "$TMPDIR/bystander" | tr '\n' ' ')"
	grep -n 'no answer' "$TMPDIR/bystander" | head -n 3 || :
	awk -v bound="$BOUND" '
		/transmitted/ { lost = $1 - $4 }
		/^rtt/ { split($4, rtt, "/"); max = rtt[3] }
		END { exit !(!lost && max != "" && max + 0 <= bound) }' "$TMPDIR/bystander" ||
		fail "an answer to the bystander is lost, or took more than $BOUND ms"
}

# children_delete [-n HOST]: of the interface, which is there.
children_delete()
{
	for child in $(ip "$@" -o link show | sed -n "s/^[0-9]*: \(.*\)@$IFA: .*/\1/p"); do
		must ip "$@" link delete dev "$child"
	done
}

# file_set FILE VALUE: of the interface's folder, where it has such a file.
file_set()
{
	on hostA sh -c "[ ! -e /sys/class/net/$IFA/$1 ] || echo $2 > /sys/class/net/$IFA/$1" ||
		fail "cannot set $1 back to $2"
}

# settings_back: whatever was taken; then there is traffic.
settings_back()
{
	children_delete -n hostA
	for setting in max_paths=32768 max_sendonly_groups=512 debug_level=0 mcast_debug_level=0; do
		must sh -c "echo ${setting#*=} > /sys/module/ipoib_core/parameters/${setting%=*}"
	done
	file_set umcast 0
	file_set gro_flush_timeout 0
	file_set napi_defer_hard_irqs 0
	file_set threaded 0
	file_set queues/tx-0/byte_queue_limits/limit_max 1879048192
	must ip -n hostA link set "$IFA" down
	must ip -n hostA link set "$IFA" address "$address"
	must ip -n hostA link set "$IFA" broadcast "$broadcast"
	must ip -n hostA link set "$IFA" arp on multicast on allmulticast off promisc off mode default \
		group default txqueuelen 256 mtu 2044 gso_max_size 65536 gso_max_segs 64
	# What is as it should be already is an error to some versions, and channels may be any number.
	on hostA ethtool -G "$IFA" rx 256 tx 512 > /dev/null 2>&1 || :
	on hostA ethtool -C "$IFA" adaptive-rx off rx-usecs 0 rx-frames 0 tx-usecs 0 tx-frames 0 > /dev/null 2>&1 || :
	on hostA ethtool -K "$IFA" rx on tx on sg on tso on gso on gro on > /dev/null 2>&1 || :
	must ip -n hostA address replace "$A4/24" dev "$IFA"
	must ip -n hostA link set "$IFA" up
	must_wait 20 is_running hostA "$IFA"
	assert_ping hostA "$B4" 1900
	assert_strict_clean
}

fabric_up 3
sm_start sib2
must_wait 20 all_active
stack_load ours-ours
hosts_take ours-ours
host_joins hostC sib2 ours "$C6/64"
must_wait 10 can_ping hostC "$B6"
must_wait 10 can_ping hostB "$A4"
address=$(lladdr hostA "$IFA")
broadcast=$(ip -n hostA -j link show dev "$IFA" | jq -r '.[0].broadcast')

note "root"
bystander_start
must ip netns exec hostA "$TESTS/strangers/settings" "$SEED" "$TIME" "$IFA"
assert_undisturbed
settings_back

note "the owner of a network namespace"
"$TESTS/strangers/settings" "$SEED" "$TIME" "$IFA" own > "$TMPDIR/own" 2>&1 &
owner=$!
must_wait 5 grep -qx "$owner" "$TMPDIR/own"
must ip -n hostA link set "$IFA" netns "$owner"
bystander_start
# It does not wait for that.
ip=$(command -v ip)
nsenter --net="/proc/$owner/ns/net" "$ip" address add "$A4/24" dev "$IFA" || :
nsenter --net="/proc/$owner/ns/net" "$ip" link set "$IFA" up || :
wait "$owner" || { cat "$TMPDIR/own"; fail "settings failed"; }
cat "$TMPDIR/own"
assert_undisturbed
# The namespace is gone.
must_wait 20 test -e "/sys/class/net/$IFA"
children_delete
host_take hostA "$IFA"
settings_back
