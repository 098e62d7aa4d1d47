#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# soft_ib_selftest breaks the rules of the verbs, one after the other: strict mode counts each of its
# mistakes under its name, and nothing before. With strict=0 nothing is counted.
#
#	sib0 (opensm, soft_ib_selftest)---switch---sib1
#
# limit: 90
# lane: full
. "$TESTS/lib/host.sh"
. "$TESTS/fabric/words.sh"

fabric_up 2
sm_start sib0
must_wait 10 all_active
assert_strict_clean
if ! modprobe soft_ib_selftest; then
	dmesg | grep soft_ib_selftest
	fail "the self-test failed"
fi
says 'selftest: .* 0 failed' dmesg
for kind in ah_dead mr_dead bad_lkey bad_sge bad_state sq_overrun rq_overrun cq_overrun \
	bad_create bad_modify bad_wr busy; do
	grep -q "^sib0 $kind [1-9]" "$SOFT_IB/strict" || fail "no violation of the kind $kind"
done
is "sum" "$(strict_total)" "$(awk '{ n += $3 } END { print n }' "$SOFT_IB/strict")"
says 'strict: ah_dead: ' dmesg
! grep -q '^sib1 ' "$SOFT_IB/strict" || fail "sib1 is blamed for what sib0's client did"
must rmmod soft_ib_selftest
invariants_not verbs "the self-test breaks all of its rules"
