#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every shipped definition has an example that uses it, tests, and a reference page that names all its parameters.

  complete.py --bin BIN

Also: the JUnit file of `def test` is well formed and counts right, and no definition's tests take longer than LONGEST.
"""
import argparse, os, re, subprocess, sys, tempfile, xml.etree.ElementTree as xml  # noqa: E401

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDERS = {'components': 'component', 'traits': 'trait', 'policies': 'policy', 'workflow-steps': 'workflow-step'}
# Types that the engine knows by another name than their definition has.
ALIASES = {'envbinding': 'env-binding'}
LONGEST = 1.0  # seconds of one definition on a loaded machine; alone it is under a tenth of that


def used_types(application):
    spec = application.get('spec', {})
    for component in spec.get('components', []):
        yield component.get('type')
        yield from (t.get('type') for t in component.get('traits', []))
    yield from (p.get('type') for p in spec.get('policies', []))
    for step in spec.get('workflow', {}).get('steps', []):
        yield step.get('type')
        yield from (s.get('type') for s in step.get('subSteps', []))


def lacks(binary, folder, name):
    base = os.path.join(ROOT, 'definitions', folder, name)
    if not os.path.exists(base + '.example.yaml'):
        yield 'no example'
    else:
        documents = list(yaml.safe_load_all(open(base + '.example.yaml', encoding='utf-8')))
        if not any(ALIASES.get(name, name) in used_types(d) for d in documents if isinstance(d, dict)):
            yield 'an example that does not use it'
    tests = yaml.safe_load(open(base + '.test.yaml', encoding='utf-8')) if os.path.exists(base + '.test.yaml') else {}
    if not tests.get('tests'):
        yield 'no tests'
    page = subprocess.run([binary, 'def', 'gen-doc', base + '.cue'], capture_output=True, text=True)
    if page.returncode:
        yield 'no reference page: ' + page.stderr.strip()[:200]
        return
    schema = subprocess.run([binary, 'schema', name, '-t', FOLDERS[folder], '-o', 'yaml'], capture_output=True, text=True)
    if schema.returncode:
        yield 'no schema: ' + schema.stderr.strip()[:200]
        return
    # `+ignore` keeps a parameter out of forms and pages.
    hidden = set(re.findall(r'// [+]ignore\n(?:\s*//[^\n]*\n)*\s*(\w+)[?!]?:', open(base + '.cue', encoding='utf-8').read()))
    for parameter, of in yaml.safe_load(schema.stdout).get('properties', {}).items():
        if parameter not in page.stdout and parameter not in hidden:
            yield f'a reference page without {parameter}'
        if not of.get('description'):
            yield f'{parameter} without a description'


def junit(binary):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'out.xml')
        done = subprocess.run([binary, 'def', 'test', os.path.join(ROOT, 'definitions'), '--junit', path], capture_output=True,
                              text=True)
        if done.returncode:
            yield 'def test fails: ' + done.stdout.strip().split('\n')[-1]
            return
        root = xml.parse(path).getroot()
    if root.tag != 'testsuites':
        yield 'the root of the JUnit file is ' + root.tag
    for suite in root.iter('testsuite'):
        cases = suite.findall('testcase')
        if int(suite.get('tests', -1)) != len(cases):
            yield f"{suite.get('name')}: {suite.get('tests')} tests are said to be {len(cases)}"
        for case in cases:
            if not case.get('name') or not case.get('classname'):
                yield f"{suite.get('name')}: a test case without a name or class"
        taken = float(suite.get('time', 0))
        if taken > LONGEST:
            yield f"{suite.get('name')} takes {taken} s"


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--bin', required=True)
    a = ap.parse_args()
    binary, count, failures = os.path.realpath(a.bin), 0, []
    for folder in FOLDERS:
        for f in sorted(os.listdir(os.path.join(ROOT, 'definitions', folder))):
            if f.endswith('.cue'):
                count += 1
                failures += [f'{folder}/{f[:-4]} has {what}' for what in lacks(binary, folder, f[:-4])]
    failures += list(junit(binary))
    for failure in failures:
        print(failure)
    print(f'{count} definitions, {len(failures)} lacks')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
