// SPDX-License-Identifier: GPL-2.0
/*
 * soft_ib: whose time it is. The benchmark runs two hosts and the HCAs between them on one CPU;
 * this says how much of the time was whose, so that the HCAs' can be left out, which cost nothing
 * where they are of silicon, and sender and receiver are told apart.
 *
 * - In a call of the verbs, in a timer of ours: the HCAs'; of the handlers of completions that we
 *   call meanwhile: that of the HCA's host.
 * - A task's: that of the host in whose network namespace it is; the file hostN has the inode
 *   number of that of sibN's.
 * - In a softirq: that of the host whose HCA is called next, or was called last: polling begins and
 *   ends there. Where none is called (timers, RCU), and of kernel threads: others'.
 *
 * A change costs time itself, which is counted apart. Ticks are those of get_cycles(): under
 * tests/vm/run --measure nanoseconds, which are instructions.
 */
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/timex.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "meter.h"
#include "verbs.h"

#define METER_HOSTS	8
/* Of a CPU: what softirqs have interrupted. A softirq interrupts no other one. */
#define METER_DEPTH	2

enum {
	METER_OTHER,
	METER_IDLE,
	METER_HCA,
	METER_ITSELF,
	METER_SOFTIRQ,		/* not known yet whose */
	METER_HOST,		/* and as many more as there are hosts */
	METER_NUM = METER_HOST + METER_HOSTS
};

struct meter {
	u64 ticks[METER_NUM];
	u64 since;
	u8 owner;
	u8 depth;
	u8 saved[METER_DEPTH];
};

static DEFINE_PER_CPU(struct meter, meters);
/* The network namespace of each host, by HCA; 0: none. */
static unsigned int meter_hosts[METER_HOSTS];
static DEFINE_MUTEX(meter_lock);

bool sib_meter;
module_param_named(meter, sib_meter, bool, 0444);
MODULE_PARM_DESC(meter, "say whose the CPU's time was, in debugfs (default off)");
bool sib_meter_runs;

static u8 meter_host(const struct sib_hca *hca)
{
	return hca->index < METER_HOSTS ? METER_HOST + hca->index : METER_OTHER;
}

/* What has passed is @whose; from now on it is @next's. With interrupts off. */
static void meter_switch(struct meter *meter, u8 whose, u8 next)
{
	u64 now = get_cycles();

	meter->ticks[whose] += now - meter->since;
	meter->owner = next;
	meter->since = get_cycles();
	meter->ticks[METER_ITSELF] += meter->since - now;
}

u8 __sib_meter_enter(const struct sib_hca *hca)
{
	struct meter *meter;
	unsigned long flags;
	u8 before;

	local_irq_save(flags);
	meter = this_cpu_ptr(&meters);
	before = meter->owner;
	if (before == METER_SOFTIRQ || (before != METER_HCA && in_serving_softirq())) {
		if (before == METER_SOFTIRQ)
			before = meter_host(hca);
		meter_switch(meter, before, METER_HCA);
		before = meter_host(hca);
	} else {
		meter_switch(meter, before, METER_HCA);
	}
	local_irq_restore(flags);
	return before;
}

u8 __sib_meter_client(const struct sib_hca *hca)
{
	struct meter *meter;
	unsigned long flags;
	u8 before;

	local_irq_save(flags);
	meter = this_cpu_ptr(&meters);
	before = meter->owner;
	meter_switch(meter, before, meter_host(hca));
	local_irq_restore(flags);
	return before;
}

void __sib_meter_leave(u8 before)
{
	struct meter *meter;
	unsigned long flags;

	local_irq_save(flags);
	meter = this_cpu_ptr(&meters);
	meter_switch(meter, meter->owner, before);
	local_irq_restore(flags);
}

static int meter_poll_cq(struct ib_cq *ibcq, int num, struct ib_wc *wc)
{
	u8 before = sib_meter_enter(to_sib_hca(ibcq->device));
	int ret = sib_poll_cq(ibcq, num, wc);

	sib_meter_leave(before);
	return ret;
}

static int meter_req_notify_cq(struct ib_cq *ibcq, enum ib_cq_notify_flags flags)
{
	u8 before = sib_meter_enter(to_sib_hca(ibcq->device));
	int ret = sib_req_notify_cq(ibcq, flags);

	sib_meter_leave(before);
	return ret;
}

static int meter_post_send(struct ib_qp *ibqp, const struct ib_send_wr *wr,
			   const struct ib_send_wr **bad)
{
	u8 before = sib_meter_enter(to_sib_hca(ibqp->device));
	int ret = sib_post_send(ibqp, wr, bad);

	sib_meter_leave(before);
	return ret;
}

static int meter_post_recv(struct ib_qp *ibqp, const struct ib_recv_wr *wr,
			   const struct ib_recv_wr **bad)
{
	u8 before = sib_meter_enter(to_sib_hca(ibqp->device));
	int ret = sib_post_recv(ibqp, wr, bad);

	sib_meter_leave(before);
	return ret;
}

const struct ib_device_ops sib_meter_ops = {
	.poll_cq = meter_poll_cq,
	.post_recv = meter_post_recv,
	.post_send = meter_post_send,
	.req_notify_cq = meter_req_notify_cq,
};

