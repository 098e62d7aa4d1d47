// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on order: packets lost, doubled, late and out of order, work requests that fail or hang.
 *
 * Late packets are copied into a queue of their sender, ordered by the time at which they leave,
 * and routed when a soft-interrupt timer finds them due: the tables and link states of that moment
 * count. The queue is filled inside rcu_read_lock() and only while its HCA is in fabric->hcas, so
 * after sib_port_detach()'s grace period sib_fault_stop() can empty it for good.
 */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "fabric.h"

/* Packets held at a time by one HCA: 4 MiB at most. */
#define HELD_MAX	1024
#define REORDER_HOLD	(10 * NSEC_PER_MSEC)

/**
 * struct held_pkt - a packet that leaves later
 * @list: sib_fault_state.held
 * @due: when it leaves
 * @reorder: it leaves as soon as a later packet has overtaken it
 * @pkt: the packet; its payload is @data
 * @vec: the only entry of pkt.vec
 * @data: payload
 */
struct held_pkt {
	struct list_head list;
	ktime_t due;
	bool reorder;
	struct sib_pkt pkt;
	struct kvec vec;
	u8 data[];
};

/**
 * struct sib_fault_state - packets held by delay and reorder
 * @hca: the sender
 * @lock: protects @held and @num; taken with interrupts off, nothing is called under it
 * @held: struct held_pkt by @due
 * @num: how many
 * @reordered: how many of them wait to be overtaken; read without the lock as a hint
 * @timer: fires when the first one is due
 */
struct sib_fault_state {
	struct sib_hca *hca;
	spinlock_t lock;	/* of held, num, reordered */
	struct list_head held;
	unsigned int num;
	unsigned int reordered;
	struct hrtimer timer;
};

static bool roll(u32 ppm)
{
	return unlikely(ppm) && ((u64)get_random_u32() * 1000000) >> 32 < ppm;
}

static bool matches(const struct sib_faults *faults, u32 qpn)
{
	u32 want = READ_ONCE(faults->match_qpn);

	return want ? qpn == want : qpn > 1;
}

/* Takes one from a counter of faults to come. */
static bool take_one(u32 *left)
{
	u32 now = READ_ONCE(*left);

	while (unlikely(now))
		if (try_cmpxchg(left, &now, now - 1))
			return true;
	return false;
}

/* Is one of the faults that @left counts meant for this QP? */
static bool wanted(const struct sib_faults *faults, u32 qpn, u32 *left)
{
	return unlikely(READ_ONCE(*left)) && matches(faults, qpn) && take_one(left);
}

/**
 * sib_fault_post_send() - is a send to be refused when it is posted?
 * @hca: the HCA
 * @qpn: the QP
 *
 * Context: any.
 */
bool sib_fault_post_send(struct sib_hca *hca, u32 qpn)
{
	return wanted(&hca->faults, qpn, &hca->faults.post_send_error_once) ||
	       (matches(&hca->faults, qpn) && roll(READ_ONCE(hca->faults.post_send_error_ppm)));
}

/**
 * sib_fault_post_long() - is a send to be refused for its length?
 * @hca: the HCA
 * @qpn: the QP
 * @len: bytes
 *
 * Context: any.
 */
bool sib_fault_post_long(struct sib_hca *hca, u32 qpn, u32 len)
{
	u32 longest = READ_ONCE(hca->faults.post_send_longest);

	return unlikely(longest) && len > longest && matches(&hca->faults, qpn);
}

/**
 * sib_fault_length() - is a packet longer than the receive an error of the QP?
 * @hca: the HCA
 * @qpn: the receiving QP
 *
 * Context: any.
 */
bool sib_fault_length(struct sib_hca *hca, u32 qpn)
{
	return READ_ONCE(hca->faults.length_error) && matches(&hca->faults, qpn);
}

/**
 * sib_fault_post_recv() - is a call of post_recv to be refused?
 * @hca: the HCA
 * @qpn: the QP
 *
 * Context: any.
 */
bool sib_fault_post_recv(struct sib_hca *hca, u32 qpn)
{
	return wanted(&hca->faults, qpn, &hca->faults.post_recv_error_once);
}

/**
 * sib_fault_modify() - is a call of modify_qp to be refused?
 * @hca: the HCA
 * @qpn: the QP
 *
 * Context: any.
 */
bool sib_fault_modify(struct sib_hca *hca, u32 qpn)
{
	return wanted(&hca->faults, qpn, &hca->faults.modify_error_once);
}

