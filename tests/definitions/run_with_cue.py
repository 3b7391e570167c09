#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the NAME.test.yaml files of the built-in definitions through the real `cue`: a second opinion on `puppis def test`.

  run_with_cue.py [--cue BIN] [--only NAME,...]

The format is described in docs/definition-tests.md. What needs Puppis itself (`result`, the workload after a patch) is
left to `puppis def test`. Needs PyYAML.
"""
import argparse, concurrent.futures, json, os, re, subprocess, sys, tempfile

import yaml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from compare_oracle import names, split  # noqa: E402
from vet import MODULE, stand_ins  # noqa: E402

WORKLOAD = {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web'},
            'spec': {'template': {'spec': {'containers': [{'name': 'web', 'image': 'nginx'}]}}}}
CONTEXT = {'name': 'web', 'namespace': 'default', 'appName': 'app', 'appRevision': 'app-v1', 'appRevisionNum': 1,
           'revision': '', 'cluster': 'local', 'clusterVersion': {'major': '1', 'minor': 34, 'gitVersion': 'v1.34.0'},
           'appLabels': {}, 'appAnnotations': {}, 'replicaKey': '', 'workflowName': '', 'publishVersion': ''}
STEP = {'name': 'app', 'stepName': 'step', 'stepSessionID': 'abcdef', 'spanID': 'app.abcdef'}
NOWHERE = object()


def matches(want, got, path=''):
    """The first place where `got` is not what `want` says, or None."""
    if isinstance(want, dict) and set(want) == {'$absent'}:
        return None if got is NOWHERE else f'{path}: should not be there, is {json.dumps(got)}'
    if got is NOWHERE:
        return f'{path}: missing'
    if isinstance(want, dict) and set(want) == {'$only'}:
        return None if want['$only'] == got else f'{path}: wanted only {json.dumps(want["$only"])}, is {json.dumps(got)}'
    if isinstance(want, dict) and set(want) == {'$contains'}:
        for w in want['$contains']:
            if not isinstance(got, list) or all(matches(w, g) for g in got):
                return f'{path}: no element like {json.dumps(w)} in {json.dumps(got)}'
        return None
    if isinstance(want, dict) and isinstance(got, dict):
        for k, w in want.items():
            found = matches(w, got.get(k, NOWHERE), f'{path}.{k}')
            if found:
                return found
        return None
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return next(filter(None, (matches(w, g, f'{path}[{i}]') for i, (w, g) in enumerate(zip(want, got)))), None)
    return None if want == got else f'{path}: wanted {json.dumps(want)}, is {json.dumps(got)}'


def evaluate(cue, text, *args):
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(os.path.join(tmp, 'cue.mod'))
        with open(os.path.join(tmp, 'cue.mod', 'module.cue'), 'w', encoding='utf-8') as f:
            f.write(MODULE)
        with open(os.path.join(tmp, 'x.cue'), 'w', encoding='utf-8') as f:
            f.write(stand_ins(tmp, text))
        return subprocess.run([cue, *args, 'x.cue'], capture_output=True, text=True, cwd=tmp)


def faults_of(cue, kind, name, path, test):
    imports, header, body = split(path)
    context = {**CONTEXT, **(STEP if kind == 'WorkflowStepDefinition' else {}), **test.get('context', {})}
    if kind == 'TraitDefinition':
        context.setdefault('output', test.get('workload', WORKLOAD))
    parameter = test.get('properties', {})
    text = imports + body + '\ncontext: _\ncontext: ' + json.dumps(context) + '\nparameter: ' + json.dumps(parameter) + '\n'
    for field, returned in test.get('returns', {}).items():
        text += ': '.join(f'"{f}"' for f in field.split('.')) + ': $returns: ' + json.dumps(returned) + '\n'
    expect = {k: v for k, v in test.get('expect', {}).items() if k not in ('result', 'resultOutputs')}
    if 'errors' in test:
        done = evaluate(cue, text, 'export', '--out', 'json')
        told = done.stderr
        if done.returncode == 0:
            errs = [e for e in json.loads(done.stdout).get('errs', []) if e]
            told = ' '.join(errs)
            if not errs:
                yield 'should fail'
        for e in test['errors']:
            if e not in told:
                yield f'no error says {e!r}: {told[:300]}'
    vet = evaluate(cue, text, 'vet', '-c=false')
    if vet.returncode and 'errors' not in test:
        yield vet.stderr[:500]
        return
    for field, want in expect.items():
        done = evaluate(cue, text, 'export', '-e', f'"{field}"' if field.startswith('$') else field, '--out', 'json')
        if want == {'$absent': True}:
            if done.returncode == 0:
                yield f'{field}: should not be there'
            continue
        if done.returncode:
            yield done.stderr[:500]
            continue
        fault = matches(want, json.loads(done.stdout), field)
        if fault:
            yield fault
    if 'health' in test:
        header = json.loads(evaluate(cue, header, 'export', '--out', 'json').stdout)
        status = header[name]['attributes'].get('status', {})
        for moment in test['health']:
            tail = '\nparameter: ' + json.dumps(parameter) + '\ncontext: ' + json.dumps(
                {**{k: v for k, v in context.items() if k != 'output'}, **moment['live']})
            for key, text, field in (('healthy', status.get('healthPolicy'), 'isHealth'),
                                     ('message', status.get('customStatus'), 'message')):
                if key not in moment:
                    continue
                done = evaluate(cue, (text or '') + tail, 'export', '-e', field, '--out', 'json')
                got = json.loads(done.stdout) if done.returncode == 0 else done.stderr
                if got != moment[key]:
                    yield f'health {moment.get("name", "")}: {key} {got!r}, wanted {moment[key]!r}'


def run(cue, kind, name, path):
    out = []
    file = path[:-4] + '.test.yaml'
    if not os.path.exists(file):
        return 0, [f'{path}: no tests']
    tests = yaml.safe_load(open(file, encoding='utf-8'))['tests']
    for test in tests:
        out += [f'{name}: {test["name"]}: {f}' for f in faults_of(cue, kind, name, path, test)]
    return len(tests), out


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--cue', default='cue')
    ap.add_argument('--only', default='')
    a = ap.parse_args()
    only = set(filter(None, a.only.split(',')))
    total, faults = 0, []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for n, found in pool.map(lambda x: run(a.cue, *x), [x for x in names() if not only or x[1] in only]):
            total += n
            faults += found
    print('\n'.join(faults))
    print(total, 'tests,', len(faults), 'faults')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
