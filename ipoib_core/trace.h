/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: what the core asks, is told and decides, for perf, bpftrace and
 * /sys/kernel/tracing/events/ipoib. ipoib_core(4) lists them. None is met by each packet.
 *
 * Names are arrays, not dynamic strings: how those are assigned differs between kernels.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ipoib

#if !defined(IPOIB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define IPOIB_TRACE_H

#include <linux/math64.h>
#include <linux/tracepoint.h>

#include "core.h"
#include "port.h"
#include "uapi/ipoib_netlink.h"

/* Tools are told the values behind the names of enums that a format has. */
#undef IPOIB_TRACE_REASON
#undef IPOIB_TRACE_REASON_LAST
#define IPOIB_TRACE_REASONS						\
	IPOIB_TRACE_REASON(CARRIER)					\
	IPOIB_TRACE_REASON(ADMIN_DOWN)					\
	IPOIB_TRACE_REASON(PKEY_MISSING)				\
	IPOIB_TRACE_REASON(GID_MISSING)					\
	IPOIB_TRACE_REASON(OPEN_FAILED)					\
	IPOIB_TRACE_REASON(PORT_DOWN)					\
	IPOIB_TRACE_REASON(PORT_INIT)					\
	IPOIB_TRACE_REASON(JOINING)					\
	IPOIB_TRACE_REASON(JOIN_NO_ANSWER)				\
	IPOIB_TRACE_REASON(JOIN_REFUSED)				\
	IPOIB_TRACE_REASON(JOIN_FAILED)					\
	IPOIB_TRACE_REASON(GROUP_MTU)					\
	IPOIB_TRACE_REASON(COMING)					\
	IPOIB_TRACE_REASON_LAST(PORT_SILENT)

#define IPOIB_TRACE_REASON(name)	TRACE_DEFINE_ENUM(IPOIB_CARRIER_REASON_##name);
#define IPOIB_TRACE_REASON_LAST(name)	TRACE_DEFINE_ENUM(IPOIB_CARRIER_REASON_##name);
IPOIB_TRACE_REASONS
#undef IPOIB_TRACE_REASON
#undef IPOIB_TRACE_REASON_LAST
#define IPOIB_TRACE_REASON(name)	{ IPOIB_CARRIER_REASON_##name, #name },
#define IPOIB_TRACE_REASON_LAST(name)	{ IPOIB_CARRIER_REASON_##name, #name }

#define IPOIB_TRACE_STATES						\
	{ IB_PORT_NOP, "NOP" }, { IB_PORT_DOWN, "DOWN" }, { IB_PORT_INIT, "INIT" }, \
	{ IB_PORT_ARMED, "ARMED" }, { IB_PORT_ACTIVE, "ACTIVE" },	\
	{ IB_PORT_ACTIVE_DEFER, "ACTIVE_DEFER" }
TRACE_DEFINE_ENUM(IB_PORT_NOP);
TRACE_DEFINE_ENUM(IB_PORT_DOWN);
TRACE_DEFINE_ENUM(IB_PORT_INIT);
TRACE_DEFINE_ENUM(IB_PORT_ARMED);
TRACE_DEFINE_ENUM(IB_PORT_ACTIVE);
TRACE_DEFINE_ENUM(IB_PORT_ACTIVE_DEFER);

/* BIT()s of IPOIB_EVENT_* (port.h), as numbers: tools know no BIT(). */
#define IPOIB_TRACE_EVENTS						\
	{ 1, "LIGHT" }, { 2, "NORMAL" }, { 4, "HEAVY" }, { 8, "SM" },	\
	{ 16, "FATAL" }

/* ---- Questions to the SA ---- */

DECLARE_EVENT_CLASS(ipoib_asked,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid, unsigned int tries),
	TP_ARGS(priv, gid, tries),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__array(u8, gid, sizeof(union ib_gid))
		__field(unsigned int, tries)
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
		memcpy(__entry->gid, gid->raw, sizeof(gid->raw));
		__entry->tries = tries;
	),
	TP_printk("dev=%s gid=%pI6c tries=%u", __entry->dev, __entry->gid, __entry->tries)
);

/* @tries have failed before. */
DEFINE_EVENT(ipoib_asked, ipoib_path_asked,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid, unsigned int tries),
	TP_ARGS(priv, gid, tries)
);

DEFINE_EVENT(ipoib_asked, ipoib_join_asked,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid, unsigned int tries),
	TP_ARGS(priv, gid, tries)
);

