# SPDX-License-Identifier: GPL-2.0
"""The figures of bench: what they are, and how ours and in-tree compare. For report and chart."""
import json
import os
import re

# Name in the files, what it is, whether more is better.
CASES = [
    ("tcp4", "TCP v4, 1 stream, Mbit/s", True),
    ("tcp4x8", "TCP v4, 8 streams, Mbit/s", True),
    ("tcp6", "TCP v6, 1 stream, Mbit/s", True),
    ("tcp6x8", "TCP v6, 8 streams, Mbit/s", True),
    ("udp64", "UDP 64 B, packets/s", True),
    ("flows_q1", "UDP 64 B, 8 flows, packets/s", True),
    ("udp1472", "UDP 1472 B, packets/s", True),
    ("udp_gso", "UDP GSO 40 x 1472 B, packets/s", True),
    ("rr64", "UDP 64 B round trip, ns", False),
    ("ping_p50", "ping under TCP load, median, us", False),
    ("ping_p99", "ping under TCP load, p99, us", False),
    ("truesize", "memory of a full datagram, bytes", False),
    ("req4", "requests of 4 connections, 1/s", True),
    ("req4_p50", "the same, median, us", False),
    ("req4_p99", "the same, p99, us", False),
    ("req64", "requests of 64 connections, 1/s", True),
    ("req64_p50", "the same, median, us", False),
    ("req64_p99", "the same, p99, us", False),
    ("incast", "incast of 3 x 256 KB, rounds/s", True),
    ("incast_p50", "the same, median, us", False),
    ("incast_p99", "the same, p99, us", False),
    ("incast_lost", "the same, packets lost", False),
    ("fwd_tcp", "forwarded TCP v4, Mbit/s", True),
    ("fwd_udp", "forwarded UDP 64 B, packets/s", True),
    ("fixed_udp", "CPU at 10000 datagrams/s, %", False),
    ("fixed_tcp", "CPU at TCP of 328 Mbit/s, %", False),
    ("mixed_p50", "round trip in mixed load, median, us", False),
    ("mixed_p99", "round trip in mixed load, p99, us", False),
    ("mixed_lost", "the same, lost", False),
    ("slow", "TCP v4 beside 4 slow readers, Mbit/s", True),
]
# Measured on several CPUs alone.
QUEUES_CASES = [
    ("flows_q1", "8 flows, 4 CPUs, 1 queue, packets/s", True),
    ("flows_q4", "8 flows, 4 CPUs, 4 queues, packets/s", True),
]
# Of lines "@WHAT ...": the name in the JSON, if it is another one.
KINDS = {"value": "values"}


def case_of(figure):
    """The case that has brought a figure: some bring several."""
    return re.sub(r"_(p\d+|q\d+|lost|tcp|udp)$", "", figure)


class Cells:
    """{"6.12-ours-2044-default": {"values": {figure: number}, "drops": ..., "lost", "hca", "tx", "rx",
    "moderated": {the same, with moderated interrupts}}}"""

    def __init__(self, cells):
        self.cells = cells

    @classmethod
    def read(cls, directory):
        """Of the files that guests have left."""
        cells = {}
        for name in sorted(os.listdir(directory)):
            cell = cells.setdefault(name, {"values": {}, "drops": {}})
            with open(os.path.join(directory, name), encoding="ascii") as lines:
                for what, figure, number in (line.split() for line in lines):
                    what, its = what[1:], cell
                    if what.startswith("m"):
                        what, its = what[1:], cell.setdefault("moderated", {})
                    its.setdefault(KINDS.get(what, what), {})[figure] = float(number)
        return cls(cells)

    @classmethod
    def load(cls, file):
        """Of results.json or reference.json."""
        with open(file, encoding="ascii") as opened:
            return cls(json.load(opened))

    def kernels(self):
        return sorted({name.split("-")[0] for name in self.cells}, key=lambda name: [int(n) for n in name.split(".")])

    def groups(self):
        names = {tuple(name.split("-")) for name in self.cells}
        return sorted({(kernel, mtu, setup) for kernel, driver, mtu, setup in names if driver in ("ours", "intree")})

    def number(self, driver, at, figure, moderated, kind):
        """None where there is none. @at: kernel, MTU, setup."""
        cell = self.cells.get("-".join((at[0], driver) + tuple(at[1:])), {})
        if moderated:
            cell = cell.get("moderated", {})
        return cell.get(kind, {}).get(figure)

    def value(self, driver, kernel, mtu, setup, figure, moderated, hca=True):
        """A figure; without the simulated HCA's share, if that was measured, when not @hca."""
        at = (kernel, mtu, setup)
        value = self.number(driver, at, figure, moderated, "values")
        if hca:
            return value
        share = self.number(driver, at, figure, moderated, "hca")
        # A figure that is not a rate has left it out already.
        if value is None or share is None or case_of(figure) == "fixed":
            return None
        return value / (1 - share / 100)

    def best(self, kernel, mtu, setup, figure, more, hca=True):
        """In-tree's better one of default and moderated interrupts: (figure, moderated)."""
        found = [(value, moderated) for moderated in (False, True)
                 for value in [self.value("intree", kernel, mtu, setup, figure, moderated, hca)] if value is not None]
        if not found:
            return None, False
        return (max if more else min)(found, key=lambda item: item[0])

    def ratio(self, kernel, mtu, setup, figure, more, moderated=False, hca=True):
        """Of ours to in-tree's best; None where one of them is not there, or is nothing."""
        ours = self.value("ours", kernel, mtu, setup, figure, moderated, hca)
        intree, _ = self.best(kernel, mtu, setup, figure, more, hca)
        return None if ours is None or not intree else ours / intree

    def cost_ratio(self, side, kernel, mtu, setup, figure, more):
        """The same of what the sender (tx) or the receiver (rx) spends on a datagram or a KB."""
        _, moderated = self.best(kernel, mtu, setup, figure, more)
        at = (kernel, mtu, setup)
        ours = self.number("ours", at, figure, False, side)
        intree = self.number("intree", at, figure, moderated, side)
        return None if ours is None or not intree else ours / intree

    def drops(self, kernel, mtu, setup, figure):
        """Packets for which a ring had no buffer, with interrupts as they are by default; empty for none."""
        lost = []
        for driver in ("ours", "intree"):
            number = self.number(driver, (kernel, mtu, setup), case_of(figure), False, "drops")
            if number:
                lost.append(f"{driver} {number:.0f}")
        return ", ".join(lost)
