// SPDX-License-Identifier: GPL-2.0
/*
 * What iperf3 and ping cannot do: UDP with a bounded number of datagrams in flight, so that a wire
 * without time loses nothing and packets a second mean work done; request and response; UDP with
 * segmentation offload; the memory that a received datagram is charged.
 *
 *	netload serve PORT [N]: answers the following ones, for ever; at N ports, each by a process
 *	netload flood ADDRESS PORT SIZE WINDOW COUNT: prints datagrams a second, and those lost
 *	netload floods ADDRESS PORT SIZE WINDOW COUNT N: N of these at once, of COUNT each
 *	netload gso ADDRESS PORT SIZE SEGMENTS COUNT: the same with sends of SEGMENTS datagrams
 *	netload rr ADDRESS PORT SIZE COUNT: prints the mean round trip, nanoseconds
 *	netload probe ADDRESS PORT SIZE USECS COUNT: a round trip every USECS; prints the median and
 *		the 99th percentile, nanoseconds, and how many were lost
 *	netload paced ADDRESS PORT SIZE USECS COUNT: a datagram every USECS, unanswered
 *	netload truesize ADDRESS PORT SIZE: prints the memory charged for a datagram, bytes
 *	netload mark: tells profile.c, which runs in QEMU, that now is the time
 *
 * SIZE is the UDP payload. Only IPv4. Built static: the guest's root has no place for libraries.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT	103
#endif
#ifndef SO_MEMINFO
#define SO_MEMINFO	55
#endif

#define MAX_DATAGRAM	65507
/* Datagrams whose memory is looked at together: below the least receive buffer. */
#define HOARD		4
/* No answer for so long: what is outstanding is lost. */
#define LOST_USECS	20000
/* The same for one of several flows: where one CPU runs at a time, its own may have to wait. */
#define LOST_SECS	2

enum kind {
	KIND_IGNORE,		/* do not answer */
	KIND_ECHO,		/* answer each */
	KIND_COUNT,		/* answer each @credit-th */
	KIND_HOARD,		/* leave unread, answer the last one with the memory charged */
};

/* What each datagram begins with. */
struct message {
	uint32_t kind;
	uint32_t credit;
	uint32_t value;
};

static char buffer[MAX_DATAGRAM];

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

static int make_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int room = 16 << 20;

	if (fd < 0)
		die("socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		die("buffers");
	return fd;
}

static int connect_to(const char *address, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct timeval patience = { .tv_usec = LOST_USECS };
	int fd = make_socket();

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die(address);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("timeout");
	return fd;
}

static void answer(int fd, const struct sockaddr_in *to, const void *what, size_t size)
{
	if (sendto(fd, what, size, 0, (const struct sockaddr *)to, sizeof(*to)) < 0)
		die("answer");
}

/* Bytes of memory that the datagrams in the socket's queue are charged. */
static uint32_t charged(int fd)
{
	uint32_t info[16] = {};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len))
		die("SO_MEMINFO");
	return info[0];
}

/* Flow @n and who answers it have one CPU, and as many flows as can be have one of their own. */
static void pin(int n)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(n % sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("affinity");
}

/* Makes @n - 1 more processes, pinned as this one then is. Returns the own number. */
static int multiply(int n)
{
	int i;

	for (i = 1; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			break;
	}
	i %= n;
	pin(i);
	return i;
}

static _Noreturn void serve(int port)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct message *message = (struct message *)buffer;
	struct sockaddr_in from;
	uint32_t counted = 0, before = 0;
	int fd = make_socket();

	if (bind(fd, (struct sockaddr *)&here, sizeof(here)))
		die("bind");
	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t got;

		got = recvfrom(fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &len);
		if (got < (ssize_t)sizeof(*message))
			continue;
		switch (message->kind) {
		case KIND_ECHO:
			answer(fd, &from, buffer, got);
			break;
		case KIND_COUNT:
			if (++counted % message->credit == 0)
				answer(fd, &from, message, sizeof(*message));
			break;
		case KIND_HOARD:
			/* The first one only tells us to wait until the others have come. */
			usleep(LOST_USECS / 2);
			before = charged(fd);
			while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
				;
			message->value = (before - charged(fd)) / HOARD;
			answer(fd, &from, message, sizeof(*message));
			break;
		}
	}
}

