// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "ipoib": what the core knows, for programs. netlink/ipoib.yaml says
 * what is asked and answered, include/uapi/ipoib_netlink.h has the numbers.
 *
 * It changes nothing, and all requests are dumps. Accels and ports are told here, interfaces by
 * netlink_dev.c, groups and paths by netlink_dest.c, all by way of netlink_dump.c. Who listens to
 * "monitor" is told by the port's work (event.c) when an interface has another reason for having
 * no carrier and, once a second at most, how often something else happened to it; and by the
 * registry when a port is served otherwise.
 *
 * An asker sees what belongs to his socket's network namespace: its interfaces, and devices that
 * the RDMA core lets it use. What "ip" and sysfs do not tell, who talks to whom, needs
 * CAP_NET_ADMIN in the user namespace that owns it.
 */
#include "netlink.h"

#include <linux/module.h>
#include <linux/rtnetlink.h>

#include "choice.h"
#include "compat.h"
#include "link.h"
#include "netlink_dump.h"
#include "registry.h"
#include "trace.h"

/* Between two messages of what happens to an interface: anybody may make it happen often. */
#define IPOIB_NL_PAUSE	HZ

static const char *const ipoib_nl_binds[] = {
	[IPOIB_BIND_SERVED] = "",
	[IPOIB_BIND_FELL_BACK] = "an accel that is worth more failed to start",
	[IPOIB_BIND_LEFT_ALONE] = "accel= says none",
	[IPOIB_BIND_LOADING] = "modules of accels are being loaded, or the one before goes",
	[IPOIB_BIND_SILENT] = "the device does not tell the port's state; trying on",
	[IPOIB_BIND_NO_ACCEL] = "no accel that serves it is registered: load one, e.g. accel_ref",
	[IPOIB_BIND_NOT_LOADED] =
		"the module of the accel that accel= names is not loaded and was not found",
	[IPOIB_BIND_NOT_MATCHING] =
		"the accel that accel= names does not serve this device: use accel=auto or ref",
	[IPOIB_BIND_FAILED] =
		"the accel that accel= names failed to start, and so no other one is tried; trying on",
	[IPOIB_BIND_ALL_FAILED] = "no accel that matches works; trying on",
};

static_assert(ARRAY_SIZE(ipoib_nl_binds) == IPOIB_BIND_ALL_FAILED + 1);

static struct genl_family ipoib_nl_family;
/* The family is there, and so is its group of listeners; RTNL. */
static bool ipoib_nl_ready;

/* How many of the ports that the asker may see an accel serves. */
static unsigned int ipoib_nl_count_ports(const struct ipoib_accel *accel, const struct net *net)
{
	struct ipoib_port *port;
	unsigned int count = 0;

	list_for_each_entry(port, &ipoib_ports, node) {
		if (port->accel == accel && rdma_dev_access_netns(port->hca, net))
			count++;
	}
	return count;
}

static int ipoib_nl_put_accel(struct sk_buff *skb, struct netlink_callback *cb,
			      const struct ipoib_accel *accel)
{
	void *message = ipoib_nl_begin(skb, cb);
	struct module *owner = accel->owner;
	bool failed;

	if (!message)
		return -EMSGSIZE;
	failed = nla_put_string(skb, IPOIB_A_ACCEL, accel->name) ||
		 (owner && nla_put_string(skb, IPOIB_A_ACCEL_MODULE, module_name(owner))) ||
		 (owner && owner->version &&
		  nla_put_string(skb, IPOIB_A_ACCEL_VERSION, owner->version)) ||
		 nla_put_u32(skb, IPOIB_A_ACCEL_ABI, accel->abi_version) ||
		 nla_put_u32(skb, IPOIB_A_USED,
			     ipoib_nl_count_ports(accel, sock_net(cb->skb->sk)));
	return ipoib_nl_end(skb, message, failed);
}

/*
 * Accels and ports are counted through: when one came or went since the last piece, that is said
 * (cb->seq), and who asked asks again.
 */
