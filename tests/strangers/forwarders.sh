#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What nft hands to an interface is not what the stack hands to it: packets without room in front for a header. They
# arrive.
#
#	guest [v1]---[v0] hostA [ib0]---sib0---+ switch +---sib1---[ib1] hostB
#
# lane: full
# limit: 60
. "${TESTS:=/tests}/lib/host.sh"

hosts_up ours-ours
must_wait 10 can_ping hostA "$B4"
host_add guest
must ip -n hostA link add v0 type veth peer name v1 netns guest
must ip -n hostA link set v0 up
must ip -n guest link set v1 up
must ip -n guest address add 10.9.8.2/24 dev v1
must ip -n guest route add default via 10.9.8.1
must ip -n guest neigh add 10.9.8.1 lladdr "$(on hostA cat /sys/class/net/v0/address)" dev v1

note "of a virtual Ethernet: 16 bytes are in front, 24 are needed"
# echoes: that hostB has got.
echoes()
{
	on hostB nstat -asz IcmpInEchos | awk '$1 == "IcmpInEchos" { print $2 }'
}

got()
{
	[ "$(echoes)" -ge "$1" ]
}

must on hostA nft -f - <<END
table netdev led {
	chain here {
		type filter hook ingress device "v0" priority 0;
		ip daddr $B4 fwd ip to $B4 device "$IFA"
	}
}
END
before=$(echoes)
on guest ping -n -q -c 5 -i 0.2 -W 1 "$B4" > /dev/null || :
must_wait 5 got $((before + 5))

must_wait 10 can_ping hostA "$B4"
must_wait 10 can_ping hostB "$A4"
assert_strict_clean
