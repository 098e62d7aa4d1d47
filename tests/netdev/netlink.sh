#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# The netlink family "ipoib" tells accels, ports, interfaces, groups and paths as they are, to whom it may; why there is
# no carrier; and refuses what makes no sense. Interfaces that go while an answer is read are told of as gone, and
# what a fuzzer sends changes nothing.
#
#	hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: quick
# check: 6.12
# limit: 200
. "${TESTS:=/tests}/lib/host.sh"

# nl ARGUMENT...: asks in hostA.
nl()
{
	on hostA "$TESTS/netdev/nl" "$@"
}

# tells ARGUMENT... -- WORD...: the answer is one message, and has each WORD.
tells()
{
	tells_what=
	while [ "$1" != -- ]; do
		tells_what="$tells_what $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # words
	nl $tells_what > "$TMPDIR/nl" || return 1
	[ "$(wc -l < "$TMPDIR/nl")" = 1 ] || return 1
	for tells_word; do
		grep -qF -e " $tells_word " "$TMPDIR/nl" || return 1
	done
}

# must_tell: tells, or the test fails with what was told.
must_tell()
{
	wait_for 10 tells "$@" || {
		cat "$TMPDIR/nl"
		fail "not told: $*"
	}
}

# refuses ERRNO TEXT ARGUMENT...: the request fails so, and the error says so, where it says something: kernels before
# 6.2 have no place for it.
refuses()
{
	refuses_errno=$1
	refuses_text=$2
	shift 2
	! nl "$@" > "$TMPDIR/nl" 2>&1 || fail "nl $* was answered"
	grep -Eq "^error $refuses_errno .*(: $|$refuses_text)" "$TMPDIR/nl" || {
		cat "$TMPDIR/nl"
		fail "nl $*: the error is not $refuses_errno, '$refuses_text'"
	}
}

# messages ARGUMENT...: how many there are.
messages()
{
	nl "$@" | grep -c =
}

# counts_all TABLE COMMAND: its entries are as many as are told one by one.
counts_all()
{
	[ "$(nl table-get | sed -n "s/.*table=\"$1\" .* entries=\([0-9]*\) .*/\1/p")" = "$(messages "$2")" ]
}

# port_gid HCA: its first.
port_gid()
{
	cat "/sys/class/infiniband/$1/ports/1/gids/0"
}

# heard WORD: by who listens since before.
heard()
{
	grep -qF -e " $1 " "$TMPDIR/heard"
}

hosts_up ours-ours
must_wait 10 can_ping hostA "$B4"
index=$(on hostA cat "/sys/class/net/$IFA/ifindex")
broadcast=$(nl dev-get | sed -n 's/.* gid=\([^ ]*\) .*/\1/p')

note "accels and ports"
# shellcheck disable=SC2154 # ACCEL is the data path
must_tell accel-get "accel=$ACCEL" -- "module=\"accel_$ACCEL\"" used=2
must_tell port-get hca=sib0 port=1 -- "wanted=\"$ACCEL\"" "accel=\"$ACCEL\"" bind=0 port-state=4 port-mtu=4092 \
	"port-lid=$(port_lid sib0)" "sm-lid=$(port_lid sib0)" 'alias="sib0/1"' \
	"alias=\"guid:0x$(tr -d : < /sys/class/infiniband/sib0/node_guid)/1\""
is "ports" "$(messages port-get "accel=$ACCEL")" 2
is "ports" "$(messages port-get accel=none)" 0

note "interfaces: those of the namespace"
limit=1
[ "$(mtu_of hostA "$IFA")" != 4092 ] || limit=2
must_tell dev-get -- "ifname=\"$IFA\"" 'hca="sib0"' port=1 carrier=1 reason=0 group-state=3 "mtu=$(mtu_of hostA "$IFA")" \
	error=0 tries=0 pkey=65535 pkey-entry=65535 "mtu-limit=$limit"
must_tell dev-get "ifindex=$index" "ifname=$IFA" hca=sib0 -- carrier=1
[ "$ACCEL" != ref ] || must_tell dev-get -- outstanding=0
[ "$(on hostB cat "/sys/class/net/$IFB/ifindex")" = "$index" ] ||
	refuses 19 "no such interface" dev-get "ifindex=$(on hostB cat "/sys/class/net/$IFB/ifindex")"
refuses 19 "no such interface" dev-get ifname=lo
is "interfaces of sib1 in hostA" "$(messages dev-get hca=sib1)" 0
must ip -n hostA link set "$IFA" mtu 1500
must_tell dev-get -- mtu=1500 mtu-wanted=1500 mtu-limit=0
qpn=$(printf %d "0x$(lladdr hostA "$IFA" | cut -d : -f 2-4 | tr -d :)")
must_tell dev-get -- "qpn=$qpn" "rx-ring=$(on hostA ethtool -g "$IFA" | sed -n 's/^RX:[[:space:]]*//p' | tail -n 1)"

note "groups and paths"
must_tell group-get "gid=$broadcast" -- group-state=3 membership=1 error=0 tries=0 queued=0
[ "$(messages group-get)" -ge 3 ] || fail "$(messages group-get) groups"
must_tell path-get "gid=$(port_gid sib1)" -- path-state=2 "lid=$(port_lid sib1)" error=0 queued=0 path-mtu=4096
must ip -n hostA neighbour replace 10.9.0.200 dev "$IFA" nud permanent \
	lladdr 00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:00:01
