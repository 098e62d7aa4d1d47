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

# word NAME: the number of that name in the message that was told last.
word()
{
	sed -n "s/.* $1=\([0-9]*\) .*/\1/p" "$TMPDIR/nl"
}

# reaches NUMBER NAME ARGUMENT...: for must_wait: it is told to be so much.
reaches()
{
	reaches_least=$1
	reaches_name=$2
	shift 2
	nl "$@" > "$TMPDIR/nl" && [ "$(word "$reaches_name")" -ge "$reaches_least" ] 2> /dev/null
}

# is_between NAME LEAST MOST: as it was told last.
is_between()
{
	{ [ "$(word "$1")" -ge "$2" ] && [ "$(word "$1")" -le "$3" ]; } || fail "$1: '$(word "$1")', expected $2 to $3"
}

# has_set OPTION NAME: the number that ethtool shows as set; channels that are combined are of either NAME.
has_set()
{
	on hostA ethtool "$1" "$IFA" | awk -v name="$2:" '
		/^Current/ { current = 1 }
		current && ($1 == name || $1 == "Combined:") { sum += $2 }
		END { print sum + 0 }'
}

# queues_told: as ethtool has them.
queues_told()
{
	must_tell dev-get -- "rx-ring=$(has_set -g RX)" "tx-ring=$(has_set -g TX)" "rx-queues=$(has_set -l RX)" \
		"tx-queues=$(has_set -l TX)"
}

# neighbours FROM COUNT: peers that are not there, 10.9.0.FROM and so on.
neighbours()
{
	for number in $(seq "$1" $(($1 + $2 - 1))); do
		echo "neighbour replace 10.9.0.$number dev $IFA nud permanent lladdr" \
			"00:00:00:48:fe:80:00:00:00:00:00:00:02:00:00:00:00:00:00:$(printf %02x $((number - 199)))"
	done > "$TMPDIR/batch"
	must ip -n hostA -batch "$TMPDIR/batch"
}

# queues TABLE COMMAND NUMBER: so many packets and more wait for all that COMMAND tells of, as many as TABLE is said to
# have, and the SA is asked.
queues()
{
	queues_sum=$(nl "$2" | sed -n 's/.* queued=\([0-9]*\) .*/\1/p' | awk '{ sum += $1 } END { print sum + 0 }')
	nl table-get > "$TMPDIR/nl"
	[ "$queues_sum" -ge "$3" ] && grep -Eq "table=\"$1\" .* queued=$queues_sum .* queries=[1-9]" "$TMPDIR/nl"
}

# OpenSM gives a service level that is not 0 with QoS only.
invariants_not paths "the partition has a service level, which netlink tells"
sm_partitions "Default=0x7fff, ipoib, mtu=${SM_MTU:-4}, rate=3, sl=2, defmember=full : ALL=full;"
fabric_up 2
sm_start sib0 --qos
mkdir -p /etc/modprobe.d
echo "options accel_ref tx_queues=4 rx_queues=2" > /etc/modprobe.d/queues.conf
began=$(now_ms)
hosts_up ours-ours
rm /etc/modprobe.d/queues.conf
must_wait 10 can_ping hostA "$B4"
index=$(on hostA cat "/sys/class/net/$IFA/ifindex")
broadcast=$(nl dev-get | sed -n 's/.* gid=\([^ ]*\) .*/\1/p')

note "accels and ports"
# shellcheck disable=SC2154 # ACCEL is the data path
must_tell accel-get "accel=$ACCEL" -- "module=\"accel_$ACCEL\"" used=2 \
	"version=\"$(cat "/sys/module/accel_$ACCEL/version")\""
must_tell port-get hca=sib0 port=1 -- "wanted=\"$ACCEL\"" "accel=\"$ACCEL\"" bind=0 port-state=4 port-mtu=4092 \
	"port-lid=$(port_lid sib0)" "sm-lid=$(port_lid sib0)" 'alias="sib0/1"' \
	"alias=\"guid:0x$(tr -d : < /sys/class/infiniband/sib0/node_guid)/1\""
is "ports" "$(messages port-get "accel=$ACCEL")" 2
is "ports" "$(messages port-get accel=none)" 0

note "interfaces: those of the namespace"
limit=1
[ "$(mtu_of hostA "$IFA")" != 4092 ] || limit=2
must_tell dev-get -- "ifname=\"$IFA\"" 'hca="sib0"' port=1 carrier=1 reason=0 group-state=3 "mtu=$(mtu_of hostA "$IFA")" \
	error=0 tries=0 pkey=65535 pkey-entry=65535 "mtu-limit=$limit" "mtu-group=$(mtu_of hostA "$IFA")"
must_tell dev-get "ifindex=$index" "ifname=$IFA" hca=sib0 -- carrier=1
[ "$ACCEL" != ref ] || must_tell dev-get -- outstanding=0
[ "$(on hostB cat "/sys/class/net/$IFB/ifindex")" = "$index" ] ||
	refuses 19 "no such interface" dev-get "ifindex=$(on hostB cat "/sys/class/net/$IFB/ifindex")"
refuses 19 "no such interface" dev-get ifname=lo
is "interfaces of sib1 in hostA" "$(messages dev-get hca=sib1)" 0
group=$(mtu_of hostA "$IFA")
must ip -n hostA link set "$IFA" mtu 1500
must_tell dev-get -- mtu=1500 mtu-wanted=1500 mtu-limit=0 "mtu-group=$group"
qpn=$(printf %d "0x$(lladdr hostA "$IFA" | cut -d : -f 2-4 | tr -d :)")
must_tell dev-get -- "qpn=$qpn"

