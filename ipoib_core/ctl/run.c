// SPDX-License-Identifier: GPL-2.0
/* Other programs, and files of one line. */
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void run_child(const char * const argv[], int to)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
	    dup2(to, STDOUT_FILENO) < 0)
		_exit(RUN_MISSING);
	execvp(argv[0], (char * const *)argv);
	_exit(RUN_MISSING);
}

static long long run_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Whether there is something to read, or an end, before @end; -1: there is time. */
static bool run_can_read(int from, long long end)
{
	struct pollfd poll_fd = { .fd = from, .events = POLLIN };
	long long left = -1;
	int ret;

	do {
		if (end >= 0)
			left = end > run_now() ? end - run_now() : 0;
		ret = poll(&poll_fd, 1, left);
	} while (ret < 0 && errno == EINTR);
	return ret > 0;
}

/*
 * All of it, or it would be ended by a pipe that nobody reads. Returns whether that came to an end
 * before @end.
 */
static bool run_read(int from, char *said, size_t size, long long end)
{
	bool in_time = true;
	char rest[256];
	size_t len = 0;
	ssize_t got;

	do {
		in_time = run_can_read(from, end);
		if (!in_time)
			break;
		if (len < size - 1)
			got = read(from, said + len, size - 1 - len);
		else
			got = read(from, rest, sizeof(rest));
		if (got > 0 && len < size - 1)
			len += got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	/* What is cut is as long as there is room, by which it is known. */
	while (len && len < size - 1 && said[len - 1] == '\n')
		len--;
	said[len] = '\0';
	return in_time;
}

/* A program that the kernel does not let go of is left to itself. */
static int run_kill(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, WNOHANG);
	return RUN_LATE;
}

/* Whether there is a program of that name: else starting it would be a process for nothing. */
static bool run_is_there(const char *name)
{
	const char *at = getenv("PATH");
	char path[PATH_MAX];
	size_t len;

	if (strchr(name, '/') || !at)
		return true;
	for (; *at; at += len + (at[len] == ':')) {
		len = strcspn(at, ":");
		snprintf(path, sizeof(path), "%.*s/%s", (int)len, at, name);
		if (!access(path, X_OK))
			return true;
	}
	return false;
}

void run_look_into_sbin(void)
{
	static const char sbin[] = "/usr/sbin:/sbin";
	const char *at = getenv("PATH");
	size_t len, used = 0;
	char *path;

	if (!at || !*at)
		at = "/usr/bin:/bin";
	path = run_grow(NULL, strlen(at) + sizeof(":") + sizeof(sbin), 1);
	for (; *at; at += len + (at[len] == ':')) {
		len = strcspn(at, ":");
		/* Others, and empty ones, are below the folder that somebody happens to be in. */
		if (*at == '/')
			used += sprintf(path + used, "%.*s:", (int)len, at);
	}
	memcpy(path + used, sbin, sizeof(sbin));
	setenv("PATH", path, 1);
	free(path);
}

int run_program(const char * const argv[], char *said, size_t size)
{
	return run_program_for(-1, argv, said, size);
}

int run_program_for(int ms, const char * const argv[], char *said, size_t size)
{
	long long end = ms < 0 ? -1 : run_now() + ms;
	int ends[2], status;
	bool in_time;
	pid_t child;

	said[0] = '\0';
	if (!run_is_there(argv[0]) || pipe2(ends, O_CLOEXEC))
		return RUN_MISSING;
	child = fork();
	if (child < 0) {
		close(ends[0]);
		close(ends[1]);
		return RUN_MISSING;
	}
	if (!child)
		run_child(argv, ends[1]);
	close(ends[1]);
	in_time = run_read(ends[0], said, size, end);
	close(ends[0]);
	if (!in_time)
		return run_kill(child);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return RUN_MISSING;
	return WIFEXITED(status) ? WEXITSTATUS(status) : RUN_MISSING;
}

void run_root(char *path, size_t size, const char *format, ...)
{
	const char *root = getenv("IPOIB_ROOT");
	va_list args;
	int len;

	len = snprintf(path, size, "%s", root ? root : "");
	if (len < 0 || (size_t)len >= size)
		return;
	va_start(args, format);
	vsnprintf(path + len, size - len, format, args);
	va_end(args);
}

void *run_grow(void *list, size_t count, size_t size)
{
	list = reallocarray(list, count, size);
	if (list)
		return list;
	fputs("ipoibctl: no memory\n", stderr);
	exit(2);
}

bool run_read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool there;

	line[0] = '\0';
	if (!file)
		return false;
	there = fgets(line, size, file);
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	return there;
}
