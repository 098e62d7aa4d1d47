// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool: driver, link and statistics are the core's; the rest is what the accel offers.
 */
#include "ethtool_ops.h"

#include <linux/ethtool.h>

#include "compat.h"
#include "port.h"

/* Mbit/s of data and encoding bits, which users know a lane's speed by. */
struct ipoib_lane_speed {
	unsigned int code;
	unsigned int mbps;
};

/* XDR of PortInfo's LinkSpeedActive and its extensions; older kernels have no name for it. */
#define IPOIB_SPEED_XDR		256

/* IBA 14.2.5.6 PortInfo LinkSpeedActive and its extensions, from SDR to XDR */
static const struct ipoib_lane_speed ipoib_lane_speeds[] = {
	{ IB_SPEED_SDR, 2500 }, { IB_SPEED_DDR, 5000 }, { IB_SPEED_QDR, 10000 },
	{ IB_SPEED_FDR10, 10000 }, { IB_SPEED_FDR, 14000 }, { IB_SPEED_EDR, 25000 },
	{ IB_SPEED_HDR, 50000 },
	{ IB_SPEED_NDR, 100000 }, { IPOIB_SPEED_XDR, 200000 },
};

/* The names of in-tree ib_ipoib, in its order, then ours. */
static const char ipoib_netdev_strings[][ETH_GSTRING_LEN] = {
	"rx_packets", "tx_packets", "rx_bytes", "tx_bytes",
	"tx_errors", "rx_dropped", "tx_dropped", "multicast",
};

const char ipoib_drop_strings[][ETH_GSTRING_LEN] = {
	[IPOIB_DROP_MALFORMED] = "tx_drop_malformed",
	[IPOIB_DROP_TOO_LONG] = "tx_drop_too_long",
	[IPOIB_DROP_NOT_OPEN] = "tx_drop_not_open",
	[IPOIB_DROP_PATH_QUEUE] = "tx_drop_path_queue",
	[IPOIB_DROP_PATH_LIMIT] = "tx_drop_path_limit",
	[IPOIB_DROP_UNREACHABLE] = "tx_drop_unreachable",
	[IPOIB_DROP_MCAST_QUEUE] = "tx_drop_mcast_queue",
	[IPOIB_DROP_MCAST_LIMIT] = "tx_drop_mcast_limit",
};

/* What peers were told of our QPs. */
static const char ipoib_told_strings[][ETH_GSTRING_LEN] = {
	[IPOIB_TOLD] = "qpn_told",
	[IPOIB_TOLD_AGAIN] = "qpn_told_again",
	[IPOIB_TOLD_NOT] = "qpn_not_told",
};

#define IPOIB_CORE_STATS \
	(ARRAY_SIZE(ipoib_netdev_strings) + IPOIB_DROP_NUM + IPOIB_TOLD_NUM)

static void ipoib_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	const struct ipoib_intf *intf = ipoib_intf(dev);

	/* Scripts look for in-tree's name; the version says who it is. */
	strscpy(info->driver, "ib_ipoib", sizeof(info->driver));
	snprintf(info->version, sizeof(info->version), "ipoib-accel %s %s", IPOIB_ACCEL_VERSION,
		 intf->accel->name);
	ib_get_device_fw_str(intf->hca, info->fw_version);
	strscpy(info->bus_info, intf->hca->dev.parent ? dev_name(intf->hca->dev.parent) : "",
		sizeof(info->bus_info));
}

static int ipoib_get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *cmd)
{
	const struct ipoib_port *port = ipoib_priv(dev)->port;
	unsigned int i;
	int width;

	cmd->base.speed = SPEED_UNKNOWN;
	cmd->base.duplex = DUPLEX_UNKNOWN;
	if (!netif_carrier_ok(dev))
		return 0;
	/*
	 * As of the port's last event: any user may ask, by /sys/class/net/X/speed, under RTNL, for
	 * which nobody is to wait for a card.
	 */
	cmd->base.duplex = DUPLEX_FULL;
	/* Links always train to the best that both ends can do. */
	cmd->base.autoneg = AUTONEG_ENABLE;
	cmd->base.port = PORT_OTHER;
	cmd->base.phy_address = 0xff;
	width = ib_width_enum_to_int(READ_ONCE(port->active_width));
	for (i = 0; i < ARRAY_SIZE(ipoib_lane_speeds); i++) {
		if (width > 0 && ipoib_lane_speeds[i].code == READ_ONCE(port->active_speed))
			cmd->base.speed = ipoib_lane_speeds[i].mbps * width;
	}
	return 0;
}

/* Counters of the accel's. When there are none it is not asked for them, as by ethtool's core. */
static unsigned int ipoib_accel_stats(struct net_device *dev)
{
	const struct ethtool_ops *accel = ipoib_priv(dev)->accel_ethtool;

	if (!accel || !accel->get_sset_count || !accel->get_strings || !accel->get_ethtool_stats)
		return 0;
	return max(accel->get_sset_count(dev, ETH_SS_STATS), 0);
}

