/* SPDX-License-Identifier: GPL-2.0 */
/* The HCA of the program, and chance. */
#ifndef SEND_HCA_H
#define SEND_HCA_H

#include "tx.h"

/* Sends that it holds at most, and SGEs of each. */
#define HCA_MOST	512
#define HCA_SGES	(MAX_SKB_FRAGS + 1)

/**
 * struct hca - what it is like; the program says
 * @room: sends that it holds; others are refused for want of room
 * @sges: of a send
 * @keeps: a send takes room until its completion was polled, or one behind it
 * @tells: asked for an interrupt it says that there are completions, and raises none; or it does
 * @refuses: one of so many sends is refused for good; 0: none
 * @busy: one of so many is refused for want of room that there is; 0: none
 * @unmapped: one of so many mappings fails; 0: none
 * @interrupt: one is on its way
 * @state: of the QP
 */
struct hca {
	unsigned int room;
	unsigned int sges;
	bool keeps;
	bool tells;
	unsigned int refuses;
	unsigned int busy;
	unsigned int unmapped;
	bool interrupt;
	enum ib_qp_state state;
};

extern struct hca hca;

u32 below(u32 n);
void hca_reset(void);
unsigned int hca_holds(void);
bool hca_send_one(void);
void hca_fail(enum ib_qp_state state);
unsigned int hca_mappings(void);

/* The program's: @len bytes have left. */
void has_left(const struct ib_ud_wr *wr, const u8 *bytes, unsigned int len);

#endif /* SEND_HCA_H */
