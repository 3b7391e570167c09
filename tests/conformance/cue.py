#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares `puppis cue` with the recorded answers of cue v0.17.1, over the command line.

  cue.py [--bin build/release/puppis] [--kinds eval,export,def,vet] [--script] [--only TEXT] [--list N] [--update]

The cases are in the folder PUPPIS_CONFORMANCE (with cue/inputs.jsonl, cue/results.jsonl, cue/script.jsonl). The cases that
pass are listed in cue-passing.txt; the run fails when one of them no longer does. --update writes that list anew, and the
tables of known-gaps.md from gap-reasons.json.

A success passes when the output is equal to the byte. A failure passes when it fails with the same classes of errors.
"""
import argparse, collections, concurrent.futures, json, os, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PASSING = os.path.join(HERE, "cue-passing.txt")
GAPS = os.path.join(HERE, "known-gaps.md")
REASONS = os.path.join(HERE, "gap-reasons.json")


def judge_of(folder):
    """The judge's own functions for running a command and for reading errors."""
    text = open(os.path.join(folder, "gen.py"), encoding="utf-8").read().rsplit("\nmain()", 1)[0]
    judge = {"__name__": "gen"}
    exec(compile(text, "gen.py", "exec"), judge)
    return judge


def passes(judge, want, code, out, err):
    if (code == 0) != want["ok"]:
        return False
    if code == 0:
        return out == want["stdout"]
    return judge["classify"](judge["parse_errors"](err)) == want["class"]


class Engine:
    def __init__(self, judge, program):
        self.judge, self.folder = judge, tempfile.mkdtemp(prefix="puppis-cue")
        wrapper = os.path.join(self.folder, "engine")
        with open(wrapper, "w") as f:
            f.write('#!/bin/sh\nexec "%s" cue "$@"\n' % program)
        os.chmod(wrapper, 0o755)
        self.runner = judge["Runner"](wrapper, self.folder)
        self.count = 0

    def case(self, files):
        self.count += 1
        path = tempfile.mkdtemp(dir=self.folder)
        self.judge["write_tree"](path, list(files.items()))
        return path

    def run(self, path, command, cwd=".", stdin=None, env=None):
        code, out, err, _ = self.runner.run(command, os.path.join(path, cwd), stdin, env)
        return code, self.judge["clean"](out, path), self.judge["clean"](err, path)


def archive_results(engine, judge, folder, kinds, only):
    inputs = {}
    for line in open(os.path.join(folder, "inputs.jsonl"), encoding="utf-8"):
        case = json.loads(line)
        inputs[case["id"]] = case
    wanted = collections.defaultdict(list)
    for line in open(os.path.join(folder, "results.jsonl"), encoding="utf-8"):
        want = json.loads(line)
        if want["kind"] in kinds and only in want["id"]:
            wanted[want["id"]].append(want)

    def work(name):
        path = engine.case(inputs[name]["files"])
        results = []
        for want in wanted[name]:
            code, out, err = engine.run(path, want["cmd"])
            results.append((want["kind"] + " " + name, want["ok"], passes(judge, want, code, out, err)))
        shutil.rmtree(path, ignore_errors=True)
        return results

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for results in pool.map(work, list(wanted)):
            yield from results


def script_results(engine, judge, folder, only):
    for line in open(os.path.join(folder, "script.jsonl"), encoding="utf-8"):
        case = json.loads(line)
        if only not in case["id"]:
            continue
        path = engine.case(case["files"])
        name = case["id"].rsplit("/", 1)[-1]
        for number, step in enumerate(case["steps"]):
            if "mkdir" in step:
                for each in step["mkdir"]:
                    os.makedirs(os.path.join(path, step["cwd"], each), exist_ok=True)
                continue
            stdin = open(os.path.join(path, step["cwd"], step["stdin"])).read() if step["stdin"] else None
            code, out, err = engine.run(path, step["cmd"], step["cwd"], stdin, step["env"])
            if step["agrees"]:
                yield "script-%s %s#%d" % (step["cmd"][0], name, number), step["ok"], passes(judge, step, code, out, err)
        shutil.rmtree(path, ignore_errors=True)


def write_gaps(failing):
    reasons = json.load(open(REASONS, encoding="utf-8")) if os.path.exists(REASONS) else {}
    with open(GAPS, "w", encoding="utf-8") as f:
        f.write("# Cases of CUE's conformance data that do not pass\n\n"
                "Written by `tests/conformance/cue.py --update`; the reasons are kept in `gap-reasons.json`, by a part of the "
                "name.\nKinds: `export`, `eval` (-a), `def`, `vet` of an archive; `script-VERB` a step of a command-line "
                "script.\n\n| case | reason |\n|---|---|\n")
        for name in sorted(failing):
            reason = next((text for part, text in reasons.items() if part in name), "not yet looked into")
            f.write("| %s | %s |\n" % (name, reason))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--bin", default=os.path.join(HERE, "../../build/release/puppis"))
    ap.add_argument("--kinds", default="eval,export,def,vet")
    ap.add_argument("--script", action="store_true", help="run the command-line scripts too")
    ap.add_argument("--only", default="", help="only cases whose name has this in it")
    ap.add_argument("--list", type=int, default=0, help="name this many failing cases")
    ap.add_argument("--update", action="store_true")
    a = ap.parse_args()
    data = os.environ.get("PUPPIS_CONFORMANCE", "")
    folder = os.path.join(data, "cue")
    if not data or not os.path.exists(os.path.join(folder, "results.jsonl")):
        print("cue.py: SKIPPED: PUPPIS_CONFORMANCE names no folder with the cases", file=sys.stderr)
        return 0
    judge = judge_of(folder)
    engine = Engine(judge, os.path.realpath(a.bin))
    score = collections.defaultdict(collections.Counter)
    passing, failing = set(), set()
    results = list(archive_results(engine, judge, folder, set(a.kinds.split(",")), a.only))
    if a.script or a.update:
        results += script_results(engine, judge, folder, a.only)
    for name, ok, good in results:
        (passing if good else failing).add(name)
        score[name.split(" ")[0] + (" ok" if ok else " fail")]["pass" if good else "differ"] += 1
    shutil.rmtree(engine.folder, ignore_errors=True)
    for kind in sorted(score):
        total = sum(score[kind].values())
        print("%-20s %4d of %4d  %5.1f %%" % (kind, score[kind]["pass"], total, 100 * score[kind]["pass"] / total))
    for name in sorted(failing)[: a.list]:
        print("differs:", name)
    if a.update:
        with open(PASSING, "w", encoding="utf-8") as f:
            f.writelines(name + "\n" for name in sorted(passing))
        write_gaps(failing)
        return 0
    known = set(open(PASSING, encoding="utf-8").read().splitlines()) if os.path.exists(PASSING) else set()
    lost = sorted(known & failing)
    for name in lost:
        print("no longer passes:", name)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
