// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: mangle SEED ROUNDS
 *
 * Answers that are cut at each byte, and then such with bytes changed, ROUNDS times for each scene:
 * all that ipoibctl prints of them. Compiled with sanitizers, which see what is read that is not
 * there; what is printed as JSON has to be JSON all the same.
 */
#include <ctype.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "ctl.h"
#include "explain.h"
#include "monitor.h"
#include "name.h"
#include "prometheus.h"
#include "replay.h"
#include "set.h"
#include "show.h"
#include "stats.h"
#include "subnets.h"
#include "test.h"
#include "top.h"

/* How deep what ipoibctl prints may be nested: more is a mistake too. */
#define MANGLE_DEPTH	8

static uint64_t mangle_state;
static size_t mangle_cut;

static uint32_t mangle_random(void)
{
	mangle_state = mangle_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return mangle_state >> 33;
}

static void mangle_truncate(unsigned char *stream, size_t *len)
{
	(void)stream;
	if (*len > mangle_cut)
		*len = mangle_cut;
}

/*
 * The same, but told as the length of the first message and of its last attribute: so a number that
 * is too short, and a string without an end, come to the parser.
 */
static void mangle_shorten(unsigned char *stream, size_t *len)
{
	struct nlmsghdr *header = (struct nlmsghdr *)stream;
	size_t at = NLMSG_HDRLEN + GENL_HDRLEN;
	struct nlattr *attr;

	mangle_truncate(stream, len);
	if (*len < sizeof(*header) || header->nlmsg_len <= *len)
		return;
	header->nlmsg_len = *len;
	for (; at + NLA_HDRLEN <= *len; at += NLA_ALIGN(attr->nla_len)) {
		attr = (struct nlattr *)(stream + at);
		if (attr->nla_len < NLA_HDRLEN)
			break;
		if (at + attr->nla_len > *len)
			attr->nla_len = *len - at;
	}
}

static void mangle_bytes(unsigned char *stream, size_t *len)
{
	unsigned int changes = 1 + mangle_random() % 8;

	while (*len && changes--)
		stream[mangle_random() % *len] = mangle_random() % 4 ? mangle_random() :
						 1U << mangle_random() % 8;
}

/* json_value AT DEPTH: behind a value, or NULL. */
static const char *json_value(const char *at, unsigned int depth);

static const char *json_space(const char *at)
{
	return at + strspn(at, "\n ");
}

static const char *json_string(const char *at)
{
	if (*at++ != '"')
		return NULL;
	for (; *at != '"'; at++) {
		if ((unsigned char)*at < 0x20)
			return NULL;
		if (*at == '\\' && !strchr("\"\\u", *++at))
			return NULL;
	}
	return at + 1;
}

static const char *json_members(const char *at, char close, unsigned int depth)
{
	at = json_space(at);
	if (*at == close)
		return at + 1;
	for (;;) {
		if (close == '}') {
			at = json_string(json_space(at));
			if (!at || *at++ != ':')
				return NULL;
		}
		at = json_value(json_space(at), depth + 1);
		if (!at)
			return NULL;
		at = json_space(at);
		if (*at == close)
			return at + 1;
		if (*at++ != ',')
			return NULL;
	}
}

static const char *json_value(const char *at, unsigned int depth)
{
	if (depth > MANGLE_DEPTH)
		return NULL;
	if (*at == '[' || *at == '{')
		return json_members(at + 1, *at == '[' ? ']' : '}', depth);
	if (*at == '"')
		return json_string(at);
	if (!strncmp(at, "true", 4))
		return at + 4;
	if (!strncmp(at, "false", 5))
		return at + 5;
	return isdigit(*at) ? at + strspn(at, "0123456789") : NULL;
}

/* Nothing, or a value and a line's end; of monitor one after the other. */
static void mangle_judge(const char *said, bool many)
{
	const char *at = said;

	while (*at && (many || at == said)) {
		at = json_value(at, 0);
		if (!at || *at != '\n')
			break;
		at++;
	}
	if (at && !*at)
		return;
	printf("%s: this is no JSON: %s", replay_scene, said);
	exit(1);
}

/* After a request that fails it does not listen: half of the first ones are left as they are. */
static void (*mangle_heard)(unsigned char *stream, size_t *len);
static bool mangle_spares;

static void mangle_later(unsigned char *stream, size_t *len)
{
	if (!mangle_spares)
		mangle_heard(stream, len);
	mangle_spares = false;
}

/* All, or one by a name that it has from time to time. */
static void mangle_monitor(struct ctl *ctl)
{
	const char *scene = replay_scene;
	struct client *listener;

	setenv("HEARD", "working #0 #99 ?77 ~ !hostile", 1);
	if (client_listen(&listener))
		exit(1);
	if (mangle_random() % 2) {
		ctl->ifname = "ib0";
		ctl->called = "storage";
	}
	mangle_spares = mangle_random() % 2;
	mangle_heard = replay_mangle;
	replay_mangle = mangle_later;
	monitor_run(ctl, listener);
	replay_mangle = mangle_heard;
	replay_scene = scene;
	client_close(listener);
}