/**
 * sib_fault_query_qp() - is a call of query_qp to be refused?
 * @hca: the HCA
 * @qpn: the QP
 *
 * Context: any.
 */
bool sib_fault_query_qp(struct sib_hca *hca, u32 qpn)
{
	return wanted(&hca->faults, qpn, &hca->faults.query_qp_error_once);
}

/**
 * sib_fault_refusal() - what a refused modify_qp or query_qp says
 * @hca: the HCA
 *
 * Context: any.
 * Return: a negative error.
 */
int sib_fault_refusal(struct sib_hca *hca)
{
	return READ_ONCE(hca->faults.slow_ms) ? -ETIMEDOUT : -EIO;
}

/**
 * sib_fault_detach() - is a call of detach_mcast to be refused?
 * @hca: the HCA
 * @qpn: the QP
 *
 * Context: any.
 */
bool sib_fault_detach(struct sib_hca *hca, u32 qpn)
{
	return wanted(&hca->faults, qpn, &hca->faults.detach_error_once);
}

/* Counts down to the one that fails. */
static bool is_the_one(u32 *left)
{
	return take_one(left) && !READ_ONCE(*left);
}

/**
 * sib_fault_create_qp() - is this UD QP the one not to be made?
 * @hca: the HCA
 *
 * Context: process.
 */
bool sib_fault_create_qp(struct sib_hca *hca)
{
	return is_the_one(&hca->faults.create_qp_error_at);
}

/**
 * sib_fault_create_cq() - is this CQ the one not to be made?
 * @hca: the HCA
 *
 * Context: process.
 */
bool sib_fault_create_cq(struct sib_hca *hca)
{
	return is_the_one(&hca->faults.create_cq_error_at);
}

void sib_fault_slow(struct sib_hca *hca)
{
	u32 ms = READ_ONCE(hca->faults.slow_ms);

	if (unlikely(ms))
		msleep(ms);
}

/**
 * sib_fault_send() - what the knobs do to a send
 * @hca: the HCA
 * @qpn: the sending QP
 *
 * Context: any.
 * Return: go on, stop before it, or complete it with an error.
 */
enum sib_send_fault sib_fault_send(struct sib_hca *hca, u32 qpn)
{
	struct sib_faults *faults = &hca->faults;

	if (!matches(faults, qpn))
		return SIB_SEND_OK;
	if (unlikely(READ_ONCE(faults->stuck_sq)))
		return SIB_SEND_STUCK;
	return take_one(&faults->send_error_once) ? SIB_SEND_ERROR : SIB_SEND_OK;
}

/**
 * sib_fault_rate() - how fast is the wire for a send?
 * @hca: the HCA
 * @qpn: the sending QP
 *
 * Context: any.
 * Return: Mbit/s; 0: it takes no time.
 */
u32 sib_fault_rate(struct sib_hca *hca, u32 qpn)
{
	u32 rate = READ_ONCE(hca->faults.rate_mbps);

	return unlikely(rate) && matches(&hca->faults, qpn) ? rate : 0;
}

/**
 * sib_fault_recv() - what the knobs do to a receive
 * @hca: the HCA
 * @qpn: the receiving QP
 *
 * Context: any.
 * Return: true when it is to complete with an error.
 */
bool sib_fault_recv(struct sib_hca *hca, u32 qpn)
{
	return wanted(&hca->faults, qpn, &hca->faults.recv_error_once);
}

/**
 * sib_fault_qp_event() - does a QP that went to ERR raise an event?
 * @hca: the HCA
 * @qpn: the QP
 *
 * Context: any.
 */
bool sib_fault_qp_event(struct sib_hca *hca, u32 qpn)
{
	return wanted(&hca->faults, qpn, &hca->faults.qp_event_once);
}

/**
 * sib_fault_recv_irq() - does the interrupt for a receive get lost?
 * @hca: the HCA
 * @qpn: the receiving QP
 *
 * Context: any.
 */
bool sib_fault_recv_irq(struct sib_hca *hca, u32 qpn)
{
	return wanted(&hca->faults, qpn, &hca->faults.recv_irq_lost_once);
}

/**
 * sib_fault_send_unknown() - does a send complete as one that was never posted?
 * @hca: the HCA
 * @qpn: the sending QP
 *
 * Context: any.
 */
bool sib_fault_send_unknown(struct sib_hca *hca, u32 qpn)
{
	return wanted(&hca->faults, qpn, &hca->faults.send_unknown_once);
}

/**
 * sib_fault_cq_dead() - does a CQ get into error, and loses this completion and all later ones?
 * @hca: the HCA
 * @qpn: the QP that the completion is of
 * @recv: of a receive
 *
 * Context: any.
 */
