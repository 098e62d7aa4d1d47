# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# rdma_cm, asked by tests/rdma_cm_probe. Sourced by host.sh.

CM_PROBE=/sys/kernel/debug/rdma_cm_probe

# cm_write HOST FILE WORDS: fails as the probe does, saying how.
cm_write()
{
	echo "$3" | nsenter --net="/run/netns/$1" "$(command -v dd)" bs=64 \
		of="$CM_PROBE/$2" 2> "$TMPDIR/cm" || {
		cat "$TMPDIR/cm" "$CM_PROBE/connect"
		return 1
	}
}

# cm_works HOST INTERFACE ADDRESS LISTENER INTERFACE ADDRESS: HOST resolves and connects to a listener
# at LISTENER's ADDRESS, each by its INTERFACE.
cm_works()
{
	must_wait 10 can_ping "$1" "$6"
	must cm_write "$4" listen "$6 7000"
	must cm_write "$1" connect "$6 7000"
	note "rdma_cm $1 -> $6: $(tr '\n' ';' < "$CM_PROBE/connect") $(cat "$CM_PROBE/listen")"
	grep -qx "device: $2" "$CM_PROBE/connect" || fail "$1 went by another interface than $2"
	grep -Eq "^$5 \[?$3\]?:[0-9]+ -> \[?$6\]?:7000\$" "$CM_PROBE/listen" ||
		fail "the request from $3 came to $4 otherwise than by $5"
}

# cm_refused HOST "ADDRESS PORT"
cm_refused()
{
	! cm_write "$1" connect "$2" > /dev/null || fail "rdma_cm connected $1 to $2"
	note "rdma_cm $1 -> $2: $(tr '\n' ';' < "$CM_PROBE/connect")"
}
