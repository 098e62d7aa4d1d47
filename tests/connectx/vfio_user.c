// SPDX-License-Identifier: GPL-2.0
/*
 * The server's side of vfio-user, as docs/interop/vfio-user.rst of QEMU describes it: a message is
 * a header of 16 bytes and what belongs to its command, in the byte order of this machine;
 * descriptors of memory and of interrupts come with it.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "connectx.h"

enum {
	MSG_VERSION = 1,
	MSG_DMA_MAP,
	MSG_DMA_UNMAP,
	MSG_GET_INFO,
	MSG_REGION_INFO,
	MSG_IRQ_INFO = 7,
	MSG_SET_IRQS,
	MSG_REGION_READ,
	MSG_REGION_WRITE,
	MSG_RESET = 13,
};

#define FLAG_TYPE	0xf
#define FLAG_REPLY	0x1
#define FLAG_NO_REPLY	0x10
#define FLAG_ERROR	0x20

#define MAX_FDS		8
#define MAX_DATA	(1u << 16)

struct header {
	u16 id;
	u16 command;
	u32 size;
	u32 flags;
	u32 error;
};

struct version {
	u16 major;
	u16 minor;
	char json[];
};

struct dma_map {
	u32 argsz;
	u32 flags;
	u64 offset;
	u64 address;
	u64 size;
};

struct dma_unmap {
	u32 argsz;
	u32 flags;
	u64 address;
	u64 size;
};

struct region_io {
	u64 offset;
	u32 region;
	u32 count;
	u8 data[];
};

/**
 * struct message - one that is being answered
 * @head: as it came
 * @fds: descriptors that came with it; a handler that keeps one sets it to -1
 * @nfds: how many
 * @body: what follows the header; a handler leaves its answer there
 * @len: of the body, before and after
 */
struct message {
	struct header head;
	int fds[MAX_FDS];
	int nfds;
	u8 body[MAX_DATA + sizeof(struct region_io)] __attribute__((aligned(16)));
	size_t len;
};

_Static_assert(sizeof(struct header) == 16, "vfio-user");
_Static_assert(sizeof(struct dma_map) == 32, "vfio-user");
_Static_assert(sizeof(struct dma_unmap) == 24, "vfio-user");
_Static_assert(sizeof(struct region_io) == 16, "vfio-user");

static int read_all(int fd, void *to, size_t len)
{
	for (u8 *at = to; len; ) {
		ssize_t got = read(fd, at, len);

		if (got <= 0)
			return -1;
		at += got;
		len -= got;
	}
	return 0;
}

static int read_header(int fd, struct message *msg)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(msg->fds))];
	} control;
	struct iovec iov = {
		.iov_base = &msg->head,
		.iov_len = sizeof(msg->head),
	};
	struct msghdr hdr = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(fd, &hdr, MSG_CMSG_CLOEXEC);

	msg->nfds = 0;
	if (got <= 0)
		return -1;
	for (struct cmsghdr *at = CMSG_FIRSTHDR(&hdr); at; at = CMSG_NXTHDR(&hdr, at)) {
		if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS)
			continue;
		msg->nfds = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(msg->fds, CMSG_DATA(at), msg->nfds * sizeof(int));
	}
	return read_all(fd, (u8 *)&msg->head + got, sizeof(msg->head) - got);
}

static int version(struct message *msg)
{
	static const char json[] =
		"{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":65536}}";
	struct version *body = (void *)msg->body;

	if (msg->len < sizeof(*body) || body->major)
		return -EINVAL;
	body->minor = 0;
	memcpy(body->json, json, sizeof(json));
	msg->len = sizeof(*body) + sizeof(json);
	return 0;
}

static int map(struct card *card, struct message *msg)
{
	struct dma_map *body = (void *)msg->body;
	int rc;

	if (msg->len != sizeof(*body) || msg->nfds > 1)
		return -EINVAL;
	/* What has no descriptor, such as a ROM, cannot be reached: no driver does DMA there. */
	rc = msg->nfds ? dma_map(card, body->address, body->size, msg->fds[0], body->offset,
				 body->flags & VFIO_DMA_MAP_FLAG_WRITE) : 0;
	msg->len = 0;
	return rc;
}

static int unmap(struct card *card, struct message *msg)
{
	struct dma_unmap *body = (void *)msg->body;

	if (msg->len < sizeof(*body))
		return -EINVAL;
	dma_unmap(card, body->address,
		  body->flags & VFIO_DMA_UNMAP_FLAG_ALL ? ~0ull : body->size);
	msg->len = sizeof(*body);
	return 0;
}

static int get_info(struct message *msg)
{
	struct vfio_device_info *body = (void *)msg->body;

	if (msg->len < 16)
		return -EINVAL;
	body->argsz = 16;
	body->flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	body->num_regions = VFIO_PCI_NUM_REGIONS;
	body->num_irqs = VFIO_PCI_NUM_IRQS;
	msg->len = 16;
	return 0;
}

