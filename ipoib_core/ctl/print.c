// SPDX-License-Identifier: GPL-2.0
/* How each kind of value is written, in text and in JSON. */
#include "print.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "group.h"

const char *print_time(char *text, unsigned long long ms)
{
	unsigned long long seconds = ms / 1000;

	if (seconds < 60)
		snprintf(text, PRINT_TIME, "%u.%03us", (unsigned int)seconds,
			 (unsigned int)(ms % 1000));
	else if (seconds < 3600)
		snprintf(text, PRINT_TIME, "%um%02us", (unsigned int)(seconds / 60),
			 (unsigned int)(seconds % 60));
	else if (seconds < 86400)
		snprintf(text, PRINT_TIME, "%uh%02um", (unsigned int)(seconds / 3600),
			 (unsigned int)(seconds / 60 % 60));
	else
		snprintf(text, PRINT_TIME, "%llud%02uh", seconds / 86400,
			 (unsigned int)(seconds / 3600 % 24));
	return text;
}

const char *print_word(const char *name)
{
	static char words[PRINT_WORDS][PRINT_WORD];
	static unsigned int calls;
	char *word = words[calls++ % PRINT_WORDS];
	size_t at = 0;

	for (; *name && at < PRINT_WORD - 2; name++) {
		/* Bytes above are of letters of other languages. */
		if ((unsigned char)*name < 0x80 && !isalnum((unsigned char)*name) &&
		    !strchr("_.-+:,/@%=", *name))
			word[at++] = '\\';
		word[at++] = *name;
	}
	word[at] = '\0';
	/* Half a name must not look like a whole one. */
	if (*name)
		memcpy(word + at - strlen("..."), "...", sizeof("..."));
	return word;
}

const char *print_gid(char *text, const struct record *record)
{
	return print_gid_of(text, record, IPOIB_A_GID);
}

const char *print_gid_of(char *text, const struct record *record, enum ipoib_attr attr)
{
	struct nlattr *gid = record->attrs[attr];

	text[0] = '\0';
	if (gid)
		inet_ntop(AF_INET6, nla_data(gid), text, PRINT_GID);
	return text;
}

/* The subnet administrator has granted what cannot be: a LID, the broadcast group's MTU. */
static bool print_is_nonsense(const struct record *record)
{
	unsigned long long error = record_get(record, IPOIB_A_LAST_ERROR);

	return error == EBADMSG || error == EPROTO;
}

const char *print_strerror(unsigned long long error)
{
	return error == EHOSTDOWN ? "the device does not answer its driver" : strerror((int)error);
}

/* An answer with an error is EINVAL, whatever the error; without a known SM it is EAGAIN. */
bool print_is_own(const struct record *path)
{
	unsigned long long error = record_get(path, IPOIB_A_LAST_ERROR);

	return error && error != EINVAL && error != ETIMEDOUT && error != EAGAIN &&
	       !print_is_nonsense(path);
}

static void print_administrator(char *text, unsigned long long error, const char *refusal)
{
	if (error == EAGAIN)
		snprintf(text, PRINT_WHY, "the port knows of no subnet administrator");
	else
		snprintf(text, PRINT_WHY, "the subnet administrator %s",
			 error == EINVAL ? refusal : "does not answer");
}

const char *print_no_path(char *text, const struct record *path)
{
	unsigned long long error = record_get(path, IPOIB_A_LAST_ERROR);

	if (print_is_nonsense(path))
		snprintf(text, PRINT_WHY,
			 "the subnet administrator gives it a LID that no port can have");
	/* The same where no query could be sent, and where no handle is made of the answer. */
	else if (error == EIO)
		snprintf(text, PRINT_WHY,
			 "it could not be asked for, or the answer cannot be used on this host");
	else if (print_is_own(path))
		snprintf(text, PRINT_WHY, "it could not be asked for: %s", print_strerror(error));
	else
		print_administrator(text, error, "knows no path there");
	return text;
}

const char *print_no_join(char *text, const struct record *group)
{
	unsigned long long error = record_get(group, IPOIB_A_LAST_ERROR);

	if (print_is_nonsense(group))
		snprintf(text, PRINT_WHY, "the subnet administrator gives the group %s",
			 error == EPROTO ? "an MTU that there is not" :
					   "a LID that no group can have");
	else if (print_is_own(group))
		snprintf(text, PRINT_WHY, "that failed on this host: %s", print_strerror(error));
	else
		print_administrator(text, error, "refuses");
	return text;
}

const char *print_diag(const struct record *record)
{
	static char options[PRINT_WORD];

	snprintf(options, sizeof(options), "-C %s -P %llu",
		 print_word(record_string(record, IPOIB_A_HCA)),
		 record_get(record, IPOIB_A_PORT));
	return options;
}

