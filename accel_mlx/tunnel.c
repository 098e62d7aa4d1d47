// SPDX-License-Identifier: GPL-2.0
/*
 * Checksums and segmentation of what is in VXLAN and GRE. The send queues of mlx5_core do them as
 * for Ethernet, but its IPoIB netdevs do not say so.
 */
#include "mlx.h"

#include <linux/mlx5/driver.h>
#include <linux/pci.h>
#include <linux/udp.h>
#include <net/vxlan.h>

/* The only port that a card knows without being told, which only works for Ethernet. */
#define MLX_VXLAN_PORT	4789

/*
 * What the card repeats as it finds it is the stack's to prepare ("partial"): outer checksums, and
 * all of a GRE header. So has mlx5_core it for Ethernet.
 */
#define MLX_VXLAN	(NETIF_F_GSO_UDP_TUNNEL | NETIF_F_GSO_UDP_TUNNEL_CSUM)
#define MLX_GRE		(NETIF_F_GSO_GRE | NETIF_F_GSO_GRE_CSUM)
#define MLX_PARTIAL	(NETIF_F_GSO_UDP_TUNNEL_CSUM | MLX_GRE)

/* The card's, or NULL: a port of a subfunction, which is no PCI function. */
static const struct mlx5_core_dev *mlx_core_dev(const struct ib_device *hca)
{
	struct device *parent = hca->dev.parent;

	return parent && dev_is_pci(parent) ? pci_get_drvdata(to_pci_dev(parent)) : NULL;
}

/**
 * mlx_tunnel_features() - offer what the card can do for IPoIB in tunnels
 * @dev: the interface, whose hw_features the provider has set
 *
 * It is off until the user wants it: the card says that it can, but nobody has seen one do it. Only
 * NETIF_F_GSO_PARTIAL is on, which does nothing by itself, and without which the stack turns the
 * partial ones off as soon as somebody turns them on.
 *
 * Context: process, under RTNL.
 */
void mlx_tunnel_features(struct net_device *dev)
{
	const struct mlx5_core_dev *core = mlx_core_dev(ipoib_intf(dev)->hca);
	netdev_features_t tunnels = 0;

	if (!core)
		return;
	if (MLX5_CAP_IPOIB_ENHANCED(core, tunnel_stateless_vxlan))
		tunnels |= MLX_VXLAN;
	if (MLX5_CAP_IPOIB_ENHANCED(core, tunnel_stateless_gre))
		tunnels |= MLX_GRE;
	if (!tunnels)
		return;
	tunnels |= NETIF_F_GSO_PARTIAL;
	dev->gso_partial_features = tunnels & MLX_PARTIAL;
	dev->features |= NETIF_F_GSO_PARTIAL;
	dev->hw_features |= tunnels;
	dev->hw_enc_features |= tunnels | (dev->hw_features & (NETIF_F_SG | NETIF_F_CSUM_MASK |
							       NETIF_F_ALL_TSO));
}

/* Whether an encapsulated packet is one that the card finds its way in, and shall. */
static bool mlx_knows_tunnel(const struct sk_buff *skb, const struct net_device *dev)
{
	u8 protocol;

	switch (vlan_get_protocol(skb)) {
	case htons(ETH_P_IP):
		protocol = ip_hdr(skb)->protocol;
		break;
	case htons(ETH_P_IPV6):
		protocol = ipv6_hdr(skb)->nexthdr;
		break;
	default:
		return false;
	}
	if (protocol == IPPROTO_GRE)
		return dev->features & NETIF_F_GSO_GRE;
	return protocol == IPPROTO_UDP && dev->features & NETIF_F_GSO_UDP_TUNNEL &&
	       udp_hdr(skb)->dest == htons(MLX_VXLAN_PORT) &&
	       skb->inner_protocol_type == ENCAP_TYPE_ETHER &&
	       skb->inner_protocol == htons(ETH_P_TEB) &&
	       skb_inner_mac_header(skb) - skb_transport_header(skb) ==
	       sizeof(struct udphdr) + sizeof(struct vxlanhdr);
}

/**
 * mlx_features_check() - ipoib_ops.features_check
 * @skb: packet
 * @dev: the interface
 * @features: that it may use
 *
 * Context: any. Return: those of them that the card has for this packet.
 */
netdev_features_t mlx_features_check(struct sk_buff *skb, struct net_device *dev,
				     netdev_features_t features)
{
	if (!skb->encapsulation || mlx_knows_tunnel(skb, dev))
		return features;
	return features & ~(NETIF_F_CSUM_MASK | NETIF_F_GSO_MASK);
}
