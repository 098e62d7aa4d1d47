// SPDX-License-Identifier: GPL-2.0
/* ICMP's echo, by the kernel's sockets for it, or by raw ones for who may. */
#define _GNU_SOURCE
#include "ping.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PING_BYTES	65536
/* Of "discard" (RFC 863): who receives it does nothing. */
#define PING_DISCARD	9

static socklen_t ping_address(const struct address *peer, unsigned int ifindex, in_port_t port,
			      struct sockaddr_storage *to)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;
	struct sockaddr_in *four = (struct sockaddr_in *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = peer->family;
	if (peer->family == AF_INET) {
		four->sin_port = htons(port);
		memcpy(&four->sin_addr, peer->bytes, sizeof(four->sin_addr));
		return sizeof(*four);
	}
	six->sin6_port = htons(port);
	six->sin6_scope_id = ifindex;
	memcpy(&six->sin6_addr, peer->bytes, sizeof(six->sin6_addr));
	return sizeof(*six);
}

/* Returns 0 or a negative errno: @source is not an address of this host any more. */
static int ping_bind(int sock, const struct address *source, unsigned int ifindex)
{
	struct sockaddr_storage from;
	char name[IF_NAMESIZE];
	socklen_t len;

	/* Older kernels let only administrators: then the route decides, which was looked at. */
	if (if_indextoname(ifindex, name))
		setsockopt(sock, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name) + 1);
	if (!source->family)
		return 0;
	len = ping_address(source, ifindex, 0, &from);
	return bind(sock, (struct sockaddr *)&from, len) ? -errno : 0;
}

int ping_provoke(const struct address *peer, const struct address *source, unsigned int ifindex)
{
	int sock = socket(peer->family, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;
	struct sockaddr_storage to;
	socklen_t len = ping_address(peer, ifindex, PING_DISCARD, &to);

	if (sock < 0)
		return -errno;
	ret = ping_bind(sock, source, ifindex);
	if (!ret && sendto(sock, "", 1, MSG_DONTWAIT, (struct sockaddr *)&to, len) < 0)
		ret = -errno;
	close(sock);
	return ret;
}

int ping_open(struct ping *ping, const struct address *peer, const struct address *source,
	      unsigned int ifindex)
{
	int protocol = peer->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int level = peer->family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int option = peer->family == AF_INET ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER;
	int value = peer->family == AF_INET ? IP_PMTUDISC_PROBE : IPV6_PMTUDISC_PROBE;
	int ret;

	ping->peer = *peer;
	ping->ifindex = ifindex;
	ping->sequence = 0;
	ping->raw = false;
	ping->sock = socket(peer->family, SOCK_DGRAM | SOCK_CLOEXEC, protocol);
	if (ping->sock < 0) {
		ping->raw = true;
		ping->sock = socket(peer->family, SOCK_RAW | SOCK_CLOEXEC, protocol);
	}
	if (ping->sock < 0)
		return -errno;
	/* Not in pieces, and not as long as something on the way once said. */
	setsockopt(ping->sock, level, option, &value, sizeof(value));
	ret = ping_bind(ping->sock, source, ifindex);
	if (ret) {
		close(ping->sock);
		ping->sock = -1;
	}
	return ret;
}

void ping_close(struct ping *ping)
{
	close(ping->sock);
}

static unsigned short ping_sum(const unsigned char *bytes, size_t len)
{
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static unsigned short ping_id(void)
{
	return htons(getpid() & 0xffff);
}

/* The headers of ICMP and of its version 6 are the same for echo. */
static void ping_question(const struct ping *ping, unsigned char *packet, size_t len)
{
	struct icmphdr *header = (struct icmphdr *)packet;

	memset(packet, 0, len);
	header->type = ping->peer.family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	header->un.echo.id = ping_id();
	header->un.echo.sequence = htons(ping->sequence);
	/* That of version 6 is the kernel's, for it has addresses in it. */
	if (ping->peer.family == AF_INET)
		header->checksum = ping_sum(packet, len);
}

static bool ping_is_answer(const struct ping *ping, const unsigned char *packet, ssize_t got,
			   const struct sockaddr_storage *from, size_t len)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *four = (const struct sockaddr_in *)from;
	bool is_four = ping->peer.family == AF_INET;
	const struct icmphdr *header;
	size_t before = 0;

	if (is_four && ping->raw && got > 0)
		before = (packet[0] & 0xf) * 4;
	if (got < 0 || before + len != (size_t)got)
		return false;
	header = (const struct icmphdr *)(packet + before);
	if (header->type != (is_four ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) ||
	    header->un.echo.sequence != htons(ping->sequence) ||
	    (ping->raw && header->un.echo.id != ping_id()))
		return false;
	return is_four ? !memcmp(&four->sin_addr, ping->peer.bytes, 4) :
			 !memcmp(&six->sin6_addr, ping->peer.bytes, 16);
}

static long long ping_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static int ping_hear(const struct ping *ping, unsigned char *packet, size_t len, long long end)
{
	struct pollfd poll_fd = { .fd = ping->sock, .events = POLLIN };
	struct sockaddr_storage from;
	socklen_t from_len;
	long long left;
	ssize_t got;

	while ((left = end - ping_now()) > 0) {
		if (poll(&poll_fd, 1, left / 1000 + 1) < 0 && errno != EINTR)
			return -errno;
		memset(&from, 0, sizeof(from));
		from_len = sizeof(from);
		got = recvfrom(ping->sock, packet, PING_BYTES, MSG_DONTWAIT,
			       (struct sockaddr *)&from, &from_len);
		if (ping_is_answer(ping, packet, got, &from, len))
			return 0;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return -ETIMEDOUT;
}

int ping_once(struct ping *ping, unsigned int bytes, unsigned int ms, unsigned int *us)
{
	unsigned int headers = ping->peer.family == AF_INET ? PING_HEADERS_4 : PING_HEADERS_6;
	size_t len = (bytes > headers ? bytes - headers : 0) + sizeof(struct icmphdr);
	struct sockaddr_storage to;
	socklen_t to_len = ping_address(&ping->peer, ping->ifindex, 0, &to);
	unsigned char *packet = malloc(PING_BYTES);
	long long start;
	int ret;

	if (!packet || len > PING_BYTES) {
		free(packet);
		return -ENOMEM;
	}
	ping->sequence++;
	ping_question(ping, packet, len);
	start = ping_now();
	if (sendto(ping->sock, packet, len, 0, (struct sockaddr *)&to, to_len) < 0)
		ret = -errno;
	else
		ret = ping_hear(ping, packet, len, start + ms * 1000LL);
	*us = ping_now() - start;
	free(packet);
	return ret;
}