bool sib_fault_cq_dead(struct sib_hca *hca, u32 qpn, bool recv)
{
	return wanted(&hca->faults, qpn, recv ? &hca->faults.recv_cq_dead_once :
						&hca->faults.send_cq_dead_once);
}

/**
 * sib_fault_cq_event() - does a CQ tell of an error with this completion?
 * @hca: the HCA
 * @qpn: the QP that the completion is of
 * @recv: of a receive: no
 *
 * Context: any.
 */
bool sib_fault_cq_event(struct sib_hca *hca, u32 qpn, bool recv)
{
	return !recv && wanted(&hca->faults, qpn, &hca->faults.cq_event_once);
}

/* Puts a copy of @pkt into the queue of late packets. */
static void hold(struct sib_hca *hca, const struct sib_pkt *pkt, u64 delay_ns, bool reorder)
{
	struct sib_fault_state *state = hca->fault_state;
	struct held_pkt *held, *before;
	unsigned long flags;
	unsigned int i;
	size_t at = 0;

	held = kmalloc(struct_size(held, data, pkt->len), GFP_ATOMIC);
	if (!held) {
		sib_count_drop(&hca->port, SIB_DROP_HELD);
		return;
	}
	for (i = 0; i < pkt->nvec && at < pkt->len; i++) {
		size_t n = min_t(size_t, pkt->vec[i].iov_len, pkt->len - at);

		memcpy(held->data + at, pkt->vec[i].iov_base, n);
		at += n;
	}
	held->pkt = *pkt;
	held->vec = (struct kvec){ .iov_base = held->data, .iov_len = at };
	held->pkt.vec = &held->vec;
	held->pkt.nvec = 1;
	held->reorder = reorder;
	held->due = ktime_add_ns(ktime_get(), delay_ns);

	spin_lock_irqsave(&state->lock, flags);
	if (state->num >= HELD_MAX) {
		spin_unlock_irqrestore(&state->lock, flags);
		kfree(held);
		sib_count_drop(&hca->port, SIB_DROP_HELD);
		return;
	}
	list_for_each_entry_reverse(before, &state->held, list)
		if (ktime_compare(before->due, held->due) <= 0)
			break;
	list_add(&held->list, &before->list);
	state->num++;
	state->reordered += reorder;
	/* The timer belongs to whoever is first; later ones find it armed early enough. */
	if (list_is_first(&held->list, &state->held))
		hrtimer_start(&state->timer, held->due, HRTIMER_MODE_ABS_SOFT);
	spin_unlock_irqrestore(&state->lock, flags);
}

/* Takes out the packets that are due, or all those that wait to be overtaken. */
static void collect(struct sib_fault_state *state, struct list_head *out, bool reordered)
{
	struct held_pkt *held, *next;
	ktime_t now = ktime_get();
	unsigned long flags;

	spin_lock_irqsave(&state->lock, flags);
	list_for_each_entry_safe(held, next, &state->held, list) {
		if (reordered ? !held->reorder : ktime_after(held->due, now))
			continue;
		list_move_tail(&held->list, out);
		state->num--;
		state->reordered -= held->reorder;
	}
	held = list_first_entry_or_null(&state->held, struct held_pkt, list);
	if (held)
		hrtimer_start(&state->timer, held->due, HRTIMER_MODE_ABS_SOFT);
	spin_unlock_irqrestore(&state->lock, flags);
}

/* Under rcu_read_lock(): the HCA is still in the fabric, or its packets are lost. */
static void release(struct sib_fault_state *state, bool reordered)
{
	struct sib_hca *hca = state->hca;
	struct held_pkt *held, *next;
	LIST_HEAD(out);

	collect(state, &out, reordered);
	list_for_each_entry_safe(held, next, &out, list) {
		if (rcu_access_pointer(hca->fabric->hcas[hca->index]) == hca)
			sib_fabric_forward(hca, &held->pkt);
		else
			sib_count_drop(&hca->port, SIB_DROP_LINK_DOWN);
		kfree(held);
	}
}

static enum hrtimer_restart held_timer(struct hrtimer *timer)
{
	struct sib_fault_state *state = container_of(timer, struct sib_fault_state, timer);

	rcu_read_lock();
	release(state, false);
	rcu_read_unlock();
	return HRTIMER_NORESTART;
}

