#!/bin/dash
# SPDX-License-Identifier: GPL-2.0
#
# What recovery/ promises, by its own files, on cards: with accel_mlx and with accel_ref. Not here is what
# befalls a card's own queues, of which the tests fault-* are, and what cards cannot be told: to double or to
# shorten packets, to be slow, to refuse a work request. (ON: cards_of in words.sh)
#
# lane: connectx-long
# limit: 300
# matrix: ON=mlx-mlx,ref-ref
# matrix: PROMISE=link-flap,lid-change,sm-restart,sm-handover,client-reregister,subnet-prefix,pkey-parent,pkey-removed,silent-peer,unreachable-peer,sa-mute,send-only-storm,address-handle-lifetime
. "$TESTS/connectx/words.sh"
cards_of "$ON"
# shellcheck disable=SC2034 # for recovery/silent-peer
VERSION=4
. "$TESTS/recovery/$PROMISE.sh"
