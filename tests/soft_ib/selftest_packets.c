// SPDX-License-Identifier: GPL-2.0
/* soft_ib_selftest: work requests and what becomes of them on the wire. */
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/checksum.h>

#include "selftest.h"

void test_payload(struct bed *bed)
{
	struct ib_grh *grh = (struct ib_grh *)bed->rx;
	struct ib_ud_wr wr;
	struct ib_sge sge[2];
	struct ib_wc wc;
	int i;

	for (i = 0; i < 1000; i++)
		bed->tx[i] = i * 7;
	CHECK(!bed_put_recv(bed, 0, 2048));
	bed_send_init(bed, &wr, sge, 100);
	sge[1] = sge[0];
	sge[1].addr += 100;
	sge[1].length = 900;
	wr.wr.num_sge = 2;
	wr.wr.opcode = IB_WR_SEND_WITH_IMM;
	wr.wr.ex.imm_data = cpu_to_be32(0xabcdef);
	CHECK(!ib_post_send(bed->qp, &wr.wr, NULL));
	CHECK(bed_next_wc(bed->scq, &wc) && wc.opcode == IB_WC_SEND);
	CHECK(bed_next_wc(bed->rcq, &wc));
	CHECK(wc.opcode == IB_WC_RECV && wc.byte_len == 1040 && wc.src_qp == bed->qp->qp_num);
	CHECK(wc.wc_flags == (IB_WC_GRH | IB_WC_WITH_IMM));
	CHECK(wc.ex.imm_data == cpu_to_be32(0xabcdef) && wc.qp == bed->qp);
	CHECK(wc.slid == rdma_ah_get_dlid(&bed->attr));
	CHECK(!memcmp(bed->rx + 40, bed->tx, 1000));
	CHECK(grh->next_hdr == 0x1b && !memcmp(&grh->dgid, &bed->attr.grh.dgid, 16));
	CHECK(grh->version_tclass_flow == cpu_to_be32(6u << 28) && grh->hop_limit == 64);
	CHECK(grh->paylen == cpu_to_be16(1000 + 20 + 4 + 4));

	/* Inline data may be overwritten as soon as the post returns; here: while SQD holds it. */
	CHECK(!bed_put_recv(bed, 0, 2048));
	CHECK(!bed_to_state(bed, IB_QPS_SQD));
	bed_send_init(bed, &wr, sge, 60);
	sge[0].lkey = 0;
	wr.wr.send_flags |= IB_SEND_INLINE;
	CHECK(!ib_post_send(bed->qp, &wr.wr, NULL));
	memset(bed->tx, 0, 60);
	CHECK(!bed_to_state(bed, IB_QPS_RTS));
	CHECK(bed_next_wc(bed->scq, &wc) && bed_next_wc(bed->rcq, &wc));
	CHECK(bed->rx[41] == 7 && bed->rx[40 + 59] == ((59 * 7) & 0xff));
	sge[0].length = 65;
	CHECK(ib_post_send(bed->qp, &wr.wr, NULL) == -EINVAL);
}