static void mangle_run(void (*run)(struct ctl *ctl), bool json)
{
	struct ctl ctl = { .out.json = json, .out.pretty = mangle_random() % 2, .stats = true };
	char *said = NULL;
	size_t size = 0;

	ctl.out.file = open_memstream(&said, &size);
	if (!ctl.out.file || client_open(&ctl.client))
		exit(1);
	run(&ctl);
	client_close(ctl.client);
	out_flush(&ctl.out);
	fclose(ctl.out.file);
	if (json)
		mangle_judge(said, run == mangle_monitor);
	free(said);
}

static void mangle_top(struct ctl *ctl)
{
	static const struct top_options once = { .batch = true, .count = 1, .ms = 1 };

	top_run(ctl, &once);
}

static void mangle_subnet(void *arg, const char *name, const struct finding *finding)
{
	(void)arg;
	(void)name;
	(void)finding;
}

static void mangle_test(struct ctl *ctl)
{
	char real[IFNAMSIZ];

	name_real(real, "storage");
	subnets_look(mangle_subnet, NULL);
	ctl->ifname = "ib0";
	test_run(ctl, "10.9.0.8", false, 1);
}

/* Of what is there already nothing is written. */
static void mangle_set(struct ctl *ctl)
{
	set_port_accel(ctl, "sib0/1", "auto", false);
}

/* Which is no JSON. */
static void mangle_prometheus(struct ctl *ctl)
{
	prometheus_show(ctl);
}

static void mangle_all(bool json)
{
	static void (* const runs[])(struct ctl *ctl) = {
		show_devs, show_ports, show_accels, show_groups, show_paths, stats_show,
		explain_show, mangle_top, mangle_test, mangle_set, mangle_monitor,
	};
	size_t i;

	for (i = 0; i < sizeof(runs) / sizeof(*runs); i++)
		mangle_run(runs[i], json);
	mangle_run(mangle_prometheus, false);
}

/* What comes with an error: the request, or not, and words. */
static void mangle_complaint(bool capped)
{
	unsigned char stream[256] = {}, *exact;
	struct nlmsghdr *header = (struct nlmsghdr *)stream;
	struct nlmsgerr *error = (struct nlmsgerr *)(stream + NLMSG_HDRLEN);
	size_t before = NLMSG_HDRLEN + sizeof(*error) + (capped ? 0 : 8), len = before + 4 + 4;
	static const unsigned char words[] = { 8, 0, NLMSGERR_ATTR_MSG, 0, 'n', 'o', '!', 0 };

	header->nlmsg_len = len;
	header->nlmsg_type = NLMSG_ERROR;
	header->nlmsg_flags = NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0);
	error->msg.nlmsg_len = NLMSG_HDRLEN + 8;
	memcpy(stream + before, words, sizeof(words));
	if (!record_complaint(header) || strcmp(record_complaint(header), "no!"))
		exit(1);
	if (mangle_random() % 2)
		mangle_shorten(stream, &len);
	else
		mangle_bytes(stream, &len);
	/* As libnl hands it over. */
	if (header->nlmsg_len < sizeof(*header) + sizeof(*error) || header->nlmsg_len > len)
		return;
	exact = malloc(header->nlmsg_len);
	if (!exact)
		exit(1);
	memcpy(exact, stream, header->nlmsg_len);
	record_complaint((struct nlmsghdr *)exact);
	free(exact);
}

static void mangle_complaints(void)
{
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		mangle_cut = mangle_random() % 64;
		mangle_complaint(i % 2);
	}
}

/* Once: it asks programs and files of this machine, or of that which the environment says. */
static void mangle_check(struct ctl *ctl)
{
	check_machine(&ctl->out, false);
}

static void mangle_cuts(void)
{
	unsigned char *stream = malloc(SCENES_STREAM);
	static const struct client_filter all;
	size_t len;

	replay_mangle = NULL;
	if (!stream || scenes_answer(replay_scene, IPOIB_CMD_DEV_GET, &all, stream, &len))
		exit(1);
	free(stream);
	for (mangle_cut = 0; mangle_cut <= len; mangle_cut++) {
		replay_mangle = mangle_truncate;
		mangle_all(mangle_cut % 2);
		replay_mangle = mangle_shorten;
		mangle_all(mangle_cut % 2);
	}
}

int main(int argc, char **argv)
{
	unsigned long rounds, i;
	const char *path = getenv("PATH");
	size_t scene;

	if (argc != 3)
		return 2;
	/* What is left out is complained about each time; not sanitizers, which do not use this. */
	stderr = fopen("/dev/null", "w");
	if (!stderr)
		return 1;
	mangle_state = strtoul(argv[1], NULL, 0);
	rounds = strtoul(argv[2], NULL, 0);
	/* A process each time for a program that says always the same is time for nothing. */
	setenv("PATH", "/nowhere", 1);
	for (scene = 0; (replay_scene = scenes_name(scene)); scene++) {
		/* Of the others the answers are as long, or shorter. */
		if (!strcmp(replay_scene, "working") || !strcmp(replay_scene, "trouble"))
			mangle_cuts();
		replay_mangle = mangle_bytes;
		for (i = 0; i < rounds; i++)
			mangle_all(i % 2);
	}
	mangle_complaints();
	setenv("PATH", path ? path : "", 1);
	replay_scene = scenes_name(0);
	mangle_run(mangle_check, false);
	mangle_run(mangle_check, true);
	puts("well");
	return 0;
}
