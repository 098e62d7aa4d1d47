# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2207 # words without blanks
# Words of ipoibctl(8), for bash.

# _ipoibctl_interfaces: the InfiniBand interfaces that this shell can see.
_ipoibctl_interfaces()
{
	local dir type
	for dir in /sys/class/net/*; do
		type=
		[ ! -r "$dir/type" ] || read -r type < "$dir/type"
		[ "$type" != 32 ] || echo "${dir##*/}"
	done
}

# _ipoibctl_ports: the InfiniBand ports that this machine has.
_ipoibctl_ports()
{
	local dir
	for dir in /sys/class/infiniband/*/ports/*; do
		[ ! -d "$dir" ] || dir=${dir#/sys/class/infiniband/}
		[ "${dir#/}" != "$dir" ] || echo "${dir%%/*}/${dir##*/}"
	done
}

_ipoibctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i
	local words='show stats explain monitor top test set check help -json -pretty -statistics -netns -color -force -Version'

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
	,-n | ,-netns) words=$(cd /run/netns 2> /dev/null && echo *) ;;
	,*) ;;
	*,dev) words=$(_ipoibctl_interfaces) ;;
	show,show) words="dev port accel group path $(_ipoibctl_interfaces)" ;;
	show,*) words=dev ;;
	stats,-o)
		COMPREPLY=($(compgen -f -- "$word"))
		return
		;;
	stats,stats) words="dev --prometheus $(_ipoibctl_interfaces)" ;;
	stats,--prometheus) words="-o dev $(_ipoibctl_interfaces)" ;;
	top,-n | top,-d) words= ;;
	top,*) words="dev -b -n -d $(_ipoibctl_interfaces)" ;;
	test,test) words=$(_ipoibctl_interfaces) ;;
	test,gid | test,-n) words= ;;
	test,*) words=gid ;;
	set,set) words=port ;;
	set,port) words=$(_ipoibctl_ports) ;;
	set,accel) words="auto none $(cd /sys/module && echo accel_* | sed 's/\<accel_//g; s/\*//')" ;;
	set,*) words=accel ;;
	explain,explain | monitor,monitor) words="dev $(_ipoibctl_interfaces)" ;;
	*) words= ;;
	esac
	COMPREPLY=($(compgen -W "$words" -- "$word"))
}

complete -F _ipoibctl ipoibctl