void test_strict(struct bed *bed)
{
	s64 ah_dead = bed_strict(bed, SIB_STRICT_AH_DEAD), busy = bed_strict(bed, SIB_STRICT_BUSY);
	s64 bad_lkey = bed_strict(bed, SIB_STRICT_BAD_LKEY);
	s64 mr_dead = bed_strict(bed, SIB_STRICT_MR_DEAD);
	s64 bad_sge = bed_strict(bed, SIB_STRICT_BAD_SGE);
	s64 bad_wr = bed_strict(bed, SIB_STRICT_BAD_WR);
	struct ib_ah *ah = rdma_create_ah(bed->pd, &bed->attr, 0);
	struct ib_ud_wr wr;
	struct ib_sge sge;
	struct ib_mr *mr;

	if (!CHECK(!IS_ERR(ah)))
		return;
	bed_send_init(bed, &wr, &sge, 64);
	wr.ah = ah;
	wr.wr.send_flags = 0;
	CHECK(!ib_post_send(bed->qp, &wr.wr, NULL));
	CHECK(!bed_send(bed, 64, IB_SEND_SIGNALED));
	rdma_destroy_ah(ah, 0);
	CHECK(bed_strict(bed, SIB_STRICT_BUSY) == busy);
	CHECK(ib_post_send(bed->qp, &wr.wr, NULL) == -EINVAL);
	CHECK(bed_strict(bed, SIB_STRICT_AH_DEAD) == ah_dead + 1);

	ah = rdma_create_ah(bed->pd, &bed->attr, 0);
	if (!CHECK(!IS_ERR(ah)))
		return;
	wr.ah = ah;
	CHECK(!ib_post_send(bed->qp, &wr.wr, NULL));
	rdma_destroy_ah(ah, 0);
	CHECK(bed_strict(bed, SIB_STRICT_BUSY) == busy + 1);
	CHECK(!bed_send(bed, 64, IB_SEND_SIGNALED));

	bed_send_init(bed, &wr, &sge, 64);
	sge.lkey = 0x7fffff00;
	CHECK(ib_post_send(bed->qp, &wr.wr, NULL) == -EINVAL);
	CHECK(bed_strict(bed, SIB_STRICT_BAD_LKEY) == bad_lkey + 1);
	mr = bed->ibdev->ops.get_dma_mr(bed->pd, IB_ACCESS_LOCAL_WRITE);
	if (!CHECK(!IS_ERR(mr)))
		return;
	sge.lkey = mr->lkey;
	CHECK(!ib_post_send(bed->qp, &wr.wr, NULL));
	bed->ibdev->ops.dereg_mr(mr, NULL);
	CHECK(ib_post_send(bed->qp, &wr.wr, NULL) == -EINVAL);
	CHECK(bed_strict(bed, SIB_STRICT_MR_DEAD) == mr_dead + 1);

	bed_send_init(bed, &wr, &sge, 64);
	sge.addr = 0x1000;
	CHECK(ib_post_send(bed->qp, &wr.wr, NULL) == -EINVAL);
	CHECK(bed_strict(bed, SIB_STRICT_BAD_SGE) == bad_sge + 1);
	bed_send_init(bed, &wr, &sge, 0);
	CHECK(ib_post_send(bed->qp, &wr.wr, NULL) == -EINVAL);
	CHECK(bed_put_recv(bed, 0, 0) == -EINVAL);
	CHECK(bed_strict(bed, SIB_STRICT_BAD_SGE) == bad_sge + 3);
	bed_send_init(bed, &wr, &sge, 64);
	wr.wr.opcode = IB_WR_RDMA_WRITE;
	CHECK(ib_post_send(bed->qp, &wr.wr, NULL) == -EINVAL);
	CHECK(bed_strict(bed, SIB_STRICT_BAD_WR) == bad_wr + 1);
	CHECK(bed_count_wcs(bed->scq, IB_WC_SUCCESS) == 3);
	CHECK(bed_count_wcs(bed->rcq, IB_WC_SUCCESS) == 0);
}

static bool tcp_csum_good(const u8 *frame, u32 len)
{
	const struct iphdr *ip = (const void *)(frame + 4);
	u32 l4 = len - 4 - ip->ihl * 4;

	return !ip_fast_csum(ip, ip->ihl) && ntohs(ip->tot_len) == len - 4 &&
	       !csum_tcpudp_magic(ip->saddr, ip->daddr, l4, IPPROTO_TCP,
				  csum_partial((u8 *)ip + ip->ihl * 4, l4, 0));
}

static void fill_tcp(u8 *frame, u32 payload)
{
	struct iphdr *ip = (void *)(frame + 4);
	struct tcphdr *tcp = (void *)(ip + 1);

	memset(frame, 0, 44);
	*(__be16 *)frame = htons(ETH_P_IP);
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->protocol = IPPROTO_TCP;
	ip->id = htons(0xfffe);
	ip->tot_len = htons(40 + payload);
	ip->saddr = htonl(0x0a000001);
	ip->daddr = htonl(0x0a000002);
	tcp->doff = 5;
	tcp->seq = htonl(1000);
	tcp->psh = 1;
	tcp->fin = 1;
	tcp->cwr = 1;
	tcp->ack = 1;
}

