// SPDX-License-Identifier: GPL-2.0
/*
 * Interfaces are made and removed. The port's own interface is allocated here, a P_Key child by
 * child.c or rtnetlink; from ipoib_intf_prepare() on both are alike.
 *
 * The state belongs to the netdev: ndo_uninit undoes ndo_init, and priv_destructor, which runs when
 * the last reference is gone, frees it. After ndo_uninit no op of the accel is called any more.
 */
#include "intf.h"

#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <rdma/ib_cache.h>

#include "address.h"
#include "ah.h"
#include "compat.h"
#include "contract.h"
#include "ethtool_ops.h"
#include "link.h"
#include "mcast.h"
#include "netdev.h"
#include "params.h"
#include "path.h"
#include "pkey.h"
#include "pmtu.h"
#include "port.h"
#include "rtnl.h"
#include "sysfs.h"
#include "xmit.h"

/* Broadcast address without P_Key: ff1 2 (link-local), IPv4 signature (RFC 4391 section 4). */
static const u8 ipoib_broadcast[IPOIB_HW_ADDR_LEN] = {
	0x00, 0xff, 0xff, 0xff,
	0xff, 0x12, 0x40, 0x1b, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
};

static atomic_t ipoib_intf_count = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(ipoib_intf_gone);

void ipoib_intf_wait_gone(void)
{
	wait_event(ipoib_intf_gone, !atomic_read(&ipoib_intf_count));
}

void ipoib_intf_setup(struct net_device *dev)
{
	dev->header_ops = &ipoib_header_ops;
	dev->netdev_ops = &ipoib_netdev_ops;
	dev->watchdog_timeo = 10 * HZ;
	/* Zero would mean no qdisc: packets for a stopped queue would be dropped. */
	dev->tx_queue_len = ipoib_tx_queue_len();
	dev->flags |= IFF_BROADCAST | IFF_MULTICAST;
	dev->hard_header_len = IPOIB_HARD_LEN;
	dev->addr_len = IPOIB_HW_ADDR_LEN;
	dev->type = ARPHRD_INFINIBAND;
	dev->features = NETIF_F_VLAN_CHALLENGED | NETIF_F_HIGHDMA;
	dev->min_mtu = IPOIB_MIN_MTU;
	dev->max_mtu = IPOIB_MAX_MTU;
	dev->needs_free_netdev = true;
	/* It makes Ethernet headers, and would call ndo_start_xmit with interrupts off. */
	dev->priv_flags |= IFF_DISABLE_NETPOLL;
	netif_keep_dst(dev);
	memcpy(dev->broadcast, ipoib_broadcast, sizeof(ipoib_broadcast));
}

static void ipoib_intf_free(struct net_device *dev)
{
	struct rdma_netdev *rn = netdev_priv(dev);
	struct ipoib_dev *priv = ipoib_priv(dev);

	/* Whatever would still run on it uses memory that is gone, be it a minute later. */
	WARN_ON(delayed_work_pending(&priv->mcast_work) ||
		delayed_work_pending(&priv->path_gc) || delayed_work_pending(&priv->ah_work) ||
		work_pending(&priv->pmtu_work));
	ipoib_contract_exit(priv);
	kfree(priv);
	rn->clnt_priv = NULL;
	if (atomic_dec_and_test(&ipoib_intf_count))
		wake_up_all(&ipoib_intf_gone);
}

void ipoib_intf_abandon(struct net_device *dev)
{
	struct rdma_netdev *rn = netdev_priv(dev);

	/*
	 * When ndo_init had succeeded priv_destructor ran already. Or it will, at the end of RTNL:
	 * a notifier that refuses an interface has register_netdevice() unregister it.
	 */
	if (rn->clnt_priv && dev->reg_state != NETREG_UNREGISTERING)
		ipoib_intf_free(dev);
}

int ipoib_intf_prepare(struct net_device *dev, struct ipoib_port *port, struct net_device *parent,
		       u16 pkey)
{
	struct rdma_netdev *rn = netdev_priv(dev);
	struct ipoib_dev *priv;
	int ret;

	priv = kzalloc(sizeof(*priv), GFP_KERNEL);
	if (!priv)
		return -ENOMEM;

	priv->dev = dev;
	priv->port = port;
	priv->ops = port->accel->ops;
	priv->intf = (struct ipoib_intf) {
		.dev = dev,
		.parent = parent,
		.hca = port->hca,
		.port = port->num,
		.pd = port->pd,
		.max_ib_mtu = port->max_ib_mtu,
		.send_queue_size = ipoib_send_queue_size(),
		.recv_queue_size = ipoib_recv_queue_size(),
		.accel = port->accel,
	};
	ret = ipoib_contract_init(priv);
	if (ret) {
		kfree(priv);
		return ret;
	}
	mutex_init(&priv->op_lock);
	priv->carrier_at = get_jiffies_64();
	priv->notice_at = jiffies;
	priv->admin_mtu = ipoib_max_mtu(priv);
	/* rtnetlink has put the user's choice there, if any. */
	if (dev->mtu)
		priv->admin_mtu = min(dev->mtu, priv->admin_mtu);
	dev->mtu = priv->admin_mtu;
	rn->hca = port->hca;
	rn->port_num = port->num;
	rn->clnt_priv = &priv->intf;
	atomic_inc(&ipoib_intf_count);

	SET_NETDEV_DEV(dev, port->hca->dev.parent);
	dev->dev_port = port->num - 1;
	dev->dev_id = port->num - 1;
	ipoib_pkey_set(priv, pkey);
	return 0;
}

