// SPDX-License-Identifier: GPL-2.0
/* Findings in words, and as objects for programs. */
#include "finding.h"

#include <stdarg.h>
#include <string.h>

static const char * const finding_levels[] = {
	[FINDING_OK] = "ok",
	[FINDING_NOTE] = "note",
	[FINDING_LIMITED] = "limited",
	[FINDING_BROKEN] = "broken",
};

static const enum out_color finding_colors[] = {
	[FINDING_OK] = OUT_GOOD,
	[FINDING_NOTE] = OUT_PLAIN,
	[FINDING_LIMITED] = OUT_WARN,
	[FINDING_BROKEN] = OUT_BAD,
};

static void __attribute__((format(printf, 3, 0)))
finding_vwrite(char *to, size_t size, const char *format, va_list args)
{
	static const char cut[] = "...";
	int len = vsnprintf(to, size, format, args);

	if (len >= 0 && (size_t)len >= size)
		memcpy(to + size - sizeof(cut), cut, sizeof(cut));
}

void finding_write(char *to, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	finding_vwrite(to, size, format, args);
	va_end(args);
}

void finding_set(struct finding *finding, enum finding_level level, const char *cause,
		 const char *format, ...)
{
	va_list args;

	finding->level = level;
	finding->cause = cause;
	finding->next[0] = '\0';
	va_start(args, format);
	finding_vwrite(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

void finding_next(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	finding_vwrite(finding->next, sizeof(finding->next), format, args);
	va_end(args);
}

void finding_also(struct finding *finding, const char *format, ...)
{
	size_t len = strlen(finding->next);
	va_list args;

	va_start(args, format);
	finding_vwrite(finding->next + len, sizeof(finding->next) - len, format, args);
	va_end(args);
}

static void finding_tell_json(struct out *out, const char *subject, const struct finding *finding)
{
	out_object(out, NULL);
	out_string(out, "subject", NULL, subject);
	out_string(out, "level", NULL, finding_levels[finding->level]);
	out_string(out, "cause", NULL, finding->cause);
	out_string(out, "text", NULL, finding->text);
	if (finding->next[0])
		out_string(out, "next", NULL, finding->next);
	out_object_end(out);
}

void finding_unseen(struct finding *finding, const char *what, const char *why)
{
	finding_set(finding, FINDING_NOTE, "other", "%s could not be looked at: %s", what, why);
}

void finding_tell(struct out *out, const char *subject, const struct finding *finding)
{
	if (out->json) {
		finding_tell_json(out, subject, finding);
		return;
	}
	out_line(out, 0);
	out_paint(out, OUT_NAME);
	out_string(out, NULL, NULL, subject);
	out_text(out, ": ");
	out_paint(out, finding_colors[finding->level]);
	out_text(out, finding_levels[finding->level]);
	out_text(out, ": ");
	out_text(out, finding->text);
	if (finding->next[0])
		out_next(out, finding->next);
}