static u8 meter_task(const struct task_struct *task)
{
	const struct nsproxy *nsproxy = task->nsproxy;
	unsigned int i;

	if (is_idle_task(task))
		return METER_IDLE;
	if (!nsproxy || task->flags & PF_KTHREAD)
		return METER_OTHER;
	for (i = 0; i < METER_HOSTS; i++)
		if (meter_hosts[i] == nsproxy->net_ns->ns.inum)
			return METER_HOST + i;
	return METER_OTHER;
}

/* Its last argument is another one in some kernels, and not looked at. */
static void meter_sched_switch(void *data, bool preempt, struct task_struct *prev,
			       struct task_struct *next)
{
	struct meter *meter = this_cpu_ptr(&meters);

	meter->depth = 0;
	meter_switch(meter, meter->owner, meter_task(next));
}

static void meter_softirq_entry(void *data, unsigned int vec)
{
	struct meter *meter;
	unsigned long flags;

	local_irq_save(flags);
	meter = this_cpu_ptr(&meters);
	if (meter->depth < METER_DEPTH)
		meter->saved[meter->depth++] = meter->owner;
	meter_switch(meter, meter->owner, METER_SOFTIRQ);
	local_irq_restore(flags);
}

static void meter_softirq_exit(void *data, unsigned int vec)
{
	struct meter *meter;
	unsigned long flags;
	u8 whose;

	local_irq_save(flags);
	meter = this_cpu_ptr(&meters);
	whose = meter->owner == METER_SOFTIRQ ? METER_OTHER : meter->owner;
	meter_switch(meter, whose, meter->depth ? meter->saved[--meter->depth] : METER_OTHER);
	local_irq_restore(flags);
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *point;
} meter_probes[] = {
	{ "sched_switch", meter_sched_switch },
	{ "softirq_entry", meter_softirq_entry },
	{ "softirq_exit", meter_softirq_exit },
};

static void meter_find(struct tracepoint *point, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(meter_probes); i++)
		if (!strcmp(point->name, meter_probes[i].name))
			meter_probes[i].point = point;
}

static void meter_unregister(unsigned int n)
{
	while (n--)
		tracepoint_probe_unregister(meter_probes[n].point, meter_probes[n].probe, NULL);
	tracepoint_synchronize_unregister();
}

static int meter_start(void)
{
	unsigned int i;
	int cpu, err = 0;

	for_each_kernel_tracepoint(meter_find, NULL);
	for_each_possible_cpu(cpu) {
		memset(per_cpu_ptr(&meters, cpu), 0, sizeof(struct meter));
		per_cpu_ptr(&meters, cpu)->since = get_cycles();
	}
	for (i = 0; i < ARRAY_SIZE(meter_probes) && !err; i++)
		err = !meter_probes[i].point ? -ENOENT :
		      tracepoint_probe_register(meter_probes[i].point, meter_probes[i].probe, NULL);
	if (err) {
		meter_unregister(i - 1);
		return err;
	}
	WRITE_ONCE(sib_meter_runs, true);
	return 0;
}

static void meter_stop(void)
{
	WRITE_ONCE(sib_meter_runs, false);
	meter_unregister(ARRAY_SIZE(meter_probes));
}

static int meter_get(void *unused, u64 *value)
{
	*value = sib_meter_runs;
	return 0;
}

static int meter_set(void *unused, u64 value)
{
	int err = 0;

	mutex_lock(&meter_lock);
	if (value && !sib_meter_runs)
		err = meter_start();
	else if (!value && sib_meter_runs)
		meter_stop();
	mutex_unlock(&meter_lock);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(meter_fops, meter_get, meter_set, "%llu\n");

static u64 meter_sum(unsigned int owner)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(&meters, cpu)->ticks[owner]);
	return sum;
}

static int ticks_show(struct seq_file *seq, void *unused)
{
	unsigned int i;

	seq_printf(seq, "other %llu\n", meter_sum(METER_OTHER) + meter_sum(METER_SOFTIRQ));
	seq_printf(seq, "idle %llu\n", meter_sum(METER_IDLE));
	seq_printf(seq, "hca %llu\n", meter_sum(METER_HCA));
	seq_printf(seq, "meter %llu\n", meter_sum(METER_ITSELF));
	for (i = 0; i < METER_HOSTS; i++)
		seq_printf(seq, "host%u %llu\n", i, meter_sum(METER_HOST + i));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ticks);

/**
 * sib_meter_add() - its files
 * @dir: where
 */
void sib_meter_add(struct dentry *dir)
{
	char name[8];
	unsigned int i;

	if (!sib_meter)
		return;
	dir = debugfs_create_dir("meter", dir);
	debugfs_create_file("run", 0600, dir, NULL, &meter_fops);
	debugfs_create_file("ticks", 0400, dir, NULL, &ticks_fops);
	for (i = 0; i < METER_HOSTS; i++) {
		snprintf(name, sizeof(name), "host%u", i);
		debugfs_create_u32(name, 0600, dir, &meter_hosts[i]);
	}
}

/**
 * sib_meter_exit() - nothing is told any more
 *
 * Context: process; its files are gone.
 */
void sib_meter_exit(void)
{
	if (sib_meter_runs)
		meter_stop();
}
