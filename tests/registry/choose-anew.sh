#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# accel= is given anew while the module runs: ports of which it says something else are served so, others
# keep their interfaces; nonsense changes nothing; what was chosen stays with a device that comes again. So
# it is with ipoibctl's word for it, which asks before. While lists come without end, devices come and go.
#
#	sib0 the port that is chosen for    sib1 another one
#
# lane: quick
# check: 6.12
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"

file=/sys/module/ipoib_core/parameters/accel

# choose LIST: what is written is what is read.
choose()
{
	note "accel=$1"
	must sh -c "echo '$1' > $file"
	is "accel=" "$(cat "$file")" "$1"
}

# ifindex HCA: of its interface, which is another one when it was made anew.
ifindex()
{
	cat "/sys/class/net/$(netdev_of "$1" ours)/ifindex"
}

# bare HCA: nobody serves it.
bare()
{
	! netdev_of "$1" ours > /dev/null
}

fabric_up 2
must modprobe ipoib_core
for hca in sib0 sib1; do
	must_wait 10 served_by "$hca" ref
done
# It is worth as much as ref, which was there before.
must modprobe accel_min
is "accel= that was not given" "$(cat "$file")" auto
other=$(ifindex sib1)

choose sib0/1:min
must_wait 10 served_by sib0 min
assert_log 'sib0: .*accel=min now, not auto'
choose "ref,guid:$(cat /sys/class/infiniband/sib0/node_guid)/1:none"
must_wait 10 bare sib0
first=$(ifindex sib1)
[ "$first" = "$other" ] || fail "the other port's interface was made anew though it is served by ref as before"

note "what auto would choose stays"
must modprobe accel_bad mode=none
choose sib0/1:bad
must_wait 10 served_by sib0 bad
first=$(ifindex sib0)
choose auto
must_wait 10 log_has 'sib0: .*accel=auto now, not bad'
# Whatever is done for that is done when the next list is, by the same work.
choose bad,sib1/1:ref
must_wait 10 log_has 'sib0: .*accel=bad now, not auto'
log_mark
choose auto
must_wait 10 log_has 'sib0: .*accel=auto now, not bad'
[ "$(ifindex sib0)" = "$first" ] || fail "the interface was made anew though it is served by bad as before"
must rmmod accel_bad

note "an item by name stays with its device, whatever else of the list changes"
choose auto
must_wait 10 served_by sib0 ref
choose sib0/1:min
must_wait 10 served_by sib0 min
must rdma dev set sib0 name zero
choose sib0/1:min,sib1/1:ref
must_wait 10 served_by zero min
must rdma dev set zero name sib0
first=$(ifindex sib1)
choose "ref,guid:$(cat /sys/class/infiniband/sib0/node_guid)/1:none"
must_wait 10 bare sib0

note "nonsense"
for list in 'two words' 'sib0/1:a,sib0/1:b' '' ',' 'sib0/0:ref' "$(printf '%01025d' 7)"; do
	! (echo "$list" > "$file") 2> /dev/null || fail "accel=$list is taken"
done
is "accel= after nonsense" "$(sed 's/,.*//' "$file")" ref
bare sib0 || fail "sib0 has an interface"
i=0
while [ "$i" -lt 70 ]; do
	i=$((i + 1))
	(echo "sib9/1:name$i" > "$file") 2> /dev/null || break
done
[ "$i" -lt 70 ] || fail "names without end are kept"

note "ipoibctl"
choose auto
must_wait 10 served_by sib0 ref
! ipoibctl set port sib0/1 accel min < /dev/null || fail "nobody was asked"
served_by sib0 ref || fail "sib0 is served otherwise though nobody said so"
must ipoibctl -force set port sib0/1 accel min
served_by sib0 min || fail "ipoibctl is back before the port is served"
is "accel= for one port" "$(cat "$file")" "auto,guid:0x$(tr -d : < /sys/class/infiniband/sib0/node_guid)/1:min"
# is_told_soon: it does not wait, four seconds, for what will not change; once in three times on a machine that stands still.
is_told_soon()
{
	began=$(now_ms)
	! ipoibctl -force set port sib0/1 accel nonsense || fail "an accel that there is not serves"
	took=$(($(now_ms) - began))
	[ "$took" -lt 3000 ] || { must ipoibctl -force set port sib0/1 accel auto && false; }
}
is_told_soon || is_told_soon || is_told_soon || fail "it takes $took ms to say that there is no such accel"
must ipoibctl -force set port sib0/1 accel auto
must_wait 10 served_by sib0 ref
must ipoibctl -force set port sib0/1 accel none
bare sib0 || fail "sib0 has an interface"
choose sib0/1:min
must_wait 10 served_by sib0 min

note "lists while devices come and go"
(
	while [ -e "$TMPDIR/go" ] || [ ! -e "$TMPDIR/went" ]; do
		for list in auto sib0/1:min none ref,sib1/1:none; do
			echo "$list" > "$file"
		done
		: > "$TMPDIR/went"
	done
) 2> /dev/null &
writer=$!
: > "$TMPDIR/go"
for round in 1 2 3 4 5 6; do
	fabric_down
	fabric_up 2
done
rm "$TMPDIR/go"
wait "$writer"
choose sib0/1:min
must_wait 20 served_by sib0 min
must_wait 20 served_by sib1 ref
