// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/soft_ib: the test API. Values are decimal unless said otherwise.
 *
 *   strict_total     what clients did wrong so far: the sum over all HCAs and kinds; 0 is good
 *   strict           "sibN KIND COUNT" for each kind of each HCA that is not 0
 *   drops            "CAUSE COUNT" of every cause, summed over all ports
 *   meter/           whose the CPU's time was, with the parameter meter=1: see meter.c
 *
 *   sibN/link            read: "up" or "down", and the port's state; write "up" or "down" (or 1 or
 *                        0): the cable
 *   sibN/drop_ppm        of a million data packets that sibN sends, so many get lost
 *   sibN/dup_ppm         ... arrive twice
 *   sibN/reorder_ppm     ... are overtaken by the next one (or 10 ms late when there is none)
 *   sibN/delay_us        every data packet that sibN sends is so late
 *   sibN/rate_mbps       what sibN sends takes its time on a wire so fast, megabits a second: sends
 *                        wait for each other, and complete when they have left; 0: no time
 *   sibN/send_error_once the next so many sends complete with an error; the QP goes to SQE
 *   sibN/recv_error_once the next so many receives complete with an error; the QP goes to ERR
 *   sibN/qp_event_once   the next so many QPs that do so raise the event QP_FATAL besides
 *   sibN/recv_irq_lost_once  the next so many interrupts for a receive get lost: the CQ has told,
 *                        and nobody has heard
 *   sibN/send_unknown_once  the next so many sends complete with a wr_id that was never posted
 *   sibN/cq_event_once   with each of the next so many completions of sends the CQ tells of an
 *                        error, and nothing else is wrong with it
 *   sibN/recv_cq_dead_once, send_cq_dead_once
 *                        the CQ of each of the next so many receives, or sends, that complete is in
 *                        error from then on: completions are lost, and each raises CQ_ERR
 *   sibN/post_send_error_once, _ppm, post_recv_error_once, modify_error_once, query_qp_error_once,
 *   detach_error_once    the next so many calls of post_send, post_recv, modify_qp, query_qp,
 *                        detach_mcast are refused
 *   sibN/post_send_longest  sends of more bytes, but for large ones, are refused when they are
 *                        posted; 0: none
 *   sibN/cut_once        the next so many data packets that sibN sends arrive cut to cut_len bytes
 *   sibN/cut_len         0 to 64; up to 4096: with zeros behind the first 64 bytes
 *   sibN/length_error    1: a packet longer than the receive that it meets completes that with an
 *                        error, and the QP goes to ERR; 0: it is dropped
 *   sibN/slow_ms         query_port, modify_qp and a refused query_qp take so many milliseconds
 *   sibN/query_port_error, query_pkey_error  1: query_port, query_pkey fails
 *   sibN/events_lost           1: the port's events get lost
 *   sibN/sa              "KIND COUNT" of the requests to the subnet administrator; writing resets
 *   sibN/sa_mute         1: these requests get lost (drops: fault)
 *   sibN/stuck_sq        1: sends stay on their queues without completing; 0: they go on
 *   sibN/match_qpn       the faults above concern this QP alone (sender's or, for recv_error_once,
 *                        receiver's); 0: every QP but QP0 and QP1
 *   sibN/pkeys           read: "INDEX 0xVALUE" of each entry in use; write "INDEX 0xVALUE": sets it
 *                        as an SM would, with the event PKEY_CHANGE
 *   sibN/guids           read: "INDEX 0xGUID" of each entry in use; write "INDEX 0xGUID": sets an
 *                        alias GUID as an SM would, with the event GID_CHANGE
 *   sibN/lid             read: the base LID; write: another one, routed by the switch as if the SM
 *                        had reassigned it, with the event LID_CHANGE; needs to be free. The SA
 *                        goes on answering with the old LID, and at its next heavy sweep (SIGHUP)
 *                        OpenSM gives the port its old LID back: another LID_CHANGE
 *   sibN/event           write a name (client_reregister, sm_change, lid_change, pkey_change,
 *                        gid_change, port_err, port_active, device_fatal): raises that ib_event and
 *                        changes nothing else. ib_core keeps a gid_change for itself when it finds
 *                        every GID as it was
 *   sibN/drops           "CAUSE COUNT" of every cause: packets that sibN sent and the fabric
 *                        dropped, and packets that arrived at sibN and were not delivered; writing
 *                        resets them
 *   sibN/counters        "NAME COUNT": the PMA counters of sibN's port
 *   sibN/census          what there is on the HCA, see census.c
 *   sibN/held            packets that delay_us and reorder_ppm hold at this moment
 *   sibN/refused         what properties of sibN, or create_*_error_at, refused
 *
 * Files of an HCA exist while it is attached to the fabric, so that no knob reaches an HCA that
 * comes or goes: debugfs_remove_recursive() waits for those in use.
 */
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "fabric.h"
#include "meter.h"

/* Copies a short line from user space and strips it. */
static int get_line(char *line, size_t size, const char __user *buf, size_t len)
{
	if (!len || len >= size)
		return -EINVAL;
	if (copy_from_user(line, buf, len))
		return -EFAULT;
	line[len] = '\0';
	strim(line);
	return 0;
}

/* Defines the fops of a file that shows by NAME_show() and takes a line by NAME_store(). */
#define SIB_RW_FILE(name)							\
static int name##_open(struct inode *inode, struct file *file)			\
{										\
	return single_open(file, name##_show, inode->i_private);		\
}										\
										\
static ssize_t name##_write(struct file *file, const char __user *buf,		\
			    size_t len, loff_t *pos)				\
{										\
	struct seq_file *seq = file->private_data;				\
	char line[48];								\
	int ret = get_line(line, sizeof(line), buf, len);			\
										\
	if (!ret)								\
		ret = name##_store(seq->private, strim(line));			\
	return ret ? : len;							\
}										\
										\
static const struct file_operations name##_fops = {				\
	.owner = THIS_MODULE,							\
	.open = name##_open,							\
	.read = seq_read,							\
	.write = name##_write,							\
	.llseek = seq_lseek,							\
	.release = single_release,						\
}

