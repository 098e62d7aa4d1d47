/* SPDX-License-Identifier: GPL-2.0 */
/* A terminal that shows one picture after the other, and hears keys. */
#ifndef IPOIBCTL_SCREEN_H
#define IPOIBCTL_SCREEN_H

#include <stdbool.h>

/**
 * screen_begin() - keys are heard one by one from now on, and not shown
 *
 * Whatever ends this program, the terminal is as it was before.
 *
 * Return: whether there is a terminal.
 */
bool screen_begin(void);

/**
 * screen_end() - the terminal is as it was before
 */
void screen_end(void);

/**
 * screen_rows() - how many lines fit
 */
unsigned int screen_rows(void);

/**
 * screen_show() - show a picture, cut to the terminal's size
 * @text: it, lines of UTF-8, with nothing but colours in it
 */
void screen_show(const char *text);

/**
 * screen_wait() - let time pass, or until a key is hit
 * @ms: milliseconds
 *
 * Return: whether to go on: not when q was hit, or nobody is there any more.
 */
bool screen_wait(unsigned int ms);

#endif /* IPOIBCTL_SCREEN_H */
