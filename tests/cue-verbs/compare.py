#!/usr/bin/env python3
"""compare.py [--cue BIN] [--puppis BIN] [--show] [CASE...]: runs the command lines of cases.txt (or those that contain
one of CASE) with the real cue and with `puppis cue`, each in a fresh copy of files/, and compares the output, the
exit code, the messages and the files that were written. Exits with 1 when a case that should agree differs, or one
that is known to differ agrees."""
import argparse, os, re, shlex, shutil, subprocess, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))


def tree(root):
    out = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                out[os.path.relpath(path, root)] = f.read()
    return out


def run(program, arguments):
    with tempfile.TemporaryDirectory() as work:
        root = os.path.join(work, "w")
        shutil.copytree(os.path.join(here, "files"), root)
        before = tree(root)
        done = subprocess.run(program + arguments, cwd=root, capture_output=True, timeout=120, stdin=subprocess.DEVNULL,
                              env={**os.environ, "CUE_CACHE_DIR": os.path.join(work, "cache"), "HOME": work})
        written = {k: v for k, v in tree(root).items() if before.get(k) != v}
        mask = lambda b: b.decode("utf-8", "replace").replace(root, "ROOT")
        return {"code": 0 if done.returncode == 0 else 1, "out": mask(done.stdout), "err": mask(done.stderr),
                "files": {k: v.decode("utf-8", "replace") for k, v in written.items()}}


def places(text):
    return sorted(set(re.findall(r"[\w./-]+:\d+:\d+", text)))


def differences(theirs, ours):
    """Output, code and files must be the same; of the messages, the places and that there are some."""
    out = [key for key in ("code", "out", "files") if theirs[key] != ours[key]]
    if bool(theirs["err"].strip()) != bool(ours["err"].strip()): out.append("err")
    elif places(theirs["err"]) != places(ours["err"]): out.append("places")
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cue", default="cue")
    parser.add_argument("--puppis", default="build/release/puppis")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    theirs, ours = os.path.abspath(shutil.which(options.cue) or options.cue), os.path.abspath(options.puppis)
    agree, known, wrong = 0, 0, []
    with open(os.path.join(here, "cases.txt")) as f:
        lines = [line.strip() for line in f]
    for line in lines:
        if not line or line.startswith("#"): continue
        if options.cases and not any(c in line for c in options.cases): continue
        expected = line.startswith("! ")
        arguments = shlex.split(line[2:] if expected else line)
        a, b = run([theirs], arguments), run([ours, "cue"], arguments)
        diff = differences(a, b)
        if expected and diff: known += 1
        elif diff or expected: wrong.append((line, diff or ["agrees, but is marked as differing"], a, b))
        else: agree += 1
    for line, diff, a, b in wrong:
        print("differs:", line, "(" + ", ".join(diff) + ")")
        if options.show:
            for key in ("code", "out", "err", "files"):
                if a[key] != b[key]: print(f"  {key}: cue    {a[key]!r}\n  {' ' * len(key)}  puppis {b[key]!r}")
    print({"agree": agree, "known": known, "wrong": len(wrong)})
    sys.exit(1 if wrong else 0)


main()
