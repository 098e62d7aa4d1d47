#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# systemd runs `ipoibctl stats --prometheus` by the timer and the service of the examples, confined as they confine it:
# the folder is node_exporter's, and what comes into it is for everybody, whole, and what root is told without all that.
# (Topology: lib/system.sh)
#
# root: debian
# lane: full
# kernel: 6.12
# limit: 240
. "${TESTS:=/tests}/lib/system.sh"

folder=/var/lib/prometheus/node-exporter
# names FILE: its metrics, without figures.
names()
{
	sed -n 's/^\(ipoib_.*\) [0-9.e+]*$/\1/p' "$1" | LC_ALL=C sort
}

# value METRIC: in the file.
value()
{
	sed -n "s/^$1{interface=\"$IFA\"} //p" "$folder/ipoib.prom"
}

system_up ours-ours
must ip address add "$A4/24" dev "$IFA"
must ip link set "$IFA" up
must_wait 20 can_ping hostA "$B4"
must mkdir -p "$folder"
must chown nobody "$folder"
must cp "$TESTS"/judges/ipoib-prometheus.* /run/systemd/system/
must systemctl daemon-reload

note "the service, once"
service_start ipoib-prometheus.service
[ "$(stat -c '%a %s' "$folder/ipoib.prom" | sed 's/ [1-9].*/ some/')" = "644 some" ] ||
	fail "the file: $(stat -c '%a %s' "$folder/ipoib.prom")"
! journalctl -b -u ipoib-prometheus.service --no-pager | grep 'ipoibctl:' || fail "something was not told"
[ "$(ls -A "$folder")" = ipoib.prom ] || fail "there is more than the file: $(ls -A "$folder")"
ipoibctl stats --prometheus > "$TMPDIR/free" || fail "ipoibctl stats --prometheus"
names "$TMPDIR/free" > "$TMPDIR/free.names"
names "$folder/ipoib.prom" > "$TMPDIR/confined.names"
diff "$TMPDIR/free.names" "$TMPDIR/confined.names" || fail "who is confined is told something else"
is "is it up" "$(sed -n 's/^ipoib_up //p' "$folder/ipoib.prom")" 1
is "carrier" "$(value ipoib_carrier)" 1
received=$(value ipoib_receive_packets_total)
[ "$received" -gt 0 ] || fail "$received packets were received"

note "the timer"
must systemctl start ipoib-prometheus.timer
must ping -n -q -c 5 -i 0.2 "$B4"
is_counted()
{
	[ "$(value ipoib_receive_packets_total)" -ge $((received + 5)) ]
}
must_wait 60 is_counted
must systemctl stop ipoib-prometheus.timer
rm -rf "${folder%/*}"
