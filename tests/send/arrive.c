// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: arrive SEED LIVES
 *
 * In each life a queue of another kind, with an HCA of another kind below it, is given packets of
 * all kinds: alone and in lists, small, large, odd. Meanwhile, in any order, the HCA sends, says
 * so, refuses or fails; NAPI, the late work, repair and the watch run; the ring's limit changes;
 * the data path is restarted. What leaves must be what was given, in order, each segment as the
 * stack would make it, byte for byte; what does not must have been counted. Now and then no more
 * comes: then all must have been given back, and the queue run, whatever was before.
 */
#include "packet.h"

#define STEPS		400
#define LIST_MOST	24
#define EXPECTED	8192
#define EXTRA_FEATURES	(NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM)

struct expected {
	u8 *bytes;	/* packets, each behind its length */
	unsigned int len;
};

struct net_device dev0 = { .name = "ib0" };
struct workqueue_struct *ref_wq;
unsigned long jiffies = -1000;

static struct ref_priv priv;
static struct ib_cq the_cq;
static struct ib_qp the_qp;
static struct ib_ah ah;
static struct ib_pd pd;
static struct expected expected[EXPECTED];
static u32 expect_from, expect_to;
static unsigned int lost, dropped, left, left_bytes, restarts, repairs, cuts, lsos, whole;
static bool restart_wanted, was_restarted, with_refusals, with_errors;
static u32 state;
static int the_seed, life;

void fail(const char *what)
{
	printf("FAIL: %s (seed %d, life %d)\n", what, the_seed, life);
	exit(1);
}

u32 below(u32 n)
{
	state = state * 1664525 + 1013904223;
	return n ? (u64)(state >> 8) * n >> 24 : 0;
}

/* ---- what others' files have */

/* This HCA answers. */
bool ref_hca_is_silent(const struct ref_priv *of)
{
	(void)of;
	return false;
}

unsigned long ref_silence_left(const struct ref_priv *of)
{
	(void)of;
	return 0;
}

/* There is one queue. */
u16 ref_other_queue(const struct net_device *dev, u16 mute)
{
	(void)dev;
	return mute;
}

struct ib_cq *ref_cq_create(struct ref_priv *p, unsigned int entries, unsigned int vector,
			    ib_comp_handler handler, struct napi_struct *napi)
{
	(void)p;
	(void)entries;
	(void)vector;
	(void)handler;
	(void)napi;
	return &the_cq;
}

void ipoib_accel_restart(struct net_device *dev)
{
	(void)dev;
	restart_wanted = true;
}

/* ---- what arrives */

static unsigned int append(u8 *to, unsigned int at, const u8 *bytes, unsigned int len)
{
	memcpy(to + at, &len, sizeof(len));
	memcpy(to + at + sizeof(len), bytes, len);
	return at + sizeof(len) + len;
}

static void expect(const u8 *bytes, unsigned int len)
{
	struct expected *one = &expected[expect_to++ % EXPECTED];

	if (expect_to - expect_from > EXPECTED)
		fail("more was taken than a ring holds");
	free(one->bytes);
	one->bytes = malloc(len);
	if (!one->bytes)
		abort();
	memcpy(one->bytes, bytes, len);
	one->len = len;
}

/* All that must come of @packet. */
static void expect_packet(const struct packet *packet, unsigned int mss, bool lso)
{
	static u8 all[1 << 19], one[1 << 17];
	unsigned int segs = mss ? DIV_ROUND_UP(packet->len - packet->hdr_len, mss) : 1;
	unsigned int seg, at = 0, len;

	for (seg = 0; seg < segs; seg++) {
		if (mss) {
			len = cut_as_the_stack(packet->flat, packet->len, packet->hdr_len, mss,
					       seg, one);
		} else {
			len = packet->len;
			memcpy(one, packet->flat, len);
		}
		at = append(all, at, one, len);
		if (lso && seg + 1 < segs)
			continue;
		expect(all, at);
		at = 0;
	}
}

