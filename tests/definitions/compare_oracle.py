#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the built-in definitions through the real `cue` and compares with recorded KubeVela results.

  compare_oracle.py --cases DIR [--cue BIN] [--only NAME,...] [--verbose]

DIR holds cases.jsonl, results-0.9.2.jsonl and gold.jsonl. Every case is one definition with a parameter and a context;
output, outputs, patch and patchOutputs must be structurally equal. The differences that are intended stand in
definitions/DIFFERENCES.md with their case ids; one that is neither equal nor listed fails the run.
"""
import argparse, collections, concurrent.futures, json, os, re, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDERS = {'ComponentDefinition': 'components', 'TraitDefinition': 'traits', 'PolicyDefinition': 'policies',
           'WorkflowStepDefinition': 'workflow-steps'}
FIELDS = ('output', 'outputs', 'patch', 'patchOutputs', 'errs')


def split(path):
    """Returns (imports, header, template body) of a definition in the authored form."""
    text = open(path, encoding='utf-8').read()
    head, sep, rest = text.partition('\ntemplate: {\n')
    if not sep or not rest.endswith('\n}\n'):
        raise ValueError(f'{path}: no top-level template block')
    found = re.match(r'((?://[^\n]*\n)*\s*(?:import\s+\([^)]*\)|(?:import\s+"[^"]*"\s*)+)?\s*)(.*)', head, re.S)
    return found.group(1), found.group(2), rest[:-3] + '\n'


def names(spec_folder=None):
    for kind, folder in FOLDERS.items():
        base = os.path.join(ROOT, 'definitions', folder)
        for f in sorted(os.listdir(base)) if os.path.isdir(base) else []:
            if f.endswith('.cue') and not f.endswith('_test.cue'):
                yield kind, f[:-4], os.path.join(base, f)


def run_cue(cue, text, *args):
    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, 'x.cue')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        return subprocess.run([cue, *args, path], capture_output=True, text=True, cwd=tmp)


def render(cue, path, parameter, context):
    """Evaluates the template; returns (fields or None, error text)."""
    imports, _, body = split(path)
    text = imports + body + '\ncontext: _\ncontext: ' + json.dumps(context)
    if parameter is not None:
        text += '\nparameter: ' + json.dumps(parameter)
    # One object with just the fields that count, so that helpers and an open `parameter` need not be concrete.
    present = [f for f in FIELDS if re.search(rf'^\t{f}(:|\?:| )', body, re.M)]
    text += '\nresult_: {' + ', '.join(f'{f}: {f}_' for f in present) + '}\n'
    text += ''.join(f'let {f}_ = {f}\n' for f in present)
    done = run_cue(cue, text, 'export', '-e', 'result_', '--out', 'json')
    if done.returncode:
        return None, done.stderr
    # A permanent error anywhere in the template fails the render as well.
    vet = run_cue(cue, text, 'vet', '-c=false')
    if vet.returncode:
        return None, vet.stderr
    return json.loads(done.stdout), ''


def tidy(fields):
    return {k: v for k, v in fields.items() if v not in (None, {}, [])}


def parsed(v):
    """A string that holds a JSON object is compared by content: the order of its keys says nothing."""
    if isinstance(v, dict):
        return {k: parsed(x) for k, x in v.items()}
    if isinstance(v, list):
        return [parsed(x) for x in v]
    if isinstance(v, str) and v.startswith('{'):
        try:
            return json.loads(v)
        except ValueError:
            return v
    return v


def where(a, b, path=''):
    """Names the first place where two values differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        for k in list(a) + [k for k in b if k not in a]:
            if k not in a or k not in b:
                return f'{path}.{k} only in {"truth" if k in b else "ours"}'
            if a[k] != b[k]:
                return where(a[k], b[k], f'{path}.{k}')
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            if x != y:
                return where(x, y, f'{path}[{i}]')
    return f'{path}: ours {json.dumps(a)[:150]} truth {json.dumps(b)[:150]}'