static int ipoib_nl_dump_accels(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ipoib_nl_dump *dump = ipoib_nl_dump(cb);
	struct ipoib_accel *accel;
	unsigned int index = 0;
	int ret = 0;

	mutex_lock(&ipoib_registry_lock);
	cb->seq = ipoib_registry_changes;
	list_for_each_entry(accel, &ipoib_accels, node) {
		if (index++ < dump->index)
			continue;
		if (!dump->accel[0] || !strcmp(dump->accel, accel->name))
			ret = ipoib_nl_put_accel(skb, cb, accel);
		if (ret)
			break;
		dump->index = index;
	}
	mutex_unlock(&ipoib_registry_lock);
	return ipoib_nl_result(skb, ret);
}

static int ipoib_nl_put_aliases(struct sk_buff *skb, const struct ipoib_port *port)
{
	char name[IPOIB_CHOICE_NAME_MAX];
	unsigned int i;

	for (i = 0; ipoib_choice_name(port->hca, port->num, i, name); i++) {
		if (name[0] && nla_put_string(skb, IPOIB_A_ALIAS, name))
			return -EMSGSIZE;
	}
	return 0;
}

static int ipoib_nl_put_port_state(struct sk_buff *skb, const struct ipoib_port *port)
{
	unsigned int ib_mtu = READ_ONCE(port->max_ib_mtu);

	if (nla_put_string(skb, IPOIB_A_HCA, port->hca->name) ||
	    nla_put_u32(skb, IPOIB_A_PORT, port->num) || ipoib_nl_put_aliases(skb, port) ||
	    nla_put_u32(skb, IPOIB_A_PORT_STATE, READ_ONCE(port->state)) ||
	    nla_put_u32(skb, IPOIB_A_PORT_LID, READ_ONCE(port->lid)) ||
	    nla_put_u32(skb, IPOIB_A_SM_LID, READ_ONCE(port->sm_lid)) ||
	    (ib_mtu && nla_put_u32(skb, IPOIB_A_PORT_MTU, IPOIB_UD_MTU(ib_mtu))))
		return -EMSGSIZE;
	return 0;
}

static int ipoib_nl_put_bind(struct sk_buff *skb, const struct ipoib_port *port)
{
	enum ipoib_bind why = ipoib_registry_why(port);

	if (nla_put_string(skb, IPOIB_A_WANTED, port->choice) ||
	    (port->accel && nla_put_string(skb, IPOIB_A_ACCEL, port->accel->name)) ||
	    (port->accel && nla_put_u32(skb, IPOIB_A_PRIORITY, port->priority)) ||
	    nla_put_u32(skb, IPOIB_A_BIND, why) ||
	    nla_put_string(skb, IPOIB_A_BIND_TEXT, ipoib_nl_binds[why]))
		return -EMSGSIZE;
	if (port->refused[0] && (nla_put_string(skb, IPOIB_A_REFUSED, port->refused) ||
				 nla_put_u32(skb, IPOIB_A_REFUSED_ERROR, -port->refused_error)))
		return -EMSGSIZE;
	return 0;
}

static bool ipoib_nl_fits(const struct ipoib_nl_dump *dump, const struct ipoib_port *port,
			  const struct net *net)
{
	if (!ipoib_nl_port_fits(dump, port->hca, port->num) ||
	    !rdma_dev_access_netns(port->hca, net))
		return false;
	return !dump->accel[0] || (port->accel && !strcmp(dump->accel, port->accel->name));
}

static int ipoib_nl_put_port(struct sk_buff *skb, struct netlink_callback *cb,
			     const struct ipoib_port *port)
{
	void *message = ipoib_nl_begin(skb, cb);

	if (!message)
		return -EMSGSIZE;
	return ipoib_nl_end(skb, message, ipoib_nl_put_port_state(skb, port) ||
					  ipoib_nl_put_bind(skb, port));
}

static int ipoib_nl_dump_ports(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ipoib_nl_dump *dump = ipoib_nl_dump(cb);
	const struct net *net = sock_net(cb->skb->sk);
	struct ipoib_port *port;
	unsigned int index = 0;
	int ret = 0;

	mutex_lock(&ipoib_registry_lock);
	cb->seq = ipoib_registry_changes;
	list_for_each_entry(port, &ipoib_ports, node) {
		if (index++ < dump->index)
			continue;
		if (ipoib_nl_fits(dump, port, net))
			ret = ipoib_nl_put_port(skb, cb, port);
		if (ret)
			break;
		dump->index = index;
	}
	mutex_unlock(&ipoib_registry_lock);
	return ipoib_nl_result(skb, ret);
}

