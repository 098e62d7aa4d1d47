#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# /sys/kernel/debug/ipoib/X_mcg and X_path show the groups and paths of X, in in-tree's words, and
# follow X when it is renamed, moved or gone.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# check: 6.12
# kernel: 6.12 DRIVER=intree
# limit: 120
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

dir=/sys/kernel/debug/ipoib

# entry FILE GID: what it says of GID, without blanks, in one line.
entry()
{
	sed -n "/^GID: $2\$/,/^\$/p" "$dir/$1" | tr -d ' ' | tr '\n' ' '
}

# says FILE GID REGEX
says()
{
	entry "$1" "$2" | grep -Eq "$3"
}

hosts_up "$DRIVER-$DRIVER"
must_wait 10 can_ping hostA "$B4"

note "groups"
broadcast=ff12:401b:ffff:0:0:0:ffff:ffff
must_wait 10 says "${IFA}_mcg" "$broadcast" \
	'^GID:[^ ]* created:[0-9]+ queuelen:0 complete:yes send_only:no '
on hostA ping -c 1 -W 1 -I "$IFA" 239.1.2.3 > /dev/null 2>&1 || :
must_wait 10 says "${IFA}_mcg" ff12:401b:ffff:0:0:0:f01:203 'complete:yes send_only:yes '

note "paths"
peer=$(sed 's/^0*\([0-9a-f]\)/\1/; s/:0*\([0-9a-f]\)/:\1/g' /sys/class/infiniband/sib1/ports/1/gids/0)
must_wait 10 says "${IFA}_path" "$peer" \
	"^GID:[^ ]* complete:yes DLID:0x$(printf %04x "$(port_lid sib1)") SL:0 rate:[0-9]+\.[0-9]+Gb/sec "

# listed: how many of the paths below there are, and how many lines of them.
listed()
{
	grep '^GID: fe80:0:0:0:200:0:0:1..$' "$dir/${IFA}_path" > "$TMPDIR/listed"
	[ "$(sort -u "$TMPDIR/listed" | wc -l) $(wc -l < "$TMPDIR/listed")" = "120 120" ]
}

if ours "keeps those of strangers"; then
	note "more than a page of them: each once"
	for i in $(seq 120); do
		printf 'neighbour replace 10.9.0.%d dev %s nud permanent lladdr ' $((100 + i)) "$IFA"
		printf '00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:01:%02x\n' "$i"
	done > "$TMPDIR/batch"
	must ip -n hostA -batch "$TMPDIR/batch"
	# shellcheck disable=SC2016 # for the inner shell
	on hostA dash -c 'for i in $(seq 101 220); do ping -n -q -c 1 -W 0.01 "10.9.0.$i"; done' > /dev/null || :
	must_wait 10 listed
fi

note "gone, while the module stays"
must ip -n hostA link add link "$IFA" name child type ipoib pkey 0x8001
[ -e "$dir/child_mcg" ] || fail "no files of the child"
must ip -n hostA link delete child
for what in mcg path; do
	[ ! -e "$dir/child_$what" ] || fail "the file child_$what is left"
done

note "renamed"
must ip -n hostA link set "$IFA" down
if ours "keeps them"; then
	! grep GID "$dir/${IFA}_path" "$dir/${IFA}_mcg" || fail "paths or groups of an interface that is down"
fi
must ip -n hostA link set "$IFA" name renamed
for what in mcg path; do
	[ ! -e "$dir/${IFA}_$what" ] || fail "the file ${IFA}_$what is left"
done
must ip -n hostA link set renamed up
must_wait 20 says renamed_mcg "$broadcast" 'complete:yes'

if ours "has one file for both"; then
	note "two of one name"
	must ip -n hostB link set "$IFB" down
	must ip -n hostB link set "$IFB" name renamed
	must ip -n hostB link set renamed up
	inode=$(stat -Lc %i /run/netns/hostB)
	must_wait 20 says "renamed@${inode}_mcg" "$broadcast" 'complete:yes'
	must says renamed_mcg "$broadcast" 'complete:yes'
fi
stack_unload
[ ! -e "$dir" ] || fail "$dir is left"

if ours "cannot be both"; then
	note "in-tree has the folder already"
	modprobe ib_ipoib || fail "modprobe ib_ipoib"
	must modprobe ipoib_core accel=sib0/1:none,sib1/1:ref
	must_wait 10 netdev_of sib1 ours
	link=$(netdev_of sib1 ours)
	[ -e "/sys/kernel/debug/ipoib_core/${link}_mcg" ] || fail "no files of ours beside in-tree's"
	must rmmod ib_ipoib
	[ -e "/sys/kernel/debug/ipoib_core/${link}_mcg" ] || fail "ours went with in-tree's"
	stack_unload
	[ ! -e /sys/kernel/debug/ipoib_core ] || fail "the folder is left"
fi