/* What an HCA makes of a send: packets, each behind its length. */
static unsigned int on_the_wire(const struct ib_ud_wr *wr, const u8 *bytes, unsigned int len,
				u8 *to)
{
	static u8 one[1 << 17];
	unsigned int l4 = l4_of(bytes), seg, at = 0, part;
	bool sum = wr->wr.send_flags & IB_SEND_IP_CSUM;

	if (sum && bytes[IPOIB_ENCAP_LEN] >> 4 != 4)
		fail("an HCA shall make the checksum of IPv6");
	if (wr->wr.opcode == IB_WR_LSO) {
		if (!sum)
			fail("segments without checksums");
		for (seg = 0; wr->hlen + seg * wr->mss < len; seg++) {
			part = cut_as_the_stack(bytes, len, wr->hlen, wr->mss, seg, one);
			at = append(to, at, one, part);
			left++;
			left_bytes += part;
		}
		return at;
	}
	left++;
	left_bytes += len;
	memcpy(one, bytes, len);
	if (sum && bytes[IPOIB_ENCAP_LEN + 9] == IPPROTO_IPIP)
		fail("an HCA shall make a checksum that it does not find");
	if (sum) {
		if (*(__sum16 *)(one + check_at(one, l4)) !=
		    (__sum16)~csum_fold(pseudo_of(one, len, l4)))
			fail("not the sum of the pseudo header");
		sum_packet(one, len, l4);
	}
	return append(to, 0, one, len);
}

void has_left(const struct ib_ud_wr *wr, const u8 *bytes, unsigned int len)
{
	static u8 all[1 << 19];
	unsigned int all_len = on_the_wire(wr, bytes, len, all);

	for (; expect_from != expect_to; expect_from++) {
		const struct expected *one = &expected[expect_from % EXPECTED];

		if (one->len == all_len && !memcmp(one->bytes, all, all_len)) {
			expect_from++;
			return;
		}
		lost++;
	}
	fail("something has left that nobody has given, or too late");
}

/* ---- what is given */

static const char *const refused[] = {
	"taken: extension headers, for which the stack gives no checksum away",
	"taken: the checksum's place is not in the transport header",
	"taken: the checksum is another one's",
	"taken: no transport header",
	"taken: nobody is to make checksums",
	"taken: a TCP header that is too short",
	"taken: a TCP header that is not all there",
	"taken: a list of packets",
};

static struct ref_txq *the_txq(void)
{
	return &priv.txqs[0];
}

static void must_keep(const struct packet *packet)
{
	const struct sk_buff *skb = packet->skb;
	unsigned int most = ref_tx_most(&priv, priv.tx_limit);

	if (packet->odd >= REFUSED || skb->info.nr_frags + 2 > priv.max_sge || skb->info.shared ||
	    packet->hdr_len > REF_TX_COPY || !priv.cut ||
	    DIV_ROUND_UP(packet->len - packet->hdr_len, skb->info.gso_size) > most)
		return;
	fail("a packet that can be cut is left to the stack");
}

/* Does the stack give the driver a packet of this kind? @features are what it is told. */
static bool is_given(const struct packet *packet, netdev_features_t features)
{
	const struct sk_buff *skb = packet->skb;

	if (!skb->info.gso_size)
		return true;
	if (!(features & NETIF_F_GSO_MASK)) {
		must_keep(packet);
		return false;
	}
	if (packet->odd == SHARED && !ref_tx_is_lso(&priv, skb) &&
	    (skb->protocol == htons(ETH_P_IPV6) || !priv.csum))
		fail("the sum is made of what others may write to");
	if (packet->odd >= REFUSED && packet->odd != LONG_MSS)
		fail(refused[packet->odd - REFUSED]);
	/* The core drops it. */
	return packet->odd != LONG_MSS;
}

static void send_one(int more)
{
	static struct packet packet;
	netdev_features_t all = EXTRA_FEATURES | NETIF_F_GSO_MASK, features;
	/* Now and then more segments than there may be. */
	unsigned int most = max(2U, ref_tx_most(&priv, priv.tx_limit)) << !below(8), mss;
	bool lso;

	make_packet(&packet, priv.max_ib_mtu, most);
	lso = packet.skb->info.gso_size && ref_tx_is_lso(&priv, packet.skb);
	/* What the stack looks at before it gives an HCA a packet to cut. */
	if (lso && packet.odd >= REFUSED && packet.odd != NOT_PARTIAL)
		packet.skb->info.gso_type = SKB_GSO_TCPV6;
	features = ref_features_check(packet.skb, &dev0, all);
	dev0.more = more;
	if (!is_given(&packet, features)) {
		free_skb(packet.skb);
		if (!more)
			ref_flush_sends(&dev0, 0);
		return;
	}
	packet.skb->data += 20;
	packet.skb->len -= 20;
	mss = packet.skb->info.gso_size;
	cuts += mss && !lso;
	lsos += lso;
	whole += !mss;
	/* The HCA may send before send() returns, were it not for this program. */
	if (!ref_send(&dev0, packet.skb, &ah, 7))
		expect_packet(&packet, mss, lso);
	else if (!hca.unmapped)
		fail("a packet was dropped");
	else
		dropped++;
}