/* Sends the first bytes of a packet alone, or with zeros in the place of the others. */
static void forward_cut(struct sib_hca *hca, const struct sib_pkt *pkt)
{
	static u8 zeros[SIB_STRETCH_MAX];
	u32 len = min_t(u32, READ_ONCE(hca->faults.cut_len), SIB_STRETCH_MAX);
	u32 left = min3(len, pkt->len, (u32)SIB_CUT_MAX);
	u8 data[SIB_CUT_MAX];
	struct kvec vec[] = { { .iov_base = data }, { .iov_base = zeros } };
	struct sib_pkt cut = *pkt;
	unsigned int i;

	for (i = 0; left && i < pkt->nvec; i++) {
		u32 part = min_t(u32, left, pkt->vec[i].iov_len);

		memcpy(data + vec[0].iov_len, pkt->vec[i].iov_base, part);
		vec[0].iov_len += part;
		left -= part;
	}
	if (len > SIB_CUT_MAX)
		vec[1].iov_len = len - vec[0].iov_len;
	cut.len = vec[0].iov_len + vec[1].iov_len;
	cut.csummed = false;
	cut.vec = vec;
	cut.nvec = ARRAY_SIZE(vec);
	sib_fabric_forward(hca, &cut);
}

/**
 * __sib_fault_xmit() - see sib_fault_xmit(), which found that some knob is set
 * @hca: the sender, attached
 * @pkt: the packet
 *
 * Context: under rcu_read_lock().
 * Return: true when they took it: dropped, or held for later.
 */
bool __sib_fault_xmit(struct sib_hca *hca, const struct sib_pkt *pkt)
{
	const struct sib_faults *faults = &hca->faults;
	u32 delay = READ_ONCE(faults->delay_us);

	if (!matches(faults, pkt->src_qpn))
		return false;
	if (take_one(&hca->faults.cut_once)) {
		forward_cut(hca, pkt);
		return true;
	}
	if (roll(READ_ONCE(faults->drop_ppm))) {
		sib_count_drop(&hca->port, SIB_DROP_FAULT);
		return true;
	}
	if (roll(READ_ONCE(faults->dup_ppm))) {
		if (delay)
			hold(hca, pkt, (u64)delay * NSEC_PER_USEC, false);
		else
			sib_fabric_forward(hca, pkt);
	}
	if (roll(READ_ONCE(faults->reorder_ppm))) {
		hold(hca, pkt, (u64)delay * NSEC_PER_USEC + REORDER_HOLD, !delay);
		return true;
	}
	if (delay)
		hold(hca, pkt, (u64)delay * NSEC_PER_USEC, false);
	return delay;
}

/**
 * sib_fault_sent() - a packet has gone: those held for reordering follow it
 * @hca: the sender, attached
 *
 * Context: under rcu_read_lock().
 */
void sib_fault_sent(struct sib_hca *hca)
{
	if (unlikely(READ_ONCE(hca->fault_state->reordered)))
		release(hca->fault_state, true);
}

/**
 * sib_fault_held() - how many packets are held
 * @hca: the sender
 *
 * Return: the number.
 */
unsigned int sib_fault_held(const struct sib_hca *hca)
{
	return READ_ONCE(hca->fault_state->num);
}

/**
 * sib_fault_init() - makes the queue of held packets
 * @hca: the HCA
 *
 * Return: 0 or -ENOMEM.
 */
int sib_fault_init(struct sib_hca *hca)
{
	struct sib_fault_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (!state)
		return -ENOMEM;
	state->hca = hca;
	spin_lock_init(&state->lock);
	INIT_LIST_HEAD(&state->held);
	hrtimer_setup(&state->timer, held_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	hca->fault_state = state;
	return 0;
}

/**
 * sib_fault_stop() - nothing is held after this
 * @hca: out of fabric->hcas[] for a grace period
 *
 * Context: process.
 */
void sib_fault_stop(struct sib_hca *hca)
{
	struct sib_fault_state *state = hca->fault_state;
	struct held_pkt *held, *next;

	/* The callback may rearm the timer while packets are left: none is, after these two. */
	hrtimer_cancel(&state->timer);
	list_for_each_entry_safe(held, next, &state->held, list) {
		sib_count_drop(&hca->port, SIB_DROP_LINK_DOWN);
		kfree(held);
	}
	INIT_LIST_HEAD(&state->held);
	state->num = 0;
	state->reordered = 0;
}

/**
 * sib_fault_free() - the opposite of sib_fault_init()
 * @hca: the HCA
 */
void sib_fault_free(struct sib_hca *hca)
{
	kfree(hca->fault_state);
	hca->fault_state = NULL;
}
