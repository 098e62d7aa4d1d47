// SPDX-License-Identifier: GPL-2.0
/*
 * The performance management agent (IBA 16.1): PortCounters and PortCountersExtended are two views
 * of the same 64-bit counters; the small one sticks at its maximum.
 */
#include <linux/limits.h>

#include "fabric.h"

#define ALL_PORTS	0xff

static_assert(sizeof(struct ib_pma_mad) == SIB_MAD_SIZE);
static_assert(sizeof(struct ib_pma_portcounters) == 44);
static_assert(sizeof(struct ib_pma_portcounters_ext) == 72);

/* PortXmitData counts from LRH to ICRC in units of 4 bytes (IBA 16.1.3.5). */
static u64 pkt_words(const struct sib_pkt *pkt)
{
	u32 bytes = IB_LRH_BYTES + IB_BTH_BYTES + IB_DETH_BYTES + 4;

	if (pkt->has_grh)
		bytes += IB_GRH_BYTES;
	if (pkt->has_imm)
		bytes += 4;
	return (bytes + ALIGN(pkt->len, 4)) / 4;
}

/**
 * sib_pma_xmit() - counts a packet that a port sends
 * @port: the port
 * @pkt: the packet
 */
void sib_pma_xmit(struct sib_port *port, const struct sib_pkt *pkt)
{
	atomic64_add(pkt_words(pkt), &port->counters.xmit_data);
	atomic64_inc(&port->counters.xmit_pkts);
	if (sib_lid_is_mcast(pkt->dlid))
		atomic64_inc(&port->counters.mcast_xmit);
	else
		atomic64_inc(&port->counters.ucast_xmit);
}

/**
 * sib_pma_rcv() - counts a packet that arrives at a port
 * @port: the port
 * @pkt: the packet
 */
void sib_pma_rcv(struct sib_port *port, const struct sib_pkt *pkt)
{
	atomic64_add(pkt_words(pkt), &port->counters.rcv_data);
	atomic64_inc(&port->counters.rcv_pkts);
	if (sib_lid_is_mcast(pkt->dlid))
		atomic64_inc(&port->counters.mcast_rcv);
	else
		atomic64_inc(&port->counters.ucast_rcv);
}

/* The ports that a request means: [first, first + num) of an array. */
struct port_range {
	struct sib_port *first;
	unsigned int num;
};

#define SUM(range, field) \
	sum_counter(range, offsetof(struct sib_port, counters.field))

static atomic64_t *counter_at(struct sib_port *port, size_t offset)
{
	return (void *)port + offset;
}

static u64 sum_counter(const struct port_range *range, size_t offset)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < range->num; i++)
		sum += atomic64_read(counter_at(&range->first[i], offset));
	return sum;
}

/* One component of PortCounters or PortCountersExtended that a Set may overwrite. */
struct settable {
	__be16 select;
	size_t offset;
	u64 value;
};

static void set_counters(const struct port_range *range, __be16 select,
			 const struct settable *entry, unsigned int n)
{
	unsigned int i;

	for (; n; n--, entry++)
		for (i = 0; entry->select & select && i < range->num; i++)
			atomic64_set(counter_at(&range->first[i], entry->offset), entry->value);
}

#define SETTABLE(_select, _field, _value) { \
	.select = (_select), \
	.offset = offsetof(struct sib_port, counters._field), \
	.value = (_value), \
}

/* CounterSelect bit of PortRcvConstraintErrors and of PortXmitConstraintErrors. */
#define SEL_XMIT_CONSTRAINT	cpu_to_be16(0x0080)
#define SEL_RCV_CONSTRAINT	cpu_to_be16(0x0100)

