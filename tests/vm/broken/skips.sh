#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
# Says why it does not run: skipped.
# lane: broken
echo 'SKIP: nothing to do'
exit 77
