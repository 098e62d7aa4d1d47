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

# _ipoibctl_ports: the InfiniBand ports that this machine has, a line each.
_ipoibctl_ports()
{
	local dir
	for dir in /sys/class/infiniband/*/ports/*; do
		[ ! -d "$dir" ] || dir=${dir#/sys/class/infiniband/}
		[ "${dir#/}" != "$dir" ] || echo "${dir%%/*}/${dir##*/}"
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

_ipoibctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i
	local words='show stats explain monitor top test set check help -json -pretty -statistics -netns -color -force -Version'
	local names='' name quoted

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-n | -netns) i=$((i + 1)) ;;
		# A word is cut at this: -color=auto.
		=) i=$((i + 1)) ;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	case $command,$before in
	,-n | ,-netns) words='' names=$(_ipoibctl_names /run/netns) ;;
	,*) ;;
	*,dev) words='' names=$(_ipoibctl_interfaces) ;;
	show,show) words='dev port accel group path' names=$(_ipoibctl_interfaces) ;;
	show,*) words=dev ;;
	stats,-o)
		compopt -o filenames 2> /dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	stats,stats) words='dev --prometheus' names=$(_ipoibctl_interfaces) ;;
	stats,--prometheus) words='-o dev' names=$(_ipoibctl_interfaces) ;;
	top,-n | top,-d) words= ;;
	top,*) words='dev -b -n -d' names=$(_ipoibctl_interfaces) ;;
	test,test) words='' names=$(_ipoibctl_interfaces) ;;
	test,gid | test,-n) words= ;;
	test,*) words=gid ;;
	set,set) words=port ;;
	set,port) words='' names=$(_ipoibctl_ports) ;;
	set,accel) words='auto none' names=$(_ipoibctl_names /sys/module accel_) ;;
	set,*) words=accel ;;
	explain,explain | monitor,monitor) words=dev names=$(_ipoibctl_interfaces) ;;
	*) words= ;;
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
