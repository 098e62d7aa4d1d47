#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# OpenSM is killed and another one, which knows of no membership, is started in its place: traffic
# does not stop meanwhile, and everything that needs the SA works again within 5 s.
# (Topology: lib/outage.sh)
#
# lane: full PAIR=ours-intree
# lane: quick
# kernel: 6.12 PAIR=ours-intree
# check: 6.1
# limit: 120
# matrix: PAIR=ours-ours,ours-intree
. "${TESTS:=/tests}/lib/host.sh"

outage_up "$PAIR"

sm_kill "$HCA_SM"
assert_resumes "no subnet manager"
must ip -n hostA neighbour replace 10.9.0.200 dev "$IFA" nud permanent \
	lladdr 00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:00:01
spawn hostA ping -n -q -i 0.2 10.9.0.200 > /dev/null 2>&1 < /dev/null
explains hostA "$IFA" "limited: peers that cannot be reached: 1, for example fe80::200:0:0:1: the subnet administrator knows no"
grep -q "where it has ended, the kernel of its host answers so" "$TMPDIR/explain" || fail "$(cat "$TMPDIR/explain")"
kill "$SPAWNED"
must ip -n hostA neighbour del 10.9.0.200 dev "$IFA"

sm_start "$HCA_SM"
assert_resumes "a new subnet manager"
assert_group_works "a new subnet manager"

note "the hosts are members of the broadcast group again"
for gid in "$(link_local hostA "$IFA")" "$(link_local hostB "$IFB")"; do
	must_wait "$OUTAGE_LIMIT" is_group_member "$HCA_SM" ff12:401b:ffff::ffff:ffff "$gid" 1
done
explains_well hostA "$IFA"
if [ "$PAIR" = ours-ours ]; then
	pings_stop 1
else
	pings_stop
fi
assert_strict_clean