static struct message *first_message(enum kind kind, uint32_t credit)
{
	struct message *message = (struct message *)buffer;

	message->kind = kind;
	message->credit = credit;
	return message;
}

/*
 * Sends @count datagrams, @burst with each call, at most @window of them unanswered; the answers
 * come for each half window. Returns how many were lost.
 */
static unsigned int exchange(int fd, int size, unsigned int burst, unsigned int window,
			     unsigned int count)
{
	unsigned int credit = window / 2 / burst * burst ?: burst;
	unsigned int sent = 0, answered = 0, lost = 0;

	count = (count + credit - 1) / credit * credit;
	for (unsigned int i = 0; i < burst; i++)
		memcpy(buffer + i * size, &(struct message){ KIND_COUNT, credit, 0 },
		       sizeof(struct message));
	while (answered + lost < count) {
		if (sent - answered - lost + burst <= window && sent < count) {
			if (send(fd, buffer, burst * size, 0) < 0)
				die("send");
			sent += burst;
			continue;
		}
		if (recv(fd, &(struct message){}, sizeof(struct message), 0) > 0)
			answered += credit;
		else if (errno == EAGAIN)
			lost = sent - answered;
		else
			die("recv");
	}
	return lost;
}

/* The first tenth is not part of the time. */
static int flood(int fd, int size, unsigned int burst, unsigned int window, unsigned int count)
{
	unsigned int lost = exchange(fd, size, burst, window, count / 10);
	uint64_t start = now();

	lost += exchange(fd, size, burst, window, count);
	printf("%.0f %u\n", (count - lost) * 1e9 / (now() - start), lost);
	return 0;
}

/* A flow of @floods: says that it is warm, and goes on when it may. */
static _Noreturn void one_of_floods(int fd, int size, unsigned int window, unsigned int count,
				    const int *warm, const int *go)
{
	struct timeval patience = { .tv_sec = LOST_SECS };
	char byte = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("timeout");
	if (exchange(fd, size, 1, window, count / 10) || write(warm[1], &byte, 1) != 1 ||
	    read(go[0], &byte, 1) != 1)
		exit(1);
	exit(!!exchange(fd, size, 1, window, count));
}

/* The time is from when all are warm until all are done; none may have lost anything. */
static int floods(const char *address, int port, int size, unsigned int window,
		  unsigned int count, int flows)
{
	int warm[2], go[2], failed = 0, status;
	uint64_t start;
	char byte;

	if (pipe(warm) || pipe(go))
		die("pipe");
	for (int i = 0; i < flows; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid)
			continue;
		pin(i);
		one_of_floods(connect_to(address, port + i), size, window, count, warm, go);
	}
	close(warm[1]);
	for (int i = 0; i < flows; i++)
		failed += read(warm[0], &byte, 1) != 1;
	start = now();
	for (int i = 0; i < flows; i++)
		failed += write(go[1], &byte, 1) != 1;
	while (wait(&status) > 0)
		failed += !!status;
	printf("%.0f\n", (double)flows * count * 1e9 / (now() - start));
	return !!failed;
}

static int gso(int fd, int size, unsigned int segments, unsigned int count)
{
	if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)))
		die("UDP_SEGMENT");
	return flood(fd, size, segments, 2 * segments, count);
}

static int round_trips(int fd, int size, int count)
{
	uint64_t start = 0;

	first_message(KIND_ECHO, 0);
	for (int i = -count / 10; i < count; i++) {
		if (!i)
			start = now();
		if (send(fd, buffer, size, 0) < 0 || recv(fd, buffer, sizeof(buffer), 0) < 0)
			die("round trip");
	}
	printf("%.0f\n", (now() - start) / (double)count);
	return 0;
}

