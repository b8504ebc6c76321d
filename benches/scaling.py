"""Efficiency of one flow on R ranks, from what benches/ranks.rs and benches/latency.rs measured: python3 benches/scaling.py docs/scaling
prints the tables of docs/scaling.md. No package is needed.

A step of N particles on R ranks takes T(N, R) = T1(N) (s + (1 - s) share(R)) + meetings latency log2(R) + bytes(N, R) / bandwidth.
"""
import csv
import math
import sys
from collections import defaultdict

# name, seconds of one hop of a meeting, bytes a second into a rank
NETWORKS = [("InfiniBand HDR", 1.5e-6, 20e9), ("10 Gbit Ethernet", 20e-6, 1.2e9)]
SIZES = [10**5, 10**6, 10**7, 10**8]
RANKS = [1, 2, 4, 8, 16, 32, 64, 128, 256]
# rows of a block of a network's pass; blocks of a group; the least and the most groups: whoever has none has nothing to do
# (network/host/blocks.rs)
BLOCK, BLOCKS, GROUPS = 128, 8, (64, 1024)
# rows that a pass over pairs is divided by
ROWS = 32
# flows whose work is over pairs of points
PAIRS = {"mmd_flow", "kale_flow, features", "sinkhorn", "entropic()"}
# more points than gflow takes
MOST = {"kale_flow, features": 200_000}
# parameters of the default critic and of mlp([64, 64]), and the numbers that all groups of a sample may take
# (network/host/blocks.rs)
CRITIC, WIDE, GRADIENTS = 2_241, 4_417, 1 << 22


def read(path):
    with open(path) as f:
        return list(csv.DictReader(f))