const char *print_next(char *text, const struct record *record, const struct record *dev)
{
	const char *diag = print_diag(dev);

	if (print_is_nonsense(record) && record_get(record, IPOIB_A_LAST_ERROR) == EPROTO)
		snprintf(text, PRINT_NEXT,
			 "the fault is the subnet manager's: is mtu= of the partition right there "
			 GROUP_ANEW "? its log may say more");
	else if (print_is_nonsense(record))
		snprintf(text, PRINT_NEXT,
			 "the fault is the subnet manager's: 'saquery %s' has the LIDs of hosts, with -g those of groups (Mlid); its log may say more",
			 diag);
	else if (print_is_own(record))
		snprintf(text, PRINT_NEXT, "the kernel log may say why it fails on this host");
	else
		snprintf(text, PRINT_NEXT,
			 "is the subnet manager there? 'saquery %s -c' asks its administrator; 'perfquery %s' has packets lost",
			 diag, diag);
	return text;
}

/* Whether a state is as it is meant to be. */
static enum out_color print_color(enum ipoib_attr attr, unsigned long long value)
{
	switch (attr) {
	case IPOIB_A_CARRIER:
		return value ? OUT_GOOD : OUT_BAD;
	case IPOIB_A_CARRIER_REASON:
		return value == IPOIB_CARRIER_REASON_CARRIER ? OUT_GOOD : OUT_BAD;
	case IPOIB_A_PORT_STATE:
		return value == IPOIB_PORT_STATE_ACTIVE ? OUT_GOOD : OUT_BAD;
	case IPOIB_A_BIND:
		return value == IPOIB_BIND_SERVED ? OUT_GOOD : OUT_WARN;
	case IPOIB_A_GROUP_STATE:
		return value == IPOIB_GROUP_STATE_JOINED ? OUT_GOOD :
		       value == IPOIB_GROUP_STATE_FAILED ? OUT_BAD : OUT_WARN;
	case IPOIB_A_PATH_STATE:
		return value == IPOIB_PATH_STATE_READY ? OUT_GOOD :
		       value == IPOIB_PATH_STATE_FAILED ? OUT_BAD : OUT_WARN;
	default:
		return OUT_PLAIN;
	}
}

static void print_enum(struct out *out, const struct print_field *field, unsigned long long value)
{
	const char *name = attrs_name(field->attr, value);
	const char *key = attrs_known[field->attr].key;
	char text[24];

	/* One that this program does not know yet is a string too: programs expect one. */
	if (!name)
		snprintf(text, sizeof(text), "%llu", value);
	out_paint(out, print_color(field->attr, value));
	out_string(out, key, field->label, name ? name : text);
}

static void print_milliseconds(struct out *out, const struct print_field *field,
			       unsigned long long value)
{
	char text[PRINT_TIME];

	if (out->json)
		out_count(out, attrs_known[field->attr].key, NULL, value);
	else
		out_string(out, NULL, field->label, print_time(text, value));
}

static void print_error(struct out *out, const struct print_field *field, unsigned long long value)
{
	if (out->json) {
		out_count(out, attrs_known[field->attr].key, NULL, value);
		return;
	}
	out_string(out, NULL, field->label, "(");
	out_paint(out, OUT_BAD);
	out_text(out, print_strerror(value));
	out_text(out, ")");
}

static void print_list(struct out *out, const struct print_field *field,
		       const struct record *record)
{
	const struct attr *attr = &attrs_known[field->attr];
	struct nlattr *at = NULL;

	out_list(out, attr->key);
	if (!out->json)
		out_label(out, "%s", field->label);
	while ((at = record_next(record, field->attr, at))) {
		if (attr->kind == ATTR_HEXES)
			out_hex(out, NULL, NULL, nla_get_u32(at), attr->digits);
		else
			out_string(out, NULL, NULL, nla_get_string(at));
	}
	out_list_end(out);
}

static void print_field(struct out *out, const struct record *record,
			const struct print_field *field)
{
	const struct attr *attr = &attrs_known[field->attr];
	unsigned long long value = record_get(record, field->attr);
	char text[PRINT_GID];

	switch (attr->kind) {
	case ATTR_NONE:
		break;
	case ATTR_NUMBER:
		out_count(out, attr->key, field->label, value);
		break;
	case ATTR_HEX:
		out_hex(out, attr->key, field->label, value, attr->digits);
		break;
	case ATTR_ENUM:
		print_enum(out, field, value);
		break;
	case ATTR_BOOL:
		out_paint(out, print_color(field->attr, value));
		if (out->json)
			out_bool(out, attr->key, NULL, value);
		else
			out_string(out, NULL, field->label, value ? "yes" : "no");
		break;
	case ATTR_STRING:
		out_string(out, attr->key, field->label, record_string(record, field->attr));
		break;
	case ATTR_GID:
		out_paint(out, OUT_ADDRESS);
		out_string(out, attr->key, field->label, print_gid_of(text, record, field->attr));
		break;
	case ATTR_TIME:
		print_milliseconds(out, field, value);
		break;
	case ATTR_ERROR:
		print_error(out, field, value);
		break;
	case ATTR_STRINGS:
	case ATTR_HEXES:
		print_list(out, field, record);
		break;
	}
}

void print_fields(struct out *out, const struct record *record, const struct print_field *fields)
{
	for (; fields->attr; fields++) {
		if (!record->attrs[fields->attr] || (!out->json && !fields->label))
			continue;
		if (!out->json && fields->nonzero && !record_get(record, fields->attr))
			continue;
		if (fields->line)
			out_line(out, 4);
		print_field(out, record, fields);
	}
}
