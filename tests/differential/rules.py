#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validation rules of CustomResourceDefinitions, registered and broken on Puppis and on a real kube-apiserver.

rules.py OURS.kubeconfig THEIRS.kubeconfig
"""
import sys
import time

from pair import Pair, Server

RULES = """
self.n > 5
self.nope == 1
self.name + 1 == 2
self.name
has(self.absent) && self.absent == 'x'
self.tags.all(t, t.startsWith('z'))
self.labels['zz'] == 'a'
1 +
self.n == 'x'
self.q > 5
self.r * 2.0 > 10.0
self.r * 2 > 10
self.list.exists(x, x.k == 'zz' && x.v > 3)
self.list.map(x, x.v).sum() > 100
oldSelf.n <= self.n
self.name.matches('^z+$')
self.name.size() < 2
foo(self.n)
self.when > timestamp('2030-01-01T00:00:00Z')
self.n in [7, 8]
quantity(self.name).isGreaterThan(quantity('5'))
isQuantity(self.name)
self.?absent.orValue('z') == 'y'
self.tags.exists_one(t, t == 'zz')
self.n > 5 ? self.n < 3 : self.name == 'q'
'zz' in self.labels
self.name == null
!has(self.name)
self.tags[7] == 'x'
int(self.name) > 3
self.n / 0 == 1
self.tags.isSorted() && self.tags.join(',') == 'x'
dyn(self.n) == 'x'
self.n.foo == 1
self.tags.filter(t, t)
type(self.n) == string
ip(self.name).family() == 4
self.name.split('').size() > 9
self.absent == 'x'
self.tags.all(t, t)
self.name.startsWith(1)
duration(self.name) > duration('1s')
self.labels.all(k, self.labels[k].size() > 5)
self.n + 9223372036854775807 > 0
cidr('10.0.0.0/8').containsIP(self.name)
url(self.name).getHost() == 'a'
self.name.lowerAscii().replace('w', 'z').contains('q')
""".strip().splitlines()
FULL = [{"rule": "self.n > 5", "message": "n must be big", "reason": "FieldValueForbidden", "fieldPath": ".n"},
        {"rule": "self.n > 5", "message": "  trimmed  "},
        {"rule": "oldSelf.hasValue() || self.n > 5", "optionalOldSelf": True}]
TEXT = {"type": "string", "maxLength": 20}
SPEC = {"name": TEXT, "n": {"type": "integer"}, "r": {"type": "number"}, "absent": TEXT,
        "tags": {"type": "array", "maxItems": 10, "items": TEXT},
        "labels": {"type": "object", "maxProperties": 10, "additionalProperties": TEXT},
        "q": {"x-kubernetes-int-or-string": True}, "when": {"type": "string", "format": "date-time"},
        "list": {"type": "array", "maxItems": 5,
                 "items": {"type": "object", "properties": {"k": TEXT, "v": {"type": "integer"}}}}}
OBJECT = {"name": "web", "n": 3, "r": 2, "tags": ["b", "a"], "labels": {"a": "b"}, "q": 3, "when": "2026-01-01T00:00:00Z",
          "list": [{"k": "a", "v": 1}, {"k": "b", "v": 2}]}


def main():
    pair = Pair(Server(sys.argv[1]), Server(sys.argv[2]))
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    for i, rule in enumerate([{"rule": text} for text in RULES] + FULL):
        schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": SPEC, "x-kubernetes-validations": [rule]}}}
        version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                      "metadata": {"name": f"rule{i}s.rules.example.com"},
                      "spec": {"group": "rules.example.com", "scope": "Namespaced", "versions": [version],
                               "names": {"plural": f"rule{i}s", "kind": f"Rule{i}"}}}
        accepted = pair.send(rule["rule"], "POST", definitions, definition)
        if any(answer[0] != 201 for answer in accepted):
            continue
        path = f"/apis/rules.example.com/v1/namespaces/default/rule{i}s"
        for server in (pair.ours, pair.theirs):
            while server.send("GET", path)[0] == 404:  # not served yet
                time.sleep(0.1)
        thing = {"apiVersion": "rules.example.com/v1", "kind": f"Rule{i}", "metadata": {"name": "x"}, "spec": OBJECT}
        pair.send(rule["rule"], "POST", path, thing)
        for server in (pair.ours, pair.theirs):
            server.send("DELETE", f"{definitions}/rule{i}s.rules.example.com")
    pair.report()
    print(f"{pair.equal} of {pair.total} equal")


main()
