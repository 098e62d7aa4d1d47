// SPDX-License-Identifier: GPL-2.0
/*
 * Asks rdma_cm for what a kernel client asks: RDMA_PS_UDP, that is address and route resolution and
 * a SIDR exchange (IBA 12.11). The passive side of it finds its interface with the help of the
 * IPoIB driver (get_net_dev_by_params): that is tested. In /sys/kernel/debug/rdma_cm_probe:
 *
 *   listen   write "ADDRESS PORT": answers requests to it, in the writer's network namespace, until
 *            the next one is written; "off" ends it. Reading: the interface and the addresses of
 *            each request, as "DEVICE FROM -> TO".
 *   connect  write "ADDRESS PORT": does all steps and fails with the error of the step that failed.
 *            Reading: the steps of the last one; and which interface a request with an IPv6
 *            address that nobody has would be for.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <rdma/ib_addr.h>
#include <rdma/rdma_cm.h>

/* What the passive side says its queue pair is: nobody sends to it. */
#define PROBE_QPN	0xabcde
#define PROBE_QKEY	0x1234
#define PROBE_STEP_MS	4000
#define PROBE_LOG_LEN	2048

struct probe_log {
	struct mutex lock; /* the rest */
	size_t len;
	char text[PROBE_LOG_LEN];
};

/* One connect; on its writer's stack. */
struct probe_connect {
	struct completion done;
	enum rdma_cm_event_type event;
	int status;
	u32 qpn;
	u32 qkey;
};

static struct probe_log probe_requests;
static struct probe_log probe_steps;
static DEFINE_MUTEX(probe_connect_lock); /* one connect at a time */
static struct rdma_cm_id *probe_listener;
static struct dentry *probe_dir;

static void probe_log_reset(struct probe_log *log)
{
	mutex_lock(&log->lock);
	log->len = 0;
	mutex_unlock(&log->lock);
}

static __printf(2, 3) void probe_log(struct probe_log *log, const char *format, ...)
{
	va_list args;

	mutex_lock(&log->lock);
	va_start(args, format);
	log->len += vscnprintf(log->text + log->len, sizeof(log->text) - log->len, format, args);
	va_end(args);
	mutex_unlock(&log->lock);
}

/* Name of the interface that rdma_cm chose for @id. */
static void probe_device(struct rdma_cm_id *id, char name[IFNAMSIZ])
{
	const struct rdma_dev_addr *addr = &id->route.addr.dev_addr;
	struct net_device *dev;

	strscpy(name, "none", IFNAMSIZ);
	rcu_read_lock();
	dev = dev_get_by_index_rcu(addr->net, addr->bound_dev_if);
	if (dev)
		strscpy(name, dev->name, IFNAMSIZ);
	rcu_read_unlock();
}

static void probe_request(struct rdma_cm_id *id)
{
	struct rdma_conn_param param = { .qp_num = PROBE_QPN, .qkey = PROBE_QKEY };
	char name[IFNAMSIZ];
	int ret;

	probe_device(id, name);
	ret = rdma_accept(id, &param);
	if (ret)
		probe_log(&probe_requests, "%s: accept failed: %d\n", name, ret);
	else
		probe_log(&probe_requests, "%s %pISpc -> %pISpc\n", name, &id->route.addr.dst_addr,
			  &id->route.addr.src_addr);
}

static int probe_listen_event(struct rdma_cm_id *id, struct rdma_cm_event *event)
{
	switch (event->event) {
	case RDMA_CM_EVENT_CONNECT_REQUEST:
		/* A new id, which is not needed once the answer is sent: not 0 destroys it. */
		probe_request(id);
		return 1;
	case RDMA_CM_EVENT_DEVICE_REMOVAL:
		return cmpxchg(&probe_listener, id, NULL) == id;
	default:
		return 0;
	}
}

static int probe_connect_event(struct rdma_cm_id *id, struct rdma_cm_event *event)
{
	struct probe_connect *connect = id->context;

	connect->event = event->event;
	connect->status = event->status;
	if (event->event == RDMA_CM_EVENT_ESTABLISHED) {
		connect->qpn = event->param.ud.qp_num;
		connect->qkey = event->param.ud.qkey;
	}
	complete(&connect->done);
	return 0;
}

/* Waits for the answer to a step that was asked for with result @ret, and logs what came. */
static int probe_step(struct probe_connect *connect, const char *name, int ret,
		      enum rdma_cm_event_type wanted)
{
	if (!ret && !wait_for_completion_timeout(&connect->done,
						 msecs_to_jiffies(3 * PROBE_STEP_MS)))
		ret = -ETIMEDOUT;
	if (ret) {
		probe_log(&probe_steps, "%s: %d\n", name, ret);
		return ret;
	}
	reinit_completion(&connect->done);
	probe_log(&probe_steps, "%s: %s %d\n", name, rdma_event_msg(connect->event),
		  connect->status);
	if (connect->event == wanted)
		return 0;
	return connect->status < 0 ? connect->status : -ECONNREFUSED;
}

/*
 * A peer's request says of which family its addresses are, whatever this host has: it is asked here
 * as rdma_cm would ask for one with an IPv6 address of nobody's.
 */
static void probe_stranger(struct rdma_cm_id *id)
{
	const struct sockaddr_in6 nobody = {
		.sin6_family = AF_INET6,
		.sin6_addr.s6_addr = { 0xfd, 9, 9 },
	};
	struct rdma_dev_addr *addr = &id->route.addr.dev_addr;
	struct net_device *dev;
	union ib_gid gid;

	rdma_addr_get_sgid(addr, &gid);
	dev = ib_get_net_dev_by_params(id->device, id->port_num, ib_addr_get_pkey(addr), &gid,
				       (const struct sockaddr *)&nobody);
	probe_log(&probe_steps, "a stranger with IPv6 would come to: %s\n",
		  dev ? dev->name : "none");
	dev_put(dev);
}

