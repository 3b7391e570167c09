#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders the recorded Applications with the built-in definitions and compares with what KubeVela makes of them.

  apps.py --cases DIR [--engine BIN] [--list N]

DIR holds index.jsonl and app/*.yaml. Each Application that KubeVela renders must render here as well; where the result
is not equal, definitions/DIFFERENCES.md must list its id. Exits with 1 when one is unexplained.
"""
import argparse, collections, json, os, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from compare_oracle import ROOT, intended, parsed, where  # noqa: E402


def tidy(o):
    m = {k: v for k, v in o.get('metadata', {}).items() if k not in ('annotations', 'labels') or v}
    return parsed({**o, 'metadata': m})


def key(o):
    m = o.get('metadata', {})
    return o.get('apiVersion', ''), o.get('kind', ''), m.get('namespace', ''), m.get('name', '')


def bag(objects):
    out = collections.defaultdict(list)
    for o in objects:
        out[key(o)].append(tidy(o))
    return {k: sorted(v, key=lambda o: json.dumps(o, sort_keys=True)) for k, v in out.items()}


# Offline the cluster's version is unknown. KubeVela then takes it for 0 and emits versions that Kubernetes no longer serves;
# ours count an unknown cluster as current (definitions/DIFFERENCES.md).
CURRENT = {('networking.k8s.io/v1beta1', 'Ingress'): 'networking.k8s.io/v1', ('batch/v1beta1', 'CronJob'): 'batch/v1',
           ('autoscaling/v2beta2', 'HorizontalPodAutoscaler'): 'autoscaling/v2'}


def without_outdated(got, want):
    """Both sides without the objects that differ in nothing but an outdated version and the shape that goes with it."""
    got, want = dict(got), dict(want)
    for k in list(want):
        ours = (CURRENT.get(k[:2]), *k[1:])
        if k not in got and ours in got and len(got[ours]) == len(want[k]):
            del got[ours], want[k]
    return got, want


def difference(got, want):
    got, want = without_outdated(got, want)
    missing, extra = [k for k in want if k not in got], [k for k in got if k not in want]
    if missing or extra:
        return f'missing {missing} extra {extra}'
    for k in want:
        if got[k] != want[k]:
            return f'{k[1]} {k[3]}: ' + where(got[k], want[k])
    return None


def judge(engine, cases, case):
    app = os.path.join(cases, 'app', case['id'] + '.yaml')
    extra = [x for e in case.get('extra', []) for x in ('-d', os.path.join(cases, e['file']))]
    done = subprocess.run([engine, 'dry-run', '--offline', '-o', 'json', '-f', app, *extra], capture_output=True,
                          text=True, timeout=120)
    if done.returncode < 0:
        return f'signal {-done.returncode}'
    if done.returncode:
        return 'fails: ' + done.stderr.strip()[:300]
    got = json.loads(done.stdout or '[]')
    return difference(bag(got), bag(case['manifests']))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--cases', required=True)
    ap.add_argument('--engine', default=os.path.join(ROOT, 'build', 'debug', 'puppis'))
    ap.add_argument('--list', type=int, default=1000)
    a = ap.parse_args()
    listed, score, bad = intended(), collections.Counter(), []
    for line in open(os.path.join(a.cases, 'index.jsonl'), encoding='utf-8'):
        case = json.loads(line)
        if not case['ok']:
            continue
        problem = judge(a.engine, a.cases, case)
        score['equal' if problem is None else 'intended' if case['id'] in listed else 'unexplained'] += 1
        if problem and case['id'] not in listed:
            bad.append((case['id'], case['name'], problem))
    for b in bad[:a.list]:
        print(*b)
    print(sum(score.values()), 'applications', dict(score))
    return 1 if score['unexplained'] else 0


if __name__ == '__main__':
    sys.exit(main())
