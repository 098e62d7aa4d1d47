// SPDX-License-Identifier: GPL-2.0
/*
 * What the card says it can do. A capability is set only when the model has what it promises.
 */
#include <string.h>

#include "connectx.h"

#define CAP_TYPE_GENERAL	0
#define CAP_TYPE_ENHANCED	6
#define CAP_TYPE_FLOW_TABLE	7
#define CAP_TYPE_QOS		12
#define MAX			false
#define CURRENT			true

#define cap(name, value)	ifc_set(cmd_hca_cap, caps, name, value)

static void general(const struct card *card, u8 *caps)
{
	/* An InfiniBand card of one port, without virtual functions. */
	cap(port_type, MLX5_CAP_PORT_TYPE_IB);
	cap(num_ports, 1);
	cap(vport_group_manager, 1);
	cap(ud, 1);
	/* The kernel's driver does not go without these two, though no one here uses them. */
	cap(rc, 1);
	cap(xrc, 1);
	cap(pkv, 1);
	cap(qkv, 1);
	cap(cqe_version, 1);

	cap(ipoib_basic_offloads, card->knobs.ud_offloads);

	cap(log_max_qp, 12);
	cap(log_max_qp_sz, 15);
	cap(log_max_srq, 10);
	cap(log_max_srq_sz, 15);
	cap(log_max_rmp, 10);
	cap(log_max_cq, 12);
	cap(log_max_cq_sz, 22);
	cap(log_max_eq, 6);
	cap(log_max_eq_sz, 18);
	cap(log_max_mkey, 12);
	cap(log_max_pd, 10);
	cap(log_max_xrcd, 10);
	cap(log_max_mcg, 10);
	cap(max_qp_mcg, 64);
	cap(log_max_transport_domain, 6);
	cap(log_max_klm_list_size, 6);
	cap(log_max_bsf_list_size, 0);
	cap(log_max_mrw_sz, 31);
	cap(log_max_msg, 30);
	cap(log_max_ra_req_qp, 4);
	cap(log_max_ra_res_qp, 4);
	cap(max_wqe_sz_sq, 1024);
	cap(max_wqe_sz_rq, 512);
	cap(max_sgl_for_optimized_performance, 4);
	cap(max_indirection, 4);

	/* 2 and 0 stand for 32 GIDs and 128 P_Keys. */
	cap(gid_table_size, 2);
	cap(pkey_table_size, 0);

	cap(log_pg_sz, 12);
	cap(log_uar_page_sz, 0);
	cap(uar_sz, 24 - 20);
	cap(log_bf_reg_size, 9);
	cap(num_of_uars_per_page, 1);
	/* Of the timer in BAR 0. */
	cap(device_frequency_khz, 1000);
	cap(device_frequency_mhz, 1);
	cap(cq_moderation, 1);
	cap(cq_period_mode_modify, 1);
	/* Memory is registered by commands then, never by work requests. */
	cap(umr_modify_entity_size_disabled, 1);
	cap(max_qp_cnt, 100);
	if (card->enhanced) {
		cap(ipoib_enhanced_offloads, 1);
		cap(log_max_rq, 8);
		cap(log_max_sq, 8);
		cap(log_max_tir, 8);
		cap(log_max_tis, 6);
		cap(log_max_rqt, 8);
		cap(log_max_rqt_size, 8);
		cap(log_max_stride_sz_rq, 8);
		cap(log_min_stride_sz_rq, 4);
		cap(log_max_stride_sz_sq, 6);
		cap(log_min_stride_sz_sq, 6);
		cap(log_max_wq_sz, 15);
		cap(basic_cyclic_rcv_wqe, 1);
		cap(vport_counters, 1);
		/* These two have the driver set send queues aside, which nobody here makes. */
		cap(ts_cqe_to_dest_cqn, card->knobs.ptp_queues);
		cap(qos, !!card->knobs.qos_leaves);
	}
	cap(local_ca_ack_delay, 15);
	cap(stat_rate_support, 0);
}

static void enhanced(const struct card *card, u8 *caps)
{
	ifc_set(per_protocol_networking_offload_caps, caps, tunnel_stateless_vxlan,
		card->knobs.tunnels);
	ifc_set(per_protocol_networking_offload_caps, caps, tunnel_stateless_gre,
		card->knobs.tunnels);
	ifc_set(per_protocol_networking_offload_caps, caps, max_vxlan_udp_ports, 1);
	ifc_set(per_protocol_networking_offload_caps, caps, csum_cap, 1);
	ifc_set(per_protocol_networking_offload_caps, caps, max_lso_cap, 18);
	ifc_set(per_protocol_networking_offload_caps, caps, rss_ind_tbl_cap, 8);
}

