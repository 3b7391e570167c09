# SPDX-License-Identifier: Apache-2.0
"""Compares the results of both sides of bench/render, then prints the figures; see run.sh."""
import json
import os
import sys

work = sys.argv[1]


def load(name):
    return json.load(open(os.path.join(work, name)))


def spec(o):
    """What both sides set: KubeVela's engines leave name, namespace and labels to its dispatcher."""
    return json.dumps({'kind': o['kind'], 'apiVersion': o['apiVersion'], 'spec': o.get('spec')}, sort_keys=True)


peer, ours = load('peer-template.json'), load('our-template.json')
wanted = {k: v for k, v in peer['out'].items() if v}
got = {k: v for k, v in ours['out'].items() if v and k in ('output', 'outputs')}
if got != wanted:
    sys.exit('bench/render: the template gives different results on the two sides')
print(f"webservice template   Go CUE v0.17.1   reused {peer['reusedNs'] / 1000:9.1f} us   fresh {peer['freshNs'] / 1000:9.1f} us")
print(f"                      Puppis           reused {ours['reusedNs'] / 1000:9.1f} us   fresh {ours['freshNs'] / 1000:9.1f} us")
print(f"                      ratio            reused {peer['reusedNs'] / ours['reusedNs']:9.1f} x    fresh {peer['freshNs'] / ours['freshNs']:9.1f} x")
peer, ours = load('peer-app.json'), load('our-app.json')
if sorted(map(spec, peer['objects'])) != sorted(map(spec, ours['objects'])):
    sys.exit('bench/render: the Application gives different objects on the two sides')
print(f"app, 4 traits         KubeVela 1.10.8  {peer['nsPerApp'] / 1000:16.1f} us")
print(f"                      Puppis           {ours['nsPerApp'] / 1000:16.1f} us")
print(f"{peer['nsPerApp'] / ours['nsPerApp']:.1f}x")
