// SPDX-License-Identifier: GPL-2.0
/*
 * The way to a peer, step by step: each needs the one before, so what comes after one that fails is
 * not tried. "-" is a step that could not be looked at, or need not be.
 */
#include "test_step.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "explain.h"
#include "name.h"
#include "print.h"
#include "rtnl.h"
#include "test.h"
#include "wait.h"

/* How long is waited for a neighbour, for a path, and between two looks, in milliseconds. */
#define TEST_NEIGHBOUR	4000
#define TEST_PATH	3000
#define TEST_LOOK	50

#define TEST_UNREAD	"this host's table of neighbours could not be read"

static enum test_result test_link(struct test *test)
{
	const struct client_filter filter = {
		.hca = record_string(test->dev, IPOIB_A_HCA),
		.port = record_get(test->dev, IPOIB_A_PORT),
	};
	static const struct records none;
	struct records ports = {};
	struct finding finding;
	bool deaf;

	explain_carrier(test->dev, &finding);
	if (!record_get(test->dev, IPOIB_A_CARRIER))
		client_ask(test->ctl->client, IPOIB_CMD_PORT_GET, &filter, &ports);
	explain_guest(ports.count ? ports.list : NULL, test->dev, &finding);
	records_free(&ports);
	deaf = explain_parent(test->ctl->client, &none, test->dev, &finding);
	TEST_SAY(test, "%s", finding.text);
	TEST_NEXT(test, "%s", finding.next);
	return record_get(test->dev, IPOIB_A_CARRIER) && !deaf ? TEST_OK : TEST_FAILED;
}

/* A VRF that it is in has routes of its own, and a name in commands that are told. */
static unsigned int test_look_for_vrf(struct test *test)
{
	char name[IF_NAMESIZE];
	unsigned int vrf;

	if (name_is_infiniband_up(test_ifindex(test), &vrf) && vrf)
		snprintf(test->vrf, sizeof(test->vrf), " vrf %s", print_word(rtnl_name(name, vrf)));
	return vrf;
}

/*
 * Two interfaces in one network, set up as check says, have a route for each source address: the
 * one that the kernel chooses for packets of this interface may lead out of it. Returns whether,
 * and has @route, and what is sent, be that one then.
 */
static bool test_route_by_source(struct test *test, unsigned int vrf, struct route *route)
{
	struct route chosen, other;

	if (route_ask(&chosen, &test->peer, NULL, test_ifindex(test)) || !chosen.source.family ||
	    route_ask(&other, &test->peer, &chosen.source, vrf) || other.type != RTN_UNICAST ||
	    other.ifindex != test_ifindex(test))
		return false;
	*route = other;
	test->source = chosen.source;
	return true;
}

static enum test_result test_route(struct test *test)
{
	const char *name = record_string(test->dev, IPOIB_A_IFNAME);
	bool local = test->peer.family == AF_INET6 && test->peer.bytes[0] == 0xfe &&
		     (test->peer.bytes[1] & 0xc0) == 0x80;
	const char *of = test->peer.family == AF_INET6 ? "-6 " : "";
	unsigned int vrf = test_look_for_vrf(test);
	char other[IF_NAMESIZE], only[FINDING_TEXT] = "";
	struct route route;
	int ret;

