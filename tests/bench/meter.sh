# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Whose instructions they are, by meter.c of soft_ib. Sourced by guest.sh.

METER=$SOFT_IB/meter

# meter_host NUMBER HOST: HOST is that of the HCA sibNUMBER.
meter_host()
{
	meter_net=$(on "$2" readlink /proc/self/ns/net)
	meter_net=${meter_net#*[}
	echo "${meter_net%]}" > "$METER/host$1"
}

meter_on()
{
	echo 1 > "$METER/run"
}

# meter_off CASE UNITS [NUMBER]: since meter_on UNITS were moved. Prints the percentage of the instructions
# that were the HCAs', and how many of each unit were the sender's and the receiver's, which is the
# host of sib0 and that of sibNUMBER (1).
meter_off()
{
	echo 0 > "$METER/run"
	note "$1: $(tr '\n' ' ' < "$METER/ticks")"
	awk -v case="$1" -v units="$2" -v receiver="host${3:-1}" -v pass="$PASS" '
		{ ticks[$1] = $2 }
		$1 !~ /^(idle|meter)$/ { busy += $2 }
		END {
			printf "@%shca %s %.2f\n", pass, case, ticks["hca"] / busy * 100
			printf "@%stx %s %.1f\n", pass, case, ticks["host0"] / units
			printf "@%srx %s %.1f\n", pass, case, ticks[receiver] / units
			exit ticks["other"] > busy / 10
		}' "$METER/ticks" || fail "whose instructions they were is not known"
}

# meter_use CASE: the percentage of the time since meter_on, now over, in which the CPU was busy with anything
# but the HCAs.
meter_use()
{
	value "$1" "$(awk '
		{ ticks[$1] = $2 }
		$1 != "meter" { all += $2 }
		$1 !~ /^(idle|meter|hca)$/ { busy += $2 }
		END { printf "%.2f\n", busy / all * 100 }' "$METER/ticks")"
}
