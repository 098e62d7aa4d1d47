#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What interop/ promises, by its own files, on cards: accel_mlx and accel_ref with each other, and with the
# kernel's own ib_ipoib over the card driver's queues and over plain datagrams. (ON: cards_of in words.sh)
#
# lane: connectx-long
# limit: 300
# matrix: ON=mlx-mlx,mlx-ref,mlx-queues,mlx-plain,ref-ref,ref-plain
# matrix: PROMISE=ping,multicast,pkey-child,tcp,mtu-4092
. "$TESTS/connectx/words.sh"
cards_of "$ON"
# shellcheck disable=SC2034 # for interop/tcp
TIME=3
. "$TESTS/interop/$PROMISE.sh"
