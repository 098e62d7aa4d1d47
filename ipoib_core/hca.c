// SPDX-License-Identifier: GPL-2.0
/*
 * Devices and ports come and go. Each InfiniBand port of a device gets a struct ipoib_port, offered
 * to the registry, which decides on the accel and so on an interface.
 */
#include "hca.h"

#include <linux/slab.h>

#include "choice.h"
#include "compat.h"
#include "event.h"
#include "match.h"
#include "port.h"
#include "registry.h"

/**
 * struct ipoib_hca - a device
 * @handler: asynchronous events of it
 * @num_ports: entries of @ports
 * @ports: by port number - 1; NULL for ports that are not InfiniBand
 */
struct ipoib_hca {
	struct ib_event_handler handler;
	unsigned int num_ports;
	struct ipoib_port *ports[];
};

static void ipoib_port_choose_work(struct work_struct *work)
{
	struct ipoib_port *port = container_of(work, struct ipoib_port, choose);

	ipoib_registry_choose(port, READ_ONCE(port->wanted));
}

static struct ipoib_port *ipoib_port_create(struct ib_device *hca, u32 num, const char *choice)
{
	struct ipoib_port *port;
	int ret;

	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return ERR_PTR(-ENOMEM);
	port->hca = hca;
	port->num = num;
	port->choice = choice;
	port->wanted = choice;
	INIT_LIST_HEAD(&port->node);
	INIT_LIST_HEAD(&port->devs);
	init_rwsem(&port->devs_sem);
	ratelimit_state_init(&port->log, IPOIB_PORT_LOG_INTERVAL, IPOIB_PORT_LOG_LINES);
	INIT_WORK(&port->choose, ipoib_port_choose_work);
	INIT_DELAYED_WORK(&port->work, ipoib_port_work);

	port->pd = ib_alloc_pd(hca, 0);
	if (IS_ERR(port->pd)) {
		ret = PTR_ERR(port->pd);
		kfree(port);
		return ERR_PTR(ret);
	}
	/* If that fails the port waits: its work asks again. */
	ipoib_event_look(port);
	return port;
}

bool ipoib_accel_may_log(const struct net_device *dev)
{
	return ipoib_port_may_log(ipoib_priv(dev));
}
EXPORT_SYMBOL_GPL(ipoib_accel_may_log);

static void ipoib_port_destroy(struct ipoib_port *port)
{
	/* It is not found any more for a new accel=, and the RDMA core tells of no new name. */
	cancel_work_sync(&port->choose);
	/* No event or interface is left that queues it. */
	cancel_delayed_work_sync(&port->work);
	ib_dealloc_pd(port->pd);
	kfree(port);
}

static void ipoib_hca_event(struct ib_event_handler *handler, struct ib_event *event)
{
	struct ipoib_hca *hca = container_of(handler, struct ipoib_hca, handler);
	unsigned int i;

	for (i = 0; i < hca->num_ports; i++) {
		/* A device that fails names some port, or none. */
		if (hca->ports[i] && (event->element.port_num == i + 1 ||
				      event->event == IB_EVENT_DEVICE_FATAL))
			ipoib_event(hca->ports[i], event->event);
	}
}

static void ipoib_hca_add_port(struct ipoib_hca *hca, struct ib_device *ibdev, u32 num)
{
	struct ipoib_port *port;

	if (!rdma_protocol_ib(ibdev, num))
		return;
	/* LIDs of 32 bits and SA records of another format: what we ask for would be wrong. */
	if (rdma_cap_opa_ah(ibdev, num)) {
		dev_warn(&ibdev->dev,
			 "ipoib_core: port %u left alone: Omni-Path is not supported; in-tree ib_ipoib serves it: see ipoib-accel(7)\n",
			 num);
		return;
	}
	port = ipoib_port_create(ibdev, num, ipoib_choice(ibdev, num));
	if (IS_ERR(port)) {
		dev_err(&ibdev->dev, "ipoib_core: port %u: no interface: error %ld\n", num,
			PTR_ERR(port));
		return;
	}
	hca->ports[num - 1] = port;
}

