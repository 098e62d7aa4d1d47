/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPOIB_CHOOSE_H
#define IPOIB_CHOOSE_H

/**
 * ipoib_choose_init() - read what accel= was when the module was loaded
 *
 * Context: module init, before there are ports. Return: as of ipoib_choice_set().
 */
int ipoib_choose_init(void);

/**
 * ipoib_choose_begin() - accel= may be given anew from now on
 *
 * Context: process; the client is registered.
 */
void ipoib_choose_begin(void);

/**
 * ipoib_choose_end() - no more
 *
 * Context: process; before the client goes. On return nobody looks at ports for it.
 */
void ipoib_choose_end(void);

#endif /* IPOIB_CHOOSE_H */
