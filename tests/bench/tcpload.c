// SPDX-License-Identifier: GPL-2.0
/*
 * What iperf3 cannot do with TCP: closed loops of requests and answers, answers of many at once, a
 * stream of a fixed rate, a reader that is slow.
 *
 *	tcpload serve PORT: answers the following ones, for ever
 *	tcpload slow PORT SIZE USECS: reads SIZE bytes of each connection every USECS, for ever
 *	tcpload requests ADDRESS PORT MIN MAX CONNECTIONS COUNT: each connection sends MIN to MAX
 *		bytes and waits for as many others; prints requests a second, median and 99th
 *		percentile of their nanoseconds
 *	tcpload together PORT SIZE COUNT ADDRESS...: asks all for SIZE bytes at once, and again when
 *		all are there; prints the same of these rounds
 *	tcpload paced ADDRESS PORT SIZE USECS COUNT: SIZE bytes every USECS
 *	tcpload push ADDRESS PORT CONNECTIONS: as much as is taken, for ever
 *
 * The first tenth is not part of any figure. Only IPv4. Built static: the guest's root has no place
 * for libraries.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS	256
#define MAX_MESSAGE	(1 << 20)
/* A request that no stream comes to the end of. */
#define FOR_EVER	UINT32_MAX

/* What a request begins with: its bytes, these included, and those of the answer. */
struct head {
	uint32_t ask;
	uint32_t answer;
};

struct connection {
	int fd;
	size_t have;		/* of the request, by who serves; of the answer, by who asks */
	struct head head;
	uint64_t since;
};

static struct connection connections[MAX_CONNECTIONS];
static char buffer[MAX_MESSAGE];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void wait_until(uint64_t when)
{
	struct timespec ts = { .tv_sec = when / 1000000000, .tv_nsec = when % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/* The same sequence each time: figures repeat. */
static uint32_t next_random(void)
{
	static uint32_t state = 2463534242u;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static void at_once(int fd)
{
	int one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		die("TCP_NODELAY");
}

static int listen_at(int port)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) ||
	    listen(fd, MAX_CONNECTIONS))
		die("listen");
	return fd;
}

static int connect_to(const char *address, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die(address);
	at_once(fd);
	return fd;
}

/* Waits until all is taken, which the receiving host does without its program. */
static void write_all(int fd, const void *what, size_t size)
{
	while (size) {
		ssize_t n = send(fd, what, size, MSG_NOSIGNAL);

		if (n <= 0)
			die("send");
		what += n;
		size -= n;
	}
}

static void watch(int epoll, int fd, struct connection *connection)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll");
}

/* Takes what has come of a request, and answers it when that is all. False: the peer has gone. */
static int serve_one(struct connection *connection)
{
	struct head *head = &connection->head;
	size_t room = sizeof(*head) - connection->have;
	char *to = (char *)head + connection->have;
	ssize_t n;

	if (connection->have >= sizeof(*head)) {
		to = buffer;
		room = head->ask - connection->have;
		if (room > sizeof(buffer))
			room = sizeof(buffer);
	}
	n = recv(connection->fd, to, room, 0);
	if (n <= 0)
		return 0;
	connection->have += n;
	if (connection->have < sizeof(*head) || connection->have < head->ask)
		return 1;
	if (head->ask == FOR_EVER) {
		connection->have = sizeof(*head);
		return 1;
	}
	connection->have = 0;
	write_all(connection->fd, buffer, head->answer);
	return 1;
}

static struct connection *unused(void)
{
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		if (!connections[i].fd)
			return &connections[i];
	errno = EMFILE;
	die("connections");
	return NULL;
}

static _Noreturn void serve(int port)
{
	struct epoll_event events[64];
	int listening = listen_at(port);
	int epoll = epoll_create1(0);

	watch(epoll, listening, NULL);
	for (;;) {
		int n = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < n; i++) {
			struct connection *connection = events[i].data.ptr;

			if (!connection) {
				connection = unused();
				connection->fd = accept(listening, NULL, NULL);
				connection->have = 0;
				if (connection->fd < 0)
					die("accept");
				at_once(connection->fd);
				watch(epoll, connection->fd, connection);
			} else if (!serve_one(connection)) {
				close(connection->fd);
				connection->fd = 0;
			}
		}
	}
}

