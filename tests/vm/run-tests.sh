# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by run: chooses the tests, boots, follows the guest's report, prints a line for each
# test and the closing line. Uses run's kernel, kver, root, lane, limit, tests, work, out, scale, until_failed
# and command_for.

passed=0 failed=0 skipped=0 cpu_before=0 boots=0
results=${RESULTS:-$out/results${root:+-$root}}
case $lane in
slow | connectx*) results=$results-$lane ;;
esac
# Invariants (tests/lib/invariants.sh) that tests leave broken on purpose.
nots=${INVARIANTS_NOT:-$work/nots}
# Wall-clock seconds that a guest may be silent beyond a test's own limit, and while booting.
grace=$((90 * scale))
boot_limit=$((180 * scale))

# All that there is, see tests.awk.
ALL_TESTS=$(awk -f "$VM_DIR/tests.awk" "$TOP"/tests/*/*.sh "$VM_DIR"/broken/*.sh)

# matches WANT PATH NAME: whether what the command line has as WANT means it.
matches()
{
	local want=${1#tests/}
	want=${want%/}
	# shellcheck disable=SC2053 # a glob is meant
	[[ $2 == $want || $3 == $want || $2 == $want/* ]]
}

# wanted PATH NAME: whether the command line asks for it.
wanted()
{
	local want
	[ ${#tests[@]} -gt 0 ] || return 0
	for want in "${tests[@]}"; do
		! matches "$want" "$1" "$2" || return 0
	done
	return 1
}

# named NAME: whether the command line has just that, and no folder or pattern that it is in.
named()
{
	local want
	for want in ${tests[0]+"${tests[@]}"}; do
		[ "${want#tests/}" != "$1" ] || return 0
	done
	return 1
}

# check_wanted: each test that the command line asks for is there, in whatever lane. One that is not would go unseen
# beside others.
check_wanted()
{
	local want there path name rest
	for want in ${tests[0]+"${tests[@]}"}; do
		there=
		while IFS='|' read -r path name rest; do
			matches "$want" "$path" "$name" || continue
			there=1
			break
		done <<< "$ALL_TESTS"
		[ -n "$there" ] || {
			echo "run: there is no test $want" >&2
			exit 2
		}
	done
}

# A test is any script in a folder of tests/ with a line "# lane: quick" or "# lane: full"; one that
# takes minutes is of lane "slow", which "all" does not include, but by its very name; a variant that a longer one includes
# is of lane "only-quick"; `--lane short` has those, and of quick and full what is not longer than
# such a one; `--lane since` has the quick ones, and of those named by their files any. The lanes
# "broken" and "broken-debug" have tests that must fail, which only tests/unit/harness-sees-failures
# asks for. A variant may be left to one kernel by a line "# kernel: 6.12", unless it is asked for by
# name; the debug kernel has them all. `make check` runs `--lane share` on two kernels: the quick tests
# on both, the others, which say little more on a second one, on 6.12, or on the one that a line
# "# check: 6.1" names, so that both have the same to do; that divides quick ones too. "# root: debian"
# is of a test that needs more than the busybox that the others have. The lanes "connectx" and
# "connectx-long" are of guests with software ConnectX cards (`--cards`); `make check` has the former. That of
# `make soak` is "soak", which nothing else has, and "no-ipv6" that of a guest without IPv6.
# list_tests ROOT: those for it, a line each: limit, name, path, variables, divided by tabs.
list_tests()
{
	local path name vars its only turn of own short
	while IFS='|' read -r path name vars its only turn of own short; do
		[ "$of" = "$1" ] || continue
		wanted "$path" "$name" || continue
		[ ${#tests[@]} -gt 0 ] || [ "${only:-$kernel}" = "$kernel" ] ||
			[ "$kernel" = debug ] || continue
		case $lane,$its in
		"$its,$lane" | all,quick | all,full | connectx-long,connectx | broken-debug,broken | \
			quick,only-quick | short,quick | short,only-quick) ;;
		short,full) [ -z "$short" ] || continue ;;
		# Who names it means it, whatever lane it is of.
		all,slow | all,only-quick) named "$name" || named "$path" || continue ;;
		share,*) [[ $vars != *intree* || $vars == *ours* ]] || continue ;;&
		share,quick) [ -z "$turn" ] || [ "$turn" = "$kernel" ] || continue ;;
		share,full) [ "${only:-${turn:-6.12}}" = "$kernel" ] || continue ;;
		since,quick | since,only-quick) ;;
		since,soak | since,no-ipv6) continue ;;
		since,*) [[ " ${tests[*]} " == *" $path "* ]] || continue ;;
		*) continue ;;
		esac
		printf '%s\t%s\t%s\t%s\n' "$((${limit:-$own} * scale))" "$name" "$path" "$vars"
	done <<< "$ALL_TESTS"
}

# list_mutants ROOT: the tests for it of each of --mutants, named TEST@MUTANT.
list_mutants()
{
	local dir test
	for dir in "$mutants"/*; do
		while IFS= read -r test; do
			tests=("$test")
			check_wanted
			list_tests "$1" | awk -F '\t' -v OFS='\t' -v name="${dir##*/}" \
				'{ $2 = $2 "@" name; $4 = $4 ($4 == "" ? "" : " ") "MUTANT=" name; print }'
		done < "$dir/tests"
	done
}

