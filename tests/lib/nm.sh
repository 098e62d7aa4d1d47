# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# NetworkManager. Sourced by its tests, after system.sh.

# nm_start: it runs, and takes IFA for one that can be connected.
nm_start()
{
	service_start NetworkManager
	must_wait 20 nm_is "$IFA" disconnected
}

# nm_is DEVICE STATE
nm_is()
{
	nmcli -g GENERAL.STATE device show "$1" | grep -q "($2)"
}

# nm_add NAME ARGUMENT...: a connection that is not kept on the disk, and not started.
nm_add()
{
	nm_name=$1
	shift
	note "nmcli connection add con-name $nm_name $*"
	must nmcli connection add save no con-name "$nm_name" "$@"
}

# nm_up NAME: within its time.
nm_up()
{
	note "nmcli connection up $1"
	if ! nmcli --wait 30 connection up "$1"; then
		journalctl -b -u NetworkManager -n 40 --no-pager
		fail "the connection $1 does not come up"
	fi
}
