#compdef ipoibctl
# SPDX-License-Identifier: GPL-2.0
# Words of ipoibctl(8), for zsh.

# The InfiniBand interfaces that this shell can see.
_ipoibctl_interfaces()
{
	local dir type
	local -a names
	for dir in /sys/class/net/*(N); do
		type=
		[[ -r $dir/type ]] && read -r type < $dir/type
		[[ $type != 32 ]] || names+=(${dir:t})
	done
	_describe -t interfaces interface names
}

# InfiniBand ports: not those of RoCE, nor of Omni-Path, which call themselves InfiniBand and are all of one driver.
_ipoibctl_ports()
{
	local dir layer driver
	local -a names
	for dir in /sys/class/infiniband/*/ports/*(N); do
		layer=
		[[ -r $dir/link_layer ]] && read -r layer < $dir/link_layer
		driver=$(readlink ${dir:h:h}/device/driver)
		[[ $layer != InfiniBand || ${driver:t} == hfi1 ]] || names+=(${dir:h:h:t}/${dir:t})
	done
	_describe -t ports port names
}

_ipoibctl_accels()
{
	local -a names
	names=(auto none /sys/module/accel_*(N:t:s/accel_/))
	_describe -t accels accel names
}

_ipoibctl_netns()
{
	local -a names
	names=(/run/netns/*(N:t))
	_describe -t namespaces 'network namespace' names
}

# dev IFNAME, or IFNAME, behind so many words.
_ipoibctl_dev()
{
	[[ $CURRENT == $(($1 + 1)) || $words[CURRENT-1] == dev ]] || return 1
	if [[ $words[CURRENT-1] != dev ]]; then
		local -a word
		word=(dev)
		_describe -t words word word
	fi
	_ipoibctl_interfaces
}

_ipoibctl()
{
	local curcontext=$curcontext state line command interface='{ _ipoibctl_dev $((CURRENT - 1)) }'
	local -i dev
	local -a commands objects gid
	commands=(
		'show:what there is' 'list:the same' 'stats:drops by cause, and use of tables'
		'explain:why there is no carrier, and what is limited' 'monitor:carriers as they change'
		'top:what moves now' 'test:which step of the way to a peer fails'
		'set:have a port served by another accel' 'check:this machine' 'help:the words, in short'
	)
	objects=('dev:interfaces' 'port:InfiniBand ports' 'accel:accels' 'group:multicast groups' 'path:paths to peers')

	# Behind the command are its own options.
	_arguments -C -A '-*' \
		'(-j -json)'{-j,-json}'[JSON]' '(-p -pretty)'{-p,-pretty}'[JSON of many lines]' \
		'(-s -statistics)'{-s,-statistics}'[more]' \
		'(-c -c= -color -color=)'{-c,-color}'[colours]' \
		'(-c -c= -color -color=)'{-c=-,-color=-}'[colours, when]:when:(always auto never)' \
		'(-f -force)'{-f,-force}'[do not ask]' \
		'(-n -netns)'{-n,-netns}'[in a network namespace]:namespace:_ipoibctl_netns' \
		'(-V -Version)'{-V,-Version}'[the version]' \
		'1:command:->command' '*::word:->word'
	case $state in
	command) _describe -t commands command commands ;;
	word)
		# The first that begins so, in the order in which ipoibctl looks for it.
		for command in show list stats explain monitor check top test set help ''; do
			[[ -z $command || $command == $words[1]* ]] && break
		done
		# Behind dev is what could be there without it.
		dev=$words[(i)dev]
		if [[ $dev -lt $CURRENT && $command == (stats|top|test) && $words[dev-1] != -o ]]; then
			words[dev]=()
			((CURRENT--))
			interface=_ipoibctl_interfaces
		fi
		case $command in
		show | list)
			if [[ $CURRENT == 2 ]]; then
				_describe -t objects object objects
				_ipoibctl_interfaces
			elif [[ -n ${objects[(r)$words[2]*]} ]]; then
				_ipoibctl_dev 2
			fi
			;;
		stats)
			_arguments '--prometheus[for node_exporter]' '-o[file]:file:_files' \
				"1:interface:$interface"
			;;
		top)
			_arguments '-b[one after the other]' '-n[how often]:times' '-d[time between]:seconds' \
				"1:interface:$interface"
			;;
		test)
			# Behind an address nothing follows.
			[[ -z ${words[(r)gid]} ]] || gid=('3:GID:')
			_arguments '-n[packets]:times' "1:interface:$interface" '2:peer:(gid)' $gid
			;;
		set)
			_arguments '1:object:(port)' '2:port:_ipoibctl_ports' '3:word:(accel)' '4:accel:_ipoibctl_accels'
			;;
		explain | monitor) _ipoibctl_dev 1 ;;
		esac
		;;
	esac
}

_ipoibctl "$@"
