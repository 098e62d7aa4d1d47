/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel and of ref.h as accel_ref/moderate.c needs: it is compiled unchanged, with
 * this file in front of it and ref.h left out (-DACCEL_REF_H -include kernel.h -I include).
 */
#ifndef MODERATE_KERNEL_H
#define MODERATE_KERNEL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint16_t u16;

#define NSEC_PER_SEC	1000000000L
#define NSEC_PER_MSEC	1000000L
#define NSEC_PER_USEC	1000L

#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define div_u64(a, b)		((u64)(a) / (u32)(b))
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, value)	((x) = (value))
#define unlikely(x)		(x)
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

/* What the model says of the time and of the CPU that receives. */
u64 model_now(void);
bool model_idle(void);
#define ktime_get_ns()		model_now()
#define current			NULL
#define is_idle_task(task)	((void)(task), model_idle())

/* The model runs NAPI itself when a wait ends, and there is no HCA to be told. */
struct napi_struct { int unused; };
struct hrtimer { int unused; };
enum hrtimer_restart { HRTIMER_NORESTART };
#define HRTIMER_MODE_REL_PINNED	0
#define CLOCK_MONOTONIC		1
#define hrtimer_setup(timer, fn, clock, mode) \
	((void)(timer), (void)(fn), (void)(clock), (void)(mode))
#define napi_schedule(napi)	((void)(napi))
struct ib_cq { int unused; };
#define rdma_set_cq_moderation(cq, frames, usecs) \
	((void)(cq), (void)(frames), (void)(usecs), 0)

#include "../../accel_ref/moderate.h"

struct ref_txq { struct ib_cq *cq; };

struct ref_priv {
	bool adaptive_rx;
	unsigned int num_rxqs, num_txqs;
	struct ref_rxq *rxqs;
	struct ref_txq *txqs;
	struct { u16 rx_usecs, rx_frames, tx_usecs, tx_frames; } coal;
};

struct ref_rxq {
	struct ref_priv *priv;
	struct ib_cq *cq;
	unsigned int limit;
	struct ref_waits waits;
	struct napi_struct napi;
	struct hrtimer wait_timer;
};

#define ref_is_up(priv)		((void)(priv), true)

u32 ref_wait(struct ref_rxq *rxq, unsigned int packets);
void ref_wait_init(struct ref_rxq *rxq);
int ref_moderate(struct ref_priv *priv);

#endif /* MODERATE_KERNEL_H */
