#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What other tests ask of ipoibctl they ask of one with gcc's sanitizers: all of it, with its sockets, its pings and its
# time, in whose place unit/ctl-is-clean has answers that are made up. Nothing is used that is not there, no memory is
# left behind.
# (Topology: that of the TEST)
#
# lane: slow
# kernel: 6.12
# limit: 400
# matrix: TEST=ipoibctl,explained,choose-anew,device-moves
: "${TESTS:=/tests}"

export PATH="$TESTS/ctl/sanitized:$PATH" ASAN_OPTIONS=log_path=/tmp/harm UBSAN_OPTIONS=log_path=/tmp/harm
ipoibctl check
ipoibctl -j check
# shellcheck disable=SC2153 # of the matrix
for test in "$TESTS"/*/"$TEST.sh"; do
	echo "# ${test#"$TESTS"/} with an ipoibctl that is compiled with sanitizers"
	dash "$test" || exit
done
cat /tmp/harm.* 2> /dev/null || exit 0
echo "FAIL: ipoibctl does what it must not"
exit 1
