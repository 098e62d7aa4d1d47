/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BREAKS_H
#define BREAKS_H

#include "ipoib_accel.h"

/**
 * struct bad_priv - the accel's of an interface
 * @rn: must be first
 * @napi: has nothing to poll
 * @polls: @napi is enabled
 */
struct bad_priv {
	struct rdma_netdev rn;
	struct napi_struct napi;
	bool polls;
};

/**
 * bad_breaks() - is this what the parameter breaks says?
 * @rule: a word
 */
bool bad_breaks(const char *rule);

/**
 * breaks_init() - the part of ib_dev_init() that breaks rules
 * @dev: the interface
 * @qp_num: out
 */
void breaks_init(struct net_device *dev, u32 *qp_num);

/**
 * breaks_cleanup() - undo breaks_init()
 * @dev: the interface
 */
void breaks_cleanup(struct net_device *dev);

/**
 * breaks_settings() - the part of update_netdev_settings() that breaks rules
 * @dev: the interface
 */
void breaks_settings(struct net_device *dev);

/**
 * breaks_open() - the part of ib_dev_open() that breaks rules
 * @dev: the interface
 *
 * Return: 0, or something that is no error.
 */
int breaks_open(struct net_device *dev);

/**
 * breaks_stop() - undo breaks_open()
 * @dev: the interface
 */
void breaks_stop(struct net_device *dev);

/**
 * breaks_change_mtu() - ipoib_ops.change_mtu: by it a test says when
 * @dev: the interface
 * @new_mtu: does not matter
 *
 * Return: 0.
 */
int breaks_change_mtu(struct net_device *dev, int new_mtu);

/**
 * breaks_send() - the part of send() that takes its time
 * @dev: the interface
 */
void breaks_send(struct net_device *dev);

/**
 * breaks_select_queue() - ipoib_ops.select_queue
 * @dev: the interface
 * @skb: packet
 * @sb_dev: NULL
 */
u16 breaks_select_queue(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev);

/**
 * breaks_features_check() - ipoib_ops.features_check
 * @skb: packet
 * @dev: the interface
 * @features: of which the accel may take away
 */
netdev_features_t breaks_features_check(struct sk_buff *skb, struct net_device *dev,
					netdev_features_t features);

/**
 * breaks_rx_qpn() - ipoib_ops.rx_qpn
 * @dev: the interface
 * @nth: peer
 */
u32 breaks_rx_qpn(struct net_device *dev, unsigned int nth);

/**
 * breaks_tx_posted() - ipoib_ops.tx_posted
 * @dev: the interface
 * @txqueue: queue
 */
u32 breaks_tx_posted(struct net_device *dev, unsigned int txqueue);

/**
 * breaks_tx_completed() - ipoib_ops.tx_completed
 * @dev: the interface
 * @txqueue: queue
 */
u32 breaks_tx_completed(struct net_device *dev, unsigned int txqueue);

#endif /* BREAKS_H */
