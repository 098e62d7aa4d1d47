// SPDX-License-Identifier: GPL-2.0
/*
 * sibN/census: what there is on an HCA, for tests that compare it with what a client says. A word
 * says what a line is about; owners are the modules that made a PD or a CQ, GIDs are 32 hexadecimal
 * digits.
 *
 *   port STATE lid LID device NAME qps N cqs N mrs N pds N held N
 *   gid GID                          one that the port answers to
 *   qp QPN STATE OWNER sends N of MAX receives N of MAX sent PACKETS BYTES got PACKETS BYTES
 *      gone PACKETS BYTES            sends that were not polled yet, receives without a packet
 *   cq VECTOR OWNER                  a CQ
 *   in QPN GID LID                   a QP that is attached to a group
 *   ah OWNER N                       AHs on the PDs of that owner
 */
#include <linux/rcupdate.h>
#include <linux/seq_file.h>

#include "fabric.h"
#include "verbs.h"

/* Modules that make PDs. */
#define CENSUS_OWNERS	8

static const char *census_owner(const struct ib_pd *pd)
{
	return pd && pd->res.kern_name ? pd->res.kern_name : "-";
}

static unsigned int census_count_cqs(struct sib_verbs *verbs)
{
	unsigned int cqs = 0;
	struct sib_cq *cq;

	mutex_lock(&verbs->cq_lock);
	list_for_each_entry(cq, &verbs->cqs, node)
		cqs++;
	mutex_unlock(&verbs->cq_lock);
	return cqs;
}

static void census_port(struct sib_hca *hca, struct seq_file *seq)
{
	static const char * const states[] = {
		[IB_PORT_DOWN] = "down", [IB_PORT_INIT] = "init",
		[IB_PORT_ARMED] = "armed", [IB_PORT_ACTIVE] = "active",
	};
	struct sib_verbs *verbs = hca->verbs;
	unsigned long index;
	unsigned int mrs = 0;
	union ib_gid gid;
	void *mr;
	int i;

	xa_for_each(&hca->mrs, index, mr)
		mrs++;
	seq_printf(seq, "port %s lid %u device %s qps %d cqs %u mrs %u pds %d held %u\n",
		   states[READ_ONCE(hca->port.state)], READ_ONCE(hca->port.lid),
		   dev_name(hca->parent), atomic_read(&verbs->num_uds),
		   census_count_cqs(verbs), mrs, atomic_read(&verbs->num_pds),
		   sib_fault_held(hca));
	for (i = 0; i < SIB_GUID_TABLE_LEN; i++) {
		sib_port_gid(&hca->port, i, &gid);
		if (gid.global.interface_id)
			seq_printf(seq, "gid %16phN\n", gid.raw);
	}
}

static void census_qp(const struct sib_qp *qp, struct seq_file *seq)
{
	static const char * const states[] = {
		[IB_QPS_RESET] = "reset", [IB_QPS_INIT] = "init", [IB_QPS_RTR] = "rtr",
		[IB_QPS_RTS] = "rts", [IB_QPS_SQD] = "sqd", [IB_QPS_SQE] = "sqe",
		[IB_QPS_ERR] = "err",
	};
	const struct sib_sq *sq = &qp->sq;
	const struct sib_rq *rq = &qp->rq;

	seq_printf(seq, "qp %06x %s %s", qp->qpn, states[READ_ONCE(qp->state)],
		   census_owner(qp->ibqp.pd));
	seq_printf(seq, " sends %u of %u receives %u of %u",
		   READ_ONCE(sq->head) - READ_ONCE(sq->tail), sq->max,
		   READ_ONCE(rq->head) - READ_ONCE(rq->proc), rq->max);
	seq_printf(seq, " sent %llu %llu got %llu %llu gone %llu %llu\n", READ_ONCE(sq->sent),
		   READ_ONCE(sq->sent_bytes), READ_ONCE(rq->got), READ_ONCE(rq->got_bytes),
		   READ_ONCE(rq->gone), READ_ONCE(rq->gone_bytes));
}

/* A QP stays until the end of a grace period after it has left the table, and its PD with it. */
static void census_qps(struct sib_hca *hca, struct seq_file *seq)
{
	struct sib_qp *qp;
	unsigned long qpn;

	rcu_read_lock();
	xa_for_each_start(&hca->qps, qpn, qp, SIB_FIRST_QPN)
		census_qp(qp, seq);
	rcu_read_unlock();
}

static void census_cqs(struct sib_verbs *verbs, struct seq_file *seq)
{
	struct sib_cq *cq;

	mutex_lock(&verbs->cq_lock);
	list_for_each_entry(cq, &verbs->cqs, node)
		seq_printf(seq, "cq %u %s\n", cq->vector, cq->ibcq.res.kern_name ?: "-");
	mutex_unlock(&verbs->cq_lock);
}

static void census_ahs(struct sib_hca *hca, struct seq_file *seq)
{
	struct {
		const char *name;
		unsigned int ahs;
	} owners[CENSUS_OWNERS] = {};
	struct sib_verbs *verbs = hca->verbs;
	struct sib_ah_rec *rec;
	unsigned int bucket, i;

	/* The lock keeps an AH from being destroyed, and an AH its PD. */
	spin_lock_irq(&verbs->ah_lock);
	for (bucket = 0; bucket < SIB_AH_BUCKETS; bucket++) {
		hlist_for_each_entry(rec, &verbs->ahs[bucket], node) {
			const char *name = census_owner(rec->pd);

			for (i = 0; i < CENSUS_OWNERS - 1 && owners[i].name; i++)
				if (!strcmp(owners[i].name, name))
					break;
			owners[i].name = name;
			owners[i].ahs++;
		}
	}
	spin_unlock_irq(&verbs->ah_lock);
	for (i = 0; i < CENSUS_OWNERS && owners[i].name; i++)
		seq_printf(seq, "ah %s %u\n", owners[i].name, owners[i].ahs);
}

static int census_show(struct seq_file *seq, void *unused)
{
	struct sib_hca *hca = seq->private;

	census_port(hca, seq);
	census_qps(hca, seq);
	census_cqs(hca->verbs, seq);
	sib_mcast_show(hca, seq);
	census_ahs(hca, seq);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(census);

/**
 * sib_census_add() - makes the file
 * @hca: the HCA, which has its folder
 */
void sib_census_add(struct sib_hca *hca)
{
	debugfs_create_file("census", 0400, hca->dir, hca, &census_fops);
}