static int link_show(struct seq_file *seq, void *unused)
{
	static const char * const states[] = {
		[IB_PORT_DOWN] = "down", [IB_PORT_INIT] = "init",
		[IB_PORT_ARMED] = "armed", [IB_PORT_ACTIVE] = "active",
	};
	struct sib_hca *hca = seq->private;

	seq_printf(seq, "%s %s\n", READ_ONCE(hca->port.cable) ? "up" : "down",
		   states[READ_ONCE(hca->port.state)]);
	return 0;
}

static int link_store(struct sib_hca *hca, const char *line)
{
	if (!strcmp(line, "up") || !strcmp(line, "1"))
		sib_port_cable(hca, true);
	else if (!strcmp(line, "down") || !strcmp(line, "0"))
		sib_port_cable(hca, false);
	else
		return -EINVAL;
	return 0;
}

SIB_RW_FILE(link);

static int pkeys_show(struct seq_file *seq, void *unused)
{
	struct sib_hca *hca = seq->private;
	unsigned int i;

	for (i = 0; i < SIB_PKEY_TABLE_LEN; i++) {
		u16 pkey = READ_ONCE(hca->port.pkeys[i]);

		if (pkey)
			seq_printf(seq, "%u 0x%04x\n", i, pkey);
	}
	return 0;
}

static int pkeys_store(struct sib_hca *hca, const char *line)
{
	unsigned int index, pkey;

	if (sscanf(line, "%u 0x%x", &index, &pkey) != 2 || pkey > U16_MAX)
		return -EINVAL;
	return sib_pkey_force(hca, index, pkey);
}

SIB_RW_FILE(pkeys);

static int guids_show(struct seq_file *seq, void *unused)
{
	struct sib_hca *hca = seq->private;
	unsigned int i;

	for (i = 0; i < SIB_GUID_TABLE_LEN; i++) {
		u64 guid = be64_to_cpu(READ_ONCE(hca->port.guids[i]));

		if (guid)
			seq_printf(seq, "%u 0x%016llx\n", i, guid);
	}
	return 0;
}