def intended():
    path = os.path.join(ROOT, 'definitions', 'DIFFERENCES.md')
    text = open(path, encoding='utf-8').read() if os.path.exists(path) else ''
    return set(re.findall(r'`([0-9a-f]{12}|status [a-z0-9-]+)`', text))


def judge(cue, case, truth, path):
    fails = any(k in truth for k in ('err', 'error'))
    got, error = render(cue, path, case.get('parameter'), case.get('context') or {})
    if fails:
        return None if got is None else 'renders, truth fails: ' + str(truth)[:200]
    if got is None:
        return None if truth.get('outErr') else 'fails: ' + error.strip()[:400]
    # outErr: the truth could not print this field whole, because of a guard that was left out; nothing to compare with.
    skip = truth.get('outErr') or {}
    got, want = ({k: parsed(v) for k, v in tidy(x).items() if k not in skip} for x in (got, truth.get('out', {})))
    if got.get('errs') and got['errs'] == want.get('errs'):
        return None  # both refuse, with the same words; the patch is not used then
    return None if got == want else 'differs at ' + where(got, want)


def judge_status(cue, path, name, moments):
    """Health and message of the definition for recorded live objects; moments: {label: {context, result}}."""
    imports, header, _ = split(path)
    done = run_cue(cue, header, 'export', '--out', 'json')
    if done.returncode:
        return 'header: ' + done.stderr
    status = json.loads(done.stdout)[name]['attributes'].get('status', {})
    for label, moment in moments.items():
        tail = '\ncontext: ' + json.dumps(moment['context']) + '\nparameter: ' + json.dumps(moment.get('parameter') or {})
        want, got = moment['result'], {}
        for key, text, field in (('healthy', status.get('healthPolicy'), 'isHealth'),
                                 ('message', status.get('customStatus'), 'message')):
            if text:
                run = run_cue(cue, text + tail, 'export', '-e', field, '--out', 'json')
                got[key] = json.loads(run.stdout) if run.returncode == 0 else (False if key == 'healthy' else '')
        if got.get('healthy', True) != want.get('healthy') or got.get('message', '') != want.get('message', ''):
            return f'status {label}: ours {got} truth {want}'
    return None


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--cases', required=True)
    ap.add_argument('--cue', default='cue')
    ap.add_argument('--only', default='')
    ap.add_argument('--verbose', action='store_true')
    a = ap.parse_args()
    read = lambda f: [json.loads(line) for line in open(os.path.join(a.cases, f), encoding='utf-8')]
    truth = {r['id']: r for r in read('results-0.9.2.jsonl')}
    paths = {(k, n): p for k, n, p in names()}
    only = set(filter(None, a.only.split(',')))
    cases = [c for c in read('cases.jsonl') if (c['kind'], c['name']) in paths and (not only or c['name'] in only)]
    listed, score, bad = intended(), collections.Counter(), []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [(c, pool.submit(judge, a.cue, c, truth[c['id']], paths[c['kind'], c['name']])) for c in cases]
        for c, job in jobs:
            problem = job.result()
            score['equal' if problem is None else 'intended' if c['id'] in listed else 'unexplained'] += 1
            if problem and (a.verbose or c['id'] not in listed):
                bad.append((c['id'], c['name'], problem))
    for g in read('gold.jsonl'):
        path = paths.get((g['kind'], g['name']))
        if 'status' not in g or not path or (only and g['name'] not in only):
            continue
        problem = judge_status(a.cue, path, g['name'], g['status'])
        mark = f'status {g["name"]}'
        score['equal' if problem is None else 'intended' if mark in listed else 'unexplained'] += 1
        if problem and (a.verbose or mark not in listed):
            bad.append((mark, problem))
    for b in bad:
        print(*b)
    print(len(cases), 'cases', dict(score))
    return 1 if score['unexplained'] else 0


if __name__ == '__main__':
    sys.exit(main())