static void qos(const struct card *card, u8 *caps)
{
	int log = 0;

	while (2u << log <= card->knobs.qos_leaves)
		log++;
	ifc_set(qos_cap, caps, nic_sq_scheduling, 1);
	ifc_set(qos_cap, caps, nic_bw_share, 1);
	ifc_set(qos_cap, caps, nic_rate_limit, 1);
	ifc_set(qos_cap, caps, log_max_qos_nic_queue_group, log);
}

static void flow_table(u8 *caps)
{
	u8 *receive = ifc_at(flow_table_nic_cap, caps, flow_table_properties_nic_receive);
	u8 *fields[] = {
		ifc_at(flow_table_prop_layout, receive, ft_field_support),
		ifc_at(flow_table_prop_layout, receive, ft_field_bitmask_support),
	};

	ifc_set(flow_table_prop_layout, receive, ft_support, 1);
	ifc_set(flow_table_prop_layout, receive, modify_root, 1);
	ifc_set(flow_table_prop_layout, receive, log_max_ft_size, 10);
	ifc_set(flow_table_prop_layout, receive, max_ft_level, 64);
	ifc_set(flow_table_prop_layout, receive, log_max_ft_num, 6);
	ifc_set(flow_table_prop_layout, receive, log_max_flow, 10);
	for (int i = 0; i < 2; i++) {
		ifc_set(flow_table_fields_supported, fields[i], outer_ether_type, 1);
		ifc_set(flow_table_fields_supported, fields[i], outer_ip_version, 1);
		ifc_set(flow_table_fields_supported, fields[i], outer_ip_protocol, 1);
		ifc_set(flow_table_fields_supported, fields[i], outer_sip, 1);
		ifc_set(flow_table_fields_supported, fields[i], outer_dip, 1);
		ifc_set(flow_table_fields_supported, fields[i], outer_tcp_sport, 1);
		ifc_set(flow_table_fields_supported, fields[i], outer_tcp_dport, 1);
		ifc_set(flow_table_fields_supported, fields[i], outer_udp_sport, 1);
		ifc_set(flow_table_fields_supported, fields[i], outer_udp_dport, 1);
	}
}

/**
 * caps_query() - QUERY_HCA_CAP
 * @cmd: the command
 *
 * Return: its status.
 */
enum status caps_query(struct command *cmd)
{
	u8 *caps = ifc_at(query_hca_cap_out, cmd->out, capability);
	bool current = cmd->modifier & 1;

	if (!cmd->card->enabled)
		return FAIL(cmd, BAD_SYS_STATE, "not enabled");
	switch (cmd->modifier >> 1) {
	case CAP_TYPE_GENERAL:
		if (current == CURRENT)
			memcpy(caps, cmd->card->caps, sizeof(cmd->card->caps));
		else
			general(cmd->card, caps);
		return OK;
	case CAP_TYPE_ENHANCED:
		if (!cmd->card->enhanced)
			break;
		enhanced(cmd->card, caps);
		return OK;
	case CAP_TYPE_FLOW_TABLE:
		if (!cmd->card->enhanced)
			break;
		flow_table(caps);
		return OK;
	case CAP_TYPE_QOS:
		if (!cmd->card->enhanced || !cmd->card->knobs.qos_leaves)
			break;
		qos(cmd->card, caps);
		return OK;
	}
	return FAIL(cmd, BAD_PARAM, "no such capabilities");
}

/**
 * caps_set() - SET_HCA_CAP
 * @cmd: the command
 *
 * Return: its status.
 */
enum status caps_set(struct command *cmd)
{
	const u8 *caps = ifc_at(set_hca_cap_in, cmd->in, capability);
	u8 max[ifc_size(cmd_hca_cap)] = {};

	if (!cmd->card->enabled || cmd->card->started)
		return FAIL(cmd, BAD_SYS_STATE, "only between ENABLE_HCA and INIT_HCA");
	if (cmd->modifier >> 1 != CAP_TYPE_GENERAL)
		return FAIL(cmd, BAD_PARAM, "no such capabilities");
	general(cmd->card, max);
	if (ifc_get(cmd_hca_cap, caps, log_max_qp) > ifc_get(cmd_hca_cap, max, log_max_qp) ||
	    ifc_get(cmd_hca_cap, caps, cmdif_checksum) ||
	    ifc_get(cmd_hca_cap, caps, log_uar_page_sz))
		return FAIL(cmd, BAD_PARAM, "more than the card has");
	memcpy(cmd->card->caps, caps, sizeof(cmd->card->caps));
	return OK;
}

/**
 * caps_reset() - what the card can do is what it will do
 * @card: that is reset
 */
void caps_reset(struct card *card)
{
	memset(card->caps, 0, sizeof(card->caps));
	general(card, card->caps);
}

/**
 * caps_knob() - what the card can do was changed; a driver that is there keeps what it found
 * @card: whose
 */
void caps_knob(struct card *card)
{
	if (!card->enabled)
		caps_reset(card);
}