DECLARE_EVENT_CLASS(ipoib_answered,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid, unsigned int tries,
		 int status, u64 asked, const struct ipoib_ah *ah),
	TP_ARGS(priv, gid, tries, status, asked, ah),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__array(u8, gid, sizeof(union ib_gid))
		__field(unsigned int, tries)
		__field(int, status)
		__field(u64, usecs)
		__field(u32, lid)
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
		memcpy(__entry->gid, gid->raw, sizeof(gid->raw));
		__entry->tries = tries;
		__entry->status = status;
		/* Asked before anybody looked: 0. */
		__entry->usecs = asked ? div_u64(ktime_get_ns() - asked, NSEC_PER_USEC) : 0;
		__entry->lid = ah ? ah->dlid : 0;
	),
	TP_printk("dev=%s gid=%pI6c tries=%u status=%d usecs=%llu lid=%u", __entry->dev,
		  __entry->gid, __entry->tries, __entry->status, __entry->usecs, __entry->lid)
);

DEFINE_EVENT(ipoib_answered, ipoib_path_answered,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid, unsigned int tries,
		 int status, u64 asked, const struct ipoib_ah *ah),
	TP_ARGS(priv, gid, tries, status, asked, ah)
);

DEFINE_EVENT(ipoib_answered, ipoib_join_answered,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid, unsigned int tries,
		 int status, u64 asked, const struct ipoib_ah *ah),
	TP_ARGS(priv, gid, tries, status, asked, ah)
);

/* ---- Destinations ---- */

DECLARE_EVENT_CLASS(ipoib_dest,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid),
	TP_ARGS(priv, gid),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__array(u8, gid, sizeof(union ib_gid))
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
		memcpy(__entry->gid, gid->raw, sizeof(gid->raw));
	),
	TP_printk("dev=%s gid=%pI6c", __entry->dev, __entry->gid)
);

DEFINE_EVENT(ipoib_dest, ipoib_path_created,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid),
	TP_ARGS(priv, gid)
);

/* To make room for another one */
DEFINE_EVENT(ipoib_dest, ipoib_path_evicted,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid),
	TP_ARGS(priv, gid)
);

/* Not used for long, or the interface closes */
DEFINE_EVENT(ipoib_dest, ipoib_path_forgotten,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid),
	TP_ARGS(priv, gid)
);

DEFINE_EVENT(ipoib_dest, ipoib_group_created,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid),
	TP_ARGS(priv, gid)
);

DEFINE_EVENT(ipoib_dest, ipoib_group_evicted,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid),
	TP_ARGS(priv, gid)
);

DEFINE_EVENT(ipoib_dest, ipoib_group_left,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid),
	TP_ARGS(priv, gid)
);

/* From now on packets go out with another handle; NULL: none. */
TRACE_EVENT(ipoib_path_changed,
	TP_PROTO(const struct ipoib_dev *priv, const union ib_gid *gid, const struct ipoib_ah *old,
		 const struct ipoib_ah *ah),
	TP_ARGS(priv, gid, old, ah),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__array(u8, gid, sizeof(union ib_gid))
		__field(u32, old_lid)
		__field(u32, lid)
		__field(u8, sl)
		__field(int, mbps)
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
		memcpy(__entry->gid, gid->raw, sizeof(gid->raw));
		__entry->old_lid = old ? old->dlid : 0;
		__entry->lid = ah ? ah->dlid : 0;
		__entry->sl = ah ? ah->sl : 0;
		__entry->mbps = ah ? max(ib_rate_to_mbps(ah->rate), 0) : 0;
	),
	TP_printk("dev=%s gid=%pI6c old_lid=%u lid=%u sl=%u mbps=%d", __entry->dev, __entry->gid,
		  __entry->old_lid, __entry->lid, __entry->sl, __entry->mbps)
);

DECLARE_EVENT_CLASS(ipoib_ah,
	TP_PROTO(const struct ipoib_dev *priv, const struct ipoib_ah *ah),
	TP_ARGS(priv, ah),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__field(const void *, ah)
		__field(u32, lid)
		__field(u8, sl)
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
		__entry->ah = ah->ah;
		__entry->lid = ah->dlid;
		__entry->sl = ah->sl;
	),
	TP_printk("dev=%s ah=%p lid=%u sl=%u", __entry->dev, __entry->ah, __entry->lid,
		  __entry->sl)
);

DEFINE_EVENT(ipoib_ah, ipoib_ah_made,
	TP_PROTO(const struct ipoib_dev *priv, const struct ipoib_ah *ah),
	TP_ARGS(priv, ah)
);

DEFINE_EVENT(ipoib_ah, ipoib_ah_retired,
	TP_PROTO(const struct ipoib_dev *priv, const struct ipoib_ah *ah),
	TP_ARGS(priv, ah)
);

DEFINE_EVENT(ipoib_ah, ipoib_ah_destroyed,
	TP_PROTO(const struct ipoib_dev *priv, const struct ipoib_ah *ah),
	TP_ARGS(priv, ah)
);

/* ---- Ports ---- */

