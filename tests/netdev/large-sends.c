// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: large-sends receive PORT
 *        large-sends send ADDRESS PORT MTU [lossy]
 *
 * The sender sends what a stack makes large packets of: UDP with UDP_SEGMENT, of many sizes, then
 * TCP by write(), sendfile(), and MSG_ZEROCOPY in small pieces. The receiver looks at each byte. In
 * the end the sender prints what arrived, and fails when a byte was another one or, unless "lossy",
 * when a datagram is missing. Built by tests/vm/build-programs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT	103
#endif
#ifndef SO_ZEROCOPY
#define SO_ZEROCOPY	60
#endif
#ifndef MSG_ZEROCOPY
#define MSG_ZEROCOPY	0x4000000
#endif

#define LARGEST		(192 << 10)
/* Segments of a UDP send, as older kernels allow them. */
#define UDP_SEGMENTS	64
/* Bytes of a datagram without data: a question whether what was sent before has arrived. */
#define QUESTION	1
/* How often that is asked. */
#define QUESTIONS	50

struct report {
	uint64_t bytes;		/* of this connection */
	uint64_t datagrams;	/* since the last report */
	uint64_t wrong;		/* bytes and datagrams of all */
};

static uint8_t data[LARGEST], pieces[2 * LARGEST], arrived[LARGEST];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* The byte at @at of what @seed sends: no two places near each other look the same. */
static uint8_t byte_at(uint64_t at, uint32_t seed)
{
	return ((uint32_t)(at >> 2) * 0x9e3779b1u + seed * 0x85ebca6bu) >> (8 * (at & 3));
}

static void fill(uint64_t from, uint32_t seed, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = byte_at(from + i, seed);
}

/* Bytes of @arrived that are not what was sent. */
static size_t differing(uint64_t from, uint32_t seed, size_t offset, size_t len)
{
	size_t i, n = 0;

	for (i = offset; i < len; i++)
		n += arrived[i] != byte_at(from + i, seed);
	return n;
}

/* ---- receiving */

/* A datagram begins with its seed; its bytes from there on are those of the seed. */
static void receive_udp(int fd, struct report *report)
{
	struct sockaddr_in6 from;
	socklen_t from_len = sizeof(from);
	uint32_t seed;
	ssize_t len;

	while ((len = recvfrom(fd, arrived, sizeof(arrived), MSG_DONTWAIT,
			       (struct sockaddr *)&from, &from_len)) >= 0) {
		if (len == QUESTION) {
			sendto(fd, arrived, len, 0, (struct sockaddr *)&from, from_len);
			continue;
		}
		memcpy(&seed, arrived, sizeof(seed));
		if (len < (ssize_t)sizeof(seed) || differing(0, seed, sizeof(seed), len))
			report->wrong++;
		else
			report->datagrams++;
	}
	if (errno != EAGAIN)
		die("datagram");
}

/* The seed of a connection is the sender's port. */
static void receive_tcp(int fd, int udp, struct report *report)
{
	struct sockaddr_in6 from;
	socklen_t from_len = sizeof(from);
	ssize_t len;

	if (fd < 0 || getpeername(fd, (struct sockaddr *)&from, &from_len))
		die("connection");
	/* What was sent before. */
	receive_udp(udp, report);
	while ((len = read(fd, arrived, sizeof(arrived))) > 0) {
		report->wrong += differing(report->bytes, ntohs(from.sin6_port), 0, len);
		report->bytes += len;
	}
	if (len < 0)
		die("read");
	if (write(fd, report, sizeof(*report)) != (ssize_t)sizeof(*report))
		die("report");
	close(fd);
	memset(report, 0, sizeof(*report));
}

static void receive(int port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int tcp = socket(AF_INET6, SOCK_STREAM, 0), udp = socket(AF_INET6, SOCK_DGRAM, 0);
	struct pollfd fds[] = { { .fd = tcp, .events = POLLIN }, { .fd = udp, .events = POLLIN } };
	struct report report = {};
	int room = 16 << 20;

	if (setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(tcp, (struct sockaddr *)&any, sizeof(any)) ||
	    bind(udp, (struct sockaddr *)&any, sizeof(any)) || listen(tcp, 4))
		die("receive");
	while (poll(fds, 2, -1) > 0) {
		if (fds[1].revents)
			receive_udp(udp, &report);
		if (fds[0].revents)
			receive_tcp(accept(tcp, NULL, NULL), udp, &report);
	}
	die("poll");
}

/* ---- sending */

static int connect_to(const char *address, const char *port, int type)
{
	struct addrinfo want = { .ai_socktype = type, .ai_flags = AI_NUMERICHOST }, *to;
	int fd;

	if (getaddrinfo(address, port, &want, &to))
		die(address);
	fd = socket(to->ai_family, type, 0);
	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen))
		die(address);
	freeaddrinfo(to);
	return fd;
}

/* sin_port and sin6_port are in the same place. */
static uint32_t own_port(int fd)
{
	struct sockaddr_in6 own;
	socklen_t len = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &len))
		die("getsockname");
	return ntohs(own.sin6_port);
}

/* By pages of a file, which others could write to while they are sent. */
static void send_file(int fd, size_t len)
{
	int file = memfd_create("large-sends", 0);
	off_t at = 0;

	if (file < 0 || write(file, data, len) != (ssize_t)len)
		die("file");
	while (at < (off_t)len) {
		if (sendfile(fd, file, &at, len - at) <= 0)
			die("sendfile");
	}
	close(file);
}

