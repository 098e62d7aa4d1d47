// SPDX-License-Identifier: GPL-2.0
/*
 * Text and JSON. Strings come from the kernel and from files, where an interface may have an escape
 * sequence for a name: nothing of them gets to a terminal, or into JSON, as it is.
 */
#include "out.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* What stands for bytes that are no UTF-8: U+FFFD. */
#define OUT_REPLACEMENT		0xfffd
#define OUT_REPLACED		"\xef\xbf\xbd"

static void out_newline(struct out *out)
{
	unsigned int i;

	if (!out->pretty)
		return;
	fputc('\n', out->file);
	for (i = 0; i < out->depth; i++)
		fputs("    ", out->file);
}

/*
 * One character of UTF-8 at @text, which ends with a 0 byte. Returns its length, or 1 with
 * OUT_REPLACEMENT for a byte that is none.
 */
static unsigned int out_decode(const unsigned char *text, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int len, i;

	*code = *text;
	if (*text < 0x80)
		return 1;
	len = *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : 2;
	*code &= 0xff >> (len + 1);
	/* The 0 byte at the end continues nothing, so this does not read beyond it. */
	for (i = 1; i < len && (text[i] & 0xc0) == 0x80; i++)
		*code = *code << 6 | (text[i] & 0x3f);
	if (i == len && *text >= 0xc2 && *text < 0xf8 && *code >= least[len] && *code <= 0x10ffff &&
	    (*code < 0xd800 || *code > 0xdfff))
		return len;
	*code = OUT_REPLACEMENT;
	return 1;
}

/* C0, DEL and C1. */
static bool out_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/* In quotes, with @odd for characters, of @len bytes, that one cannot write as they are. */
static void out_in_quotes(struct out *out, const char *value,
			  void (*odd)(FILE *file, uint32_t code, const unsigned char *text,
				      unsigned int len))
{
	const unsigned char *text = (const unsigned char *)value;
	unsigned int len;
	uint32_t code;

	fputc('"', out->file);
	for (; *text; text += len) {
		len = out_decode(text, &code);
		if (code == '"' || code == '\\')
			fprintf(out->file, "\\%c", (char)code);
		else if (out_is_control(code) || code == OUT_REPLACEMENT)
			odd(out->file, code, text, len);
		else
			fwrite(text, 1, len, out->file);
	}
	fputc('"', out->file);
}

static void out_odd_json(FILE *file, uint32_t code, const unsigned char *text, unsigned int len)
{
	(void)text;
	(void)len;
	fprintf(file, "\\u%04" PRIx32, code);
}

/*
 * Prometheus knows the end of a line, and no numbers of characters. Each byte has another sign: two
 * names that became the same would have the exporter take nothing at all.
 */
static void out_odd_label(FILE *file, uint32_t code, const unsigned char *text, unsigned int len)
{
	if (code == '\n') {
		fputs("\\n", file);
		return;
	}
	while (len--)
		fprintf(file, OUT_REPLACED "%02x", *text++);
}

/* Those of iproute2, which can be read on dark and on light. */
static const char * const out_colors[] = {
	[OUT_NAME] = "\x1b[36m",
	[OUT_ADDRESS] = "\x1b[34m",
	[OUT_GOOD] = "\x1b[32m",
	[OUT_WARN] = "\x1b[33m",
	[OUT_BAD] = "\x1b[31m",
};

static void out_text_string(struct out *out, const char *value)
{
	const unsigned char *text = (const unsigned char *)value;
	bool painted = out->next && *value;
	unsigned int len;
	uint32_t code;

	if (painted)
		fputs(out_colors[out->next], out->file);
	out->next = OUT_PLAIN;

	for (; *text; text += len) {
		len = out_decode(text, &code);
		if (code == OUT_REPLACEMENT && len == 1)
			fprintf(out->file, "\\x%02x", *text);
		else if (out_is_control(code))
			fprintf(out->file, "\\x%02" PRIx32, code);
		else
			fwrite(text, 1, len, out->file);
	}
	if (painted)
		fputs("\x1b[0m", out->file);
}

/* Before each value: what divides it from the one before, and what it is called. */
static void out_begin_value(struct out *out, const char *key, const char *label)
{
	if (!out->json) {
		out_label(out, label ? "%s " : "%s", label ? label : "");
		return;
	}
	if (out->depth) {
		if (out->filled[out->depth - 1])
			fputc(',', out->file);
		out->filled[out->depth - 1] = true;
		out_newline(out);
	}
	if (!key)
		return;
	out_in_quotes(out, key, out_odd_json);
	fputs(out->pretty ? ": " : ":", out->file);
}

static void out_open(struct out *out, const char *key, char bracket)
{
	if (!out->json)
		return;
	out_begin_value(out, key, NULL);
	fputc(bracket, out->file);
	if (out->depth < OUT_DEPTH)
		out->filled[out->depth++] = false;
}

static void out_close(struct out *out, char bracket)
{
	bool filled;

	if (!out->json || !out->depth)
		return;
	filled = out->filled[--out->depth];
	if (filled)
		out_newline(out);
	fputc(bracket, out->file);
	if (!out->depth)
		fputc('\n', out->file);
}

void out_list(struct out *out, const char *key)
{
	out_open(out, key, '[');
}

void out_list_end(struct out *out)
{
	out_close(out, ']');
}

void out_object(struct out *out, const char *key)
{
	out_open(out, key, '{');
}

void out_object_end(struct out *out)
{
	out_close(out, '}');
}

void out_line(struct out *out, unsigned int indent)
{
	if (out->json)
		return;
	if (out->column)
		fputc('\n', out->file);
	out->column = false;
	fprintf(out->file, "%*s", (int)indent, "");
}

void out_label(struct out *out, const char *format, ...)
{
	va_list args;

	if (out->json)
		return;
	if (out->column)
		fputc(' ', out->file);
	out->column = true;
	va_start(args, format);
	vfprintf(out->file, format, args);
	va_end(args);
}

void out_text(struct out *out, const char *text)
{
	if (out->json)
		return;
	out->column = true;
	out_text_string(out, text);
}

void out_paint(struct out *out, enum out_color color)
{
	if (out->color && !out->json)
		out->next = color;
}

void out_string(struct out *out, const char *key, const char *label, const char *value)
{
	out_begin_value(out, key, label);
	if (out->json)
		out_in_quotes(out, value, out_odd_json);
	else
		out_text_string(out, value);
}

void out_next(struct out *out, const char *next)
{
	out_line(out, 4);
	out_string(out, NULL, "next:", next);
	out->advised = true;
}

void out_quoted(struct out *out, const char *value)
{
	out_in_quotes(out, value, out_odd_label);
}

void out_count(struct out *out, const char *key, const char *label, uint64_t value)
{
	out_begin_value(out, key, label);
	fprintf(out->file, "%" PRIu64, value);
}

void out_hex(struct out *out, const char *key, const char *label, uint64_t value,
	     unsigned int digits)
{
	const char *quote = out->json ? "\"" : "";

	out_begin_value(out, key, label);
	fprintf(out->file, "%s0x%0*" PRIx64 "%s", quote, (int)digits, value, quote);
}

void out_bool(struct out *out, const char *key, const char *label, bool value)
{
	if (!out->json) {
		if (value)
			out_label(out, "%s", label);
		return;
	}
	out_begin_value(out, key, NULL);
	fputs(value ? "true" : "false", out->file);
}

bool out_flush(struct out *out)
{
	out_line(out, 0);
	return !fflush(out->file) && !ferror(out->file);
}