/* As sch_direct_xmit() and dev_hard_start_xmit() do. */
static void send_list(void)
{
	unsigned int n = below(3) ? 1 : 1 + below(LIST_MOST);

	if (netif_xmit_stopped(&dev0.queue))
		return;
	while (n-- && !dev0.queue.driver_off)
		send_one(n != 0);
}

/* ---- what happens meanwhile */

static void run_napi(void)
{
	struct napi_struct *napi = &the_txq()->napi;

	if (napi->state & 1)
		napi->poll(napi, 64);
}

static void interrupt(void)
{
	if (!hca.interrupt)
		return;
	hca.interrupt = false;
	ref_tx_interrupt(&the_cq, &the_txq()->napi);
}

static void late_work(void)
{
	struct delayed_work *work = &the_txq()->lazy_work;

	if (!work->pending)
		return;
	work->pending = false;
	ref_tx_lazy_work(&work->work);
}

static void change_limit(void)
{
	priv.tx_limit = below(3) ? 1 + below(priv.tx_size) : priv.tx_size;
	ref_tx_kick(the_txq());
}

static void nothing_is_left(const char *what)
{
	const struct ref_txq *txq = the_txq();

	if (ref_tx_used(txq) || live_skbs || txq->chained || txq->held || dev0.queue.inflight ||
	    dev0.queue.inflight_packets ||
	    hca_mappings() != DIV_ROUND_UP(txq->size * REF_TX_COPY, PAGE_SIZE))
		fail(what);
}

static void repair_work(void)
{
	if (!priv.repair.pending)
		return;
	priv.repair.pending = false;
	ref_repair_work(&priv.repair.work);
	if (priv.qp_mutex.held)
		fail("a mutex stays held");
}

/* As ref_ib_dev_stop() and ref_ib_dev_open() do. */
static void restart(void)
{
	struct ref_txq *txq = the_txq();
	unsigned int n;

	restart_wanted = false;
	was_restarted = true;
	restarts++;
	priv.state &= ~(1UL << REF_UP);
	hca.state = IB_QPS_ERR;
	ref_tx_post_rest(txq);
	ref_tx_drop_rest(txq);
	for (n = below(2) ? below(txq->size) : 2 * txq->size; n; n--) {
		if (below(2))
			hca_send_one();
		if (!below(20))
			ref_tx_kick(txq);
		run_napi();
	}
	hca_reset();
	txq->napi.state = 0;
	hca.interrupt = false;
	ref_tx_flush(txq);
	nothing_is_left("a stop leaves something behind");
	txq->lazy_work.pending = false;
	priv.repair.pending = false;
	priv.qps[0].flags = 0;
	priv.qps[0].waits = 0;
	priv.state |= 1UL << REF_UP;
	dev0.queue.driver_off = false;
	ref_tx_kick(txq);
}

/*
 * No more is sent: does all come to its end by itself? Sockets, and a full queue, do not wait for
 * the late work.
 */
static void settle(void)
{
	const struct ref_txq *txq = the_txq();
	unsigned int n;

	for (n = 0; n < txq->size + 10; n++) {
		while (hca_send_one())
			;
		interrupt();
		run_napi();
	}
	if (!with_refusals && !with_errors && (live_skbs || netif_xmit_stopped(&dev0.queue)))
		fail("no interrupt tells that a packet has left, or that there is room");
	for (n = 0; n < 4 * txq->size + 40; n++) {
		if (restart_wanted)
			restart();
		while (hca_send_one())
			;
		interrupt();
		run_napi();
		jiffies++;
		if (n % 4 == 3) {
			late_work();
			repair_work();
		}
	}
	nothing_is_left("something is left over");
	if (netif_xmit_stopped(&dev0.queue))
		fail("the queue is stopped for ever");
	if (txq->lazy_work.pending || txq->napi.state || priv.repair.pending)
		fail("something runs for ever");
	if (priv.qps[0].flags || hca.state != IB_QPS_RTS)
		fail("the QP is not mended");
}

static u64 counted_lost(void)
{
	const struct ref_txq *txq = the_txq();

	return u64_stats_read(&txq->drops.post_failed) + u64_stats_read(&txq->done.flushed) +
	       u64_stats_read(&txq->done.errors);
}

