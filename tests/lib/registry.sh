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

# assert_no_interface HCA: the port has none. Say first, by waiting for a message, that the core has
# decided on it.
assert_no_interface()
{
	! netdev_of "$1" ours > /dev/null || fail "$1 has an interface: $(netdev_of "$1" ours)"
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
