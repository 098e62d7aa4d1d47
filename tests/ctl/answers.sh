# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# ipoibctl with the answers of kernels that are not there (scenes.c), on machines that are made up, in $IPOIB_ROOT. Sourced
# by unit tests, in the top folder; UPDATE=1 has them write their transcripts anew: look at what has changed.
tests/vm/deps.sh ctl
plain=$PWD/build/ctl-replay sanitized=$PWD/build/ctl-sanitized
. tests/package/root.sh
export IPOIBCTL_LIB="$boot"

# A program with sanitizers takes long to start: the many starts are those of one without. Tests that run at one time
# make them once.
mkdir -p build
(
	flock 9
	make -s -C ipoib_core/ctl OUT="$plain" CFLAGS='-O0 -Werror' "$plain/replay" ${BY:+"$plain/mangle"}
	make -s -C ipoib_core/ctl OUT="$sanitized" "$sanitized/mangle" "$sanitized/replay" \
		CFLAGS='-O1 -g -Werror -fsanitize=address,undefined -fno-sanitize-recover=undefined'
) 9> build/ctl-replay.lock

# Who tells, and who reads changed answers: what BY= names does both, for unit/ctl-is-clean.
mangler=$sanitized
case ${BY:-} in
sanitized) plain=$sanitized ;;
valgrind)
	for told in replay mangle; do
		# Not by Debian's script, which a machine without PATH cannot run.
		program "$told" "exec /usr/bin/valgrind.bin -q --vgdb=no --leak-check=full --error-exitcode=99 \\" \
			"--log-file='$HARM/%p' '$plain/$told' \"\$@\""
	done
	plain=$IPOIB_ROOT/bin mangler=$IPOIB_ROOT/bin
	;;
esac

# module NAME [VERSION]: it is loaded.
module()
{
	file "sys/module/$1/initstate" live
	[ $# = 1 ] || file "sys/module/$1/version" "$2"
}

# tell [SCENE=NAME] WORD...: what ipoibctl says, called $by another program perhaps, and how it ends.
by=
tell()
{
	echo "\$ $1${2:+ $2}"
	rc=0
	# shellcheck disable=SC2046,SC2086 # words
	env "$1" $by "$plain/replay" $(shift; printf '%s' "$*") < /dev/null 2>&1 || rc=$?
	[ "$rc" = 0 ] || echo "[status $rc]"
}

# What modinfo and dkms say.
# shellcheck disable=SC2016 # theirs
program modinfo 'kernel=' 'while :; do' 'case $1 in' \
	'-k) kernel=$2; shift 2 ;;' '-n) cat "$IPOIB_ROOT/modinfo/$kernel-$2" 2> /dev/null || { [ "$2" = ib_core ] && echo "(builtin)"; }; exit ;;' \
	'-F) cat "$IPOIB_ROOT/modinfo/$2" 2> /dev/null; exit ;;' '*) exit 1 ;;' 'esac' 'done'
# shellcheck disable=SC2016 # its
program dkms 'cat "$IPOIB_ROOT/dkms"'
program mokutil 'exit 1'
# What infiniband-diags and ibverbs-utils say, where the machine has that.
# shellcheck disable=SC2016 # theirs
for diag in saquery ibv_devinfo; do
	program "$diag" "echo \"$diag \$*\" >> \"\$IPOIB_ROOT/asked\"" "exec cat \"\$IPOIB_ROOT/$diag\" 2> /dev/null"
done
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
file dkms "ipoib-accel/$version, 9.1-amd64, x86_64: installed" "ipoib-accel/$version, 9.2-amd64, x86_64: built"

# group MGID MTU RATE: as saquery -g tells it.
group()
{
	printf 'MCMemberRecord group dump:\n\t\tMGID....................%s\n' "$1"
	printf '\t\tMlid....................0xC000\n\t\tMtu.....................%s\n' "$2"
	printf '\t\tpkey....................0xFFFF\n\t\tRate....................%s\n' "$3"
	printf '\t\tSL......................0x0\n'
}

# transcript NAME FUNCTION: what it makes ipoibctl say is tests/ctl/transcript/NAME. Colours are shown as {32}.
transcript()
{
	{
		echo "# SPDX-License-Identifier: GPL-2.0"
		"$2"
	} | sed "s,$IPOIB_ROOT/,/,g; s/$(printf '\033')\[\([0-9]*\)m/{\1}/g" > "$IPOIB_ROOT/transcript"
	[ -z "${UPDATE:-}" ] || cp "$IPOIB_ROOT/transcript" "tests/ctl/transcript/$1"
	diff -u "tests/ctl/transcript/$1" "$IPOIB_ROOT/transcript" || fail "it says something else"
	iconv -f UTF-8 -t UTF-8 "$IPOIB_ROOT/transcript" > /dev/null || fail "what it says is no UTF-8"
	! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$IPOIB_ROOT/transcript" ||
		fail "it lets control characters through"
}

# by_both NAME FUNCTION: a transcript, with sanitizers too: what comes from files and programs is not mangled. Those
# that are not by both are so in unit/ctl-is-clean, as that takes long.
by_both()
{
	transcript "$@"
	[ -z "${BY:-}" ] || return 0
	without=$plain plain=$sanitized
	transcript "$@"
	plain=$without
}
