# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Whether something that is done again and again leaves memory behind. Sourced by host.sh.
#
# After each round the kernel's slab caches are shrunk, so that /proc/slabinfo counts the objects in
# use and not those that a CPU keeps for itself, and the counts are kept. A CPU's next allocation takes
# slabs again, whose free objects count as used then: one, and with cpu_partial 0 no more than that.
# Other activity moves them up and down by more than one object; but a leak of one object a round moves
# them up in every round: then the least of the last five counts is larger than the largest of the
# first five by about the number of rounds in between. A cache whose count varies by more than that
# (kmalloc-256 under TCP, by 30) hides such a leak; kmemleak on the debug kernel finds it.

# Caches that network and RDMA code allocates from, also those that several callers share.
LEAK_CACHES='^(kmalloc|dma-kmalloc|skbuff|TCP|UDP|RAW|PING|sock|ip_|ip6|fib|inet|neigh|net|request_sock|tw_sock|io|pool)'
# What counts as a leak: so many objects more, where 11 are expected of 20 rounds; and kilobytes of
# pages, which are not counted by owner and are less steady. What is free but kept by a CPU for itself
# (pagesets of /proc/zoneinfo, several megabytes that come and go) is not in MemFree.
LEAK_OBJECTS=9
LEAK_KB=512

leak_round=0

leak_no_spare_slabs()
{
	for cache in /sys/kernel/slab/*; do
		[ -L "$cache" ] || echo 0 > "$cache/cpu_partial"
	done
}

# memory_in_use FIELD...: kilobytes, without what the FIELDs of /proc/meminfo name. Each CPU's share of
# the counters is added to them before they are read.
memory_in_use()
{
	echo 1 > /proc/sys/vm/stat_refresh
	awk -v fields="MemFree Buffers Cached $*" '
		BEGIN { n = split(fields, name, " ") }
		FILENAME ~ /zoneinfo/ { if ($1 == "count:") kept += 4 * $2; next }
		{ kb[$1] = $2 }
		END {
			used = kb["MemTotal:"] - kept
			for (i = 1; i <= n; i++) used -= kb[name[i] ":"]
			print used
		}' /proc/zoneinfo /proc/meminfo
}

# leak_sample: at the end of a round.
leak_sample()
{
	leak_round=$((leak_round + 1))
	[ "$leak_round" != 1 ] || leak_no_spare_slabs
	for cache in /sys/kernel/slab/*; do
		[ -L "$cache" ] || echo 1 > "$cache/shrink"
	done
	{
		awk -v caches="$LEAK_CACHES" 'FNR > 2 && $1 ~ caches { print $1, $2 }' /proc/slabinfo
		echo "pages $(memory_in_use Slab AnonPages PageTables KernelStack)"
		sed -n 's/^Percpu: *\([0-9]*\) kB$/percpu \1/p' /proc/meminfo
	} > "$TMPDIR/leak.$leak_round"
}

# assert_no_leak: over the samples so far, of which there are at least 12.
assert_no_leak()
{
	[ "$leak_round" -ge 12 ] || fail "a leak does not show in $leak_round rounds"
	leak_round_files=
	leak_i=0
	while [ "$leak_i" -lt "$leak_round" ]; do
		leak_i=$((leak_i + 1))
		leak_round_files="$leak_round_files $TMPDIR/leak.$leak_i"
	done
	# shellcheck disable=SC2086 # a list
	awk -v rounds="$leak_round" -v objects="$LEAK_OBJECTS" -v kb="$LEAK_KB" '
		FNR == 1 { round++ }
		{ count[$1, round] = $2; names[$1] }
		END {
			for (name in names) {
				first = count[name, 1]
				last = count[name, rounds]
				for (i = 1; i <= 5; i++) {
					if (count[name, i] + 0 > first) first = count[name, i] + 0
					j = rounds + 1 - i
					if (count[name, j] + 0 < last) last = count[name, j] + 0
				}
				grown = last - first
				bad = grown > (name == "pages" || name == "percpu" ? kb : objects)
				if (grown > 0)
					printf "# %s: %d more after %d rounds%s\n", name, grown, rounds,
						bad ? ": a leak" : ""
				if (bad) {
					leaks = leaks " " name
					for (i = 1; i <= rounds; i++) printf " %d", count[name, i]
					print ""
				}
			}
			exit leaks != ""
		}' $leak_round_files || fail "something leaks"
	note "no leak in $leak_round rounds"
}