# report and show are called under a lock where another run may print too.
exec 7> "${OUTPUT_LOCK:-$work/output}"

# cpu_now: hundredths of a second of CPU that the guest and its cards' process have used so far. The fields
# of proc_pid_stat(5); neither's name has a space.
cpu_now()
{
	local pid fields sum=0
	for pid in $vm_pid $server_pid; do
		! read -ra fields 2> /dev/null < "/proc/$pid/stat" ||
			sum=$((sum + fields[13] + fields[14]))
	done
	echo "$sum"
}

# retry_command NAME: what runs that test by itself.
retry_command()
{
	local words=(tests/vm/run --no-build --kernel "$kernel")
	[ -z "$cards" ] || words+=(--cards "$cards" --enhanced "$enhanced")
	[ -z "$asked_append" ] || words+=(--append "$asked_append")
	printf '%q ' "${words[@]}" --lane "$lane" "$1"
}

# report VERDICT NAME GUEST_SECONDS WALL_SECONDS WORDS
report()
{
	local line cpu
	line=$(printf '%-4s  %-6s  %-52s %7s s %6s s wall%s' "$1" "$kernel" "$2" "$3" "$4" \
		"${5:+  $5}")
	printf '%s\n' "$line"
	if [ "$4" != - ] && [ -n "$vm_pid" ]; then
		# Of a guest that has ended by now nothing is known.
		cpu=$(($(cpu_now) - cpu_before))
		echo "$4 $((cpu > 0 ? cpu / 100 : 0)) $kernel $2" >> "${TIMES:-/dev/null}"
	fi
	case $1 in
	ok) passed=$((passed + 1)) ;;
	SKIP) skipped=$((skipped + 1)) ;;
	*)
		failed=$((failed + 1))
		printf '%s\n' "$line" >> "${FAILURES:-/dev/null}"
		[ "$2" = "the cards" ] ||
			printf '%s %s\t%s\n' "$kernel" "$2" "$(retry_command "$2")" >> "${RETRY:-/dev/null}"
		;;
	esac
}

# in_short LOG DMESG: a test's last words and the first report of the kernel, for the end of a long
# log.
in_short()
{
	{
		tail -n 12 "$1" 2> /dev/null || :
		grep -m 1 -A 30 -E -f "$VM_DIR/guest/splats" "$2" || :
	} | sed 's/^/      | /' >> "${FAILURES:-/dev/null}"
}

# show TITLE FILE LINES: the end of a file, indented below its test's line.
show()
{
	[ -s "$2" ] || return 0
	echo "      --- $1"
	tail -n "$3" "$2" | sed 's/^/      | /'
}

fail_with_console()
{
	flock 7
	report FAIL "$1" "$2" "$3" "$4"
	sed -n "/\] test: ${1//\//.}\r*\$/,\$p" "$work/console" | tr -d '\r' > "$work/console.test"
	show "console" "$work/console.test" 150
	in_short "$results/$1.log" "$work/console.test"
	flock -u 7
}

# enough: a test failed, and that is all that is asked for.
enough()
{
	[ -n "$until_failed" ] && [ "$failed" != 0 ]
}

# follow: reads the guest's report of one boot from $work/serial. Sets next to the number of the
# first test that has no result, and hung when the guest went silent.
follow()
{
	local line number='' name='' seconds=- started=$SECONDS limit=$boot_limit log=/dev/null
	local left rc
	hung=''
	while :; do
		left=$((started + limit - SECONDS))
		rc=0
		IFS= read -r -t $((left > 0 ? left : 1)) line <&5 || rc=$?
		if [ "$rc" != 0 ]; then
			[ "$rc" -le 128 ] || hung=1
			break
		fi
		printf '%s\n' "$line" >> "$results/ktap"
		case $line in
		'# start '*)
			read -r _ _ number limit name <<< "$line"
			limit=$((limit + grace)) started=$SECONDS seconds=-
			cpu_before=$(cpu_now)
			log=$results/$name
			mkdir -p "$(dirname "$log")"
			: > "$log.log"
			: > "$log.dmesg"
			;;
		'# log| '*) printf '%s\n' "${line#\# log| }" >> "$log.log" ;;
		'# dmesg| '*) printf '%s\n' "${line#\# dmesg| }" >> "$log.dmesg" ;;
		'# gcov| '*) printf '%s\n' "${line#\# gcov| }" >> "$results/gcov.$boots" ;;
		'# not '*) printf '%s %s\t%s\n' "$kernel" "$name" "${line#\# not }" >> "$nots" ;;
		'# seconds '*) seconds=${line#\# seconds } limit=$((limit + grace)) ;;
		'not ok '*)
			flock 7
			report FAIL "$name" "$seconds" $((SECONDS - started)) "${line#* \# }"
			show "output" "$log.log" 100
			show "kernel messages" "$log.dmesg" 150
			in_short "$log.log" "$log.dmesg"
			flock -u 7
			;;
		'ok '*' # SKIP '*)
			report SKIP "$name" "$seconds" $((SECONDS - started)) "${line#* \# SKIP }"
			;;
		'ok '*) report ok "$name" "$seconds" $((SECONDS - started)) ;;
		*) continue ;;
		esac
		case $line in
		'ok '* | 'not ok '*)
			next=$((number + 1)) number='' limit=$grace started=$SECONDS
			! enough || break
			;;
		esac
	done
	running=$number running_name=$name running_wall=$((SECONDS - started))
}

