#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
# Fails by its exit status.
# lane: broken
exit 3
