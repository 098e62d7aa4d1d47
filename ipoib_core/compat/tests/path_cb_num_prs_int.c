// SPDX-License-Identifier: GPL-2.0
/* 6.1 (int), 6.3 (unsigned int): the path record callback is told how many records came. */
#include <linux/module.h>
#include <rdma/ib_sa.h>

static void done(int status, struct sa_path_rec *rec, int num_prs, void *context)
{
}

int probe(struct ib_sa_client *client, struct ib_device *hca, struct sa_path_rec *rec)
{
	struct ib_sa_query *query;

	return ib_sa_path_rec_get(client, hca, 1, rec, 0, 1000, GFP_ATOMIC, done, NULL, &query);
}

MODULE_LICENSE("GPL");