/*
 * Interfaces, whose end may take long, are left to works. One at a time: a device may get another
 * name while another list is written, and what was read first must not be stored last.
 */
static void ipoib_hca_look(struct ipoib_hca *hca, struct ib_device *ibdev)
{
	static DEFINE_MUTEX(lock);
	unsigned int i;

	mutex_lock(&lock);
	for (i = 0; i < hca->num_ports; i++) {
		if (!hca->ports[i])
			continue;
		WRITE_ONCE(hca->ports[i]->wanted, ipoib_choice(ibdev, i + 1));
		queue_work(system_long_wq, &hca->ports[i]->choose);
	}
	mutex_unlock(&lock);
}

/* The RDMA core keeps all devices as they are until this returns. */
static void ipoib_rename(struct ib_device *ibdev, void *client_data)
{
	ipoib_hca_look(client_data, ibdev);
	ipoib_choice_device();
}

void ipoib_hca_choose(void)
{
	struct ipoib_port *port;

	/* A device whose port is on the list is not let go while that is held. */
	mutex_lock(&ipoib_registry_lock);
	list_for_each_entry(port, &ipoib_ports, node)
		ipoib_hca_look(ib_get_client_data(port->hca, &ipoib_client), port->hca);
	mutex_unlock(&ipoib_registry_lock);
	ipoib_choice_device();
}

static int ipoib_add_one(struct ib_device *ibdev)
{
	struct ipoib_hca *hca;
	unsigned int i;

	hca = kzalloc(struct_size(hca, ports, ibdev->phys_port_cnt), GFP_KERNEL);
	if (!hca)
		goto no_memory;
	hca->num_ports = ibdev->phys_port_cnt;
	for (i = 0; i < hca->num_ports; i++)
		ipoib_hca_add_port(hca, ibdev, i + 1);
	ipoib_choice_device();

	ib_set_client_data(ibdev, &ipoib_client, hca);
	INIT_IB_EVENT_HANDLER(&hca->handler, ibdev, ipoib_hca_event);
	ib_register_event_handler(&hca->handler);
	for (i = 0; i < hca->num_ports; i++) {
		if (!hca->ports[i])
			continue;
		/* Whatever happened between the first look and the handler being there. */
		ipoib_event(hca->ports[i], IB_EVENT_SM_CHANGE);
		ipoib_registry_add_port(hca->ports[i]);
	}
	/* accel= may have changed before the ports were on the list. */
	ipoib_hca_look(hca, ibdev);
	return 0;

no_memory:
	/* The RDMA core goes on without us, and without a word. */
	dev_err(&ibdev->dev, "ipoib_core: no interface on any port: error %d\n", -ENOMEM);
	return -ENOMEM;
}

static void ipoib_remove_one(struct ib_device *ibdev, void *client_data)
{
	struct ipoib_hca *hca = client_data;
	unsigned int i;

	for (i = 0; i < hca->num_ports; i++) {
		if (hca->ports[i])
			ipoib_registry_remove_port(hca->ports[i]);
	}
	ib_unregister_event_handler(&hca->handler);
	for (i = 0; i < hca->num_ports; i++) {
		if (hca->ports[i])
			ipoib_port_destroy(hca->ports[i]);
	}
	kfree(hca);
}

static struct net_device *ipoib_get_net_dev(struct ib_device *ibdev, compat_port_t num, u16 pkey,
					    const union ib_gid *gid, const struct sockaddr *addr,
					    void *client_data)
{
	struct ipoib_hca *hca = client_data;

	if (!num || num > hca->num_ports || !hca->ports[num - 1])
		return NULL;
	return ipoib_match(hca->ports[num - 1], pkey, gid, addr);
}

struct ib_client ipoib_client = {
	.name = "ipoib_core",
	.add = ipoib_add_one,
	.remove = ipoib_remove_one,
	.rename = ipoib_rename,
	.get_net_dev_by_params = ipoib_get_net_dev,
};