/* Until the peer has all, bytes that are not copied must stay as they are. */
static void await_acknowledged(int fd)
{
	char control[256];
	int left;

	do {
		struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };

		/* MSG_ZEROCOPY tells there that pages are free, and wants to be heard. */
		if (recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			poll(NULL, 0, 1);
		if (ioctl(fd, SIOCOUTQ, &left))
			die("SIOCOUTQ");
	} while (left);
}

/* Where they are, in pieces of @piece bytes, each of which is a fragment of the packet. */
static void send_pieces(int fd, size_t len, size_t piece)
{
	struct iovec iov[17];
	size_t at = 0;

	while (at < len) {
		struct msghdr msg = { .msg_iov = iov };
		uint8_t *to = pieces;
		ssize_t sent;
		size_t next;

		for (next = at; msg.msg_iovlen < 17 && next < len; msg.msg_iovlen++) {
			size_t part = len - next < piece ? len - next : piece;

			memcpy(to, data + next, part);
			iov[msg.msg_iovlen] = (struct iovec) { to, part };
			next += part;
			/* Side by side two would be one. */
			to += part + 64;
		}
		sent = sendmsg(fd, &msg, MSG_ZEROCOPY);
		if (sent < 0)
			die("pieces");
		at += sent;
		await_acknowledged(fd);
	}
}

/*
 * A byte by itself, which leaves at once: as long as that is on its way the rest begins behind it,
 * at an odd place in the same pages, and segments have pieces of odd lengths where these end.
 */
static void send_copy(int fd, size_t len)
{
	if (write(fd, data, 1) != 1 || write(fd, data + 1, len - 1) != (ssize_t)len - 1)
		die("write");
}

static uint64_t send_tcp(int fd)
{
	static const size_t sizes[] = { 1, 100, 1900, 1993, 3000, 4095, 8000, 20000, 33333, 65483,
					65536, 100001, LARGEST };
	uint32_t seed = own_port(fd);
	uint64_t sent = 0;
	unsigned int i;
	int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one)))
		die("SO_ZEROCOPY");
	for (i = 0; i < 4 * sizeof(sizes) / sizeof(*sizes); i++) {
		size_t len = sizes[i / 4];

		fill(sent, seed, len);
		if (i % 4 == 0)
			send_copy(fd, len);
		if (i % 4 == 1)
			send_file(fd, len);
		if (i % 4 == 2)
			send_pieces(fd, len, 300);
		if (i % 4 == 3)
			send_pieces(fd, len, 2500);
		sent += len;
	}
	return sent;
}

/* Returns false when it has to be asked again. */
static int is_answered(int fd)
{
	char question[QUESTION] = { '?' }, answer[16];

	if (send(fd, question, sizeof(question), 0) < 0)
		die("question");
	return recv(fd, answer, sizeof(answer), 0) == QUESTION;
}

/* Sends datagrams of @size bytes, and a shorter one, as one; returns when they have arrived. */
static unsigned int send_segments(int fd, unsigned int size, unsigned int number)
{
	unsigned int rest = size / 2 < 5 ? 5 : size / 2, i, n;
	size_t len = (size_t)size * (number - 1) + rest;
	static uint32_t seed;

	for (i = 0; i < number; i++) {
		size_t at = (size_t)i * size, end = i + 1 < number ? at + size : len;
		size_t j;

		seed++;
		memcpy(data + at, &seed, sizeof(seed));
		for (j = sizeof(seed); j < end - at; j++)
			data[at + j] = byte_at(j, seed);
	}
	if (setsockopt(fd, SOL_UDP, UDP_SEGMENT, &size, sizeof(size)) ||
	    send(fd, data, len, 0) != (ssize_t)len)
		die("UDP_SEGMENT");
	for (n = 0; !is_answered(fd); n++) {
		if (n == QUESTIONS)
			die("no answer");
	}
	return number;
}

static uint64_t send_udp(int fd, unsigned int longest)
{
	const unsigned int sizes[] = { 6, 101, 536, 1000, 1471, longest - 1, longest };
	static const unsigned int numbers[] = { UDP_SEGMENTS, 2, 3, 16, 17, 31, 45 };
	struct timeval patience = { .tv_usec = 200000 };
	uint64_t sent = 0;
	unsigned int i, j;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("timeout");
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (j = 0; j < sizeof(numbers) / sizeof(*numbers); j++) {
			if (sizes[i] * numbers[j] <= 65000)
				sent += send_segments(fd, sizes[i], numbers[j]);
		}
	}
	return sent;
}

static int send_all(const char *address, const char *port, unsigned int mtu, int lossy)
{
	unsigned int headers = strchr(address, ':') ? 48 : 28;
	uint64_t datagrams = send_udp(connect_to(address, port, SOCK_DGRAM), mtu - headers);
	int tcp = connect_to(address, port, SOCK_STREAM);
	uint64_t bytes = send_tcp(tcp);
	struct report report;

	if (shutdown(tcp, SHUT_WR) ||
	    recv(tcp, &report, sizeof(report), MSG_WAITALL) != (ssize_t)sizeof(report))
		die("report");
	printf("%llu of %llu bytes, %llu of %llu datagrams, %llu wrong\n",
	       (unsigned long long)report.bytes, (unsigned long long)bytes,
	       (unsigned long long)report.datagrams, (unsigned long long)datagrams,
	       (unsigned long long)report.wrong);
	return report.wrong || report.bytes != bytes ||
	       (!lossy && report.datagrams != datagrams);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "receive"))
		receive(atoi(argv[2]));
	if (argc < 5 || strcmp(argv[1], "send"))
		return 2;
	return send_all(argv[2], argv[3], atoi(argv[4]), argc > 5 && !strcmp(argv[5], "lossy"));
}
