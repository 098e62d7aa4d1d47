// SPDX-License-Identifier: GPL-2.0
/*
 * Answers of the netlink family (netlink.c): what is asked for, and how far the answer is.
 *
 * An answer is handed out in pieces, whenever the asker reads the next one, and no lock is held in
 * between. So what a piece ends at is kept as a name, not as a pointer: an interface by its index,
 * in the order of which they are told; a destination as dest.h says. An interface that came or went
 * between two pieces is said to have (NLM_F_DUMP_INTR): what was told may belong to two moments.
 *
 * A piece is made under RTNL, which keeps interfaces and their tables. Traffic does not take it.
 */
#include "netlink_dump.h"

#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "netdev.h"

/* What the kernel checks before anything is called, and shows by CTRL_CMD_GETPOLICY. */
const struct nla_policy ipoib_nl_policy[IPOIB_NL_FILTER_MAX + 1] = {
	[IPOIB_A_IFINDEX] = { .type = NLA_U32 },
	[IPOIB_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[IPOIB_A_HCA] = { .type = NLA_NUL_STRING, .len = IB_DEVICE_NAME_MAX - 1 },
	[IPOIB_A_PORT] = { .type = NLA_U32 },
	[IPOIB_A_GID] = { .type = NLA_BINARY, .len = sizeof(union ib_gid) },
	[IPOIB_A_ACCEL] = { .type = NLA_NUL_STRING, .len = IPOIB_ACCEL_NAME_MAX },
};

/* Finds the interface that was asked for. */
static int ipoib_nl_read_dev(struct ipoib_nl_dump *dump, struct netlink_callback *cb,
			     struct nlattr **tb)
{
	struct nlattr *by_index = tb[IPOIB_A_IFINDEX], *by_name = tb[IPOIB_A_IFNAME];
	struct net *net = sock_net(cb->skb->sk);
	struct net_device *dev = NULL;

	if (!by_index && !by_name)
		return 0;
	rtnl_lock();
	if (by_index)
		dev = __dev_get_by_index(net, nla_get_u32(by_index));
	if (by_name && (dev || !by_index)) {
		struct net_device *named = __dev_get_by_name(net, nla_data(by_name));

		dev = dev && dev != named ? NULL : named;
	}
	if (dev && ipoib_netdev_is_ours(dev))
		dump->only = dev->ifindex;
	rtnl_unlock();
	if (dump->only)
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, by_index ?: by_name,
			    "no such interface of ipoib_core in this network namespace");
	return -ENODEV;
}

/* What fits nothing, whatever there is, is a mistake of who asks. */
static int ipoib_nl_read_rest(struct ipoib_nl_dump *dump, struct netlink_callback *cb,
			      struct nlattr **tb)
{
	const char *name;

	if (tb[IPOIB_A_PORT])
		dump->port = nla_get_u32(tb[IPOIB_A_PORT]);
	if (tb[IPOIB_A_PORT] && !dump->port) {
		NL_SET_ERR_MSG_ATTR(cb->extack, tb[IPOIB_A_PORT], "ports are numbers from 1");
		return -EINVAL;
	}
	if (tb[IPOIB_A_GID] && nla_len(tb[IPOIB_A_GID]) != sizeof(dump->gid)) {
		NL_SET_ERR_MSG_ATTR(cb->extack, tb[IPOIB_A_GID], "a GID has 16 bytes");
		return -EINVAL;
	}
	if (tb[IPOIB_A_GID]) {
		memcpy(dump->gid.raw, nla_data(tb[IPOIB_A_GID]), sizeof(dump->gid.raw));
		dump->has_gid = true;
	}
	if (tb[IPOIB_A_HCA]) {
		name = nla_data(tb[IPOIB_A_HCA]);
		if (!*name) {
			NL_SET_ERR_MSG_ATTR(cb->extack, tb[IPOIB_A_HCA],
					    "the name of a device is not empty");
			return -EINVAL;
		}
		strscpy(dump->hca, name, sizeof(dump->hca));
	}
	if (tb[IPOIB_A_ACCEL]) {
		name = nla_data(tb[IPOIB_A_ACCEL]);
		if (!*name) {
			NL_SET_ERR_MSG_ATTR(cb->extack, tb[IPOIB_A_ACCEL],
					    "the name of an accel is not empty");
			return -EINVAL;
		}
		strscpy(dump->accel, name, sizeof(dump->accel));
	}
	return 0;
}

