#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# In a partition with mtu=5 interfaces get an MTU of 4092 by themselves, and use all of it.
#
#	hostA [PAIR's first]---sib0---+ switch +---sib1---[PAIR's second] hostB
#
# lane: slow PAIR=intree-ours
# lane: slow PAIR=intree-intree
# lane: full
# kernel: 6.12 PAIR=intree-intree
# kernel: 6.12 PAIR=ours-intree
# kernel: 6.1 PAIR=intree-ours
# limit: 90
# matrix: PAIR=ours-ours,ours-intree,intree-ours,intree-intree
. "${TESTS:=/tests}/lib/host.sh"

SM_MTU=5
hosts_up "$PAIR"
for host in "hostA $IFA" "hostB $IFB"; do
	# shellcheck disable=SC2086 # two words
	must_wait 10 has_mtu $host 4092
done
must_wait 10 can_ping hostA "$B4"
clean_mark
for way in "hostA $B4 64 4064 4065 20000" "hostB $A4 4064" "hostA $B6 4044 20000" "hostB $A6 4044"; do
	# shellcheck disable=SC2086 # a list
	ping_sizes $way
done

note "the packets were as long as the MTU, not fragments"
before=$(sent_by hostA "$IFA")
on hostA ping -n -q -c 20 -i 0.02 -M "do" -s 4064 "$B4" > "$TMPDIR/ping" || fail "4092 bytes, unfragmented"
sent=$(($(sent_by hostA "$IFA") - before))
[ "$sent" -lt 30 ] || fail "20 echo requests of 4092 bytes made $sent packets"
! on hostA ping -n -q -c 1 -W 1 -M "do" -s 4065 "$B4" > /dev/null 2>&1 ||
	fail "4093 bytes were sent in one piece"

stream_both 2
assert_clean
