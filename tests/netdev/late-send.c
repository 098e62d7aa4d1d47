// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: late-send INTERFACE
 *
 * Sends a packet by a packet socket, and sleeps half-way, when the kernel has looked whether the
 * interface is up and holds a reference to it: its data is in memory that is not there yet. It says
 * "asleep" then, and goes on at SIGUSR1. Whether the packet leaves is not told. Built by
 * tests/vm/build-programs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIZE		4096
#define PACKET_LEN	128

static struct sockaddr_ll to = { .sll_family = AF_PACKET };
static void *data;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Memory whose pages come when this program says so. */
static int absent_memory(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	data = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = (uintptr_t)data;
	reg.range.len = SIZE;
	if (fd < 0 || data == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &reg))
		die("userfaultfd");
	return fd;
}

static void *send_packet(void *arg)
{
	int sock = socket(AF_PACKET, SOCK_RAW, 0);

	if (sock < 0)
		die("socket");
	sendto(sock, data, PACKET_LEN, 0, (struct sockaddr *)&to, sizeof(to));
	return arg;
}

int main(int argc, char **argv)
{
	struct uffdio_zeropage zero = { .range.len = SIZE };
	struct uffd_msg message;
	pthread_t sender;
	sigset_t go;
	int fd, got;

	if (argc != 2)
		return 2;
	to.sll_protocol = htons(ETH_P_IP);
	to.sll_ifindex = if_nametoindex(argv[1]);
	sigemptyset(&go);
	sigaddset(&go, SIGUSR1);
	sigprocmask(SIG_BLOCK, &go, NULL);
	fd = absent_memory();
	if (pthread_create(&sender, NULL, send_packet, NULL))
		die("pthread_create");
	if (read(fd, &message, sizeof(message)) != sizeof(message))
		die("read");
	puts("asleep");
	fflush(stdout);
	sigwait(&go, &got);
	zero.range.start = (uintptr_t)data;
	if (ioctl(fd, UFFDIO_ZEROPAGE, &zero))
		die("UFFDIO_ZEROPAGE");
	pthread_join(sender, NULL);
	return 0;
}