/* Does the receiver find the sums of 345 bytes right, sent in two pieces, the first of @first? */
static bool csum_found(struct bed *bed, u32 first)
{
	struct ib_ud_wr wr;
	struct ib_sge sge[2];
	struct ib_wc wc;

	bed_send_init(bed, &wr, sge, first);
	sge[1] = sge[0];
	sge[1].addr += first;
	sge[1].length = 345 - first;
	wr.wr.num_sge = first < 345 ? 2 : 1;
	CHECK(!bed_put_recv(bed, 0, BUF_SIZE));
	CHECK(!ib_post_send(bed->qp, &wr.wr, NULL));
	return CHECK(bed_next_wc(bed->rcq, &wc)) && wc.wc_flags & IB_WC_IP_CSUM_OK;
}

void test_offload(struct bed *bed)
{
	u32 lens[] = { 1999, 1999, 1003 };
	u8 header[44];
	struct ib_ud_wr wr;
	struct ib_sge sge[2];
	struct ib_wc wc;
	u32 i, offset = 0;

	for (i = 0; i < BUF_SIZE; i++)
		bed->tx[i] = i * 31 >> 3;
	for (i = 0; i < 4; i++)
		CHECK(!bed_put_recv(bed, i, BUF_SIZE));
	fill_tcp(header, 5001);
	bed_send_init(bed, &wr, sge, 2501);
	sge[1] = sge[0];
	sge[1].addr += 2501;
	sge[1].length = 2500;
	wr.wr.num_sge = 2;
	wr.wr.opcode = IB_WR_LSO;
	wr.header = header;
	wr.hlen = sizeof(header);
	wr.mss = 1999;
	CHECK(!ib_post_send(bed->qp, &wr.wr, NULL));
	CHECK(bed_next_wc(bed->scq, &wc) && wc.opcode == IB_WC_LSO && wc.status == IB_WC_SUCCESS);
	for (i = 0; i < 3; i++) {
		const u8 *frame = bed->rx + i * BUF_SIZE + 40;
		const struct iphdr *ip = (const void *)(frame + 4);
		const struct tcphdr *tcp = (const void *)(ip + 1);

		CHECK(bed_next_wc(bed->rcq, &wc) && wc.wc_flags & IB_WC_IP_CSUM_OK);
		CHECK(wc.byte_len == 40 + 44 + lens[i]);
		CHECK(tcp_csum_good(frame, 44 + lens[i]));
		CHECK(ntohs(ip->id) == (u16)(0xfffe + i) && ntohl(tcp->seq) == 1000 + offset);
		CHECK(tcp->fin == (i == 2) && tcp->psh == (i == 2) && tcp->cwr == (i == 0));
		CHECK(!memcmp(frame + 44, bed->tx + offset, lens[i]));
		offset += lens[i];
	}

	/* Checksums alone; the sender's buffer stays as it is. */
	fill_tcp(bed->tx, 301);
	bed_send_init(bed, &wr, sge, 345);
	wr.wr.send_flags |= IB_SEND_IP_CSUM;
	CHECK(!ib_post_send(bed->qp, &wr.wr, NULL));
	CHECK(bed_next_wc(bed->rcq, &wc) && wc.wc_flags & IB_WC_IP_CSUM_OK && wc.byte_len == 385);
	CHECK(tcp_csum_good(bed->rx + 3 * BUF_SIZE + 40, 345));
	CHECK(!((struct iphdr *)(bed->tx + 4))->check);
	CHECK(bed_count_wcs(bed->scq, IB_WC_SUCCESS) == 1);

	/* What the sender summed itself is looked at by the receiver, in pieces too. */
	memcpy(bed->tx, bed->rx + 3 * BUF_SIZE + 40, 345);
	CHECK(csum_found(bed, 345) && csum_found(bed, 3) && csum_found(bed, 31));
	bed->tx[344] ^= 1;
	CHECK(!csum_found(bed, 345) && !csum_found(bed, 101));
	bed->tx[344] ^= 1;
	bed->tx[12] ^= 1;
	CHECK(!csum_found(bed, 345));
	CHECK(bed_count_wcs(bed->scq, IB_WC_SUCCESS) == 6);
}

