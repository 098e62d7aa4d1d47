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

# leak_prepare: once. A file of sysfs that nobody has open takes an object of kmalloc-96 for each time that it is opened,
# freed seconds after: hundreds come and go by looking. So shrink's files stay open, and what was taken here is waited for:
# kfree_rcu() frees after five seconds (KFREE_DRAIN_JIFFIES) and a grace period, of which nothing tells.
leak_prepare()
{
	[ -z "${LEAK_HOLDS:-}" ] || return 0
	awk 'BEGIN {
		while (("ls -d /sys/kernel/slab/*/shrink" | getline file) > 0)
			getline nothing < file
		print "held" > "/dev/stderr"
		close("/dev/stderr")
		system("exec sleep 1000000")
	}' 2> "$TMPDIR/leak.held" > /dev/null &
	LEAK_HOLDS=$!
	must_wait 10 grep -q held "$TMPDIR/leak.held"
	for cache in /sys/kernel/slab/*; do
		[ -L "$cache" ] || echo 0 > "$cache/cpu_partial"
	done
	sleep 7
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

# leak_count: what is in use, a line each.
leak_count()
{
	for cache in /sys/kernel/slab/*; do
		[ -L "$cache" ] || echo 1 > "$cache/shrink"
	done
	awk -v caches="$LEAK_CACHES" 'FNR > 2 && $1 ~ caches { print $1, $2 }' /proc/slabinfo
	echo "pages $(memory_in_use Slab AnonPages PageTables KernelStack)"
	sed -n 's/^Percpu: *\([0-9]*\) kB$/percpu \1/p' /proc/meminfo
}

# leak_sample: at the end of a round.
leak_sample()
{
	leak_round=$((leak_round + 1))
	leak_prepare
	leak_count > "$TMPDIR/leak.$leak_round"
}

# leak_before: what is there before something is done very often; assert_nothing_left TIMES COMMAND...: afterwards. That many
# objects, or pages, would stand out of whatever else comes and goes, be it one each time. But of the smallest objects a
# slab has 512: so what seems to be left must be left once more by COMMAND, which does the same as often.
leak_before()
{
	leak_prepare
	leak_count > "$TMPDIR/leak.before"
}

assert_nothing_left()
{
	leak_times=$1
	shift
	wait_for 10 nothing_left || {
		note "once more: $(tr '\n' ';' < "$TMPDIR/leak.more")"
		mv "$TMPDIR/leak.after" "$TMPDIR/leak.before"
		"$@"
		wait_for 10 nothing_left || {
			cat "$TMPDIR/leak.more"
			fail "something leaks"
		}
	}
	note "nothing is left after $leak_times times: $(tr '\n' ';' < "$TMPDIR/leak.more")"
}

# nothing_left: freed is what was freed after a grace period, which takes its time.
nothing_left()
{
	leak_count > "$TMPDIR/leak.after"
	awk -v times="$leak_times" '
		FNR == NR { before[$1] = $2; next }
		{
			more = $2 - before[$1]
			kb = $1 == "pages" || $1 == "percpu"
			if (more > times / 4)
				print $1 ": " more (kb ? " kB" : "") " more after " times " times"
			if (more > (kb ? 3 * times : times * 2 / 3))
				bad = 1
		}
		END { exit bad }' "$TMPDIR/leak.before" "$TMPDIR/leak.after" > "$TMPDIR/leak.more"
}

# leak_growth FIRST: over the samples from number FIRST on, of which there are at least two: a line "NAME GROWN SLOPE" for
# what has grown and for all that is in kilobytes, and "leak" behind those that did so by more than they may: the least of
# the last five counts is larger than the largest of the first five. SLOPE is by the round, of the straight line that
# fits best. What is counted exactly, not as slabs are, may not grow at all: rdma. in its name says that.
leak_growth()
{
	leak_round_files=
	leak_i=$1
	while [ "$leak_i" -le "$leak_round" ]; do
		leak_round_files="$leak_round_files $TMPDIR/leak.$leak_i"
		leak_i=$((leak_i + 1))
	done
	# shellcheck disable=SC2086 # a list
	awk -v objects="$LEAK_OBJECTS" -v kb="$LEAK_KB" '
		function limit(name)
		{
			return name ~ /^(pages|percpu)$/ ? kb : name ~ /^rdma\./ ? 0 : objects
		}

		function slope(name,    i, x, sum, squares)
		{
			for (i = 1; i <= rounds; i++) {
				x = i - (rounds + 1) / 2
				sum += x * count[name, i]
				squares += x * x
			}
			return squares ? sum / squares : 0
		}

		FNR == 1 { rounds++ }
		{ count[$1, rounds] = $2; names[$1] }
		END {
			for (name in names) {
				first = count[name, 1] + 0
				last = count[name, rounds] + 0
				for (i = 1; i <= 5 && i <= rounds; i++) {
					if (count[name, i] + 0 > first) first = count[name, i] + 0
					j = rounds + 1 - i
					if (count[name, j] + 0 < last) last = count[name, j] + 0
				}
				grown = last - first
				if (grown > 0 || limit(name) == kb)
					print name, grown, sprintf("%.2f", slope(name)), (grown > limit(name) ? "leak" : "")
			}
		}' $leak_round_files | LC_ALL=C sort
}

# assert_no_leak: over the samples so far, of which there are at least 12.
assert_no_leak()
{
	[ "$leak_round" -ge 12 ] || fail "a leak does not show in $leak_round rounds"
	leak_growth 1 > "$TMPDIR/leak.growth"
	awk -v rounds="$leak_round" '$2 > 0 {
		printf "# %s: %d more after %d rounds, %s a round%s\n", $1, $2, rounds, $3, ($4 == "" ? "" : ": a leak")
	}' "$TMPDIR/leak.growth"
	awk '$4 == "leak" { print $1 }' "$TMPDIR/leak.growth" | while read -r leak_name; do
		leak_counts "$leak_name"
	done
	! grep -q ' leak$' "$TMPDIR/leak.growth" || fail "something leaks"
	note "no leak in $leak_round rounds"
}

# leak_counts NAME: of each sample, a line.
leak_counts()
{
	leak_i=0
	echo "$1:$(while [ "$leak_i" -lt "$leak_round" ]; do
		leak_i=$((leak_i + 1))
		awk -v name="$1" '$1 == name { printf " %d", $2 }' "$TMPDIR/leak.$leak_i"
	done)"
}