/* Filters of commands about interfaces, and of those about what is behind a GID. */
#define IPOIB_NL_BY_PORT	(BIT(IPOIB_A_HCA) | BIT(IPOIB_A_PORT))
#define IPOIB_NL_BY_DEV		(IPOIB_NL_BY_PORT | BIT(IPOIB_A_IFINDEX) | BIT(IPOIB_A_IFNAME))
#define IPOIB_NL_BY_GID		(IPOIB_NL_BY_DEV | BIT(IPOIB_A_GID))

static int ipoib_nl_start_accels(struct netlink_callback *cb)
{
	return ipoib_nl_start(cb, &ipoib_nl_family, BIT(IPOIB_A_ACCEL));
}

static int ipoib_nl_start_ports(struct netlink_callback *cb)
{
	return ipoib_nl_start(cb, &ipoib_nl_family, IPOIB_NL_BY_PORT | BIT(IPOIB_A_ACCEL));
}

static int ipoib_nl_start_devs(struct netlink_callback *cb)
{
	return ipoib_nl_start(cb, &ipoib_nl_family, IPOIB_NL_BY_DEV);
}

static int ipoib_nl_start_dests(struct netlink_callback *cb)
{
	return ipoib_nl_start(cb, &ipoib_nl_family, IPOIB_NL_BY_GID);
}

static const struct genl_ops ipoib_nl_ops[] = {
	{
		.cmd = IPOIB_CMD_ACCEL_GET,
		.start = ipoib_nl_start_accels,
		.dumpit = ipoib_nl_dump_accels,
		.done = ipoib_nl_done,
	},
	{
		.cmd = IPOIB_CMD_PORT_GET,
		.start = ipoib_nl_start_ports,
		.dumpit = ipoib_nl_dump_ports,
		.done = ipoib_nl_done,
	},
	{
		.cmd = IPOIB_CMD_DEV_GET,
		.start = ipoib_nl_start_devs,
		.dumpit = ipoib_nl_dump_links,
		.done = ipoib_nl_done,
	},
	{
		.cmd = IPOIB_CMD_GROUP_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.start = ipoib_nl_start_dests,
		.dumpit = ipoib_nl_dump_groups,
		.done = ipoib_nl_done,
	},
	{
		.cmd = IPOIB_CMD_PATH_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.start = ipoib_nl_start_dests,
		.dumpit = ipoib_nl_dump_paths,
		.done = ipoib_nl_done,
	},
	{
		.cmd = IPOIB_CMD_DROP_GET,
		.start = ipoib_nl_start_devs,
		.dumpit = ipoib_nl_dump_drops,
		.done = ipoib_nl_done,
	},
	{
		.cmd = IPOIB_CMD_TABLE_GET,
		.start = ipoib_nl_start_devs,
		.dumpit = ipoib_nl_dump_tables,
		.done = ipoib_nl_done,
	},
};

static_assert(ARRAY_SIZE(ipoib_nl_ops) == IPOIB_CMD_TABLE_GET);

static const struct genl_multicast_group ipoib_nl_groups[] = {
	{ .name = IPOIB_MCGRP_MONITOR, },
};

/* One policy for all commands: kernels differ in whether each can have its own. */
static struct genl_family ipoib_nl_family = {
	.name = IPOIB_FAMILY_NAME,
	.version = IPOIB_FAMILY_VERSION,
	.maxattr = IPOIB_NL_FILTER_MAX,
	.policy = ipoib_nl_policy,
	.netnsok = true,
	.parallel_ops = true,
	.ops = ipoib_nl_ops,
	.n_ops = ARRAY_SIZE(ipoib_nl_ops),
	.mcgrps = ipoib_nl_groups,
	.n_mcgrps = ARRAY_SIZE(ipoib_nl_groups),
	.module = THIS_MODULE,
};

/* A notification could not be made: who listens has to ask anew, as when its socket is full. */
static void ipoib_nl_lost(struct net *net)
{
	genl_set_err(&ipoib_nl_family, net, 0, 0, -ENOBUFS);
}

/* A notification for who listens in @net; NULL: nobody does, or they were told that it is lost. */
static struct sk_buff *ipoib_nl_notify(struct net *net, enum ipoib_cmd cmd, void **message)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&ipoib_nl_family, net, 0))
		return NULL;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (skb)
		*message = genlmsg_put(skb, 0, 0, &ipoib_nl_family, 0, cmd);
	else
		ipoib_nl_lost(net);
	return skb;
}