void test_mcast(struct bed *bed)
{
	union ib_gid mgid = { .raw = { 0xff, 0x12, 0x40, 0x1b, 0xff, 0xff, [15] = 0x77 } };
	struct rdma_ah_attr attr = bed->attr;
	struct bed other;
	struct ib_ud_wr wr;
	struct ib_sge sge;
	struct ib_wc wc;

	if (!CHECK(!bed_up(&other, bed->ibdev, 16, 16)))
		return;
	CHECK(!bed_to_rts(&other) && !bed_put_recv(&other, 0, 256) && !bed_put_recv(bed, 0, 256));
	rdma_ah_set_dlid(&attr, 0xc001);
	attr.grh.dgid = mgid;
	CHECK(!ib_attach_mcast(bed->qp, &mgid, 0xc001));
	CHECK(!ib_attach_mcast(other.qp, &mgid, 0xc001));
	bed_send_init(bed, &wr, &sge, 64);
	wr.ah = rdma_create_ah(bed->pd, &attr, 0);
	wr.remote_qpn = 0xffffff;
	if (CHECK(!IS_ERR(wr.ah))) {
		CHECK(!ib_post_send(bed->qp, &wr.wr, NULL));
		CHECK(bed_next_wc(other.rcq, &wc) && wc.src_qp == bed->qp->qp_num);
		CHECK(!bed_next_wc(bed->rcq, &wc));
		CHECK(bed_next_wc(bed->scq, &wc));
		rdma_destroy_ah(wr.ah, 0);
	}
	/* Not by ib_core, which counts: the group has another LID, and is left once. */
	CHECK(!bed->ibdev->ops.attach_mcast(bed->qp, &mgid, 0xc002));
	CHECK(!ib_detach_mcast(bed->qp, &mgid, 0xc001));
	CHECK(bed->ibdev->ops.detach_mcast(bed->qp, &mgid, 0xc002) == -EINVAL);
	CHECK(!ib_detach_mcast(other.qp, &mgid, 0xc001));
	bed_down(&other);
	CHECK(!bed_to_state(bed, IB_QPS_RESET) && !bed_to_rts(bed));
}

static void time_packets(struct bed *bed, struct ib_ud_wr *wr, u32 packets, const char *what)
{
	u32 i, received = 0;
	struct ib_wc wc[4];
	u64 start, ns;

	local_bh_disable();
	start = ktime_get_ns();
	for (i = 0; i < packets; i++) {
		bed_put_recv(bed, 0, BUF_SIZE);
		ib_post_send(bed->qp, &wr->wr, NULL);
		ib_poll_cq(bed->scq, ARRAY_SIZE(wc), wc);
		received += ib_poll_cq(bed->rcq, ARRAY_SIZE(wc), wc);
	}
	ns = ktime_get_ns() - start;
	local_bh_enable();
	CHECK(received == packets);
	pr_info("soft_ib_selftest: %s: %llu ns a packet\n", what, div_u64(ns, packets));
}

void test_speed(struct bed *bed, u32 packets)
{
	struct ib_ud_wr wr;
	struct ib_sge sge;

	bed_send_init(bed, &wr, &sge, 64);
	time_packets(bed, &wr, packets, "64 bytes");
	sge.length = 2044;
	time_packets(bed, &wr, packets, "2044 bytes");
	fill_tcp(bed->tx, 2000);
	wr.wr.send_flags |= IB_SEND_IP_CSUM;
	time_packets(bed, &wr, packets, "2044 bytes with checksum");
}