static int region_info(struct message *msg)
{
	struct vfio_region_info *body = (void *)msg->body;
	u32 index = body->index;

	if (msg->len < sizeof(*body) || index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	memset(body, 0, sizeof(*body));
	body->argsz = sizeof(*body);
	body->index = index;
	if (index == VFIO_PCI_BAR0_REGION_INDEX)
		body->size = BAR_SIZE;
	else if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		body->size = CONFIG_SIZE;
	if (body->size)
		body->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	msg->len = sizeof(*body);
	return 0;
}

static int irq_info(struct message *msg)
{
	struct vfio_irq_info *body = (void *)msg->body;

	if (msg->len < sizeof(*body) || body->index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	body->argsz = sizeof(*body);
	body->flags = VFIO_IRQ_INFO_EVENTFD;
	body->count = body->index == VFIO_PCI_MSIX_IRQ_INDEX ? VECTORS : 0;
	msg->len = sizeof(*body);
	return 0;
}

static int set_irqs(struct card *card, struct message *msg)
{
	struct vfio_irq_set *body = (void *)msg->body;

	if (msg->len < sizeof(*body) || body->index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	msg->len = 0;
	if (body->index != VFIO_PCI_MSIX_IRQ_INDEX)
		return body->count ? -EINVAL : 0;
	if (!(body->flags & VFIO_IRQ_SET_ACTION_TRIGGER) || body->start > VECTORS ||
	    body->count > VECTORS - body->start)
		return -EINVAL;
	if (body->flags & VFIO_IRQ_SET_DATA_NONE && !body->count) {
		pci_set_vectors(card, 0, VECTORS, NULL);
		return 0;
	}
	if (!(body->flags & VFIO_IRQ_SET_DATA_EVENTFD) ||
	    (msg->nfds && (u32)msg->nfds != body->count))
		return -EINVAL;
	pci_set_vectors(card, body->start, body->count, msg->nfds ? msg->fds : NULL);
	/* They are the card's now. */
	msg->nfds = 0;
	return 0;
}

static int region_io(struct card *card, struct message *msg, bool write)
{
	struct region_io *body = (void *)msg->body;
	size_t with = sizeof(*body) + (write ? body->count : 0);

	if (msg->len < sizeof(*body) || body->count > MAX_DATA || msg->len != with)
		return -EINVAL;
	msg->len = sizeof(*body) + (write ? 0 : body->count);
	switch (body->region) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return pci_config(card, body->offset, body->data, body->count, write);
	case VFIO_PCI_BAR0_REGION_INDEX:
		return pci_bar(card, body->offset, body->data, body->count, write);
	}
	return -EINVAL;
}

static int handle(struct card *card, struct message *msg)
{
	switch (msg->head.command) {
	case MSG_VERSION:
		return version(msg);
	case MSG_DMA_MAP:
		return map(card, msg);
	case MSG_DMA_UNMAP:
		return unmap(card, msg);
	case MSG_GET_INFO:
		return get_info(msg);
	case MSG_REGION_INFO:
		return region_info(msg);
	case MSG_IRQ_INFO:
		return irq_info(msg);
	case MSG_SET_IRQS:
		return set_irqs(card, msg);
	case MSG_REGION_READ:
	case MSG_REGION_WRITE:
		return region_io(card, msg, msg->head.command == MSG_REGION_WRITE);
	case MSG_RESET:
		card_reset(card);
		msg->len = 0;
		return 0;
	}
	return -EOPNOTSUPP;
}

static int answer(int fd, struct message *msg, int error)
{
	struct iovec iov[] = {
		{ .iov_base = &msg->head, .iov_len = sizeof(msg->head) },
		{ .iov_base = msg->body, .iov_len = error ? 0 : msg->len },
	};

	msg->head.size = iov[0].iov_len + iov[1].iov_len;
	msg->head.flags = FLAG_REPLY | (error ? FLAG_ERROR : 0);
	msg->head.error = error;
	return writev(fd, iov, 2) == msg->head.size ? 0 : -1;
}

/**
 * vfio_user_serve() - read one message and answer it
 * @card: whose client sent it
 *
 * Return: 0, or -1 when the client is gone or makes no sense.
 */
int vfio_user_serve(struct card *card)
{
	static struct message msg;
	int error;
	int rc = 0;

	if (read_header(card->client, &msg))
		return -1;
	msg.len = msg.head.size - sizeof(msg.head);
	if (msg.head.size < sizeof(msg.head) || msg.len > sizeof(msg.body) ||
	    read_all(card->client, msg.body, msg.len)) {
		rc = -1;
		goto close_fds;
	}
	if (msg.head.flags & FLAG_TYPE) {
		card_log(card, "vfio-user: message %u is no request", msg.head.command);
		goto close_fds;
	}
	error = -handle(card, &msg);
	if (error)
		card_log(card, "vfio-user: command %u: %s", msg.head.command, strerror(error));
	if (!(msg.head.flags & FLAG_NO_REPLY))
		rc = answer(card->client, &msg, error);
close_fds:
	for (int i = 0; i < msg.nfds; i++)
		close(msg.fds[i]);
	return rc;
}