note "queues, rings and moderation: what ethtool sets"
queues_told
if [ "$ACCEL" = ref ]; then
	must on hostA ethtool -L "$IFA" tx 3 rx 1
	must on hostA ethtool -G "$IFA" rx 64 tx 32
	queues_told
	must_tell dev-get -- tx-queues=3 rx-queues=1 rx-ring=64 tx-ring=32
	must on hostA ethtool -G "$IFA" rx 256 tx 128
	must_tell dev-get -- rx-usecs=0 rx-frames=0 adaptive-rx=0 tx-usecs=0 tx-frames=0
	must on hostA ethtool -C "$IFA" rx-usecs 17 rx-frames 5 tx-usecs 3 tx-frames 2
	must_tell dev-get -- rx-usecs=17 rx-frames=5 adaptive-rx=0 tx-usecs=3 tx-frames=2
	must on hostA ethtool -C "$IFA" adaptive-rx on rx-usecs 0 rx-frames 0 tx-usecs 0 tx-frames 0
	must_tell dev-get -- rx-usecs=0 rx-frames=0 adaptive-rx=1 tx-usecs=0 tx-frames=0
	must on hostA ethtool -C "$IFA" adaptive-rx off
	! nl dev-get | grep -q ' adaptive-tx=' || fail "what there is not is told"
fi

note "groups and paths"
must_tell group-get "gid=$broadcast" -- group-state=3 membership=1 error=0 tries=0 queued=0 sl=2 rate=10000
is_between age 1 $(($(now_ms) - began))
[ "$(messages group-get)" -ge 3 ] || fail "$(messages group-get) groups"
must_tell path-get "gid=$(port_gid sib1)" -- path-state=2 "lid=$(port_lid sib1)" error=0 queued=0 path-mtu=4096 sl=2 \
	rate=103125
must_wait 5 reaches 2000 age path-get "gid=$(port_gid sib1)"
is_between age 2000 $(($(now_ms) - began))
neighbours 200 1
on hostA "$TESTS/strangers/flood" peers 10.9.0.200 1
must_tell path-get gid=fe80::200:0:0:1 -- path-state=5 error=22 tries=1
is_between next-try 1 1250

note "drops and tables"
is "causes" "$(messages drop-get)" "$(on hostA ethtool -S "$IFA" | grep -c ' tx_drop_')"
is "unreachable" "$(nl drop-get | sed -n 's/.*"tx_drop_unreachable" packets=//p' | tr -d ' ')" \
	"$(ethtool_stat hostA "$IFA" tx_drop_unreachable)"
must_wait 5 counts_all paths path-get
must_wait 5 counts_all groups group-get

note "what waits while the SA is mute"
knob sib0 sa_mute 1
limit=$(cat /sys/module/ipoib_core/parameters/max_path_queries)
neighbours 201 $((limit - 10))
on hostA "$TESTS/strangers/flood" peers 10.9.0.201 $((limit - 10))
on hostA "$TESTS/strangers/flood" groups "$A4" 3
must_wait 2 queues paths path-get $((limit - 10))
sed -i '/"paths"/!d' "$TMPDIR/nl"
# Some are kept for other questions than those of who sends.
is_between queries $((limit / 2)) "$limit"
is_between queries-limit "$limit" "$limit"
must_wait 2 queues groups group-get 3
must_tell path-get gid=fe80::200:0:0:2 -- path-state=1 queued=1
knob sib0 sa_mute 0

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
must_wait 20 is_running hostA "$IFA"
up=$(now_ms)
before=$(nl dev-get | wc -l)
nl fuzz 1 1500 > "$TMPDIR/fuzz" || fail "the fuzzer: $(cat "$TMPDIR/fuzz")"
nl -u fuzz "$(date +%s)" 500 >> "$TMPDIR/fuzz" || fail "the fuzzer: $(cat "$TMPDIR/fuzz")"
note "$(cat "$TMPDIR/fuzz")"
is "interfaces" "$(nl dev-get | wc -l)" "$before"

note "why there is no carrier"
spawn hostA "$TESTS/netdev/nl" -u monitor > "$TMPDIR/heard"
listener=$SPAWNED
must_wait 5 grep -q listening "$TMPDIR/heard"
flap=$(now_ms)
must_tell dev-get -- carrier=1
# One time is of ticks.
is_between since $((flap - up - 100)) $(($(now_ms) - began))
must ip -n hostA link set "$IFA" down
must_tell dev-get -- carrier=0 reason=1
must ip -n hostA link set "$IFA" up
must_wait 20 is_running hostA "$IFA"
must_tell dev-get -- carrier=1
is_between since 0 $(($(now_ms) - flap))
knob sib0 pkeys "0 0x0000"
must_tell dev-get -- reason=2
knob sib0 pkeys "0 0xffff"
must_wait 20 is_running hostA "$IFA"
must ip -n hostA link add link "$IFA" name child type ipoib pkey 0x8009
must ip -n hostA link set child up
must_tell dev-get ifname=child -- reason=2 "parent=$index" pkey=32777
knob sib0 pkeys "1 0x0009"
must_tell dev-get ifname=child -- reason=9 error=22 pkey-entry=9 group-state=5
# 1 s, 2 s, 4 s and so on, and a quarter more or less.
must_wait 30 reaches 2900 next-try dev-get ifname=child
is_between next-try 2900 $((1250 << ($(word tries) - 1)))
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
