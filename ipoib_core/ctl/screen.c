// SPDX-License-Identifier: GPL-2.0
/* A terminal: its size, its keys, pictures. */
#include "screen.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "wait.h"

#define SCREEN_HOME	"\x1b[H"
#define SCREEN_REST	"\x1b[K"
#define SCREEN_BELOW	"\x1b[J"
#define SCREEN_CLEAR	"\x1b[2J"
#define SCREEN_PLAIN	"\x1b[0m"
#define SCREEN_HIDE	"\x1b[?25l"
#define SCREEN_UNHIDE	"\x1b[?25h"

static struct termios screen_before;
static atomic_bool screen_ends;

/* Ends the wait; so does a terminal of another size. */
static void screen_on_signal(int number)
{
	if (number != SIGWINCH)
		screen_ends = true;
}

bool screen_begin(void)
{
	struct sigaction action = { .sa_handler = screen_on_signal };
	struct termios raw;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &screen_before))
		return false;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGQUIT, &action, NULL);
	sigaction(SIGWINCH, &action, NULL);
	/* Stopped with a hidden cursor, and without echo, it would leave a terminal of no use. */
	signal(SIGTSTP, SIG_IGN);
	raw = screen_before;
	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	fputs(SCREEN_HIDE SCREEN_CLEAR, stdout);
	return true;
}

void screen_end(void)
{
	/* What comes next is not to stand behind the picture. */
	fputs(SCREEN_PLAIN SCREEN_UNHIDE "\n", stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &screen_before);
}

/* How many bytes of a line fit: characters that need no room are colours, and parts of others. */
static size_t screen_cut(const char *line, size_t len, unsigned int columns)
{
	unsigned int column = 0;
	size_t at = 0;

	while (at < len) {
		if (line[at] == '\x1b') {
			while (at < len && line[at] != 'm')
				at++;
			at++;
			continue;
		}
		if ((line[at] & 0xc0) != 0x80 && column++ == columns)
			break;
		at++;
	}
	return at < len ? at : len;
}

static struct winsize screen_size(void)
{
	struct winsize size = {};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col) {
		size.ws_row = 24;
		size.ws_col = 80;
	}
	return size;
}

unsigned int screen_rows(void)
{
	return screen_size().ws_row;
}

void screen_show(const char *text)
{
	struct winsize size = screen_size();
	unsigned int row = 0;
	size_t len;

	fputs(SCREEN_HOME, stdout);
	for (; *text && row < size.ws_row; text += len + (text[len] == '\n'), row++) {
		len = strcspn(text, "\n");
		/* The last line has no end: that would move the picture. */
		printf("%s%.*s" SCREEN_PLAIN SCREEN_REST, row ? "\n" : "",
		       (int)screen_cut(text, len, size.ws_col), text);
	}
	fputs(SCREEN_BELOW, stdout);
	if (fflush(stdout))
		screen_ends = true;
}

bool screen_wait(unsigned int ms)
{
	char key;

	if (screen_ends)
		return false;
	if (!wait_for(ms, STDIN_FILENO))
		return true;
	if (screen_ends)
		return false;
	/* Other keys show what there is now, as does another size. */
	if (wait_for(0, STDIN_FILENO) && (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' ||
					  key == 'Q'))
		return false;
	return true;
}
