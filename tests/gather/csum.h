/* SPDX-License-Identifier: GPL-2.0 */
/* The Internet checksum (RFC 1071) by the kernel's names, around sources of accel_ref. */
#ifndef CSUM_H
#define CSUM_H

static inline __wsum csum_partial(const void *data, int len, __wsum sum)
{
	const u8 *bytes = data;
	u64 all = sum;
	int i;

	for (i = 0; i < len; i++)
		all += htons(i & 1 ? bytes[i] : bytes[i] << 8);
	while (all >> 32)
		all = (all & 0xffffffff) + (all >> 32);
	return all;
}

static inline __sum16 csum_fold(__wsum sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static inline __sum16 ip_fast_csum(const void *ip, unsigned int ihl)
{
	return csum_fold(csum_partial(ip, 4 * ihl, 0));
}

#endif /* CSUM_H */
