#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Multicast DNS: avahi on each host finds the other's name, address and service, by IPv4 and IPv6.
#
#	hostA [IF, avahi-daemon]---sib0---+ switch +---sib1---[IF, avahi-daemon] hostB
#	hostA.local                                          hostB.local
#
# lane: slow DRIVER=intree
# lane: full
# kernel: 6.1 DRIVER=intree
# check: 6.1
# limit: 120
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

hosts_up "$DRIVER-$DRIVER"
# It asks for the user that it does not become here.
grep -q '^avahi:' /etc/passwd || {
	echo 'avahi:x:100:100::/:/bin/false' >> /etc/passwd
	echo 'avahi:x:100:' >> /etc/group
}

# avahi_start HOST INTERFACE: a message bus and avahi-daemon; with its own /run, as on two machines.
avahi_start()
{
	cat > "$TMPDIR/$1-bus.conf" <<-END
		<busconfig>
			<listen>unix:path=$TMPDIR/$1-bus</listen>
			<policy context="default">
				<allow send_destination="*" eavesdrop="true"/>
				<allow eavesdrop="true"/>
				<allow own="*"/>
			</policy>
		</busconfig>
	END
	cat > "$TMPDIR/$1-avahi.conf" <<-END
		[server]
		host-name=$1
		allow-interfaces=$2
		[publish]
		publish-hinfo=no
		publish-workstation=no
	END
	dbus-daemon --config-file="$TMPDIR/$1-bus.conf" --nofork --nopidfile --nosyslog &
	must_wait 10 test -S "$TMPDIR/$1-bus"
	mkdir -p /run/avahi-daemon /etc/avahi
	: > /etc/avahi/hosts
	# shellcheck disable=SC2016 # for the inner shell
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=$TMPDIR/$1-bus spawn "$1" unshare -m dash -c '
		mount -t tmpfs tmpfs /run/avahi-daemon
		exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f "$1"
	' avahi "$TMPDIR/$1-avahi.conf" > "$TMPDIR/$1-avahi" 2>&1
}

# ask HOST COMMAND...: of the avahi there.
ask()
{
	ask_host=$1
	shift
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=$TMPDIR/$ask_host-bus on "$ask_host" "$@"
}

# resolves HOST -4|-6 NAME ADDRESS: within the time that avahi-resolve takes.
resolves()
{
	ask "$1" avahi-resolve "$2" -n "$3" > "$TMPDIR/resolved" 2>&1 &&
		grep -q "^$3.$4\$" "$TMPDIR/resolved"
}

avahi_start hostA "$IFA"
avahi_start hostB "$IFB"
for host in hostA hostB; do
	must_wait 30 grep -q 'Server startup complete' "$TMPDIR/$host-avahi"
done
must_wait 20 resolves hostB -4 hostA.local "$A4"
must_wait 20 resolves hostA -4 hostB.local "$B4"
must_wait 20 resolves hostB -6 hostA.local "$A6"
must_wait 20 resolves hostA -6 hostB.local "$B6"

note "a service of hostA is found, and its end is heard of"
# The daemon goes with its client.
DBUS_SYSTEM_BUS_ADDRESS=unix:path=$TMPDIR/hostA-bus \
	spawn hostA avahi-publish -s judge _judge._tcp 7000 > /dev/null 2>&1
publisher=$SPAWNED
DBUS_SYSTEM_BUS_ADDRESS=unix:path=$TMPDIR/hostB-bus \
	spawn hostB avahi-browse -rp _judge._tcp > "$TMPDIR/browse" 2>&1
for family in "IPv4;judge;_judge._tcp;local;hostA.local;" "IPv6;judge;_judge._tcp;local;hostA.local;"; do
	must_wait 20 grep -q "^=;$IFB;$family" "$TMPDIR/browse"
done
kill "$publisher"
must_wait 20 grep -q "^-;$IFB;IPv4;judge;" "$TMPDIR/browse"
[ "$DRIVER" = intree ] || assert_strict_clean
