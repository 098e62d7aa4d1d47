# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Words of the scripts that run in the machine of tests/package/machine.

fail()
{
	echo "FAIL: $*"
	exit 1
}

# say WORDS: what comes next.
say()
{
	echo "--- $*"
}

# kernel_arrives NAME: its modules and headers are there, as its packages would have put them. Sets KVER.
kernel_arrives()
{
	KVER=$(cat "/kernels/$1/kver")
	mkdir -p "/lib/modules/$KVER/kernel"
	# Of its modules the InfiniBand ones do, which are those that ours are linked with.
	cp -r "/kernels/$1/root/lib/modules/$KVER/kernel/drivers" "/lib/modules/$KVER/kernel/" ||
		fail "no modules of $1"
	cp "/kernels/$1/root/lib/modules/$KVER"/modules.builtin* \
		"/kernels/$1/root/lib/modules/$KVER/modules.order" "/lib/modules/$KVER/"
	ln -sfn "$(readlink -f "/kernels/$1/build")" "/lib/modules/$KVER/build"
	cp "/kernels/$1/root/boot/config-$KVER" /boot/
	depmod "$KVER"
}

# which_ib_ipoib KVER: the file that "modprobe ib_ipoib" loads there, from its module directory on.
which_ib_ipoib()
{
	modinfo -k "$1" -n ib_ipoib | sed "s,.*/lib/modules/$1/,,"
}

# assert_ours KVER, assert_intree KVER: whose ib_ipoib is in charge; ours is complete.
assert_ours()
{
	case $(which_ib_ipoib "$1") in
	updates/dkms/ib_ipoib.ko* | extra/ib_ipoib.ko*) ;;
	*) fail "$1: ib_ipoib is $(which_ib_ipoib "$1")" ;;
	esac
	for ours_module in ipoib_core accel_ref accel_mlx; do
		modinfo -k "$1" -n "$ours_module" > /dev/null || fail "$1: no $ours_module"
	done
	echo "$1: ib_ipoib is ours"
}

assert_intree()
{
	case $(which_ib_ipoib "$1") in
	kernel/drivers/infiniband/ulp/ipoib/ib_ipoib.ko*) ;;
	*) fail "$1: ib_ipoib is $(which_ib_ipoib "$1")" ;;
	esac
	! modinfo -k "$1" -n ipoib_core 2> /dev/null || fail "$1: ipoib_core is there"
	echo "$1: ib_ipoib is in-tree's"
}

# files: everything that a package and its builds may touch. Of depmod's files the names.
files()
{
	find /lib/modules /usr/src /usr/share/man /usr/share/doc /etc /var/lib/dkms /boot \
		/usr/lib/dracut /usr/lib/ipoib-accel \
		-not -path '/var/lib/dkms/mok.*' 2> /dev/null | LC_ALL=C sort
}

# dnf_do COMMAND...: from the repository REPOSITORY (/work/repository) alone.
dnf_do()
{
	dnf -y --installroot=/ --releasever=1 --setopt=reposdir=/dev/null --nogpgcheck \
		--setopt=install_weak_deps=False --setopt=metadata_expire=0 \
		--repofrompath=local,"file://${REPOSITORY:-/work/repository}" "$@"
}