static void ipoib_nl_notified(struct net *net, struct sk_buff *skb, void *message, bool failed)
{
	if (failed) {
		nlmsg_free(skb);
		ipoib_nl_lost(net);
		return;
	}
	genlmsg_end(skb, message);
	genlmsg_multicast_netns(&ipoib_nl_family, net, skb, 0, 0, GFP_KERNEL);
}

static void ipoib_nl_tell_link(struct ipoib_dev *priv)
{
	struct net *net = dev_net(priv->dev);
	struct sk_buff *skb;
	void *message;

	skb = ipoib_nl_notify(net, IPOIB_CMD_DEV_NTF, &message);
	if (skb)
		ipoib_nl_notified(net, skb, message,
				  !message || ipoib_nl_put_intf(skb, priv, false));
}

static void ipoib_nl_tell_notice(struct ipoib_dev *priv, enum ipoib_notice what, u32 count)
{
	struct net *net = dev_net(priv->dev);
	struct sk_buff *skb;
	void *message;

	skb = ipoib_nl_notify(net, IPOIB_CMD_NOTICE_NTF, &message);
	if (skb)
		ipoib_nl_notified(net, skb, message,
				  !message || ipoib_nl_put_dev(skb, priv) ||
				  nla_put_u32(skb, IPOIB_A_NOTICE, what) ||
				  nla_put_u32(skb, IPOIB_A_COUNT, count));
}

/* The registry's listener. */
static void ipoib_nl_tell_port(const struct ipoib_port *port)
{
	struct net *net = compat_hca_net(port->hca);
	struct sk_buff *skb;
	void *message;

	lockdep_assert_held(&ipoib_registry_lock);
	skb = ipoib_nl_notify(net, IPOIB_CMD_PORT_NTF, &message);
	if (skb)
		ipoib_nl_notified(net, skb, message,
				  !message || ipoib_nl_put_port_state(skb, port) ||
				  ipoib_nl_put_bind(skb, port));
}

static unsigned long ipoib_nl_tell_notices(struct ipoib_dev *priv)
{
	unsigned int what;

	if (!test_bit(IPOIB_F_NOTICE, &priv->flags))
		return 0;
	/* In a long while jiffies come round. */
	if (time_in_range(jiffies, priv->notice_at - IPOIB_NL_PAUSE, priv->notice_at - 1))
		return max_t(long, priv->notice_at - jiffies, 1);
	priv->notice_at = jiffies + IPOIB_NL_PAUSE;
	/* Pairs with ipoib_notice(): a full barrier, as it was set. */
	test_and_clear_bit(IPOIB_F_NOTICE, &priv->flags);
	for (what = 0; what < IPOIB_NOTICE_NUM; what++) {
		unsigned int count = atomic_xchg(&priv->notices[what], 0);

		if (count)
			ipoib_nl_tell_notice(priv, what, count);
	}
	return 0;
}

unsigned long ipoib_netlink_tell(struct ipoib_dev *priv)
{
	enum ipoib_carrier_reason reason = ipoib_link_reason(priv);

	ASSERT_RTNL();
	if (!ipoib_nl_ready)
		return 0;
	if (reason != priv->told) {
		trace_ipoib_link_reason(priv, priv->told, reason);
		priv->told = reason;
		ipoib_nl_tell_link(priv);
	}
	return ipoib_nl_tell_notices(priv);
}

/* Who listens is told of what is under one of the two locks. */
static void ipoib_nl_set_ready(bool ready)
{
	mutex_lock(&ipoib_registry_lock);
	rtnl_lock();
	ipoib_nl_ready = ready;
	ipoib_registry_listen(ready ? ipoib_nl_tell_port : NULL);
	rtnl_unlock();
	mutex_unlock(&ipoib_registry_lock);
}

int ipoib_netlink_init(void)
{
	int ret = genl_register_family(&ipoib_nl_family);

	if (ret)
		return ret;
	ipoib_nl_set_ready(true);
	return 0;
}

void ipoib_netlink_exit(void)
{
	ipoib_nl_set_ready(false);
	genl_unregister_family(&ipoib_nl_family);
}
