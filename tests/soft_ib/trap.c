// SPDX-License-Identifier: GPL-2.0
/*
 * Notices to the SM (IBA 13.4.8, 14.2.5.1): trap 128 when a link of the switch changed, trap 144
 * when an HCA's capabilities or description did. A notice is repeated until the SM represses it,
 * a bounded number of times; a change that comes while one is outstanding starts it anew.
 *
 * State is under sm_lock. The MAD leaves from a work item, because a change is often made by an SMP
 * that is itself on its way.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "fabric.h"

#define TRAP_TRIES	5
#define TRAP_SETTLE	msecs_to_jiffies(10)	/* changes that come together are one notice */
#define TRAP_REPEAT	msecs_to_jiffies(500)

/* Notice.ProducerType and Type of the traps (IBA 14.2.5.1, table 131). */
#define PRODUCER_CA	1
#define PRODUCER_SWITCH	2
#define NOTICE_GENERIC	0x80
#define TYPE_URGENT	1
#define TYPE_INFO	4

#define TRAP_LINK_STATE	128
#define TRAP_LOCAL	144

/**
 * struct sib_notice - Notice, wire image of the part that an SMP carries
 * @type: IsGeneric 7, Type 6:0
 * @producer: ProducerType
 * @number: TrapNumber
 * @issuer_lid: of the sender
 * @toggle_count: NoticeToggle and NoticeCount, 0 in traps
 * @details: DataDetails of the trap
 * @link: trap 128: LIDADDR of the switch
 * @local: trap 144: LIDADDR, OtherLocalChanges, CapabilityMask, the kind of the other changes
 */
struct sib_notice {
	u8 type;
	u8 producer[3];
	__be16 number;
	__be16 issuer_lid;
	__be16 toggle_count;
	union {
		u8 details[54];
		struct {
			__be16 lid;
		} __packed link;
		struct {
			__be16 reserved;
			__be16 lid;
			u8 reserved2;
			u8 other_changes;
			__be32 cap_mask;
			__be16 change_flags;
		} __packed local;
	};
} __packed;
static_assert(sizeof(struct sib_notice) == IB_SMP_DATA_SIZE);

/**
 * struct sib_trap - the one notice that a node may have outstanding
 * @fabric: the fabric
 * @hca: whose; NULL: the switch's
 * @work: sends it
 * @tid: transaction that a TrapRepress names
 * @tries: how often it is still sent; 0: none outstanding
 * @changes: trap 144: bits of OtherLocalChanges since the last repress
 * @stopped: the node goes away
 */
struct sib_trap {
	struct sib_fabric *fabric;
	struct sib_hca *hca;
	struct delayed_work work;
	u64 tid;
	unsigned int tries;
	u8 changes;
	bool stopped;
};

static struct sib_port *trap_port(struct sib_trap *trap)
{
	return trap->hca ? &trap->hca->port : &trap->fabric->sw.ports[0];
}

static void fill_notice(struct sib_trap *trap, struct ib_smp *smp)
{
	struct sib_notice *notice = (struct sib_notice *)smp->data;
	struct sib_port_info *info = sib_port_info(trap_port(trap));

	smp->base_version = IB_MGMT_BASE_VERSION;
	smp->mgmt_class = IB_MGMT_CLASS_SUBN_LID_ROUTED;
	smp->class_version = 1;
	smp->method = IB_MGMT_METHOD_TRAP;
	smp->tid = cpu_to_be64(trap->tid);
	smp->attr_id = IB_SMP_ATTR_NOTICE;
	smp->mkey = info->mkey;
	notice->issuer_lid = info->lid;
	if (!trap->hca) {
		notice->type = NOTICE_GENERIC | TYPE_URGENT;
		notice->producer[2] = PRODUCER_SWITCH;
		notice->number = cpu_to_be16(TRAP_LINK_STATE);
		notice->link.lid = info->lid;
		return;
	}
	notice->type = NOTICE_GENERIC | TYPE_INFO;
	notice->producer[2] = PRODUCER_CA;
	notice->number = cpu_to_be16(TRAP_LOCAL);
	notice->local.lid = info->lid;
	notice->local.cap_mask = info->cap_mask;
	notice->local.other_changes = !!trap->changes;
	notice->local.change_flags = cpu_to_be16(trap->changes);
}

