# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Words of ipoibctl(8), for bash.

# _ipoibctl_interfaces: the InfiniBand interfaces that this shell can see, a line each.
_ipoibctl_interfaces()
{
	local dir type
	for dir in /sys/class/net/*; do
		type=
		[ ! -r "$dir/type" ] || read -r type < "$dir/type"
		[ "$type" != 32 ] || echo "${dir##*/}"
	done
}

# _ipoibctl_ports [SYS]: the InfiniBand ports that this machine has, or SYS in the place of /sys, a line each: not those
# of RoCE, nor of Omni-Path, which call themselves InfiniBand and are all of one driver.
_ipoibctl_ports()
{
	local dir layer hca driver
	for dir in "${1-/sys}"/class/infiniband/*/ports/*; do
		layer=
		[ ! -r "$dir/link_layer" ] || read -r layer < "$dir/link_layer"
		hca=${dir%/ports/*}
		driver=$(readlink "$hca/device/driver")
		[ "$layer" != InfiniBand ] || [ "${driver##*/}" = hfi1 ] || echo "${hca##*/}/${dir##*/}"
	done
}

# _ipoibctl_names FOLDER [BEGINNING]: what is in a folder and begins so, without that, a line each.
_ipoibctl_names()
{
	local path
	for path in "$1/${2-}"*; do
		[ ! -e "$path" ] || printf '%s\n' "${path#"$1/${2-}"}"
	done
}

# _ipoibctl_first WORD NAME...: the first name that begins so, as ipoibctl takes it.
_ipoibctl_first()
{
	local word=$1 name
	shift
	for name; do
		[ "${name#"$word"}" = "$name" ] || {
			echo "$name"
			return
		}
	done
}

# Below words, names and rest are those of _ipoibctl: what may be next, and the words behind the command.

# _ipoibctl_dev N: [ dev ] INTERFACE, behind the first N of the rest.
_ipoibctl_dev()
{
	case $((${#rest[@]} - $1)),${rest[$1]-} in
	0,*) words=dev names=$(_ipoibctl_interfaces) ;;
	1,dev) names=$(_ipoibctl_interfaces) ;;
	esac
}

# [ OBJECT ] [ [ dev ] INTERFACE ]
_ipoibctl_show()
{
	local objects='dev port accel group path'
	# shellcheck disable=SC2086 # words
	if [ ${#rest[@]} = 0 ]; then
		words=$objects names=$(_ipoibctl_interfaces)
	elif [ "$(_ipoibctl_first "${rest[0]}" $objects)" ]; then
		_ipoibctl_dev 1
	fi
}

# [ --prometheus ] [ -o FILE ] [ [ dev ] INTERFACE ]; a colon or = parts a file's name.
_ipoibctl_stats()
{
	local behind=0 more=--prometheus file=-o
	while [ "${rest[behind]+-}" ]; do
		case ${rest[behind]} in
		-o)
			file='' behind=$((behind + 2))
			while [[ ${rest[behind]-} = [:=] ]]; do
				behind=$((behind + 2))
			done
			continue
			;;
		-*) more='' ;;
		*) break ;;
		esac
		behind=$((behind + 1))
	done
	_ipoibctl_dev "$behind"
	[ "$behind" != ${#rest[@]} ] || words="$words ${more:-$file}"
}

# [ -n TIMES ] [ dev ] INTERFACE [ gid ] PEER
_ipoibctl_test()
{
	local behind=0
	[ "${rest[0]-}" != -n ] || behind=2
	[ "${rest[behind]-}" != dev ] || behind=$((behind + 1))
	case $((${#rest[@]} - behind)) in
	0) names=$(_ipoibctl_interfaces) ;;
	1) words=gid ;;
	esac
	[ ${#rest[@]} != 0 ] || words='dev -n'
}

# port PORT accel NAME; a name of a port may be several words, which a colon parts, and some of these may be the beginning
# of accel, which is not abbreviated.
_ipoibctl_set()
{
	local i
	case ${#rest[@]} in
	0) words=port ;;
	1) names=$(_ipoibctl_ports) ;;
	*) words=accel ;;
	esac
	for ((i = 2; i < ${#rest[@]}; i++)); do
		[ "${rest[i]}" = accel ] || continue
		words=
		[ "$((i + 1))" != ${#rest[@]} ] || words='auto none' names=$(_ipoibctl_names /sys/module accel_)
	done
}

_ipoibctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i
	local commands='show list stats explain monitor check top test set help'
	local words="$commands -json -pretty -statistics -netns -color -force -Version"
	local names='' name quoted rest=()

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-n | -netns) i=$((i + 1)) ;;
		# A word is cut at this: -color=auto.
		=) i=$((i + 1)) ;;
		-*) ;;
		*)
			# shellcheck disable=SC2086 # words
			command=$(_ipoibctl_first "${COMP_WORDS[i]}" $commands)
			[ "$command" ] || command=unknown
			rest=("${COMP_WORDS[@]:i + 1:COMP_CWORD - i - 1}")
			break
			;;
		esac
	done
	[ ! "$command" ] || words=
	case $command,${rest[*]:+$before} in
	,*)
		case $before in
		-n | -netns) words='' names=$(_ipoibctl_names /run/netns) ;;
		esac
		;;
	show,* | list,*) _ipoibctl_show ;;
	stats,-o)
		compopt -o filenames 2> /dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	stats,*) _ipoibctl_stats ;;
	top,-n | top,-d) ;;
	top,dev) names=$(_ipoibctl_interfaces) ;;
	top,*) words='dev -b -n -d' names=$(_ipoibctl_interfaces) ;;
	test,-n) ;;
	test,*) _ipoibctl_test ;;
	set,*) _ipoibctl_set ;;
	explain,* | monitor,*) _ipoibctl_dev 0 ;;
	esac
	# Not by compgen -W, which does what it finds in words: an interface may be called $(reboot). Who has typed the
	# beginning of a quoted one goes on with that.
	while IFS= read -r name; do
		printf -v quoted %q "$name"
		case $name in
		'') ;;
		"$word"*) COMPREPLY+=("$quoted") ;;
		*) [ "${quoted#"$word"}" = "$quoted" ] || COMPREPLY+=("$quoted") ;;
		esac
	done <<< "${words// /$'\n'}"$'\n'"$names"
}

complete -F _ipoibctl ipoibctl
