#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the results of the three sides beside each other; the last line is the headline ratio."""
import json, os, statistics, sys

folder = sys.argv[1]
sides = {}
peak = {}
for side in ("ours", "v0.17.1", "v0.9.2"):
    rows = {}
    for line in open(os.path.join(folder, side + ".jsonl"), encoding="utf-8"):
        row = json.loads(line)
        if "peak_kib" in row:
            peak[side] = row["peak_kib"] / 1024
        else:
            rows[row["name"], row["mode"]] = row
    sides[side] = rows


def canonical(text):
    """Lines of `field JSON` with the JSON's key order taken out."""
    if text == "error":
        return text
    return {l.split(" ", 1)[0]: json.loads(l.split(" ", 1)[1]) for l in text.splitlines()}


ours, new, old = sides["ours"], sides["v0.17.1"], sides["v0.9.2"]
names = sorted({n for n, m in ours if m == "reuse"})
ratios = {"reuse": [], "fresh": [], "old": []}
differ = []
print("%-28s %10s %10s %8s %10s %10s %8s %10s %8s" % ("template (µs, medians)", "ours", "Go 0.17.1", "ratio", "ours", "Go 0.17.1", "ratio", "Go 0.9.2", "ratio"))
print("%-28s %30s %30s %19s" % ("", "reused", "fresh", "fresh / ours reused"))
for n in names:
    a, f = ours[n, "reuse"], ours[n, "fresh"]
    g, gf, o = new[n, "reuse"], new[n, "fresh"], old[n, "fresh"]
    if a["out"] == "error":
        differ.append("%s: ours fails" % n)
        continue
    if canonical(a["out"]) != canonical(o["out"]):
        differ.append("%s: another result than Go 0.9.2" % n)
        continue
    row = [n, a["ns"] / 1e3]
    if g["out"] == "error":
        row += ["-", "-", f["ns"] / 1e3, "-", "-"]
    else:
        ratios["reuse"].append(g["ns"] / a["ns"])
        ratios["fresh"].append(gf["ns"] / f["ns"])
        row += ["%.0f" % (g["ns"] / 1e3), "%.1fx" % ratios["reuse"][-1], f["ns"] / 1e3, "%.0f" % (gf["ns"] / 1e3), "%.1fx" % ratios["fresh"][-1]]
    ratios["old"].append(o["ns"] / a["ns"])
    row += ["%.0f" % (o["ns"] / 1e3), "%.1fx" % ratios["old"][-1]]
    print("%-28s %10.1f %10s %8s %10.1f %10s %8s %10s %8s" % tuple(row))
print()
corpus = []
for n in sorted({n for n, m in ours if m == "corpus"}):
    a, g = ours[n, "corpus"], new[n, "corpus"]
    same = (a["out"] == "error") == (g["out"] == "error")
    r = g["ns"] / a["ns"]
    if same:
        corpus.append((r, n))
    print("%-28s %10.1f %10.1f %8s%s" % (n, a["ns"] / 1e3, g["ns"] / 1e3, "%.1fx" % r, "" if same else "  (another outcome)"))
print()
for d in differ:
    print("not counted:", d)


def median(xs):
    return statistics.median(xs) if xs else 0.0


print("templates: %d compared; reused against Go 0.17.1 reused %.1fx, fresh against fresh %.1fx; reused against Go 0.9.2 fresh %.1fx (medians)"
      % (len(ratios["old"]), median(ratios["reuse"]), median(ratios["fresh"]), median(ratios["old"])))
if corpus:
    print("archives: %d compared, median %.1fx, slowest %s %.1fx" % (len(corpus), median([r for r, _ in corpus]), min(corpus)[1], min(corpus)[0]))
print("peak memory of the whole run: ours %.0f MiB, Go 0.17.1 %.0f MiB, Go 0.9.2 %.0f MiB" % (peak["ours"], peak["v0.17.1"], peak["v0.9.2"]))
print("%.1fx" % median(ratios["reuse"]))
