/* SPDX-License-Identifier: GPL-2.0 */
/* What explain and check come to: how bad it is, why, in words, and what to do next. */
#ifndef IPOIBCTL_FINDING_H
#define IPOIBCTL_FINDING_H

#include "out.h"

#define FINDING_TEXT	512
/* Commands, one of them with a list of accel=, have to be whole. */
#define FINDING_NEXT	2048

/**
 * enum finding_level - how bad it is
 * @FINDING_OK: good, and worth saying
 * @FINDING_NOTE: works as it is meant to, but may surprise
 * @FINDING_LIMITED: works, but not as well as it could, or not for all
 * @FINDING_BROKEN: does not work
 */
enum finding_level {
	FINDING_OK,
	FINDING_NOTE,
	FINDING_LIMITED,
	FINDING_BROKEN,
};

/**
 * struct finding - one of them
 * @level: how bad it is
 * @cause: a word for programs, which the manual lists
 * @text: a sentence for people
 * @next: what to do about it, or ""; this and @text end in "..." where there was no room
 */
struct finding {
	enum finding_level level;
	const char *cause;
	char text[FINDING_TEXT];
	char next[FINDING_NEXT];
};

/**
 * finding_write() - words, or commands, of which half must not look like a whole one
 * @to: filled in; ends in "..." where there was no room
 * @size: of @to
 * @format: of printf()
 */
void finding_write(char *to, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * finding_set() - fill one in
 * @finding: it; @next is ""
 * @level: how bad it is
 * @cause: a word
 * @format: of printf(): the sentence
 */
void finding_set(struct finding *finding, enum finding_level level, const char *cause,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * finding_next() - what to do about it
 * @finding: was set
 * @format: of printf()
 */
void finding_next(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * finding_also() - more to do about it
 * @finding: was set
 * @format: of printf(), for the end of what finding_next() said
 */
void finding_also(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * finding_unseen() - fill one in of what could not be looked at, which is not known to be well
 * @finding: it
 * @what: what it is
 * @why: why not
 */
void finding_unseen(struct finding *finding, const char *what, const char *why);

/**
 * finding_tell() - print one: an object in JSON
 * @out: where to
 * @subject: what it is about: an interface, a kernel
 * @finding: it
 */
void finding_tell(struct out *out, const char *subject, const struct finding *finding);

#endif /* IPOIBCTL_FINDING_H */