static void set_port_counters(const struct port_range *range,
			      const struct ib_pma_portcounters *c)
{
	const struct settable table[] = {
		SETTABLE(IB_PMA_SEL_LINK_DOWNED, link_downed, c->link_downed_counter),
		SETTABLE(IB_PMA_SEL_PORT_RCV_ERRORS, rcv_errors, be16_to_cpu(c->port_rcv_errors)),
		SETTABLE(IB_PMA_SEL_PORT_XMIT_DISCARDS, xmit_discards,
			 be16_to_cpu(c->port_xmit_discards)),
		SETTABLE(SEL_XMIT_CONSTRAINT, xmit_constraint_errors,
			 c->port_xmit_constraint_errors),
		SETTABLE(SEL_RCV_CONSTRAINT, rcv_constraint_errors,
			 c->port_rcv_constraint_errors),
		SETTABLE(IB_PMA_SEL_PORT_VL15_DROPPED, vl15_dropped,
			 be16_to_cpu(c->vl15_dropped)),
		SETTABLE(IB_PMA_SEL_PORT_XMIT_DATA, xmit_data, be32_to_cpu(c->port_xmit_data)),
		SETTABLE(IB_PMA_SEL_PORT_RCV_DATA, rcv_data, be32_to_cpu(c->port_rcv_data)),
		SETTABLE(IB_PMA_SEL_PORT_XMIT_PACKETS, xmit_pkts,
			 be32_to_cpu(c->port_xmit_packets)),
		SETTABLE(IB_PMA_SEL_PORT_RCV_PACKETS, rcv_pkts,
			 be32_to_cpu(c->port_rcv_packets)),
	};

	set_counters(range, c->counter_select, table, ARRAY_SIZE(table));
}

static void get_port_counters(const struct port_range *range, u8 port_select,
			      struct ib_pma_portcounters *c)
{
	memset(c, 0, sizeof(*c));
	c->port_select = port_select;
	c->link_downed_counter = min_t(u64, SUM(range, link_downed), U8_MAX);
	c->port_rcv_errors = cpu_to_be16(min_t(u64, SUM(range, rcv_errors), U16_MAX));
	c->port_xmit_discards = cpu_to_be16(min_t(u64, SUM(range, xmit_discards), U16_MAX));
	c->port_xmit_constraint_errors =
		min_t(u64, SUM(range, xmit_constraint_errors), U8_MAX);
	c->port_rcv_constraint_errors = min_t(u64, SUM(range, rcv_constraint_errors), U8_MAX);
	c->vl15_dropped = cpu_to_be16(min_t(u64, SUM(range, vl15_dropped), U16_MAX));
	c->port_xmit_data = cpu_to_be32(min_t(u64, SUM(range, xmit_data), U32_MAX));
	c->port_rcv_data = cpu_to_be32(min_t(u64, SUM(range, rcv_data), U32_MAX));
	c->port_xmit_packets = cpu_to_be32(min_t(u64, SUM(range, xmit_pkts), U32_MAX));
	c->port_rcv_packets = cpu_to_be32(min_t(u64, SUM(range, rcv_pkts), U32_MAX));
}

static void set_port_counters_ext(const struct port_range *range,
				  const struct ib_pma_portcounters_ext *c)
{
	const struct settable table[] = {
		SETTABLE(IB_PMA_SELX_PORT_XMIT_DATA, xmit_data, be64_to_cpu(c->port_xmit_data)),
		SETTABLE(IB_PMA_SELX_PORT_RCV_DATA, rcv_data, be64_to_cpu(c->port_rcv_data)),
		SETTABLE(IB_PMA_SELX_PORT_XMIT_PACKETS, xmit_pkts,
			 be64_to_cpu(c->port_xmit_packets)),
		SETTABLE(IB_PMA_SELX_PORT_RCV_PACKETS, rcv_pkts,
			 be64_to_cpu(c->port_rcv_packets)),
		SETTABLE(IB_PMA_SELX_PORT_UNI_XMIT_PACKETS, ucast_xmit,
			 be64_to_cpu(c->port_unicast_xmit_packets)),
		SETTABLE(IB_PMA_SELX_PORT_UNI_RCV_PACKETS, ucast_rcv,
			 be64_to_cpu(c->port_unicast_rcv_packets)),
		SETTABLE(IB_PMA_SELX_PORT_MULTI_XMIT_PACKETS, mcast_xmit,
			 be64_to_cpu(c->port_multicast_xmit_packets)),
		SETTABLE(IB_PMA_SELX_PORT_MULTI_RCV_PACKETS, mcast_rcv,
			 be64_to_cpu(c->port_multicast_rcv_packets)),
	};

	set_counters(range, c->counter_select, table, ARRAY_SIZE(table));
}

