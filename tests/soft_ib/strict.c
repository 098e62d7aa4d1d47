// SPDX-License-Identifier: GPL-2.0
/* soft_ib: what a client of the verbs did wrong: counted always, logged the first time. */
#include <linux/kernel.h>

#include "soft_ib.h"

static const char * const names[SIB_STRICT_NUM] = {
	[SIB_STRICT_AH_DEAD] = "ah_dead",
	[SIB_STRICT_MR_DEAD] = "mr_dead",
	[SIB_STRICT_BAD_LKEY] = "bad_lkey",
	[SIB_STRICT_BAD_SGE] = "bad_sge",
	[SIB_STRICT_BAD_STATE] = "bad_state",
	[SIB_STRICT_SQ_OVERRUN] = "sq_overrun",
	[SIB_STRICT_RQ_OVERRUN] = "rq_overrun",
	[SIB_STRICT_CQ_OVERRUN] = "cq_overrun",
	[SIB_STRICT_BAD_CREATE] = "bad_create",
	[SIB_STRICT_BAD_MODIFY] = "bad_modify",
	[SIB_STRICT_BAD_WR] = "bad_wr",
	[SIB_STRICT_PD_MISMATCH] = "pd_mismatch",
	[SIB_STRICT_LEAK] = "leak",
	[SIB_STRICT_BUSY] = "busy",
};

/**
 * sib_violation() - a client broke a rule of the verbs
 * @hca: on which HCA
 * @kind: which rule
 * @fmt: what happened, for the log; no newline
 *
 * Context: any; queue locks may be held.
 */
void sib_violation(struct sib_hca *hca, enum sib_violation kind, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	if (!sib_strict || atomic64_inc_return(&hca->strict[kind]) != 1)
		return;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_warn("soft_ib: sib%d: strict: %s: %pV (later ones are only counted)\n", hca->index,
		names[kind], &vaf);
	va_end(args);
}

/**
 * sib_refuse() - a property of the HCA, or a knob, does not allow what a client asks for
 * @hca: the HCA
 * @err: what the client gets
 * @what: for the log
 *
 * That is no violation: a client may ask. Context: any.
 * Return: @err.
 */
int sib_refuse(struct sib_hca *hca, int err, const char *what)
{
	atomic64_inc(&hca->refused);
	pr_info_ratelimited("soft_ib: sib%d: refused: %s: error %d\n", hca->index, what, err);
	return err;
}

/**
 * sib_violation_name() - the name of a kind, as debugfs shows it
 * @kind: which
 *
 * Return: the name, or NULL when @kind is out of range.
 */
const char *sib_violation_name(enum sib_violation kind)
{
	return kind < SIB_STRICT_NUM ? names[kind] : NULL;
}