on hostA "$TESTS/strangers/flood" peers 10.9.0.200 1
must_tell path-get gid=fe80::200:0:0:1 -- path-state=5 error=22 tries=1

note "drops and tables"
is "causes" "$(messages drop-get)" "$(on hostA ethtool -S "$IFA" | grep -c ' tx_drop_')"
is "unreachable" "$(nl drop-get | sed -n 's/.*"tx_drop_unreachable" packets=//p' | tr -d ' ')" \
	"$(ethtool_stat hostA "$IFA" tx_drop_unreachable)"
must_wait 5 counts_all paths path-get
must_wait 5 counts_all groups group-get

note "who may ask"
nl -u accel-get | grep -q "accel=\"$ACCEL\"" || fail "nobody is not told of accels"
nl -u port-get | grep -q 'hca="sib0"' || fail "nobody is not told of ports"
nl -u dev-get | grep -q "ifname=\"$IFA\"" || fail "nobody is not told of interfaces"
nl dev-get | grep -q ' qkey=' || fail "root is not told the Q_Key"
! nl -u dev-get | grep -q ' qkey=' || fail "nobody is told the Q_Key"
refuses 1 "" -u group-get
refuses 1 "" -u path-get

note "what makes no sense"
refuses 95 "" -d dev-get
refuses 22 "no such filter" accel-get port=1
refuses 22 "no such filter" dev-get "gid=$broadcast"
refuses 22 "from 1" port-get port=0
refuses 22 "16 bytes" path-get raw=6:fe80
refuses "(22|34)" "" path-get raw=6:fe80000000000000000000000000000000
refuses 22 "" dev-get raw=40:01000000
refuses "(22|34)" "" dev-get raw=2:01
refuses 22 "not empty" port-get hca=

note "a fuzzer"
before=$(nl dev-get | wc -l)
nl fuzz 1 1500 > "$TMPDIR/fuzz" || fail "the fuzzer: $(cat "$TMPDIR/fuzz")"
nl -u fuzz "$(date +%s)" 500 >> "$TMPDIR/fuzz" || fail "the fuzzer: $(cat "$TMPDIR/fuzz")"
note "$(cat "$TMPDIR/fuzz")"
is "interfaces" "$(nl dev-get | wc -l)" "$before"

note "why there is no carrier"
spawn hostA "$TESTS/netdev/nl" -u monitor > "$TMPDIR/heard"
listener=$SPAWNED
must_wait 5 grep -q listening "$TMPDIR/heard"
must ip -n hostA link set "$IFA" down
must_tell dev-get -- carrier=0 reason=1
must ip -n hostA link set "$IFA" up
knob sib0 pkeys "0 0x0000"
must_tell dev-get -- reason=2
knob sib0 pkeys "0 0xffff"
must_wait 20 is_running hostA "$IFA"
must ip -n hostA link add link "$IFA" name child type ipoib pkey 0x8009
must ip -n hostA link set child up
must_tell dev-get ifname=child -- reason=2 "parent=$index" pkey=32777
knob sib0 pkeys "1 0x0009"
must_tell dev-get ifname=child -- reason=9 error=22 pkey-entry=9 group-state=5
knob sib0 sa_mute 1
must_tell dev-get ifname=child -- reason=8 error=110
knob sib0 sa_mute 0
cable_out sib0
must_tell dev-get "ifname=$IFA" -- reason=5
cable_in sib0
must_wait 20 is_running hostA "$IFA"

kill "$listener"
for reason in 0 1 2 5 8 9; do
	heard "reason=$reason" || {
		cat "$TMPDIR/heard"
		fail "no notification of reason $reason"
	}
done
! grep -q qkey= "$TMPDIR/heard" || fail "nobody is told the Q_Key"

note "an interface that goes while an answer is read"
i=0
while [ "$i" -lt 120 ]; do
	echo "neighbour replace 10.9.1.$i dev $IFA nud permanent lladdr 00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:01:$(printf %02x "$i")"
	i=$((i + 1))
done > "$TMPDIR/batch"
must ip -n hostA address add 10.9.1.250/24 dev "$IFA"
must ip -n hostA -batch "$TMPDIR/batch"
on hostA "$TESTS/strangers/flood" peers 10.9.1.0 120
[ "$(messages path-get)" -ge 120 ] || fail "$(messages path-get) paths"
is "paths told twice" "$(nl path-get | sed 's/.* gid=\([^ ]*\) .*/\1/' | sort | uniq -d | wc -l)" 0
mkfifo "$TMPDIR/go"
spawn hostA sh -c "exec $TESTS/netdev/nl -s path-get < $TMPDIR/go > $TMPDIR/pieces"
asker=$SPAWNED
exec 3> "$TMPDIR/go"
must_wait 10 grep -q gid= "$TMPDIR/pieces"
must ip -n hostA link delete child
echo >&3
exec 3>&-
wait "$asker" || fail "the rest was not told"
grep -q '^interrupted' "$TMPDIR/pieces" || fail "nobody said that an interface went"
