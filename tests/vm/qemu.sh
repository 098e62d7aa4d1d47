# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced: the one place that knows how a guest is started.

# What leave() of guest/init makes QEMU exit with.
export VM_ORDERLY=133

# vm_tsc_khz: of the host's CPU, whose time stamp counter TCG hands on. A guest that boots while the host
# is busy measures it wrongly, by a factor of twenty once: its clock then runs away from the timers.
vm_tsc_khz()
{
	cached "$CACHE/tsc-khz" "$(cksum < "$VM_DIR/tsc-khz.c")" vm_build_tsc_khz
	"$CACHE/tsc-khz/tsc-khz"
}

# vm_build_tsc_khz DIR
vm_build_tsc_khz()
{
	gcc -O2 -Wall -Wextra -Werror -o "$1/tsc-khz" "$VM_DIR/tsc-khz.c"
}

# vm_command KERNEL_DIR INITRD CPUS MEM APPEND [DISK]: sets the array VM to the QEMU command, serial
# lines excepted.
# - TCG, because tests must run where there is no KVM, one thread for each CPU: real races.
# - 6.12 panics at boot with the protection keys that TCG offers. A fifth level of page tables only costs.
# - log_buf_len: a test's kernel messages are read when it ends, however many they are.
# - maxcpus=1: guest/init starts the others. The kernel patches its own code while it boots, and a
#   second CPU of QEMU 7.2 sometimes executes an int3 of that after it was taken back ("Oops: int3",
#   about one boot in twenty).
# - norandmaps, -avx: QEMU translates code for where it lies, so a program that lies elsewhere each time is
#   translated each time; and it emulates AVX, which glibc's string functions then prefer, by calls. To start
#   `ip` takes a fifth of the time without the two, and tests of the guest half of it. The kernel's own
#   addresses stay random.
# - -smap: QEMU would look up each page twice, with and without it, and end what it translates at each copy
#   from or to a program. -erms, -fsrm: it moves byte by byte what they move. -xsave: by calls, at each switch.
#   init_on_alloc=0: nor is each page cleared that is written to at once. A sixth of the CPU time together;
#   and what we do not set is not zero.
# - no_timer_check: on a busy host no tick may come within the time in which the kernel looks for one,
#   and it panics.
# - panic=-1 with -no-reboot: a panic ends QEMU at once, without the orderly status.
# - snapshot=on: what the guest writes to DISK is forgotten. guest/init makes it the root.
vm_command()
{
	# shellcheck disable=SC2054 # the commas are QEMU's
	VM=(qemu-system-x86_64 -nodefaults -no-user-config -machine q35
		-accel tcg,thread=multi -cpu max,-pku,-avx,-avx2,-la57,-smap,-smep,-umip,-erms,-fsrm,-xsave -smp "$3" -m "$4"
		-nic none -display none -no-reboot
		-device isa-debug-exit,iobase=0xf4,iosize=0x04
		-kernel "$1/vmlinuz" -initrd "$2"
		-append "console=ttyS0 nopku panic=-1 log_buf_len=4M mitigations=off init_on_alloc=0
			maxcpus=1 noreplace-smp norandmaps lpj=4000000 no_timer_check
			random.trust_cpu=on tsc=reliable tsc_early_khz=$(vm_tsc_khz)
			${6:+vm.root=debian} $5")
	VM[-1]=$(tr -s '\n\t' '  ' <<< "${VM[-1]}")
	[ -z "${6:-}" ] || VM+=(-drive "file=$6,if=virtio,format=raw,snapshot=on")
}

# vm_add_cards QEMU DIR CARDS MEM FIRST: changes VM to be that QEMU, with CARDS cards whose sockets are in
# DIR, from number FIRST on. Their process shares the guest's memory; the guest asks it for faults by a
# third serial line, whose interrupt is not the first's, as it would be on a PC.
vm_add_cards()
{
	local number
	VM[0]=$1
	# shellcheck disable=SC2054 # the commas are QEMU's
	VM+=(-machine memory-backend=ram -object "memory-backend-memfd,id=ram,size=$4M,share=on"
		-chardev "socket,id=faults,path=$2/control.sock"
		-device isa-serial,chardev=faults,index=2,irq=5)
	for ((number = $5; number < $5 + $3; number++)); do
		VM+=(-device "{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"$2/card$number.sock\"}}")
	done
}

# vm_command_measuring KERNEL_DIR INITRD CPUS MEM APPEND: the same for measuring. An instruction of the guest
# takes a nanosecond of its time and nothing else does, so that a figure is a number of instructions
# and repeats to the digit, whatever else the host does. Whatever is changed here shifts all figures
# of tests/bench/reference.json.
# - The CPU has no fast string instructions: TCG counts each byte that they move, and half of the
#   time would be that of memset().
# - One thread and one seed for all that is random; addresses of the kernel too. Of several CPUs one
#   runs at a time, until it halts, waits for a lock or a timer is due: time is the sum of theirs.
vm_command_measuring()
{
	# shellcheck disable=SC2054 # the commas are QEMU's
	VM=(qemu-system-x86_64 -nodefaults -no-user-config -machine q35
		-accel tcg -icount shift=0,sleep=off -seed 1 -rtc base=2026-01-01,clock=vm
		-cpu max,-pku,-erms,-fsrm -smp "$3" -m "$4"
		-nic none -display none -no-reboot
		-device isa-debug-exit,iobase=0xf4,iosize=0x04
		-kernel "$1/vmlinuz" -initrd "$2"
		-append "console=ttyS0 nopku panic=-1 log_buf_len=4M mitigations=off nokaslr
			clearcpuid=rep_good init_on_alloc=0 lpj=4000000
			random.trust_cpu=on tsc=reliable $5")
	VM[-1]=$(tr -s '\n\t' '  ' <<< "${VM[-1]}")
}

# vm_add_cards_measuring: the same as vm_add_cards, for vm_command_measuring. The cards' interrupts come in
# real time: a CPU that waits for one must wait for as long, or time would jump to its next timer. What is
# to repeat has to leave out how long it was idle.
vm_add_cards_measuring()
{
	VM=("${VM[@]/sleep=off/sleep=on}")
	vm_add_cards "$@"
}

# emulator_fault CONSOLE: whether the guest died of that int3, which is no fault of any test; or hangs in it:
# when a static key is switched the kernel patches itself too, and takes an int3 that it has just taken back
# for one that it is to try again, for ever.
emulator_fault()
{
	grep -qE 'Oops: int3|RIP: 0010:asm_exc_int3\+' "$1"
}