def parts(name, n):
    if name in PAIRS:
        return max(n // ROWS, 1)
    blocks = math.ceil((4096 if "batches" in name else n) / BLOCK)
    wanted = min(max(blocks // BLOCKS, GROUPS[0]), GROUPS[1], GRADIENTS // (WIDE if "gan" in name else CRITIC))
    return math.ceil(blocks / math.ceil(blocks / wanted))


def share(name, n, ranks):
    """The part of the work of the rank that has most."""
    p = parts(name, n)
    return math.ceil(p / ranks) / p


class Flow:
    """One flow: its work by ranks and by N, its traffic by ranks and by N."""

    def __init__(self, name, rows):
        self.name = name
        of = {(int(r["n"]), int(r["ranks"])): r for r in rows}
        self.small, self.large = sorted({n for n, _ in of})
        self.ranks = sorted({r for _, r in of})
        self.seconds = {k: float(r["seconds"]) for k, r in of.items()}
        self.meetings = {r: float(of[self.large, r]["meetings"]) for r in self.ranks}
        self.bytes = {k: float(r["bytes"]) for k, r in of.items()}
        alone = self.seconds[self.large, 1]
        # the part that every rank does: the least squares of T(R) / T(1) - share = s (1 - share)
        above = below = 0.0
        for r in self.ranks[1:]:
            c = share(name, self.large, r)
            above += (self.seconds[self.large, r] / alone - c) * (1 - c)
            below += (1 - c) ** 2
        self.replicated = max(above / below, 0.0)

    def alone(self, n):
        """Seconds of a step on one rank of one thread."""
        a, b = self.seconds[self.small, 1], self.seconds[self.large, 1]
        if self.name in PAIRS:
            return b * (n / self.large) ** 2
        slope = max(b - a, 0.0) / (self.large - self.small)
        return b + slope * (n - self.large)

    def serial(self, n):
        """The part of it that every rank does: over points, where the rest is over pairs."""
        if self.name not in PAIRS:
            return self.replicated
        return min(self.replicated * self.alone(self.large) / self.alone(n) * n / self.large, 1.0)

    def received(self, n, ranks):
        """Bytes into a rank; beyond the ranks that were looked at, those of the last: what a rank receives has stopped growing there."""
        r = min(ranks, self.ranks[-1])
        a, b = self.bytes[self.small, r], self.bytes[self.large, r]
        slope = max((b - a) / (self.large - self.small), 0.0)
        return b + slope * (n - self.large)

    def met(self, ranks):
        return self.meetings[min(ranks, self.ranks[-1])]

    def step(self, n, ranks, latency, bandwidth):
        s = self.serial(n)
        work = self.alone(n) * (s + (1 - s) * share(self.name, n, ranks))
        if ranks == 1:
            return work
        return work + self.met(ranks) * latency * math.log2(ranks) + self.received(n, ranks) / bandwidth

    def efficiency(self, n, ranks, latency, bandwidth):
        return self.alone(n) / (ranks * self.step(n, ranks, latency, bandwidth))


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def number(v):
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if v >= size:
            return f"{v / size:.3g} {unit}"
    return f"{v:.0f} B"


def time(seconds):
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"


def main(folder):
    by_flow = defaultdict(list)
    for row in read(f"{folder}/work.csv"):
        by_flow[row["flow"]].append(row)
    flows = [Flow(name, rows) for name, rows in by_flow.items()]

    print("### One gather, between processes of one node\n")
    by_bytes = defaultdict(dict)
    for row in read(f"{folder}/latency.csv"):
        by_bytes[int(row["bytes"])][int(row["ranks"])] = float(row["median_us"])
    ranks = sorted({r for v in by_bytes.values() for r in v})
    table(["bytes in all"] + [f"{r} ranks, µs" for r in ranks], [
        [number(b)] + [f"{v[r]:.3g}" for r in ranks] for b, v in sorted(by_bytes.items())
    ])

    print("### Work\n")
    head = ["flow", "N", "a step on one"] + [str(r) for r in flows[0].ranks[1:]] + ["done by every rank"]
    table(head, [
        [f.name, f"{f.large:,}", time(f.seconds[f.large, 1])]
        + [f"{f.seconds[f.large, r] / f.seconds[f.large, 1]:.3f}" for r in f.ranks[1:]]
        + [f"{f.replicated:.3f}"]
        for f in flows
    ])

    print("### Traffic\n")
    shown = [2, 4, 16]
    head = ["flow", "meetings a step"] + [f"bytes on {r} ranks" for r in shown]
    def line(f, r):
        a, b = f.bytes[f.small, r], f.bytes[f.large, r]
        slope = max((b - a) / (f.large - f.small), 0.0)
        fixed = max(b - slope * f.large, 0.0)
        return f"{number(fixed)} + {slope:.3g} N" if slope >= 0.05 else number(b)
    table(head, [[f.name, f"{f.meetings[2]:.0f}"] + [line(f, r) for r in shown] for f in flows])

    for network, latency, bandwidth in NETWORKS:
        print(f"### {network}\n")
        head = ["flow", "N", "a step on one"] + [str(r) for r in RANKS[1:]]
        rows = []
        for f in flows:
            for n in [n for n in SIZES if n <= MOST.get(f.name, n)]:
                alone = f.alone(n)
                if n > SIZES[0] and alone < 1.01 * f.alone(SIZES[0]):
                    # a batch is a batch
                    break
                if alone > 3600:
                    rows.append([f.name, f"{n:.0e}".replace("e+0", "e"), "hours"] + ["" for _ in RANKS[1:]])
                    break
                each = [f.efficiency(n, r, latency, bandwidth) for r in RANKS[1:]]
                rows.append([f.name, f"{n:.0e}".replace("e+0", "e"), time(alone)] + [f"{e:.2f}" for e in each])
        table(head, rows)

    print("### Where it stops paying\n")
    def last(f, n, latency, bandwidth):
        if n > MOST.get(f.name, n) or f.alone(n) > 3600:
            return ""
        good = [r for r in RANKS if f.efficiency(n, r, latency, bandwidth) >= 0.5]
        return str(max(good))
    head = ["flow"] + [f"{n:.0e}".replace("e+0", "e") + ", " + net[0] for net in NETWORKS for n in SIZES[:3]]
    table(head, [[f.name] + [last(f, n, l, b) for _, l, b in NETWORKS for n in SIZES[:3]] for f in flows])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
