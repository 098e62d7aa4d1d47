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
	(cd "/kernels/$1/root/lib/modules/$KVER" && cp -r --parents kernel/drivers/infiniband \
		kernel/drivers/net/ethernet/mellanox "/lib/modules/$KVER/") || fail "no modules of $1"
	cp "/kernels/$1/root/lib/modules/$KVER"/modules.builtin* \
		"/kernels/$1/root/lib/modules/$KVER/modules.order" "/lib/modules/$KVER/"
	ln -sfn "$(readlink -f "/kernels/$1/build")" "/lib/modules/$KVER/build"
	cp "/kernels/$1/root/boot/config-$KVER" /boot/
	depmod "$KVER"
}

# runs KVER: that is what uname says.
runs()
{
	[ -e /usr/bin/uname.real ] || mv /usr/bin/uname /usr/bin/uname.real
	cat > /usr/bin/uname <<-END
		#!/bin/sh
		[ "\$*" != -r ] || { echo "$1"; exit; }
		exec /usr/bin/uname.real "\$@"
	END
	chmod +x /usr/bin/uname
}

# says WORDS COMMAND...: it succeeds, and says so. complains WORDS COMMAND...: it does not.
says()
{
	ended=0 words=$1
	shift
	"$@" > /work/log 2>&1 || ended=$?
	cat /work/log
	grep -q -e "$words" /work/log || fail "it does not say '$words': $*"
	[ "$ended" = 0 ] || fail "it ended with $ended: $*"
}

complains()
{
	! (says "$@") || fail "it succeeds: $*"
	grep -q -e "$1" /work/log || fail "it does not say '$1': $*"
}

# signatures KEY: "none": the kernel takes any module; "enrolled", "unknown": only those that are signed by
# a key that it trusts, and dkms's is one of these, or is none.
signatures()
{
	rm -rf /sys/module/module /usr/bin/mokutil
	[ "$1" != none ] || return 0
	mkdir -p /sys/module/module/parameters
	echo Y > /sys/module/module/parameters/sig_enforce
	cat > /usr/bin/mokutil <<-END
		#!/bin/sh
		case "\$1 $1" in
		"--sb-state "*) echo "SecureBoot enabled" ;;
		"--test-key enrolled") echo "\$2 is already enrolled"; exit 1 ;;
		"--test-key unknown") echo "\$2 is not enrolled" ;;
		esac
	END
	chmod +x /usr/bin/mokutil
}

# interrupt_depmod: the depmod of dkms comes to no end from now on.
interrupt_depmod()
{
	mkdir -p /work/bin
	ln -s "$(readlink -f /usr/sbin/depmod)" /work/bin/depmod
	rm /usr/sbin/depmod
	cat > /usr/sbin/depmod <<-'END'
		#!/bin/sh
		[ "$1" != -a ] || exit 1
		exec /work/bin/depmod "$@"
	END
	chmod +x /usr/sbin/depmod
}

# which_ib_ipoib KVER: the file that "modprobe ib_ipoib" loads there, from its module directory on.
which_ib_ipoib()
{
	modinfo -k "$1" -n ib_ipoib | sed "s,.*/lib/modules/$1/,,"
}

# assert_ours KVER, assert_intree KVER [beside]: whose ib_ipoib is in charge; ours is complete, or nothing is
# there of it, or all but the name ("beside").
assert_ours()
{
	case $(which_ib_ipoib "$1") in
	updates/dkms/ib-ipoib.ko* | extra/ib-ipoib.ko*) ;;
	*) fail "$1: ib_ipoib is $(which_ib_ipoib "$1")" ;;
	esac
	for ours_module in ipoib_core accel_ref accel_mlx; do
		modinfo -k "$1" -n "$ours_module" > /dev/null || fail "$1: no $ours_module"
	done
	grep -q 'ipoib_register_accel.*ipoib_core' "/usr/src/ipoib-accel-devel/$1/Module.symvers" ||
		fail "$1: an accel could not be built against it"
	# Whatever happens to dkms from now on: ours away, and the kernel's is there.
	find "/lib/modules/$1/kernel" -name 'ib_ipoib.ko*' | grep -q . ||
		fail "$1: in-tree's ib_ipoib was taken away"
	echo "$1: ib_ipoib is ours"
}

assert_intree()
{
	case $(which_ib_ipoib "$1") in
	kernel/drivers/infiniband/ulp/ipoib/ib_ipoib.ko*) ;;
	*) fail "$1: ib_ipoib is $(which_ib_ipoib "$1")" ;;
	esac
	[ "${2:-}" = beside ] || ! modinfo -k "$1" -n ipoib_core 2> /dev/null ||
		fail "$1: ipoib_core is there"
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
