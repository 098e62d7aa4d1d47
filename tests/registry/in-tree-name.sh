#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# Who loads IPoIB by in-tree's name, as rdma-core and scripts do, gets ours: the shim ib_ipoib.ko. Options
# for that name keep their meaning; ipoib_core's own come before. `modprobe -r ib_ipoib` takes all of
# it away. Where in-tree's is loaded already, or the shim is not installed, the name is in-tree's.
#
# lane: quick
# check: 6.1
# limit: 120
. "${TESTS:=/tests}/lib/host.sh"
. "$TESTS/lib/shim.sh"

# shows MODULE PARAMETER VALUE
shows()
{
	is "$1's $2" "$(cat "/sys/module/$1/parameters/$2")" "$3"
}

# rings TX RX: of sib0's interface.
rings()
{
	ethtool -g "$(netdev_of sib0 ours)" | awk '
		/^Current/ { current = 1 }
		current && ($1 == "TX:" || $1 == "RX:") { size[$1] = $2 }
		END { print size["TX:"], size["RX:"] }'
}

# assert_all_gone: none of ours is loaded.
assert_all_gone()
{
	for module in ib_ipoib ipoib_core accel_ref; do
		[ ! -e "/sys/module/$module" ] || fail "$module is still loaded"
	done
}

shim_install
SHIM_CONF=$TMPDIR/modprobe.d
mkdir -p "$SHIM_CONF"
fabric_up 1

note "by the name: as with in-tree's, the interface is there when modprobe is through"
must modprobe_shim ib_ipoib
served_by sib0 ref || fail "the interface comes later"
is "rings" "$(rings)" "512 256"
must modprobe_shim -r ib_ipoib
assert_all_gone

note "by the alias of ip link's kind, with options"
echo 'options ib_ipoib send_queue_size=200 recv_queue_size=1024 debug_level=1 max_nonsrq_conn_qp=8' \
	> "$SHIM_CONF/ib_ipoib.conf"
log_mark
must modprobe_shim rtnl-link-ipoib
must_wait 10 served_by sib0 ref
is "rings" "$(rings)" "256 1024"
shows ib_ipoib send_queue_size 256
shows ib_ipoib recv_queue_size 1024
shows ipoib_core debug_level 1
assert_log 'ib_ipoib: .*max_nonsrq_conn_qp.*ignored'
must modprobe_shim -r ib_ipoib
assert_all_gone

note "with ipoib_core's own"
echo 'options ipoib_core send_queue_size=2048' > "$SHIM_CONF/ipoib_core.conf"
must modprobe_shim ib_ipoib
must_wait 10 served_by sib0 ref
is "rings" "$(rings)" "2048 1024"
shows ib_ipoib send_queue_size 2048
must modprobe_shim -r ib_ipoib
assert_all_gone

note "the core first"
must modprobe_shim ipoib_core
must_wait 10 served_by sib0 ref
is "rings" "$(rings)" "2048 256"
log_mark
must modprobe_shim ib_ipoib
assert_log 'ib_ipoib: ipoib_core is loaded already: options'
must modprobe_shim -r ib_ipoib
assert_all_gone

# Of such lines the first counts, by the names of their files; that of ours is modules.softdep.
note "a line of the admin's is in the place of what modprobe knows of ours: the shim asks for the core itself"
rm "$SHIM_CONF"/*
echo 'softdep ib_ipoib pre: ib_umad' > "$SHIM_CONF/admin.conf"
must modprobe_shim ib_ipoib
must_wait 15 log_has 'ib_ipoib: ipoib_core is not there yet, and is asked for'
must_wait 10 served_by sib0 ref
! log_has 'ib_ipoib: ipoib_core could not be loaded' || fail "it says that the core is not there"
# Of these modprobe does not know that they go with it.
rmmod accel_mlx 2> /dev/null || :
must rmmod accel_ref ipoib_core ib_ipoib
assert_all_gone

note "the kernel's modprobe is told to load none: who unloads the shim meanwhile waits for it"
mkdir -p /etc/modprobe.d
trap 'rm -f /etc/modprobe.d/in-tree-name.conf' EXIT
echo 'install ipoib_core sleep 3; false' > /etc/modprobe.d/in-tree-name.conf
log_mark
must modprobe_shim ib_ipoib
must_wait 15 log_has 'ib_ipoib: ipoib_core is not there yet, and is asked for'
must timeout 20 rmmod ib_ipoib
assert_log 'ib_ipoib: ipoib_core could not be loaded'
assert_all_gone
rm "$SHIM_CONF/admin.conf" /etc/modprobe.d/in-tree-name.conf

note "who unloads the core by hand has it gone"
must modprobe_shim ib_ipoib
must_wait 10 served_by sib0 ref
sleep 2
rmmod accel_mlx 2> /dev/null || :
must rmmod accel_ref ipoib_core
sleep 6
[ ! -e /sys/module/ipoib_core ] || fail "the core is loaded again"
must rmmod ib_ipoib

note "the package goes, then ours"
must modprobe_shim ib_ipoib
must_wait 10 served_by sib0 ref
shim_remove
# As the manual has it: of a module that has no file any more modprobe knows nothing.
rmmod ib_ipoib accel_mlx accel_ref ipoib_core 2> /dev/null || :
must modprobe_shim ib_ipoib
[ ! -e /sys/module/ipoib_core ] || fail "ours is loaded"
must_wait 10 netdev_of sib0 intree
must rmmod ib_ipoib

note "in-tree's is there already"
shim_install
must modprobe ib_ipoib
must_wait 10 netdev_of sib0 intree
must modprobe_shim ib_ipoib
[ ! -e /sys/module/ipoib_core ] || fail "the core was loaded beside in-tree"
must_wait 10 netdev_of sib0 intree
explains - driver "broken: another ib_ipoib, the kernel's own or OFED's, is loaded, not ours: it serves all ports"
stack_unload
