// SPDX-License-Identifier: GPL-2.0
/*
 * TCP streams of which each byte is known: what arrives is what was sent, all of it, in its order,
 * once.
 *
 *	stream serve PORT DIR: takes connections for ever. Of each, DIR/ID has the number of bytes
 *		that came and were right so far; a wrong one is told, with where it was, and ends
 *		the connection.
 *	stream send ID ADDRESS PORT RATE: about RATE bytes a second, until SIGTERM. Then it asks how
 *		much has arrived: exits with 0 when that is all that it sent.
 *
 * Word number N of a stream is a function of its ID and of N, so that what is lost, doubled, moved
 * or another stream's is wrong where it begins.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define WORDS		8192
/* Sends in a second. */
#define TICKS		20
/* Seconds until the other end, which may have to hear of the end first, has told what arrived. */
#define PATIENCE	120

static atomic_int done;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014) */
static uint64_t word_at(uint64_t id, uint64_t number)
{
	uint64_t z = (id << 40) + (number + 1) * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* All of it, however often it takes; -1 when the connection has ended. */
static int send_all(int fd, const void *from, size_t len)
{
	const char *next = from;

	while (len) {
		ssize_t n = send(fd, next, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		next += n;
		len -= n;
	}
	return 0;
}

static int receive_all(int fd, void *to, size_t len)
{
	char *next = to;

	while (len) {
		ssize_t n = recv(fd, next, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		next += n;
		len -= n;
	}
	return 0;
}

/* ---- who sends */

static void stop(int signal)
{
	(void)signal;
	done = 1;
}

static int connect_to(const char *address, const char *port)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *to;
	int fd;

	if (getaddrinfo(address, port, &hints, &to)) {
		fprintf(stderr, "%s is no address\n", address);
		exit(2);
	}
	fd = socket(to->ai_family, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen))
		die(address);
	freeaddrinfo(to);
	return fd;
}

static void wait_a_tick(void)
{
	struct timespec tick = { .tv_nsec = 1000000000 / TICKS };

	nanosleep(&tick, NULL);
}

static int send_stream(uint64_t id, const char *address, const char *port, size_t rate)
{
	struct sigaction action = { .sa_handler = stop };
	struct timeval patience = { .tv_sec = PATIENCE };
	size_t words = rate / TICKS / sizeof(uint64_t), i;
	static uint64_t block[WORDS];
	uint64_t number = 0, arrived;
	int fd = connect_to(address, port);

	if (!words || words > WORDS) {
		fprintf(stderr, "a rate of %zu is none of these\n", rate);
		return 2;
	}
	sigaction(SIGTERM, &action, NULL);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("timeout");
	if (send_all(fd, &id, sizeof(id)))
		die("the ID");
	while (!done) {
		for (i = 0; i < words; i++)
			block[i] = word_at(id, number++);
		if (send_all(fd, block, words * sizeof(*block)))
			die("sending");
		wait_a_tick();
	}
	if (shutdown(fd, SHUT_WR))
		die("the end");
	if (receive_all(fd, &arrived, sizeof(arrived)))
		die("what has arrived");
	number *= sizeof(uint64_t);
	printf("stream %llu: %llu bytes sent, %llu arrived\n", (unsigned long long)id,
	       (unsigned long long)number, (unsigned long long)arrived);
	return arrived != number;
}

/* ---- who receives */

/* How many of @len bytes at @from are right, of which the first is the @at-th of the stream. */
static size_t how_many_right(uint64_t id, uint64_t at, const unsigned char *from, size_t len)
{
	unsigned char right[sizeof(uint64_t)];
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned int byte = (at + i) % sizeof(right);

		if (!byte || !i) {
			uint64_t word = word_at(id, (at + i) / sizeof(right));

			memcpy(right, &word, sizeof(right));
		}
		if (from[i] != right[byte])
			break;
	}
	return i;
}

static int open_count(const char *dir, uint64_t id)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%llu", dir, (unsigned long long)id);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		die(path);
	return fd;
}

static void tell_count(int fd, uint64_t bytes)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%llu\n", (unsigned long long)bytes);

	if (pwrite(fd, text, len, 0) != len)
		die("count");
}

static int take_stream(int fd, const char *dir)
{
	static unsigned char block[WORDS * sizeof(uint64_t)];
	uint64_t id, at = 0;
	int count;

	if (receive_all(fd, &id, sizeof(id)))
		return 1;
	count = open_count(dir, id);
	for (;;) {
		ssize_t n = recv(fd, block, sizeof(block), 0);
		size_t right;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			printf("stream %llu: broken at byte %llu: %s\n", (unsigned long long)id,
			       (unsigned long long)at, strerror(errno));
			return 1;
		}
		if (!n)
			break;
		right = how_many_right(id, at, block, n);
		at += right;
		tell_count(count, at);
		if (right < (size_t)n) {
			printf("stream %llu: byte %llu is wrong\n", (unsigned long long)id,
			       (unsigned long long)at);
			return 1;
		}
	}
	return send_all(fd, &at, sizeof(at)) != 0;
}

static int serve(int port, const char *dir)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0), off = 0, on = 1;

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (const struct sockaddr *)&any, sizeof(any)) || listen(fd, 64))
		die("listening");
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int stream = accept(fd, NULL, NULL);

		if (stream < 0) {
			if (errno == EINTR)
				continue;
			die("accept");
		}
		if (!fork()) {
			close(fd);
			/* A line is a line, whoever else writes. */
			setvbuf(stdout, NULL, _IOLBF, 0);
			exit(take_stream(stream, dir));
		}
		close(stream);
	}
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "serve"))
		return serve(atoi(argv[2]), argv[3]);
	if (argc == 6 && !strcmp(argv[1], "send"))
		return send_stream(strtoull(argv[2], NULL, 0), argv[3], argv[4],
				   strtoul(argv[5], NULL, 0));
	fprintf(stderr, "usage: stream serve PORT DIR | stream send ID ADDRESS PORT RATE\n");
	return 2;
}