static int guids_store(struct sib_hca *hca, const char *line)
{
	unsigned int index;
	u64 guid;

	if (sscanf(line, "%u 0x%llx", &index, &guid) != 2)
		return -EINVAL;
	return sib_guid_force(hca, index, guid);
}

SIB_RW_FILE(guids);

static int lid_show(struct seq_file *seq, void *unused)
{
	struct sib_hca *hca = seq->private;

	seq_printf(seq, "%u\n", READ_ONCE(hca->port.lid));
	return 0;
}

static int lid_store(struct sib_hca *hca, const char *line)
{
	u16 lid;
	int ret = kstrtou16(line, 0, &lid);

	return ret ? : sib_port_force_lid(hca, lid);
}

SIB_RW_FILE(lid);

static const struct {
	const char *name;
	enum ib_event_type event;
} raw_events[] = {
	{ "client_reregister", IB_EVENT_CLIENT_REREGISTER },
	{ "sm_change", IB_EVENT_SM_CHANGE },
	{ "lid_change", IB_EVENT_LID_CHANGE },
	{ "pkey_change", IB_EVENT_PKEY_CHANGE },
	{ "gid_change", IB_EVENT_GID_CHANGE },
	{ "port_err", IB_EVENT_PORT_ERR },
	{ "port_active", IB_EVENT_PORT_ACTIVE },
	{ "device_fatal", IB_EVENT_DEVICE_FATAL },
};

static int event_show(struct seq_file *seq, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(raw_events); i++)
		seq_printf(seq, "%s\n", raw_events[i].name);
	return 0;
}

static int event_store(struct sib_hca *hca, const char *line)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(raw_events); i++) {
		if (strcmp(line, raw_events[i].name))
			continue;
		sib_port_dispatch(hca->fabric, hca->index, BIT(raw_events[i].event));
		return 0;
	}
	return -EINVAL;
}

SIB_RW_FILE(event);

static int drops_show(struct seq_file *seq, void *unused)
{
	struct sib_hca *hca = seq->private;
	unsigned int i;

	for (i = 0; i < SIB_DROP_NUM; i++)
		seq_printf(seq, "%s %lld\n", sib_drop_name(i),
			   (s64)atomic64_read(&hca->port.drops[i]));
	return 0;
}

static int drops_store(struct sib_hca *hca, const char *line)
{
	unsigned int i;

	for (i = 0; i < SIB_DROP_NUM; i++)
		atomic64_set(&hca->port.drops[i], 0);
	return 0;
}

SIB_RW_FILE(drops);

static int sa_show(struct seq_file *seq, void *unused)
{
	struct sib_hca *hca = seq->private;
	unsigned int i;

	for (i = 0; i < SIB_SA_NUM; i++)
		seq_printf(seq, "%s %lld\n", sib_sa_name(i),
			   (s64)atomic64_read(&hca->sa_requests[i]));
	return 0;
}

static int sa_store(struct sib_hca *hca, const char *line)
{
	unsigned int i;

	for (i = 0; i < SIB_SA_NUM; i++)
		atomic64_set(&hca->sa_requests[i], 0);
	return 0;
}

SIB_RW_FILE(sa);