static void trap_work(struct work_struct *work)
{
	struct sib_trap *trap = container_of(to_delayed_work(work), struct sib_trap, work);
	struct sib_fabric *fabric = trap->fabric;
	struct sib_port_info *info = sib_port_info(trap_port(trap));
	struct ib_smp smp = {};
	struct kvec vec = { .iov_base = &smp, .iov_len = sizeof(smp) };
	struct sib_pkt pkt = { .src = trap->hca, .len = sizeof(smp), .vec = &vec, .nvec = 1 };

	spin_lock_irq(&fabric->sm_lock);
	/* Without an SM there is nobody to tell; the next one sweeps everything anyway. */
	if (!trap->tries || trap->stopped || !info->sm_lid || !info->lid) {
		trap->tries = 0;
		spin_unlock_irq(&fabric->sm_lock);
		return;
	}
	fill_notice(trap, &smp);
	pkt.slid = be16_to_cpu(info->lid);
	pkt.dlid = be16_to_cpu(info->sm_lid);
	pkt.sl = info->mtu_smsl & 0xf;
	if (--trap->tries)
		schedule_delayed_work(&trap->work, TRAP_REPEAT);
	spin_unlock_irq(&fabric->sm_lock);

	rcu_read_lock();
	if (trap->hca)
		sib_fabric_xmit(&pkt);
	else
		sib_switch_route(fabric, 0, &pkt);
	rcu_read_unlock();
}

/**
 * sib_trap_raise() - starts the notice of a node anew
 * @trap: whose: trap 128 of the switch, 144 of an HCA
 * @local_changes: trap 144: bits of OtherLocalChanges
 *
 * Context: under sm_lock.
 */
void sib_trap_raise(struct sib_trap *trap, u8 local_changes)
{
	lockdep_assert_held(&trap->fabric->sm_lock);
	if (trap->stopped)
		return;
	trap->changes |= local_changes;
	trap->tries = TRAP_TRIES;
	trap->tid++;
	mod_delayed_work(system_percpu_wq, &trap->work, TRAP_SETTLE);
}

/**
 * sib_trap_repress() - a TrapRepress arrives
 * @trap: at whom
 * @tid: its transaction
 *
 * Return: true when it was about the notice that is being repeated.
 */
bool sib_trap_repress(struct sib_trap *trap, __be64 tid)
{
	unsigned long flags;
	bool ours;

	spin_lock_irqsave(&trap->fabric->sm_lock, flags);
	ours = be64_to_cpu(tid) == trap->tid;
	if (ours) {
		/* The work item finds nothing to do. */
		trap->tries = 0;
		trap->changes = 0;
	}
	spin_unlock_irqrestore(&trap->fabric->sm_lock, flags);
	return ours;
}

/**
 * sib_trap_create() - makes the notices of a node
 * @fabric: the fabric
 * @hca: whose; NULL: the switch
 *
 * Return: NULL when there is no memory.
 */
struct sib_trap *sib_trap_create(struct sib_fabric *fabric, struct sib_hca *hca)
{
	struct sib_trap *trap = kzalloc(sizeof(*trap), GFP_KERNEL);

	if (!trap)
		return NULL;
	trap->fabric = fabric;
	trap->hca = hca;
	/* Transactions of different nodes differ, so that logs are easy to read. */
	trap->tid = (u64)(hca ? hca->index + 1 : 0) << 16;
	INIT_DELAYED_WORK(&trap->work, trap_work);
	return trap;
}

/**
 * sib_trap_stop() - no notice leaves after this
 * @trap: whose; may be NULL
 *
 * Context: process.
 */
void sib_trap_stop(struct sib_trap *trap)
{
	if (!trap)
		return;
	spin_lock_irq(&trap->fabric->sm_lock);
	trap->stopped = true;
	spin_unlock_irq(&trap->fabric->sm_lock);
	cancel_delayed_work_sync(&trap->work);
}

/**
 * sib_trap_free() - the opposite of sib_trap_create()
 * @trap: whose; may be NULL
 *
 * Context: process.
 */
void sib_trap_free(struct sib_trap *trap)
{
	sib_trap_stop(trap);
	kfree(trap);
}