# boot FIRST: one guest, which runs the tests from number FIRST on.
boot()
{
	local rc=0 why
	boots=$((boots + 1))
	command_for "vm.mode=test vm.first=$1"
	: > "$work/console"
	"${VM[@]}" -serial "file:$work/console" -serial stdio < /dev/null \
		> "$work/serial" 2> "$work/qemu.log" &
	vm_pid=$!
	exec 5< "$work/serial"
	follow
	if [ -n "$hung" ] || enough; then
		kill -9 "$vm_pid" 2> /dev/null || :
	fi
	exec 5<&-
	{ wait "$vm_pid" || rc=$?; } 2> /dev/null
	vm_pid=
	cat "$work/console" >> "$results/console.log"
	cat "$work/qemu.log" >&2
	if [ "$rc" != "$VM_ORDERLY" ] && emulator_fault "$work/console" &&
		[ "$emulator_faults" -lt 8 ]; then
		emulator_faults=$((emulator_faults + 1))
		echo "      (QEMU executed an int3 that was not there: ${running_name:-boot} again)"
		[ -z "$running" ] || next=$running
	elif [ -n "$running" ]; then
		why="the guest died (QEMU status $rc)"
		[ -z "$hung" ] || why="the guest hangs"
		fail_with_console "$running_name" - "$running_wall" "$why"
		next=$((running + 1))
	elif [ "$next" = "$1" ]; then
		echo "run: the guest did not come as far as its first test (QEMU status $rc):" >&2
		tail -n 60 "$work/console" >&2
		return 1
	fi
}

# run_on ROOT: the tests for it.
run_on()
{
	local count next name
	if [ -n "$mutants" ]; then
		list_mutants "$1" > "$work/extra/tests.list"
		cp -r "$mutants" "$work/extra/mutants"
	else
		list_tests "$1" > "$work/extra/tests.list"
	fi
	count=$(wc -l < "$work/extra/tests.list")
	[ "$count" != 0 ] || return 0
	prepare "$1"
	say "$count tests on $kver, $cpus CPUs, root $1"
	# A guest that died, or that a test left unusable, is followed by a new one for the rest:
	# one broken test must not hide what the others say.
	next=1
	emulator_faults=0
	while [ "$next" -le "$count" ] && boot "$next"; do
		! enough || return 0
	done
	while [ "$next" -le "$count" ]; do
		name=$(sed -n "${next}p" "$work/extra/tests.list" | cut -f 2)
		report FAIL "$name" - - "not run: no guest"
		next=$((next + 1))
	done
}

# check_cards: what guests did to software ConnectX cards that they may not, and what their process did.
check_cards()
{
	grep -E 'WRONG:|runtime error|Sanitizer' "$cards_log" > "$work/wrongs" || return 0
	report FAIL "the cards" - - "$(head -n 1 "$work/wrongs")"
	show "the cards' log" "$cards_log" 100
}

run_tests()
{
	local its
	check_wanted
	rm -rf "$results"
	mkdir -p "$results"
	mkfifo "$work/serial"
	for its in ${root:-busybox debian}; do
		run_on "$its"
	done
	[ -z "$cards" ] || check_cards
	if [ "$((passed + failed + skipped))" = 0 ]; then
		echo "run: no test matches" >&2
		[ ${#tests[@]} -eq 0 ] || exit 2
	fi
	[ -n "${INVARIANTS_NOT:-}" ] || "$TOP/tests/invariants-table" "$nots"
	if [ -n "${COUNTS:-}" ]; then
		echo "$passed $failed $skipped" > "$COUNTS"
	else
		summary "$passed" "$failed" "$skipped"
	fi
	[ "$failed" = 0 ]
}