static void look_at_counters(void)
{
	const struct ref_txq *txq = the_txq();

	if (u64_stats_read(&txq->drops.no_memory) != dropped)
		fail("what was dropped is not what was counted");
	lost += expect_to - expect_from;
	expect_from = expect_to;
	if (was_restarted ? lost > counted_lost() : lost != counted_lost())
		fail("what is lost is not what was counted");
	if (!was_restarted && (u64_stats_read(&txq->done.packets) != left ||
			       u64_stats_read(&txq->done.bytes) != left_bytes))
		fail("what has left is not what was counted");
	if (!with_refusals && !with_errors && (was_restarted || lost))
		fail("something was lost for nothing");
}

static void watch(void)
{
	ref_watch_work(&priv.watch.work);
	priv.watch.pending = false;
}

static void step(void)
{
	unsigned int n;

	jiffies += below(2);
	switch (below(8)) {
	case 0 ... 2:
		send_list();
		break;
	case 3 ... 4:
		for (n = below(below(3) ? 8 : 80); n; n--)
			hca_send_one();
		break;
	case 5:
		interrupt();
		break;
	case 6:
		run_napi();
		break;
	default:
		if (!below(4))
			late_work();
		if (!below(10))
			change_limit();
		if (!below(3))
			repair_work();
		if (with_errors && !below(10))
			hca_fail(below(3) ? IB_QPS_SQE : IB_QPS_ERR);
		if (with_errors && !below(20))
			ref_repair_ask(&priv.qps[0], false);
		if (with_errors && !below(20))
			watch();
		if (restart_wanted && !below(3))
			restart();
		if (!below(40))
			settle();
	}
}

static void live(void)
{
	struct ref_txq *txq;
	bool keeps;
	int n;

	memset(&priv, 0, sizeof(priv));
	priv.dev = &dev0;
	priv.pd = &pd;
	priv.num_txqs = 1;
	priv.num_qps = 1;
	priv.tx_size = 1U << (3 + below(7));
	priv.tx_limit = priv.tx_size;
	priv.max_sge = below(2) ? HCA_SGES : 1 + below(HCA_SGES);
	priv.max_ib_mtu = below(2) ? 2048 : 4096;
	priv.csum = below(2);
	priv.tso = priv.csum && priv.max_sge > 1 && below(2);
	priv.txqs = calloc(1, sizeof(*priv.txqs));
	priv.qps = calloc(1, sizeof(*priv.qps));
	if (!priv.txqs || !priv.qps)
		abort();
	priv.qps[0] = (struct ref_qp) { .priv = &priv, .qp = &the_qp, .txq = priv.txqs };
	dev0.priv = &priv;
	dev0.queue = (struct netdev_queue) { .limit = below(2) ? 1 << 30 : 1 + below(200000) };
	ref_cut_init(&priv);
	txq = the_txq();
	/* Numbers come round. */
	txq->head = below(2) ? -below(400) : 0;
	txq->tail = txq->head;
	if (ref_txq_create(&priv, 0))
		fail("create");
	with_refusals = below(2);
	with_errors = !below(3);
	keeps = below(2);
	hca = (struct hca) {
		/* One that keeps rooms has as many as it has granted. */
		.room = with_refusals && !keeps && below(2) ? 1 + below(priv.tx_size) :
							      priv.tx_size,
		.sges = priv.max_sge,
		.keeps = keeps,
		.tells = below(2),
		.refuses = with_refusals ? below(3) ? 2 + below(100) : 0 : 0,
		.busy = with_refusals && below(2) ? 2 + below(20) : 0,
		.unmapped = with_refusals && below(2) ? 50 : 0,
	};
	lost = 0;
	dropped = 0;
	left = 0;
	left_bytes = 0;
	restart_wanted = false;
	was_restarted = false;
	priv.state = 1UL << REF_UP;
	for (n = 0; n < STEPS; n++)
		step();
	settle();
	look_at_counters();
	repairs += priv.events.sqe_repairs.v;
	ref_txq_destroy(txq);
	if (hca_mappings())
		fail("something stays mapped");
	free(priv.txqs);
	free(priv.qps);
}

int main(int argc, char **argv)
{
	int lives;

	if (argc != 3)
		return 2;
	the_seed = atoi(argv[1]);
	lives = atoi(argv[2]);
	for (life = 0; life < lives; life++) {
		state = (the_seed * 1000003 + life) * 2654435769U;
		live();
	}
	printf("packets: %u cut, %u given to be cut, %u sent as they were\n", cuts, lsos, whole);
	printf("%u repairs, %u restarts\n", repairs, restarts);
	return 0;
}
