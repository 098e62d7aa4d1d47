/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPoIB: what the card does with the headers of packets, and enhanced IPoIB's queues of its own.
 */
#ifndef CONNECTX_ENHANCED_H
#define CONNECTX_ENHANCED_H

#include "connectx.h"

/**
 * struct headers - what is in an IPoIB packet
 * @type: of what IPoIB encapsulates
 * @version: of IP, or 0
 * @protocol: of what IP carries
 * @fragment: it is part of a larger packet
 * @has_ports: TCP or UDP, with a whole header
 * @l3: where IP's header is
 * @l4: where the next one is
 * @source: IP address
 * @target: IP address
 * @address_len: of either
 * @source_port: of TCP or UDP
 * @target_port: of TCP or UDP
 */
struct headers {
	u16 type;
	u8 version;
	u8 protocol;
	bool fragment;
	bool has_ports;
	size_t l3;
	size_t l4;
	const u8 *source;
	const u8 *target;
	size_t address_len;
	u16 source_port;
	u16 target_port;
};

/* wq.c: queues without a queue pair */
enum status sq_create(struct command *cmd);
enum status sq_modify(struct command *cmd);
enum status sq_destroy(struct command *cmd);
enum status sq_query(struct command *cmd);
enum status rq_create(struct command *cmd);
enum status rq_modify(struct command *cmd);
enum status rq_destroy(struct command *cmd);
enum status rq_query(struct command *cmd);

/* tir.c */
enum status rqt_create(struct command *cmd);
enum status rqt_modify(struct command *cmd);
enum status rqt_destroy(struct command *cmd);
enum status tir_create(struct command *cmd);
enum status tir_modify(struct command *cmd);
enum status tir_destroy(struct command *cmd);
enum status tis_create(struct command *cmd);
enum status tis_destroy(struct command *cmd);
struct qp *tir_find(struct card *card, u32 number, const struct headers *headers, u32 *hash);
void tir_reset(struct card *card);

/* steering.c */
enum status flow_table_create(struct command *cmd);
enum status flow_table_modify(struct command *cmd);
enum status flow_table_destroy(struct command *cmd);
enum status flow_table_set_root(struct command *cmd);
enum status flow_group_create(struct command *cmd);
enum status flow_group_destroy(struct command *cmd);
enum status flow_rule_set(struct command *cmd);
enum status flow_rule_delete(struct command *cmd);
u32 steering_find(struct card *card, u32 root, const struct headers *headers);
void steering_reset(struct card *card);

/* offload.c */
void offload_find(const u8 *data, size_t len, struct headers *headers);
u16 offload_sum(u16 sum, const u8 *data, size_t len);
bool offload_find_inner(const u8 *data, size_t len, struct headers *headers);
void offload_checksums(u8 *data, size_t len, const struct headers *headers, bool l3, bool l4);
void offload_check(const u8 *data, size_t len, bool *l3, bool *l4);
bool offload_segment(u8 *data, size_t len, u32 number, size_t offset, bool last, bool inner);

#endif