static void wait_until(uint64_t when)
{
	struct timespec ts = { .tv_sec = when / 1000000000, .tv_nsec = when % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

static int paced(int fd, int size, int usecs, int count)
{
	uint64_t when = now();

	first_message(KIND_IGNORE, 0);
	for (int i = 0; i < count; i++) {
		if (send(fd, buffer, size, 0) < 0)
			die("send");
		wait_until(when += usecs * 1000ull);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Nanoseconds until the answer to @number has come; one to an earlier number came too late. */
static uint64_t probe_once(int fd, int size, uint32_t number)
{
	struct message *message = first_message(KIND_ECHO, 0);
	uint64_t start = now();

	message->value = number;
	if (send(fd, buffer, size, 0) < 0)
		die("send");
	for (;;) {
		if (recv(fd, buffer, sizeof(buffer), 0) < 0)
			return UINT64_MAX;
		if (message->value == number)
			return now() - start;
	}
}

/* What was lost counts as later than all that came. */
static int probe(int fd, int size, int usecs, int count)
{
	uint64_t *times = calloc(count, sizeof(*times));
	uint64_t when = now();
	int lost = 0;

	if (!times)
		die("memory");
	for (int i = 0; i < count; i++) {
		times[i] = probe_once(fd, size, i + 1);
		lost += times[i] == UINT64_MAX;
		/* A late one moves those after it. */
		when += usecs * 1000ull;
		if (when < now())
			when = now();
		wait_until(when);
	}
	qsort(times, count, sizeof(*times), compare);
	printf("%llu %llu %d\n", (unsigned long long)times[count / 2],
	       (unsigned long long)times[(count * 99 + 99) / 100 - 1], lost);
	return 0;
}

static int truesize(int fd, int size)
{
	struct message reply;

	first_message(KIND_HOARD, 0);
	for (int i = 0; i < HOARD + 1; i++) {
		if (send(fd, buffer, size, 0) < 0)
			die("send");
	}
	for (int i = 0; i < 10; i++) {
		if (recv(fd, &reply, sizeof(reply), 0) == sizeof(reply)) {
			printf("%u\n", reply.value);
			return 0;
		}
	}
	die("truesize");
	return 1;
}

static int mark(void)
{
	/* A no-operation with an operand that no compiler would think of. */
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80, 'M', 'A', 'R', 'K'");
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *address;
	int port, size;

	/* Timers as exact as they can be. */
	prctl(PR_SET_TIMERSLACK, 1);
	if (!strcmp(what, "mark"))
		return mark();
	if (!strcmp(what, "serve") && (argc == 3 || argc == 4)) {
		int n = argc == 4 ? multiply(atoi(argv[3])) : 0;

		serve(atoi(argv[2]) + n);
	}
	if (argc < 5)
		goto usage;
	address = argv[2];
	port = atoi(argv[3]);
	size = atoi(argv[4]);
	if (!strcmp(what, "flood") && argc == 7)
		return flood(connect_to(address, port), size, 1, atoi(argv[5]), atoi(argv[6]));
	if (!strcmp(what, "floods") && argc == 8)
		return floods(address, port, size, atoi(argv[5]), atoi(argv[6]), atoi(argv[7]));
	if (!strcmp(what, "gso") && argc == 7)
		return gso(connect_to(address, port), size, atoi(argv[5]), atoi(argv[6]));
	if (!strcmp(what, "rr") && argc == 6)
		return round_trips(connect_to(address, port), size, atoi(argv[5]));
	if (!strcmp(what, "probe") && argc == 7)
		return probe(connect_to(address, port), size, atoi(argv[5]), atoi(argv[6]));
	if (!strcmp(what, "paced") && argc == 7)
		return paced(connect_to(address, port), size, atoi(argv[5]), atoi(argv[6]));
	if (!strcmp(what, "truesize") && argc == 5)
		return truesize(connect_to(address, port), size);
usage:
	fprintf(stderr, "netload: see the top of netload.c\n");
	return 2;
}
