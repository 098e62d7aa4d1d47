#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The kernel's generic netlink client (tools/net/ynl) with our specification, by which alone it knows the family.

ynl.py TREE SPEC dump	for each line "COMMAND [FILTER]" of stdin, FILTER a JSON object, a line of JSON: the answer, a
			list, or an object with what the client says of an error. Its start takes 10 s in a guest.
ynl.py TREE SPEC monitor		each notification as a line of JSON, until it is killed
TREE is the kernel's source, or as much of it as is needed. The specification is held against the kernel's schema first.
"""
import json
import select
import sys

tree, spec, what = sys.argv[1:4]
sys.path.append(tree + "/tools/net/ynl")
from lib import NlError, YnlFamily  # noqa: E402 pylint: disable=wrong-import-position,import-error


def text(value):
    """Of values that JSON does not have."""
    return value.hex() if isinstance(value, bytes) else str(value)


def dump(family, line):
    """One answer."""
    command, _, wanted = line.partition(" ")
    try:
        return family.dump(command, json.loads(wanted or "{}"))
    except NlError as error:
        return {"error": str(error)}


def monitor(family):
    """Notifications as they come."""
    family.ntf_subscribe("monitor")
    print("listening", flush=True)
    while select.select([family.sock], [], []):
        family.check_ntf()
        while family.async_msg_queue:
            print(json.dumps(family.async_msg_queue.pop(0), default=text), flush=True)


ipoib = YnlFamily(spec, tree + "/Documentation/netlink/genetlink.yaml")
if what == "monitor":
    monitor(ipoib)
else:
    for question in sys.stdin:
        print(json.dumps(dump(ipoib, question.strip()), default=text))
