# SPDX-License-Identifier: Apache-2.0
"""Prints what run.sh measured: a table, and the ratios on the last line."""
import json
import statistics
import sys

work = sys.argv[1]
peer, ours = (json.load(open(f"{work}/{name}.json")) for name in ("peer", "puppis"))
starts = sorted(float(line) for line in open(f"{work}/starts"))
ratios = []
print(f"{'':20}{'kube-apiserver+etcd':>32}{'puppis server':>28}{'ratio':>10}")
print(f"{'':20}{'a CPU second':>20}{'p50 ms':>12}{'a CPU second':>16}{'p50 ms':>12}")
for name, row in peer.items():
    if not isinstance(row, dict):
        continue
    mine = ours[name]
    rate, our_rate = row["count"] / row["cpu"], mine["count"] / max(mine["cpu"], 0.01)
    ratios.append((name, our_rate / rate))
    print(f"{name:20}{rate:20.1f}{row.get('p50ms', 0):12.2f}{our_rate:16.1f}{mine.get('p50ms', 0):12.2f}{our_rate / rate:9.1f}x")
for name, key in (("memory, 10,000 made", "residentMiB"), ("memory, peak", "peakMiB")):
    ratios.append((name, peer[key] / ours[key]))
    print(f"{name:20}{peer[key]:20.1f}{'MiB':>12}{ours[key]:16.1f}{'MiB':>12}{peer[key] / ours[key]:9.1f}x")
print(f"start to /readyz: median {statistics.median(starts):.0f} ms, worst {starts[-1]:.0f} ms of {len(starts)}")
print("  ".join(f"{name} {ratio:.1f}x" for name, ratio in ratios))