/* What the RDMA core reports, and what that makes the port's work do */
TRACE_EVENT(ipoib_port_event,
	TP_PROTO(const struct ipoib_port *port, enum ib_event_type type),
	TP_ARGS(port, type),
	TP_STRUCT__entry(
		__array(char, hca, IB_DEVICE_NAME_MAX)
		__field(u32, port)
		__field(int, type)
		__field(unsigned long, todo)
	),
	TP_fast_assign(
		strscpy(__entry->hca, port->hca->name, IB_DEVICE_NAME_MAX);
		__entry->port = port->num;
		__entry->type = type;
		__entry->todo = READ_ONCE(port->events);
	),
	TP_printk("port=%s/%u event=%s todo=%s", __entry->hca, __entry->port,
		  __print_symbolic(__entry->type,
				   { IB_EVENT_PORT_ACTIVE, "PORT_ACTIVE" },
				   { IB_EVENT_PORT_ERR, "PORT_ERR" },
				   { IB_EVENT_LID_CHANGE, "LID_CHANGE" },
				   { IB_EVENT_PKEY_CHANGE, "PKEY_CHANGE" },
				   { IB_EVENT_SM_CHANGE, "SM_CHANGE" },
				   { IB_EVENT_CLIENT_REREGISTER, "CLIENT_REREGISTER" },
				   { IB_EVENT_GID_CHANGE, "GID_CHANGE" }),
		  __print_flags(__entry->todo, "|", IPOIB_TRACE_EVENTS))
);

TRACE_DEFINE_ENUM(IB_EVENT_PORT_ACTIVE);
TRACE_DEFINE_ENUM(IB_EVENT_PORT_ERR);
TRACE_DEFINE_ENUM(IB_EVENT_LID_CHANGE);
TRACE_DEFINE_ENUM(IB_EVENT_PKEY_CHANGE);
TRACE_DEFINE_ENUM(IB_EVENT_SM_CHANGE);
TRACE_DEFINE_ENUM(IB_EVENT_CLIENT_REREGISTER);
TRACE_DEFINE_ENUM(IB_EVENT_GID_CHANGE);

/* The port was looked at. */
TRACE_EVENT(ipoib_port_state,
	TP_PROTO(const struct ipoib_port *port, const struct ib_port_attr *attr),
	TP_ARGS(port, attr),
	TP_STRUCT__entry(
		__array(char, hca, IB_DEVICE_NAME_MAX)
		__field(u32, port)
		__field(int, old)
		__field(int, state)
		__field(u32, lid)
		__field(u32, sm_lid)
	),
	TP_fast_assign(
		strscpy(__entry->hca, port->hca->name, IB_DEVICE_NAME_MAX);
		__entry->port = port->num;
		__entry->old = port->state;
		__entry->state = attr->state;
		__entry->lid = attr->lid;
		__entry->sm_lid = attr->sm_lid;
	),
	TP_printk("port=%s/%u old=%s state=%s lid=%u sm_lid=%u", __entry->hca, __entry->port,
		  __print_symbolic(__entry->old, IPOIB_TRACE_STATES),
		  __print_symbolic(__entry->state, IPOIB_TRACE_STATES),
		  __entry->lid, __entry->sm_lid)
);

/* ---- Which accel serves a port ---- */

/* An accel was to be registered; @error: 0, or why it was refused. */
TRACE_EVENT(ipoib_accel_registered,
	TP_PROTO(const struct ipoib_accel *accel, int error),
	TP_ARGS(accel, error),
	TP_STRUCT__entry(
		__array(char, accel, IPOIB_ACCEL_NAME_MAX + 1)
		__field(u32, abi)
		__field(int, error)
	),
	TP_fast_assign(
		strscpy(__entry->accel, accel->name ?: "?", IPOIB_ACCEL_NAME_MAX + 1);
		__entry->abi = accel->abi_version;
		__entry->error = error;
	),
	TP_printk("accel=%s abi=%u error=%d", __entry->accel, __entry->abi, __entry->error)
);

/* A port was given to an accel; @error: 0, or how it failed to start: the next one is tried. */
TRACE_EVENT(ipoib_accel_bound,
	TP_PROTO(const struct ipoib_port *port, const struct ipoib_accel *accel, int priority,
		 int error),
	TP_ARGS(port, accel, priority, error),
	TP_STRUCT__entry(
		__array(char, hca, IB_DEVICE_NAME_MAX)
		__field(u32, port)
		__array(char, accel, IPOIB_ACCEL_NAME_MAX + 1)
		__field(int, priority)
		__field(int, error)
	),
	TP_fast_assign(
		strscpy(__entry->hca, port->hca->name, IB_DEVICE_NAME_MAX);
		__entry->port = port->num;
		strscpy(__entry->accel, accel->name, IPOIB_ACCEL_NAME_MAX + 1);
		__entry->priority = priority;
		__entry->error = error;
	),
	TP_printk("port=%s/%u accel=%s priority=%d error=%d", __entry->hca, __entry->port,
		  __entry->accel, __entry->priority, __entry->error)
);