	if (!test->peer.family) {
		TEST_SAY(test, "a GID needs none");
		return TEST_SKIPPED;
	}
	/* Addresses of a link say nothing without it. */
	ret = route_ask(&route, &test->peer, NULL, local ? test_ifindex(test) : vrf);
	/* What the kernel says of a blackhole, of what is prohibited, and of unreachable. */
	if (ret == -EINVAL || ret == -EACCES || ret == -EHOSTUNREACH) {
		TEST_SAY(test, "%s: %s", route_not_to_a_peer(RTN_BLACKHOLE), strerror(-ret));
		TEST_NEXT(test,
			  "'ip %srule' and 'ip %sroute show table all' have it; it may be what is left where no other route leads there: has %s an address?",
			  of, of, name);
		return TEST_FAILED;
	}
	if (ret) {
		TEST_SAY(test, "there is none: %s", strerror(-ret));
		TEST_NEXT(test,
			  "has %s an address? 'ip address show dev %s', 'ip %sroute show%s', 'ip %srule'",
			  name, print_word(name), of, test->vrf, of);
		return TEST_FAILED;
	}
	if (route.type != RTN_UNICAST) {
		TEST_SAY(test, "%s", route_not_to_a_peer(route.type));
		TEST_NEXT(test, "'ip route get %s%s' shows it", test->peer.text, test->vrf);
		return TEST_FAILED;
	}
	rtnl_name(other, route.ifindex);
	if (route.ifindex != test_ifindex(test) && test_route_by_source(test, vrf, &route))
		snprintf(only, sizeof(only), ", for packets from %s; others go out of %s",
			 test->source.text, other);
	if (route.ifindex != test_ifindex(test)) {
		TEST_SAY(test, "packets do not go out of %s but of %s", name, other);
		TEST_NEXT(test,
			  "'ip route get %s%s' shows the way; two interfaces in one network, a missing route or prefix, or a bond above this one are the usual causes",
			  test->peer.text, test->vrf);
		return TEST_FAILED;
	}
	test->far = route.gateway.family;
	test->hop = test->far ? route.gateway : test->peer;
	TEST_SAY(test, test->far ? "by the gateway %s%s" : "%s is a neighbour%s", test->hop.text,
		 only);
	return TEST_OK;
}

/* Has the kernel look for the peer, and for the path to it. */
static void test_provoke(struct test *test)
{
	test->unsent = -ping_provoke(&test->peer, &test->source, test_ifindex(test));
}

/* Of a GID: whether somebody with it is known to IP. */
static enum test_result test_neighbour_of_gid(struct test *test, const struct neighs *neighs)
{
	size_t i;

	for (i = 0; i < neighs->count; i++) {
		/* NOARP is what the kernel has made up, for groups or, without ARP, for all. */
		if (!neighs->list[i].known || neighs->list[i].state & NUD_NOARP ||
		    memcmp(neighs->list[i].gid, test->gid, NEIGH_GID))
			continue;
		test->neigh = neighs->list[i];
		test->peer = test->neigh.address;
		/* The path to one that was not spoken to for long is forgotten. */
		test_provoke(test);
		TEST_SAY(test, "%s has this GID (%s)", test->peer.text,
			 neigh_state(test->neigh.state));
		return TEST_OK;
	}
	TEST_SAY(test, "none has this GID: no address of IP is known to ask there");
	return TEST_SKIPPED;
}

/* Why this host may not be heard, though all is well with the one that is asked. */
static const char *test_limited(const struct test *test)
{
	unsigned long long entry;

	return record_number(test->dev, IPOIB_A_PKEY_ENTRY, &entry) && !(entry & 0x8000) ?
	       "; this host is a limited member: other limited ones do not hear it" : "";
}

/* Returns whether it is known how this one ends. */
static bool test_look_at_neighbour(struct test *test)
{
	struct neighs neighs = {};
	const struct neigh *neigh;
	bool done = false;

	if (!neighs_ask(&neighs, test_ifindex(test))) {
		test->looked = true;
		neigh = neighs_find(&neighs, &test->hop);
		if (neigh) {
			test->neigh = *neigh;
			done = neigh->known || neigh->state & NUD_FAILED;
		}
	}
	neighs_free(&neighs);
	return done;
}

/* The kernel has made no entry for the neighbour, and so asked nobody. */
static bool test_has_no_entry(const struct test *test)
{
	/* What senders are told of that differs between kernels. */
	return test->looked && !test->neigh.address.family &&
	       (!test->unsent || test->unsent == EINVAL || test->unsent == ENOBUFS);
}

static enum test_result test_no_entry(struct test *test)
{
	const char *table = test->hop.family == AF_INET ? "ipv4" : "ipv6";

	TEST_SAY(test, "%s is not asked for: this host has made no entry for it", test->hop.text);
	TEST_NEXT(test,
		  "is its table of neighbours full? the kernel log ('dmesg') then tells of a neighbor table overflow: raise net.%s.neigh.default.gc_thresh3, and gc_thresh2, above the number of hosts (outside of containers: they and the host share that table)",
		  table);
	return TEST_FAILED;
}

