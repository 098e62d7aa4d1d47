# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced: a private apt that knows only the suites it is told and believes that nothing is
# installed, so that what it downloads depends on the mirror alone and the host is never touched.

MIRROR=${IPOIB_MIRROR:-http://deb.debian.org/debian}
MIRROR_SECURITY=${IPOIB_MIRROR_SECURITY:-http://deb.debian.org/debian-security}

# apt_source SUITE: its line of a sources.list.
apt_source()
{
	case $1 in
	*-security) apt_mirror=$MIRROR_SECURITY ;;
	*) apt_mirror=$MIRROR ;;
	esac
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $apt_mirror $1 main"
}

# apt_open DIR SUITE...: prepares (for APT_FOREIGN, an architecture beside this one, too) the private apt in DIR and reads the suites' package lists.
apt_open()
{
	APT_DIR=$1
	shift
	mkdir -p "$APT_DIR/lists/partial" "$APT_DIR/archives/partial"
	: > "$APT_DIR/status"
	: > "$APT_DIR/sources.list"
	for suite; do
		apt_source "$suite" >> "$APT_DIR/sources.list"
	done
	cat > "$APT_DIR/apt.conf" <<-END
		Dir::Etc::sourcelist "$APT_DIR/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State "$APT_DIR";
		Dir::State::status "$APT_DIR/status";
		Dir::State::lists "$APT_DIR/lists";
		Dir::Cache "$APT_DIR";
		Dir::Cache::archives "$APT_DIR/archives";
		Acquire::Check-Valid-Until "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; ${APT_FOREIGN:+"\"$APT_FOREIGN\";"} };
		APT::Install-Recommends "false";
		APT::Sandbox::User "root";
		Debug::NoLocking "true";
	END
	apt_get update
}

# apt_get ARGS..., apt_cache ARGS...: the tools, with the private configuration.
apt_get()
{
	APT_CONFIG=$APT_DIR/apt.conf apt-get -qq "$@" > "$APT_DIR/log" 2>&1 || {
		cat "$APT_DIR/log" >&2
		return 1
	}
}

apt_cache()
{
	APT_CONFIG=$APT_DIR/apt.conf apt-cache "$@"
}

# apt_unpack ROOT PACKAGE...: downloads exactly these packages and unpacks them in ROOT.
apt_unpack()
{
	apt_root=$1
	shift
	mkdir -p "$apt_root"
	rm -f "$APT_DIR"/archives/*.deb
	(cd "$APT_DIR/archives" && apt_get download "$@") || return 1
	for deb in "$APT_DIR"/archives/*.deb; do
		dpkg -x "$deb" "$apt_root" || return 1
	done
	rm -f "$APT_DIR"/archives/*.deb
}

# apt_unpack_all ROOT PACKAGE...: the same with everything that they depend on.
apt_unpack_all()
{
	apt_root=$1
	shift
	mkdir -p "$apt_root"
	rm -f "$APT_DIR"/archives/*.deb
	apt_get -y --download-only install "$@" || return 1
	for deb in "$APT_DIR"/archives/*.deb; do
		dpkg -x "$deb" "$apt_root" || return 1
	done
	rm -f "$APT_DIR"/archives/*.deb
}

# debian_root DIR SUITE ARGS...: DIR/root becomes a Debian, by mmdebstrap with these arguments and with
# DIR/sources.list. What it had to say is in DIR/log, which is shown if it failed. It has dash write to a file
# descriptor of which it says the number, and dash knows those of one digit only: it gets none of ours.
debian_root()
{
	root_dir=$1
	root_suite=$2
	shift 2
	mmdebstrap --mode=root --architectures=amd64 --aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='Acquire::Retries "5"' "$@" "$root_suite" "$root_dir/root" \
		"$root_dir/sources.list" > "$root_dir/log" 2>&1 < /dev/null \
		3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || {
		cat "$root_dir/log" >&2
		return 1
	}
}
