// SPDX-License-Identifier: GPL-2.0
/*
 * The wires: which port gets a packet.
 *
 *   HCA i  port 1 <--- link i ---> port i + 1  switch  port 0: its own SMA and PMA
 *
 * A packet crosses its links on the sender's CPU, inside rcu_read_lock(). sib_port_detach() clears
 * fabric->hcas[] and waits for a grace period, so no packet reaches an HCA that is going away.
 * Tables and port states are read as single words: a packet that races with the SM goes by the old
 * or by the new entry, as on real wires.
 */
#include <linux/rcupdate.h>

#include "fabric.h"

/* Virtual lane 15 carries SMPs alone, and passes as soon as the link trained (IBA 7.2.7). */
static bool is_vl15(const struct sib_pkt *pkt)
{
	return pkt->dest_qpn == 0;
}

static bool may_send(const struct sib_port *port, const struct sib_pkt *pkt)
{
	u8 state = READ_ONCE(port->state);

	return is_vl15(pkt) ? state >= IB_PORT_INIT : state == IB_PORT_ACTIVE;
}

/* An armed port receives data already; it only must not send any (IBA 7.2.7). */
static bool may_receive(const struct sib_port *port, const struct sib_pkt *pkt)
{
	u8 state = READ_ONCE(port->state);

	return is_vl15(pkt) ? state >= IB_PORT_INIT : state >= IB_PORT_ARMED;
}

/*
 * What comes in is looked at for its partition alone: the table is that of the HCA at the other end,
 * and what a limited member sends has the P_Key of a limited member. Whether the two ends may talk
 * (IBA 10.9.3) is a question to the port that it goes out of, and then to the receiver.
 */
static bool enforce_pkey_in(const struct sib_port *port, const struct sib_pkt *pkt)
{
	return is_vl15(pkt) || !(READ_ONCE(port->enforce) & SIB_ENFORCE_IN) ||
	       sib_pkey_member(port, pkt->pkey);
}

static bool enforce_pkey_out(const struct sib_port *port, const struct sib_pkt *pkt)
{
	return is_vl15(pkt) || !(READ_ONCE(port->enforce) & SIB_ENFORCE_OUT) ||
	       sib_pkey_match(port, pkt->pkey) >= 0;
}

/**
 * sib_drop() - counts a lost packet at its sender
 * @fabric: the fabric
 * @pkt: the packet; one of the switch counts at port 0
 * @why: the cause
 *
 * Context: any.
 */
void sib_drop(struct sib_fabric *fabric, const struct sib_pkt *pkt, enum sib_drop why)
{
	sib_count_drop(pkt->src ? &pkt->src->port : &fabric->sw.ports[0], why);
}

/**
 * sib_pkt_mad() - copies the MAD out of a packet
 * @pkt: the packet
 * @mad: SIB_MAD_SIZE bytes
 *
 * Return: false when the packet has another size.
 */
bool sib_pkt_mad(const struct sib_pkt *pkt, void *mad)
{
	unsigned int i;
	size_t at = 0;

	if (pkt->len != SIB_MAD_SIZE)
		return false;
	for (i = 0; i < pkt->nvec && at < SIB_MAD_SIZE; i++) {
		size_t n = min_t(size_t, pkt->vec[i].iov_len, SIB_MAD_SIZE - at);

		memcpy(mad + at, pkt->vec[i].iov_base, n);
		at += n;
	}
	return at == SIB_MAD_SIZE;
}

/**
 * sib_switch_output() - a packet leaves the switch
 * @fabric: the fabric
 * @port_num: an external port
 * @pkt: the packet
 *
 * Context: under rcu_read_lock().
 */
void sib_switch_output(struct sib_fabric *fabric, unsigned int port_num,
		       const struct sib_pkt *pkt)
{
	struct sib_port *port = &fabric->sw.ports[port_num];
	struct sib_hca *hca = sib_hca_rcu(fabric, port_num - 1);

	if (!hca || !may_send(port, pkt)) {
		atomic64_inc(&port->counters.xmit_discards);
		sib_drop(fabric, pkt, SIB_DROP_LINK_DOWN);
		return;
	}
	if (!enforce_pkey_out(port, pkt)) {
		atomic64_inc(&port->counters.xmit_constraint_errors);
		sib_drop(fabric, pkt, SIB_DROP_PKEY);
		return;
	}
	if (pkt->len > ib_mtu_enum_to_int(READ_ONCE(port->mtu))) {
		atomic64_inc(&port->counters.xmit_discards);
		sib_drop(fabric, pkt, SIB_DROP_LENGTH);
		return;
	}
	sib_pma_xmit(port, pkt);
	sib_pma_rcv(&hca->port, pkt);
	sib_recv(hca, pkt);
}

static void switch_multicast(struct sib_fabric *fabric, unsigned int in_port,
			     const struct sib_pkt *pkt)
{
	const unsigned long *ports = sib_switch_mft(fabric, pkt->dlid);
	unsigned int bits = fabric->sw.num_ports + 1;
	unsigned int port_num;

	/* Only in_port itself in the mask is a route too: nobody else has joined. */
	if (!ports || find_next_bit(ports, bits, 0) >= bits) {
		sib_drop(fabric, pkt, SIB_DROP_NO_ROUTE);
		return;
	}
	/* Port 0 has no multicast receivers. */
	for (port_num = find_next_bit(ports, bits, 1); port_num < bits;
	     port_num = find_next_bit(ports, bits, port_num + 1))
		if (port_num != in_port)
			sib_switch_output(fabric, port_num, pkt);
}

