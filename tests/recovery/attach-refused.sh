#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The subnet manager grants a group, and the device refuses to receive it, as one does that has no room for more: the
# message and ipoibctl say that, and not that the subnet manager refuses; what was joined for sending goes on to be sent
# to. When the device takes it all is well.
#
#	hostA [ib0]---sib0, accel_bad---+ switch +---sib1 OpenSM
#
# lane: full
# kernel: 6.12
# limit: 90
. "${TESTS:=/tests}/lib/host.sh"

BREAKS=/sys/module/accel_bad/parameters/breaks

# is_listed HOST INTERFACE GROUP: it can be sent to.
is_listed()
{
	ipoibctl -n "$1" show group "$2" | grep -q "$3 .* lid 0x"
}

has_handle()
{
	is_listed hostA "$link" "$1"
}

bad_takes_sib0 none breaks=refuse
host_add hostA
host_take hostA "$link"
log_mark
must ip -n hostA link set "$link" up
must_wait 20 log_has "$link: no carrier: joining the broadcast group .* failed \(-5\), this host's device refuses"
explains hostA "$link" "broken: no carrier: joining the broadcast group failed on this host"
ipoibctl -n hostA explain "$link" | grep -q "no more multicast attachments" || fail "explain blames somebody else"
note "the device takes it"
echo none > "$BREAKS"
must_wait 20 is_running hostA "$link"
must_wait 10 log_has "$link: joined the broadcast group .*after all"
explains_well hostA "$link"

# sends_to GROUP: has it joined for sending. receives HOST INTERFACE GROUP: has it joined.
sends_to()
{
	on hostA ping -c 1 -W 1 "$1" > /dev/null || :
}

receives()
{
	must ip -n "$1" address add "$3/32" dev "$2" autojoin
}

note "a group that was joined for sending is to be received: its LID stays, as another host is a member, or is another one"
other=$(netdev_of sib1 ours)
host_add hostB
host_take hostB "$other"
must ip -n hostB link set "$other" up
must_wait 20 is_running hostB "$other"
receives hostB "$other" 239.1.2.3
receives hostB "$other" 239.1.2.9
must_wait 10 is_listed hostB "$other" "401b:ffff::f01:209"
must ip -n hostA address add 10.9.0.1/24 dev "$link"
must ip -n hostA route add 239.0.0.0/8 dev "$link"
sends_to 239.1.2.3
must_wait 10 has_handle "401b:ffff::f01:203"
sends_to 239.1.2.4
must_wait 10 has_handle "401b:ffff::f01:204"
# OpenSM gives the first LID that is free.
must ip -n hostB address delete 239.1.2.9/32 dev "$other"
must_wait 10 negate is_listed hostB "$other" "401b:ffff::f01:209"
echo refuse > "$BREAKS"
receives hostA "$link" 239.1.2.3
receives hostA "$link" 239.1.2.4
must_wait 40 log_has "$link: joining the group ff12:401b:ffff.*0f01:0203 failed \(-5\), this host's device refuses"
must_wait 40 log_has "$link: joining the group ff12:401b:ffff.*0f01:0204 failed \(-5\), this host's device refuses"
explains hostA "$link" "limited: multicast groups that cannot be joined: 2, .*: that failed on this host: Input/output error"
has_handle "401b:ffff::f01:203" || fail "what was sent to is not any more, for the device does not receive it"
! has_handle "401b:ffff::f01:204" || fail "it is sent to a LID that the group has not any more"
echo none > "$BREAKS"
must_wait 40 log_has "$link: joined the group ff12:401b:ffff.*0f01:0204 after all"
has_handle "401b:ffff::f01:204" || fail "a group that has been joined after all is not sent to"