static int counters_show(struct seq_file *seq, void *unused)
{
	struct sib_hca *hca = seq->private;

#define COUNTER(name) \
	seq_printf(seq, #name " %lld\n", (s64)atomic64_read(&hca->port.counters.name))
	COUNTER(xmit_data);
	COUNTER(rcv_data);
	COUNTER(xmit_pkts);
	COUNTER(rcv_pkts);
	COUNTER(ucast_xmit);
	COUNTER(ucast_rcv);
	COUNTER(mcast_xmit);
	COUNTER(mcast_rcv);
	COUNTER(xmit_discards);
	COUNTER(rcv_errors);
	COUNTER(link_downed);
	COUNTER(vl15_dropped);
	COUNTER(rcv_constraint_errors);
	COUNTER(xmit_constraint_errors);
#undef COUNTER
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int held_show(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "%u\n", sib_fault_held(seq->private));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(held);

static int refused_show(struct seq_file *seq, void *unused)
{
	struct sib_hca *hca = seq->private;

	seq_printf(seq, "%lld\n", (s64)atomic64_read(&hca->refused));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(refused);

static int stuck_sq_get(void *data, u64 *value)
{
	struct sib_hca *hca = data;

	*value = READ_ONCE(hca->faults.stuck_sq);
	return 0;
}

static int stuck_sq_set(void *data, u64 value)
{
	struct sib_hca *hca = data;

	WRITE_ONCE(hca->faults.stuck_sq, !!value);
	if (!value)
		sib_kick_send_queues(hca);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(stuck_sq_fops, stuck_sq_get, stuck_sq_set, "%llu\n");

/* The sum of all violations; shows each one that was counted, unless @seq is NULL. */
static s64 violations(struct sib_fabric *fabric, struct seq_file *seq)
{
	s64 total = 0;
	int index;
	int kind;

	rcu_read_lock();
	for (index = 0; index < fabric->num_hcas; index++) {
		struct sib_hca *hca = sib_hca_rcu(fabric, index);

		for (kind = 0; hca && kind < SIB_STRICT_NUM; kind++) {
			s64 count = atomic64_read(&hca->strict[kind]);

			total += count;
			if (seq && count)
				seq_printf(seq, SIB_DEVICE_NAME " %s %lld\n", index,
					   sib_violation_name(kind), count);
		}
	}
	rcu_read_unlock();
	return total;
}

static int strict_total_show(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "%lld\n", violations(seq->private, NULL));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(strict_total);

static int strict_show(struct seq_file *seq, void *unused)
{
	violations(seq->private, seq);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(strict);

static int all_drops_show(struct seq_file *seq, void *unused)
{
	struct sib_fabric *fabric = seq->private;
	unsigned int why;
	int index;

	for (why = 0; why < SIB_DROP_NUM; why++) {
		s64 count = atomic64_read(&fabric->sw.ports[0].drops[why]);

		rcu_read_lock();
		for (index = 0; index < fabric->num_hcas; index++) {
			struct sib_hca *hca = sib_hca_rcu(fabric, index);

			if (hca)
				count += atomic64_read(&hca->port.drops[why]);
		}
		rcu_read_unlock();
		seq_printf(seq, "%s %lld\n", sib_drop_name(why), count);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(all_drops);

/**
 * sib_debugfs_add() - makes the files of an HCA
 * @hca: the HCA, attached
 */
void sib_debugfs_add(struct sib_hca *hca)
{
	struct sib_faults *faults = &hca->faults;
	struct dentry *dir;
	char name[16];

	snprintf(name, sizeof(name), SIB_DEVICE_NAME, hca->index);
	dir = debugfs_create_dir(name, hca->fabric->dir);
	hca->dir = dir;
	debugfs_create_file("link", 0600, dir, hca, &link_fops);
	debugfs_create_u32("drop_ppm", 0600, dir, &faults->drop_ppm);
	debugfs_create_u32("dup_ppm", 0600, dir, &faults->dup_ppm);
	debugfs_create_u32("reorder_ppm", 0600, dir, &faults->reorder_ppm);
	debugfs_create_u32("delay_us", 0600, dir, &faults->delay_us);
	debugfs_create_u32("rate_mbps", 0600, dir, &faults->rate_mbps);
	debugfs_create_u32("send_error_once", 0600, dir, &faults->send_error_once);
	debugfs_create_u32("recv_error_once", 0600, dir, &faults->recv_error_once);
	debugfs_create_u32("qp_event_once", 0600, dir, &faults->qp_event_once);
	debugfs_create_u32("recv_irq_lost_once", 0600, dir, &faults->recv_irq_lost_once);
	debugfs_create_u32("send_unknown_once", 0600, dir, &faults->send_unknown_once);
	debugfs_create_u32("cq_event_once", 0600, dir, &faults->cq_event_once);
	debugfs_create_u32("recv_cq_dead_once", 0600, dir, &faults->recv_cq_dead_once);
	debugfs_create_u32("send_cq_dead_once", 0600, dir, &faults->send_cq_dead_once);
	debugfs_create_u32("post_send_error_once", 0600, dir, &faults->post_send_error_once);
	debugfs_create_u32("post_send_error_ppm", 0600, dir, &faults->post_send_error_ppm);
	debugfs_create_u32("post_send_longest", 0600, dir, &faults->post_send_longest);
	debugfs_create_u32("post_recv_error_once", 0600, dir, &faults->post_recv_error_once);
	debugfs_create_u32("modify_error_once", 0600, dir, &faults->modify_error_once);
	debugfs_create_u32("query_qp_error_once", 0600, dir, &faults->query_qp_error_once);
	debugfs_create_u32("detach_error_once", 0600, dir, &faults->detach_error_once);
	debugfs_create_u32("create_qp_error_at", 0600, dir, &faults->create_qp_error_at);
	debugfs_create_u32("create_cq_error_at", 0600, dir, &faults->create_cq_error_at);
	debugfs_create_u32("cut_once", 0600, dir, &faults->cut_once);
	debugfs_create_u32("cut_len", 0600, dir, &faults->cut_len);
	debugfs_create_bool("length_error", 0600, dir, &faults->length_error);
	debugfs_create_u32("slow_ms", 0600, dir, &faults->slow_ms);
	debugfs_create_bool("query_port_error", 0600, dir, &faults->query_port_error);
	debugfs_create_bool("events_lost", 0600, dir, &faults->events_lost);
	debugfs_create_bool("query_pkey_error", 0600, dir, &faults->query_pkey_error);
	debugfs_create_file("sa", 0600, dir, hca, &sa_fops);
	debugfs_create_u32("garble_ppm", 0600, dir, &faults->garble_ppm);
	debugfs_create_u32("sa_garble_ppm", 0600, dir, &faults->sa_garble_ppm);
	debugfs_create_bool("sa_mute", 0600, dir, &faults->sa_mute);
	debugfs_create_file("stuck_sq", 0600, dir, hca, &stuck_sq_fops);
	debugfs_create_u32("match_qpn", 0600, dir, &faults->match_qpn);
	debugfs_create_file("pkeys", 0600, dir, hca, &pkeys_fops);
	debugfs_create_file("guids", 0600, dir, hca, &guids_fops);
	debugfs_create_file("lid", 0600, dir, hca, &lid_fops);
	debugfs_create_file("event", 0600, dir, hca, &event_fops);
	debugfs_create_file("drops", 0600, dir, hca, &drops_fops);
	debugfs_create_file("counters", 0400, dir, hca, &counters_fops);
	sib_census_add(hca);
	debugfs_create_file("held", 0400, dir, hca, &held_fops);
	debugfs_create_file("refused", 0400, dir, hca, &refused_fops);
}

/**
 * sib_debugfs_del() - removes them, waiting for those in use
 * @hca: the HCA
 *
 * Context: process.
 */
void sib_debugfs_del(struct sib_hca *hca)
{
	debugfs_remove_recursive(hca->dir);
	hca->dir = NULL;
}

/**
 * sib_debugfs_init() - makes the root and its files
 * @fabric: the fabric
 */
void sib_debugfs_init(struct sib_fabric *fabric)
{
	fabric->dir = debugfs_create_dir("soft_ib", NULL);
	debugfs_create_file("strict_total", 0400, fabric->dir, fabric, &strict_total_fops);
	debugfs_create_file("strict", 0400, fabric->dir, fabric, &strict_fops);
	debugfs_create_file("drops", 0400, fabric->dir, fabric, &all_drops_fops);
	sib_meter_add(fabric->dir);
}

/**
 * sib_debugfs_exit() - removes them
 * @fabric: the fabric
 */
void sib_debugfs_exit(struct sib_fabric *fabric)
{
	debugfs_remove_recursive(fabric->dir);
	fabric->dir = NULL;
	sib_meter_exit();
}
