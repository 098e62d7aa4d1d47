#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Packets get lost, doubled, late and out of order on their way, in both directions: what TCP delivers is
# what was sent, byte by byte, and when the wire is good again so is the traffic.
# (Topology: lib/outage.sh)
#
# lane: full
# limit: 150
. "${TESTS:=/tests}/lib/host.sh"

outage_up ours-ours
dd if=/dev/urandom of="$TMPDIR/sent" bs=64k count=32 2> /dev/null

# transfer HOST TO_HOST ADDRESS: the file arrives as it was.
transfer()
{
	rm -f "$TMPDIR/arrived"
	spawn "$2" socat -u TCP6-LISTEN:7001,ipv6-v6only=0,reuseaddr "CREATE:$TMPDIR/arrived"
	receiver=$SPAWNED
	must_wait 10 listens "$2"
	must on "$1" socat -u "OPEN:$TMPDIR/sent" "TCP:$3:7001"
	wait "$receiver" || fail "the receiver failed"
	cmp "$TMPDIR/sent" "$TMPDIR/arrived" || fail "TCP delivered something else"
}

listens()
{
	on "$1" ss -Hltn 'sport = :7001' | grep -q .
}

while read -r name value; do
	for hca in sib0 sib1; do
		knob "$hca" "$name" "$value"
	done
	transfer hostA hostB "$B4"
	transfer hostB hostA "[$A6]"
	note "$name $value: delivered as sent"
	# What the wire loses no host sees: nothing is wrong with this one.
	explains_well hostA "$IFA"
	for hca in sib0 sib1; do
		knob "$hca" "$name" 0
	done
	assert_resumes "without $name"
done <<END
drop_ppm 10000
dup_ppm 50000
reorder_ppm 50000
delay_us 2000
END
[ "$(drops_of sib0 fault)" -gt 0 ] || fail "the knob did not drop anything"
pings_stop
assert_strict_clean