DECLARE_EVENT_CLASS(ipoib_port_accel,
	TP_PROTO(const struct ipoib_port *port, const struct ipoib_accel *accel),
	TP_ARGS(port, accel),
	TP_STRUCT__entry(
		__array(char, hca, IB_DEVICE_NAME_MAX)
		__field(u32, port)
		__array(char, accel, IPOIB_ACCEL_NAME_MAX + 1)
	),
	TP_fast_assign(
		strscpy(__entry->hca, port->hca->name, IB_DEVICE_NAME_MAX);
		__entry->port = port->num;
		strscpy(__entry->accel, accel->name, IPOIB_ACCEL_NAME_MAX + 1);
	),
	TP_printk("port=%s/%u accel=%s", __entry->hca, __entry->port, __entry->accel)
);

/* One that is worth more failed to start before. */
DEFINE_EVENT(ipoib_port_accel, ipoib_accel_fell_back,
	TP_PROTO(const struct ipoib_port *port, const struct ipoib_accel *accel),
	TP_ARGS(port, accel)
);

DEFINE_EVENT(ipoib_port_accel, ipoib_accel_unbound,
	TP_PROTO(const struct ipoib_port *port, const struct ipoib_accel *accel),
	TP_ARGS(port, accel)
);

/* ---- The link of an interface ---- */

TRACE_EVENT(ipoib_flush,
	TP_PROTO(const struct ipoib_dev *priv, unsigned long events),
	TP_ARGS(priv, events),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__field(unsigned long, events)
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
		__entry->events = events;
	),
	TP_printk("dev=%s events=%s", __entry->dev,
		  __print_flags(__entry->events, "|", IPOIB_TRACE_EVENTS))
);

DECLARE_EVENT_CLASS(ipoib_link,
	TP_PROTO(const struct ipoib_dev *priv, int error),
	TP_ARGS(priv, error),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__field(u32, qpn)
		__field(u16, pkey)
		__field(int, error)
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
		__entry->qpn = ipoib_addr_qpn(priv->dev->dev_addr);
		__entry->pkey = priv->intf.pkey;
		__entry->error = error;
	),
	TP_printk("dev=%s qpn=0x%06x pkey=0x%04x error=%d", __entry->dev, __entry->qpn,
		  __entry->pkey, __entry->error)
);

DEFINE_EVENT(ipoib_link, ipoib_link_opened,
	TP_PROTO(const struct ipoib_dev *priv, int error),
	TP_ARGS(priv, error)
);

/* Stopped and opened again, groups, paths and carrier kept */
DEFINE_EVENT(ipoib_link, ipoib_link_restarted,
	TP_PROTO(const struct ipoib_dev *priv, int error),
	TP_ARGS(priv, error)
);

/* @ip: who asked for it, the accel or the stack's watchdog */
TRACE_EVENT(ipoib_restart_asked,
	TP_PROTO(const struct ipoib_dev *priv, unsigned long ip),
	TP_ARGS(priv, ip),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__field(const void *, ip)
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
		__entry->ip = (const void *)ip;
	),
	TP_printk("dev=%s by=%pS", __entry->dev, __entry->ip)
);

TRACE_EVENT(ipoib_link_closed,
	TP_PROTO(const struct ipoib_dev *priv),
	TP_ARGS(priv),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
	),
	TP_printk("dev=%s", __entry->dev)
);

TRACE_EVENT(ipoib_link_carrier,
	TP_PROTO(const struct ipoib_dev *priv, bool carrier),
	TP_ARGS(priv, carrier),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__field(bool, carrier)
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
		__entry->carrier = carrier;
	),
	TP_printk("dev=%s carrier=%d", __entry->dev, __entry->carrier)
);

/* Why there is no carrier, when that has changed */
TRACE_EVENT(ipoib_link_reason,
	TP_PROTO(const struct ipoib_dev *priv, u32 old, u32 reason),
	TP_ARGS(priv, old, reason),
	TP_STRUCT__entry(
		__array(char, dev, IFNAMSIZ)
		__field(u32, old)
		__field(u32, reason)
	),
	TP_fast_assign(
		strscpy(__entry->dev, priv->dev->name, IFNAMSIZ);
		__entry->old = old;
		__entry->reason = reason;
	),
	TP_printk("dev=%s old=%s reason=%s", __entry->dev,
		  __print_symbolic(__entry->old, IPOIB_TRACE_REASONS),
		  __print_symbolic(__entry->reason, IPOIB_TRACE_REASONS))
);

#endif /* IPOIB_TRACE_H */

/* This part must be outside the protection. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
