// SPDX-License-Identifier: GPL-2.0
/*
 * The handle of a path, by what the SA says of it, and when the SA is asked about it again.
 */
#include "path.h"

#include "ah.h"
#include "dest.h"
#include "notice.h"
#include "trace.h"

/* Seconds between two queries that succeed: at least, and at most when nothing has changed. */
#define IPOIB_PATH_REFRESH	1
#define IPOIB_PATH_REFRESH_MAX	16

struct ipoib_ah *ipoib_path_make_ah(struct ipoib_dev *priv, struct sa_path_rec *rec)
{
	struct rdma_ah_attr attr;
	struct ipoib_ah *ah;
	int ret = -EBADMSG;

	if (ipoib_lid_is_port(be32_to_cpu(sa_path_get_dlid(rec))))
		ret = ib_init_ah_attr_from_path(priv->intf.hca, priv->intf.port, rec, &attr, NULL);
	if (!ret) {
		ah = ipoib_ah_create(priv, &attr);
		rdma_destroy_ah_attr(&attr);
		if (!IS_ERR(ah))
			return ah;
		ret = PTR_ERR(ah);
	}
	if (net_ratelimit())
		netdev_warn(priv->dev, "no address handle for %pI6: error %d\n", rec->dgid.raw,
			    ret);
	return NULL;
}

/* Do two handles, each of which may be NULL, lead elsewhere, or there otherwise? */
static bool ipoib_path_differs(const struct ipoib_ah *one, const struct ipoib_ah *other)
{
	if (!one || !other)
		return one != other;
	return one->dlid != other->dlid || one->sl != other->sl || one->rate != other->rate;
}

void ipoib_path_set_ah(struct ipoib_path *path, struct ipoib_ah *ah)
{
	struct ipoib_dest_table *paths = &path->priv->paths;
	struct ipoib_ah *old = ipoib_dest_ah(paths, &path->dest);

	if (ipoib_path_differs(old, ah)) {
		trace_ipoib_path_changed(path->priv, &path->dest.gid, old, ah);
		if (old)
			ipoib_notice(path->priv, IPOIB_NOTICE_PATH_CHANGED);
	}
	ipoib_dest_set_ah(paths, &path->dest, ah);
}

void ipoib_path_confirm(struct ipoib_path *path, struct ipoib_ah *ah)
{
	unsigned int refresh = path->refresh * 2;

	if (ipoib_path_differs(ipoib_dest_ah(&path->priv->paths, &path->dest), ah))
		refresh = 0;
	path->refresh = clamp_t(unsigned int, refresh, IPOIB_PATH_REFRESH, IPOIB_PATH_REFRESH_MAX);
	WRITE_ONCE(path->next_query, jiffies + path->refresh * HZ);
}

void ipoib_path_doubt(struct ipoib_path *path)
{
	unsigned long at = path->answered + IPOIB_PATH_REFRESH * HZ;

	if (!path->refresh || path->tries)
		return;
	path->refresh = IPOIB_PATH_REFRESH;
	/* Sooner, never later: @answered may be so long ago that jiffies have come round. */
	if (time_before(at, path->next_query))
		WRITE_ONCE(path->next_query, at);
}
