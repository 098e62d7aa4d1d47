/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ACCEL_REF_SILENCE_H
#define ACCEL_REF_SILENCE_H

#include "ref.h"

/* The HCA was not asked: it is silent. No driver's verb says this. */
#define REF_NOT_ASKED	(-EHOSTDOWN)

int ref_silence_get(struct ref_priv *priv);
void ref_silence_put(struct ref_priv *priv);
bool ref_hca_is_silent(const struct ref_priv *priv);
unsigned long ref_silence_left(const struct ref_priv *priv);
void ref_hca_ask(struct ref_priv *priv);
void ref_hca_ended(struct ref_priv *priv);
void ref_hca_told(struct ref_priv *priv, int err);
void ref_hca_answered(struct ref_priv *priv, bool qp, int err);
int ref_hca_error(struct ref_priv *priv, int err, unsigned long asked);
void ref_hca_ask_again(struct ref_priv *priv);
void ref_hca_ask_for_stop(struct ref_priv *priv);
void ref_hca_stopped(struct ref_priv *priv);

/* What an HCA may make us say again and again, or an interface's administrator. */
static inline bool ref_may_log(const struct ref_priv *priv)
{
	return ipoib_accel_may_log(priv->dev) && net_ratelimit();
}

#endif /* ACCEL_REF_SILENCE_H */
