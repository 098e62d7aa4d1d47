# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Words of the steps in the machine of tests/package/in-vm. The third card is another machine's: a
# namespace, "peer".

# wait_for SECONDS COMMAND...
wait_for()
{
	wait_until=$(($(cut -d . -f 1 /proc/uptime) + $1))
	shift
	until "$@" > /dev/null 2>&1; do
		[ "$(cut -d . -f 1 /proc/uptime)" -lt "$wait_until" ] || fail "in vain: $*"
		sleep 0.5
	done
}

# interface_of CARD: its name, by the end of its address.
interface_of()
{
	for interface in /sys/class/net/*; do
		case $(cat "$interface/address") in
		*:02:53:49:42:00:00:0"$1":01) echo "${interface##*/}" ;;
		esac
	done
}

has_address()
{
	ip -o address show dev "$1" | grep -v tentative | grep -qF " $2/"
}

# booted: systemd has done all that there was to do, and nothing failed.
booted()
{
	say "kernel $(uname -r), up $(cut -d ' ' -f 1 /proc/uptime) s"
	state=$(systemctl is-system-running --wait) || :
	[ "$state" = running ] || {
		systemctl --failed --no-pager
		journalctl -b -p warning --no-pager | tail -n 50
		fail "the system is $state"
	}
	say "booted, up $(cut -d ' ' -f 1 /proc/uptime) s"
}

# in_use INTERFACE: whose driver that is.
in_use()
{
	case $(ethtool -i "$1") in
	"driver: ib_ipoib
version: ipoib-accel"*) echo ours ;;
	"driver: ib_ipoib"*) echo intree ;;
	*) echo unknown ;;
	esac
}

# serves ours|intree: rdma-core's service has loaded it, udev named the interfaces, NetworkManager and
# networkd configured them, and they reach the peer.
serves()
{
	systemctl is-active --quiet rdma-load-modules@infiniband || fail "rdma-core loaded nothing"
	wait_for 120 has_address storage0 10.9.0.1
	wait_for 120 has_address storage0 fd00:9::1
	wait_for 120 has_address storage1 10.9.1.1
	wait_for 120 has_address storage1 fd00:9:1::1
	for interface in storage0 storage1 "$(interface_of 3)"; do
		[ "$(in_use "$interface")" = "$1" ] || {
			ethtool -i "$interface" || :
			fail "$interface is $(in_use "$interface"), not $1"
		}
	done
	[ "$(nmcli -g GENERAL.STATE device show storage0)" = "100 (connected)" ] ||
		fail "NetworkManager: $(nmcli -g GENERAL.STATE device show storage0)"
	networkctl status storage1 --no-pager | grep -q 'State: routable' ||
		fail "networkd: $(networkctl status storage1 --no-pager)"
	ip netns add peer
	interface=$(interface_of 3)
	ip link set "$interface" netns peer
	ip -n peer link set "$interface" up
	for address in 10.9.0.2/24 10.9.1.2/24 fd00:9::2/64 fd00:9:1::2/64; do
		ip -n peer address add "$address" dev "$interface"
	done
	for address in 10.9.0.2 10.9.1.2 fd00:9::2 fd00:9:1::2; do
		wait_for 60 ping -n -q -c 1 -W 2 "$address"
	done
	say "$1 serves: storage0 and storage1 reach the peer"
	! dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace' || fail "the kernel complains"
}

# serves_still ours|intree: nothing that runs has changed.
serves_still()
{
	for interface in storage0 storage1; do
		[ "$(in_use "$interface")" = "$1" ] || fail "the driver of $interface is another now"
	done
	for address in 10.9.0.2 10.9.1.2; do
		ping -n -q -c 3 "$address" || fail "$address cannot be reached any more"
	done
}

# each_kernel COMMAND: for each kernel that is installed, with its version.
each_kernel()
{
	for kernel in /boot/vmlinuz-*; do
		"$1" "${kernel#/boot/vmlinuz-}"
	done
}

# disk_files: everything on the disk that is not data of services or of the package managers, by name.
disk_files()
{
	find / -xdev \( -path /var/log -o -path /var/tmp -o -path /var/cache -o -path /var/lib/systemd \
		-o -path /var/lib/NetworkManager -o -path /var/lib/apt -o -path /tmp -o -path /root \
		-o -path /var/lib/rpm -o -path /var/lib/dnf -o -path /proc -o -path /sys -o -path /dev \
		-o -path /run \) -prune -o -print |
		grep -v -e '^/var/lib/dpkg/[^/]*$' -e '^/var/lib/dkms/mok' | LC_ALL=C sort
}

# files_note NAME; files_compare NAME [KERNEL_PACKAGES...]: there is nothing more and nothing less than then,
# but for files of packages, given as dpkg's patterns, that came with a kernel, and what comes with any.
files_note()
{
	mkdir -p /var/tmp/kept
	disk_files > "/var/tmp/kept/$1"
}

files_compare()
{
	note=$1
	shift
	{
		cat "/var/tmp/kept/$note"
		for package in $([ $# = 0 ] ||
			dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" |
			sed -n 's/^installed //p'); do
			dpkg -L "$package"
			find /var/lib/dpkg/info -name "${package}[.:]*"
		done
		[ $# = 0 ] || find /lib/modules/*/modules.* /boot/initrd.img-* /vmlinuz* /initrd.img*
	} | sed 's,^/lib/,/usr/lib/,' | LC_ALL=C sort -u > /var/tmp/kept/expected
	disk_files > /var/tmp/kept/now
	LC_ALL=C comm -23 /var/tmp/kept/now /var/tmp/kept/expected > /var/tmp/kept/left
	LC_ALL=C comm -13 /var/tmp/kept/now "/var/tmp/kept/$note" > /var/tmp/kept/lost
	sed 's/^/left behind: /' /var/tmp/kept/left
	sed 's/^/gone: /' /var/tmp/kept/lost
	[ -z "$(cat /var/tmp/kept/left /var/tmp/kept/lost)" ] || fail "the files are others"
	for image in /boot/initrd.img-*; do
		! lsinitramfs "$image" | grep -e ipoib_core -e accel_ || fail "$image has ours"
	done
	say "the files are those that were there before"
}