static void get_port_counters_ext(const struct port_range *range, u8 port_select,
				  struct ib_pma_portcounters_ext *c)
{
	memset(c, 0, sizeof(*c));
	c->port_select = port_select;
	c->port_xmit_data = cpu_to_be64(SUM(range, xmit_data));
	c->port_rcv_data = cpu_to_be64(SUM(range, rcv_data));
	c->port_xmit_packets = cpu_to_be64(SUM(range, xmit_pkts));
	c->port_rcv_packets = cpu_to_be64(SUM(range, rcv_pkts));
	c->port_unicast_xmit_packets = cpu_to_be64(SUM(range, ucast_xmit));
	c->port_unicast_rcv_packets = cpu_to_be64(SUM(range, ucast_rcv));
	c->port_multicast_xmit_packets = cpu_to_be64(SUM(range, mcast_xmit));
	c->port_multicast_rcv_packets = cpu_to_be64(SUM(range, mcast_rcv));
}

static u16 class_port_info(struct ib_pma_mad *mad)
{
	struct ib_class_port_info *info = (struct ib_class_port_info *)mad->data;

	if (mad->mad_hdr.method == IB_MGMT_METHOD_SET)
		return SIB_MAD_BAD_ATTR;
	memset(mad->data, 0, sizeof(mad->data));
	info->base_version = IB_MGMT_BASE_VERSION;
	info->class_version = 1;
	info->capability_mask = IB_PMA_CLASS_CAP_ALLPORTSELECT | IB_PMA_CLASS_CAP_EXT_WIDTH;
	/* 4.096 us << 18: about a second to answer. */
	ib_set_cpi_resp_time(info, 18);
	return SIB_MAD_OK;
}

static u16 pma_attr(struct sib_port *ports, unsigned int first, unsigned int last,
		    struct ib_pma_mad *mad)
{
	struct ib_pma_portcounters *c = (struct ib_pma_portcounters *)mad->data;
	bool set = mad->mad_hdr.method == IB_MGMT_METHOD_SET;
	struct port_range range = { .first = ports, .num = last - first + 1 };
	u8 select = c->port_select;

	if (mad->mad_hdr.attr_id == IB_PMA_CLASS_PORT_INFO)
		return class_port_info(mad);
	if (mad->mad_hdr.attr_id != IB_PMA_PORT_COUNTERS &&
	    mad->mad_hdr.attr_id != IB_PMA_PORT_COUNTERS_EXT)
		return SIB_MAD_BAD_ATTR;
	if (select != ALL_PORTS) {
		if (select < first || select > last)
			return SIB_MAD_BAD_VALUE;
		range.first += select - first;
		range.num = 1;
	}
	/* Both layouts begin with the selected port and counters. */
	if (mad->mad_hdr.attr_id == IB_PMA_PORT_COUNTERS) {
		if (set)
			set_port_counters(&range, c);
		get_port_counters(&range, select, c);
	} else {
		if (set)
			set_port_counters_ext(&range, (void *)mad->data);
		get_port_counters_ext(&range, select, (void *)mad->data);
	}
	return SIB_MAD_OK;
}

/**
 * sib_pma_answer() - turns a PerfMgt request into its response
 * @ports: ports of the node
 * @first: number of @ports[0]
 * @last: number of the last one
 * @mad: the MAD
 *
 * Return: false when it is no such request.
 */
bool sib_pma_answer(struct sib_port *ports, unsigned int first, unsigned int last,
		    struct ib_pma_mad *mad)
{
	struct ib_mad_hdr *hdr = &mad->mad_hdr;
	u16 status;

	if (hdr->mgmt_class != IB_MGMT_CLASS_PERF_MGMT || hdr->method & IB_MGMT_METHOD_RESP)
		return false;
	if (hdr->base_version != IB_MGMT_BASE_VERSION || hdr->class_version != 1)
		status = SIB_MAD_BAD_VERSION;
	else if (hdr->method != IB_MGMT_METHOD_GET && hdr->method != IB_MGMT_METHOD_SET)
		status = SIB_MAD_BAD_METHOD;
	else
		status = pma_attr(ports, first, last, mad);
	hdr->method = IB_MGMT_METHOD_GET_RESP;
	hdr->status = cpu_to_be16(status);
	return true;
}