static int probe_steps_of(struct rdma_cm_id *id, struct probe_connect *connect,
			  struct sockaddr *to)
{
	struct rdma_conn_param param = { .qp_num = PROBE_QPN };
	char name[IFNAMSIZ];
	int ret;

	ret = rdma_resolve_addr(id, NULL, to, PROBE_STEP_MS);
	ret = probe_step(connect, "address", ret, RDMA_CM_EVENT_ADDR_RESOLVED);
	if (ret)
		return ret;
	probe_device(id, name);
	probe_log(&probe_steps, "device: %s\n", name);

	ret = rdma_resolve_route(id, PROBE_STEP_MS);
	ret = probe_step(connect, "route", ret, RDMA_CM_EVENT_ROUTE_RESOLVED);
	if (ret)
		return ret;

	probe_stranger(id);

	ret = rdma_connect(id, &param);
	ret = probe_step(connect, "connect", ret, RDMA_CM_EVENT_ESTABLISHED);
	if (ret)
		return ret;
	if (connect->qpn == PROBE_QPN && connect->qkey == PROBE_QKEY)
		return 0;
	probe_log(&probe_steps, "answer: QP 0x%x, Q_Key 0x%x\n", connect->qpn, connect->qkey);
	return -EPROTO;
}

static int probe_connect(struct sockaddr *to)
{
	struct probe_connect connect = {};
	struct rdma_cm_id *id;
	int ret;

	init_completion(&connect.done);
	id = rdma_create_id(current->nsproxy->net_ns, probe_connect_event, &connect, RDMA_PS_UDP,
			    IB_QPT_UD);
	if (IS_ERR(id))
		return PTR_ERR(id);
	ret = probe_steps_of(id, &connect, to);
	rdma_destroy_id(id);
	return ret;
}

static void probe_listen_end(void)
{
	struct rdma_cm_id *id = xchg(&probe_listener, NULL);

	if (id)
		rdma_destroy_id(id);
}

static int probe_listen(struct sockaddr *at)
{
	struct rdma_cm_id *id;
	int ret;

	id = rdma_create_id(current->nsproxy->net_ns, probe_listen_event, NULL, RDMA_PS_UDP,
			    IB_QPT_UD);
	if (IS_ERR(id))
		return PTR_ERR(id);
	ret = rdma_bind_addr(id, at);
	if (!ret)
		ret = rdma_listen(id, 4);
	if (ret) {
		rdma_destroy_id(id);
		return ret;
	}
	WRITE_ONCE(probe_listener, id);
	return 0;
}

/* Reads "ADDRESS PORT" or "off"; 1 for the latter. */
static int probe_parse(const char __user *user, size_t len, struct sockaddr_storage *addr)
{
	char text[64], *port;

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, len))
		return -EFAULT;
	text[len] = '\0';
	port = strim(text);
	if (!strcmp(port, "off"))
		return 1;
	strsep(&port, " ");
	if (!port)
		return -EINVAL;
	return inet_pton_with_scope(current->nsproxy->net_ns, AF_UNSPEC, strim(text), port, addr);
}

static ssize_t probe_read(struct probe_log *log, char __user *user, size_t len, loff_t *pos)
{
	ssize_t ret;

	mutex_lock(&log->lock);
	ret = simple_read_from_buffer(user, len, pos, log->text, log->len);
	mutex_unlock(&log->lock);
	return ret;
}

static ssize_t listen_read(struct file *file, char __user *user, size_t len, loff_t *pos)
{
	return probe_read(&probe_requests, user, len, pos);
}

static ssize_t connect_read(struct file *file, char __user *user, size_t len, loff_t *pos)
{
	return probe_read(&probe_steps, user, len, pos);
}

static ssize_t listen_write(struct file *file, const char __user *user, size_t len, loff_t *pos)
{
	struct sockaddr_storage addr;
	int ret;

	ret = probe_parse(user, len, &addr);
	if (ret < 0)
		return ret;
	mutex_lock(&probe_connect_lock);
	probe_listen_end();
	probe_log_reset(&probe_requests);
	if (!ret)
		ret = probe_listen((struct sockaddr *)&addr);
	mutex_unlock(&probe_connect_lock);
	return ret < 0 ? ret : len;
}

static ssize_t connect_write(struct file *file, const char __user *user, size_t len, loff_t *pos)
{
	struct sockaddr_storage addr;
	int ret;

	ret = probe_parse(user, len, &addr);
	if (ret)
		return ret < 0 ? ret : -EINVAL;
	mutex_lock(&probe_connect_lock);
	probe_log_reset(&probe_steps);
	ret = probe_connect((struct sockaddr *)&addr);
	mutex_unlock(&probe_connect_lock);
	return ret ?: len;
}

static const struct file_operations listen_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = listen_read,
	.write = listen_write,
};

static const struct file_operations connect_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = connect_read,
	.write = connect_write,
};

static int __init probe_init(void)
{
	mutex_init(&probe_requests.lock);
	mutex_init(&probe_steps.lock);
	probe_dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("listen", 0600, probe_dir, NULL, &listen_fops);
	debugfs_create_file("connect", 0600, probe_dir, NULL, &connect_fops);
	return 0;
}

static void __exit probe_exit(void)
{
	debugfs_remove(probe_dir);
	probe_listen_end();
}

module_init(probe_init);
module_exit(probe_exit);
MODULE_DESCRIPTION("rdma_cm over IPoIB interfaces: a probe for tests");
MODULE_LICENSE("GPL");
