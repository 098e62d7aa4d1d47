#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The core loads the accel by itself, with accel=auto as with a name; loaded by hand it may be as well,
# before the fabric is there, and after it.
#
# lane: quick
# check: 6.12
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

modinfo -F alias accel_ref | grep -qx ipoib-accel-ref || fail "accel_ref has no alias"

for choice in auto ref; do
	fabric_up 2
	must modprobe ipoib_core "accel=$choice"
	must_wait 10 served_by sib0 ref
	must_wait 10 served_by sib1 ref
	fabric_down
	stack_unload
done

note "the fabric comes last, and twice"
must modprobe ipoib_core
fabric_up 2
must_wait 10 served_by sib1 ref
fabric_down
fabric_up 3
must_wait 10 served_by sib2 ref
fabric_down
stack_unload

# modprobe_waits: as for a disk that is reached by the interface which is to come, until each is given a letter.
modprobe_waits()
{
	cat > "$TMPDIR/modprobe" <<-END
		#!/bin/sh
		case "\$*" in
		*ipoib-accel*) dd "if=$TMPDIR/disk" of=/dev/null bs=1 count=1 ;;
		esac
		exec modprobe "\$@"
	END
	chmod +x "$TMPDIR/modprobe"
	# With what was left in it.
	rm -f "$TMPDIR/disk"
	mkfifo "$TMPDIR/disk"
	exec 8<> "$TMPDIR/disk"
	echo "$TMPDIR/modprobe" > /proc/sys/kernel/modprobe
}

# modprobe_goes: and need not wait any more.
modprobe_goes()
{
	echo "$loader" > /proc/sys/kernel/modprobe
	printf '%100s' '' >&8
}

# modprobe_is_done: nobody is asked for any more.
modprobe_is_done()
{
	! pgrep -f "$TMPDIR/modprobe|ipoib-accel" > /dev/null
}

# all_goes: and what is asked for in the name of a port that goes is not loaded after that.
all_goes()
{
	fabric_down
	must_wait 10 modprobe_is_done
	[ ! -d /sys/module/accel_bad ] || must rmmod accel_bad
	stack_unload
}

loader=$(cat /proc/sys/kernel/modprobe)
note "a device that comes back need not wait for modprobe: what was made for it was looked for before"
must modprobe ipoib_core
fabric_up 2
must_wait 10 served_by sib1 ref
fabric_down
modprobe_waits
fabric_up 2
must_wait 10 served_by sib1 ref
modprobe_goes
all_goes

note "unless one was taken away since: then it is looked for, and comes back with the device"
mkdir -p /etc/modprobe.d
printf '%s\n' 'alias ipoib-accel-for-* accel_bad' 'options accel_bad mode=none' > /etc/modprobe.d/autoload.conf
must modprobe ipoib_core
fabric_up 2
must_wait 10 served_by sib1 bad
must rmmod accel_bad
must_wait 10 served_by sib1 ref
fabric_down
fabric_up 2
must_wait 10 served_by sib1 bad
all_goes
rm /etc/modprobe.d/autoload.conf

note "nor need it wait where an accel that was made for it is loaded"
must modprobe ipoib_core
must modprobe accel_bad mode=none
modprobe_waits
fabric_up 2
must_wait 10 served_by sib1 bad
modprobe_goes
all_goes

note "but it does not go before another one that has to wait: the names are those of the devices' order"
# in_order: the first device's interface is ib0.
in_order()
{
	must modprobe ipoib_core
	must modprobe accel_bad mode=none only=sib1
	modprobe_waits
	fabric_up 2
	modprobe_goes
	must_wait 20 served_by sib0 ref
	must_wait 10 served_by sib1 bad
	[ "$(netdev_of sib0 ours)" = ib0 ]
}

# On a machine that is busy modprobe may take longer than is waited for.
tries=1
until in_order; do
	[ $((tries += 1)) -le 3 ] || fail "the first device's interface is not ib0"
	all_goes
done
all_goes

note "and not for long, as what is waited for may need this very interface"
must modprobe ipoib_core
must modprobe accel_bad mode=none only=sib1
modprobe_waits
fabric_up 2
must_wait 20 served_by sib1 bad
modprobe_goes
must_wait 20 served_by sib0 ref