static enum test_result test_neighbour(struct test *test)
{
	uint64_t end = wait_now() + TEST_NEIGHBOUR;
	const char *asked = test->hop.family == AF_INET ? "ARP" : "neighbour solicitations";
	struct neighs neighs = {};
	enum test_result result;
	char gid[INET6_ADDRSTRLEN];

	if (!test->hop.family) {
		if (neighs_ask(&neighs, test_ifindex(test))) {
			TEST_SAY(test, TEST_UNREAD);
			result = TEST_SKIPPED;
		} else {
			result = test_neighbour_of_gid(test, &neighs);
		}
		neighs_free(&neighs);
		return result;
	}
	/* One that has failed before is asked anew too. */
	test_provoke(test);
	wait_for(TEST_LOOK, -1);
	while (!test_look_at_neighbour(test) && wait_now() < end) {
		if (test->unsent == EPERM || test->unsent == EACCES)
			break;
		/*
		 * Whether our own address is free may be looked at for a second or two still; and
		 * there may be room for an entry only now.
		 */
		if (test->unsent || !test->neigh.address.family)
			test_provoke(test);
		wait_for(TEST_LOOK, -1);
	}
	if (!test->neigh.known && test_has_no_entry(test))
		return test_no_entry(test);
	if (!test->neigh.known && test->unsent) {
		TEST_SAY(test, "not asked for: this host lets nothing out to %s: %s",
			 test->peer.text, strerror(test->unsent));
		return TEST_SKIPPED;
	}
	if (!test->neigh.known && !test->looked) {
		TEST_SAY(test, TEST_UNREAD);
		return TEST_SKIPPED;
	}
	if (!test->neigh.known) {
		TEST_SAY(test, "%s does not answer %s (%s)", test->hop.text, asked,
			 neigh_state(test->neigh.state));
		TEST_NEXT(test,
			  "questions go to %s: is that host on, with this address, and in this partition (0x%04llx)? 'ipoibctl explain' there, and 'dmesg' if its table of neighbours is full; 'ipoibctl show group dev %s' here%s%s",
			  test->hop.family == AF_INET ? "the broadcast group" :
							"a multicast group of that address",
			  record_get(test->dev, IPOIB_A_PKEY), test_word(test), test_limited(test),
			  explain_parent_away(test->dev));
		return TEST_FAILED;
	}
	/* The kernel then has the interface's own address for all of them. */
	if (test->neigh.state & NUD_NOARP) {
		TEST_SAY(test, "%s is not asked for: %s is to do without ARP", test->hop.text,
			 record_string(test->dev, IPOIB_A_IFNAME));
		TEST_NEXT(test,
			  "'ip link set %s arp on'; without it each neighbour's address has to be given by hand ('ip neigh')",
			  test_word(test));
		return TEST_FAILED;
	}
	test->known = true;
	memcpy(test->gid, test->neigh.gid, NEIGH_GID);
	inet_ntop(AF_INET6, test->gid, gid, sizeof(gid));
	TEST_SAY(test, "%s is at QP 0x%06x of GID %s (%s)", test->hop.text, test->neigh.qpn, gid,
		 neigh_state(test->neigh.state));
	return TEST_OK;
}

static const struct record *test_find_path(const struct test *test, const struct records *paths)
{
	size_t i;

	for (i = 0; i < paths->count; i++)
		if (paths->list[i].attrs[IPOIB_A_GID] &&
		    !memcmp(nla_data(paths->list[i].attrs[IPOIB_A_GID]), test->gid, NEIGH_GID))
			return &paths->list[i];
	return NULL;
}

static enum test_result test_judge_path(struct test *test, const struct record *path)
{
	unsigned long long state = record_get(path, IPOIB_A_PATH_STATE);
	const char *name = attrs_name(IPOIB_A_PATH_STATE, state);
	const char *diag = print_diag(test->dev), *less = "";
	char why[PRINT_WHY], gid[PRINT_GID], next[PRINT_NEXT], rate[48] = "";
	unsigned long long mbits;