static int ipoib_intf_init_tables(struct ipoib_dev *priv)
{
	int ret;

	ret = ipoib_ah_init(priv);
	if (ret)
		return ret;
	ret = ipoib_mcast_init(priv);
	if (ret)
		goto exit_ah;
	ret = ipoib_path_init(priv);
	if (ret)
		goto exit_mcast;
	ipoib_pmtu_init(priv);
	return 0;

exit_mcast:
	ipoib_mcast_exit(priv);
exit_ah:
	ipoib_ah_exit(priv);
	return ret;
}

static void ipoib_intf_exit_tables(struct ipoib_dev *priv)
{
	ipoib_pmtu_exit(priv);
	ipoib_path_exit(priv);
	ipoib_mcast_exit(priv);
	ipoib_ah_exit(priv);
}

int ipoib_intf_init(struct net_device *dev)
{
	struct ipoib_dev *priv = ipoib_priv(dev);
	u32 qpn;
	int ret;

	ret = ipoib_intf_init_tables(priv);
	if (ret)
		return ret;
	ret = priv->ops->ib_dev_init(dev, priv->intf.hca, priv->intf.port, priv->intf.pkey, &qpn);
	if (ret)
		goto exit_tables;
	ret = ipoib_address_init(priv, qpn);
	if (ret)
		goto cleanup;
	ret = priv->ops->update_netdev_settings(dev);
	if (ret)
		goto cleanup;

	priv->tx_queues = dev->real_num_tx_queues;

	/* A card driver behind the accel may have put its own functions here. */
	ipoib_netdev_set_ops(priv);
	ipoib_ethtool_merge(priv);
	dev->priv_destructor = ipoib_intf_free;
	down_write(&priv->port->devs_sem);
	list_add_tail(&priv->node, &priv->port->devs);
	up_write(&priv->port->devs_sem);
	/* Whatever of P_Key, GID and port was read before, events did not find it here. */
	set_bit(IPOIB_TODO_LOOK, &priv->todo);
	ipoib_port_kick(priv->port);
	return 0;

cleanup:
	priv->ops->ib_dev_cleanup(dev);
exit_tables:
	ipoib_intf_exit_tables(priv);
	return ret;
}

void ipoib_intf_uninit(struct net_device *dev)
{
	struct ipoib_dev *priv = ipoib_priv(dev);

	ASSERT_RTNL();
	/* From here on the port's work does not see it. */
	down_write(&priv->port->devs_sem);
	list_del(&priv->node);
	up_write(&priv->port->devs_sem);
	ipoib_link_close(priv);
	ipoib_intf_exit_tables(priv);
	priv->ops->ib_dev_cleanup(dev);
}

struct net_device *ipoib_intf_alloc(struct ipoib_port *port, const char *name,
				    unsigned char name_assign_type, size_t *priv_size)
{
	unsigned int rx_queues = 1, tx_queues = 1;
	struct net_device *dev;
	int ret;

	*priv_size = 0;
	ret = port->accel->ops->get_mq_param(port->hca, port->num, priv_size, &rx_queues,
					     &tx_queues);
	if (ret)
		return ERR_PTR(ret);
	ipoib_contract_mq(port->accel, rx_queues, tx_queues);
	if (*priv_size < sizeof(struct rdma_netdev))
		return ERR_PTR(-EINVAL);
	dev = alloc_netdev_mqs(*priv_size, name, name_assign_type, ipoib_intf_setup, tx_queues,
			       rx_queues);
	return dev ?: ERR_PTR(-ENOMEM);
}

int ipoib_intf_create(struct ipoib_port *port)
{
	struct net_device *dev;
	size_t priv_size;
	u16 pkey;
	int ret;

	/* From the cache that ipoib_pkey_replaced() reads: one truth. */
	ret = ib_get_cached_pkey(port->hca, port->num, 0, &pkey);
	if (ret)
		return ret;
	dev = ipoib_intf_alloc(port, "ib%d", NET_NAME_UNKNOWN, &priv_size);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	/* It changes only between the port's removal and its coming back. */
	dev_net_set(dev, compat_hca_net(port->hca));
	ret = ipoib_intf_prepare(dev, port, NULL, pkey | IPOIB_PKEY_FULL);
	if (ret)
		goto free;
	ipoib_sysfs_prepare(dev);
	ipoib_rtnl_prepare(dev, priv_size);

	/* Not register_netdev(): who kills a modprobe would leave the port without. */
	rtnl_lock();
	ret = register_netdevice(dev);
	rtnl_unlock();
	if (ret)
		goto abandon;
	netdev_info(dev, "accel %s, P_Key 0x%04x, port %u of %s\n", port->accel->name,
		    ipoib_intf(dev)->pkey, port->num, dev_name(&port->hca->dev));
	return 0;

abandon:
	ipoib_intf_abandon(dev);
free:
	free_netdev(dev);
	return ret;
}

void ipoib_intf_unregister(struct ipoib_port *port, struct list_head *kill)
{
	struct ipoib_dev *priv;

	ASSERT_RTNL();
	/* Children first: a data path may share queues with its parent. */
	list_for_each_entry_reverse(priv, &port->devs, node)
		unregister_netdevice_queue(priv->dev, kill);
}