static int ipoib_get_sset_count(struct net_device *dev, int sset)
{
	const struct ethtool_ops *accel = ipoib_priv(dev)->accel_ethtool;

	if (sset == ETH_SS_STATS)
		return IPOIB_CORE_STATS + ipoib_accel_stats(dev);
	return accel && accel->get_sset_count ? accel->get_sset_count(dev, sset) : -EOPNOTSUPP;
}

static bool ipoib_is_core_string(const char *name, const char (*core)[ETH_GSTRING_LEN])
{
	unsigned int i;

	for (i = 0; i < IPOIB_CORE_STATS; i++) {
		if (!strncmp(name, core[i], ETH_GSTRING_LEN))
			return true;
	}
	return false;
}

/* Two counters of one name could not be told apart: the accel's @num behind the core's change. */
static void ipoib_tell_apart(char (*accel)[ETH_GSTRING_LEN], unsigned int num,
			     const char (*core)[ETH_GSTRING_LEN])
{
	char name[ETH_GSTRING_LEN];
	unsigned int i;

	for (i = 0; i < num; i++) {
		if (!ipoib_is_core_string(accel[i], core))
			continue;
		snprintf(name, sizeof(name), "accel_%.*s", ETH_GSTRING_LEN - 7, accel[i]);
		memcpy(accel[i], name, sizeof(name));
	}
}

static void ipoib_get_stats_strings(struct net_device *dev, char (*names)[ETH_GSTRING_LEN])
{
	const char (*core)[ETH_GSTRING_LEN] = names;
	unsigned int num = ipoib_accel_stats(dev);

	memcpy(names, ipoib_netdev_strings, sizeof(ipoib_netdev_strings));
	names += ARRAY_SIZE(ipoib_netdev_strings);
	memcpy(names, ipoib_drop_strings, sizeof(ipoib_drop_strings));
	names += IPOIB_DROP_NUM;
	memcpy(names, ipoib_told_strings, sizeof(ipoib_told_strings));
	names += IPOIB_TOLD_NUM;
	if (!num)
		return;
	ipoib_priv(dev)->accel_ethtool->get_strings(dev, ETH_SS_STATS, (u8 *)names);
	ipoib_tell_apart(names, num, core);
}

static void ipoib_get_strings(struct net_device *dev, u32 sset, u8 *data)
{
	const struct ethtool_ops *accel = ipoib_priv(dev)->accel_ethtool;

	if (sset == ETH_SS_STATS)
		ipoib_get_stats_strings(dev, (void *)data);
	else if (accel && accel->get_strings)
		accel->get_strings(dev, sset, data);
}

static void ipoib_get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	struct ipoib_dev *priv = ipoib_priv(dev);
	/* It may go by how many it is told that there is room for. */
	struct ethtool_stats own = { .cmd = stats->cmd, .n_stats = ipoib_accel_stats(dev) };
	struct rtnl_link_stats64 all;
	int i;

	dev_get_stats(dev, &all);
	*data++ = all.rx_packets;
	*data++ = all.tx_packets;
	*data++ = all.rx_bytes;
	*data++ = all.tx_bytes;
	*data++ = all.tx_errors;
	*data++ = all.rx_dropped;
	*data++ = all.tx_dropped;
	*data++ = all.multicast;
	for (i = 0; i < IPOIB_DROP_NUM; i++)
		*data++ = (unsigned long)atomic_long_read(&priv->drops[i]);
	for (i = 0; i < IPOIB_TOLD_NUM; i++)
		*data++ = (unsigned long)atomic_long_read(&priv->qpns_told[i]);
	if (own.n_stats)
		priv->accel_ethtool->get_ethtool_stats(dev, &own, data);
}

/*
 * Before anything that an accel may have a function for. Kernels before 5.16 find the interface,
 * wait for RTNL, and do not look whether it is gone meanwhile; and the accel, what it had of it.
 */
static int ipoib_ethtool_begin(struct net_device *dev)
{
	const struct ethtool_ops *accel = ipoib_priv(dev)->accel_ethtool;

	if (dev->reg_state != NETREG_REGISTERED)
		return -ENODEV;
	return accel && accel->begin ? accel->begin(dev) : 0;
}

void ipoib_ethtool_merge(struct ipoib_dev *priv)
{
	priv->accel_ethtool = priv->dev->ethtool_ops;
	if (priv->accel_ethtool)
		priv->ethtool = *priv->accel_ethtool;
	priv->ethtool.begin = ipoib_ethtool_begin;
	priv->ethtool.get_drvinfo = ipoib_get_drvinfo;
	priv->ethtool.get_link = ethtool_op_get_link;
	compat_ethtool_link_needs_rtnl(&priv->ethtool);
	priv->ethtool.get_link_ksettings = ipoib_get_link_ksettings;
	priv->ethtool.get_sset_count = ipoib_get_sset_count;
	priv->ethtool.get_strings = ipoib_get_strings;
	priv->ethtool.get_ethtool_stats = ipoib_get_ethtool_stats;
	if (!priv->ethtool.get_ts_info)
		priv->ethtool.get_ts_info = ethtool_op_get_ts_info;
	priv->dev->ethtool_ops = &priv->ethtool;
}