	if (state == IPOIB_PATH_STATE_IDLE) {
		TEST_SAY(test, "the subnet administrator was not asked for it yet");
		return TEST_SKIPPED;
	}
	if (state == IPOIB_PATH_STATE_ASKING) {
		TEST_SAY(test, "the subnet administrator has not answered in %d ms", TEST_PATH);
		TEST_NEXT(test, "%s", print_next(next, path, test->dev));
		return TEST_FAILED;
	}
	if (state == IPOIB_PATH_STATE_FAILED) {
		TEST_SAY(test, "%s", print_no_path(why, path));
		if (record_get(path, IPOIB_A_LAST_ERROR) == EINVAL)
			TEST_NEXT(test,
				  "'saquery %s -p --dgid %s --pkey 0x%04llx' asks it too; the host may be off or in another partition, or 'ip neigh' here has an address of a card that is gone; "
				  EXPLAIN_SM_ENDED, diag, print_gid(gid, path),
				  record_get(test->dev, IPOIB_A_PKEY), diag);
		else
			TEST_NEXT(test, "%s; 'ipoibctl explain' says how the port is",
				  print_next(next, path, test->dev));
		return TEST_FAILED;
	}
	/* There may be rates that the kernel has no figure for. */
	if (record_number(path, IPOIB_A_RATE, &mbits))
		snprintf(rate, sizeof(rate), " rate %llu Mbit/s", mbits);
	if (explain_path_carries(test->dev, path)) {
		less = ", less than the interface's needs, by what the subnet administrator said";
		TEST_NEXT(test, "'ipoibctl explain %s' has it as path-mtu, and what to do",
			  test_word(test));
	}
	TEST_SAY(test, "%s: LID 0x%04llx SL %llu%s MTU %llu%s", name ? name : "?",
		 record_get(path, IPOIB_A_LID), record_get(path, IPOIB_A_SL), rate,
		 record_get(path, IPOIB_A_PATH_MTU), less);
	return TEST_OK;
}

/* Whether there will be no other answer, or it need not be waited for. */
static bool test_is_final(const struct test *test, const struct record *path)
{
	unsigned long long state = path ? record_get(path, IPOIB_A_PATH_STATE) : 0;

	if (path && state != IPOIB_PATH_STATE_IDLE && state != IPOIB_PATH_STATE_ASKING)
		return true;
	/* Where nothing was sent none will come. */
	return state != IPOIB_PATH_STATE_ASKING && (!test->peer.family || test->unsent);
}

static enum test_result test_path(struct test *test)
{
	const struct client_filter filter = { .ifname = test->ctl->ifname };
	uint64_t end = wait_now() + TEST_PATH;
	const struct record *path;
	struct records paths = {};
	enum test_result result;
	int ret;

	if (!test->known) {
		TEST_SAY(test, "no GID is known");
		return TEST_SKIPPED;
	}
	for (;;) {
		ret = client_ask(test->ctl->client, IPOIB_CMD_PATH_GET, &filter, &paths);
		path = ret ? NULL : test_find_path(test, &paths);
		if (ret || test_is_final(test, path) || wait_now() >= end)
			break;
		records_free(&paths);
		wait_for(TEST_LOOK, -1);
	}
	if (path) {
		result = test_judge_path(test, path);
	} else if (ret == -EPERM) {
		TEST_SAY(test, "not looked at: that takes CAP_NET_ADMIN");
		result = TEST_SKIPPED;
	} else if (ret) {
		TEST_SAY(test, "%s", client_why(test->ctl->client));
		result = TEST_FAILED;
	} else {
		TEST_SAY(test, "none is known: nothing was sent there");
		TEST_NEXT(test, "send something there by its address of IP");
		result = test->peer.family && !test->unsent ? TEST_FAILED : TEST_SKIPPED;
	}
	records_free(&paths);
	return result;
}

/**
 * struct test_step - a step
 * @name: of it
 * @run: returns how it ends
 */
struct test_step {
	const char *name;
	enum test_result (*run)(struct test *test);
};

