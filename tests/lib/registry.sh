# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Ports and the accels that serve them. Sourced by host.sh.

# accel_of HCA: which accel serves the port's interface, in this network namespace.
accel_of()
{
	accel_netdev=$(netdev_of "$1" ours) || return 1
	ethtool -i "$accel_netdev" | sed -n 's/^version: ipoib-accel .* //p'
}

# served_by HCA ACCEL: for must_wait.
served_by()
{
	[ "$(accel_of "$1")" = "$2" ]
}

# bad_takes_sib0 MODE [PARAMETER...]: accel_bad has the ports, and the subnet manager is on sib1; link is
# sib0's interface.
bad_takes_sib0()
{
	must modprobe ipoib_core accel=bad
	bad_mode=$1
	shift
	must modprobe accel_bad "mode=$bad_mode" "$@"
	fabric_up 2
	sm_start sib1
	must_wait 10 served_by sib0 bad
	# shellcheck disable=SC2034 # for the caller
	link=$(netdev_of sib0 ours)
}

# assert_no_interface HCA: the port has none. Say first, by waiting for a message, that the core has
# decided on it.
assert_no_interface()
{
	! netdev_of "$1" ours > /dev/null || fail "$1 has an interface: $(netdev_of "$1" ours)"
}

# assert_told HCA WORD...: netlink says all that of the port.
assert_told()
{
	told_hca=$1
	shift
	"$TESTS/netdev/nl" port-get "hca=$told_hca" port=1 > "$TMPDIR/told" || fail "netlink does not tell of $told_hca"
	for told_word; do
		grep -qF -e " $told_word " "$TMPDIR/told" || {
			cat "$TMPDIR/told"
			fail "netlink does not say $told_word of $told_hca"
		}
	done
}

# assert_refused REGEX MODPROBE_ARGUMENT...: the module does not load, and the log says why.
assert_refused()
{
	refused_why=$1
	shift
	! modprobe "$@" 2> "$TMPDIR/modprobe" || fail "modprobe $* succeeded"
	note "modprobe $*: $(cat "$TMPDIR/modprobe")"
	[ -s "$TMPDIR/modprobe" ] || fail "modprobe $* failed without a word"
	assert_log "$refused_why"
}
