/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the user reads: as text for people, or the same as JSON for programs. Each value is said
 * once; what it looks like in either is decided here.
 *
 * Text is words with blanks between them, a record begins at the start of a line and goes on,
 * indented, on others. JSON is a list of records.
 */
#ifndef IPOIBCTL_OUT_H
#define IPOIBCTL_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define OUT_DEPTH	8

/**
 * enum out_color - what a word means, by its colour
 * @OUT_PLAIN: nothing
 * @OUT_NAME: a name of an interface, a port, an accel
 * @OUT_ADDRESS: an address
 * @OUT_GOOD: good
 * @OUT_WARN: not as good as it could be
 * @OUT_BAD: bad
 */
enum out_color {
	OUT_PLAIN,
	OUT_NAME,
	OUT_ADDRESS,
	OUT_GOOD,
	OUT_WARN,
	OUT_BAD,
};

/**
 * struct out - where to, and how
 * @file: written to
 * @json: JSON, not text
 * @pretty: JSON of many lines
 * @color: text has colours
 * @next: the colour of the next string
 * @depth: lists and objects that are open
 * @filled: whether the open one of a depth has something in it
 * @column: text: whether something stands in this line
 * @advised: text: what to do next was told of something
 */
struct out {
	FILE *file;
	bool json;
	bool pretty;
	bool color;
	enum out_color next;
	unsigned int depth;
	bool filled[OUT_DEPTH];
	bool column;
	bool advised;
};

/**
 * out_list() - begin a list
 * @out: where to
 * @key: its name, NULL in a list and for the outermost one
 */
void out_list(struct out *out, const char *key);

/**
 * out_list_end() - end it
 * @out: where to
 */
void out_list_end(struct out *out);

/**
 * out_object() - begin an object
 * @out: where to
 * @key: its name, NULL in a list
 */
void out_object(struct out *out, const char *key);

/**
 * out_object_end() - end it
 * @out: where to
 */
void out_object_end(struct out *out);

/**
 * out_line() - text: what follows stands in another line
 * @out: where to
 * @indent: blanks before it
 */
void out_line(struct out *out, unsigned int indent);

/**
 * out_label() - text only: a word
 * @out: where to
 * @format: of printf()
 */
void out_label(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * out_text() - text only: characters that follow what is there, without a blank
 * @out: where to
 * @text: as harmless as out_string() makes it
 */
void out_text(struct out *out, const char *text);

/**
 * out_paint() - text: the string that comes next has a colour, if there are any
 * @out: where to
 * @color: which
 */
void out_paint(struct out *out, enum out_color color);

/**
 * out_string() - a value that is a string, of anybody
 * @out: where to
 * @key: its name in JSON, NULL in a list
 * @label: what stands before it in text, or NULL
 * @value: may hold any bytes: what is no UTF-8, or controls terminals, is made harmless
 */
void out_string(struct out *out, const char *key, const char *label, const char *value);

/**
 * out_next() - text only: what to do next, in a line of its own
 * @out: where to
 * @next: as harmless as out_string() makes it
 */
void out_next(struct out *out, const char *next);

/**
 * out_quoted() - a string in quotes, as Prometheus reads it; nothing else of @out but its file
 * @out: where to
 * @value: may hold any bytes: what is no UTF-8, or controls terminals, is made harmless
 */
void out_quoted(struct out *out, const char *value);

/**
 * out_count() - a value that is a number
 * @out: where to
 * @key: its name in JSON, NULL in a list
 * @label: what stands before it in text, or NULL
 * @value: it
 */
void out_count(struct out *out, const char *key, const char *label, uint64_t value);

/**
 * out_hex() - a number that people write in hexadecimal; a string in JSON, as with iproute2
 * @out: where to
 * @key: its name in JSON, NULL in a list
 * @label: what stands before it in text, or NULL
 * @value: it
 * @digits: at least so many
 */
void out_hex(struct out *out, const char *key, const char *label, uint64_t value,
	     unsigned int digits);

/**
 * out_bool() - true or false; in text the label, or nothing
 * @out: where to
 * @key: its name in JSON
 * @label: in text, if it is true
 * @value: it
 */
void out_bool(struct out *out, const char *key, const char *label, bool value);

/**
 * out_flush() - all is said
 * @out: where to
 *
 * Return: whether it could be written.
 */
bool out_flush(struct out *out);

#endif /* IPOIBCTL_OUT_H */