static const struct test_step test_steps[] = {
	{ "link", test_link },
	{ "route", test_route },
	{ "neighbour", test_neighbour },
	{ "path", test_path },
	{ "answer", test_answer },
	{ "size", test_size },
	{ "loss", test_loss },
};

static void test_tell(struct test *test, const char *step, enum test_result result)
{
	static const char * const results[] = { "ok", "-", "FAIL" };
	static const char * const words[] = { "ok", "skipped", "failed" };
	static const enum out_color colors[] = { OUT_GOOD, OUT_PLAIN, OUT_BAD };
	struct out *out = &test->ctl->out;

	out_line(out, 0);
	out_object(out, NULL);
	if (out->json) {
		out_string(out, "step", NULL, step);
		out_string(out, "result", NULL, words[result]);
		out_string(out, "text", NULL, test->text);
		if (result != TEST_SKIPPED && test->next[0])
			out_string(out, "next", NULL, test->next);
	} else {
		out_label(out, "%-10s", step);
		out_paint(out, colors[result]);
		out_string(out, NULL, NULL, results[result]);
		out_label(out, "%*s", 3 - (int)strlen(results[result]), "");
		out_text(out, test->text);
		if (result != TEST_SKIPPED && test->next[0])
			out_next(out, test->next);
	}
	out_object_end(out);
	/* Steps may take seconds: who waits shall see how far it is. */
	fflush(out->file);
}

static void test_steps_run(struct test *test)
{
	enum test_result result = TEST_OK;
	/* Nothing but an answer shows that the way is there. */
	bool asked = false;
	size_t i;

	for (i = 0; i < sizeof(test_steps) / sizeof(*test_steps) && result != TEST_FAILED; i++) {
		/* Who could not be asked at all cannot be asked more. */
		if (test_steps[i].run == test_size && !asked)
			break;
		test->text[0] = '\0';
		test->next[0] = '\0';
		result = test_steps[i].run(test);
		asked = test_steps[i].run == test_answer && result == TEST_OK ? true : asked;
		test_tell(test, test_steps[i].name, result);
	}
	if (result == TEST_FAILED)
		test->ctl->status = CTL_FAILED;
	else if (!asked && test->ctl->status == CTL_OK)
		test->ctl->status = CTL_UNPROVED;
	if (test->ping.sock >= 0)
		ping_close(&test->ping);
}

void test_run(struct ctl *ctl, const char *peer, bool gid, unsigned int count)
{
	struct test test = { .ctl = ctl, .count = count, .ping.sock = -1 };
	char digits[INET6_ADDRSTRLEN + 1], real[IFNAMSIZ];
	struct records devs = {};
	struct address address;
	size_t len;

	/* As ping(8) takes it: fe80::1%ib0. */
	len = strcspn(peer, "%");
	if (peer[len] && strcmp(peer + len + 1, ctl->ifname) &&
	    (!name_real(real, peer + len + 1) || strcmp(real, ctl->ifname))) {
		ctl_complain(ctl, CTL_USAGE, "\"%s\" is an address on another interface than %s",
			     peer, ctl->ifname);
		return;
	}
	snprintf(digits, sizeof(digits), "%.*s", (int)len, peer);
	if (!address_read(&address, digits) || (gid && address.family != AF_INET6)) {
		ctl_complain(ctl, CTL_USAGE,
			     "\"%s\" is no %s: write it in digits, names are not looked up", peer,
			     gid ? "GID" : "address of IPv4 or IPv6");
		return;
	}
	if (gid && IN6_IS_ADDR_MULTICAST((struct in6_addr *)address.bytes)) {
		ctl_complain(ctl, CTL_USAGE, "\"%s\" is no peer but a group: 'ipoibctl show group'",
			     peer);
		return;
	}
	if (gid) {
		test.known = true;
		memcpy(test.gid, address.bytes, NEIGH_GID);
	} else {
		test.peer = address;
	}
	if (ctl_devs(ctl, &devs)) {
		test.dev = &devs.list[0];
		out_list(&ctl->out, NULL);
		test_steps_run(&test);
		out_list_end(&ctl->out);
	}
	records_free(&devs);
}
