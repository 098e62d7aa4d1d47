#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# radvd advertises a prefix and itself: the peer makes an address of the prefix and its GUID (RFC 4391
# section 8: the EUI-64 with the universal bit set), and reaches by the default route what is behind.
#
#	hostA [IF, radvd]---sib0---+ switch +---sib1---[IF] hostB
#	fd00:99::1 on lo            fd00:77::/64
#
# lane: slow DRIVER=intree
# lane: full
# kernel: 6.1 DRIVER=intree
# check: 6.1
# limit: 60
# matrix: DRIVER=ours,intree
. "${TESTS:=/tests}/lib/host.sh"

hosts_up "$DRIVER-$DRIVER"
must ip -n hostA address add fd00:99::1/128 dev lo
host_address hostA "$IFA" fd00:77::1/64
on hostA sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
cat > "$TMPDIR/radvd.conf" <<-END
	interface $IFA {
		AdvSendAdvert on;
		MinRtrAdvInterval 100;
		MaxRtrAdvInterval 200;
		AdvLinkMTU 1800;
		prefix fd00:77::/64 { };
	};
END
spawn hostA radvd --nodaemon -C "$TMPDIR/radvd.conf" -p "$TMPDIR/radvd.pid" -m stderr -d 3 \
	2> "$TMPDIR/radvd"

# eui64 HOST INTERFACE: from the link address's last eight bytes, the port's GUID.
eui64()
{
	ip -n "$1" -j link show dev "$2" | jq -r '.[0].address' | {
		IFS=: read -r _ _ _ _ _ _ _ _ _ _ _ _ a b c d e f g h
		printf '%02x%s:%s%s:%s%s:%s%s\n' $((0x$a | 2)) "$b" "$c" "$d" "$e" "$f" "$g" "$h"
	}
}

# has_address ADDRESS: whether hostB has it from an advertisement.
has_address()
{
	ip -n hostB -6 -j address show dev "$IFB" scope global dynamic |
		jq -e --arg address "$1" '.[0].addr_info[] | select(.local == $address)'
}

# In the short form that iproute2 writes.
wanted=$(ip -n hostA -j route get "fd00:77:0:0:$(eui64 hostB "$IFB")" | jq -r '.[0].dst')
got_address()
{
	wait_for "$1" has_address "$wanted" || {
		cat "$TMPDIR/radvd"
		ip -n hostB -6 address show
		fail "hostB has not got $wanted"
	}
	note "hostB is $wanted"
}

got_address 20
note "a router solicitation of hostB is answered: the next advertisement by itself is 16 s away"
must ip -n hostB link set "$IFB" down
must ip -n hostB link set "$IFB" up
must_wait 20 is_running hostB "$IFB"
got_address 10
router=$(link_local hostA "$IFA")
ip -n hostB -6 -j route show default | jq -e --arg router "$router" --arg dev "$IFB" \
	'.[] | select(.gateway == $router and .dev == $dev and .protocol == "ra")' > /dev/null ||
	fail "no default route by $router: $(ip -n hostB -6 route)"
[ "$(on hostB cat "/proc/sys/net/ipv6/conf/$IFB/mtu")" = 1800 ] || fail "the link MTU was not taken"
ping_sizes hostB fd00:99::1 64 1700 5000
[ "$DRIVER" = intree ] || assert_strict_clean