static _Noreturn void slow(int port, size_t size, uint64_t usecs)
{
	int listening = listen_at(port), n = 0;

	if (fcntl(listening, F_SETFL, O_NONBLOCK))
		die("listen");
	for (uint64_t when = now();; wait_until(when += usecs * 1000)) {
		int fd = accept(listening, NULL, NULL);

		if (fd >= 0 && n < MAX_CONNECTIONS)
			connections[n++].fd = fd;
		for (int i = 0; i < n; i++)
			recv(connections[i].fd, buffer, size, MSG_DONTWAIT);
	}
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void print(uint64_t *times, int n, uint64_t start)
{
	double rate = n * 1e9 / (now() - start);

	qsort(times, n, sizeof(*times), compare);
	printf("%.1f %llu %llu\n", rate, (unsigned long long)times[n / 2],
	       (unsigned long long)times[(n * 99 + 99) / 100 - 1]);
}

static uint64_t *times_of(int count)
{
	uint64_t *times = calloc(count, sizeof(*times));

	if (!times)
		die("memory");
	return times;
}

static void ask(struct connection *connection, uint32_t size, uint32_t answer)
{
	connection->head = (struct head){ size, answer };
	connection->have = 0;
	connection->since = now();
	memcpy(buffer, &connection->head, sizeof(connection->head));
	write_all(connection->fd, buffer, size);
}

/* Takes what has come of an answer; true: that was all. */
static int answered(struct connection *connection)
{
	ssize_t n = recv(connection->fd, buffer, sizeof(buffer), MSG_DONTWAIT);

	if (n <= 0)
		die("answer");
	connection->have += n;
	return connection->have >= connection->head.answer;
}

static int connect_all(const char *address, int port, int n)
{
	int epoll = epoll_create1(0);

	if (n > MAX_CONNECTIONS)
		n = MAX_CONNECTIONS;
	for (int i = 0; i < n; i++) {
		connections[i].fd = connect_to(address, port);
		watch(epoll, connections[i].fd, &connections[i]);
	}
	return epoll;
}

static int requests(const char *address, int port, uint32_t least, uint32_t most, int n, int count)
{
	int epoll = connect_all(address, port, n), done = -count / 10;
	uint64_t *times = times_of(count), start = now();
	struct epoll_event events[64];

	for (int i = 0; i < n; i++)
		ask(&connections[i], least + next_random() % (most - least + 1),
		    least + next_random() % (most - least + 1));
	for (;;) {
		int ready = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < ready; i++) {
			struct connection *connection = events[i].data.ptr;

			if (!answered(connection))
				continue;
			if (done >= 0)
				times[done] = now() - connection->since;
			if (++done == 0)
				start = now();
			if (done == count) {
				print(times, count, start);
				return 0;
			}
			ask(connection, least + next_random() % (most - least + 1),
			    least + next_random() % (most - least + 1));
		}
	}
}

static int together(int port, uint32_t size, int count, char **addresses, int n)
{
	uint64_t *times = times_of(count), start = 0, since;
	int epoll = epoll_create1(0);
	struct epoll_event events[64];

	for (int i = 0; i < n; i++) {
		connections[i].fd = connect_to(addresses[i], port);
		watch(epoll, connections[i].fd, &connections[i]);
	}
	for (int done = -count / 10; done < count; done++) {
		since = now();
		if (!done)
			start = since;
		for (int i = 0; i < n; i++)
			ask(&connections[i], sizeof(struct head), size);
		for (int left = n; left;) {
			int ready = epoll_wait(epoll, events, 64, -1);

			for (int i = 0; i < ready; i++)
				left -= answered(events[i].data.ptr);
		}
		if (done >= 0)
			times[done] = now() - since;
	}
	print(times, count, start);
	return 0;
}

static int paced(const char *address, int port, size_t size, uint64_t usecs, int count)
{
	int fd = connect_to(address, port);
	uint64_t when = now();

	if (size > sizeof(buffer))
		size = sizeof(buffer);
	write_all(fd, &(struct head){ FOR_EVER, 0 }, sizeof(struct head));
	for (int i = 0; i < count; i++) {
		write_all(fd, buffer, size);
		wait_until(when += usecs * 1000);
	}
	return 0;
}

static _Noreturn void push(const char *address, int port, int n)
{
	for (int i = 1; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			break;
	}
	/* No longer than who started it. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (int fd = connect_to(address, port);;)
		write_all(fd, buffer, 65536);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	/* Timers as exact as they can be. */
	prctl(PR_SET_TIMERSLACK, 1);
	if (!strcmp(what, "serve") && argc == 3)
		serve(atoi(argv[2]));
	if (!strcmp(what, "slow") && argc == 5)
		slow(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
	if (!strcmp(what, "requests") && argc == 8)
		return requests(argv[2], atoi(argv[3]), atoi(argv[4]), atoi(argv[5]), atoi(argv[6]),
				atoi(argv[7]));
	if (!strcmp(what, "together") && argc > 5)
		return together(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]), argv + 5, argc - 5);
	if (!strcmp(what, "paced") && argc == 7)
		return paced(argv[2], atoi(argv[3]), atoi(argv[4]), atoi(argv[5]), atoi(argv[6]));
	if (!strcmp(what, "push") && argc == 5)
		push(argv[2], atoi(argv[3]), atoi(argv[4]));
	fprintf(stderr, "tcpload: see the top of tcpload.c\n");
	return 2;
}
