/* SPDX-License-Identifier: GPL-2.0 */
/* ipoibctl stats: what was dropped and why, and how full tables are. */
#ifndef IPOIBCTL_STATS_H
#define IPOIBCTL_STATS_H

#include "ctl.h"

/**
 * struct stats - of all interfaces that are asked about; all 0 to begin with
 * @drops: a record for each cause of each interface
 * @tables: a record for each table of each interface
 */
struct stats {
	struct records drops;
	struct records tables;
};

/**
 * stats_ask() - ask for them
 * @ctl: what is asked for
 * @stats: filled in; to be freed, also if it fails
 *
 * Return: whether there are answers.
 */
bool stats_ask(struct ctl *ctl, struct stats *stats);

/**
 * stats_print() - print those of an interface, within its object
 * @out: where to
 * @stats: of all
 * @dev: the interface
 */
void stats_print(struct out *out, const struct stats *stats, const struct record *dev);

/**
 * stats_of() - one record after the other that is of an interface
 * @records: of all
 * @dev: the interface
 * @last: the one before, NULL to begin with
 *
 * Return: the next one, or NULL.
 */
const struct record *stats_of(const struct records *records, const struct record *dev,
			      const struct record *last);

/**
 * stats_free() - forget them
 * @stats: all 0 afterwards
 */
void stats_free(struct stats *stats);

/**
 * stats_show() - the command
 * @ctl: what is asked for
 */
void stats_show(struct ctl *ctl);

#endif /* IPOIBCTL_STATS_H */