/**
 * sib_switch_route() - forwards a LID-routed packet inside the switch
 * @fabric: the fabric
 * @in_port: where it came in; 0: the switch itself sent it
 * @pkt: the packet
 *
 * Context: under rcu_read_lock().
 */
void sib_switch_route(struct sib_fabric *fabric, unsigned int in_port,
		      const struct sib_pkt *pkt)
{
	u8 out;

	if (sib_lid_is_mcast(pkt->dlid)) {
		switch_multicast(fabric, in_port, pkt);
		return;
	}
	out = sib_switch_lft(fabric, pkt->dlid);
	if (out > fabric->sw.num_ports)
		sib_drop(fabric, pkt, SIB_DROP_NO_ROUTE);
	else if (out)
		sib_switch_output(fabric, out, pkt);
	else if (pkt->dlid == READ_ONCE(fabric->sw.ports[0].lid))
		sib_switch_recv(fabric, in_port, pkt);
	else
		sib_drop(fabric, pkt, SIB_DROP_BAD_LID);
}

/* A packet comes out of link @link at the switch. */
static void switch_input(struct sib_fabric *fabric, int link, const struct sib_pkt *pkt)
{
	unsigned int in_port = link + 1;
	struct sib_port *port = &fabric->sw.ports[in_port];

	if (!may_receive(port, pkt)) {
		sib_drop(fabric, pkt, SIB_DROP_LINK_DOWN);
		return;
	}
	sib_pma_rcv(port, pkt);
	if (!enforce_pkey_in(port, pkt)) {
		atomic64_inc(&port->counters.rcv_constraint_errors);
		sib_drop(fabric, pkt, SIB_DROP_PKEY);
		return;
	}
	if (pkt->dlid != SIB_LID_PERMISSIVE)
		sib_switch_route(fabric, in_port, pkt);
	else if (is_vl15(pkt))
		sib_smi_recv(fabric, in_port, pkt);
	else
		sib_drop(fabric, pkt, SIB_DROP_NO_ROUTE);
}

/* To QPs of the sending port; the packet does not appear on the link. */
static void loop_back(struct sib_hca *hca, const struct sib_pkt *pkt)
{
	struct sib_pkt copy = *pkt;

	copy.loopback = true;
	sib_recv(hca, &copy);
}

/**
 * sib_fabric_forward() - routes an HCA's packet by the SM's tables, past the fault knobs
 * @src: the sender, attached
 * @pkt: the packet
 *
 * Context: under rcu_read_lock().
 */
void sib_fabric_forward(struct sib_hca *src, const struct sib_pkt *pkt)
{
	struct sib_fabric *fabric = src->fabric;
	struct sib_port *port = &src->port;
	bool own_lid = sib_port_has_lid(port, pkt->dlid);

	/* A node's SMA answers its own SM whatever the link does. */
	if (own_lid && is_vl15(pkt)) {
		loop_back(src, pkt);
		return;
	}
	if (!may_send(port, pkt)) {
		atomic64_inc(&port->counters.xmit_discards);
		sib_drop(fabric, pkt, SIB_DROP_LINK_DOWN);
		return;
	}
	if (pkt->len > ib_mtu_enum_to_int(READ_ONCE(port->mtu))) {
		sib_drop(fabric, pkt, SIB_DROP_LENGTH);
		return;
	}
	if (own_lid) {
		loop_back(src, pkt);
		return;
	}
	/* The HCA copies multicasts to its own members; the switch never sends them back. */
	if (sib_lid_is_mcast(pkt->dlid))
		loop_back(src, pkt);
	sib_pma_xmit(port, pkt);
	switch_input(fabric, src->index, pkt);
}

void sib_fabric_xmit(const struct sib_pkt *pkt)
{
	struct sib_hca *src = pkt->src;

	if (unlikely(sib_hca_rcu(src->fabric, src->index) != src)) {
		sib_count_drop(&src->port, SIB_DROP_LINK_DOWN);
	} else if (unlikely(sib_sa_xmit(src, pkt))) {
		sib_count_drop(&src->port, SIB_DROP_FAULT);
	} else if (!sib_fault_xmit(src, pkt)) {
		sib_fabric_forward(src, pkt);
		sib_fault_sent(src);
	}
}

/**
 * sib_fabric_init() - switch, tables and debugfs root
 * @fabric: zeroed but for num_hcas
 *
 * Return: 0 or -ENOMEM.
 */
int sib_fabric_init(struct sib_fabric *fabric)
{
	spin_lock_init(&fabric->sm_lock);
	sib_switch_init(fabric);
	fabric->sw.trap = sib_trap_create(fabric, NULL);
	if (!fabric->sw.trap)
		return -ENOMEM;
	sib_debugfs_init(fabric);
	return 0;
}

/**
 * sib_fabric_exit() - the opposite of sib_fabric_init()
 * @fabric: without any HCA
 */
void sib_fabric_exit(struct sib_fabric *fabric)
{
	sib_debugfs_exit(fabric);
	sib_trap_stop(fabric->sw.trap);
	sib_trap_free(fabric->sw.trap);
	fabric->sw.trap = NULL;
}
