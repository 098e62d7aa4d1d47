# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The words of lib/soft_ib.sh for software cards: so what interop/ and recovery/ promise can be looked at
# on these too, by the same files. Sourced by host.sh; words.sh was before. ON, PAIR and the rest are those of
# cards_of.
# fabric_is_up: the card drivers are there.
fabric_is_up()
{
	[ -d /sys/module/mlx5_ib ]
}

# fabric_up HCAS: there are four cards, however many a test needs.
fabric_up()
{
	case $ON in
	*-queues | *-plain) ours_first "$HCA_A:$ACCEL" ;;
	esac
	cards_up
}

# stack_is_loaded: the modules may be there already, see ours_first.
stack_is_loaded()
{
	[ -n "${STACK_LOADED:-}" ]
}

# stack_load PAIR: ours-ours or ours-intree, as ON says; other cards have no interface of ours.
stack_load()
{
	note "drivers: $1, $ON"
	case $1 in
	ours-ours) ours_load "$ACCEL" "${ON#*-}" ;;
	ours-intree) intree_beside "$HCA_A:$ACCEL" ;;
	esac
	STACK_LOADED=1
}

# knob HCA NAME [VALUE]: as soft_ib's of that name.
knob()
{
	case $#,$2 in
	2,*)
		card_knob "$1" "$2"
		echo "$CARD_VALUE"
		;;
	3,pkeys) card_knob "$1" pkey $((${3%% *} * 65536 + ${3##* })) ;;
	*) card_knob "$1" "$2" "$3" ;;
	esac
}

cable_out()
{
	card_knob "$1" link 0
}

cable_in()
{
	card_knob "$1" link 1
}

# port_event HCA NAME: cards tell of another subnet manager as of another LID.
port_event()
{
	case $2 in
	client_reregister) card_knob "$1" event 9 ;;
	port_active) card_knob "$1" event 4 ;;
	gid_change) card_knob "$1" event 8 ;;
	pkey_change) card_knob "$1" event 7 ;;
	lid_change | sm_change) card_knob "$1" event 6 ;;
	*) fail "cards have no event $2" ;;
	esac
}

sa_asked()
{
	card_knob "$1" "sa_${2}s"
	echo "$CARD_VALUE"
}

sa_forget()
{
	card_knob "$1" sa_paths 0
	card_knob "$1" sa_joins 0
}

# assert_strict_clean: what the cards object to, the run of tests finds in their log; here, the card drivers,
# unless in-tree has to find its port taken.
assert_strict_clean()
{
	[ "$PAIR" = ours-intree ] || assert_mlx5_quiet
}

# The cards and their switch do not count what they drop by its cause.
drops_forget()
{
	:
}

assert_drops()
{
	:
}

fabric_state()
{
	:
}