/* The kernel has checked the types; which command takes which attribute it does not know. */
static int ipoib_nl_read(struct ipoib_nl_dump *dump, struct netlink_callback *cb, u32 filters)
{
	struct nlattr *tb[IPOIB_NL_FILTER_MAX + 1];
	unsigned int i;
	int ret;

	ret = nlmsg_parse(cb->nlh, GENL_HDRLEN, tb, IPOIB_NL_FILTER_MAX, ipoib_nl_policy,
			  cb->extack);
	if (ret)
		return ret;
	for (i = 0; i <= IPOIB_NL_FILTER_MAX; i++) {
		if (!tb[i] || (filters & BIT(i)))
			continue;
		NL_SET_ERR_MSG_ATTR(cb->extack, tb[i], "this command has no such filter");
		return -EINVAL;
	}
	ret = ipoib_nl_read_rest(dump, cb, tb);
	return ret ?: ipoib_nl_read_dev(dump, cb, tb);
}

int ipoib_nl_start(struct netlink_callback *cb, const struct genl_family *family, u32 filters)
{
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	struct net *net = sock_net(cb->skb->sk);
	struct ipoib_nl_dump *dump;
	int ret;

	/* Users may have as many of them as they have sockets. */
	dump = kzalloc(sizeof(*dump), GFP_KERNEL_ACCOUNT);
	if (!dump)
		return -ENOMEM;
	dump->family = family;
	dump->cmd = request->cmd;
	dump->admin = netlink_ns_capable(cb->skb, net->user_ns, CAP_NET_ADMIN);
	ret = ipoib_nl_read(dump, cb, filters);
	/* Nobody calls ipoib_nl_done() for what did not start. */
	if (ret)
		kfree(dump);
	else
		cb->args[0] = (long)dump;
	return ret;
}

int ipoib_nl_done(struct netlink_callback *cb)
{
	kfree(ipoib_nl_dump(cb));
	return 0;
}

void *ipoib_nl_begin(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct ipoib_nl_dump *dump = ipoib_nl_dump(cb);
	void *message;

	message = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, dump->family,
			      NLM_F_MULTI, dump->cmd);
	if (message)
		genl_dump_check_consistent(cb, message);
	return message;
}

int ipoib_nl_end(struct sk_buff *skb, void *message, bool failed)
{
	if (failed) {
		genlmsg_cancel(skb, message);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, message);
	return 0;
}

bool ipoib_nl_port_fits(const struct ipoib_nl_dump *dump, const struct ib_device *hca, u32 port)
{
	if (dump->port && dump->port != port)
		return false;
	return !dump->hca[0] || !strncmp(dump->hca, hca->name, sizeof(dump->hca) - 1);
}

/* The interface with the lowest index of those that are not done; RTNL. */
static struct ipoib_dev *ipoib_nl_next_dev(struct net *net, const struct ipoib_nl_dump *dump)
{
	struct net_device *dev, *next = NULL;

	for_each_netdev(net, dev) {
		unsigned int ifindex = dev->ifindex;

		if (ifindex < dump->ifindex || (next && dev->ifindex > next->ifindex) ||
		    (dump->only && dump->only != dev->ifindex) || !ipoib_netdev_is_ours(dev))
			continue;
		if (ipoib_nl_port_fits(dump, ipoib_priv(dev)->intf.hca, ipoib_priv(dev)->intf.port))
			next = dev;
	}
	return next ? ipoib_priv(next) : NULL;
}

/* From here on @ifindex is next, from its beginning; unsigned: there may be INT_MAX. */
static void ipoib_nl_go_to(struct ipoib_nl_dump *dump, unsigned int ifindex)
{
	dump->ifindex = ifindex;
	dump->index = 0;
	memset(&dump->at, 0, sizeof(dump->at));
}

int ipoib_nl_dump_devs(struct sk_buff *skb, struct netlink_callback *cb,
		       int (*fill)(struct sk_buff *skb, struct netlink_callback *cb,
				   struct ipoib_dev *priv))
{
	struct ipoib_nl_dump *dump = ipoib_nl_dump(cb);
	struct net *net = sock_net(cb->skb->sk);
	struct ipoib_dev *priv;
	int ret = 0;

	rtnl_lock();
	cb->seq = net->dev_base_seq;
	while (!ret && (priv = ipoib_nl_next_dev(net, dump))) {
		unsigned int ifindex = priv->dev->ifindex;

		/* What is known of how far we were is about one that went meanwhile. */
		if (ifindex != dump->ifindex)
			ipoib_nl_go_to(dump, ifindex);
		ret = fill(skb, cb, priv);
		if (!ret)
			ipoib_nl_go_to(dump, ifindex + 1);
	}
	rtnl_unlock();
	return ipoib_nl_result(skb, ret);
}

int ipoib_nl_put_dev(struct sk_buff *skb, const struct ipoib_dev *priv)
{
	if (nla_put_u32(skb, IPOIB_A_IFINDEX, priv->dev->ifindex) ||
	    nla_put_string(skb, IPOIB_A_IFNAME, priv->dev->name))
		return -EMSGSIZE;
	return 0;
}
