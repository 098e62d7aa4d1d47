#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The subnet manager moves to another port, first in an orderly way, then because its port's SM was
# killed, then to one that asks nobody to register again: traffic does not stop, and what needs the SA
# finds it at its new LID within 5 s.
# (Topology: lib/outage.sh)
#
# lane: slow PAIR=ours-intree
# lane: full
# kernel: 6.12 PAIR=ours-intree
# limit: 120
# matrix: PAIR=ours-ours,ours-intree
. "${TESTS:=/tests}/lib/host.sh"

outage_up "$PAIR" 4
first_lid=$(cat "/sys/class/infiniband/$HCA_A/ports/1/sm_lid")

sm_start "$HCA_SM2" --priority 14
must_wait 30 sm_is_master "$HCA_SM2"
must_wait 10 sm_swept_once "$HCA_SM2"
assert_resumes "handed over to $HCA_SM2"
assert_group_works "handed over to $HCA_SM2"
[ "$(cat "/sys/class/infiniband/$HCA_A/ports/1/sm_lid")" != "$first_lid" ] ||
	fail "the SM's LID has not changed: no hand-over took place"

sm_ups=$(sm_ups "$HCA_SM")
sm_kill "$HCA_SM2"
must_wait 30 sm_swept "$HCA_SM"
must_wait 10 sm_is_master "$HCA_SM"
assert_resumes "$HCA_SM took over from a dead one"
assert_group_works "$HCA_SM took over from a dead one"

note "one that knows no members, and asks nobody to register again"
SM_CONF='no_clients_rereg TRUE'
sm_start "$HCA_SM2" --priority 14
must_wait 30 sm_is_master "$HCA_SM2"
must_wait 10 sm_swept_once "$HCA_SM2"
# Its switches may go on for a while as the old one has programmed them.
for gid in "$(link_local hostA "$IFA")" "$(link_local hostB "$IFB")"; do
	must_wait "$OUTAGE_LIMIT" is_group_member "$HCA_SM2" ff12:401b:ffff::ffff:ffff "$gid" 1
done
assert_resumes "$HCA_SM2 took over and said nothing"
assert_group_works "$HCA_SM2 took over and said nothing"
explains_well hostA "$IFA"
if [ "$PAIR" = ours-ours ]; then
	pings_stop 1
else
	pings_stop
fi
assert_strict_clean
