#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks every built-in definition with the real `cue`, and against the conventions of definitions/README.md.

  vet.py [--cue BIN]

A template is checked on its own, with an open context and no parameter.
"""
import argparse, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from compare_oracle import ROOT, names, split  # noqa: E402

PACKAGES = os.path.join(ROOT, 'definitions', 'packages')

MODULE = 'module: "vela.test/x"\nlanguage: version: "v0.15.0"\n'


def stand_ins(tmp, text):
    """Copies the vela packages that the text uses into the module; returns the text with the imports led there."""
    for package in set(re.findall(r'"vela/([a-z0-9]+)"', text)):
        folder = os.path.join(tmp, package)
        os.makedirs(folder, exist_ok=True)
        shutil.copy(os.path.join(PACKAGES, package + '.cue'), folder)
    return re.sub(r'"vela/([a-z0-9]+)"', r'"vela.test/x/\1"', text)


def conventions(path):
    """The faults of one file, by line."""
    lines = open(path, encoding='utf-8').read().split('\n')
    name = os.path.basename(path)[:-4]
    if not any(re.match(rf'^"?{re.escape(name)}"?: \{{$', l) for l in lines):
        yield 1, 'the header is not named like the file'
    if '\tparameter: #Parameter' not in lines:
        yield 1, 'no `parameter: #Parameter`'
        return
    start = lines.index('\tparameter: #Parameter')
    for i, line in enumerate(lines):
        if re.search(r'\]\s*[+*]\s*\[|\]\s*\+\s*\w|\b_\w+\s\+\s_\w+', line):
            yield i + 1, 'list arithmetic'
        if i <= start or not re.match(r'^\t\t+("[^"]+"|[a-zA-Z_$][\w$-]*)[?!]?:', line):
            continue
        above, usage = i - 1, None
        while lines[above].strip().startswith('//'):
            usage = usage or re.search(r'\+usage=(\S.*)', lines[above])
            above -= 1
        if not usage:
            yield i + 1, f'no usage: {line.strip()}'
        elif usage.group(1).endswith('.'):
            yield i + 1, 'a usage ends with a full stop'


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--cue', default='cue')
    a = ap.parse_args()
    faults = count = 0
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(os.path.join(tmp, 'cue.mod'))
        with open(os.path.join(tmp, 'cue.mod', 'module.cue'), 'w', encoding='utf-8') as f:
            f.write(MODULE)
        for _, name, path in names():
            count += 1
            for line, fault in conventions(path):
                faults += 1
                print(f'{path}:{line}: {fault}')
            imports, header, body = split(path)
            for what, text in (('header', header), ('template', imports + 'context: _\n' + body)):
                file = os.path.join(tmp, f'{name}.cue')
                with open(file, 'w', encoding='utf-8') as f:
                    f.write(stand_ins(tmp, text))
                done = subprocess.run([a.cue, 'vet', '-c=false', file], capture_output=True, text=True, cwd=tmp)
                os.remove(file)
                if done.returncode:
                    faults += 1
                    print(f'{path}: {what}: {done.stderr.strip()}')
            done = subprocess.run([a.cue, 'fmt', '--check', path], capture_output=True, text=True)
            if done.returncode:
                faults += 1
                print(f'{path}: not formatted')
    print(count, 'definitions,', faults, 'faults')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
