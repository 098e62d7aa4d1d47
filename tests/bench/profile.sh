# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by bench: --profile. Needs a guest of its own for each driver.

# profile_run: where the instructions of each of $cases go, for each of $kernels, $drivers, $mtus, $setups.
# TCP is one transfer, of TCP_BYTES if that is set.
profile_run()
{
	local kernel driver mtu setup
	gcc -O2 -Wall -Wextra -shared -fPIC -o "$out/profile.so" "$BENCH/profile.c"
	extra="MARK=1 TCP_TRANSFERS=1 ${TCP_BYTES:+TCP_BYTES=$TCP_BYTES}"
	cells=$out/profiles
	mkdir -p "$cells"
	for kernel in $kernels; do
		"$VM_DIR/build-modules" "$kernel" > /dev/null
		for mtu in $mtus; do
			for driver in $drivers; do
				for setup in $setups; do
					profile_cell "$kernel" "$driver" "$mtu" "$setup"
				done
			done
		done
	done
}

profile_cell()
{
	local base=$cells/$1-$2-$3-$4 case number=0
	[ -n "$(cases_of "$4")" ] || return 0
	plugin="$out/profile.so,out=$base.counts"
	measure "$@"
	sed -n '/^@symbols/,/^@end/{/^@/!p}' "$logs/$1-$2-$3-$4" | base64 -d | gzip -dc > "$base.symbols"
	for case in $(cases_of "$4"); do
		number=$((number + 1))
		{
			echo "$1, $2, MTU $3, $4, $case:"
			"$BENCH/report" profile "$base.counts.$number" "$base.symbols"
		} | tee "$base-$case"
	done
}
