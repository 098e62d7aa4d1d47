# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What may befall the hosts of soak.sh: what random/ops.sh has, for any host, and what only many hosts and two
# subnet managers make possible. Interfaces with streams stay: nothing removes them, or moves them away.

CHAOS_PKEY=0x8060
. "$TESTS/random/ops.sh"

SOAK_OPS="flap flap lid pkey pkey child child updown updown mtu mtu address rings channels coalescing event event
	fault fault wire wire sm handover"

# chance_host: sets HOST, HCA and LINK to any of them.
chance_host()
{
	# shellcheck disable=SC2153 # the caller's number of them
	chance "$HOSTS"
	HOST=h$DRAWN HCA=sib$DRAWN
	read -r LINK < "$TMPDIR/link.$DRAWN"
}

# trouble_lasts: a moment, or long enough to be noticed by all.
trouble_lasts()
{
	chance_of 0.1 0.5 2
	sleep "$DRAWN"
}

# op_pkey: one of the port's P_Keys, its own, a child's or one that nobody uses, goes and comes.
op_pkey()
{
	# shellcheck disable=SC2046 # a list
	chance_of $(sed -n '/0x0000/!s/ /=/p' "$SOFT_IB/$HCA/pkeys")
	pkey_entry=$DRAWN
	did "P_Key of $HCA: ${pkey_entry#*=} away"
	echo "${pkey_entry%=*} 0x0000" > "$SOFT_IB/$HCA/pkeys"
	trouble_lasts
	echo "${pkey_entry%=*} ${pkey_entry#*=}" > "$SOFT_IB/$HCA/pkeys"
	CHAOS_SWEEP=1
}

# op_address: a GUID that the port has not, which is no carrier, and back.
op_address()
{
	did "address of $LINK on $HOST"
	address_was=$(lladdr "$HOST" "$LINK")
	must ip -n "$HOST" link set "$LINK" down
	must ip -n "$HOST" link set "$LINK" address "$(echo "$address_was" | cut -c 1-36)02:11:22:33:44:55:66:77"
	must ip -n "$HOST" link set "$LINK" up
	chance_pause
	must ip -n "$HOST" link set "$LINK" down
	must ip -n "$HOST" link set "$LINK" address "$address_was"
	must ip -n "$HOST" link set "$LINK" up
}

# op_rings: shorter ones for a while. What only ours has in-tree refuses.
op_rings()
{
	chance_of "rx 64 tx 32" "rx 128 tx 16" "rx 16 tx 64"
	did "$LINK of $HOST: rings $DRAWN"
	# shellcheck disable=SC2086 # words
	quietly on "$HOST" ethtool -G "$LINK" $DRAWN
	trouble_lasts
	quietly on "$HOST" ethtool -G "$LINK" rx 256 tx 128
}

op_channels()
{
	chance_of 1 2
	did "$LINK of $HOST: $DRAWN TX queues"
	quietly on "$HOST" ethtool -L "$LINK" tx "$DRAWN"
}

op_coalescing()
{
	chance_of "adaptive-rx on" "adaptive-rx off" "adaptive-rx off rx-usecs 50 rx-frames 8" "rx-usecs 0 rx-frames 0"
	did "$LINK of $HOST: $DRAWN"
	# shellcheck disable=SC2086 # words
	quietly on "$HOST" ethtool -C "$LINK" $DRAWN
}

# op_wire: what the host sends gets lost, doubled, overtaken or late.
op_wire()
{
	chance_of "drop_ppm 20000" "dup_ppm 50000" "reorder_ppm 50000" "delay_us 2000"
	did "$HCA: $DRAWN"
	wire_knob=$SOFT_IB/$HCA/${DRAWN% *}
	echo "${DRAWN#* }" > "$wire_knob"
	trouble_lasts
	echo 0 > "$wire_knob"
}

op_sm()
{
	did "OpenSM restarted"
	sm_kill "$SOAK_SM"
	trouble_lasts
	sm_start "$SOAK_SM"
	CHAOS_SWEEP=''
}

# op_handover: to another one, which then dies.
op_handover()
{
	did "OpenSM handed over, and back"
	sm_start "$SOAK_SM2" --priority 14
	must_wait 30 sm_is_master "$SOAK_SM2"
	must_wait 20 sm_swept_once "$SOAK_SM2"
	trouble_lasts
	sm_ups=$(sm_ups "$SOAK_SM")
	sm_kill "$SOAK_SM2"
	must_wait 40 sm_swept "$SOAK_SM"
	must_wait 20 sm_is_master "$SOAK_SM"
	CHAOS_SWEEP=''
}
